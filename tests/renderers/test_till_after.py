"""Orders after they were sent: put aside and taken up at another till, changed, taken off, refunded, printed again."""

from dataclasses import replace

import pytest

from station.domain.bills import bill_in
from station.domain.facts import OrderChanged, OrderHeld, OrderPaid, OrderRefunded, OrderSent, PrintAsked
from station.renderers.till_forms import Paying, Viewing
from tests.renderers.keeper import Keeper
from tests.renderers.test_till import ANNA, SATAY, SOUP, TOAST, make_world, ulid
from tests.renderers.test_till_bills import phoned
from tests.renderers.test_till_payment import LEAD, ring_up, sent

LENA = replace(ANNA, id=ulid(), name="Lena")


@pytest.fixture
def till():
    return Keeper(make_world(person=LEAD))


@pytest.fixture
def floor():
    return {}


class On:
    """A floor as `phoned` wants it."""

    def __init__(self, cards):
        self.cards = cards


def sold(till, *items):
    ring_up(till, *items).tap("tender:cash:exact")
    return sent(till).order


def test_an_order_that_is_put_aside_waits_until_it_is_asked_for_and_the_till_is_free(till):
    till.tap(f"item:{SOUP.id}", f"item:{TOAST.id}", "more", "hold")
    assert till.state.draft.lines == ()
    (fact,) = till.facts(OrderHeld)
    assert fact.token.held.parked
    till.look()
    assert till.state.draft.lines == (), "it does not come back by itself"
    till.tap(f"item:{SOUP.id}", "bills", "resume:")
    assert "hold it first" in till.message
    till.tap("close", "clear", "bills", "resume:").look()
    assert [line.item.name for line in till.state.draft.lines] == ["Soup", "Toast"]


def test_anybody_who_may_takes_it_up_at_any_till_and_only_one_till_has_it(floor):
    one = Keeper(make_world(person=LEAD), floor)
    two = Keeper(make_world(station="till2", person=LENA), floor)
    three = Keeper(make_world(station="till3", person=LEAD), floor)
    one.tap(f"item:{SOUP.id}", "more", "discount:", "give:percent").digits("10").tap("discount:typed", "why:Staff")
    one.tap("more", "hold")
    for keeper in (two, three):
        keeper.look().tap("bills")
    # Both ask at once: the floor lets one have it.
    two.tap("resume:")
    three.tap("resume:")
    assert three.state.draft.lines == ()
    two.look()
    assert [line.item.name for line in two.state.draft.lines] == ["Soup"]
    assert [one.reason for one in two.state.draft.reductions] == ["Staff"]
    two.tap("pay", "tender:cash:exact")
    assert sent(two).total_minor == 585
    assert not one.look().facts(OrderSent)
    assert not three.look().facts(OrderSent)


def test_what_a_dead_till_had_taken_up_of_somebody_else_waits_again(floor):
    one, two = Keeper(make_world(person=LEAD), floor), Keeper(make_world(station="till2", person=LENA), floor)
    one.tap(f"item:{SOUP.id}", "more", "hold")
    two.look().tap("bills", "resume:")
    two.dies()
    one.look().tap("bills", "resume:").look()
    assert [line.item.name for line in one.state.draft.lines] == ["Soup"]


def test_a_sold_order_is_found_by_its_number_and_by_its_receipt(till):
    order = sold(till, SOUP)
    till.tap("next", "orders").digits("1")
    assert f"order:{order}" in till.actions()
    till.tap("digit:back").digits("7")
    assert f"order:{order}" not in till.actions()
    till.tap("close").scan(order)
    assert till.state.sheet == Viewing(order)


def test_an_order_of_long_ago_is_found_by_its_receipt_too(till):
    order = sold(till, SOUP)
    till.older[order] = till.ledger.orders[order]
    till.world = replace(till.world, ledger=type(till.ledger)())
    till.tap("next").scan(order)
    assert "view:copy" in till.actions()


