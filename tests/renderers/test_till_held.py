"""What somebody was ringing up waits for them when another person comes to their till, at any till.

The floor here is a dictionary with the one rule that matters: a move is carried out when the file is where the fact says it is.
"""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from station.domain.cards import Card, expected
from station.domain.facts import Entry, Fact, OrderHeld, OrderSent, StaffSeen, TokenMoved
from station.domain.floor import HELD_WAITING, Spot, held_place, is_held
from station.domain.menu import Person
from station.domain.token import Key, name_of
from station.renderers.role import Tap
from station.renderers.till_held import TillHandover
from tests.renderers.test_till import ANNA, NOON, SATAY, SHOP, SOUP, TOAST, Cashier, make_world, ulid

LENA = replace(ANNA, id=ulid(), name="Lena")
HANDOVER = TillHandover()


class Floor:
    def __init__(self) -> None:
        self.cards: dict[Key, Card] = {}

    def carry_out(self, fact: Fact) -> None:
        if isinstance(fact, OrderHeld):
            self.cards.setdefault(fact.token.key, Card(Spot(HELD_WAITING, name_of(fact.token)), fact.token))
        if isinstance(fact, TokenMoved):
            card = self.cards.get((fact.order, fact.part))
            if card is not None and card.spot.place == fact.place:
                self.cards[card.key] = replace(card, spot=Spot(fact.to, card.spot.name.moved()))

    def watched(self, till: str) -> dict[Key, Card]:
        mine = {HELD_WAITING, held_place(till)}
        return {key: card for key, card in self.cards.items() if card.spot.place in mine}


class Counter(Cashier):
    """A till with its own journal, on a floor that others have too."""

    def __init__(self, floor: Floor, code: str) -> None:
        super().__init__(make_world(station=code, person=None))
        self.floor, self.pending, self.entries = floor, [], []
        self.online = True

    def record(self, *facts: Fact) -> None:
        for fact in facts:
            entry = Entry(id=ulid(), seq=len(self.entries) + 1, at=NOON, staff=None, fact=fact)
            self.entries.append(entry)
            self.pending.append(entry)
        self.look()

    def look(self) -> None:
        cards = expected(self.floor.watched(self.world.station), self.pending)
        self.world = replace(self.world, cards=cards, recent=tuple(self.entries))

    def settle(self, most: int = 1_000) -> "Counter":
        """As the token program does: the oldest first, one after the other."""
        if self.online:
            for entry in self.pending[:most]:
                self.floor.carry_out(entry.fact)
            self.pending = self.pending[most:]
        self.look()
        return self.fetch()

    def share(self, state: str) -> None:
        self.online = state == "ok"
        self.world = replace(self.world, tokens=replace_status(self.world, state))

    def comes(self, person: Person | None) -> "Counter":
        if self.world.person is not None:
            self.record(*HANDOVER.leave(self.state, self.world, self.desk))
        self.state = HANDOVER.cleared(self.state)
        self.world = replace(self.world, person=person)
        if person is not None:
            self.record(StaffSeen(staff=person.id, what="login"))
        return self.fetch()

    def fetch(self) -> "Counter":
        self.record(*HANDOVER.arrive(self.state, self.world))
        return self

    def dies(self) -> None:
        """And starts again: its screen forgets, its disk does not."""
        self.world = replace(self.world, person=None)
        self.state = Cashier(self.world).state

    def do(self, event: object) -> None:
        before = len(self.facts)
        super().do(event)  # type: ignore[arg-type]
        self.record(*self.facts[before:])
        self.fetch()

    def look_at_it(self) -> "Counter":
        self.do(Tap("nothing"))
        return self


def replace_status(world, state):  # type: ignore[no-untyped-def]
    return type(world.tokens)(share=state, since=NOON)


@pytest.fixture
def floor() -> Floor:
    return Floor()


