"""Orders that an expediter takes without a payment, and the tills that take it later: one of them, once."""

from dataclasses import replace

import pytest

from station.domain.bills import is_bill, sale_of
from station.domain.cards import Card
from station.domain.facts import OrderPaid, OrderSent
from station.domain.floor import HELD_WAITING, Spot
from station.domain.hands import Press
from station.domain.permissions import NotPermitted
from station.domain.token import decode, encode, name_of
from station.renderers.expediter import ExpediterRole
from station.renderers.expediter_actions import ExpediterState
from station.renderers.role import Keyed, Tap
from station.renderers.till_forms import Asking
from tests.renderers.test_till import ANNA, COOK, SATAY, SOUP, TOAST, Desk, make_world
from tests.renderers.test_till_held import Counter, Floor

ROLE = ExpediterRole()
SHIFT = replace(ANNA, name="Sofie", permissions=ANNA.permissions | {"token.bump"})


class Pass:
    """An expediter's screen: presses only what is on it."""

    def __init__(self) -> None:
        self.world = make_world(station="pass1", person=SHIFT)
        self.desk = Desk()
        self.state: ExpediterState = ROLE.begin(self.world)
        self.sent: list[OrderSent] = []

    def tap(self, *actions: str) -> "Pass":
        for action in actions:
            found = ROLE.scene(self.state, self.world).action(action)
            assert found is not None, action
            self.do(Tap(action, found.hit.enabled))
            if self.state.order is not None and isinstance(self.state.order.sheet, Asking):
                self.do(Tap("mode:eat_in"))
        return self

    def key(self, name: str) -> "Pass":
        return self.do(Keyed(Press(key=name, text=name if len(name) == 1 else "")))

    def do(self, event: Tap | Keyed) -> "Pass":
        self.state, facts = ROLE.handle(self.state, event, self.world, self.desk)
        self.sent += [fact for fact in facts if isinstance(fact, OrderSent)]
        self.state = ROLE.notice(self.state, self.world, self.desk)
        return self


@pytest.fixture
def floor() -> Floor:
    return Floor()


def on(floor: Floor, sent: OrderSent) -> str:
    """As the tokens program publishes it."""
    assert sent.bill is not None
    bill = decode(encode(sent.bill, b"k"), b"k", name_of(sent.bill))
    floor.cards[bill.key] = Card(Spot(HELD_WAITING, name_of(bill)), bill)
    return bill.order


def phoned(floor: Floor, *items: object) -> tuple[OrderSent, str]:
    expediter = Pass().tap("order")
    for item in items or (SOUP,):
        expediter.tap(f"item:{item.id}")  # type: ignore[attr-defined]
    (sent,) = expediter.tap("pay").sent
    return sent, on(floor, sent)


def test_an_order_by_phone_goes_to_the_kitchen_unpaid_with_its_bill() -> None:
    expediter = Pass().key("n").tap(f"item:{SOUP.id}", f"item:{SOUP.id}", "pay")
    (sent,) = expediter.sent
    assert (sent.tenders, sent.total_minor, sent.number) == ((), 1300, "p1-042")
    assert [line.count for line in sent.token.lines] == [2]
    assert sent.token.held is None
    assert sent.bill is not None
    assert is_bill(sent.bill)
    assert sale_of(sent.bill) == replace_bill(sent)
    assert "To be paid at a till" in ROLE.scene(expediter.state, expediter.world).message


def replace_bill(sent: OrderSent) -> OrderSent:
    return type(sent)(**{name: getattr(sent, name) for name in sent.__struct_fields__ if name != "bill"})


def test_a_test_order_is_marked_and_has_no_bill() -> None:
    (sent,) = Pass().tap("order", "test", f"item:{SOUP.id}", "pay").sent
    assert sent.token.training
    assert sent.bill is None
    assert sent.tenders == ()


def test_the_floor_can_be_looked_at_in_between_and_the_order_goes_on() -> None:
    expediter = Pass().tap("order", f"item:{SOUP.id}").key("f10")
    assert ROLE.scene(expediter.state, expediter.world).action("pay") is None
    found = ROLE.scene(expediter.state, expediter.world).action("order")
    assert found is not None
    assert found.hit.label == "Go on"
    assert [line.item.name for line in expediter.tap("order").state.order.draft.lines] == ["Soup"]  # type: ignore[union-attr]
    assert not expediter.key("escape").state.taking


def test_a_clash_must_be_told_here_too() -> None:
    expediter = Pass().tap("order", "allergies", "allergy:peanuts", "allergies:done", "category:cold")
    expediter.tap(f"item:{SATAY.id}", "pay")
    assert expediter.sent == []
    line = expediter.state.order.draft.lines[0].id  # type: ignore[union-attr]
    (sent,) = expediter.tap(f"clash:{line}", "clashes:done").sent
    assert sent.confirmed


def test_a_cook_needs_somebody_to_take_an_order() -> None:
    expediter = Pass()
    expediter.world = replace(expediter.world, person=COOK)
    expediter.tap("order", f"item:{SOUP.id}")
    with pytest.raises(NotPermitted):
        expediter.tap("pay")


