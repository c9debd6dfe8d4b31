"""Somebody wants what they may not do alone: who can approve it, how, and what is recorded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from station.bench import kitchen
from station.domain.facts import StaffSeen
from station.domain.hands import Press
from station.domain.menu import Person
from station.domain.permissions import NotPermitted
from station.renderers import approval
from station.renderers.approval import CANCEL, WAITS_S, Approval, asked
from station.renderers.fonts import Fonts
from station.renderers.role import Keyed, Tap
from station.renderers.scene import Label, Scene

NOW = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
EVENT = Tap("void_now")
GUS = Person(kitchen.ident(1, NOW), "Gus", "Cook", frozenset())
LEAD = Person(kitchen.ident(2, NOW), "Sofie", "Shift lead", frozenset({"token.void"}))
BOSS = Person(kitchen.ident(3, NOW), "Marc", "Manager", frozenset({"token.void"}))
NEW = Person(kitchen.ident(4, NOW), "Nele", "Manager", frozenset({"token.void"}))


class Desk:
    """Knows one PIN: 2580 of the shift lead."""

    def __init__(self, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s

    def new_id(self) -> str:
        raise AssertionError("an approval needs no id")

    def next_number(self, name: str) -> int:
        raise AssertionError("an approval needs no number")

    def right_pin(self, person: str, pin: str) -> bool:
        return (person, pin) == (LEAD.id, "2580")

    def pin_wait_s(self, person: str) -> float:
        return self.wait_s


class Sheet:
    """The sheet over an empty screen; `facts` is what came of it."""

    def __init__(self, *staff: Person, pins: tuple[Person, ...] = (LEAD, BOSS), wait_s: float = 0.0) -> None:
        shop = replace(kitchen.shop(NOW, "expediter"), staff=staff, pins={one.id: "a hash" for one in pins})
        self.world = kitchen.world(shop, {}, NOW, Fonts(), station="exp1", person=GUS)
        self.desk = Desk(wait_s)
        self.state: Approval | None = asked(EVENT, NotPermitted("Gus", "token.void", "void T1-001"), NOW)
        self.facts: list[object] = []

    @property
    def scene(self) -> Scene:
        assert self.state is not None
        return approval.scene(self.state, Scene(self.world.size, (0, 0, 0), ()), self.world)

    @property
    def texts(self) -> str:
        return " ".join(op.text for panel in self.scene.panels for op in panel.ops if isinstance(op, Label))

    def tap(self, action: str) -> None:
        assert self.scene.action(action) is not None, f"{action} is not on the sheet"
        self._do(Tap(action))

    def keys(self, *names: str) -> None:
        for name in names:
            self._do(Keyed(Press(key=name, text=name if len(name) == 1 else "")))

    def _do(self, event: Tap | Keyed) -> None:
        assert self.state is not None
        self.state, facts = approval.handle(self.state, event, self.world, self.desk)
        self.facts += facts


def approved(person: Person) -> StaffSeen:
    return StaffSeen(staff=person.id, what="approved", how="pin", permission="token.void")


def test_the_sheet_says_what_is_wanted_who_wants_it_and_who_may_approve() -> None:
    sheet = Sheet(GUS, LEAD, BOSS)
    assert "Void T1-001" in sheet.texts
    assert "Gus may not do this alone." in sheet.texts
    assert "Shift lead or Manager: scan your card to approve" in sheet.texts


def test_only_people_who_may_and_have_a_pin_are_offered() -> None:
    sheet = Sheet(GUS, LEAD, BOSS, NEW)
    offered = [found.hit.action for found in sheet.scene.found() if found.hit.action.startswith("approver:")]
    assert offered == [f"approver:{LEAD.id}", f"approver:{BOSS.id}"]
    before = sheet.state
    sheet.state, facts = approval.handle(sheet.state, Tap(f"approver:{NEW.id}"), sheet.world, sheet.desk)
    assert (sheet.state, facts) == (before, ())


def test_a_right_pin_approves_this_one_action_and_logs_nobody_in() -> None:
    sheet = Sheet(GUS, LEAD)
    sheet.tap(f"approver:{LEAD.id}")
    assert "Sofie, type your PIN" in sheet.texts
    sheet.keys("2", "5", "8", "0", "enter")
    assert sheet.facts == [approved(LEAD)]


def test_the_same_by_keyboard_alone() -> None:
    sheet = Sheet(GUS, LEAD, BOSS)
    sheet.keys("1", "2", "5", "8", "0", "enter")
    assert sheet.facts == [approved(LEAD)]


def test_a_wrong_pin_is_a_fact_and_approves_nothing() -> None:
    sheet = Sheet(GUS, LEAD)
    sheet.tap(f"approver:{LEAD.id}")
    sheet.keys("2", "5", "8", "1", "enter")
    assert sheet.facts == [StaffSeen(staff=LEAD.id, what="refused", how="pin", why="wrong")]
    assert "Wrong PIN" in sheet.texts
    assert sheet.state is not None


def test_a_pin_after_too_many_wrong_ones_must_wait_here_too() -> None:
    sheet = Sheet(GUS, LEAD, wait_s=29.0)
    sheet.tap(f"approver:{LEAD.id}")
    sheet.keys("2", "5", "8", "0", "enter")
    assert sheet.facts == [StaffSeen(staff=LEAD.id, what="refused", how="pin", why="wait")]
    assert "wait 30 s" in sheet.texts


@pytest.mark.parametrize("way", ["tap", "key", "beside"])
def test_cancelling_closes_the_sheet_and_nothing_was_done(way: str) -> None:
    sheet = Sheet(GUS, LEAD)
    if way == "key":
        sheet.keys("escape")
    else:
        sheet.tap(CANCEL)
    assert sheet.state is None
    assert sheet.facts == []


def test_cancelling_the_pin_leads_back_to_the_names_and_forgets_the_digits() -> None:
    sheet = Sheet(GUS, LEAD)
    sheet.tap(f"approver:{LEAD.id}")
    sheet.keys("2", "5", "escape")
    assert sheet.state is not None
    assert (sheet.state.pad.person, sheet.state.pad.digits) == ("", "")


def test_where_nobody_may_the_sheet_says_so() -> None:
    assert "Nobody else may, either" in Sheet(GUS, pins=()).texts


def test_the_sheet_ends_by_itself() -> None:
    assert Sheet(GUS, LEAD).scene.until == NOW + timedelta(seconds=WAITS_S)


def test_what_is_typed_stands_on_no_screen_and_in_no_repr() -> None:
    sheet = Sheet(GUS, LEAD)
    sheet.tap(f"approver:{LEAD.id}")
    sheet.keys("7", "3", "9", "5")
    assert "7395" not in repr(sheet.state)
    assert "7395" not in sheet.texts.replace(" ", "")
