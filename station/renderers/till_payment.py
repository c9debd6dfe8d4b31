"""The money of one order: its tenders one after the other, each kept before the next, and the fact that closes it, once.

What was paid in part is in the journal before the screen says so: a till that loses its power goes on where it was (`recovered`). A
card is in the journal before it goes through the terminal, since what became of it is known to the terminal alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from station.domain import tenders
from station.domain.bills import Bill, Payment, paid
from station.domain.changing import Before, Wish, change_paid
from station.domain.changing import Paying as PaidBy
from station.domain.draft import Reduction
from station.domain.facts import Fact, OrderSent, Tender, TenderDropped, TenderState, TenderTaken
from station.domain.floor import held_ended
from station.domain.held import Origin, held, taken_up
from station.domain.ledger import OpenPayment
from station.domain.orders import discounts_of, place
from station.domain.pricing import Share, price, taken_off
from station.domain.tenders import Due, due
from station.domain.token import Body
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.till_bills import bill_moved, bill_of
from station.renderers.till_forms import Part, Paying
from station.renderers.till_held import ended
from station.renderers.till_layout import money
from station.renderers.till_sale import after_sale, check_open, recorded, sale_for
from station.renderers.till_state import Reserved, Till, said
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is being paid: an order that is taken, a bill, or what comes to an order that was sent."""

    order: str
    number: str
    total_minor: int
    bill: str | None = None
    change_of: str | None = None


def purchase(till: Till, world: World) -> Purchase | None:
    bill = bill_of(till, world)
    if bill is not None:
        off = sum(share.amount_minor for share in bill_shares(bill, _paying(till).reductions))
        return Purchase(bill.sale.order, bill.sale.number, bill.total_minor - off, bill=till.billing)
    if till.reserved is None or till.billing:
        return None
    change = None if till.adding is None else till.adding.sale.order
    total = price(till.draft).total_minor
    return Purchase(till.reserved.order, till.reserved.number, total, change_of=change)


def bill_shares(bill: Bill, reductions: tuple[Reduction, ...]) -> tuple[Share, ...]:
    """What is taken off a bill when it is paid."""
    return taken_off([(line.id, line.total_minor, line.tax_bp) for line in bill.lines], reductions)


def all_due(till: Till, world: World) -> Due:
    """All that is still to be paid."""
    bought = purchase(till, world)
    total = 0 if bought is None else bought.total_minor
    return due(total, _paying(till).tenders, world.shop.menu.cash_rounding_minor)


def open_due(till: Till, world: World) -> Due:
    """What the next one pays: all that is left, or their part of a split bill."""
    whole, parts = all_due(till, world), _paying(till).parts
    if not parts:
        return whole
    return tenders.part_of(whole, parts[0].amount_minor, world.shop.menu.cash_rounding_minor)


def pay_cash(till: Till, given: str, world: World, desk: Desk) -> Result:
    """`given`: "exact", minor units, or "tip:…": what is more than due stays as a tip."""

    def made(now: Due, key: str) -> Tender:
        if given == "exact":
            return tenders.cash(
                now,
                now.cash_minor + _paying(till).tip_minor,
                key,
                tip_minor=_paying(till).tip_minor,
                share=_share(till),
            )
        keeps, _, minor = given.rpartition(":")
        tip = max(0, int(minor) - now.cash_minor) if keeps == "tip" else _paying(till).tip_minor
        return tenders.cash(now, int(minor), key, tip_minor=tip, share=_share(till))

    return _pay(till, made, world, desk)


def pay_voucher(till: Till, worth: str, world: World, desk: Desk) -> Result:
    """`worth`: in minor units."""
    reference = _paying(till).reference
    return _pay(
        till,
        lambda now, key: tenders.voucher(now, int(worth or "0"), key, reference, share=_share(till)),
        world,
        desk,
    )


def pay_nothing(till: Till, world: World, desk: Desk) -> Result:
    """An order of which nothing is left to pay."""
    if not isinstance(till.sheet, Paying) or all_due(till, world) != Due(0, 0):
        return till, ()
    return _close(till, till.sheet.tenders, world, desk)


def to_terminal(till: Till, world: World, desk: Desk) -> Result:
    """The card goes through the standalone terminal now; until somebody says how that ended, nobody knows."""
    paying = till.sheet
    if not isinstance(paying, Paying) or paying.terminal is not None or paying.between is not None:
        return till, ()
    _check(till, world)
    card = tenders.card(
        open_due(till, world), desk.new_id(), state="unknown", tip_minor=_paying(till).tip_minor, share=_share(till)
    )
    if not card.amount_minor:
        raise OrderRefused("nothing is left to pay")
    after = replace(till, sheet=replace(paying, terminal=card, typing="", given="", listing=False), focus="")
    return after, _taken(till, card, world, desk)


