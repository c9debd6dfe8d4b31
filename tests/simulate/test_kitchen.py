"""The kitchen in simulated time: every item is cooked once, by somebody who can, and every order reaches the pass."""

import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.routing import Load, NoStation, choose, fewest_items
from station.simulate.kitchen import cook
from station.simulate.measures import figures, items_over_time
from station.simulate.policies import POLICIES, ByChance, InTurn, fewest_orders

sys.path.insert(0, str(Path(__file__).parent))
from rushes import GRILL, grills, order, rush

GROUPS = ("grill", "fry", "cold", "bar")
EVERY_POLICY = pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)


def station_by_order(served):
    return {made.order: made.station for made in served.made}


def test_an_order_is_on_the_pass_when_its_last_item_is_done() -> None:
    one = order(1, 10, ("grill", (30, 20)), ("fry", (60,)))
    served = cook(rush(one), [Load("grill1", GRILL), Load("fry1", frozenset({"fry"}))], fewest_items)
    assert served.passed_s == {one.id: 70.0}
    assert sorted((made.station, made.began_s, made.ended_s) for made in served.made) == [
        ("fry1", 10, 70),
        ("grill1", 10, 40),
        ("grill1", 40, 60),
    ]


def test_a_cook_takes_the_oldest_card_first_and_a_rush_before_it() -> None:
    first, second = order(1, 0, ("grill", (50,))), order(2, 1, ("grill", (50,)))
    hurried = order(3, 2, ("grill", (50,)), rush=True)
    served = cook(rush(first, second, hurried), grills(1), fewest_items)
    assert [made.order for made in served.made] == [first.id, hurried.id, second.id]


def test_two_hands_hold_two_items_and_no_third() -> None:
    one = order(1, 0, ("grill", (10, 10, 10)))
    served = cook(rush(one), grills(1), fewest_items, hands=2)
    assert sorted(made.began_s for made in served.made) == [0, 0, 10]
    assert served.passed_s[one.id] == 20


def test_the_shops_policy_looks_at_items_and_the_other_at_orders() -> None:
    large, small, next_one = (
        order(1, 0, ("grill", (9,) * 9)),
        order(2, 1, ("grill", (99,))),
        order(3, 2, ("grill", (9,))),
    )
    items = station_by_order(cook(rush(large, small, next_one), grills(2), fewest_items))
    assert (items[large.id], items[small.id], items[next_one.id]) == ("grill1", "grill2", "grill2")
    orders = station_by_order(cook(rush(large, small, next_one), grills(2), fewest_orders))
    assert (orders[large.id], orders[small.id], orders[next_one.id]) == ("grill1", "grill2", "grill1")


def test_a_ticked_item_is_no_load_any_more_and_an_unticked_one_is() -> None:
    # At 45 grill1 has cooked four of its five; grill2 has two that are not begun or not done.
    orders = order(1, 0, ("grill", (10,) * 5)), order(2, 1, ("grill", (90, 90))), order(3, 45, ("grill", (5,)))
    ticked = cook(rush(*orders), grills(2), fewest_items)
    assert station_by_order(ticked)[orders[2].id] == "grill1"
    bumped = cook(rush(*orders), grills(2), fewest_items, ticks=False)
    assert station_by_order(bumped)[orders[2].id] == "grill2"


def test_a_recipe_that_weighs_more_counts_for_more() -> None:
    orders = order(1, 0, ("grill", (90,), 3)), order(2, 1, ("grill", (90, 90))), order(3, 2, ("grill", (5,)))
    assert station_by_order(cook(rush(*orders), grills(2), fewest_items))[orders[2].id] == "grill2"


def test_a_station_at_half_weight_gets_about_half_and_takes_twice_as_long() -> None:
    chance = Random(5)
    orders = [order(n, n * 20, ("grill", (chance.uniform(10, 40),))) for n in range(600)]
    stations = [Load("grill1", GRILL, weight_percent=50), Load("grill2", GRILL)]
    served = cook(rush(*orders), stations, fewest_items)
    counts = Counter(made.station for made in served.made)
    assert 0.4 < counts["grill1"] / counts["grill2"] < 0.65
    work_s = {line: some for each in orders for line, some in each.work_s.items()}
    for made in served.made:
        slower = 2 if made.station == "grill1" else 1
        assert made.ended_s - made.began_s == pytest.approx(work_s[made.line][made.item] * slower)


def test_those_who_can_cook_the_same_take_turns_among_themselves() -> None:
    fry = frozenset({"fry"})
    stations, turns = [*grills(2), Load("fry1", fry), Load("fry2", fry)], InTurn()
    given = [choose(groups, stations, turns).station for groups in (GRILL, fry, GRILL, fry, GRILL)]
    assert given == ["grill1", "fry1", "grill2", "fry2", "grill1"]


def test_chance_gives_to_all_who_are_there_and_can() -> None:
    stations = [*grills(3), Load("grill4", GRILL, present=False), Load("fry1", frozenset({"fry"}))]
    pick = ByChance(Random(1))
    counts = Counter(choose(GRILL, stations, pick).station for _ in range(900))
    assert counts.keys() == {"grill1", "grill2", "grill3"}
    assert min(counts.values()) > 250


