"""The drawer and the printer: float, money in and out, no sale, the blind count; another printer, a test page, what waits."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from station.domain.facts import (
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    Fact,
    PrintAsked,
    PrintDropped,
    PrinterChosen,
    TrainingSwitched,
)
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.scene import Panel
from station.renderers.till_choices import Choice, keys_sheet, rows_sheet, tiles_sheet
from station.renderers.till_forms import Amount, Daily, Printers
from station.renderers.till_layout import money
from station.renderers.till_reasons import DRAWER, PAID_IN, PAID_OUT, ask
from station.renderers.till_state import Till, said
from station.renderers.widgets.listing import Row
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]

COUNT: Final = "drawer.count"
OPEN: Final = "drawer.open"
X: Final = "report.x"
Z: Final = "report.z"
MANAGE: Final = "station.manage"


def daily_sheet(world: World) -> tuple[Panel, ...]:
    drawer = world.ledger.drawer
    is_open = drawer is not None
    unsettled = len(world.ledger.unsettled)
    choices = [
        Choice("Count the drawer", "count_drawer", "and close it", locked=world.locked(COUNT), key="1")
        if is_open
        else Choice(
            "Open the drawer", "amount:float", "with its float", kind="primary", locked=world.locked(COUNT), key="1"
        ),
        Choice("No sale", "no_sale", "open it", enabled=is_open, locked=world.locked(OPEN), key="2"),
        Choice("Pay in", "pay_in", "money comes", enabled=is_open, locked=world.locked(OPEN), key="3"),
        Choice("Pay out", "pay_out", "money goes", enabled=is_open, locked=world.locked(OPEN), key="4"),
        Choice("Drop", "amount:drop", "to the safe", enabled=is_open, locked=world.locked(COUNT), key="5"),
        Choice("X report", "x", "this till so far", locked=world.locked(X), key="6"),
        Choice("Close the day", "closing", "the Z report", locked=world.locked(Z), key="7"),
        Choice("Printer", "printers", _printer_words(world), key="8"),
        Choice(
            f"Cards: {unsettled}" if unsettled else "Cards",
            "settling",
            "nobody knows of" if unsettled else "every one is known",
            kind="danger" if unsettled else "plain",
            key="9",
        ),
        Choice(
            "End training" if world.training else "Training",
            "training",
            "what is done counts again" if world.training else "nothing counts",
            kind="danger" if world.training else "plain",
            locked=world.locked(MANAGE),
            key="0",
        ),
        Choice("Help", "help", "the keys", key="F1"),
    ]
    return tiles_sheet(world, "daily", "This till", choices, 3 if world.size[0] >= 1280 else 2)


def _printer_words(world: World) -> str:
    printer = world.printer
    if printer.state == "stuck":
        return f"{printer.waiting} wait" if printer.waiting else "does not answer"
    return {"none": "none is set up", "starting": "starting"}.get(printer.state, "works")


_AMOUNTS: Final = {
    "float": ("What is in the drawer?", "Open the drawer", "Count the float: it is what the drawer begins with."),
    "pay_in": ("How much comes in?", "Pay in", ""),
    "pay_out": ("How much goes out?", "Pay out", ""),
    "drop": ("How much goes to the safe?", "Drop", ""),
    "count": ("What is in the drawer?", "Counted", "Count all of it, notes and coins, without looking anything up."),
}


def amount_sheet(amount: Amount, world: World) -> tuple[Panel, ...]:
    title, word, told = _AMOUNTS[amount.purpose]
    value = int(amount.digits or "0")
    enough = value > 0 or amount.purpose in {"float", "count"}
    confirm = Choice(f"{word}: {money(value, world)}", "amount_done", kind="primary", enabled=enough, key="Enter")
    return keys_sheet(world, "amount", title, money(value, world), confirm, amount.why or told)


def printers_sheet(world: World) -> tuple[Panel, ...]:
    printer = world.printer
    rows = [
        Row(
            f"printer:{address}",
            address,
            "now" if address == printer.printer else "tap to print here from now on",
            chosen=address == printer.printer,
            key=str(index),
        )
        for index, address in enumerate(dict.fromkeys((printer.printer, *printers_of(world))), 1)
        if address
    ]
    rows.append(Row("print:test", "Print a test page", "€ ž ß, the code pages, the cut", key="T"))
    if printer.waiting:
        text = f"Drop the {printer.waiting} that wait"
        rows.append(Row("print:drop", text, "they can be printed again from Orders", key="D"))
    title = f"Printer: {printer.message}" if printer.state == "stuck" else "Printer"
    return rows_sheet(world, "printers", title, rows, 0, "printers", empty="No printer is set up")


def printers_of(world: World) -> tuple[str, ...]:
    """Those of the profile, its own first."""
    return tuple(getattr(world.shop.profile, "printers", ()))


def _drawer_session(world: World) -> str:
    if world.ledger.drawer is None:
        raise OrderRefused("the drawer is not open: open it first, with its float")
    return world.ledger.drawer.session


def _approver(world: World) -> str:
    return "" if world.approver is None else world.approver.id


def _amount(till: Till, what: str, world: World, _desk: Desk) -> Result:
    """The keys, for the float or a drop."""
    world.require(COUNT, "count the drawer")
    if what == "float":
        if world.ledger.drawer is not None:
            raise OrderRefused("the drawer is open already")
        return replace(till, sheet=Amount("float"), focus=""), ()
    _drawer_session(world)
    return replace(till, sheet=Amount("drop"), focus=""), ()


def _count(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    world.require(COUNT, "count the drawer")
    _drawer_session(world)
    if world.ledger.payments:
        raise OrderRefused("an order is being paid: finish it first, then count")
    return replace(till, sheet=Amount("count"), focus=""), ()


def _reasoned(till: Till, what: str, world: World, _desk: Desk) -> Result:
    """Why the drawer is opened, or money goes in or out: asked before how much."""
    world.require(OPEN, "open the drawer without a sale")
    _drawer_session(world)
    titles = {"no_sale": "Why is the drawer opened?", "pay_in": "What comes in?", "pay_out": "What goes out?"}
    reasons = {"no_sale": DRAWER, "pay_in": PAID_IN, "pay_out": PAID_OUT}[what]
    after = replace(till, approved_discount=_approver(world))
    return ask(after, titles[what], f"drawer_why:{what}", reasons, Daily()), ()


def _why(till: Till, rest: str, world: World, _desk: Desk) -> Result:
    what, _, why = rest.partition(":")
    if what == "no_sale":
        fact = DrawerMoved(
            session=_drawer_session(world),
            business_day=world.shop.business_day_id,
            move="no_sale",
            why=why,
            approved_by=till.approved_discount or None,
        )
        return said(replace(till, sheet=None, approved_discount=""), "The drawer opens", world), (fact,)
    purpose: Literal["pay_in", "pay_out"] = "pay_in" if what == "pay_in" else "pay_out"
    return replace(till, sheet=Amount(purpose, why=why), focus=""), ()


def _done(till: Till, _rest: str, world: World, desk: Desk) -> Result:
    """The sum is what it is: the drawer's session begins, changes or ends with it."""
    amount = till.sheet
    if not isinstance(amount, Amount) or world.person is None:
        return till, ()
    minor, day = int(amount.digits or "0"), world.shop.business_day_id
    after = replace(till, sheet=None, approved_discount="")
    if amount.purpose == "float":
        if world.ledger.drawer is not None:
            return after, ()
        opened = DrawerOpened(session=desk.new_id(), business_day=day, float_minor=minor)
        return said(after, f"The drawer is open with {money(minor, world)}", world), (opened,)
    if amount.purpose == "count":
        return _counted(after, minor, world)
    check_sum(minor, amount.purpose, 0 if world.ledger.drawer is None else world.ledger.drawer.expected_minor)
    move: Literal["pay_in", "pay_out", "drop"] = amount.purpose
    fact = DrawerMoved(
        session=_drawer_session(world),
        business_day=day,
        move=move,
        amount_minor=minor if move == "pay_in" else -minor,
        why=amount.why,
        approved_by=till.approved_discount or None,
    )
    return said(after, f"{_MOVED[move]} {money(minor, world)}", world), (fact,)


