"""Splitting on the prep display: what goes, then where to."""

import sys
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.facts import SplitOff, TokenSplit
from station.domain.menu import Person, StationInfo
from station.domain.permissions import NotPermitted
from station.local.status import TokensStatus

sys.path.insert(0, str(Path(__file__).parent))

from prep_kitchen import HERE, Kitchen, actions, name, order, texts

THERE = TokensStatus(
    share="ok", presence={"grill1": 1.0, "grill2": 1.0, "fry1": 1.0}, loads={"grill1": 9, "grill2": 7, "fry1": 2}
)


def grilled(*counts, groups=(), done=0):
    body = order(2, lines=len(counts))
    lines = tuple(
        msgspec.structs.replace(line, count=count, group=groups[n] if groups else "grill", done=done if n == 0 else 0)
        for n, (line, count) in enumerate(zip(body.lines, counts, strict=True))
    )
    return msgspec.structs.replace(body, lines=lines)


def splitting(body, **more):
    screen = Kitchen(body, **more)
    screen.tokens = THERE
    screen.keys("1", "s")
    return screen


def off(screen):
    return dict(screen.state.off)


def test_a_part_is_picked_and_sent_to_the_station_that_can_make_it_with_the_least_to_do():
    body = grilled(3, 1)
    screen = splitting(body)
    screen.taps(f"more:{body.lines[0].id}")
    screen.taps(f"more:{body.lines[0].id}")
    screen.taps("split_on")
    rows = [(found.hit.action, found.hit.enabled) for found in screen.scene.found() if "split_to:" in found.hit.action]
    assert rows == [("split_to:grill2", True), ("split_to:fry1", False)]
    assert {"7 items", "cannot make grill"} <= set(texts(screen.scene))
    (fact,) = screen.taps("split_to:grill2")
    assert fact == TokenSplit(
        order=body.order,
        part="1",
        place=HERE,
        off=(SplitOff(line=body.lines[0].id, count=2),),
        to="stations/grill2",
        why="split by hand at GRILL1 by Ada Byrne",
    )
    assert "2 items of T1-002 to GRILL2" in screen.scene.message
    assert screen.state.overlay == ""


def test_the_least_loaded_station_comes_first():
    body = grilled(3, 1)
    screen = Kitchen(body)
    grills = tuple(StationInfo(f"grill{n}", "", "prep", frozenset({"grill"})) for n in (3, 4))
    screen.shop = replace(screen.shop, stations=(*screen.shop.stations, *grills))
    ages = dict.fromkeys(("grill1", "grill2", "grill3", "grill4", "fry1"), 1.0)
    screen.tokens = TokensStatus(share="ok", presence=ages, loads={"grill2": 7, "grill3": 4, "grill4": 0})
    screen.keys("1", "s", "h", "enter")
    rows = [found.hit.action for found in screen.scene.found() if found.hit.action.startswith("split_to:")]
    assert rows == ["split_to:grill4", "split_to:grill3", "split_to:grill2", "split_to:fry1"]


def test_a_tap_on_a_line_takes_all_that_is_left_of_it_and_another_one_none():
    body = grilled(3, 2, done=1)
    screen = splitting(body)
    screen.taps(f"all:{body.lines[0].id}")
    assert off(screen) == {body.lines[0].id: 2}
    screen.taps(f"all:{body.lines[0].id}")
    assert off(screen) == {}


def test_at_least_one_item_stays_and_it_is_said_what_to_do_instead():
    body = grilled(2)
    screen = splitting(body)
    for _ in range(3):
        screen.taps(f"more:{body.lines[0].id}")
    assert off(screen) == {body.lines[0].id: 1}
    assert "transfer the order" in screen.scene.message


def test_half_is_one_touch_and_can_always_be_made_by_one_station():
    body = grilled(4, 4, groups=("grill", "fry"))
    screen = splitting(body)
    screen.taps("half")
    # FRY1 has less to do than GRILL2, and cannot grill.
    assert off(screen) == {body.lines[1].id: 4}
    screen.taps("split_on")
    assert screen.scene.action("split_to:fry1").hit.enabled


def test_when_nobody_else_can_make_any_of_it_half_says_so():
    body = grilled(4, groups=("grill",))
    screen = splitting(body)
    screen.tokens = TokensStatus(share="ok", presence={"grill2": 60.0, "fry1": 1.0})
    screen.taps("half")
    assert off(screen) == {}
    assert "No other station can make any of T1-002 now" in screen.scene.message


