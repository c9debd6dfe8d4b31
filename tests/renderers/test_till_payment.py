"""A payment in all its forms: one who pays, several, cards that nobody knows of, and a till that loses its power in the middle."""

from dataclasses import replace

import pytest

from station.domain.facts import OrderPaid, OrderSent, TenderDropped, TenderSettled, TenderTaken
from station.domain.money import round_cash
from station.renderers.role import Tap
from station.renderers.till_forms import Asking, Paying
from tests.renderers.keeper import Keeper
from tests.renderers.test_till import ANNA, SATAY, SOUP, TOAST, make_world

LEAD = replace(
    ANNA, permissions=ANNA.permissions | {"order.discount", "order.refund", "line.void", "drawer.open", "drawer.count"}
)


@pytest.fixture
def till():
    return Keeper(make_world(person=LEAD))


def ring_up(till, *items):
    for one in items:
        till.tap(f"category:{one.category_id}", f"item:{one.id}")
    return till.tap("pay")


def sent(till):
    (fact,) = till.facts(OrderSent)
    return fact


def test_eat_in_or_take_away_is_asked_before_the_payment_unless_somebody_said_so(till):
    till.tap(f"item:{SOUP.id}")
    till.do(Tap("pay"))
    assert isinstance(till.state.sheet, Asking)
    till.tap("mode:take_away")
    assert isinstance(till.state.sheet, Paying), "asked, it goes on to the payment"
    till.tap("tender:cash:exact")
    assert sent(till).mode == "take_away"
    till.tap(f"item:{SOUP.id}", "mode:eat_in")
    till.do(Tap("pay"))
    assert isinstance(till.state.sheet, Paying)


def test_a_card_is_in_the_journal_before_it_goes_through_the_terminal(till):
    ring_up(till, SOUP).tap("tender:card")
    (taken,) = till.facts(TenderTaken)
    assert (taken.tender.state, taken.tender.amount_minor, taken.tender.kind) == ("unknown", 650, "card")
    assert taken.draft is not None
    till.tap("terminal:approved")
    assert [(one.id, one.state) for one in sent(till).tenders] == [(taken.tender.id, "approved")]
    assert till.ledger.payments == {}


def test_a_declined_card_pays_nothing_and_stands_beside_the_one_that_did(till):
    ring_up(till, SOUP).tap("tender:card", "terminal:declined")
    assert "Declined" in till.message
    assert not till.facts(OrderSent)
    till.tap("tender:cash:exact")
    assert [(one.kind, one.state, one.amount_minor) for one in sent(till).tenders] == [
        ("card", "declined", 650),
        ("cash", "approved", 650),
    ]


def test_a_card_that_was_never_put_in_leaves_nothing(till):
    ring_up(till, SOUP).tap("tender:card", "terminal:not", "close")
    assert [fact.why for fact in till.facts(TenderDropped)] == ["not taken"]
    assert till.ledger.payments == {}
    assert till.state.sheet is None


def test_a_card_that_nobody_knows_of_holds_nothing_up_and_is_shown_until_it_is_settled(till):
    ring_up(till, SOUP).tap("tender:card", "terminal:unknown")
    assert sent(till).tenders[0].state == "unknown"
    assert next(one for one in till.scene.found() if one.hit.action == "orders")
    ((order, tender),) = till.ledger.unsettled
    till.later(10).tap("daily", "settling", f"settle:approved:{tender.id}")
    (settled,) = till.facts(TenderSettled)
    assert (settled.was, settled.tender.state, settled.tender.id != tender.id) == (tender.id, "approved", True)
    assert till.ledger.unsettled == ()
    assert till.ledger.orders[order.sale.order].tenders[0].state == "approved"


def test_three_pay_the_same_and_the_parts_are_the_total(till):
    ring_up(till, SATAY, SOUP, TOAST).tap("split", "split:equal", "split:among:3")
    till.tap("tender:cash:exact", "pay:next", "tender:card", "terminal:approved", "pay:next", "tender:cash:exact")
    fact = sent(till)
    assert [one.share for one in fact.tenders] == ["1 of 3", "2 of 3", "3 of 3"]
    assert sum(one.amount_minor for one in fact.tenders) == fact.total_minor + fact.rounding_minor == 2_310
    assert len(till.facts(TenderTaken)) == 3, "two that paid in part, one of them a card twice"


