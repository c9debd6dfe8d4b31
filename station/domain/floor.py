"""The floor's geometry: its folders, and what a listing of them means.

    inbox/                 sent, no station yet
    hold/                  waiting for a time or a person
    stations/<code>/       being prepared there
    pass/                  prepared, waiting for the hand-over
    done/<yyyy-mm-dd>/     handed over (business date)
    void/<yyyy-mm-dd>/     cancelled after it was sent
    parents/<yyyy-mm-dd>/  tokens that were replaced by their parts or their next revision
    transit/<nonce>~<source path, + for />/     a split or revision on its way; the parent in it means: committed
    tmp/                   a token being written; nobody reads here
    quarantine/            what is no valid token, each with a .why file; never deleted by a program
    presence/<code>        touched by each station every 2 s
    incoming/              orders from outside, each with its answer
    plan/                  what the expediter decided about dispatch; the highest revision counts
    held/waiting/          an order that is not sold yet, and waits for whoever began it; no kitchen sees it
    held/<till code>/      the same, taken by that till: no other one can open it
    held/ended-<yyyy-mm-dd>/  it was sold, or cleared

A *place* is a folder's path below the floor, as text ("stations/grill1"). Pure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from station.domain.token import CODE_PATTERN, ULID_PATTERN, Key, TokenName, parse_name
from station.errors import TokenError

INBOX: Final = "inbox"
HOLD: Final = "hold"
PASS: Final = "pass"  # noqa: S105 - a counter in a kitchen, no password
TMP: Final = "tmp"
TRANSIT: Final = "transit"
STATIONS: Final = "stations"
DONE: Final = "done"
VOID: Final = "void"
PARENTS: Final = "parents"
QUARANTINE: Final = "quarantine"
PRESENCE: Final = "presence"
PLAN: Final = "plan"
INCOMING: Final = "incoming"
HELD: Final = "held"
HELD_WAITING: Final = f"{HELD}/waiting"
TOP: Final = (
    INBOX,
    HOLD,
    STATIONS,
    PASS,
    DONE,
    VOID,
    PARENTS,
    TRANSIT,
    TMP,
    QUARANTINE,
    PRESENCE,
    HELD,
    PLAN,
    INCOMING,
)
FOLDED: Final = (STATIONS, DONE, VOID, HELD)
"""Those that hold places, and no tokens themselves."""

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_LIVE = re.compile(
    rf"inbox|hold|pass|stations/{CODE_PATTERN}|(?:done|void)/{_DAY}|held/(?:{CODE_PATTERN}|ended-{_DAY})"
)
_NONCE = re.compile(ULID_PATTERN)


@dataclass(frozen=True, order=True, slots=True)
class Spot:
    """A token where it was seen."""

    place: str
    name: TokenName

    @property
    def path(self) -> str:
        return f"{self.place}/{self.name}"


@dataclass(frozen=True, slots=True)
class Transit:
    """A split or revision on its way: who is replaced (`source`) and the nonce that names this attempt."""

    nonce: str
    source: Spot

    @property
    def folder(self) -> str:
        return f"{TRANSIT}/{self.nonce}~{self.source.path.replace('/', '+')}"

    @property
    def parent(self) -> str:
        """Where the parent stands when this is committed."""
        return f"{self.folder}/{self.source.name.moved()}"

    def child(self, spot: Spot) -> str:
        """Where a child waits, under its final name with its destination before it."""
        return f"{self.folder}/{spot.place.replace('/', '+')}~{spot.name}"

    def retired(self, day: date) -> str:
        """Where the parent rests in the end. The nonce tells which attempt won."""
        name = self.source.name.moved().moved()
        return f"{PARENTS}/{day.isoformat()}/{str(name).removesuffix('.sss')}.{self.nonce}.sss"


def station_place(code: str) -> str:
    return f"{STATIONS}/{code.lower()}"


def held_place(till: str) -> str:
    """Where the orders stand that this till has taken up again."""
    return f"{HELD}/{till.lower()}"


def held_ended(day: str) -> str:
    """`day`: the business date."""
    return f"{HELD}/ended-{day}"


def is_held(place: str) -> bool:
    """Whether what stands here is no order of the kitchen's."""
    return place.startswith(f"{HELD}/")


def day_place(top: str, day: date) -> str:
    """`done/2026-11-23`: a folder a day, since a move into a folder of 40,000 files costs ten times as much."""
    return f"{top}/{day.isoformat()}"


def station_of(place: str) -> str | None:
    """The station's code when the place is a station's folder."""
    top, _, rest = place.partition("/")
    return rest if top == STATIONS and rest else None


def check_place(place: str) -> str:
    """The same place when live tokens may stand in it; else TokenError. Guards every path made from data."""
    if _LIVE.fullmatch(place) is None:
        raise TokenError(f"{place[:80]!r} is no place on the floor")
    return place


def parse_transit(folder_name: str) -> Transit:
    """The transit folder of this name (without `transit/`). Raises TokenError when it is no such name."""
    nonce, _, source = folder_name.partition("~")
    place, _, name = source.replace("+", "/").rpartition("/")
    if _NONCE.fullmatch(nonce) is None:
        raise TokenError(f"{folder_name[:160]!r} is no transit folder")
    return Transit(nonce, Spot(check_place(place), parse_name(name)))


def parse_child(file_name: str) -> Spot:
    """The destination and final name of a child waiting in a transit folder. Raises TokenError."""
    place, tilde, name = file_name.partition("~")
    if not tilde:
        raise TokenError(f"{file_name[:160]!r} is no child in transit")
    return Spot(check_place(place.replace("+", "/")), parse_name(name))


def is_descendant(part: str, ancestor: str) -> bool:
    """Whether `part` came from splitting `ancestor`: "1-2-1" comes from "1-2" and from "1"."""
    return part.startswith(ancestor + "-")


def live(spots: Iterable[Spot]) -> dict[Key, Spot]:
    """One spot for each identity: of several sightings the highest hop, and no part whose parts are there.

    Listings of several folders are not one moment: a token that moved between two of them is seen twice.
    """
    best: dict[Key, Spot] = {}
    for spot in spots:
        held = best.get(spot.name.key)
        if held is None or (held.name.hop, held.name.revision) < (spot.name.hop, spot.name.revision):
            best[spot.name.key] = spot
    replaced = {(order, ancestor) for order, part in best for ancestor in _ancestors(part)}
    return {key: spot for key, spot in best.items() if key not in replaced}


def load(places: Mapping[str, Iterable[TokenName]]) -> dict[str, int]:
    """Active items by station code, from names alone."""
    return {
        code: sum(name.items for name in names)
        for place, names in places.items()
        if (code := station_of(place)) is not None
    }


def _ancestors(part: str) -> list[str]:
    steps = part.split("-")
    return ["-".join(steps[:n]) for n in range(1, len(steps))]