_MOVED: Final = {"pay_in": "Paid in:", "pay_out": "Paid out:", "drop": "To the safe:"}


def _counted(after: Till, minor: int, world: World) -> Result:
    """What should have been there is told only now."""
    drawer = world.ledger.drawer
    if drawer is None:
        return after, ()
    fact = DrawerCounted(
        session=drawer.session,
        business_day=world.shop.business_day_id,
        counted_minor=minor,
        expected_minor=drawer.expected_minor,
    )
    variance = minor - drawer.expected_minor
    told = (
        "as it should be"
        if not variance
        else f"{money(abs(variance), world)} {'more' if variance > 0 else 'less'} than it should be"
    )
    return said(after, f"Counted {money(minor, world)}: {told}", world), (fact,)


def check_sum(minor: int, purpose: str, inside_minor: int) -> None:
    """Raises OrderRefused for nothing, and for more than can be in the drawer."""
    if minor <= 0:
        raise OrderRefused("type how much it is")
    if purpose != "pay_in" and minor > max(0, inside_minor):
        raise OrderRefused("so much is not in the drawer; look at what you typed")


def _training(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    """On or off; the station begins anew with a journal and a floor of its own, or with the real ones."""
    world.require(MANAGE, "end the training" if world.training else "begin a training")
    if till.draft.begun or world.ledger.payments:
        raise OrderRefused("finish this order first")
    words = "Training ends: what is done counts again" if world.training else "Training begins: nothing counts"
    return said(till, words, world), (TrainingSwitched(on=not world.training),)


def _printer(till: Till, address: str, world: World, _desk: Desk) -> Result:
    return said(till, f"Printing at {address} from now on", world), (PrinterChosen(printer=address),)


def _print(till: Till, what: str, world: World, _desk: Desk) -> Result:
    if what == "drop":
        return said(till, "What waited is not printed any more", world), (PrintDropped(),)
    return said(till, "A test page is printed", world), (PrintAsked(what="test"),)


ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {
    "daily": lambda till, _rest, _world, _desk: (replace(till, sheet=Daily(), focus=""), ()),
    "amount": _amount,
    "amount_done": _done,
    "count_drawer": _count,
    "no_sale": lambda till, _rest, world, desk: _reasoned(till, "no_sale", world, desk),
    "pay_in": lambda till, _rest, world, desk: _reasoned(till, "pay_in", world, desk),
    "pay_out": lambda till, _rest, world, desk: _reasoned(till, "pay_out", world, desk),
    "drawer_why": _why,
    "training": _training,
    "printers": lambda till, _rest, _world, _desk: (replace(till, sheet=Printers(), focus=""), ()),
    "printer": _printer,
    "print": _print,
}
