"""Confirms the running version of the system once it has been well for a minute: `python -m station.machine.health`, under its supervisor.

One that does not become well within a few minutes starts the machine again: after three such starts the boot loader takes the other
slot. What was confirmed once is never started again for this reason: a shop whose PC is off must not roll its stations back.
"""

import logging
import os
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from station.config import home_of
from station.daemon import Stop, run, setup_logging
from station.machine import slots
from station.machine.signs import programs, wrong

WELL_S: Final = float(os.environ.get("STATION_WELL_S", "60"))
PATIENCE_S: Final = float(os.environ.get("STATION_PATIENCE_S", "300"))
_LOOK_S: Final = 2.0
_LOG: Final = logging.getLogger("health")


def _restart() -> None:
    subprocess.run(["/usr/bin/busybox", "reboot"], check=False)


class Health:
    """`step` looks once. `restart` starts the machine again."""

    def __init__(
        self,
        home: Path,
        slot: str,
        *,
        running: Callable[[Path], Mapping[str, int] | None] = programs,
        judge: Callable[[Path, Mapping[str, int] | None], str] = wrong,
        confirm: Callable[[str], None] = slots.confirm,
        confirmed: Callable[[str], bool] = lambda slot: slots.tries(slot) == 0,
        restart: Callable[[], None] = _restart,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home, self._slot = home, slot
        self._running, self._judge, self._confirm, self._confirmed = running, judge, confirm, confirmed
        self._restart, self._now = restart, now
        self._began = now()
        self._well_since: float | None = None
        self._pids: Mapping[str, int] = {}
        self._told = ""
        self._done = False

    def step(self) -> float:
        if self._done:
            return 3600.0
        found = self._running(self._home)
        problem = self._judge(self._home, found) or self._restarted(found or {})
        now = self._now()
        if problem:
            self._well_since = None
            if problem != self._told:
                _LOG.info("slot=%s not well yet: %s", self._slot, problem)
            self._told = problem
            if now - self._began > PATIENCE_S and not self._confirmed(self._slot):
                _LOG.error("slot=%s never became well (%s): the machine starts again", self._slot, problem)
                self._restart()
                self._done = True
            return _LOOK_S
        self._told = ""
        self._well_since = now if self._well_since is None else self._well_since
        if now - self._well_since >= WELL_S:
            self._confirm(self._slot)
            self._done = True
            _LOG.info("slot=%s confirmed after %.0f s", self._slot, now - self._began)
        return _LOOK_S

    def _restarted(self, found: Mapping[str, int]) -> str:
        """A program that was started anew in between is not well yet, however quickly."""
        changed = [name for name, pid in self._pids.items() if found.get(name, pid) != pid]
        self._pids = dict(found)
        return f"{changed[0]} was started again" if changed else ""


def main() -> None:
    setup_logging("health")
    stop = Stop()
    stop.listen()
    slot = slots.booted()
    if not slot:
        _LOG.info("this machine has no slots: nothing to confirm")
        stop.rest(1e9)
        return
    run("health", Health(home_of(), slot).step, stop)


if __name__ == "__main__":
    main()
