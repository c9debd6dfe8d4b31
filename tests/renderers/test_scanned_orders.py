"""A receipt's code on each screen: the order is picked, or it is said where it is."""

from dataclasses import replace
from datetime import UTC, datetime

from station.bench import kitchen
from station.domain.cards import Card
from station.domain.floor import Spot
from station.domain.token import name_of
from station.renderers.fonts import Fonts
from station.renderers.prep import PrepRole
from station.renderers.role import Scanned
from tests.renderers.test_till import SOUP, Cashier, Desk, pay_for
from tests.renderers.test_till_bills import phoned
from tests.renderers.test_till_held import ANNA, Counter, Floor

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_a_prep_display_picks_its_own_and_says_where_others_are() -> None:
    role, first, second = PrepRole(), kitchen.body(1, NOW, age_s=60), kitchen.body(2, NOW, age_s=30)
    cards = dict([kitchen.placed(first, "stations/grill1"), kitchen.placed(second, "pass")])
    world = kitchen.world(kitchen.shop(NOW), cards, NOW, Fonts())
    state, facts = role.handle(role.begin(world), Scanned(first.order), world, Desk())  # type: ignore[arg-type]
    assert (state.card, facts) == (first.key, ())
    state, _ = role.handle(state, Scanned(second.order), world, Desk())  # type: ignore[arg-type]
    assert "is at the pass" in role.scene(state, world).message
    state, _ = role.handle(state, Scanned(kitchen.ident(9, NOW)), world, Desk())  # type: ignore[arg-type]
    assert "not at this station" in role.scene(state, world).message


def test_a_till_says_where_an_order_is_or_that_it_is_not_paid() -> None:
    till = Cashier()
    sent = pay_for(till, SOUP)
    card = Card(Spot("pass", name_of(sent.token)), sent.token)
    till.world = replace(till.world, cards={card.key: card})
    till.do(Scanned(sent.order))  # type: ignore[arg-type]
    assert "T1-042 is at the pass" in till.scene.message
    floor = Floor()
    unpaid, _ = phoned(floor)
    counter = Counter(floor, "till1").comes(ANNA)
    counter.settle().look_at_it()
    counter.do(Scanned(unpaid.order))
    assert "not paid yet" in counter.scene.message
    counter.do(Scanned("01jd9q3v7k8m2n4pqrst000001"))
    assert "the expediter can tell" in counter.scene.message
