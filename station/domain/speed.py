"""Speed of service: how long orders take from the till to the pass, by hour, station and item. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec

from station.domain.figures import percentile
from station.domain.token import Instant, Name, Part, Ulid

LIVE: Final = timedelta(minutes=30)
"""What counts as now."""
FEW: Final = 3
"""Fewer than this say nothing of an item."""


class Passed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One token came to the pass for the first time. `seconds`: since its order was placed, or fired."""

    order: Ulid
    part: Part
    at: Instant
    seconds: float
    station: str = ""
    items: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True)
class Speed:
    """Of `count` tokens: the median and what nine of ten took at most, in seconds."""

    count: int
    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class Service:
    """`hours`: by hour of the day. `items`: the slowest first, of those that were made often enough to say so."""

    live: Speed | None
    day: Speed | None
    hours: Mapping[int, Speed]
    stations: Mapping[str, Speed]
    items: tuple[tuple[str, Speed], ...]


Key = TypeVar("Key", int, str)


def speed_of(seconds: Iterable[float]) -> Speed | None:
    """None of nothing."""
    values = list(seconds)
    return Speed(len(values), percentile(values, 50), percentile(values, 90)) if values else None


def service(passed: Iterable[Passed], now: datetime, hour_of: Callable[[datetime], int]) -> Service:
    """`hour_of`: the hour where the shop is."""
    all_of_it = tuple(passed)
    by_item: dict[str, list[float]] = defaultdict(list)
    for one in all_of_it:
        for item in set(one.items):
            by_item[item].append(one.seconds)
    items = [(item, speed) for item, speed in _speeds(by_item).items() if speed.count >= FEW]
    return Service(
        live=speed_of(one.seconds for one in all_of_it if timedelta(0) <= now - one.at <= LIVE),
        day=speed_of(one.seconds for one in all_of_it),
        hours=_speeds(_grouped(all_of_it, lambda one: hour_of(one.at))),
        stations=_speeds(_grouped((one for one in all_of_it if one.station), lambda one: one.station)),
        items=tuple(sorted(items, key=lambda each: (-each[1].median_s, each[0]))),
    )


def _grouped(passed: Iterable[Passed], key: Callable[[Passed], Key]) -> dict[Key, list[float]]:
    found: dict[Key, list[float]] = defaultdict(list)
    for one in passed:
        found[key(one)].append(one.seconds)
    return found


def _speeds(groups: Mapping[Key, list[float]]) -> dict[Key, Speed]:
    return {key: speed for key in sorted(groups) if (speed := speed_of(groups[key])) is not None}
