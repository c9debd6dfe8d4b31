"""A rush: orders in the order in which they come, each with the seconds of work that its items will take.

Everything by chance is drawn here, before any policy runs: all policies get the same orders at the same moments with the
same work, so what differs afterwards is the policy. Pure: chance is an argument.

Arrivals are a Poisson process whose rate rises over the first third of the rush, from a fifth of the peak's, stays at the
peak for the second and falls over the last. How many items an order has follows a power law cut off at the largest group:
P(n) ~ 1 / n^tail. The work of an item is lognormal around the mean of its prep group, times its recipe's weight.
"""

import bisect
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from random import Random
from types import MappingProxyType
from typing import Final

from station.data.ids import derived_ulid, part_ulid
from station.domain.token import Body, Line
from station.errors import StationError
from station.simulate.offer import Dish

BEGAN: Final = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
QUIET: Final = 0.2
"""The rate at both ends, as a share of the peak's."""
MEAN_S: Final[Mapping[str, float]] = MappingProxyType({"grill": 75.0, "fry": 50.0, "cold": 45.0, "bar": 20.0})
OTHER_S: Final = 45.0
"""For a prep group that is not named."""


@dataclass(frozen=True, slots=True)
class Work:
    """Seconds that one item of weight 1 keeps a cook, by prep group; `spread` is the logarithm's standard deviation."""

    mean_s: Mapping[str, float] = field(default_factory=lambda: MEAN_S)
    spread: float = 0.4

    def mean_of(self, group: str, weight: int) -> float:
        return self.mean_s.get(group, OTHER_S) * max(1, weight)

    def drawn(self, group: str, weight: int, chance: Random) -> float:
        mean = self.mean_of(group, weight)
        return chance.lognormvariate(math.log(mean) - self.spread**2 / 2, self.spread)


@dataclass(frozen=True, slots=True)
class Order:
    """`work_s`: by line id, the seconds that each of its items takes a cook at full speed."""

    body: Body
    placed_s: float
    work_s: Mapping[str, tuple[float, ...]]

    @property
    def id(self) -> str:
        return self.body.order


@dataclass(frozen=True, slots=True)
class Rush:
    """Orders by `placed_s`, seconds since `began`. `peak_s`: from when until when it is busiest."""

    orders: tuple[Order, ...]
    peak_s: tuple[float, float]
    began: datetime = BEGAN


@dataclass(frozen=True, slots=True)
class Guests:
    """How much they order: `tail` near 1 means many group orders, 3 hardly any; `largest` is the largest order's items."""

    tail: float = 1.5
    largest: int = 15

    @property
    def mean_items(self) -> float:
        """Items of an order, on average: the sum over n of P(at least n)."""
        return 1 + sum(1 - below for below in _sizes(self)[:-1])

    def drawn(self, chance: Random) -> int:
        return min(bisect.bisect(_sizes(self), chance.random()), self.largest - 1) + 1


def draw_rush(
    dishes: Sequence[Dish], guests: Guests, work: Work, *, count: int, peak_per_s: float, chance: Random
) -> Rush:
    """`count` orders that come at `peak_per_s` orders a second while it is busiest."""
    # A trapezoid with the height 1 over a third of the rush, from QUIET and back to it.
    length_s = count / peak_per_s / (1 / 3 + 2 / 3 * (1 + QUIET) / 2)
    shares = list(accumulate(dish.share for dish in dishes))
    # A Poisson process of which the count is known: moments drawn one by one from its profile, and sorted.
    moments = sorted(_moment(chance.random()) * length_s for _ in range(count))
    orders = []
    for number, placed_s in enumerate(moments, 1):
        chosen = [
            dishes[min(bisect.bisect(shares, chance.random() * shares[-1]), len(dishes) - 1)]
            for _ in range(guests.drawn(chance))
        ]
        orders.append(worked(_body(number, chosen, BEGAN + timedelta(seconds=placed_s)), placed_s, work, chance))
    return Rush(tuple(orders), (length_s / 3, length_s * 2 / 3))


def recorded_rush(bodies: Iterable[Body], work: Work, chance: Random) -> Rush:
    """Real orders at the moments at which they were placed; only the work is drawn.

    Raises StationError when there are none. It counts as busiest from the first order to the last.
    """
    known = sorted(bodies, key=lambda body: (body.placed_at, body.order))
    if not known:
        raise StationError("nothing was ordered there, and a rush needs an order or more; --day chooses another day")
    began = known[0].placed_at
    orders = tuple(worked(body, (body.placed_at - began).total_seconds(), work, chance) for body in known)
    return Rush(orders, (0.0, max(1.0, orders[-1].placed_s)), began)


def worked(body: Body, placed_s: float, work: Work, chance: Random) -> Order:
    """The order with work drawn for each of its items."""
    return Order(
        body,
        placed_s,
        {line.id: tuple(work.drawn(line.group, line.weight, chance) for _ in range(line.count)) for line in body.lines},
    )


def work_by_group(lines: Iterable[Line], work: Work) -> dict[str, float]:
    """Seconds of work to be expected of these lines, by prep group."""
    found: dict[str, float] = {}
    for line in lines:
        found[line.group] = found.get(line.group, 0.0) + line.count * work.mean_of(line.group, line.weight)
    return found


def expected_work(dishes: Sequence[Dish], guests: Guests, work: Work) -> dict[str, float]:
    """Seconds of work to be expected of one order, by prep group."""
    found: dict[str, float] = {}
    for dish in dishes:
        each = guests.mean_items * dish.share * work.mean_of(dish.group, dish.weight)
        found[dish.group] = found.get(dish.group, 0.0) + each
    return found


@lru_cache(maxsize=8)
def _sizes(guests: Guests) -> tuple[float, ...]:
    """The share of orders with at most 1, 2, … items."""
    weights = [n**-guests.tail for n in range(1, guests.largest + 1)]
    return tuple(below / sum(weights) for below in accumulate(weights))


def _moment(share: float) -> float:
    """Where in the rush (0 to 1) this share of its orders has come: the profile's integral, turned round."""
    ramp = (1 + QUIET) / 2 / 3
    total = 2 * ramp + 1 / 3
    come = min(share, 1 - share) * total
    # Over the ramp, come = QUIET x + (1 - QUIET) 3 x² / 2.
    steep = (1 - QUIET) * 3
    early = (math.sqrt(QUIET**2 + 2 * steep * come) - QUIET) / steep if come < ramp else 1 / 3 + come - ramp
    return early if share <= 0.5 else 1 - early


def _body(number: int, chosen: Sequence[Dish], placed_at: datetime) -> Body:
    """The token as a till would send it: the same dish twice is one line of two."""
    order = derived_ulid(placed_at, "simulated", str(number))
    return Body(
        order=order,
        number=f"s-{number}",
        mode="eat_in",
        placed_at=placed_at,
        placed_by="Simulated",
        placed_on="till1",
        lines=tuple(_lines(order, chosen)),
    )


def _lines(order: str, chosen: Sequence[Dish]) -> Iterator[Line]:
    counts: dict[Dish, int] = {}
    for dish in chosen:
        counts[dish] = counts.get(dish, 0) + 1
    for dish, count in counts.items():
        line = part_ulid(order, dish.id)
        yield Line(id=line, item=dish.id, name=dish.name, count=count, group=dish.group, weight=dish.weight)
