"""Feeds the hardware watchdog while the supervisor answers and the screen goes round: `python -m station.machine.watchdog`.

What hangs so that nothing can start it again is started by the hardware. On a machine without one the program only sleeps.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from station.config import home_of
from station.daemon import Stop, run, setup_logging
from station.local.heartbeat import age_s
from station.machine.signs import programs

DEVICE: Final = Path("/dev/watchdog")
BOOT_S: Final = 180.0
"""So long a screen may take to appear first."""
SILENT_S: Final = 60.0
"""So long it may then not go round. Its own supervisor has started it many times by then."""
_FEED_S: Final = 5.0
_LOG: Final = logging.getLogger("watchdog")


class Device(Protocol):
    def feed(self) -> None: ...


class Keeper:
    """`step` feeds, or does not."""

    def __init__(
        self,
        device: Device,
        home: Path,
        *,
        running: Callable[[Path], Mapping[str, int] | None] = programs,
        age: Callable[[Path], float | None] = age_s,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._device, self._home, self._running, self._age, self._now = device, home, running, age, now
        self._began = now()
        self._told = ""

    def step(self) -> float:
        problem = self._problem()
        if problem and problem != self._told:
            _LOG.error("the watchdog is not fed: %s", problem)
        self._told = problem
        if not problem:
            self._device.feed()
        return _FEED_S

    def _problem(self) -> str:
        if self._running(self._home) is None:
            return "the supervisor does not answer"
        age = self._age(self._home / "run")
        if age is None:
            return "" if self._now() - self._began < BOOT_S else "the screen never drew"
        return f"the screen stands still for {age:.0f} s" if age > SILENT_S else ""


class Hardware:
    """The kernel's watchdog. Closing it without the magic letter lets it bite: that is what it is for."""

    def __init__(self, device: Path) -> None:
        self._fd = os.open(device, os.O_WRONLY | os.O_CLOEXEC)

    def feed(self) -> None:
        os.write(self._fd, b".")

    def rest(self) -> None:
        """Orderly: it shall not bite while the machine goes down."""
        with suppress(OSError):
            os.write(self._fd, b"V")
            os.close(self._fd)


def main() -> None:
    setup_logging("watchdog")
    stop = Stop()
    stop.listen()
    while not DEVICE.exists() and not stop:
        stop.rest(30)
    if stop:
        return
    hardware = Hardware(DEVICE)
    run("watchdog", Keeper(hardware, home_of()).step, stop)
    hardware.rest()


if __name__ == "__main__":
    main()