def test_fewest_orders_knows_weights_and_who_is_idle() -> None:
    slow, quick = Load("a", GRILL, 1, 1, weight_percent=50), Load("b", GRILL, 9, 1)
    assert fewest_orders([slow, quick]).station == "b"


def test_what_nobody_cooks_is_said_with_the_order() -> None:
    with pytest.raises(NoStation, match=r"order s-7: no station cooks sushi"):
        cook(rush(order(7, 0, ("sushi", (5,)))), grills(2), fewest_items)


def test_with_one_station_all_policies_are_the_same() -> None:
    chance = Random(3)
    orders = [order(n, n * 25, ("grill", tuple(chance.uniform(5, 60) for _ in range(1 + n % 4)))) for n in range(60)]
    found = {
        policy.name: figures(rush(*orders), cook(rush(*orders), grills(1), policy.begin(Random(n))))
        for n, policy in enumerate(POLICIES)
    }
    assert len(set(found.values())) == 1
    assert found["items"].imbalance == 0


def test_figures_are_what_they_say() -> None:
    # grill1: two items of 10 s; grill2: one of 10 s that comes at 0 too.
    orders = order(1, 0, ("grill", (10, 10))), order(2, 0, ("grill", (10,)))
    served = cook(rush(*orders), grills(2), fewest_items)
    found = figures(rush(*orders), served)
    assert (found.p50_s, found.p90_s) == (20, 20)
    assert (found.most_items, found.most_orders) == (2, 1)
    assert items_over_time(served, 40, 2) == {"grill1": [1.5, 0.0], "grill2": [0.5, 0.0]}


def test_imbalance_is_the_fullest_over_the_mean_while_it_is_busy() -> None:
    orders = order(1, 0, ("grill", (10,) * 3)), order(2, 0, ("grill", (99,))), order(3, 20, ("grill", (5,)))
    found = figures(rush(*orders), cook(rush(*orders), grills(2), fewest_items, ticks=False))
    # Until the third order comes (the peak's end) 3 and 1 stand there: the mean is 2, the fullest half as much more.
    assert found.imbalance == pytest.approx(0.5)
    assert found.busy == pytest.approx(1.0)


lines = st.tuples(
    st.sampled_from(GROUPS), st.lists(st.integers(1, 90), min_size=1, max_size=4).map(tuple), st.integers(1, 3)
)
rush_parts = st.lists(st.tuples(st.integers(0, 60), st.lists(lines, min_size=1, max_size=4)), min_size=1, max_size=12)
kitchens = st.lists(
    st.tuples(st.frozensets(st.sampled_from(GROUPS), min_size=1), st.sampled_from([50, 100, 200])),
    min_size=1,
    max_size=4,
)


@EVERY_POLICY
@settings(max_examples=60, deadline=None)
@given(parts=rush_parts, cooks=kitchens, hands=st.integers(1, 3), ticks=st.booleans(), seed=st.integers(0, 9))
def test_every_item_is_cooked_once_by_one_who_can_and_every_order_passes(
    policy, parts, cooks, hands, ticks, seed
) -> None:
    # The last station cooks whatever the others don't.
    missing = frozenset(GROUPS) - {group for able, _ in cooks for group in able}
    stations = [Load(f"s{n}", able, weight_percent=weight) for n, (able, weight) in enumerate(cooks)]
    stations += [Load("last", missing)] if missing else []
    placed_s, orders = 0, []
    for number, (pause_s, some) in enumerate(parts):
        placed_s += pause_s
        orders.append(order(number, placed_s, *some))
    served = cook(rush(*orders), stations, policy.begin(Random(seed)), hands=hands, ticks=ticks)

    by_line = {line.id: (line, each) for each in orders for line in each.body.lines}
    wanted = Counter((each.id, line.id, n) for line, each in by_line.values() for n in range(line.count))
    assert Counter((made.order, made.line, made.item) for made in served.made) == wanted
    able = {station.code: station for station in stations}
    for made in served.made:
        line, each = by_line[made.line]
        assert line.group in able[made.station].groups
        assert made.began_s >= each.placed_s
        work_s = each.work_s[line.id][made.item] * 100 / able[made.station].weight_percent
        assert made.ended_s == pytest.approx(made.began_s + work_s)
    assert served.passed_s == {
        each.id: max(made.ended_s for made in served.made if made.order == each.id) for each in orders
    }
    _nobody_has_more_hands_than_hands(served, hands)
    _nobody_rests_while_something_waits(served, orders, hands)
    assert {each.station: (each.items, each.cards) for each in served.standing} == dict.fromkeys(
        {made.station for made in served.made}, (0, 0)
    )
    assert all(each.items >= 0 for each in served.standing)


def _nobody_has_more_hands_than_hands(served, hands) -> None:
    for made in served.made:
        others = [one for one in served.made if one.station == made.station]
        assert sum(one.began_s <= made.began_s < one.ended_s for one in others) <= hands


def _nobody_rests_while_something_waits(served, orders, hands) -> None:
    placed_s = {each.id: each.placed_s for each in orders}
    for made in served.made:
        if made.began_s > placed_s[made.order]:
            before = [one for one in served.made if one.station == made.station and one is not made]
            assert sum(one.began_s < made.began_s <= one.ended_s for one in before) >= hands