def terminal_said(till: Till, what: str, world: World, desk: Desk) -> Result:
    """`what`: approved, declined or unknown, as the terminal shows it; "not" when the card was never put in."""
    paying = till.sheet
    if not isinstance(paying, Paying) or paying.terminal is None:
        return till, ()
    card, rest = paying.terminal, replace(paying, terminal=None, reference="", typing="", given="")
    bought = purchase(till, world)
    if bought is None:
        return till, ()
    if what == "not":
        return replace(till, sheet=rest, focus=""), (
            TenderDropped(order=bought.order, tender=card.id, why="not taken"),
        )
    state: TenderState = "approved" if what == "approved" else "declined" if what == "declined" else "unknown"
    card = msgspec.structs.replace(card, state=state, reference=paying.reference)
    if state == "declined":
        card = msgspec.structs.replace(card, tip_minor=0)
        after = replace(till, sheet=replace(rest, tenders=(*rest.tenders, card)), focus="")
        return said(after, "Declined: take another card, or another way to pay", world), _taken(till, card, world, desk)
    return _settle(replace(till, sheet=rest), card, world, desk)


def dropped(till: Till, tender_id: str, world: World, _desk: Desk) -> Result:
    """What was paid in part goes back before the order is closed."""
    paying, bought = till.sheet, purchase(till, world)
    found = next((one for one in _paying(till).tenders if one.id == tender_id), None)
    if not isinstance(paying, Paying) or bought is None or found is None:
        return till, ()
    world.require("line.void", f"give {money(found.amount_minor, world)} back")
    rest = tuple(one for one in paying.tenders if one.id != tender_id)
    after = replace(till, sheet=replace(paying, tenders=rest, parts=(), listing=bool(rest)), focus="")
    fact = TenderDropped(order=bought.order, tender=tender_id, why=world.by("given back"), drawer=_drawer(world))
    way = "in cash" if found.kind == "cash" else f"by {found.kind}"
    return said(after, f"Give {money(found.amount_minor + found.tip_minor, world)} back {way}", world), (fact,)


def left(till: Till, world: World) -> tuple[Fact, ...]:
    """To be recorded when the payment is left with nothing paid: what was declined is over. Raises OrderRefused otherwise."""
    paying, bought = _paying(till), purchase(till, world)
    if paying.terminal is not None:
        raise OrderRefused("say first what the terminal shows: approved, declined, or that nobody knows")
    if paying.begun:
        raise OrderRefused("a part of it is paid: take the rest, or give it back first")
    if bought is None:
        return ()
    return tuple(TenderDropped(order=bought.order, tender=one.id, why="left") for one in paying.tenders)


def recovered(till: Till, world: World) -> Till:
    """The till with a payment that was cut off: somebody had paid, or a card was on the terminal."""
    if till.draft.begun or till.billing or till.sheet is not None or world.person is None:
        return till
    found = next((one for one in world.ledger.payments.values() if one.draft is not None or one.bill is not None), None)
    if found is None:
        return till
    return said(_restored(till, found, world), "This payment was begun before: go on with it", world)


def _restored(till: Till, found: OpenPayment, world: World) -> Till:
    known = tuple(found.tenders.values())
    terminal = known[-1] if known and known[-1].state == "unknown" else None
    paying = Paying(tenders=tuple(one for one in known if one is not terminal), terminal=terminal)
    if found.draft is None:
        return replace(till, billing=found.bill or "", sheet=paying)
    draft = taken_up(found.draft, world.shop.menu).draft
    reserved = Reserved(found.order, found.number, found.business_day)
    adding = None if found.change_of is None else world.ledger.orders.get(found.change_of)
    return replace(till, draft=draft, reserved=reserved, sheet=paying, moded=True, adding=adding)


def _pay(till: Till, make: Callable[[Due, str], Tender], world: World, desk: Desk) -> Result:
    """Outside a payment nothing is paid: the second tap of a double tap finds it closed, or the change being given."""
    paying = till.sheet
    if not isinstance(paying, Paying) or paying.terminal is not None or paying.between is not None:
        return till, ()
    _check(till, world)
    if purchase(till, world) is None:
        return till, ()
    return _settle(till, make(open_due(till, world), desk.new_id()), world, desk)


def _settle(till: Till, tender: Tender, world: World, desk: Desk) -> Result:
    """With this tender: the order is closed when it was the last one, else it is kept and the next one pays."""
    paying = _paying(till)
    taken = (*paying.tenders, tender)
    after = replace(till, sheet=replace(paying, tenders=taken))
    if all_due(after, world) == Due(0, 0):
        return _close(after, taken, world, desk)
    rest = replace(paying, tenders=taken, parts=paying.parts[1:], typing="", given="", tip_minor=0, reference="")
    return replace(till, sheet=replace(rest, between=tender), focus=""), _taken(till, tender, world, desk)