def test_it_comes_back_at_the_same_till_with_its_number(floor: Floor) -> None:
    till = Counter(floor, "till1").comes(ANNA)
    till.tap(f"item:{SOUP.id}", "pay")
    number = till.state.reserved
    till.comes(LENA)
    assert till.actions()
    assert "tender:cash:exact" not in till.actions(), "nobody pays an order that somebody else was taking"
    till.look_at_it()
    assert till.names == []
    till.tap(f"item:{TOAST.id}").settle().comes(None).look_at_it()
    till.comes(ANNA).settle()
    assert "here again: 1 item" in till.scene.message
    till.look_at_it()
    assert till.names == [(1, "Soup")]
    assert till.state.reserved == number, "its number is still its own"
    till.tap("pay", "tender:cash:exact").settle()
    assert till.sent[0].number == "t1-042"
    till.comes(LENA).settle().look_at_it()
    assert till.names == [(1, "Toast")]


def test_it_comes_to_another_till_and_no_longer_to_the_first(floor: Floor) -> None:
    one, two = Counter(floor, "till1").comes(ANNA), Counter(floor, "till2")
    one.tap(f"item:{TOAST.id}", f"item:{SOUP.id}", f"item:{SOUP.id}")
    one.comes(None).settle()
    two.settle().comes(ANNA)
    assert "Fetching your order" in two.scene.message
    assert two.names == []
    two.settle().look_at_it()
    assert two.names == [(1, "Toast"), (2, "Soup")]
    one.settle().comes(ANNA).settle().look_at_it()
    assert one.names == []
    two.tap("pay", "tender:cash:exact").settle()
    assert [line.name for line in two.sent[0].token.lines] == ["Toast", "Soup"]
    assert two.sent[0].held is not None
    assert not floor.watched("till2")


def test_whoever_only_looked_takes_it_along_again(floor: Floor) -> None:
    one, two = Counter(floor, "till1").comes(ANNA), Counter(floor, "till2")
    one.tap(f"item:{SOUP.id}").comes(None).settle().comes(ANNA).settle().comes(None).settle()
    two.settle().comes(ANNA).settle().look_at_it()
    assert two.names == [(1, "Soup")]


def test_of_two_tills_that_take_it_up_at_once_one_gets_it(floor: Floor) -> None:
    one, two = Counter(floor, "till1").comes(ANNA), Counter(floor, "till2")
    one.tap(f"item:{SOUP.id}").comes(None)
    one.settle()
    two.settle()
    for till in (one, two):
        till.comes(ANNA)
    two.settle()
    one.settle()
    two.settle()
    assert [till.look_at_it().names for till in (one, two)] == [[], [(1, "Soup")]]


def test_it_comes_back_at_its_own_till_while_the_share_is_away(floor: Floor) -> None:
    till = Counter(floor, "till1").comes(ANNA)
    till.share("away")
    till.tap(f"item:{SOUP.id}").comes(LENA).settle().comes(ANNA).look_at_it()
    assert till.names == [(1, "Soup")]


def test_what_the_share_may_have_given_to_another_till_is_not_opened(floor: Floor) -> None:
    one, two = Counter(floor, "till1").comes(ANNA), Counter(floor, "till2")
    one.tap(f"item:{SOUP.id}").comes(None).settle()
    two.share("away")
    two.look()
    two.comes(ANNA)
    assert "share, which is away" in two.scene.message
    assert two.look_at_it().names == []


def test_a_till_that_died_gives_it_back_and_one_that_died_after_the_sale_does_not(floor: Floor) -> None:
    till = Counter(floor, "till1").comes(ANNA)
    till.tap(f"item:{SOUP.id}").comes(None).settle().comes(ANNA).settle().look_at_it()
    assert till.names == [(1, "Soup")]
    till.dies()
    till.look()
    till.comes(ANNA).look_at_it()
    assert till.names == [(1, "Soup")]
    till.tap("pay", "tender:cash:exact")
    # As if the plug had been pulled between the sale and the line after it.
    assert isinstance(till.entries[-1].fact, TokenMoved), till.entries[-1]
    assert isinstance(till.entries[-2].fact, OrderSent)
    till.entries.pop()
    till.pending.pop()
    till.dies()
    till.settle().comes(ANNA).settle().look_at_it()
    assert till.names == []
    assert [card.spot.place for card in floor.cards.values()] == [f"held/ended-{SHOP.business_day}"]


