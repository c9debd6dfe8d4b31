"""Ways to choose a station, of which the shop's own is one.

All of them are asked by the same dispatch, about the same stations: those that are there and can cook it all. They differ
only in which one they pick.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Final

from station.domain.routing import Choice, Load, Pick, fewest_items

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Policy:
    """`begin` makes a pick for one rush; what it draws by chance comes from the argument."""

    name: str
    title: str
    begin: Callable[[Random], Pick]


class InTurn:
    """One station after the other, whatever stands there. Those who can cook the same take turns among themselves."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, ...], int] = {}

    def __call__(self, present: Sequence[Load], /) -> Choice:
        codes = tuple(station.code for station in present)
        number = self._given.get(codes, 0)
        self._given[codes] = number + 1
        return Choice(codes[number % len(codes)], "its turn")


class ByChance:
    """Any of them, each as likely."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def __call__(self, present: Sequence[Load], /) -> Choice:
        return Choice(self._chance.choice(present).code, "by chance")


def fewest_orders(present: Sequence[Load], /) -> Choice:
    """The fewest orders, however many items these have; then the longest idle, then the code. Knows weights, too."""
    chosen = min(
        present,
        key=lambda each: (each.tokens * 100 / max(1, each.weight_percent), each.last_given or _NEVER, each.code),
    )
    return Choice(chosen.code, f"fewest orders: {chosen.tokens}")


OWN: Final = "items"
POLICIES: Final = (
    Policy(OWN, "Fewest items", lambda _: fewest_items),
    Policy("orders", "Fewest orders", lambda _: fewest_orders),
    Policy("turns", "In turn", lambda _: InTurn()),
    Policy("chance", "By chance", ByChance),
)
"""The shop's own comes first."""
