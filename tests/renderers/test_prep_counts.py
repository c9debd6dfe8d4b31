"""One of several, and all of them: what ticking comes to on the card."""

import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.menu import Person
from station.domain.permissions import NotPermitted
from station.renderers.scene import Label

sys.path.insert(0, str(Path(__file__).parent))

from prep_kitchen import NOW, Kitchen, actions, name, order, texts

SIZES = ((1920, 1080), (1024, 768), (3840, 2160))


def several(count=5, done=0, **more):
    """An order with one line of so many and one of a single dish."""
    body = order(2, lines=2, **more)
    first = msgspec.structs.replace(body.lines[0], count=count, done=done)
    return msgspec.structs.replace(body, lines=(first, msgspec.structs.replace(body.lines[1], count=1)))


def one(body, index=0):
    return f"one:{name(body)}:{body.lines[index].id}"


def whole(body, index=0):
    return f"tick:{name(body)}:{body.lines[index].id}"


def test_a_tap_on_the_count_ticks_one_and_the_card_says_how_many_of_how_many():
    body = several()
    screen = Kitchen(body)
    assert [screen.taps(one(body))[0].done for _ in range(2)] == [1, 2]
    assert "2/5" in texts(screen.scene)
    assert screen.cards[body.key].body.items == 4


def test_a_tap_on_the_name_ticks_all_that_is_left_and_another_one_none():
    body = several(done=2)
    screen = Kitchen(body)
    assert [screen.taps(whole(body))[0].done for _ in range(2)] == [5, 0]


def test_when_all_are_done_the_count_takes_one_back():
    body = several(done=5)
    screen = Kitchen(body)
    assert screen.taps(one(body))[0].done == 4
    assert "4/5" in texts(screen.scene)


def test_a_single_dish_has_one_place_to_tap_only():
    body = several()
    screen = Kitchen(body)
    assert one(body, 1) not in actions(screen.scene)
    assert screen.taps(whole(body, 1))[0].done == 1


def test_plus_and_minus_tick_one_on_the_line_at_hand_or_on_the_first_that_is_open():
    body = several()
    screen = Kitchen(body)
    facts = screen.keys("1", "+", "+", "-")
    assert [(fact.line, fact.done) for fact in facts] == [(body.lines[0].id, n) for n in (1, 2, 1)]
    assert screen.keys("down", "down", "+")[0].line == body.lines[1].id
    assert screen.keys("-")[0].done == 0
    assert screen.keys("-") == []


@pytest.mark.parametrize("press", ["+", "=", "[+]"])
def test_however_a_keyboard_calls_plus_it_ticks_one(press):
    screen = Kitchen(several())
    assert screen.keys("1", press)[0].done == 1


def test_allergies_are_read_before_the_first_of_several():
    body = several(allergies=("milk",))
    screen = Kitchen(body)
    assert screen.taps(one(body)) == []
    assert "read the allergies first" in screen.scene.message


def test_a_changed_order_is_read_before_it_is_ticked_or_bumped():
    body = several()
    line = msgspec.structs.replace(body.lines[0], was=3)
    screen = Kitchen(msgspec.structs.replace(body, lines=(line, body.lines[1])))
    assert "was 3, now 5" in texts(screen.scene)
    for action in (one(body), whole(body, 1), f"bump:{name(body)}"):
        assert screen.taps(action) == []
        assert "has changed" in screen.scene.message
    assert screen.scene.beats()
    screen.taps(f"seen:{name(body)}:change")
    assert screen.taps(one(body))[0].done == 1
    assert not screen.scene.beats()


def test_who_may_not_tick_is_asked_for_somebody_who_may():
    body = several()
    screen = Kitchen(body, person=Person("01jd9q3v7k8m2n4pqrst0wxyz1", "Gus", "guest", frozenset()))
    with pytest.raises(NotPermitted, match=r"Gus may not tick items of T1-002"):
        screen.taps(one(body))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_nothing_on_the_card_jumps_while_it_is_ticked(size, columns):
    body = several(count=12)
    screen = Kitchen(body, size=size, columns=columns)

    def names():
        return [
            (op.text, op.rect)
            for panel in screen.scene.panels
            if panel.key.startswith("card:")
            for op in panel.ops
            if isinstance(op, Label) and "/" not in op.text and not op.text.isdigit()
        ]

    before = names()
    for _ in range(11):
        screen.taps(one(body))
        assert names() == before


TAPS = st.lists(st.sampled_from(["one", "all", "+", "-", "space", "other"]), max_size=30)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), TAPS)
def test_however_it_is_ticked_no_more_are_done_than_there_are_and_never_fewer_than_none(count, taps):
    body = several(count=count)
    screen = Kitchen(body)
    screen.keys("1")
    for tap in taps:
        if tap in {"one", "all"}:
            screen.taps(one(body) if tap == "one" else whole(body))
        elif tap == "other":
            screen.taps(whole(body, 1))
        else:
            screen.keys(tap)
        for line in screen.cards[body.key].body.lines:
            assert 0 <= line.done <= line.count
        done = screen.cards[body.key].body.lines[0].done
        assert (f"{done}/{count}" in texts(screen.scene)) == (0 < done < count)
    assert screen.now == NOW
