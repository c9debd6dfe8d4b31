"""One round of the link: journal to master, master to snapshot, and how that stands for the screens.

The cursor moves only after the master has committed. A crash between the two brings the same facts again, and the master
takes each of them once. What this version cannot read waits in the journal until one that can, and holds nothing up.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from station.data.followed import Master
from station.data.snapshot import Snapshots
from station.domain.facts import Entry
from station.errors import DataError, StationError
from station.link.plan import Plan, answered, failed, looked
from station.local.journal import Journal
from station.local.scanners import scanners_file, write_scanners
from station.local.status import LinkStatus, ZAnswer, write_status, z_file

READER = "link"
BATCH = 500
REFUSED = "link refused"
"""The journal's counter of facts that the master could not take."""

_LOG = logging.getLogger("link")


class Follower:
    """`monotonic` and `now` are the machine's clocks; `step` is one round and says how long to rest."""

    def __init__(
        self,
        station: str,
        journal: Journal,
        master: Master,
        *,
        snapshot: Path,
        status: Path,
        monotonic: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._station, self._journal, self._master = station, journal, master
        self._snapshot, self._status = snapshot, status
        self._monotonic, self._now = monotonic, now
        self._plan = Plan()
        self._built = ""
        self._told: LinkStatus | None = None
        self._refused = journal.counted(REFUSED)
        self._refusal = ""
        self._refused_at: datetime | None = None

    def step(self) -> float:
        """Seconds to rest. Raises JournalError; a master that fails is part of the work."""
        more = False
        if self._plan.may_try(self._monotonic()):
            try:
                more = self._bring()
                self._refresh()
            except DataError as error:
                self._lost(str(error))
            else:
                self._found()
        self._tell()
        return 0.0 if more else self._plan.rest_s(self._monotonic())

    def _bring(self) -> bool:
        """The next facts into the master, those first that waited for this version; whether there are more."""
        late = self._journal.readable_again(READER)
        if late:
            self._store(late)
            self._journal.took_back(READER, late)
        entries, upto = self._journal.next_for(READER, BATCH)
        if entries:
            self._store(entries)
        if upto:
            self._journal.advance(READER, upto)
        return 0 < upto < self._journal.last()

    def _store(self, entries: list[Entry]) -> None:
        stored = self._master.store(self._station, entries)
        for day in stored.days:
            closed = day.closed
            _LOG.info("day=%s z_number=%s", closed.why or "closed", closed.number)
            write_status(
                z_file(self._snapshot.parent),
                ZAnswer(
                    fact=day.fact, why=closed.why, number=closed.number, report=closed.report, drawers=closed.drawers
                ),
            )
        for sentence in stored.refused:
            _LOG.warning("%s", sentence)
        if stored.refused:
            self._journal.count_to(REFUSED, stored.refused_in_all)
            self._refused, self._refusal = stored.refused_in_all, stored.refused[-1]
            self._refused_at = self._now()

    def _refresh(self) -> None:
        """A new snapshot when the catalogue changed, when there is none, and once after each start."""
        if not self._plan.must_look(self._monotonic()):
            return
        version = self._master.version()
        if version != self._built or not self._snapshot.is_file():
            self._built = self._master.snapshot(self._snapshot, upon=bool(self._built))
            _LOG.info("snapshot=made version=%s", self._built)
            self._name_scanners()
        self._plan = looked(self._plan, self._monotonic())

    def _name_scanners(self) -> None:
        """What the input program is to know of the profile; it may not read the snapshot."""
        try:
            profile = Snapshots(self._snapshot, self._station).load().profile
            write_scanners(scanners_file(self._snapshot.parent), profile.scanners)
        except StationError as error:
            _LOG.warning("scanners=not told cause=%s", error)

    def _lost(self, message: str) -> None:
        first = self._plan.master.away_since is None
        self._plan = failed(self._plan, self._monotonic(), self._now(), message)
        if first:
            _LOG.warning("master=away cause=%s", message)

    def _found(self) -> None:
        since = self._plan.master.away_since
        if since is not None:
            _LOG.info("master=back since=%s", since.isoformat(timespec="seconds"))
        self._plan = answered(self._plan)

    def _tell(self) -> None:
        master = self._plan.master
        status = LinkStatus(
            master="starting" if not master.tried else "ok" if master.away_since is None else "away",
            since=master.away_since,
            message=master.message,
            queue=self._journal.last() - self._journal.cursor(READER),
            refused=self._refused,
            refusal=self._refusal,
            refused_at=self._refused_at,
        )
        if status != self._told:
            write_status(self._status, status)
            self._told = status