def test_nobody_there_is_asked_for_first() -> None:
    expediter = Pass()
    expediter.world = replace(expediter.world, person=None)
    expediter.tap("order")
    assert ROLE.asks_for_person(expediter.state, expediter.world)


def test_whoever_logs_out_leaves_the_floor_on_the_screen_and_the_order_for_later() -> None:
    expediter = Pass().tap("order", f"item:{SOUP.id}")
    expediter.world = replace(expediter.world, person=None)
    expediter.state = ROLE.notice(expediter.state, expediter.world, expediter.desk)
    assert not ROLE.asks_for_person(expediter.state, expediter.world)
    assert ROLE.scene(expediter.state, expediter.world).action("balance") is not None
    expediter.world = replace(expediter.world, person=SHIFT)
    expediter.tap("order", "pay")
    assert [line.name for line in expediter.sent[0].token.lines] == ["Soup"]


def test_any_till_takes_the_payment_once(floor: Floor) -> None:
    sent, bill = phoned(floor, SOUP, TOAST)
    till = Counter(floor, "till1").comes(ANNA)
    till.settle().look_at_it()
    till.tap("bills", f"bill:{bill}")
    assert "tender:cash:exact" not in till.actions(), "not before the move is certain"
    till.settle().look_at_it()
    till.tap("tender:cash:exact").settle()
    (paid,) = [fact for fact in till.facts if isinstance(fact, OrderPaid)]
    assert (paid.order, paid.bill) == (sent.order, bill)
    assert sum(one.amount_minor for one in paid.tenders) == sent.total_minor
    assert till.sent == []
    till.look_at_it()
    assert "bills" not in till.actions()
    assert floor.cards[bill, "1"].spot.place.startswith("held/ended-")
    assert till.state.last is not None
    assert till.state.last.number == sent.number


def test_of_two_tills_one_takes_it(floor: Floor) -> None:
    _, bill = phoned(floor)
    one, two = Counter(floor, "till1").comes(ANNA), Counter(floor, "till2").comes(replace(ANNA, name="Lena"))
    for till in (one, two):
        till.settle().look_at_it()
        till.tap("bills", f"bill:{bill}")
    two.settle().look_at_it()
    one.settle().look_at_it()
    assert "tender:cash:exact" in two.actions()
    assert "tender:cash:exact" not in one.actions()
    assert f"bill:{bill}" not in one.actions()


def test_not_now_gives_it_back_and_so_does_leaving(floor: Floor) -> None:
    _, bill = phoned(floor)
    till = Counter(floor, "till1").comes(ANNA)
    for leaves in (lambda: till.tap("close"), lambda: till.comes(None)):
        till.comes(ANNA)
        till.settle().look_at_it()
        till.tap("bills", f"bill:{bill}").settle().look_at_it()
        assert floor.cards[bill, "1"].spot.place == "held/till1"
        leaves()
        till.settle()
        assert floor.cards[bill, "1"].spot.place == HELD_WAITING


def test_a_till_that_died_in_a_payment_gives_it_back_when_somebody_comes(floor: Floor) -> None:
    _, bill = phoned(floor)
    till = Counter(floor, "till1").comes(ANNA)
    till.settle().look_at_it()
    till.tap("bills", f"bill:{bill}").settle().look_at_it()
    till.dies()
    till.look()
    till.comes(ANNA).settle()
    assert floor.cards[bill, "1"].spot.place == HELD_WAITING


def test_a_double_tap_pays_once(floor: Floor) -> None:
    _, bill = phoned(floor)
    till = Counter(floor, "till1").comes(ANNA)
    till.settle().look_at_it()
    till.tap("bills", f"bill:{bill}").settle().look_at_it()
    till.tap("tender:cash:exact")
    till.do(Tap("tender:card"))
    assert len([fact for fact in till.facts if isinstance(fact, OrderPaid)]) == 1


def test_what_is_being_rung_up_stays_meanwhile(floor: Floor) -> None:
    _, bill = phoned(floor)
    till = Counter(floor, "till1").comes(ANNA)
    till.settle().look_at_it()
    till.tap(f"item:{TOAST.id}", "bills", f"bill:{bill}").settle().look_at_it()
    till.tap("tender:card", "terminal:approved").settle()
    assert till.names == [(1, "Toast")]
    till.tap("pay", "tender:cash:exact")
    assert len(till.sent) == 1


def test_a_bill_is_no_order_to_ring_up_for_whoever_took_it(floor: Floor) -> None:
    phoned(floor)
    till = Counter(floor, "till1").comes(SHIFT)
    till.settle().look_at_it()
    assert till.names == []
    assert "bills" in till.actions()


def test_while_the_share_is_away_nobody_takes_it(floor: Floor) -> None:
    _, bill = phoned(floor)
    till = Counter(floor, "till1").comes(ANNA)
    till.settle().look_at_it()
    till.share("away")
    till.tap("bills", f"bill:{bill}")
    assert "share is away" in till.scene.message
    assert "tender:cash:exact" not in till.actions()
