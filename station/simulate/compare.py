"""The same rushes under each policy, and whether what differs is more than chance.

Each seed is one rush. Every policy gets the same rushes, so the policies are compared in pairs, rush by rush: the mean of
the differences, and the 95 % confidence interval of Student's t around it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import NormalDist, fmean, stdev
from typing import Final

from station.domain.routing import Load
from station.simulate.kitchen import Served, cook
from station.simulate.measures import Figures, figures, mean_figures
from station.simulate.policies import Policy
from station.simulate.rush import Rush

_T_95: Final = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""The 97.5 % quantile of Student's t for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One policy: the figures of each rush, their means, and its first rush as it went."""

    policy: Policy
    by_seed: tuple[Figures, ...]
    mean: Figures
    first: Served


@dataclass(frozen=True, slots=True)
class Difference:
    """How much sooner the second is than the first, in seconds; below 0 it is later. `low`, `high`: 95 % confidence.

    With one rush there is no interval, and the two are infinite.
    """

    mean_s: float
    low_s: float
    high_s: float
    pairs: int


def compare(
    policies: Sequence[Policy],
    rushes: Callable[[int], Rush],
    seeds: Sequence[int],
    stations: Sequence[Load],
    *,
    hands: int = 1,
    ticks: bool = True,
) -> tuple[Rush, tuple[Outcome, ...]]:
    """The first rush, and each policy's outcome. `rushes` makes the rush of a seed."""
    found: dict[str, list[Figures]] = {policy.name: [] for policy in policies}
    first: dict[str, Served] = {}
    begun = rushes(seeds[0])
    for seed in seeds:
        rush = begun if seed == seeds[0] else rushes(seed)
        for policy in policies:
            # A chance of the policy's own: what it draws changes nothing for the others.
            served = cook(rush, stations, policy.begin(Random(f"{policy.name} {seed}")), hands=hands, ticks=ticks)
            found[policy.name].append(figures(rush, served))
            first.setdefault(policy.name, served)
    return begun, tuple(
        Outcome(policy, tuple(found[policy.name]), mean_figures(found[policy.name]), first[policy.name])
        for policy in policies
    )


def difference(slow_s: Sequence[float], fast_s: Sequence[float]) -> Difference:
    """Pair by pair: the first of both is the same rush, and so on."""
    apart = [slow - fast for slow, fast in zip(slow_s, fast_s, strict=True)]
    mean = fmean(apart)
    if len(apart) < 2:
        return Difference(mean, -math.inf, math.inf, len(apart))
    around = t_95(len(apart) - 1) * stdev(apart) / math.sqrt(len(apart))
    return Difference(mean, mean - around, mean + around, len(apart))


def t_95(freedom: int) -> float:
    """Student's 97.5 % quantile; above 30 degrees of freedom by Fisher's expansion, right to three places."""
    if freedom <= len(_T_95):
        return _T_95[freedom - 1]
    z = NormalDist().inv_cdf(0.975)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
