"""X at any time, and Z once: what this till took so far, and the day that is closed for good with what may go on by name."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from station.domain.facts import DayClosed, Fact, PrintAsked
from station.domain.money import format_rate
from station.domain.takings import DrawerSum, Takings
from station.domain.till_takings import till_takings
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.scene import Panel
from station.renderers.till_bills import bills
from station.renderers.till_choices import Choice, Foot, rows_sheet
from station.renderers.till_day import X, Z
from station.renderers.till_forms import Closing, Reporting
from station.renderers.till_held import held_orders
from station.renderers.till_layout import money
from station.renderers.till_state import Till, said
from station.renderers.widgets.listing import Row
from station.renderers.widgets.text import clock
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


def closing_sheet(closing: Closing, world: World) -> tuple[Panel, ...]:
    rows = [_carried(f"carry:{name}", name, what, name in closing.carried) for name, what in open_names(world)]
    rows += [
        _carried(f"carry_drawer:{key}", f"Drawer of {name}", "not counted", key in closing.drawers)
        for key, name in world.z.drawers
        if _asked(world)
    ]
    left = sum(1 for row in rows if not row.chosen)
    waits = _asked(world) and not world.z.why
    text = "Waiting for the central PC" if waits else f"{left} still open" if left else "Close the day for good"
    foot = Foot(
        (
            Choice(
                text, "close_day", kind="primary", enabled=not left and not waits, locked=world.locked(Z), key="Enter"
            ),
        )
    )
    title = f"Close {world.shop.business_day}"
    if _asked(world) and world.z.why:
        title = f"Not closed: {world.z.why}"
    return rows_sheet(world, "closing", title, rows, closing.page, "closing", empty="Nothing is open", foot=foot)


def _carried(action: str, name: str, what: str, carried: bool) -> Row:  # noqa: FBT001 -- carried over or not
    note = "goes on tomorrow" if carried else f"{what}: tap to let it go on tomorrow"
    return Row(action, name, note, "✓" if carried else "", chosen=carried)


def open_names(world: World) -> list[tuple[str, str]]:
    """What is open here and on the floor, each by a name: this till's drawer, orders that are held or not paid."""
    drawer = [] if world.ledger.drawer is None else [(f"Drawer of {world.station.upper()}", "not counted")]
    unpaid = [
        (f"{card.body.number.upper()}, {card.body.customer.name or card.body.placed_by}", "not paid")
        for card in bills(world)
    ]
    held = [
        (f"Held by {card.body.placed_by} at {clock(card.body.placed_at)}, {len(card.body.lines)} lines", "held")
        for card in held_orders(world)
    ]
    return [*drawer, *unpaid, *held]


def _asked(world: World) -> bool:
    """Whether this day's closing was asked for here, and the answer that is known is about that."""
    asked = world.ledger.asked
    return asked is not None and asked.business_day == world.shop.business_day_id


def report_sheet(reporting: Reporting, world: World) -> tuple[Panel, ...]:
    figures = figures_of(reporting, world)
    if figures is None:
        return rows_sheet(world, "report", "No report yet", [], 0, "report", empty="The central PC has not answered")
    title = f"X of {world.station.upper()}, {figures.business_date}"
    if figures.z_number is not None:
        title = f"Z {figures.z_number}, {figures.business_date}"
    foot = Foot((Choice("Print", "print_report", kind="primary", key="Enter"),))
    return rows_sheet(world, "report", title, report_rows(figures, world), reporting.page, "report", foot=foot)


def figures_of(reporting: Reporting, world: World) -> Takings | None:
    if reporting.kind == "x":
        return till_takings(world.ledger, world.shop, world.station)
    try:
        return msgspec.json.decode(world.z.report, type=Takings)
    except msgspec.DecodeError:
        return None


def report_rows(figures: Takings, world: World) -> list[Row]:
    """The figures as a cashier reads them; the print has them all."""
    return [
        *_sold_rows(figures, world),
        *_paid_rows(figures, world),
        *(_drawer_row(drawer, world) for drawer in figures.drawers),
        *([_row("Grand total", figures.grand_minor, world, "since the first day")] if figures.z_number else []),
    ]


def _row(text: str, minor: int, world: World, note: str = "") -> Row:
    return Row("", text, note, amount=money(minor, world))


