"""A comparison from its parameters to its report. Pure but for the chance that its seeds give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from random import Random
from typing import Any

from station.domain.routing import Load
from station.domain.token import Line
from station.errors import StationError
from station.simulate.compare import Outcome, compare
from station.simulate.offer import demo_dishes, demo_stations
from station.simulate.policies import POLICIES, Policy
from station.simulate.recorded import Recorded
from station.simulate.rush import Guests, Rush, Work, draw_rush, expected_work, recorded_rush, work_by_group
from station.simulate.stations import Layout, busy_at_one, lay_out, weighed
from station.simulate.verdict import Verdict, judge

STATIONS = 8


@dataclass(frozen=True, slots=True)
class Plan:
    """`stations` None: as many as the recorded shop has, else 8. `peak`: how busy the cooks are when it is busiest (1: all).

    `seeds` rushes are drawn, the first with the seed `seed`. A recorded rush has its own orders and its own pace:
    `orders`, `peak` and `guests` do not hold then, and each seed draws other work times.
    """

    layout: Layout = "same"
    stations: int | None = None
    orders: int = 300
    peak: float = 0.95
    guests: Guests = field(default_factory=Guests)
    work: Work = field(default_factory=Work)
    hands: int = 1
    ticks: bool = True
    weights: Mapping[str, int] = field(default_factory=dict)
    policies: tuple[Policy, ...] = POLICIES
    seed: int = 1
    seeds: int = 20
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`first`: the first rush, which each outcome has as it went. `verdict` None: one of its two policies was not asked."""

    plan: Plan
    stations: tuple[Load, ...]
    first: Rush
    outcomes: tuple[Outcome, ...]
    verdict: Verdict | None


def run(plan: Plan) -> Report:
    """Raises StationError when some of what was ordered is cooked nowhere."""
    seeds = range(plan.seed, plan.seed + plan.seeds)
    if plan.recorded is not None:
        stations = _stations_of(plan, work_by_group(_lines(plan.recorded), plan.work), plan.recorded.stations)
        bodies = plan.recorded.bodies

        def rushes(seed: int) -> Rush:
            return recorded_rush(bodies, plan.work, Random(seed))

    else:
        dishes = demo_dishes()
        work_s = expected_work(dishes, plan.guests, plan.work)
        stations = _stations_of(plan, work_s, demo_stations())
        rate = plan.peak * busy_at_one(work_s, stations, plan.hands)

        def rushes(seed: int) -> Rush:
            return draw_rush(dishes, plan.guests, plan.work, count=plan.orders, peak_per_s=rate, chance=Random(seed))

    first, outcomes = compare(plan.policies, rushes, seeds, stations, hands=plan.hands, ticks=plan.ticks)
    by_name = {outcome.policy.name: outcome for outcome in outcomes}
    both = by_name.get("items"), by_name.get("orders")
    verdict = judge(both[0], both[1]) if both[0] is not None and both[1] is not None else None
    return Report(plan, stations, first, outcomes, verdict)


def as_plain(report: Report) -> dict[str, Any]:
    """The report for programs. A bound that one rush does not have is null."""
    plan = report.plan
    return {
        "rush": plan.recorded.source if plan.recorded else "drawn",
        "orders": len(report.first.orders),
        "items": sum(line.count for order in report.first.orders for line in order.body.lines),
        "seeds": [plan.seed + n for n in range(plan.seeds)],
        "peak": None if plan.recorded else plan.peak,
        "kitchen": plan.layout,
        "stations": {
            each.code: {"groups": sorted(each.groups), "weight_percent": each.weight_percent}
            for each in report.stations
        },
        "hands": plan.hands,
        "ticks": plan.ticks,
        "work_s": dict(plan.work.mean_s),
        "spread": plan.work.spread,
        "policies": [
            {
                "name": outcome.policy.name,
                **_rounded(asdict(outcome.mean)),
                "by_seed": [_rounded(asdict(each)) for each in outcome.by_seed],
            }
            for outcome in report.outcomes
        ],
        "items_against_orders": None if report.verdict is None else _verdict(report.verdict),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    found: dict[str, Any] = {"sentence": verdict.sentence, "about_half": verdict.about_half}
    for name, apart in (("p90", verdict.nine_of_ten), ("p50", verdict.half)):
        bounds = {"low_s": apart.low_s, "high_s": apart.high_s} if apart.pairs > 1 else {}
        found[name] = {"sooner_s": round(apart.mean_s, 2), "low_s": None, "high_s": None, **_rounded(bounds)}
    return found


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


def _stations_of(plan: Plan, work_s: Mapping[str, float], pattern: Sequence[Load]) -> tuple[Load, ...]:
    count = plan.stations or (len(pattern) if plan.recorded else STATIONS)
    if plan.layout == "shop" and not pattern:
        raise StationError("nobody knows which stations cooked this; take another kitchen (--kitchen same)")
    return weighed(lay_out(plan.layout, max(1, count), work_s, pattern), plan.weights)


def _lines(recorded: Recorded) -> Iterator[Line]:
    return chain.from_iterable(body.lines for body in recorded.bodies)
