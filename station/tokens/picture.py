"""What a station believes the floor looks like, and how one more look at it changes that.

Pure: listings in, steps for the mirror out. Listings of several folders are not one moment, and a share can fail in ways
that look like emptiness; so the highest hop wins, a token is gone only after two listings agree (three when a folder
that had several tokens is found empty at once), and a folder that could not be read keeps what it had.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from station.domain.floor import Spot, is_descendant, live
from station.domain.token import Key, TokenName

SUDDEN = 3
"""A folder with at least so many tokens, found empty at once, is a fault to confirm."""


@dataclass(frozen=True, slots=True)
class Picture:
    """`spots` is one spot for each identity; `absent` counts the listings in a row that did not show it."""

    spots: Mapping[Key, Spot] = field(default_factory=dict)
    absent: Mapping[Key, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steps:
    """What makes the mirror equal to the picture. `look_again`: something must be confirmed soon."""

    fetch: tuple[Spot, ...] = ()
    move: tuple[tuple[Spot, Spot], ...] = ()
    drop: tuple[Spot, ...] = ()
    look_again: bool = False


def follow(before: Picture, listing: Mapping[str, Iterable[TokenName] | None]) -> tuple[Picture, Steps]:
    """The picture after this listing (None: the folder could not be read), and the steps to it."""
    seen = live(Spot(place, name) for place, names in listing.items() for name in names or ())
    looked = {place for place, names in listing.items() if names is not None}
    sudden = _sudden(before, seen, looked)
    spots: dict[Key, Spot] = {}
    absent: dict[Key, int] = {}
    for key, spot in before.spots.items():
        newer = seen.get(key)
        if newer is not None and newer.name.hop >= spot.name.hop:
            spots[key] = newer
        elif spot.place not in looked:
            spots[key] = spot
        elif not _replaced(key, seen):
            times = before.absent.get(key, 0) + 1
            if times < (3 if spot.place in sudden else 2):
                spots[key], absent[key] = spot, times
    spots.update({key: spot for key, spot in seen.items() if key not in before.spots})
    return Picture(spots, absent), _steps(before.spots, spots, look_again=bool(absent))


def placed(before: Picture, gone: Spot | None, spots: Iterable[Spot]) -> Picture:
    """The picture after this station's own operation: `gone` was replaced by, or moved to, these."""
    after = {key: spot for key, spot in before.spots.items() if spot != gone}
    after.update({spot.name.key: spot for spot in spots})
    return Picture(after, {key: times for key, times in before.absent.items() if key in after})


def _sudden(before: Picture, seen: Mapping[Key, Spot], looked: set[str]) -> set[str]:
    held: dict[str, int] = {}
    for spot in before.spots.values():
        held[spot.place] = held.get(spot.place, 0) + 1
    shown = {spot.place for spot in seen.values()}
    moved = {before.spots[key].place for key in before.spots if key in seen}
    return {
        place for place, count in held.items() if count >= SUDDEN and place in looked - shown and place not in moved
    }


def _replaced(key: Key, seen: Mapping[Key, Spot]) -> bool:
    order, part = key
    return any(other == order and is_descendant(child, part) for other, child in seen)


def _steps(before: Mapping[Key, Spot], after: Mapping[Key, Spot], *, look_again: bool) -> Steps:
    fetch: list[Spot] = []
    move: list[tuple[Spot, Spot]] = []
    drop: list[Spot] = []
    for key, spot in after.items():
        old = before.get(key)
        if old == spot:
            continue
        # A move leaves the bytes as they were; a revision does not.
        if old is not None and (old.name.revision, old.name.items) == (spot.name.revision, spot.name.items):
            move.append((old, spot))
            continue
        fetch.append(spot)
        if old is not None:
            drop.append(old)
    drop.extend(spot for key, spot in before.items() if key not in after)
    return Steps(tuple(fetch), tuple(move), tuple(drop), look_again)