def test_what_was_sold_at_another_till_is_refunded_there(till):
    till.scan(ulid())
    assert "the expediter can tell" in till.message


def test_a_copy_and_a_kitchen_ticket_are_asked_for(till):
    order = sold(till, SOUP)
    till.tap("next", "orders", "order:", "view:copy", "view:ticket")
    assert [(fact.what, fact.subject) for fact in till.facts(PrintAsked)] == [("copy", order), ("kitchen", order)]


def test_some_of_an_order_is_refunded_and_the_kitchen_leaves_it(till):
    order = sold(till, SOUP, SOUP, TOAST)
    line = sent(till).lines[0].id
    till.tap("next", "orders", "order:", f"view:line:{line}", "view_refund", "why:Wrong item")
    (change,), (refund,) = till.facts(OrderChanged), till.facts(OrderRefunded)
    assert [(take.line, take.before, take.left) for take in change.takes] == [(line, 2, 1)]
    assert (change.lines, change.cancel, change.why) == ((), False, "Wrong item")
    assert [(part.amount_minor, part.count, part.kind) for part in refund.parts] == [(650, 1, "cash")]
    assert "6.50" in till.message
    (first, second) = till.ledger.orders[order].lines
    assert (first.left, first.in_kitchen, second.left) == (1, 1, 1)


def test_what_the_kitchen_has_made_is_refunded_without_telling_it(till):
    sold(till, SOUP)
    till.tap("next", "orders", "order:", "view:all", "view:kitchen", "view_refund", "why:Not good")
    assert not till.facts(OrderChanged)
    assert [fact.total_minor for fact in till.facts(OrderRefunded)] == [650]


def test_a_whole_order_is_cancelled_with_a_reason(till):
    order = sold(till, SOUP, TOAST)
    till.tap("next", "orders", "order:", "view:all", "view_refund", "why:Never came")
    (change,) = till.facts(OrderChanged)
    assert change.cancel
    assert till.ledger.orders[order].cancelled
    assert till.ledger.orders[order].refunded_minor == 1_070
    till.tap("view:all")
    assert till.scene.action("view_refund").hit.enabled is False, "nothing is left to refund"


def test_money_goes_back_the_way_it_came_and_never_more_than_was_paid(till):
    ring_up(till, SATAY, SOUP).tap(
        "split", "split:equal", "split:among:2", "tender:card", "terminal:approved", "pay:next"
    )
    till.tap("tender:cash:exact", "next", "orders", "order:", "view:all", "view_refund", "why:Never came")
    (refund,) = till.facts(OrderRefunded)
    by_kind = {}
    for part in refund.parts:
        by_kind[part.kind] = by_kind.get(part.kind, 0) + part.amount_minor
    assert by_kind == {"card": 945, "cash": 945}
    assert "to the card, on the terminal" in till.message


def test_a_cashier_needs_somebody_for_a_refund(till):
    sold(till, SOUP)
    till.world = replace(till.world, person=replace(LEAD, permissions=frozenset({"order.take"})))
    till.tap("next", "orders", "order:", "view:all")
    assert till.world.locked("order.refund")
    with pytest.raises(Exception, match="may not refund an order"):
        till.tap("view_refund")


def test_what_comes_to_a_paid_order_is_paid_and_only_that_goes_to_the_kitchen(till):
    order = sold(till, SOUP)
    till.tap("next", "orders", "order:", "view_add", f"item:{TOAST.id}", "pay", "tender:cash:500")
    (change,) = till.facts(OrderChanged)
    assert (change.order, change.number, change.total_minor) == (order, "t1-001", 420)
    assert (change.token.order, change.token.part) == (order, "2")
    assert [line.name for line in change.token.lines] == ["Toast"]
    assert [tender.change_minor for tender in change.tenders] == [80]
    assert till.state.adding is None
    assert till.ledger.orders[order].total_minor == 1_070
    till.tap("next", "orders", "order:", "view_add", f"item:{SOUP.id}", "pay", "tender:cash:exact")
    assert till.facts(OrderChanged)[-1].token.part == "3"


