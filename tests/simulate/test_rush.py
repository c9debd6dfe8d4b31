"""Drawn rushes: so many orders, with the profile, sizes and work that were asked for; and kitchens that can cook them."""

import math
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.routing import Load
from station.errors import StationError
from station.simulate.offer import SHARES, demo_dishes, demo_stations
from station.simulate.rush import QUIET, Guests, Work, draw_rush, expected_work
from station.simulate.rush import _moment as moment
from station.simulate.stations import busy_at_one, lay_out, weighed

DISHES = demo_dishes()


def drawn(seed=1, count=2000, guests=None, peak_per_s=0.1):
    return draw_rush(DISHES, guests or Guests(), Work(), count=count, peak_per_s=peak_per_s, chance=Random(seed))


def test_the_same_seed_gives_the_same_rush_and_another_one_another() -> None:
    assert drawn(3, 50) == drawn(3, 50)
    assert drawn(3, 50) != drawn(4, 50)


def test_it_is_as_busy_as_asked_for_at_the_peak_and_a_fifth_of_it_at_the_ends() -> None:
    rush = drawn(count=20_000, peak_per_s=0.5)
    began_s, ended_s = rush.peak_s
    at_peak = sum(began_s <= order.placed_s < ended_s for order in rush.orders)
    assert at_peak / (ended_s - began_s) == pytest.approx(0.5, rel=0.03)
    first = [order for order in rush.orders if order.placed_s < began_s / 10]
    assert len(first) / (began_s / 10) == pytest.approx(0.5 * (QUIET + (1 - QUIET) / 20), rel=0.15)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_moments_of_a_rush_go_from_its_begin_to_its_end(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert 0 <= moment(low) <= moment(high) <= 1
    assert moment(one) + moment(1 - one) == pytest.approx(1)


def test_order_sizes_have_a_heavy_tail_up_to_the_largest() -> None:
    sizes = [sum(line.count for line in order.body.lines) for order in drawn(count=8000).orders]
    assert (min(sizes), max(sizes)) == (1, 15)
    assert fmean(sizes) == pytest.approx(Guests().mean_items, rel=0.05)
    assert sizes.count(1) / len(sizes) == pytest.approx(0.475, abs=0.03)
    assert {
        sum(line.count for line in order.body.lines) for order in drawn(count=50, guests=Guests(1.5, 1)).orders
    } == {1}


def test_dishes_come_from_the_demo_shop_with_their_groups_and_weights() -> None:
    assert {dish.name: (dish.group, dish.weight) for dish in DISHES}["Double De Pan"] == ("grill", 2)
    assert math.fsum(dish.share for dish in DISHES) == pytest.approx(1)
    lines = [line for order in drawn().orders for line in order.body.lines]
    for group, share in SHARES.items():
        count = sum(line.count for line in lines if line.group == group)
        assert count / sum(line.count for line in lines) == pytest.approx(share, abs=0.03)


def test_the_work_of_an_item_is_lognormal_around_its_groups_mean_times_the_weight() -> None:
    work, chance = Work({"grill": 80.0}, 0.4), Random(2)
    times = [work.drawn("grill", 2, chance) for _ in range(20_000)]
    assert fmean(times) == pytest.approx(160, rel=0.02)
    assert stdev(map(math.log, times)) == pytest.approx(0.4, rel=0.03)


def test_a_mean_order_has_the_work_that_is_expected() -> None:
    rush = drawn(count=8000)
    seconds = math.fsum(sum(some) for order in rush.orders for some in order.work_s.values())
    assert seconds / 8000 == pytest.approx(sum(expected_work(DISHES, Guests(), Work()).values()), rel=0.05)


WORK_S = expected_work(DISHES, Guests(), Work())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 32])
@pytest.mark.parametrize("layout", ["same", "lines", "shop"])
def test_a_kitchen_has_so_many_stations_and_cooks_everything(layout, count) -> None:
    if layout == "shop" and count < 3:
        with pytest.raises(StationError, match="fry"):
            lay_out(layout, count, WORK_S, demo_stations())
        return
    made = lay_out(layout, count, WORK_S, demo_stations())
    assert len({station.code for station in made}) == len(made) == count
    assert {group for station in made for group in station.groups} == set(WORK_S)


def test_lines_have_stations_by_their_work() -> None:
    codes = [station.code for station in lay_out("lines", 8, WORK_S, ())]
    assert codes == ["grill1", "grill2", "grill3", "fry1", "fry2", "fry3", "bar1", "cold1"]
    assert lay_out("lines", 2, WORK_S, ())[0].groups == {"fry", "cold", "bar"}


def test_the_shops_stations_are_repeated_under_new_codes() -> None:
    pattern = [Load("grill2", frozenset({"grill"})), Load("fry1", frozenset({"fry"}))]
    made = lay_out("shop", 5, {"grill": 1.0, "fry": 1.0}, pattern)
    assert [station.code for station in made] == ["grill2", "fry1", "grill1", "fry2", "grill3"]
    assert made[4].groups == {"grill"}


def test_the_tightest_set_of_groups_decides_how_much_a_kitchen_can_cook() -> None:
    grill, both = Load("grill1", frozenset({"grill"})), Load("all1", frozenset({"grill", "fry"}))
    assert busy_at_one({"grill": 10.0, "fry": 10.0}, [grill, both], 1) == pytest.approx(0.1)
    assert busy_at_one({"grill": 10.0, "fry": 50.0}, [grill, both], 1) == pytest.approx(0.02)
    slow = weighed([grill, both], {"all1": 50})
    assert busy_at_one({"grill": 10.0, "fry": 50.0}, slow, 2) == pytest.approx(0.02)
    with pytest.raises(StationError, match="no station 'fry9'"):
        weighed([grill, both], {"fry9": 50})
