"""How urgent a card is, and how bright its pulse is at a moment.

A card is calm, then orange, then red; the thresholds are the profile's, or those of a prep group where it has its own. The pulse is a raised cosine of 1.2 s, which is
0.83 flashes a second, well under the three of WCAG 2.3.1. Pure: ages and times are arguments.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal

Level = Literal["calm", "orange", "red"]

PERIOD_S: Final = 1.2
LEVELS: Final[tuple[Level, ...]] = ("calm", "orange", "red")


def thresholds(
    groups: Iterable[str], usual: tuple[float, float], own: Mapping[str, tuple[int, int]]
) -> tuple[float, float]:
    """When a card of these prep groups turns orange and red, in seconds: as its most impatient group does.

    `usual` holds for groups that have no thresholds of their own.
    """
    found = [own.get(group, usual) for group in groups] or [usual]
    return min(orange for orange, _ in found), min(red for _, red in found)


def level(age_s: float, orange_s: float, red_s: float) -> Level:
    """Red wins where a profile has the two thresholds the wrong way round."""
    if age_s >= red_s:
        return "red"
    return "orange" if age_s >= orange_s else "calm"


def level_at(placed_at: datetime, now: datetime, orange_s: float, red_s: float) -> Level:
    return level((now - placed_at).total_seconds(), orange_s, red_s)


def next_change(placed_at: datetime, now: datetime, orange_s: float, red_s: float) -> datetime | None:
    """When the level next changes by itself; None for a card that is red already."""
    ahead = [
        moment
        for seconds in (orange_s, red_s)
        if (moment := placed_at + timedelta(seconds=seconds)) > now
        and level_at(placed_at, now, orange_s, red_s) != "red"
    ]
    return min(ahead, default=None)


def pulse(t_s: float) -> float:
    """The brightness of the pulse at this time, 0 (dimmest) to 1: a raised cosine that begins dim."""
    return 0.5 - 0.5 * math.cos(2 * math.pi * t_s / PERIOD_S)
