"""What a station believes the floor looks like, and how one more look at it changes that.

Pure: listings in, steps for the mirror out. Listings of several folders are not one moment, and a share can fail in ways
that look like emptiness; so the highest hop wins, a token is gone only after two listings agree (three when a folder
that had several tokens is found empty at once), and a folder that could not be read keeps what it had.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from station.domain.floor import Spot, is_descendant, live
from station.domain.token import Key, TokenName

SUDDEN = 3
"""A folder with at least so many tokens, found empty at once, is a fault to confirm."""
APART_S = 0.05
"""Two listings count as two when they are so far apart: a revision takes its token away for some milliseconds."""


@dataclass(frozen=True, slots=True)
class Absence:
    """How many listings in a row did not show a token, and when the last of them was made (monotonic seconds)."""

    times: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Picture:
    """`spots` is one spot for each identity; `absent` are those of them that the last listings did not show."""

    spots: Mapping[Key, Spot] = field(default_factory=dict)
    absent: Mapping[Key, Absence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Steps:
    """What makes the mirror equal to the picture. Drop last: of a revised token the new one comes first."""

    fetch: tuple[Spot, ...] = ()
    move: tuple[tuple[Spot, Spot], ...] = ()
    drop: tuple[Spot, ...] = ()


def follow(before: Picture, listing: Mapping[str, Iterable[TokenName] | None], now_s: float) -> Picture:
    """The picture after this listing (None: the folder could not be read), made at `now_s` on a monotonic clock."""
    seen = live(Spot(place, name) for place, names in listing.items() for name in names or ())
    looked = {place for place, names in listing.items() if names is not None}
    sudden = _sudden(before, seen, looked)
    spots: dict[Key, Spot] = {}
    absent: dict[Key, Absence] = {}
    for key, spot in before.spots.items():
        newer = seen.get(key)
        if newer is not None and newer.name.hop >= spot.name.hop:
            spots[key] = newer
        elif spot.place not in looked:
            spots[key] = spot
            if (known := before.absent.get(key)) is not None:
                absent[key] = known
        elif not _replaced(key, seen):
            missed = _once_more(before.absent.get(key), now_s)
            if missed.times < (3 if spot.place in sudden else 2):
                spots[key], absent[key] = spot, missed
    spots.update({key: spot for key, spot in seen.items() if key not in before.spots})
    return Picture(spots, absent)


def placed(before: Picture, gone: Spot | None, spots: Iterable[Spot]) -> Picture:
    """The picture after this station's own operation: `gone` was replaced by, or moved to, these."""
    after = {key: spot for key, spot in before.spots.items() if gone is None or not is_at_or_before(spot, gone)}
    after.update({spot.name.key: spot for spot in spots})
    return Picture(after, {key: missed for key, missed in before.absent.items() if key in after})


def is_at_or_before(spot: Spot, gone: Spot) -> bool:
    """Whether it is the same token there, or an earlier sighting of it."""
    return spot.name.key == gone.name.key and spot.name.hop <= gone.name.hop


def only(before: Picture, places: Collection[str]) -> Picture:
    """The picture without what stands anywhere else."""
    spots = {key: spot for key, spot in before.spots.items() if spot.place in places}
    return Picture(spots, {key: missed for key, missed in before.absent.items() if key in spots})


def without(before: Picture, refused: Spot, held: Iterable[Spot]) -> Picture:
    """The picture when `refused` could not be had: of what the mirror still holds, what it was to replace stays."""
    spots = {key: spot for key, spot in before.spots.items() if spot != refused}
    order, part = refused.name.key
    for spot in live(held).values():
        same = spot.name.part == part or is_descendant(part, spot.name.part)
        if spot.name.order == order and same:
            spots.setdefault(spot.name.key, spot)
    return Picture(spots, {key: missed for key, missed in before.absent.items() if key in spots})


def steps_to(picture: Picture, held: Iterable[Spot]) -> Steps:
    """From what the mirror holds to the picture, whatever came between the looks before."""
    wanted = set(picture.spots.values())
    have = set(held)
    spare = {_content(spot): spot for spot in sorted(have - wanted)}
    fetch: list[Spot] = []
    move: list[tuple[Spot, Spot]] = []
    for spot in sorted(wanted - have):
        # A move leaves the bytes as they were; a revision does not.
        old = spare.pop(_content(spot), None)
        if old is None:
            fetch.append(spot)
        else:
            move.append((old, spot))
    moved = {old for old, _ in move}
    return Steps(tuple(fetch), tuple(move), tuple(sorted(have - wanted - moved)))


def _content(spot: Spot) -> tuple[Key, int, int]:
    return spot.name.key, spot.name.revision, spot.name.items


def _once_more(before: Absence | None, now_s: float) -> Absence:
    if before is None:
        return Absence(1, now_s)
    return before if now_s - before.at_s < APART_S else Absence(before.times + 1, now_s)


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
