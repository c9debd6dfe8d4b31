"""The tokens program's round: facts to the floor, the floor to the mirror, waiting tokens to stations.

While the share is away nothing is lost and nobody waits: facts stay in the journal in their order, the mirror stays as
it was last seen, and both are taken up when the share is back; the same when this station's own disk refuses. Facts
about one token are carried out in order, and nothing new begins for a token before the fact before has ended.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec
from ulid import ULID

from station.config import Settings
from station.domain.facts import Entry, OrderChanged, OrderHeld, OrderSent, PlanChanged, StaffSeen
from station.domain.floor import HOLD, INBOX, Spot, station_place
from station.domain.menu import Role, Shop
from station.domain.plan import Plan
from station.domain.token import Key
from station.errors import JournalError, OutcomeUnknown, ShareAway, ShareError, TokenError
from station.local.clock import ShopClock, boot_s
from station.local.journal import Journal
from station.local.status import TokensStatus, Trouble, write_status
from station.tokens.attendance import THERE_S, Attendance, Here
from station.tokens.departures import Departures
from station.tokens.dispatch import Dispatcher
from station.tokens.execution import Carried, Executor
from station.tokens.firing import Firing
from station.tokens.floor import Floor
from station.tokens.holding import Holding
from station.tokens.incoming import Incoming
from station.tokens.late import LateOrders
from station.tokens.recognition import Recognition
from station.tokens.service import ServiceWatch
from station.tokens.share import Gone, Share
from station.tokens.watching import Watching, places_of

PRESENCE_EVERY_S = 2.0
LOOK_EVERY_S = 2.0
LOOK_AGAIN_S = 0.1
CHECK_EVERY_S = 60.0
INCOMING_EVERY_S = 1.0
RETRY_FIRST_S = 0.25
RETRY_LAST_S = 2.0
REST_S = 0.5
REFUSED_S = 2.5 * LOOK_EVERY_S
DRAIN_S = 1.0
"""So long facts are carried out before the others are heard of again: a long queue must not make a station silent."""

_log = logging.getLogger("tokens")


@dataclass(slots=True)
class _Due:
    """When each periodic thing is to be done next (CLOCK_BOOTTIME)."""

    presence: float = 0.0
    look: float = 0.0
    recover: float = 0.0
    check: float = 0.0
    incoming: float = 0.0
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
        self._executor = Executor(floor, journal, holding, self._name_of, self._business_day)
        self._watching = Watching(wake)
        self._dispatcher = Dispatcher(settings.code, settings.role, journal, holding, floor, clock)
        self._incoming = Incoming(settings.code, share, journal, clock, settings.token_key, _new_id)
        self._service = ServiceWatch(settings.journal_path.parent)
        self._firing = Firing(journal, holding, clock)
        self._attendance = Attendance(settings.code, floor, share)
        self._recognition = Recognition(floor, share)
        self._departures = Departures(settings.code, floor)
        self._due = _Due()
        self._retry_s = RETRY_FIRST_S
        self._connected = False
        self._blocked: dict[Key, str] = {}
        self._drained_to = 0
        self._late = LateOrders()
        self._refused_until_s = 0.0
        self._disk = ""
        self._disk_until_s = 0.0
        self._aside: list[str] = []
        self._refused: dict[Key, Trouble] = {}
        self._status = TokensStatus()
        self._told: TokensStatus | None = None
        for op in holding.operations():
            if journal.progress(op) is None:
                holding.end(op)

    def step(self) -> float:
        """One round; how many seconds may pass before the next when nothing rings.

        Never raises ShareError nor JournalError: both are told, and the round is made again.
        """
        try:
            self._round()
        except ShareAway as error:
            self._away(error)
        except ShareError as error:
            self._say("refused", str(error))
            self._refused_until_s = boot_s() + REFUSED_S
            self._retry_s = RETRY_LAST_S
            self._due.connect = boot_s() + self._retry_s
        except JournalError as error:
            self._disk_refused(error)
        if boot_s() >= self._disk_until_s:
            self._disk = ""
        try:
            self._tell()
        except JournalError as error:
            self._disk_refused(error)
        return REST_S * 2 if self._disk else self._rest()

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
        # Whoever cannot keep a card must not be given more: others see that this station is silent.
        if now >= self._due.presence and not self._disk:
            self._due.presence = now + PRESENCE_EVERY_S
            self._be_present()
        refused = self._look(now)
        if self._dispatcher.round(self._shop(), self._present(), self._status.plan):
            self._drain()
        if self._settings.role == "expediter":
            self._expedite(now)
        if now >= self._due.recover:
            # Everyone does it, so that it is done when only one station is left; those who dispatch do it at once.
            self._due.recover = now + (2.0 if self._dispatches else 10.0)
            self._recover()
        if refused is not None:
            raise refused
        # What was refused is asked again only now and then: a round without it is no proof that all is well.
        if boot_s() >= self._refused_until_s:
            self._say("ok", "; ".join(dict.fromkeys(self._blocked.values())))

    def _expedite(self, now: float) -> None:
        """What is done only where the whole floor is watched: what is due is fired, orders from outside are taken, the floor checked."""
        shop = self._shop()
        if shop is not None:
            self._service.look(self._holding.cards(), self._clock.now(), shop.business_day)
        fired = self._firing.round()
        taken = False
        if now >= self._due.incoming:
            self._due.incoming = now + INCOMING_EVERY_S
            taken = self._incoming.round(shop, self._clock.now())
        if fired or taken:
            self._drain()
        if now >= self._due.check:
            self._due.check = now + CHECK_EVERY_S
            self._check()

    def _connect(self) -> None:
        self._share.reconnect()
        self._recognition.look(self._holding.spots)
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

    def _disk_refused(self, error: JournalError) -> None:
        """What was refused is tried again only now and then, so it stands until nothing was refused for a while."""
        if str(error) != self._disk:
            _log.error("disk=refuses %s", error)
        self._disk, self._disk_until_s = str(error), boot_s() + REFUSED_S

    def _drain(self) -> None:
        """Every pending fact, oldest first. One that the share refuses holds back its own token's, nobody else's.

        A queue that takes longer is gone on with in the next round, from where this one stopped.
        """
        after, self._drained_to = self._drained_to, 0
        if not after:
            self._blocked = {}
            self._set_aside()
        until_s = boot_s() + DRAIN_S
        for entry in self._journal.pending():
            if entry.seq <= after or _key_of(entry) in self._blocked:
                continue
            if boot_s() >= until_s:
                self._drained_to = entry.seq - 1
                return
            try:
                self._settle(entry, self._executor.carry_out(entry))
            except ShareAway:
                raise
            except ShareError as error:
                self._blocked[_key_of(entry)] = str(error)

    def _settle(self, entry: Entry, carried: Carried) -> None:
        key = _key_of(entry)
        self._holding.placed(carried.gone, carried.placed, self._places)
        if isinstance(entry.fact, PlanChanged):
            # Told before it is settled: no screen shows the plan from before for a moment.
            self._take_plan(self._floor.plan())
            self._tell()
        self._journal.settle(entry, carried.report, self._clock.now())
        self._holding.end(entry.id)
        if isinstance(entry.fact, OrderSent) and entry.fact.bill is not None:
            self._journal.forget_progress(entry.fact.bill.order)
        if isinstance(entry.fact, OrderChanged) and entry.fact.bill is not None:
            self._journal.forget_progress(entry.fact.bill.order)
        if carried.report.outcome == "lost":
            _log.warning("fact=%s verb=%s outcome=lost why=%r", entry.id, carried.report.verb, carried.report.why)
            if isinstance(entry.fact, OrderSent):
                self._refused[key] = Trouble(
                    text=f"{entry.fact.number} could not be sent: {carried.report.why}",
                    order=key[0],
                    part=key[1],
                    offer_paper=True,
                )

    def _set_aside(self) -> None:
        """What a newer version wrote into the journal waits for it; everything else goes on."""
        found = self._journal.set_aside()
        for text in found:
            if text not in self._aside:
                _log.error("fact=aside %s", text)
        self._aside = found

    def _look(self, now: float) -> ShareError | None:
        """Makes the mirror equal to the floor as far as it can be read; what else the share refused of it is returned."""
        self._watching.arm(self._share, self._places)
        places = self._watching.dirty() & set(self._places)
        if now >= self._due.look:
            self._due.look = now + LOOK_EVERY_S
            places = set(self._places)
            self._take_plan(self._floor.plan())
        if not places:
            return None
        scan = self._floor.scan(sorted(places))
        away = next((error for error in scan.unknown.values() if isinstance(error, ShareAway)), None)
        if away is not None:
            raise away
        shown = self._places if self._shop() is not None else None
        before = self._holding.spots
        listing = {place: self._departures.of_interest(place, scan.names.get(place), before) for place in places}
        steps = self._holding.look(listing, boot_s(), shown)
        refused = next(iter(scan.unknown.values()), None)
        for spot in steps.fetch:
            try:
                self._fetch(spot)
            except ShareAway:
                raise
            except ShareError as error:
                self._holding.refuse(spot)
                refused = error
        self._holding.let_go()
        self._see_off(before)
        if self._holding.doubtful:
            self._due.look = min(self._due.look, now + LOOK_AGAIN_S)
        for place, names in scan.invalid.items():
            for name in names:
                self._floor.quarantine(f"{place}/{name}", f"{name[:120]!r} is no token name: wrongly named")
        return refused

    def _see_off(self, before: Mapping[Key, Spot]) -> None:
        """Where went what others took from here since `before`."""
        if self._settings.role == "prep":
            elsewhere = [INBOX, HOLD, *map(station_place, self._stations)]
            self._departures.look(before, self._holding.spots, elsewhere, self._clock.now())
            self._status = msgspec.structs.replace(self._status, left=self._departures.left)

    def _take_plan(self, plan: Plan) -> None:
        if plan != self._status.plan:
            _log.info(
                "plan=%d automatic=%s stations=%s pins=%s", plan.revision, plan.automatic, plan.stations, plan.pins
            )
            self._status = msgspec.structs.replace(self._status, plan=plan)

    def _fetch(self, spot: Spot) -> None:
        try:
            self._holding.keep(spot, self._floor.read(spot))
        except Gone:
            self._holding.refuse(spot)
            self._due.look = min(self._due.look, boot_s() + LOOK_AGAIN_S)
        except TokenError as error:
            self._holding.refuse(spot)
            self._floor.quarantine(spot.path, str(error))

    def _be_present(self) -> None:
        mine = station_place(self._settings.code)
        names = [spot.name for spot in self._holding.spots.values() if spot.place == mine]
        here = Here(
            role=self._settings.role, items=sum(name.items for name in names), tokens=len(names), person=self._person()
        )
        roll = self._attendance.call(here)
        self._clock.correct(roll.moment, roll.at_s)
        self._status = msgspec.structs.replace(
            self._status,
            shop_time=roll.moment,
            monotonic_s=roll.at_s,
            drift_s=roll.drift_s,
            presence=roll.ages_s,
            loads=roll.loads,
            people=roll.people,
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
        """Writes the status when it says something new."""
        pending = self._journal.pending()
        self._status = msgspec.structs.replace(
            self._status, queue=len(pending), troubles=tuple(self._troubles(pending))
        )
        if self._status != self._told:
            write_status(self._settings.tokens_status, self._status)
            self._told = self._status

    def _troubles(self, pending: list[Entry]) -> list[Trouble]:
        late = self._late.troubles(pending, self._clock.now())
        return [
            *(Trouble(text=text) for text in (self._disk, *self._aside) if text),
            *self._refused.values(),
            *self._recognition.troubles(self._holding.spots),
            *self._dispatcher.troubles(),
            *(late if self._status.share != "ok" or self._blocked else ()),
        ]

    def _rest(self) -> float:
        if not self._connected:
            return max(0.05, min(REST_S, self._due.connect - boot_s()))
        if self._drained_to:
            return 0.0
        if self._blocked:
            return REST_S
        due = min(self._due.presence, self._due.look, self._dispatcher.due)
        return max(0.0, min(REST_S * 2, due - boot_s()))

    def _person(self) -> str:
        """Who is logged in here, as the journal has it."""
        for entry in reversed(self._journal.latest("staff.seen", 20)):
            if isinstance(entry.fact, StaffSeen) and entry.fact.what in {"login", "logout"}:
                return self._name_of(entry.fact.staff) if entry.fact.what == "login" else ""
        return ""

    def _present(self) -> set[str]:
        return {code for code, age_s in self._status.presence.items() if age_s <= THERE_S}

    def _name_of(self, staff: str | None) -> str:
        shop = self._shop()
        person = next((person for person in shop.staff if person.id == staff), None) if shop is not None else None
        return person.name if person is not None else self._settings.code.upper()

    def _business_day(self) -> str:
        shop = self._shop()
        return self._clock.now().date().isoformat() if shop is None else shop.business_day

    @property
    def _dispatches(self) -> bool:
        shop = self._shop()
        return shop is not None and shop.profile.dispatch

    @property
    def _places(self) -> tuple[str, ...]:
        shop = self._shop()
        role: Role = self._settings.role
        return places_of(role, self._settings.code, self._stations, "" if shop is None else shop.business_day)

    @property
    def _stations(self) -> list[str]:
        """Those that cook."""
        shop = self._shop()
        return [station.code for station in shop.stations if station.groups] if shop is not None else []


def _new_id() -> str:
    return str(ULID()).lower()


def _key_of(entry: Entry) -> Key:
    fact = entry.fact
    if isinstance(fact, PlanChanged):
        return (entry.id, "1")
    if isinstance(fact, OrderSent | OrderHeld):
        return fact.token.key
    if isinstance(fact, OrderChanged):
        return (fact.order, "1")
    return (fact.order, fact.part)  # type: ignore[union-attr]  # the journal gives only facts about tokens
