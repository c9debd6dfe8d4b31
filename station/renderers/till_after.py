"""An order after it was sold: taken off, refunded, added to; and a card of which nobody knew, settled."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import msgspec

from station.domain.bills import Bill
from station.domain.changing import PERMISSION as VOID
from station.domain.changing import Before, Paying, Wish, change_paid
from station.domain.draft import Draft
from station.domain.facts import Fact, SoldLine, Tender, TenderSettled, TenderState
from station.domain.orders import Sale
from station.domain.refunds import PERMISSION as REFUND
from station.domain.refunds import Asked, Wanted, refund, ways_back, worth_minor
from station.domain.sold import LineNow, SoldOrder
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.scene import Panel
from station.renderers.till_bills import bill_of, given_back
from station.renderers.till_choices import rows_sheet
from station.renderers.till_forms import Paying as PayingSheet
from station.renderers.till_forms import Settling, Viewing
from station.renderers.till_layout import money
from station.renderers.till_orders import viewed
from station.renderers.till_reasons import TAKEN_AWAY, ask
from station.renderers.till_sale import changed_bill, check_open
from station.renderers.till_state import Till, said
from station.renderers.widgets.listing import Row
from station.renderers.widgets.text import clock
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


def settling_sheet(settling: Settling, world: World) -> tuple[Panel, ...]:
    """Every card that is open, with its order; a tap says that it went through, or that it did not."""
    rows: list[Row] = []
    for order, tender in world.ledger.unsettled:
        sum_text = money(tender.amount_minor + tender.tip_minor, world)
        told = f"{order.number.upper()} at {clock(order.at)}"
        rows += [
            Row(
                f"settle:approved:{tender.id}",
                f"It went through: {told}",
                "the terminal's report has it",
                "✓",
                sum_text,
            ),
            Row(f"settle:declined:{tender.id}", f"It did not: {told}", "nobody was charged", "✗", sum_text),
        ]
    return rows_sheet(
        world, "settling", "Cards nobody knows of", rows, settling.page, "settling", empty="Every card is known"
    )


def _changes_bill(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    """From the payment of a bill to what is on it."""
    bill = bill_of(till, world)
    if bill is None or not isinstance(till.sheet, PayingSheet) or till.sheet.begun:
        raise OrderRefused("a part of it is paid already: take the rest first, and refund what was wrong")
    return replace(till, sheet=Viewing(bill.sale.order, bill=till.billing), focus=""), ()


def _void(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    world.require(VOID, "take something off an order that was sent")
    approver = "" if world.approver is None else world.approver.id
    after = replace(till, approved_discount=approver)
    return ask(after, "Why is it taken off?", "void", TAKEN_AWAY, till.sheet), ()


def _voided(till: Till, why: str, world: World, desk: Desk) -> Result:
    viewing = till.sheet
    if not isinstance(viewing, Viewing):
        return till, ()
    about = viewed(till, viewing, world)
    if not isinstance(about, Bill):
        return replace(till, sheet=None), ()
    left = {line.id: line.count - viewing.counts[line.id] for line in about.lines if viewing.counts.get(line.id)}
    wish = Wish(left, why=why, approved_by=till.approved_discount or None)
    return changed_bill(replace(till, billing=viewing.bill, approved_discount=""), about, wish, world, desk)


def _refund(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    check_open(world)
    world.require(REFUND, "refund an order")
    approver = "" if world.approver is None else world.approver.id
    return ask(replace(till, approved_discount=approver), "Why is it refunded?", "refund", TAKEN_AWAY, till.sheet), ()


def _refunded(till: Till, why: str, world: World, desk: Desk) -> Result:
    """The kitchen leaves what it has not made, and the money goes back: one after the other in the journal, both or none."""
    viewing = till.sheet
    if not isinstance(viewing, Viewing):
        return till, ()
    order = viewed(till, viewing, world)
    if not isinstance(order, SoldOrder) or world.person is None:
        return replace(till, sheet=None), ()
    wanted = Wanted({key: count for key, count in viewing.counts.items() if count})
    step = world.shop.menu.cash_rounding_minor
    drawer = None if world.ledger.drawer is None else world.ledger.drawer.session
    asked = Asked(why, world.shop.business_day_id, till.approved_discount or None, drawer)
    ways = ways_back(order, wanted, step)
    taken = _left_by_kitchen(order, wanted, why, till, world, desk) if viewing.kitchen else ()
    after = replace(till, sheet=Viewing(viewing.order, sold=viewing.sold), approved_discount="")
    if taken and not worth_minor(order, wanted):
        return said(after, "The kitchen leaves it; nothing was paid for it", world), taken
    fact = refund(order, wanted, asked, step, desk.new_id)
    text = " and ".join(f"{money(minor, world)} {_WAYS[kind]}" for kind, minor in ways.items())
    return said(after, f"Give back {text}", world), (*taken, fact)


_WAYS: Final = {"cash": "in cash", "card": "to the card, on the terminal", "voucher": "as a voucher"}


def _left_by_kitchen(
    order: SoldOrder, wanted: Wanted, why: str, till: Till, world: World, desk: Desk
) -> tuple[Fact, ...]:
    """What is refunded is not made; what was handed over is no longer the kitchen's, and stays as it is."""
    left: dict[str, int] = {}
    for now in order.lines:
        less = min(wanted.counts.get(now.line.id, 0), now.in_kitchen)
        if less:
            left[now.line.id] = now.in_kitchen - less
    if not left or world.person is None:
        return ()
    lines = tuple(_as_in_kitchen(now) for now in order.lines if now.in_kitchen)
    wish = Wish(left, why=why, approved_by=till.approved_discount or None)
    sale = Sale(
        order=desk.new_id(),
        number=order.number,
        station=world.station,
        staff=world.person,
        business_day_id=world.shop.business_day_id,
        at=world.now,
        training=world.training,
    )
    step = world.shop.menu.cash_rounding_minor
    return (change_paid(Before(order.sale, lines, order.next_part), wish, sale, Paying((), step), desk.new_id),)


