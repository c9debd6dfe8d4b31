"""From Pay on: what must be true first, the number, what is asked, and orders that are sent without a payment."""

from dataclasses import replace

from station.domain.bills import Bill, billed
from station.domain.changing import Before, Wish, change_unpaid
from station.domain.clashes import clashes, unconfirmed
from station.domain.draft import Mode, incomplete, mode_changed
from station.domain.facts import DrawerMoved, Fact, OrderSent
from station.domain.floor import held_ended
from station.domain.menu import Person
from station.domain.orders import Sale, check_deposits, check_fits, check_sendable, counter_name, order_number, place
from station.domain.pricing import price
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.till_bills import bill_moved, bill_of
from station.renderers.till_forms import Asking, Choosing, Paying, Telling
from station.renderers.till_layout import money
from station.renderers.till_state import Reserved, Till, said
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


def begin_payment(till: Till, world: World, desk: Desk, *, approved: bool = False) -> Till:
    """The payment, or what must be done before it: a choice that is open, a clash that the guest must hear of, where it is eaten.

    `approved`: somebody who may take orders said so for this one already.
    """
    check_open(world)
    if not approved:
        world.require("order.take", "take this order")
    if open_lines := incomplete(till.draft):
        line = open_lines[0]
        return replace(till, selected=line.id, sheet=Choosing(line.item, line.chosen, line.id))
    check_sendable(till.draft)
    check_deposits(price(till.draft))
    if unconfirmed(till.draft, till.confirmed):
        return replace(till, sheet=Telling(), focus="")
    reserved = replace(_reserved(till, world, desk), approved=approved or world.approved == "order.take")
    if world.person is not None:
        check_fits(till.draft, sale_for(reserved, world.person, world), desk.new_id)
    if not till.moded and till.adding is None:
        return replace(till, sheet=Asking(), reserved=reserved, selected="", focus="")
    return replace(till, sheet=Paying(), reserved=reserved, selected="", focus="")


def pressed_pay(till: Till, world: World, desk: Desk, *, approved: bool = False) -> Result:
    """On to the payment; from an expediter the order is sent, and paid at a till; what comes to a bill goes with it."""
    if not till.draft.lines and till.draft.deposits_back:
        return _pay_out(till, world)
    after = begin_payment(till, world, desk, approved=approved)
    if not isinstance(after.sheet, Paying):
        return after, ()
    if after.adding is not None and after.changing:
        return _add_to_bill(after, world, desk)
    return _send_later(after, world, desk) if after.later else (after, ())


def mode_answered(till: Till, mode: Mode, world: World, desk: Desk) -> Result:
    """Eat in or take away, asked or not: every line is taxed anew. Asked, the payment goes on."""
    if till.adding is not None and mode != till.draft.mode:
        raise OrderRefused("the order that this comes to was sent as it is: eat in or take away stays")
    draft = mode_changed(till.draft, mode)
    asked = isinstance(till.sheet, Asking)
    after = replace(till, draft=draft, moded=True, sheet=None if asked else till.sheet)
    if not asked:
        return after, ()
    return pressed_pay(after, world, desk, approved=till.reserved is not None and till.reserved.approved)


def _pay_out(till: Till, world: World) -> Result:
    """Packaging came back, and nothing is bought: its deposits go out of the drawer."""
    check_open(world)
    world.require("order.take", "pay deposits out")
    drawer = world.ledger.drawer
    if drawer is None:
        raise OrderRefused("the drawer is not open: open it first, under Till")
    back = price(till.draft).back_minor
    count = sum(number for _, number in till.draft.deposits_back)
    fact = DrawerMoved(
        session=drawer.session,
        business_day=world.shop.business_day_id,
        move="pay_out",
        amount_minor=-back,
        why=f"deposits back: {count}",
    )
    after = replace(till, draft=replace(till.draft, deposits_back=()), sheet=None)
    return said(after, f"Give {money(back, world)} back in cash", world), (fact,)


def _send_later(till: Till, world: World, desk: Desk) -> Result:
    """Nothing is paid: its bill waits for a till. A test is no sale, and has none."""
    if till.reserved is None or world.person is None:
        return till, ()
    if (known := recorded(till.reserved.order, world)) is not None:
        return after_sale(till, known), ()
    sale = replace(sale_for(till.reserved, world.person, world), training=till.test or world.training)
    fact = place(till.draft, (), world.shop.menu, sale, till.confirmed, desk.new_id, later=True)
    if not till.test:
        fact = billed(fact, desk.new_id(), world.person.id)
    after = after_sale(till, fact)
    who = "A test for the kitchen" if till.test else "To be paid at a till"
    return said(after, f"{fact.number.upper()} is sent. {who}", world), (fact,)


def _add_to_bill(till: Till, world: World, desk: Desk) -> Result:
    """What comes to an order that is not paid yet: the kitchen gets it, and it is on the bill."""
    bill = bill_of(till, world)
    if bill is None:
        return replace(till, adding=None, changing="", sheet=None), ()
    return changed_bill(till, bill, Wish({}, till.draft), world, desk)


def changed_bill(till: Till, bill: Bill, wish: Wish, world: World, desk: Desk) -> Result:
    """A new bill takes the place of the one that this till has, and any till can take its payment."""
    if world.person is None:
        return till, ()
    sale = Sale(
        order=desk.new_id(),
        number=bill.sale.number,
        station=world.station,
        staff=world.person,
        business_day_id=world.shop.business_day_id,
        at=world.now,
        training=world.training,
    )
    before = Before(bill.sale, bill.lines, bill.next_part)
    fact = change_unpaid(before, bill, till.billing, wish, sale, desk.new_id, till.confirmed)
    end = bill_moved(till, held_ended(world.shop.business_day), "end", world.by("changed"), world)
    after = Till(category=till.category, seen=till.seen, keys=till.keys, owner=till.owner)
    number = bill.sale.number.upper()
    text = f"{number} is cancelled" if fact.bill is None else f"{number} is changed, and waits to be paid"
    return said(after, text, world), (fact, *end)


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


def sale_for(reserved: Reserved, person: Person, world: World) -> Sale:
    return Sale(
        order=reserved.order,
        number=reserved.number,
        station=world.station,
        staff=person,
        business_day_id=world.shop.business_day_id,
        at=world.now,
        training=world.training,
        drawer=None if world.ledger.drawer is None else world.ledger.drawer.session,
    )


def after_sale(till: Till, sent: OrderSent) -> Till:
    """The till, ready for the next order."""
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
    if till.adding is not None:
        return Reserved(desk.new_id(), till.adding.number, day)
    return Reserved(desk.new_id(), order_number(world.station, desk.next_number(counter_name(day))), day)


def recorded(order: str, world: World) -> OrderSent | None:
    facts = (entry.fact for entry in world.recent)
    return next((fact for fact in facts if isinstance(fact, OrderSent) and fact.order == order), None)


def check_open(world: World) -> None:
    """Raises OrderRefused when nothing can be sold now."""
    if world.person is None:
        raise OrderRefused("nobody is logged in; scan your card first")
    if not world.shop.day_open:
        raise OrderRefused("the business day is closed; a manager must open the next one first")
