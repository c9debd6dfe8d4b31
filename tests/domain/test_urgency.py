"""How urgent a card is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.domain.urgency import LEVELS, level, level_at, next_change, thresholds

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AGES = st.floats(-60, 7_200)


def test_a_card_is_calm_under_three_minutes_orange_from_three_and_red_from_five():
    assert [level(age, 180, 300) for age in (0, 179.9, 180, 299.9, 300, 4_000)] == [
        "calm",
        "calm",
        "orange",
        "orange",
        "red",
        "red",
    ]


@given(AGES, AGES, st.integers(1, 3_600), st.integers(1, 3_600))
def test_a_card_never_grows_less_urgent_with_age(first, second, orange, red):
    young, old = sorted((first, second))
    assert LEVELS.index(level(young, orange, red)) <= LEVELS.index(level(old, orange, red))


@given(AGES, st.integers(1, 3_600), st.integers(1, 3_600))
def test_the_level_changes_at_the_moment_that_was_foretold_and_not_before(age, orange, red):
    placed = NOW - timedelta(seconds=age)
    moment = next_change(placed, NOW, orange, red)
    if moment is None:
        assert level_at(placed, NOW, orange, red) == level_at(placed, NOW + timedelta(days=1), orange, red)
        return
    assert moment > NOW
    assert level_at(placed, moment - timedelta(microseconds=1), orange, red) == level_at(placed, NOW, orange, red)


GROUPS = st.sampled_from(("grill", "fry", "cold", "bar"))
LIMITS = st.tuples(st.integers(1, 3_600), st.integers(1, 3_600))


def test_a_group_with_its_own_thresholds_has_those_and_the_others_the_usual_ones():
    own = {"fry": (90, 150)}
    assert thresholds(["grill"], (180, 300), own) == (180, 300)
    assert thresholds(["fry"], (180, 300), own) == (90, 150)
    assert thresholds(["grill", "fry"], (180, 300), own) == (90, 150)
    assert thresholds([], (180, 300), own) == (180, 300)


def test_a_patient_group_waits_longer_only_where_nothing_else_is_on_the_card():
    own = {"cold": (600, 900)}
    assert thresholds(["cold"], (180, 300), own) == (600, 900)
    assert thresholds(["cold", "grill"], (180, 300), own) == (180, 300)


@given(st.sets(GROUPS, min_size=1), LIMITS, st.dictionaries(GROUPS, LIMITS), AGES)
def test_a_card_is_as_urgent_as_the_most_impatient_of_its_groups(groups, usual, own, age):
    orange, red = thresholds(groups, usual, own)
    alone = [thresholds([group], usual, own) for group in groups]
    assert (orange, red) == (min(one[0] for one in alone), min(one[1] for one in alone))
    most = max(LEVELS.index(level(age, *one)) for one in alone)
    assert LEVELS.index(level(age, orange, red)) >= most