def test_a_station_that_cannot_make_what_goes_is_refused_with_the_reason():
    body = grilled(3, 1)
    screen = splitting(body)
    screen.keys("h", "enter")
    assert screen.taps("split_to:fry1") == []
    assert "FRY1 cannot make grill" in screen.scene.message


def test_one_item_is_not_split_and_neither_is_what_was_cancelled():
    screen = splitting(grilled(1))
    assert "only one item left" in screen.scene.message
    assert screen.state.overlay == ""


def test_without_a_picked_card_the_next_tap_says_which():
    body = grilled(3)
    screen = Kitchen(body, order(3))
    screen.taps("split")
    assert "tap the order" in screen.scene.message
    assert screen.taps(f"one:{name(body)}:{body.lines[0].id}") == []
    assert f"more:{body.lines[0].id}" in actions(screen.scene)


def test_it_needs_a_permission_and_the_tool_shows_that_somebody_else_must_approve():
    gus = Person("01jd9q3v7k8m2n4pqrst0wxyz1", "Gus", "guest", frozenset({"token.bump"}))
    body = grilled(3)
    screen = splitting(body, person=gus)
    assert any(getattr(op, "shape", "") == "lock" for panel in screen.scene.panels for op in panel.ops)
    screen.keys("h", "enter")
    with pytest.raises(NotPermitted, match=r"Gus may not split T1-002: the permission token\.split is missing"):
        screen.taps("split_to:grill2")


def test_nobody_logged_in_is_asked_first_who_they_are():
    screen = splitting(grilled(3), person=None)
    assert screen.state.asking


def test_it_all_goes_by_keys_alone():
    body = grilled(3, 2, 1)
    screen = splitting(body)
    screen.keys("down", "+", "right", "left", "up", "space", "-", "3")
    assert off(screen) == {body.lines[1].id: 1, body.lines[0].id: 2, body.lines[2].id: 1}
    screen.keys("enter", "escape")
    assert screen.state.overlay == "split"
    screen.keys("enter")
    (fact,) = screen.keys("enter")
    assert {one.line: one.count for one in fact.off} == {
        body.lines[1].id: 1,
        body.lines[0].id: 2,
        body.lines[2].id: 1,
    }


def test_a_card_that_goes_meanwhile_closes_the_sheet():
    body = grilled(3)
    screen = splitting(body)
    screen.moves(body, "pass")
    assert screen.state.overlay == ""
    assert screen.keys("enter") == []


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768), (3840, 2160)])
def test_more_lines_than_fit_have_pages_and_every_one_can_be_reached_by_touch(size):
    body = order(2, lines=30)
    screen = splitting(body, size=size)
    seen = []
    while True:
        shown = [action for action in actions(screen.scene) if action.startswith("more:")]
        seen += shown
        following = [
            found.hit.action
            for found in screen.scene.found()
            if found.hit.action.startswith("page:") and found.hit.label == "Page on" and found.hit.enabled
        ]
        if not following:
            break
        screen.taps(following[0])
    assert seen == [f"more:{line.id}" for line in body.lines]


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_more_stations_than_fit_have_pages_too(size):
    body = grilled(6)
    screen = Kitchen(body, size=size)
    many = tuple(StationInfo(f"wok{n}", f"Wok {n}", "prep", frozenset({"grill"})) for n in range(1, 20))
    screen.shop = replace(screen.shop, stations=(*screen.shop.stations, *many))
    for keys in (("1", "t"), ("escape", "1", "s", "h", "enter")):
        screen.keys(*keys)
        first = set(actions(screen.scene))
        screen.keys("page_down")
        assert set(actions(screen.scene)) != first
        screen.keys(*["down"] * 30)
        assert sum(action.startswith(("to:", "split_to:")) for action in actions(screen.scene)) >= 1


KEYS = st.lists(st.sampled_from(["+", "-", "up", "down", "space", "h", "1", "2", "3", "left", "right"]), max_size=25)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=3), KEYS)
def test_whatever_is_typed_the_split_that_comes_of_it_leaves_something_and_takes_something(counts, keys):
    if sum(counts) < 2:
        return
    body = grilled(*counts)
    screen = splitting(body)
    screen.keys(*keys)
    facts = screen.keys("enter", "enter")
    assert len(facts) == (1 if off(screen) or facts else 0)
    for fact in facts:
        taken = {one.line: one.count for one in fact.off}
        assert 0 < sum(taken.values()) < sum(counts)
        assert all(count <= {line.id: line.count for line in body.lines}[key] for key, count in taken.items())
