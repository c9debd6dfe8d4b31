"""What others left half-done: committed splits are finished, abandoned ones cleared away, and so is `tmp/`.

Anyone may do it at any time, several at once. A folder is judged by how long this observer has seen it as it is, on
its own monotonic clock, so no two clocks are ever compared.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final

from station.domain.floor import TMP, TRANSIT, Transit, parse_transit
from station.domain.plan import revision_of
from station.domain.token import Key, parse_name
from station.errors import TokenError
from station.tokens.hand import Hand
from station.tokens.replace import TransitListing, look, resolve, roll_forward
from station.tokens.share import Entry, Moved, NoFolder
from station.tokens.survey import held_keys, survey

ROLL_FORWARD_AFTER_S: Final = 2.0
ABANDON_AFTER_S: Final = 60.0
TMP_KEPT: Final = timedelta(hours=1)
CLOCK_FILE: Final = f"{TMP}/.clock"


@dataclass(frozen=True, slots=True)
class RecoverReport:
    """What one round did. `waiting`: transit folders that are too young to be judged, or held by somebody."""

    rolled_forward: int = 0
    abandoned: int = 0
    waiting: int = 0
    tmp_deleted: int = 0
    strange: tuple[str, ...] = ()


class Verdict(Enum):
    WAIT = "wait"
    ROLL_FORWARD = "roll forward"
    ABANDON = "abandon"


@dataclass(slots=True)
class Sightings:
    """Since when this observer has seen each transit folder open, and since when committed (monotonic seconds)."""

    open: dict[str, float] = field(default_factory=dict)
    committed: dict[str, float] = field(default_factory=dict)
    tmp_swept: float | None = None


def judge(listing: TransitListing, open_s: float, committed_s: float) -> Verdict:
    """Pure: what to do with a folder that was first seen `open_s` ago, and first seen committed `committed_s` ago."""
    if listing.parent:
        return Verdict.ROLL_FORWARD if committed_s >= ROLL_FORWARD_AFTER_S else Verdict.WAIT
    return Verdict.ABANDON if open_s >= ABANDON_AFTER_S else Verdict.WAIT


def recover(hand: Hand, seen: Sightings) -> RecoverReport:
    """One round over `transit/` and `tmp/`; call it every second or two."""
    rolled = abandoned = waiting = 0
    strange: list[str] = []
    folders = [entry.name for entry in hand.share.list(TRANSIT)]
    _forget(seen, folders)
    for name in folders:
        try:
            transit = parse_transit(name)
            listing = look(transit, hand.share.list(transit.folder))
        except TokenError:
            strange.append(f"{TRANSIT}/{name}")
            continue
        except NoFolder:
            continue
        match _verdict(hand, seen, name, listing):
            case Verdict.ROLL_FORWARD:
                roll_forward(hand, transit, listing.children)
                rolled += 1
            case Verdict.ABANDON if _abandon(hand, transit):
                abandoned += 1
            case _:
                waiting += 1
    return RecoverReport(rolled, abandoned, waiting, _sweep_tmp(hand, seen), tuple(strange))


def left_over(entries: Collection[Entry], published: Collection[Key], now_s: float) -> list[str]:
    """Pure: the names in `tmp/` that nobody will ever use again. `now_s` is the share's clock (POSIX seconds).

    Age alone proves nothing: a publish may be *staged* while its station is off for days, and its file not being there
    would be read as published. But a staged publish is not published, so when the order is anywhere on the floor, what
    stands here under it is an attempt that was given up. The hour keeps away from attempts that still arrive.
    Plans and answers are written anew at every attempt: of these age alone is enough.
    """
    names = []
    for entry in entries:
        old = now_s - entry.modified.timestamp() > TMP_KEPT.total_seconds()
        name, _, ending = entry.name.rpartition(".")
        if old and (ending == "answer" or revision_of(name) is not None):
            names.append(entry.name)
            continue
        try:
            key = parse_name(name).key
        except TokenError:
            continue
        if key in published and old:
            names.append(entry.name)
    return names


def _verdict(hand: Hand, seen: Sightings, name: str, listing: TransitListing) -> Verdict:
    now = hand.monotonic()
    open_s = now - seen.open.setdefault(name, now)
    committed_s = now - seen.committed.setdefault(name, now) if listing.parent else 0.0
    return judge(listing, open_s, committed_s)


def _abandon(hand: Hand, transit: Transit) -> bool:
    """Fences the source first, so that the commit can't happen any more, not even late. False: held, try later."""
    source = transit.source
    if hand.share.move(source.path, f"{source.place}/{source.name.moved()}") in (Moved.BUSY, Moved.COLLISION):
        return False
    resolve(hand, transit)
    return True


def _forget(seen: Sightings, folders: Collection[str]) -> None:
    for name in seen.open.keys() - set(folders):
        del seen.open[name]
        seen.committed.pop(name, None)


def _sweep_tmp(hand: Hand, seen: Sightings) -> int:
    """At most once in ten minutes, since it has to know every order that is anywhere on the floor."""
    now = hand.monotonic()
    if seen.tmp_swept is not None and now - seen.tmp_swept < 600:
        return 0
    seen.tmp_swept = now
    entries = [entry for entry in hand.share.list(TMP) if not entry.is_folder]
    if not any(entry.name != CLOCK_FILE.rpartition("/")[2] for entry in entries):
        return 0
    now_s = hand.share.touch(CLOCK_FILE, b"").timestamp()
    old = [entry for entry in entries if now_s - entry.modified.timestamp() > TMP_KEPT.total_seconds()]
    if not old:
        return 0
    names = left_over(old, survey(hand.share).published | held_keys(hand.share), now_s)
    return sum(hand.share.delete(f"{TMP}/{name}") for name in names)