def test_a_till_that_died_while_an_addition_was_paid_goes_on_with_it(till):
    order = sold(till, SOUP)
    till.tap("next", "orders", "order:", "view_add", f"item:{TOAST.id}", "pay", "tender:card").dies()
    till.tap("terminal:approved")
    (change,) = till.facts(OrderChanged)
    assert (change.order, change.total_minor) == (order, 420)
    assert len(till.facts(OrderSent)) == 1


def test_an_unpaid_order_is_changed_and_its_bill_with_it(till):
    phoned(On(till.share), SOUP, SOUP, TOAST)
    till.look().tap("bills", "bill:").look().tap("bill_change")
    (soup, _) = bill_in(till.scene and next(iter(till.share.values())).body).lines
    till.tap(f"view:line:{soup.id}", "view_void", "why:Guest changed their mind")
    (change,) = till.facts(OrderChanged)
    (void,) = change.lines
    assert (void.voids, void.count, void.total_minor, void.tax_minor < 0) == (soup.id, 1, -650, True)
    assert (change.total_minor, change.tenders, change.why) == (-650, (), "Guest changed their mind")
    assert [(take.before, take.left) for take in change.takes] == [(2, 1)]
    assert "waits to be paid" in till.message
    till.look().tap("bills", "bill:").look().tap("tender:cash:exact")
    (paid,) = till.facts(OrderPaid)
    assert (paid.total_minor, len(paid.changes)) == (1_070, 1)


def test_something_comes_to_an_unpaid_order(till):
    fact, _ = phoned(On(till.share), SOUP)
    till.look().tap("bills", "bill:").look().tap("bill_change", "view_add", f"item:{TOAST.id}", "pay")
    (change,) = till.facts(OrderChanged)
    assert (change.order, change.total_minor, change.token.part) == (fact.order, 420, "2")
    till.look().tap("bills")
    assert any("10.70" in found.hit.label.replace("\xa0", " ") for found in till.scene.found())
    till.tap("bill:").look().tap("bill_change", "view_add", f"item:{SOUP.id}", "pay")
    assert till.facts(OrderChanged)[-1].token.part == "3"


def test_an_unpaid_order_is_cancelled_as_a_whole_and_nothing_is_left_to_pay(till):
    phoned(On(till.share), SOUP, TOAST)
    till.look().tap("bills", "bill:").look().tap("bill_change", "view:all", "view_void", "why:Never came")
    (change,) = till.facts(OrderChanged)
    assert change.cancel
    assert change.bill is None
    assert "is cancelled" in till.message
    assert "bills" not in till.look().actions()


def test_a_discount_is_taken_off_a_bill_when_it_is_paid(till):
    phoned(On(till.share), SOUP, TOAST)
    till.look().tap("bills", "bill:").look()
    assert isinstance(till.state.sheet, Paying)
    till.tap("discount:")
    till.tap("give:percent").digits("10").tap("discount:typed", "why:Regular guest", "tender:cash:exact")
    (paid,) = till.facts(OrderPaid)
    assert sum(one.amount_minor for one in paid.discounts) == 107
    assert paid.total_minor == 963


def test_quick_quantities_and_a_discount_on_one_line(till):
    till.tap(f"item:{SOUP.id}", f"item:{TOAST.id}")
    soup = till.state.draft.lines[0].id
    till.tap(f"count:{soup}", "quantity:6")
    assert [line.count for line in till.state.draft.lines] == [6, 1]
    till.tap(f"count:{soup}", "quantity:type").digits("40").tap("quantity:40")
    assert till.state.draft.lines[0].count == 40
    till.tap(f"count:{soup}", f"discount:{soup}", "give:amount").digits("1000").tap("discount:typed", "why:Staff")
    till.tap("pay", "tender:cash:exact")
    assert [(one.line, one.amount_minor) for one in sent(till).discounts] == [(soup, 1_000)]
    assert sent(till).total_minor == 40 * 650 + 420 - 1_000
