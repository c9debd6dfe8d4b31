"""What was sold at this till today: found by number, by scanning its receipt, or in the list; and one of them, to see and to act on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from station.domain.bills import Bill, bill_in
from station.domain.changing import PERMISSION as VOID
from station.domain.facts import Fact, PrintAsked
from station.domain.refunds import PERMISSION as REFUND
from station.domain.refunds import Wanted, worth_minor
from station.domain.sold import LineNow, SoldOrder
from station.errors import OrderRefused
from station.renderers import theme as look
from station.renderers.role import Desk
from station.renderers.scene import Panel, Rect
from station.renderers.till_bills import bill_of, bills
from station.renderers.till_choices import Choice, Foot, foot_drawn, rows_sheet
from station.renderers.till_forms import Ordering, Viewing
from station.renderers.till_layout import money
from station.renderers.till_state import Till, said
from station.renderers.widgets.digits import digit_row, typed_box
from station.renderers.widgets.listing import Row
from station.renderers.widgets.text import clock
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


def orders_of(world: World, find: str = "") -> list[SoldOrder]:
    """Those of this business day and those of which something is open, the newest first."""
    day = world.shop.business_day_id
    found = [one for one in world.ledger.orders.values() if one.is_paid or one.sale.token.training]
    today = [one for one in found if one.sale.business_day == day or one.unsettled]
    digits = find.lstrip("0")
    kept = [one for one in today if not digits or one.number.rpartition("-")[2].lstrip("0").startswith(digits)]
    return sorted(kept, key=lambda one: one.at, reverse=True)


def ordering_sheet(ordering: Ordering, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    rows = [_order_row(one, world) for one in orders_of(world, ordering.find)]
    wide = max(theme.touch * 2, theme.px(180))
    high = theme.touch
    width = sheet_width(world)
    bar = Rect(0, 0, width, high)
    above = typed_box(bar.left(wide), ordering.find, world) + digit_row(bar.after(wide + theme.px(12)), "digit", world)
    empty = "No order of today has that number" if ordering.find else "Nothing was sold at this till today"
    return rows_sheet(
        world,
        "orders",
        "Sold here today",
        rows,
        ordering.page,
        "orders:page",
        empty=empty,
        above=above,
        above_height=high + theme.px(12),
    )


def sheet_width(world: World) -> int:
    """Of what stands inside a sheet of rows."""
    from station.renderers.widgets.sheet import content_rect, sheet_rect  # noqa: PLC0415 -- one figure of theirs

    return content_rect(world, sheet_rect(world, 0.76, 0.9)).w


def _order_row(order: SoldOrder, world: World) -> Row:
    items = ", ".join(f"{now.line.count} {now.line.name}" for now in order.lines)
    state = state_of(order, world)
    who = order.sale.token.customer.name or order.sale.token.placed_by
    return Row(
        f"order:{order.sale.order}",
        f"{clock(order.at)} · {who}" + (f" · {state}" if state else ""),
        items,
        order.number.upper(),
        money(order.total_minor, world),
        tone=look.WARN if order.unsettled else None,
    )


def state_of(order: SoldOrder, world: World) -> str:
    """What has become of it since, in a few words."""
    told = []
    if order.unsettled:
        told.append("card not known yet")
    if order.cancelled:
        told.append("cancelled")
    elif order.changes:
        told.append("changed")
    if order.refunded_minor:
        told.append(f"{money(order.refunded_minor, world)} refunded")
    return ", ".join(told)


def viewed(till: Till, viewing: Viewing, world: World) -> SoldOrder | Bill | None:
    """What the sheet is about: a sale, or (`viewing.bill`) what is still to be paid."""
    if viewing.bill:
        return bill_of(replace(till, billing=viewing.bill), world)
    return world.ledger.orders.get(viewing.order) or viewing.sold


def lines_of(about: SoldOrder | Bill) -> tuple[LineNow, ...]:
    if isinstance(about, Bill):
        return tuple(LineNow(line, line.total_minor, in_kitchen=line.count) for line in about.lines)
    return about.lines


def viewing_sheet(till: Till, viewing: Viewing, world: World) -> tuple[Panel, ...]:
    about = viewed(till, viewing, world)
    if about is None:
        return rows_sheet(
            world, "viewing", "That order is not here any more", [], 0, "view:page", empty="Another till has it"
        )
    sale = about.sale
    rows = [_line_row(now, viewing, world) for now in lines_of(about)]
    title = f"{sale.number.upper()} · {money(about.total_minor, world)}"
    if isinstance(about, SoldOrder) and (state := state_of(about, world)):
        title += f" · {state}"
    theme = world.theme
    high = max(theme.touch, theme.px(84))
    bar = Rect(0, 0, sheet_width(world), high)
    above = foot_drawn(bar, Foot(_above(about)), world)
    foot = Foot(_below(about, viewing, world))
    return rows_sheet(
        world,
        "viewing",
        title,
        rows,
        viewing.page,
        "view:page",
        foot=foot,
        above=above,
        above_height=high + theme.px(12),
    )


def _line_row(now: LineNow, viewing: Viewing, world: World) -> Row:
    picked, left = viewing.counts.get(now.line.id, 0), now.left
    told = [", ".join(one.name for one in now.line.modifiers)] if now.line.modifiers else []
    told += [f"{now.voided} voided"] if now.voided else []
    told += [f"{now.refunded} refunded"] if now.refunded else []
    told += [f"kitchen makes {now.in_kitchen}"] if now.in_kitchen != now.line.count else []
    lead = f"{picked}/{left}" if viewing.counts or picked else f"{now.line.count}×"
    return Row(
        f"view:line:{now.line.id}" if left else "",
        now.line.name,
        " · ".join(told) or "tap to pick",
        lead,
        money(now.due_minor + now.line.deposit_minor * now.line.count, world),
        enabled=left > 0,
        chosen=bool(picked),
    )


def _above(about: SoldOrder | Bill) -> tuple[Choice, ...]:
    if isinstance(about, Bill):
        return (
            Choice("Pick all", "view:all", key="A"),
            Choice("Add to it", "view_add", key="+"),
            Choice("Kitchen ticket", "view:ticket", key="K"),
        )
    found = [Choice("Pick all", "view:all", key="A"), Choice("Receipt", "view:copy", "a copy", key="R")]
    found += [Choice("Kitchen ticket", "view:ticket", key="K"), Choice("Add to it", "view_add", key="+")]
    if about.unsettled:
        found.append(Choice("Card", "settling", "what became of it?", kind="danger", key="C"))
    return tuple(found)


def _below(about: SoldOrder | Bill, viewing: Viewing, world: World) -> tuple[Choice, ...]:
    picked = sum(viewing.counts.values())
    if isinstance(about, Bill):
        text = f"Take {picked} off" if picked else "Pick what to take off"
        return (Choice(text, "view_void", kind="danger", enabled=picked > 0, locked=world.locked(VOID), key="Enter"),)
    worth = worth_minor(about, Wanted({key: count for key, count in viewing.counts.items() if count})) if picked else 0
    kitchen = "the kitchen leaves it" if viewing.kitchen else "the kitchen makes it all the same"
    return (
        Choice("Kitchen", "view:kitchen", kitchen, enabled=picked > 0, key="L"),
        Choice(
            f"Refund {money(worth, world)}" if picked else "Pick what to refund",
            "view_refund",
            kind="danger",
            enabled=picked > 0,
            locked=world.locked(REFUND),
            key="Enter",
        ),
    )


def opened(till: Till, order: str, world: World, desk: Desk) -> Till:
    """The order, from the list or by its receipt; one that was sold at another till is refunded there."""
    known = world.ledger.orders.get(order)
    if known is not None and known.is_paid:
        return replace(till, sheet=Viewing(order), focus="")
    bill = next((card for card in bills(world) if card.body.held is not None and card.body.held.order == order), None)
    if bill is not None and bill_in(bill.body) is not None:
        raise OrderRefused(f"{bill.body.number.upper()} is not paid yet: see Waiting")
    found = desk.sold(order)
    if found is None:
        raise OrderRefused("that order was not sold at this till: change and refund it where it was paid")
    return replace(till, sheet=Viewing(order, sold=found), focus="")


def _view(till: Till, what: str, world: World, _desk: Desk) -> Result:
    viewing = till.sheet
    name, _, rest = what.partition(":")
    if not isinstance(viewing, Viewing):
        return till, ()
    about = viewed(till, viewing, world)
    if about is None:
        return replace(till, sheet=None), ()
    if name == "copy":
        return _asked(till, PrintAsked(what="copy", subject=about.sale.order), "A copy is printed", world)
    if name == "ticket":
        return _asked(
            till, PrintAsked(what="kitchen", subject=about.sale.order), "The kitchen's ticket is printed", world
        )
    if name in {"line", "all"}:
        viewing = replace(viewing, counts=_picked(about, viewing, rest))
    elif name == "page":
        viewing = replace(viewing, page=int(rest))
    elif name == "kitchen":
        viewing = replace(viewing, kitchen=not viewing.kitchen)
    return replace(till, sheet=viewing), ()


def _asked(till: Till, fact: PrintAsked, text: str, world: World) -> Result:
    return said(till, text, world), (fact,)


def _picked(about: SoldOrder | Bill, viewing: Viewing, key: str) -> dict[str, int]:
    """One more of a line, and after the last none; or, with no key, all of everything, and then nothing."""
    left = {now.line.id: now.left for now in lines_of(about) if now.left}
    if key:
        now = viewing.counts.get(key, 0)
        return {**viewing.counts, key: 0 if now >= left.get(key, 0) else now + 1}
    return {} if all(viewing.counts.get(line) == count for line, count in left.items()) else left


ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {
    "orders": lambda till, rest, _world, _desk: (
        replace(
            till,
            sheet=replace(till.sheet, page=int(rest.rpartition(":")[2]))
            if isinstance(till.sheet, Ordering) and rest
            else Ordering(),
            focus="",
        ),
        (),
    ),
    "order": lambda till, rest, world, desk: (opened(till, rest, world, desk), ()),
    "view": _view,
}
