"""Every token that is anywhere on the floor, from its listings alone, and what is wrong with them.

Listings of several folders are not one moment: a token that moved between two of them is seen twice, or not at all. So
what one survey finds is only a suspicion; `confirmed` keeps what two of them found alike.
"""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from station.domain.floor import (
    DONE,
    HELD,
    HOLD,
    INBOX,
    PARENTS,
    PASS,
    QUARANTINE,
    STATIONS,
    TRANSIT,
    VOID,
    Spot,
    check_place,
    is_descendant,
    live,
    parse_transit,
)
from station.domain.token import Key, TokenName, parse_name
from station.errors import TokenError
from station.tokens.replace import look
from station.tokens.share import NoFolder, Share


@dataclass(frozen=True, slots=True)
class Survey:
    """`live`: files in live places. `moving`: children of committed folders, at their destinations. `retired`: names of
    replaced tokens as they were before (in `parents/`, and the parents in committed folders). `quarantined`: names.
    `invalid`: paths whose names are no token's. `transits`: folders on their way, committed or not.
    """

    live: tuple[Spot, ...]
    moving: tuple[Spot, ...]
    retired: tuple[TokenName, ...]
    quarantined: tuple[str, ...]
    invalid: tuple[str, ...]
    transits: tuple[str, ...]

    @property
    def published(self) -> frozenset[Key]:
        """Every identity that was ever published, so that its file in `tmp/` can only be a left-over."""
        names = [spot.name for spot in self.live + self.moving] + list(self.retired)
        keys = {name.key for name in names}
        return frozenset(keys | {(order, ancestor) for order, part in keys for ancestor in _ancestors(part)})


@dataclass(frozen=True, slots=True)
class Suspicions:
    """Sentences about tokens; each names the order and part."""

    missing: frozenset[str]
    double: frozenset[str]

    def confirmed(self, again: "Suspicions") -> "Suspicions":
        return Suspicions(self.missing & again.missing, self.double & again.double)


def survey(share: Share) -> Survey:
    """Raises ShareError when any folder can't be read: half a survey would find everything else missing."""
    there: list[Spot] = []
    retired: list[TokenName] = []
    invalid: list[str] = []
    # The way of a token is inbox, station, pass, done; read against it, one that moves is seen twice rather than never.
    for place in [*_days(share, VOID), *_days(share, DONE), PASS, *_below(share, STATIONS), HOLD, INBOX]:
        for name in _files(share, place):
            try:
                there.append(Spot(check_place(place), parse_name(name)))
            except TokenError:
                invalid.append(f"{place}/{name}")
    moving, committed, transits = _transits(share, invalid)
    retired += committed
    for day in _days(share, PARENTS):
        for name in _files(share, day):
            try:
                retired.append(_retired_name(name))
            except TokenError:
                invalid.append(f"{day}/{name}")
    quarantined = [name for name in _files(share, QUARANTINE) if not name.endswith(".why")]
    return Survey(
        tuple(there), tuple(moving), tuple(retired), tuple(quarantined), tuple(invalid), tuple(sorted(transits))
    )


def parts_of(share: Share, order: str, days: int = 2) -> tuple[Spot, ...]:
    """Where the parts of one order stand, those of the last days with them. Raises ShareError when a folder can't be read."""
    found: list[Spot] = []
    finished = [*_days(share, VOID)[-days:], *_days(share, DONE)[-days:]]
    for place in [*finished, PASS, *_below(share, STATIONS), HOLD, INBOX]:
        for name in _files(share, place):
            if name.startswith(order):
                with suppress(TokenError):
                    found.append(Spot(check_place(place), parse_name(name)))
    moving, _, _ = _transits(share, [])
    return tuple(live([*found, *(spot for spot in moving if spot.name.order == order)]).values())


def held_keys(share: Share) -> set[Key]:
    """Of the orders that are held and were not sold: the survey is not about them."""
    found: set[Key] = set()
    for place in _below(share, HELD):
        for name in _files(share, place):
            with suppress(TokenError):
                found.add(parse_name(name).key)
    return found


