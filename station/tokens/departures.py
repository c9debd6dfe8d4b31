"""What leaves a prep station by somebody else's hand, and where it went: the cook should neither look for it nor make it.

A token that is not in this station's folder any more, though this station did nothing with it, is looked for in the
other folders, once it is gone for good. What is still being moved is found a round later; after a few rounds nobody
looks any longer. A void token stays in this station's mirror (and so on its screen, until a person has seen it) if it
stood here when it was voided; of other void tokens this station wants to know nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from station.domain.floor import DONE, PASS, VOID, Spot, is_descendant, live, station_place
from station.domain.token import Key, TokenName
from station.local.status import Left
from station.tokens.floor import Floor

TRIES: Final = 3
KEPT: Final = 10
TOLD_FOR: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class _Missed:
    """`tries`: how often it was looked for while every folder could be read."""

    spot: Spot
    since: datetime
    tries: int = 0


class Departures:
    """Of one prep station. `look` after each look at the floor; `left` is what to tell of it."""

    def __init__(self, code: str, floor: Floor) -> None:
        self._here, self._floor = station_place(code), floor
        self._missed: dict[Key, _Missed] = {}
        self.left: tuple[Left, ...] = ()

    def of_interest(
        self, place: str, names: Iterable[TokenName] | None, spots: Mapping[Key, Spot]
    ) -> Iterable[TokenName] | None:
        """Of a void folder's listing only what stood here; every other listing as it is."""
        if names is None or not place.startswith(f"{VOID}/"):
            return names
        stood = {key for key, spot in spots.items() if spot.place in {self._here, place}}
        return [name for name in names if name.key in stood]

    def look(
        self, before: Mapping[Key, Spot], after: Mapping[Key, Spot], elsewhere: Iterable[str], now: datetime
    ) -> None:
        """`before`, `after`: what this station knew around one look at the floor. `elsewhere`: the folders to search."""
        for key, spot in before.items():
            moved = after.get(key)
            if spot.place != self._here or (moved is not None and moved.place == self._here):
                continue
            if moved is None:
                self._missed[key] = _Missed(spot, now)
            elif moved.place == PASS:
                self._tell(spot, (PASS,), after, now)
        self.left = tuple(each for each in self.left if now - each.at < TOLD_FOR)[-KEPT:]
        if self._missed:
            self._search(after, [place for place in elsewhere if place != self._here], now)

    def _search(self, spots: Mapping[Key, Spot], places: list[str], now: datetime) -> None:
        scan = self._floor.scan(places)
        found = live(Spot(place, name) for place, names in scan.names.items() for name in names)
        for key, missed in list(self._missed.items()):
            to = sorted({spot.place for other, spot in found.items() if _is_of(other, key)})
            # While the share refuses nobody knows: that does not count as having looked.
            tries = missed.tries if scan.unknown else missed.tries + 1
            if not to and key not in spots and tries < TRIES and now - missed.since < TOLD_FOR:
                self._missed[key] = _Missed(missed.spot, missed.since, tries)
                continue
            del self._missed[key]
            came_back = key in spots and spots[key].place == self._here
            if not came_back and not any(place.startswith((f"{DONE}/", f"{VOID}/")) for place in to):
                self._tell(missed.spot, tuple(to), spots, now)

    def _tell(self, spot: Spot, to: tuple[str, ...], spots: Mapping[Key, Spot], now: datetime) -> None:
        key = spot.name.key
        stays = any(_is_of(other, key) and each.place == self._here for other, each in spots.items())
        told = Left(order=key[0], part=key[1], number=spot.name.number, to=to, stays=stays, at=now)
        self.left = (*self.left, told)[-KEPT:]


def _is_of(other: Key, key: Key) -> bool:
    """Whether it is the same token or a part of it."""
    return other[0] == key[0] and (other[1] == key[1] or is_descendant(other[1], key[1]))