def _taken(till: Till, tender: Tender, world: World, desk: Desk) -> tuple[Fact, ...]:
    """Kept before anything else happens; with what is being paid, the first time."""
    bought = purchase(till, world)
    if bought is None or world.person is None:
        raise OrderRefused("nobody is logged in; scan your card first")
    known = world.ledger.payments.get(bought.order)
    draft: Body | None = None
    if bought.bill is None and (known is None or known.draft is None):
        origin = Origin(desk.new_id(), world.person, world.station, world.now)
        draft = held(till.draft, origin, bought.number, bought.order, world.shop.business_day)
    fact = TenderTaken(
        order=bought.order,
        number=bought.number,
        business_day=world.shop.business_day_id,
        tender=tender,
        draft=draft,
        bill=bought.bill,
        change_of=bought.change_of,
    )
    return (fact,)


def _close(till: Till, taken: tuple[Tender, ...], world: World, desk: Desk) -> Result:
    if till.billing:
        return _close_bill(till, taken, world, desk)
    if till.adding is not None:
        return _close_addition(till, taken, world, desk)
    if till.reserved is None or world.person is None:
        return till, ()
    if (known := recorded(till.reserved.order, world)) is not None:
        # The journal took it, and then could not say so: it is sold, and must not be sold twice.
        return after_sale(till, known), ended(till, world, "sold")
    sale = sale_for(till.reserved, world.person, world)
    fact = place(till.draft, taken, world.shop.menu, sale, till.confirmed, desk.new_id)
    if till.held:
        fact = msgspec.structs.replace(fact, held=till.held)
    return after_sale(till, fact), (fact, *ended(till, world, "sold"))


def _close_bill(till: Till, taken: tuple[Tender, ...], world: World, desk: Desk) -> Result:
    """The bill ends with its payment."""
    bill = bill_of(till, world)
    if bill is None:
        return till, ()
    shares = bill_shares(bill, _paying(till).reductions)
    payment = Payment(taken, discounts_of(shares, desk.new_id), _drawer(world))
    fact = paid(bill, till.billing, payment, world.shop.menu.cash_rounding_minor)
    last = msgspec.structs.replace(
        bill.sale, tenders=taken, rounding_minor=fact.rounding_minor, total_minor=fact.total_minor
    )
    end = bill_moved(till, held_ended(world.shop.business_day), "end", world.by("paid"), world)
    return replace(till, billing="", sheet=None, last=last, focus=""), (fact, *end)


def _close_addition(till: Till, taken: tuple[Tender, ...], world: World, desk: Desk) -> Result:
    """What came to an order that was paid before."""
    was = till.adding
    if was is None or till.reserved is None or world.person is None:
        return till, ()
    before = Before(was.sale, tuple(now.line for now in was.lines), was.next_part)
    sale = sale_for(till.reserved, world.person, world)
    paid_by = PaidBy(taken, world.shop.menu.cash_rounding_minor)
    fact = change_paid(before, Wish({}, till.draft), sale, paid_by, desk.new_id, till.confirmed)
    shown = _shown(was.sale, taken, fact.total_minor, fact.rounding_minor)
    return after_sale(replace(till, held=""), shown), (fact,)


def _shown(sale: OrderSent, taken: tuple[Tender, ...], total: int, rounding: int) -> OrderSent:
    """The order as the till shows it after the payment: its number, and the change of this payment."""
    return msgspec.structs.replace(sale, tenders=taken, total_minor=total, rounding_minor=rounding)


def _check(till: Till, world: World) -> None:
    check_open(world)
    approved = till.reserved is not None and till.reserved.approved
    if not approved:
        world.require("order.take", "take this payment")


def _paying(till: Till) -> Paying:
    return till.sheet if isinstance(till.sheet, Paying) else Paying()


def _share(till: Till) -> str:
    parts = _paying(till).parts
    return parts[0].share if parts else ""


def _drawer(world: World) -> str | None:
    return None if world.ledger.drawer is None else world.ledger.drawer.session


def equal_parts(till: Till, payers: int, world: World) -> Till:
    """So many pay the same."""
    paying = _paying(till)
    parts = tenders.equal_parts(all_due(till, world).exact_minor, payers, world.shop.menu.cash_rounding_minor)
    named = tuple(Part(minor, f"{index} of {payers}") for index, minor in enumerate(parts, 1))
    return replace(till, sheet=replace(paying, parts=named), focus="")


def one_part(till: Till, minor: int, share: str, world: World) -> Till:
    """The next one pays this much; the rest stays open."""
    whole = all_due(till, world).exact_minor
    if not 0 < minor <= whole:
        raise OrderRefused(f"a part is more than nothing, and at most {money(whole, world)}")
    return replace(till, sheet=replace(_paying(till), parts=(Part(minor, share),), typing="", given=""), focus="")
