"""The tokens program's round: facts to the floor, the floor to the mirror, waiting tokens to stations.

While the share is away nothing is lost and nobody waits: facts stay in the journal in their order, the mirror stays as
it was last seen, and both are taken up when the share is back. Facts about one token are carried out in order, and
nothing new begins for a token before the fact before has ended.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from station.config import Settings
from station.domain.facts import Entry, OrderSent
from station.domain.floor import Spot, station_place
from station.domain.menu import Role, Shop
from station.domain.token import Key
from station.errors import OutcomeUnknown, ShareAway, ShareError, TokenError
from station.local.clock import ShopClock, boot_s
from station.local.journal import Journal
from station.local.status import TokensStatus, Trouble, write_status
from station.tokens.dispatch import Dispatcher
from station.tokens.execution import Executor
from station.tokens.floor import Floor, Presence
from station.tokens.holding import Holding
from station.tokens.share import Gone, Share
from station.tokens.watching import Watching, places_of

PRESENCE_EVERY_S = 2.0
LOOK_EVERY_S = 1.5
LOOK_AGAIN_S = 0.1
CHECK_EVERY_S = 60.0
RETRY_FIRST_S = 0.25
RETRY_LAST_S = 2.0
REST_S = 0.5
SENT_LATE_S = 15.0
"""A share that is away so long while an order waits here: paper is offered."""

_log = logging.getLogger("tokens")


class _Here(msgspec.Struct, frozen=True, kw_only=True):
    """What a station writes into its presence file."""

    role: str
    items: int
    tokens: int


@dataclass(slots=True)
class _Due:
    """When each periodic thing is to be done next (CLOCK_BOOTTIME)."""

    presence: float = 0.0
    look: float = 0.0
    recover: float = 0.0
    check: float = 0.0
    connect: float = 0.0


class Sync:
    """`shop` gives the snapshot's shop, None when there is none yet. One thread calls `step`."""

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        holding: Holding,
        floor: Floor,
        share: Share,
        shop: Callable[[], Shop | None],
        clock: ShopClock,
        wake: threading.Event,
    ) -> None:
        self._settings, self._journal, self._holding = settings, journal, holding
        self._floor, self._share, self._shop, self._clock, self._wake = floor, share, shop, clock, wake
        self._executor = Executor(floor, journal, holding, self._name_of)
        self._watching = Watching(wake)
        self._dispatcher = Dispatcher(settings.code, settings.role, journal, holding, floor, clock)
        self._due = _Due()
        self._retry_s = RETRY_FIRST_S
        self._connected = False
        self._blocked: dict[Key, str] = {}
        self._refused: dict[Key, Trouble] = {}
        self._status = TokensStatus()
        self._told: TokensStatus | None = None

    def step(self) -> float:
        """One round; how many seconds may pass before the next when nothing rings. Never raises a ShareError."""
        try:
            self._round()
        except ShareAway as error:
            self._away(error)
        except ShareError as error:
            self._say("refused", str(error))
            self._retry_s = RETRY_LAST_S
            self._due.connect = boot_s() + self._retry_s
        self._tell()
        return self._rest()

    def close(self) -> None:
        self._watching.close()
        self._share.close()

    def _round(self) -> None:
        now = boot_s()
        if not self._connected:
            if now < self._due.connect:
                return
            self._connect()
        self._drain()
        if now >= self._due.presence:
            self._due.presence = now + PRESENCE_EVERY_S
            self._be_present()
        self._look(now)
        if self._dispatcher.round(self._shop(), self._present()):
            self._drain()
        if now >= self._due.recover:
            # Everyone does it, so that it is done when only one station is left; those who dispatch do it at once.
            self._due.recover = now + (2.0 if self._dispatches else 10.0)
            self._recover()
        if now >= self._due.check and self._settings.role == "expediter":
            self._due.check = now + CHECK_EVERY_S
            self._check()
        self._say("ok", "; ".join(dict.fromkeys(self._blocked.values())))

    def _connect(self) -> None:
        self._share.reconnect()
        self._floor.prepare()
        self._watching.arm(self._share, self._places)
        self._watching.again(self._places)
        self._due = _Due(check=boot_s() + CHECK_EVERY_S / 4)
        self._connected = True
        self._retry_s = RETRY_FIRST_S

    def _away(self, error: ShareAway) -> None:
        self._connected = False
        self._due.connect = boot_s() + self._retry_s
        self._retry_s = min(self._retry_s * 2, RETRY_LAST_S)
        if isinstance(error, OutcomeUnknown):
            _log.warning("outcome=unknown %s", error)
        self._say("away", str(error))

    def _drain(self) -> None:
        """Every pending fact, oldest first. One that the share refuses holds back its own token's, nobody else's."""
        self._blocked = {}
        for entry in self._journal.pending():
            key = _key_of(entry)
            if key in self._blocked:
                continue
            try:
                carried = self._executor.carry_out(entry)
            except ShareAway:
                raise
            except ShareError as error:
                self._blocked[key] = str(error)
                continue
            self._holding.placed(carried.gone, carried.placed, self._places)
            self._journal.settle(entry, carried.report, self._clock.now())
            if carried.report.outcome == "lost":
                _log.warning("fact=%s verb=%s outcome=lost why=%r", entry.id, carried.report.verb, carried.report.why)
                if isinstance(entry.fact, OrderSent):
                    number = entry.fact.number
                    self._refused[key] = Trouble(
                        text=f"{number} could not be sent: {carried.report.why}",
                        order=key[0],
                        part=key[1],
                        offer_paper=True,
                    )

    def _look(self, now: float) -> None:
        self._watching.arm(self._share, self._places)
        places = self._watching.dirty() & set(self._places)
        if now >= self._due.look:
            self._due.look = now + LOOK_EVERY_S
            places = set(self._places)
        if not places:
            return
        scan = self._floor.scan(sorted(places))
        away = next((error for error in scan.unknown.values() if isinstance(error, ShareAway)), None)
        if away is not None:
            raise away
        steps = self._holding.look({place: scan.names.get(place) for place in places})
        for spot in steps.fetch:
            self._fetch(spot)
        self._holding.drop(steps.drop)
        if steps.look_again:
            self._due.look = min(self._due.look, now + LOOK_AGAIN_S)
        for place, names in scan.invalid.items():
            for name in names:
                self._floor.quarantine(f"{place}/{name}", f"{name[:120]!r} is no token name: wrongly named")
        for error in scan.unknown.values():
            raise error

    def _fetch(self, spot: Spot) -> None:
        try:
            self._holding.keep(spot, self._floor.read(spot))
        except Gone:
            self._holding.refuse(spot)
            self._watching.again([spot.place])
        except TokenError as error:
            self._holding.refuse(spot)
            self._floor.quarantine(spot.path, str(error))

    def _be_present(self) -> None:
        mine = station_place(self._settings.code)
        names = [spot.name for spot in self._holding.spots.values() if spot.place == mine]
        here = _Here(role=self._settings.role, items=sum(name.items for name in names), tokens=len(names))
        at_s = boot_s()
        moment = self._floor.presence(self._settings.code, msgspec.json.encode(here))
        # The answer took this long, and the share read its clock somewhere in between.
        self._clock.correct(moment, (at_s + boot_s()) / 2)
        there = self._floor.who_is_there()
        self._status = msgspec.structs.replace(
            self._status,
            shop_time=moment,
            monotonic_s=(at_s + boot_s()) / 2,
            drift_s=(datetime.now(moment.tzinfo) - moment).total_seconds(),
            presence={code: presence.age_s for code, presence in there.items()},
            loads={code: load for code, presence in there.items() if (load := _items_of(presence)) is not None},
        )

    def _recover(self) -> None:
        report = self._floor.recover()
        if report.rolled_forward or report.abandoned or report.tmp_deleted:
            _log.info(
                "recovered rolled_forward=%d abandoned=%d tmp_deleted=%d",
                report.rolled_forward,
                report.abandoned,
                report.tmp_deleted,
            )

    def _check(self) -> None:
        found = self._floor.check()
        faults = [*found.missing, *found.double, *(f"{path} is no token" for path in found.invalid)]
        text = "" if not faults else faults[0] + (f" (and {len(faults) - 1} more)" if len(faults) > 1 else "")
        if text:
            _log.error("floor_check %s", "; ".join(faults[:20]))
        self._status = msgspec.structs.replace(self._status, floor_fault=text)

    def _say(self, share: str, message: str) -> None:
        if share != self._status.share:
            _log.info("share=%s %s", share, message)
        since = self._status.since if share == self._status.share else self._clock.now()
        self._status = msgspec.structs.replace(self._status, share=share, message=message, since=since)

    def _tell(self) -> None:
        """Writes the status when it says something new; ages alone change nothing that a screen shows."""
        self._status = msgspec.structs.replace(
            self._status, queue=len(self._journal.pending()), troubles=tuple(self._troubles())
        )
        if self._status != self._told:
            write_status(self._settings.tokens_status, self._status)
            self._told = self._status

    def _troubles(self) -> list[Trouble]:
        troubles = [*self._refused.values(), *self._dispatcher.troubles()]
        if self._status.share != "ok" or self._blocked:
            now = self._clock.now()
            troubles += [
                Trouble(
                    text=f"{entry.fact.number} is kept here: it will be sent when the share is back",
                    order=entry.fact.order,
                    part=entry.fact.token.part,
                    offer_paper=True,
                )
                for entry in self._journal.pending()
                if isinstance(entry.fact, OrderSent) and (now - entry.at).total_seconds() > SENT_LATE_S
            ]
        return troubles

    def _rest(self) -> float:
        if not self._connected:
            return max(0.05, min(REST_S, self._due.connect - boot_s()))
        if self._blocked:
            return REST_S
        due = min(self._due.presence, self._due.look, self._dispatcher.due)
        return max(0.0, min(REST_S * 2, due - boot_s()))

    def _present(self) -> set[str]:
        return {code for code, age_s in self._status.presence.items() if age_s <= self._dispatcher.silent_after_s}

    def _name_of(self, staff: str | None) -> str:
        shop = self._shop()
        person = next((person for person in shop.staff if person.id == staff), None) if shop is not None else None
        return person.name if person is not None else self._settings.code.upper()

    @property
    def _dispatches(self) -> bool:
        shop = self._shop()
        return shop is not None and shop.profile.dispatch

    @property
    def _places(self) -> tuple[str, ...]:
        shop = self._shop()
        stations = [station.code for station in shop.stations if station.groups] if shop is not None else []
        role: Role = self._settings.role
        return places_of(role, self._settings.code, stations)


def _items_of(presence: Presence) -> int | None:
    try:
        return msgspec.json.decode(presence.data, type=_Here).items
    except msgspec.MsgspecError:
        return None


def _key_of(entry: Entry) -> Key:
    fact = entry.fact
    if isinstance(fact, OrderSent):
        return fact.token.key
    return (fact.order, fact.part)  # type: ignore[union-attr]  # the journal gives only facts about tokens
