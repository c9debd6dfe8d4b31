"""From Pay to the fact that sells: what must be true first, the number, the way to pay, and one order, once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec

from station.domain import tenders
from station.domain.bills import billed
from station.domain.clashes import clashes, unconfirmed
from station.domain.draft import incomplete
from station.domain.facts import Fact, OrderSent, Tender
from station.domain.menu import Person
from station.domain.orders import Sale, check_fits, check_sendable, counter_name, order_number, place
from station.domain.tenders import Due
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.till_bills import pay_bill
from station.renderers.till_held import ended
from station.renderers.till_pay import open_due
from station.renderers.till_state import Choosing, Paying, Reserved, Telling, Till
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]

MESSAGE_S = 5.0


def said(till: Till, text: str, world: World) -> Till:
    """The till, telling this for a moment."""
    return replace(till, message=text, message_until=world.now + timedelta(seconds=MESSAGE_S))


def begin_payment(till: Till, world: World, desk: Desk) -> Till:
    """The payment, or what must be done before it: a choice that is open, a clash that the guest must hear of."""
    _check_open(world)
    world.require("order.take", "take this order")
    if open_lines := incomplete(till.draft):
        line = open_lines[0]
        return replace(till, selected=line.id, sheet=Choosing(line.item, line.chosen, line.id))
    check_sendable(till.draft)
    if unconfirmed(till.draft, till.confirmed):
        return replace(till, sheet=Telling(), focus="")
    reserved = replace(_reserved(till, world, desk), approved=world.approved == "order.take")
    if world.person is not None:
        check_fits(till.draft, _sale(reserved, world.person, world), desk.new_id)
    return replace(till, sheet=Paying(), reserved=reserved, selected="", focus="")


def pressed_pay(till: Till, world: World, desk: Desk) -> Result:
    """On to the payment; from an expediter the order is sent, and paid at a till."""
    after = begin_payment(till, world, desk)
    return _send_later(after, world, desk) if after.later and isinstance(after.sheet, Paying) else (after, ())


def _send_later(till: Till, world: World, desk: Desk) -> Result:
    """Nothing is paid: its bill waits for a till. A test is no sale, and has none."""
    if till.reserved is None or world.person is None:
        return till, ()
    if (recorded := _recorded(till.reserved.order, world)) is not None:
        return _after(till, recorded), ()
    sale = replace(_sale(till.reserved, world.person, world), training=till.test)
    fact = place(till.draft, (), world.shop.menu, sale, till.confirmed, desk.new_id, later=True)
    if not till.test:
        fact = billed(fact, desk.new_id(), world.person.id)
    after = _after(till, fact)
    who = "A test for the kitchen" if till.test else "To be paid at a till"
    return said(after, f"{fact.number.upper()} is sent. {who}", world), (fact,)


def tell(till: Till, line_id: str) -> Till:
    """The guest was told of this line's clash; or it was not, after all."""
    if not isinstance(till.sheet, Telling):
        return till
    told = till.sheet.told
    clash = next((one for one in clashes(till.draft) if one.line_id == line_id), None)
    if clash is None:
        return till
    after = tuple(one for one in told if one != clash) if clash in told else (*told, clash)
    return replace(till, sheet=Telling(after))


def confirm(till: Till, world: World, desk: Desk) -> Result:
    """Whoever is logged in has told the guest of every clash: on to the payment."""
    if not isinstance(till.sheet, Telling) or unconfirmed(till.draft, till.sheet.told):
        return said(till, "Tell the guest of every line first, and tap each one", world), ()
    return pressed_pay(replace(till, confirmed=till.sheet.told), world, desk)


def pay_cash(till: Till, given: str, world: World, desk: Desk) -> Result:
    """`given`: "exact", or minor units."""

    def made(due: Due, tender_id: str) -> Tender:
        return tenders.cash(due, due.cash_minor if given == "exact" else int(given), tender_id)

    return _send(till, made, world, desk)


def pay_card(till: Till, world: World, desk: Desk) -> Result:
    return _send(till, tenders.card, world, desk)


def _send(till: Till, pay: Callable[[Due, str], Tender], world: World, desk: Desk) -> Result:
    """One fact, and a till that is ready for the next order.

    Outside a payment nothing is sold: the second tap of a double tap finds it closed.
    """
    if till.billing:
        return pay_bill(till, pay, world, desk)
    if not isinstance(till.sheet, Paying) or till.reserved is None or world.person is None:
        return till, ()
    _check_open(world)
    if not till.reserved.approved:
        world.require("order.take", "take this order")
    if (recorded := _recorded(till.reserved.order, world)) is not None:
        # The journal took it, and then could not say so: it is sold, and must not be sold twice.
        return _after(till, recorded), ended(till, world, "sold")
    tender = pay(open_due(till, world), desk.new_id())
    sale = _sale(till.reserved, world.person, world)
    fact = place(till.draft, (tender,), world.shop.menu, sale, till.confirmed, desk.new_id)
    if till.held:
        fact = msgspec.structs.replace(fact, held=till.held)
    return _after(till, fact), (fact, *ended(till, world, "sold"))


def _sale(reserved: Reserved, person: Person, world: World) -> Sale:
    return Sale(
        order=reserved.order,
        number=reserved.number,
        station=world.station,
        staff=person,
        business_day_id=world.shop.business_day_id,
        at=world.now,
    )


def _after(till: Till, sent: OrderSent) -> Till:
    return Till(
        category=till.category,
        page=till.page,
        last=sent,
        seen=till.seen,
        keys=till.keys,
        owner=till.owner,
        later=till.later,
        test=till.test,
    )


def _reserved(till: Till, world: World, desk: Desk) -> Reserved:
    """The order's ULID and number: the same again when payment was begun before, so that numbers have no gaps."""
    day = world.shop.business_day
    if till.reserved is not None and till.reserved.business_day == day:
        return till.reserved
    return Reserved(desk.new_id(), order_number(world.station, desk.next_number(counter_name(day))), day)


def _recorded(order: str, world: World) -> OrderSent | None:
    facts = (entry.fact for entry in world.recent)
    return next((fact for fact in facts if isinstance(fact, OrderSent) and fact.order == order), None)


def _check_open(world: World) -> None:
    if world.person is None:
        raise OrderRefused("nobody is logged in; scan your card first")
    if not world.shop.day_open:
        raise OrderRefused("the business day is closed; a manager must open the next one first")
