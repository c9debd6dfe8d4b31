"""Who types: a scanner, or a person."""

import sys
from pathlib import Path

import pytest

from station.input.events import Held, Lost
from station.input.learn import Haste, Learner

sys.path.insert(0, str(Path(__file__).parent))

from strokes import CODE, typed


def typists(events, device="1a2b3c4d"):
    learner = Learner()
    return [who for event in events if (who := learner.feed(device, event)) is not None]


@pytest.mark.parametrize("every_s", [0.001, 0.016, 0.04])
def test_a_whole_code_that_comes_quickly_is_a_scanners(every_s):
    assert typists(typed("4006381333931", 1.0, every_s)) == ["scanner"]


@pytest.mark.parametrize("every_s", [0.08, 0.12, 0.25])
def test_a_person_is_no_scanner_however_well_they_type(every_s):
    assert typists(typed("4006381333931", 1.0, every_s)) == ["person"]


def test_a_short_burst_tells_nothing():
    assert typists(typed("asdf", 1.0, 0.02)) == []


def test_two_devices_are_not_taken_for_one():
    learner = Learner()
    for event in typed("40063", 1.0, end=None):
        learner.feed("keyboard", event)
    assert [who for event in typed("81333", 1.1) if (who := learner.feed("scanner", event))] == []


def test_a_code_that_stopped_on_the_way_is_not_counted_in():
    assert typists([*typed("40063813", 1.0, end=None), *typed("12", 3.0)]) == []


def hasty(events):
    haste = Haste()
    return [haste.feed(event) for event in events].count(True)


@pytest.mark.parametrize("every_s", [0.001, 0.016, 0.04])
def test_a_keyboard_that_types_whole_codes_quickly_is_found_each_time(every_s):
    assert hasty([*typed(CODE, 1.0, every_s), *typed("4006381333931", 9.0, every_s)]) == 2


@pytest.mark.parametrize(
    "events",
    [
        typed("4006381333931", 1.0, 0.08),
        typed("asdf", 1.0, 0.02),
        typed("4006381333931", 1.0, 0.01, end=None),
        [*typed("40063813", 1.0, end=None), *typed("12", 3.0)],
        [Lost(1.0, Held())],
    ],
)
def test_a_person_at_a_keyboard_is_not(events):
    assert hasty(events) == 0


def test_what_was_typed_is_kept_nowhere():
    haste = Haste()
    for event in typed("2580", 1.0):
        haste.feed(event)
    assert all(isinstance(kept, int | float) for kept in vars(haste).values())