def _sold_rows(figures: Takings, world: World) -> list[Row]:
    rows = [_row("Sold", figures.total_minor, world, f"{figures.orders} orders, {figures.items} items")]
    rows += [
        _row(f"of that at {format_rate(rate.tax_bp)}", rate.gross_minor, world, f"tax {money(rate.tax_minor, world)}")
        for rate in figures.rates
    ]
    deposits = figures.deposits_minor - figures.deposits_back_minor
    names = ", ".join(one.name for one in figures.discounts)
    told = (
        ("Discounts", -figures.discounts_minor, names),
        ("Voided before payment", -figures.voids_minor, f"{figures.voids} lines"),
        ("Deposits", deposits, "taken less given back"),
        ("Refunded", -figures.refunded_minor, f"{figures.refunds} orders"),
        ("Cash rounding", figures.rounding_minor, ""),
    )
    return [*rows, *(_row(text, minor, world, note) for text, minor, note in told if minor)]


def _paid_rows(figures: Takings, world: World) -> list[Row]:
    rows = []
    for tender in figures.tenders:
        told = [f"{tender.count} payments"]
        told += [f"tips {money(tender.tips_minor, world)}"] if tender.tips_minor else []
        told += [f"{money(tender.refunds_minor, world)} went back"] if tender.refunds_minor else []
        if tender.count or tender.refunds_minor:
            rows.append(_row(tender.kind.capitalize(), tender.amount_minor, world, ", ".join(told)))
    if figures.unknown_minor:
        rows.append(_row("Cards nobody knows of", figures.unknown_minor, world, f"{figures.unknown} payments"))
    if figures.unpaid_minor:
        rows.append(_row("Not paid yet, less what was of before", figures.unpaid_minor, world))
    return rows


def _drawer_row(drawer: DrawerSum, world: World) -> Row:
    name = f"Drawer of {drawer.station.upper()}"
    if drawer.counted_minor is None:
        return Row("", name, f"opened {drawer.no_sales} times without a sale", amount="not counted")
    return _row(name, drawer.counted_minor, world, f"counted, {money(drawer.variance_minor or 0, world)} off")


def _x(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    world.require(X, "see the X report")
    return replace(till, sheet=Reporting("x"), focus=""), ()


def _closing(till: Till, rest: str, world: World, _desk: Desk) -> Result:
    world.require(Z, "close the day")
    if isinstance(till.sheet, Closing):
        return replace(till, sheet=replace(till.sheet, page=int(rest or 0))), ()
    return replace(till, sheet=Closing(), focus=""), ()


def _carry(till: Till, name: str, _world: World, _desk: Desk) -> Result:
    if not isinstance(till.sheet, Closing):
        return till, ()
    return replace(till, sheet=replace(till.sheet, carried=till.sheet.carried ^ {name})), ()


def _carry_drawer(till: Till, key: str, _world: World, _desk: Desk) -> Result:
    if not isinstance(till.sheet, Closing):
        return till, ()
    return replace(till, sheet=replace(till.sheet, drawers=till.sheet.drawers ^ {key})), ()


def _close(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    """Once: the master closes it, and says the number."""
    closing = till.sheet
    if not isinstance(closing, Closing):
        return till, ()
    world.require(Z, "close the day")
    if world.training:
        raise OrderRefused("this is training: its day is never closed")
    if not world.shop.day_open:
        raise OrderRefused("the day is closed already")
    if world.tokens.share != "ok":
        raise OrderRefused("the share is away, and orders may be held there; the day is closed when it is back")
    if world.ledger.payments:
        raise OrderRefused("an order is being paid: finish it first")
    left = [name for name, _ in open_names(world) if name not in closing.carried]
    if left:
        raise OrderRefused(f"still open: {left[0]}; finish it, or tap it to let it go on tomorrow")
    own = [] if world.ledger.drawer is None else [world.ledger.drawer.session]
    fact = DayClosed(
        business_day=world.shop.business_day_id,
        carried=tuple(name for name, _ in open_names(world)),
        drawers=(*own, *sorted(closing.drawers)),
    )
    return said(till, "The central PC closes the day now", world), (fact,)


def _print_report(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    if not isinstance(till.sheet, Reporting):
        return till, ()
    figures = figures_of(till.sheet, world)
    if figures is None:
        return till, ()
    text = msgspec.json.encode(figures).decode()
    return said(till, "The report is printed", world), (PrintAsked(what=till.sheet.kind, text=text),)


ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {
    "x": _x,
    "closing": _closing,
    "carry": _carry,
    "carry_drawer": _carry_drawer,
    "close_day": _close,
    "report": lambda till, rest, _world, _desk: (
        (replace(till, sheet=replace(till.sheet, page=int(rest))) if isinstance(till.sheet, Reporting) else till),
        (),
    ),
    "print_report": _print_report,
}