def suspect(found: Survey) -> Suspicions:
    """Pure: what breaks the invariant, if this survey were one moment.

    Every part that was seen anywhere has exactly one live file, or all its parts have (and so on); and none of the
    files that live is one that was replaced.
    """
    here = Counter(spot.name.key for spot in {*found.live, *found.moving})
    keys = set(here) | {name.key for name in found.retired}
    keys |= {(order, ancestor) for order, part in keys for ancestor in _ancestors(part)}
    split = {(order, part.rpartition("-")[0]) for order, part in keys if "-" in part}
    keys |= {sibling for key in split for sibling in _siblings_up_to_last(key, keys)}
    aside = {key for name in found.quarantined if (key := _key_within(name)) is not None}
    newest = _newest_retired(found.retired)
    missing = {
        f"order {order} part {part} has no file on the floor"
        for order, part in keys
        if not here[order, part] and (order, part) not in split and (order, part) not in aside
    }
    double = {
        f"order {key[0]} part {key[1]} stands at {' and '.join(sorted(_paths(found, key)))}"
        for key, count in here.items()
        if count > 1
    }
    double |= {
        f"order {key[0]} part {key[1]} stands at {spot.path} beside its own parts"
        for key in split
        for spot in {*found.live, *found.moving}
        if spot.name.key == key
    }
    double |= {
        f"order {spot.name.order} part {spot.name.part} stands at {spot.path}, but was replaced"
        for spot in {*found.live, *found.moving}
        if spot.name.revision <= newest.get(spot.name.key, -1)
    }
    return Suspicions(frozenset(missing), frozenset(double))


def _newest_retired(retired: Iterable[TokenName]) -> dict[Key, int]:
    newest: dict[Key, int] = {}
    for name in retired:
        newest[name.key] = max(name.revision, newest.get(name.key, -1))
    return newest


def _paths(found: Survey, key: Key) -> set[str]:
    return {spot.path for spot in found.live + found.moving if spot.name.key == key}


def _siblings_up_to_last(parent: Key, keys: set[Key]) -> set[Key]:
    """Part `1-3` having been seen, `1-1` and `1-2` must be there as well; and a split makes two at least."""
    order, part = parent
    numbers = [int(p.rpartition("-")[2]) for o, p in keys if o == order and p.rpartition("-")[0] == part]
    return {(order, f"{part}-{n}") for n in range(1, max(2, *numbers) + 1)} if numbers else set()


def _transits(share: Share, invalid: list[str]) -> tuple[list[Spot], list[TokenName], list[str]]:
    """Children and parents of committed folders, and the names of all folders."""
    moving: list[Spot] = []
    parents: list[TokenName] = []
    names = [entry.name for entry in share.list(TRANSIT)]
    for name in names:
        try:
            transit = parse_transit(name)
        except TokenError:
            invalid.append(f"{TRANSIT}/{name}")
            continue
        with suppress(NoFolder):
            listing = look(transit, share.list(transit.folder))
            if listing.parent:
                moving += [spot for _, spot in listing.children]
                parents.append(transit.source.name)
    return moving, parents, names


def _retired_name(file_name: str) -> TokenName:
    """`<name without .sss>.<nonce>.sss`, as it was when it was replaced."""
    stem, _, _ = file_name.removesuffix(".sss").rpartition(".")
    return parse_name(f"{stem}.sss")


def _key_within(quarantined: str) -> Key | None:
    """The identity of a quarantined token, when its name still tells it."""
    order, _, rest = quarantined.rpartition("~")[2].partition(".")
    for piece in rest.split("."):
        if piece.startswith("p") and piece[1:2].isdigit():
            return order, piece[1:]
    return None


def _ancestors(part: str) -> list[str]:
    steps = part.split("-")
    return ["-".join(steps[:n]) for n in range(1, len(steps)) if is_descendant(part, "-".join(steps[:n]))]


def _files(share: Share, folder: str) -> list[str]:
    try:
        return [entry.name for entry in share.list(folder) if not entry.is_folder]
    except NoFolder:
        # Folders of stations and days are made when they are first needed; the top ones must be there.
        if "/" in folder:
            return []
        raise


def _below(share: Share, folder: str) -> list[str]:
    return [f"{folder}/{entry.name}" for entry in share.list(folder) if entry.is_folder]


def _days(share: Share, folder: str) -> list[str]:
    return sorted(_below(share, folder))
