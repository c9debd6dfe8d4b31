"""The pump's rounds: opens both ends when first needed and after each failure, and tells how it stands."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from pathlib import Path

from station.data.locks import Taken
from station.data.replicated import BATCH, Pump
from station.errors import DataError
from station.local.status import ReplicaStatus, write_status
from station.replica.plan import ELSEWHERE_S, Plan, began, copied, failed, pumped

_LOG = logging.getLogger("replica")


class Follower:
    """`open_pump` gives a pump that is alone at its work; `step` is one round and says how many seconds to rest."""

    def __init__(
        self,
        open_pump: Callable[[], AbstractContextManager[Pump]],
        *,
        status: Path,
        monotonic: Callable[[], float],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._open, self._status = open_pump, status
        self._monotonic, self._now = monotonic, now
        self._plan = Plan()
        self._held = ExitStack()
        self._pump: Pump | None = None
        self._told: ReplicaStatus | None = None

    def step(self) -> float:
        """A database that fails is part of the work. Raises JournalError when this station's disk refuses the status."""
        if not self._plan.may_try(self._monotonic()):
            return self._plan.rest_s(self._monotonic(), more=False)
        more = False
        try:
            if self._pump is None:
                self._begin()
            else:
                more = self._work(self._pump)
        except Taken as taken:
            self.close()
            self.tell(ReplicaStatus(state="standby", message=str(taken)))
            return ELSEWHERE_S
        except DataError as error:
            self._lost(str(error))
        self.tell(self._plan.status())
        return self._plan.rest_s(self._monotonic(), more=more)

    def tell(self, status: ReplicaStatus) -> None:
        if status != self._told:
            write_status(self._status, status)
            self._told = status

    def close(self) -> None:
        """Lets the lock and both ends go."""
        self._pump = None
        self._held.close()

    def _begin(self) -> None:
        away_since = self._plan.ends.away_since
        self._pump = self._held.enter_context(self._open())
        self._plan = began(self._plan, self._pump.rows_left())
        if away_since is not None:
            _LOG.info("replica=back since=%s", away_since.isoformat(timespec="seconds"))
        _LOG.info("replica=open to_copy=%d", self._plan.to_copy)

    def _work(self, pump: Pump) -> bool:
        """One portion of the first copy, else one batch of the queue; whether there is more at once."""
        step = pump.copy()
        if step is not None:
            self._plan = copied(self._plan, step.table, step.rows, self._now())
            _tell_of(step.refused)
            if step.complete:
                _LOG.info("copied=%s rows_so_far=%d", step.table, self._plan.copied)
            return True
        done = pump.pump()
        _tell_of(done.refused)
        more = done.entries == BATCH
        self._plan = pumped(self._plan, done.entries, pump.waiting() if more else 0, self._now())
        return more

    def _lost(self, message: str) -> None:
        first = self._plan.ends.away_since is None
        self._plan = failed(self._plan, self._monotonic(), self._now(), message)
        if first:
            _LOG.warning("replica=away cause=%s", message)
        try:
            self.close()
        except DataError as error:
            # Closing what is broken must not hide why it is.
            _LOG.debug("closing: %s", error)


def _tell_of(refused: tuple[str, ...]) -> None:
    for sentence in refused:
        _LOG.warning("%s", sentence)