def test_what_nobody_sells_any_more_is_named_and_a_told_price_stays(floor: Floor) -> None:
    till = Counter(floor, "till1").comes(ANNA)
    till.tap(f"item:{SOUP.id}", f"item:{TOAST.id}").comes(None).settle()
    dearer = replace(SOUP, price_minor=990)
    menu = replace(SHOP.menu, items=(dearer,))
    till.world = replace(till.world, shop=replace(SHOP, menu=menu))
    till.comes(ANNA).settle()
    assert "No longer on the menu: Toast" in till.scene.message
    till.look_at_it()
    assert [(line.item.name, line.item.price_minor) for line in till.state.draft.lines] == [("Soup", 650)]


def test_a_guests_allergies_come_along_and_are_to_be_told_again(floor: Floor) -> None:
    till = Counter(floor, "till1").comes(ANNA)
    till.tap("allergies", "allergy:peanuts", "allergies:done", "category:cold", f"item:{SATAY.id}")
    till.comes(None).settle().comes(ANNA).settle().look_at_it()
    assert till.state.draft.customer.allergies == ("peanuts",)
    till.tap("pay")
    assert "tender:cash:exact" not in till.actions()


class TwoTills(RuleBasedStateMachine):
    """Two people at two tills, on a share that comes and goes: every line is somewhere, once."""

    @initialize()
    def opened(self) -> None:
        self.floor = Floor()
        self.tills = [Counter(self.floor, "till1"), Counter(self.floor, "till2")]
        self.rung: set[str] = set()

    @rule(which=st.integers(0, 1), who=st.sampled_from([ANNA, LENA, None]))
    def comes(self, which: int, who: Person | None) -> None:
        self.tills[which].comes(who)

    @rule(which=st.integers(0, 1), item=st.sampled_from([SOUP, TOAST]))
    def rings_up(self, which: int, item: object) -> None:
        till = self.tills[which]
        if till.world.person is not None:
            till.look_at_it()
            till.tap(f"item:{item.id}")  # type: ignore[attr-defined]
            self.rung |= {line.id for line in till.state.draft.lines}

    @rule(which=st.integers(0, 1))
    def sells(self, which: int) -> None:
        till = self.tills[which]
        if till.world.person is not None:
            till.look_at_it()
            if till.names:
                till.tap("pay", "tender:cash:exact")

    @rule(which=st.integers(0, 1), most=st.integers(1, 4))
    def settles(self, which: int, most: int) -> None:
        self.tills[which].settle(most)
        self.tills[1 - which].look()

    @rule(which=st.integers(0, 1))
    def share_goes_and_comes(self, which: int) -> None:
        till = self.tills[which]
        till.share("away" if till.online else "ok")

    @invariant()
    def every_line_is_sold_at_most_once_and_never_lost(self) -> None:
        sold = [line.id for till in self.tills for fact in till.sent for line in fact.token.lines]
        assert len(sold) == len(set(sold)), "a line was sold twice"
        drafts = [line.id for till in self.tills for line in till.state.draft.lines if till.world.person is not None]
        unsold = [line for line in drafts if line not in sold]
        assert len(unsold) == len(set(unsold)), "two tills have the same line open"
        pending = [
            entry.fact.token for till in self.tills for entry in till.pending if isinstance(entry.fact, OrderHeld)
        ]
        bodies = [card.body for card in self.floor.cards.values() if is_held(card.spot.place)]
        somewhere = {line.id for body in (*pending, *bodies) for line in body.lines}
        assert self.rung <= {*sold, *drafts, *somewhere}, "a line was lost"

    def teardown(self) -> None:
        """In the end everybody finds all of theirs, at one till."""
        if not hasattr(self, "tills"):
            return
        for till in self.tills:
            till.share("ok")
            till.comes(None).settle()
        till = self.tills[0]
        till.settle()
        for who in (ANNA, LENA):
            till.comes(who).settle()
            while till.look_at_it().names:
                self.sells(0)
                till.settle().comes(None).settle().comes(who).settle()
        assert {line.id for one in self.tills for fact in one.sent for line in fact.token.lines} == self.rung
        assert not [card for card in self.floor.cards.values() if not card.spot.place.startswith("held/ended-")]


TestTwoTills = TwoTills.TestCase
TestTwoTills.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
