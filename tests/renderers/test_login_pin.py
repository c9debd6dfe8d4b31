"""The log-in of people who have cards and PINs: what a name leads to, and what the pad does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from station.bench import kitchen
from station.domain.facts import StaffSeen
from station.domain.hands import Press
from station.domain.scans import Wallet, Wallets
from station.renderers.fonts import Fonts
from station.renderers.login import Login, LoginRole
from station.renderers.role import Keyed, Tap
from station.renderers.scene import Label, Scene
from station.renderers.world import World

NOW = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
SHOP = kitchen.shop(NOW, "till")
ADA, BO = SHOP.staff[0], replace(SHOP.staff[0], id=kitchen.ident(2, NOW), name="Bo")
CARD = Wallet(kitchen.ident(9, NOW), ADA.id, "00000001", "static", "x")
ROLE = LoginRole()


class Desk:
    wait_s = 0.0

    def new_id(self) -> str:
        raise AssertionError("a log-in needs no id")

    def next_number(self, name: str) -> int:
        raise AssertionError("a log-in needs no number")

    def right_pin(self, person: str, pin: str) -> bool:
        return (person, pin) == (BO.id, "2580")

    def pin_wait_s(self, person: str) -> float:
        return self.wait_s


class Door:
    def __init__(self, *cards: Wallet, pins: tuple[str, ...] = (), wait_s: float = 0.0) -> None:
        wallets = Wallets({one.sha256: one for one in cards}, {one.number: one for one in cards})
        shop = replace(SHOP, staff=(ADA, BO), wallets=wallets, pins=dict.fromkeys(pins, "a hash"))
        self.world: World = kitchen.world(shop, {}, NOW, Fonts(), station="till1", person=None)
        self.desk = Desk()
        self.desk.wait_s = wait_s
        self.state = Login()
        self.facts: list[object] = []

    @property
    def scene(self) -> Scene:
        return ROLE.scene(self.state, self.world)

    @property
    def texts(self) -> str:
        return " ".join(op.text for panel in self.scene.panels for op in panel.ops if isinstance(op, Label))

    def tap(self, action: str) -> "Door":
        found = self.scene.action(action)
        assert found is not None, f"{action} is not on the screen"
        return self.do(Tap(action, found.hit.enabled))

    def keys(self, *names: str) -> "Door":
        for name in names:
            self.do(Keyed(Press(key=name, text=name if len(name) == 1 else "")))
        return self

    def do(self, event: Tap | Keyed) -> "Door":
        self.state, facts = ROLE.handle(self.state, event, self.world, self.desk)
        self.facts += facts
        return self


def test_where_cards_are_used_the_screen_shows_how_to_scan_one() -> None:
    assert "Scan your card" in Door(CARD).texts
    assert "Hold the code" in Door(CARD).texts
    assert "Scan" not in Door().texts


def test_a_name_with_a_card_and_no_pin_is_asked_for_the_card() -> None:
    door = Door(CARD).tap(f"login:{ADA.id}")
    assert door.facts == []
    assert "has a card: scan it" in door.texts


def test_where_others_have_cards_a_name_alone_lets_nobody_in() -> None:
    for door in (Door(CARD), Door(pins=(ADA.id,)), Door(replace(CARD, revoked=True))):
        door.tap(f"login:{BO.id}")
        assert door.facts == []
        assert "Bo has no card yet" in door.texts


def test_where_nobody_has_anything_yet_a_name_is_enough() -> None:
    assert Door().tap(f"login:{BO.id}").facts == [StaffSeen(staff=BO.id, what="login")]


def test_a_name_with_a_pin_opens_the_pad_and_the_right_pin_logs_in() -> None:
    door = Door(pins=(BO.id,)).tap(f"login:{BO.id}")
    assert "Bo, type your PIN" in door.texts
    for digit in "2580":
        door.tap(f"pin:{digit}")
    door.tap("pin:ok")
    assert door.facts == [StaffSeen(staff=BO.id, what="login", how="pin")]
    assert door.state == Login()


@pytest.mark.parametrize("typed", ["2581", "258", "0", "25800", "2580" * 2])
def test_any_other_number_logs_nobody_in(typed: str) -> None:
    door = Door(pins=(BO.id,)).tap(f"login:{BO.id}").keys(*typed, "enter")
    wrong = [StaffSeen(staff=BO.id, what="refused", how="pin", why="wrong")]
    assert door.facts == (wrong if len(typed) >= 4 else [])
    assert door.state.digits == ""


def test_cancelling_forgets_what_was_typed_and_leaves_nobody_logged_in() -> None:
    door = Door(pins=(BO.id,)).tap(f"login:{BO.id}").keys("2", "5", "8", "0", "escape", "enter")
    assert door.facts == []
    assert door.state == Login()


def test_a_pin_that_must_wait_is_not_even_looked_at() -> None:
    door = Door(pins=(BO.id,), wait_s=125.0).tap(f"login:{BO.id}").keys("2", "5", "8", "0", "enter")
    assert door.facts == [StaffSeen(staff=BO.id, what="refused", how="pin", why="wait")]
    assert "wait 3 minutes" in door.texts


def test_letters_and_escape_sequences_are_no_digits() -> None:
    door = Door(pins=(BO.id,)).tap(f"login:{BO.id}").keys("2", "x", "f1", "5", "left", "8", "0")
    assert door.state.digits == "2580"


def test_no_digit_stands_anywhere() -> None:
    door = Door(pins=(BO.id,)).tap(f"login:{BO.id}").keys(*"73957395")
    assert "7395" not in repr(door.state)
    assert "7395" not in repr(door.scene)