def test_each_pays_what_they_had(till):
    ring_up(till, SATAY, SOUP).tap("split", "split:items")
    line = till.state.draft.lines[1].id
    till.tap(f"split:line:{line}", "split:take", "tender:cash:1000")
    assert [
        (one.amount_minor, one.change_minor, one.share) for one in till.facts(TenderTaken)[0:1] for one in [one.tender]
    ] == [(650, 350, "1 Soup")]
    till.tap("pay:next")
    assert "tender:cash:exact" in till.actions()
    till.tap("tender:cash:exact")
    assert [one.amount_minor for one in sent(till).tenders] == [650, 1_240]


def test_the_change_of_one_is_given_before_the_next_pays_and_a_double_tap_pays_once(till):
    ring_up(till, SATAY, SOUP)
    found = till.tap("split", "split:equal", "split:among:2").scene.action("tender:cash:exact")
    assert found is not None
    for _ in range(3):
        under = till.scene.hit(found.rect.x + 9, found.rect.y + 9)
        till.do(Tap(under.action, under.enabled))
    assert len(till.facts(TenderTaken)) == 1
    assert not till.facts(OrderSent)


def test_a_sum_of_ones_own_and_a_voucher_pay_a_part(till):
    ring_up(till, SATAY).tap("pay:type:voucher").digits("1000").tap("tender:voucher:1000", "pay:next")
    till.tap("split", "split:sum").digits("100").tap(
        "pay:part:100", "tender:cash:exact", "pay:next", "tender:cash:exact"
    )
    assert [(one.kind, one.amount_minor) for one in sent(till).tenders] == [
        ("voucher", 1_000),
        ("cash", 100),
        ("cash", 140),
    ]


def test_a_voucher_pays_no_more_than_is_due_and_gives_nothing_back(till):
    ring_up(till, TOAST).tap("pay:type:voucher").digits("5000").tap("tender:voucher:5000")
    (tender,) = sent(till).tenders
    assert (tender.amount_minor, tender.change_minor) == (420, 0)


def test_a_tip_comes_on_top_of_a_card_and_is_no_part_of_the_order(till):
    ring_up(till, SOUP).tap("pay:type:tip").digits("100").tap("pay:tip:100", "tender:card")
    assert any("7.50" in hit.hit.label for hit in till.scene.found() if hit.hit.action == "terminal:approved")
    till.tap("terminal:approved")
    (tender,) = sent(till).tenders
    assert (tender.amount_minor, tender.tip_minor, sent(till).total_minor) == (650, 100, 650)


def test_the_guest_says_keep_the_change(till):
    ring_up(till, SOUP).tap("pay:type:cash").digits("1000").tap("tender:cash:tip:1000")
    (tender,) = sent(till).tenders
    assert (tender.amount_minor, tender.given_minor, tender.change_minor, tender.tip_minor) == (650, 650, 0, 350)


def test_what_was_paid_in_part_can_be_given_back_before_the_order_is_closed(till):
    ring_up(till, SATAY, SOUP).tap("split", "split:equal", "split:among:2", "tender:cash:exact", "pay:next")
    till.tap("pay:list", "tender:drop:")
    assert "Give 9.45" in till.message.replace("\xa0", " ")
    assert till.ledger.payments == {}
    till.tap("close")
    assert till.state.sheet is None
    assert [line.item.name for line in till.state.draft.lines] == ["Satay", "Soup"]


def test_a_payment_is_not_left_while_a_part_is_paid(till):
    ring_up(till, SATAY, SOUP).tap("split", "split:equal", "split:among:2", "tender:cash:exact", "pay:next")
    till.tap("split", "split:none", "close")
    assert "give it back first" in till.message
    assert isinstance(till.state.sheet, Paying)