def _as_in_kitchen(now: LineNow) -> SoldLine:
    return msgspec.structs.replace(now.line, count=now.in_kitchen, total_minor=now.line.unit_minor * now.in_kitchen)


def _add(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    """What is tapped next comes to the order that was sent: the kitchen gets that alone."""
    viewing = till.sheet
    if not isinstance(viewing, Viewing):
        return till, ()
    about = viewed(till, viewing, world)
    if about is None:
        return replace(till, sheet=None), ()
    check_open(world)
    world.require("order.take", "add to an order")
    if till.draft.begun:
        raise OrderRefused("finish this order or hold it first, then add to the other one")
    if isinstance(about, SoldOrder) and about.cancelled:
        raise OrderRefused("that order is cancelled; take a new one")
    sale = about.sale
    adding = SoldOrder(sale, None, world.now, about.changes) if isinstance(about, Bill) else about
    draft = Draft(mode=sale.mode, customer=sale.token.customer)
    after = replace(
        till, sheet=None, draft=draft, adding=adding, changing=viewing.bill, moded=True, reserved=None, last=None
    )
    return said(after, f"Tap what comes to {sale.number.upper()}", world), ()


def left_alone(till: Till, _rest: str, world: World, _desk: Desk) -> Result:
    """Nothing comes to it after all."""
    after = Till(category=till.category, seen=till.seen, keys=till.keys, owner=till.owner, billing=till.billing)
    return given_back(after, world) if till.billing else (after, ())


def _settle(till: Till, what: str, world: World, desk: Desk) -> Result:
    """What the terminal's own report, or the bank, says of it now."""
    state, _, key = what.partition(":")
    found = next(((one, tender) for one, tender in world.ledger.unsettled if tender.id == key), None)
    if found is None:
        return till, ()
    order, was = found
    world.require(REFUND, "say what became of a card")
    known: TenderState = "approved" if state == "approved" else "declined"
    tip = was.tip_minor if known == "approved" else 0
    now = Tender(
        id=desk.new_id(),
        kind=was.kind,
        amount_minor=was.amount_minor,
        given_minor=was.given_minor,
        reference=was.reference,
        state=known,
        tip_minor=tip,
        share=was.share,
    )
    fact = TenderSettled(order=order.sale.order, business_day=world.shop.business_day_id, tender=now, was=was.id)
    text = "It went through" if known == "approved" else f"{order.number.upper()} was not paid: it is in the report"
    return said(till, text, world), (fact,)


ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {
    "bill_change": _changes_bill,
    "view_void": _void,
    "void": _voided,
    "view_refund": _refund,
    "refund": _refunded,
    "view_add": _add,
    "leave": left_alone,
    "settling": lambda till, rest, _world, _desk: (replace(till, sheet=Settling(int(rest or 0)), focus=""), ()),
    "settle": _settle,
}
