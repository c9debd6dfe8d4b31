"""PINs: which are refused when they are set, and how long guessing takes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.pins import FREE_TRIES, LONGEST_WAIT_S, EasyPin, Tries, refuse_easy, seconds_for, wait_s

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
YEAR_S = 365 * 86_400


@pytest.mark.parametrize(
    "pin",
    ["1111", "1234", "9876", "4321", "0000", "7890", "1985", "2001", "1212", "123", "123456789", "12a4", "", "๒๕๘๐"],
)
def test_an_easy_pin_is_refused(pin):
    with pytest.raises(EasyPin):
        refuse_easy(pin)


@pytest.mark.parametrize("pin", ["2580", "7041", "830614", "59162048"])
def test_another_one_is_taken(pin):
    refuse_easy(pin)


def test_what_others_can_see_of_somebody_is_no_pin():
    with pytest.raises(EasyPin, match="birthday"):
        refuse_easy("1407", born=date(1990, 7, 14))
    with pytest.raises(EasyPin, match="on the card"):
        refuse_easy("8306", known=("00830614",))


def test_five_wrong_ones_are_free_and_then_the_wait_doubles_to_an_hour():
    tries, now, waits = Tries(), NOW, []
    for _ in range(16):
        waits.append(wait_s(tries, now))
        now += timedelta(seconds=waits[-1])
        tries = tries.after_wrong(now)
    assert waits[:FREE_TRIES] == [0.0] * FREE_TRIES
    assert waits[FREE_TRIES : FREE_TRIES + 4] == [30, 60, 120, 240]
    assert waits[-1] == LONGEST_WAIT_S


def test_ten_thousand_guesses_take_more_than_a_year():
    assert seconds_for(10_000) > YEAR_S


@given(st.integers(0, 100_000), st.integers(-10_000, 10_000))
def test_the_wait_is_never_longer_than_its_bound_unless_the_clock_went_back(wrong, later_s):
    waits = wait_s(Tries(wrong, NOW), NOW + timedelta(seconds=later_s))
    assert 0 <= waits <= LONGEST_WAIT_S + max(0, -later_s)