@pytest.mark.parametrize("rounding", [1, 5, 10])
def test_parts_in_cash_are_what_cash_can_be_and_only_the_last_is_rounded(rounding):
    world = make_world(person=LEAD)
    menu = replace(world.shop.menu, cash_rounding_minor=rounding)
    till = Keeper(replace(world, shop=replace(world.shop, menu=menu)))
    odd = replace(SOUP, price_minor=1_003)
    till.world = replace(till.world, shop=replace(till.world.shop, menu=replace(menu, items=(odd,))))
    ring_up(till, odd).tap("split", "split:equal", "split:among:3")
    till.tap("tender:cash:exact", "pay:next", "tender:cash:exact", "pay:next", "tender:cash:exact")
    fact = sent(till)
    assert all(one.amount_minor % rounding == 0 for one in fact.tenders)
    assert sum(one.amount_minor for one in fact.tenders) == round_cash(1_003, rounding)
    assert fact.rounding_minor == round_cash(1_003, rounding) - 1_003


def test_a_till_that_lost_its_power_goes_on_with_the_payment(till):
    ring_up(till, SATAY, SOUP).tap("split", "split:equal", "split:among:2", "tender:cash:exact")
    number = till.facts(TenderTaken)[0].number
    till.dies()
    assert isinstance(till.state.sheet, Paying)
    assert "go on with it" in till.message
    till.tap("tender:card", "terminal:approved")
    fact = sent(till)
    assert fact.number == number
    assert [(one.kind, one.amount_minor) for one in fact.tenders] == [("cash", 945), ("card", 945)]
    assert len(till.dies().facts(OrderSent)) == 1
    assert till.state.sheet is None


def test_a_till_that_died_with_a_card_on_the_terminal_asks_what_became_of_it(till):
    ring_up(till, SOUP).tap("tender:card").dies()
    assert "terminal:approved" in till.actions()
    till.tap("terminal:approved")
    assert [one.state for one in sent(till).tenders] == ["approved"]


def test_whoever_comes_next_finds_the_payment_that_was_begun(till):
    ring_up(till, SATAY, SOUP).tap("split", "split:equal", "split:among:2", "tender:cash:exact", "pay:next")
    till.leaves().comes(replace(LEAD, id=ANNA.id[:-1] + "0", name="Lena"))
    assert isinstance(till.state.sheet, Paying)
    till.tap("tender:cash:exact")
    assert len(sent(till).tenders) == 2


def test_an_order_that_a_discount_made_free_is_sent_without_a_payment(till):
    profile = replace(till.world.shop.profile, discount_limit_bp=10_000)
    till.world = replace(till.world, shop=replace(till.world.shop, profile=profile))
    till.tap(f"item:{SOUP.id}", "more", "discount:", "give:percent").digits("100").tap("discount:typed", "why:Staff")
    till.tap("pay", "tender:none")
    fact = sent(till)
    assert (fact.tenders, fact.total_minor, fact.tax_minor) == ((), 0, 0)
    assert [(one.amount_minor, one.reason) for one in fact.discounts] == [(650, "Staff")]


def test_a_discount_that_is_typed_has_a_limit(till):
    till.tap(f"item:{SOUP.id}", "more", "discount:", "give:percent").digits("51").tap("discount:typed", "why:Staff")
    assert "more than 50" in till.message.lower()
    assert till.state.draft.reductions == ()


def test_an_unpaid_order_is_split_and_paid_as_any_other(till):
    from tests.renderers.test_till_bills import phoned  # noqa: PLC0415

    class Floor:
        cards = till.share

    phoned(Floor, TOAST, SOUP)
    till.look().tap("bills", "bill:").look()
    till.tap("split", "split:equal", "split:among:2", "tender:cash:exact", "pay:next", "tender:cash:exact")
    (paid,) = till.facts(OrderPaid)
    assert sum(one.amount_minor for one in paid.tenders) == paid.total_minor == 1_070
    assert till.look().state.billing == ""


def test_a_till_that_died_while_a_bill_was_half_paid_goes_on_with_it(till):
    from tests.renderers.test_till_bills import phoned  # noqa: PLC0415

    class Floor:
        cards = till.share

    phoned(Floor, TOAST, SOUP)
    till.look().tap("bills", "bill:").look()
    till.tap("split", "split:equal", "split:among:2", "tender:cash:exact").dies()
    till.tap("tender:cash:exact")
    (paid,) = till.facts(OrderPaid)
    assert [one.amount_minor for one in paid.tenders] == [535, 535]
