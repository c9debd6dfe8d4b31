"""How urgent a card is."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.domain.urgency import LEVELS, level, level_at, next_change

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
