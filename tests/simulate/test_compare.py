"""Policies side by side: the same rushes for all of them, and a sentence that claims no more than the figures hold."""

import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from station.simulate.compare import Outcome, compare, difference, t_95
from station.simulate.measures import Figures
from station.simulate.offer import demo_dishes
from station.simulate.plan import Plan, as_plain, run
from station.simulate.policies import POLICIES
from station.simulate.rush import Guests, Work, draw_rush
from station.simulate.stations import lay_out
from station.simulate.verdict import judge

sys.path.insert(0, str(Path(__file__).parent))
from rushes import grills, order, rush

SMALL = Plan(stations=4, orders=80, seeds=3)


def outcome(name, *p90s_s, p50_s=100.0):
    policy = next(each for each in POLICIES if each.name == name)
    by_seed = tuple(Figures(p50_s, p90_s, 0.0, 0.9, 1, 1) for p90_s in p90s_s)
    return Outcome(policy, by_seed, by_seed[0], first=None)  # type: ignore[arg-type]


def test_every_policy_gets_the_same_orders_and_the_same_work() -> None:
    report = run(SMALL)
    work_s = {line: some for each in report.first.orders for line, some in each.work_s.items()}
    for each in report.outcomes:
        made = each.first.made
        assert {one.order for one in made} == {one.id for one in report.first.orders}
        assert all(one.ended_s - one.began_s == pytest.approx(work_s[one.line][one.item]) for one in made)


def test_a_rush_is_drawn_once_for_all_policies() -> None:
    asked = []

    def rushes(seed):
        asked.append(seed)
        return rush(order(1, 0, ("grill", (5, 6))), order(2, seed, ("grill", (7,))))

    compare(POLICIES, rushes, [3, 4], grills(2))
    assert asked == [3, 4]


def test_the_same_seeds_give_the_same_report_and_others_another() -> None:
    assert as_plain(run(SMALL)) == as_plain(run(SMALL))
    assert as_plain(run(SMALL))["policies"] != as_plain(run(replace(SMALL, seed=50)))["policies"]


def test_leaving_a_policy_out_changes_nothing_for_the_others() -> None:
    whole, some = run(SMALL), run(replace(SMALL, policies=POLICIES[2:]))
    assert [each.mean for each in whole.outcomes[2:]] == [each.mean for each in some.outcomes]
    assert some.verdict is None


def test_by_default_counting_items_beats_counting_orders_and_it_says_by_how_much() -> None:
    report = run(replace(Plan(), orders=200, seeds=8))
    verdict = report.verdict
    assert verdict is not None
    assert verdict.nine_of_ten.low_s > 0
    assert verdict.sentence.startswith(
        f"Counting items beats counting orders by {verdict.nine_of_ten.mean_s:.0f} s: nine"
    )
    assert "8 rushes" in verdict.sentence


def test_where_every_order_is_one_item_there_is_no_difference_and_it_says_so() -> None:
    dishes = [dish for dish in demo_dishes() if dish.weight == 1]
    kitchen = lay_out("same", 4, {dish.group: 1.0 for dish in dishes}, ())
    _, outcomes = compare(
        POLICIES[:2],
        lambda seed: draw_rush(dishes, Guests(1.5, 1), Work(), count=80, peak_per_s=0.08, chance=Random(seed)),
        range(4),
        kitchen,
    )
    assert outcomes[0].by_seed == outcomes[1].by_seed
    verdict = judge(*outcomes)
    assert verdict.sentence.startswith(
        "Counting items or counting orders makes no difference here: in each of 4 rushes"
    )
    assert "beats" not in verdict.sentence


def test_what_may_be_chance_is_said_to_be() -> None:
    verdict = judge(outcome("items", 100, 130, 95), outcome("orders", 120, 100, 110))
    assert "cannot be told apart" in verdict.sentence
    assert "within the noise of 3 rushes" in verdict.sentence


def test_a_worse_result_is_not_hidden() -> None:
    verdict = judge(outcome("items", 140, 142, 141, p50_s=90), outcome("orders", 120, 121, 122, p50_s=80))
    assert verdict.sentence.startswith("Counting items is 20 s worse than counting orders here: nine")
    assert "17 % later" in verdict.sentence


def test_a_slower_half_is_not_hidden_either() -> None:
    assert "10 s later for it" in judge(_halves("items", 90, 91, 89), _halves("orders", 80, 81, 79)).about_half
    assert "10 s sooner, too" in judge(_halves("items", 80, 81, 79), _halves("orders", 90, 91, 89)).about_half


def test_one_rush_proves_nothing() -> None:
    verdict = judge(outcome("items", 100), outcome("orders", 200))
    assert verdict.sentence.startswith("One rush cannot tell counting items and counting orders apart")


def test_pairs_are_compared_rush_by_rush() -> None:
    found = difference([110, 220, 330, 440], [100, 209, 321, 430])
    assert found.mean_s == pytest.approx(10)
    assert found.low_s == pytest.approx(10 - 3.182 * 0.8165 / 2, abs=1e-3)
    assert found.high_s - found.mean_s == pytest.approx(found.mean_s - found.low_s)


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (4, 2.776), (30, 2.042), (31, 2.040), (60, 2.000), (999, 1.962)]
)
def test_the_quantiles_are_students(freedom, quantile) -> None:
    assert t_95(freedom) == pytest.approx(quantile, abs=6e-4)


def _halves(name, *p50s_s):
    made = outcome(name, *p50s_s)
    by_seed = tuple(Figures(p50_s, 200.0, 0.0, 0.9, 1, 1) for p50_s in p50s_s)
    return replace(made, by_seed=by_seed, mean=by_seed[0])
