"""What guests order: the demo shop's dishes, each with its prep group and weight, and how often it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from station.data.described.files import demo_shop, read_shop
from station.data.described.gathered import Gathered
from station.domain.routing import Load

SHARES: Final[Mapping[str, float]] = MappingProxyType({"grill": 0.3, "fry": 0.3, "cold": 0.12, "bar": 0.28})
"""Of a hundred items so many are of this prep group; within a group every dish is as likely as the others."""


@dataclass(frozen=True, slots=True)
class Dish:
    """`share`: of all items that are ordered, so many are this one (0 to 1)."""

    id: str
    name: str
    group: str
    weight: int
    share: float


def demo_dishes() -> tuple[Dish, ...]:
    """The demo shop's menu, with the ids that it has in a seeded master."""
    shop = read_shop(demo_shop())
    gathered = Gathered(shop)
    of_group: dict[str, int] = {}
    for _, dish in shop.dishes:
        of_group[dish.group] = of_group.get(dish.group, 0) + 1
    total = sum(SHARES[group] for group in of_group)
    return tuple(
        Dish(
            gathered.id("item", key),
            dish.name,
            dish.group,
            dish.weight,
            SHARES[dish.group] / total / of_group[dish.group],
        )
        for key, dish in shop.dishes
    )


def demo_stations() -> tuple[Load, ...]:
    """The demo shop's stations that cook, with what they can."""
    entries = read_shop(demo_shop()).shop.stations
    return tuple(Load(code, frozenset(entry.groups)) for code, entry in entries.items() if entry.groups)
