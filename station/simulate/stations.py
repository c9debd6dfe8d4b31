"""Kitchens to send a rush through: stations with what they can cook, and how much they can cook in all.

same    every station cooks everything
lines   each station cooks one prep group, as many stations for a group as its work asks for
shop    the shop's own stations, and the same again until there are enough
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, get_args

from station.domain.routing import Load
from station.errors import StationError

Layout = Literal["same", "lines", "shop"]
LAYOUTS: Final[tuple[Layout, ...]] = get_args(Layout)


def lay_out(layout: Layout, count: int, work_s: Mapping[str, float], pattern: Sequence[Load]) -> tuple[Load, ...]:
    """`count` stations. `work_s`: the work of each prep group; `pattern`: the shop's own stations, for `shop`.

    Raises StationError when some prep group that has work would be cooked nowhere.
    """
    if layout == "same":
        made = tuple(Load(f"prep{n}", frozenset(work_s)) for n in range(1, count + 1))
    elif layout == "lines":
        made = _lines(count, work_s)
    else:
        made = _repeated(count, pattern)
    missing = sorted(set(work_s) - {group for station in made for group in station.groups})
    if missing:
        raise StationError(
            f"none of the {count} stations cooks {', '.join(missing)}: take more stations, or another kitchen"
        )
    return made


def weighed(stations: Sequence[Load], weights: Mapping[str, int]) -> tuple[Load, ...]:
    """The stations with these weights in percent. Raises StationError for a code that is not among them."""
    codes = [station.code for station in stations]
    for code in weights:
        if code not in codes:
            raise StationError(f"there is no station {code!r} to weigh; there are {', '.join(codes)}")
    return tuple(
        replace(station, weight_percent=weights.get(station.code, station.weight_percent)) for station in stations
    )


def busy_at_one(work_s: Mapping[str, float], stations: Sequence[Load], hands: int) -> float:
    """Orders a second at which somebody has no pause left. `work_s`: one order's work by prep group.

    The tightest set of prep groups decides: its work, against all who can cook any of it. Stations that cook several
    groups count for each set, so it is what a perfect sharing of the work could reach.
    """
    groups = sorted(group for group, seconds in work_s.items() if seconds > 0)
    rates = []
    for size in range(1, len(groups) + 1):
        for some in itertools.combinations(groups, size):
            able = sum(station.weight_percent / 100 for station in stations if station.groups & set(some))
            rates.append(hands * able / sum(work_s[group] for group in some))
    return min(rates)


def _lines(count: int, work_s: Mapping[str, float]) -> tuple[Load, ...]:
    """The groups with the least work share a station while there are fewer stations than groups."""
    kinds = [([group], seconds) for group, seconds in sorted(work_s.items(), key=lambda item: -item[1])]
    while len(kinds) > count:
        (last, little), (other, more) = kinds.pop(), kinds.pop()
        kinds.append((other + last, more + little))
        kinds.sort(key=lambda kind: -kind[1])
    given = [1] * len(kinds)
    for _ in range(count - len(kinds)):
        busiest = max(range(len(kinds)), key=lambda n: kinds[n][1] / given[n])
        given[busiest] += 1
    return tuple(
        Load(f"{groups[0][:8]}{n}", frozenset(groups))
        for (groups, _), many in zip(kinds, given, strict=True)
        for n in range(1, many + 1)
    )


def _repeated(count: int, pattern: Sequence[Load]) -> tuple[Load, ...]:
    """With new numbers from the second round on: grill1, grill2, fry1, grill3, grill4, fry2."""
    made = {station.code: station for station in pattern[:count]}
    for station in itertools.islice(itertools.cycle(pattern), len(made), count):
        stem = re.sub(r"[0-9]+$", "", station.code)[:9]
        code = next(code for n in itertools.count(1) if (code := f"{stem}{n}") not in made)
        made[code] = replace(station, code=code)
    return tuple(made.values())
