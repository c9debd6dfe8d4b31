"""The floor's operations, each of which never loses, doubles or tears a token, whatever dies when.

Every operation that changes the floor has the id of the fact that wants it. Called again with the same id and
arguments, after a crash, an unknown outcome or success, it goes on where it stopped, or says again how it ended; so
"continue" is the same call. After OutcomeUnknown or ShareAway: `share.reconnect()`, then the same call, and nothing
else for that token before it has ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from station.domain.facts import PlanChange
from station.domain.floor import PRESENCE, TOP, Spot, check_place, station_place
from station.domain.plan import Plan
from station.domain.token import Body, TokenName, decode, parse_name
from station.errors import ShareAway, ShareError, TokenError
from station.tokens.check import FloorCheck, check
from station.tokens.hand import Hand
from station.tokens.move import move
from station.tokens.plans import Plans
from station.tokens.progress import Progress, Step
from station.tokens.publish import publish
from station.tokens.recover import CLOCK_FILE, RecoverReport, Sightings, recover
from station.tokens.replace import Children, replace
from station.tokens.share import Gone, NoFolder, Share
from station.tokens.survey import parts_of

__all__ = ["Floor", "FloorCheck", "Presence", "Progress", "RecoverReport", "Scan", "Step"]


@dataclass(frozen=True, slots=True)
class Presence:
    """A station that touched its file `age_s` ago on the share's clock, and what it wrote there."""

    age_s: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Scan:
    """What one round of listings showed. A place is in `names` (perhaps empty) or in `unknown`, never in both.

    `invalid` are file names that are no token's. `unknown` maps a place that could not be read to the reason.
    """

    names: dict[str, tuple[TokenName, ...]] = field(default_factory=dict)
    invalid: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unknown: dict[str, ShareError] = field(default_factory=dict)


class Floor:
    """One thread at a time. `nonce` returns a new ULID in lower case each time."""

    def __init__(
        self,
        share: Share,
        key: bytes,
        progress: Progress,
        *,
        nonce: Callable[[], str],
        today: Callable[[], date],
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._share = share
        self._hand = Hand(share, key, progress, nonce, today, monotonic, sleep, stopping)
        self._plans = Plans(self._hand)
        self._sightings = Sightings()
        self._clock_offset_s: float | None = None

    def prepare(self) -> None:
        """Makes the floor's top folders when they are missing."""
        there = {entry.name for entry in self._share.list("")}
        for folder in TOP:
            if folder not in there:
                self._share.make_folder(folder)

    def publish(self, op: str, body: Body, place: str = "inbox") -> Spot:
        """A new token at `place`. Raises TokenError when the body can't be one, ShareFull when there is no room."""
        return publish(self._hand, op, body, place)

    def move(self, op: str, source: Spot, to: str) -> Spot | None:
        """The token, unchanged, at another place; None when somebody else was first."""
        return move(self._hand, op, source, to)

    def replace(self, op: str, source: Spot, children: Children) -> tuple[Spot, ...] | None:
        """Split, revise, transfer, dispatch: (place, body) of each child; None when somebody else was first.

        One child is the next revision of the same part; several are its parts `<part>-1`, `<part>-2` and so on.
        Raises TokenError when the bodies can't be that.
        """
        return replace(self._hand, op, source, children)

    def resume(self, op: str) -> Step | None:
        """How far the operation got, None when nothing of it ever went out. Continue it by calling it again."""
        return self._hand.progress.load(op)

    def read(self, spot: Spot) -> Body:
        """Raises TokenError when it is no valid token (for `quarantine`), Gone when it moved away."""
        return decode(self._share.read(spot.path), self._hand.key, spot.name)

    def plan(self) -> Plan:
        """What the expediter decided about dispatch, as the share has it now."""
        return self._plans.read()

    def change_plan(self, change: PlanChange) -> Plan:
        """The newest plan with this change; making it again changes nothing."""
        return self._plans.change(change)

    def parts_of(self, order: str) -> tuple[Spot, ...]:
        """Where every part of an order stands, those that were handed over or voided lately with them."""
        return parts_of(self._share, order)

    def scan(self, places: Sequence[str]) -> Scan:
        """Names from listings. A place of a day or station that does not exist yet is empty if its top folder is there."""
        scan = Scan()
        for place in places:
            # A share that is away is asked once, not once a place: each answer may take seconds.
            away = next((error for error in scan.unknown.values() if isinstance(error, ShareAway)), None)
            try:
                names = self._names_in(check_place(place)) if away is None else None
            except ShareError as error:
                scan.unknown[place] = error
                continue
            if names is None:
                scan.unknown[place] = away or NoFolder(f"{place} is not on the floor; is this the floor's folder?")
                continue
            scan.names[place], scan.invalid[place] = _parsed(names)
        return scan

    def quarantine(self, path: str, why: str) -> None:
        """Sets a file aside with the reason beside it. Gone already is fine."""
        self._hand.quarantine(path, why)

    def recover(self) -> RecoverReport:
        """One round of finishing what others left half-done. Call it every second or two."""
        return recover(self._hand, self._sightings)

    def check(self, *, deep: bool = False) -> FloorCheck:
        """The invariant, from the share alone. `deep` reads every live token as well."""
        return check(self._share, self._hand.key, deep=deep)

    def presence(self, code: str, data: bytes) -> datetime:
        """Says that this station is there; returns the share's clock."""
        now = self._share.touch(f"{PRESENCE}/{_checked(code)}", data)
        self._clock_offset_s = now.timestamp() - self._hand.monotonic()
        return now

    def who_is_there(self) -> dict[str, Presence]:
        """By station code, everyone who ever touched presence: the caller decides which age is too old."""
        if self._clock_offset_s is None:
            self._clock_offset_s = self._share.touch(CLOCK_FILE, b"").timestamp() - self._hand.monotonic()
        now = datetime.fromtimestamp(self._clock_offset_s + self._hand.monotonic(), UTC)
        found = {}
        for entry in self._share.list(PRESENCE):
            try:
                data = self._share.read(f"{PRESENCE}/{entry.name}")
            except Gone:
                continue
            found[entry.name] = Presence(max(0.0, (now - entry.modified).total_seconds()), data)
        return found

    def _names_in(self, place: str) -> list[str] | None:
        """None when the place is not there, nor the folder that it would be made in."""
        try:
            return [entry.name for entry in self._share.list(place) if not entry.is_folder]
        except NoFolder:
            top, _, below = place.partition("/")
            if not below:
                return None
            try:
                self._share.list(top)
            except NoFolder:
                return None
            return []


def _parsed(names: Sequence[str]) -> tuple[tuple[TokenName, ...], tuple[str, ...]]:
    valid, invalid = [], []
    for name in names:
        try:
            valid.append(parse_name(name))
        except TokenError:
            invalid.append(name)
    return tuple(sorted(valid)), tuple(sorted(invalid))


def _checked(code: str) -> str:
    """The code as a file name; the same rule as for a station's folder."""
    check_place(station_place(code))
    return code.lower()
