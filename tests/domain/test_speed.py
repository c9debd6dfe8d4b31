"""Speed of service: figures that a naive count agrees with."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from station.domain.speed import FEW, LIVE, Passed, service, speed_of

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PASSED = st.builds(
    Passed,
    order=st.just("01jd9q3v7k8m2n4pqrst000001"),
    part=st.just("1"),
    at=st.integers(0, 12 * 3600).map(lambda seconds: NOON - timedelta(seconds=seconds)),
    seconds=st.floats(0, 3600),
    station=st.sampled_from(["", "grill1", "fry1"]),
    items=st.lists(st.sampled_from(["Burger", "Chips", "Salad"]), max_size=3).map(tuple),
)


def naive(values: list[float], percent: int) -> float:
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)]


@given(st.lists(PASSED, max_size=40))
def test_every_group_has_the_median_and_ninetieth_of_just_its_own(passed: list[Passed]) -> None:
    found = service(passed, NOON, lambda at: at.hour)
    for hour in range(24):
        mine = [one.seconds for one in passed if one.at.hour == hour]
        assert (hour in found.hours) == bool(mine)
        if mine:
            speed = found.hours[hour]
            assert (speed.count, speed.median_s, speed.p90_s) == (len(mine), naive(mine, 50), naive(mine, 90))
    for station in ("grill1", "fry1"):
        mine = [one.seconds for one in passed if one.station == station]
        assert (station in found.stations) == bool(mine)
    assert "" not in found.stations
    live = [one.seconds for one in passed if NOON - one.at <= LIVE]
    assert (found.live.count if found.live else 0) == len(live)
    assert (found.day.count if found.day else 0) == len(passed)


@given(st.lists(PASSED, max_size=40))
def test_items_are_the_slowest_first_and_only_those_that_were_made_often_enough(passed: list[Passed]) -> None:
    found = service(passed, NOON, lambda at: at.hour).items
    medians = [speed.median_s for _, speed in found]
    assert medians == sorted(medians, reverse=True)
    for item in ("Burger", "Chips", "Salad"):
        mine = [one for one in passed if item in one.items]
        assert any(name == item and speed.count == len(mine) for name, speed in found) == (len(mine) >= FEW)


def test_of_nothing_there_is_no_speed() -> None:
    assert speed_of([]) is None
    assert service([], NOON, lambda at: at.hour).day is None
