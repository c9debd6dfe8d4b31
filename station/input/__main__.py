"""What people do with their hands at one station: `python -m station.input`, under its supervisor.

It takes every scanner, keyboard, bump bar, touch screen and mouse of this machine for itself, and sends what they do to the screen.
Where a desktop runs (DISPLAY, WAYLAND_DISPLAY) it takes only scanners: the station's window gets the rest from there.
`STATION_INPUT` (all, scanners, none) says otherwise; a demo says none, for the machine that it runs on is somebody's.

It needs no configuration but the home folder: a station that does not know yet what it is reads its own station card.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, get_args

from station.config import home_of, load_settings
from station.daemon import Stop, become, run, setup_logging
from station.errors import ConfigError, StationError
from station.input.control import Control
from station.input.devices import Kind
from station.input.loop import Loop, Takes
from station.input.opened import Opener, open_device
from station.input.outbox import Outbox
from station.input.plugs import Plugs, Udev
from station.input.roster import EVERYTHING, Roster

_KINDS: Final[Mapping[Takes, frozenset[Kind]]] = {
    "all": EVERYTHING,
    "scanners": frozenset({"scanner"}),
    "none": frozenset(),
}


class Program:
    """`step` opens what is missing, then runs one turn of the loop. `plugs` and `opener` are udev and evdev but for tests."""

    def __init__(self, plugs: Callable[[], Plugs] = Udev, opener: Opener = open_device) -> None:
        self._plugs, self._opener = plugs, opener
        self._woken, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.stop = Stop(also=self._wake)
        self._loop: Loop | None = None

    def step(self) -> float:
        if self._loop is None:
            self._loop = self._wired(home_of(), takes_of(os.environ))
        return self._loop.turn()

    def close(self) -> None:
        if self._loop is not None:
            self._loop.close()

    def _wired(self, home: Path, takes: Takes) -> Loop:
        log = setup_logging("input", _log_level(home))
        run_dir = home / "run"
        try:
            run_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StationError(f"{run_dir} cannot be made: {error}; check STATION_HOME and its owner") from error
        roster = Roster(
            None if takes == "none" else self._plugs(), self._opener, devices_file(home), _KINDS[takes], log
        )
        loop = Loop(
            roster,
            log,
            time.monotonic,
            takes=takes,
            outbox=Outbox(run_dir / "hands.sock", log),
            control=Control(control_socket(home)),
            status=run_dir / "input.json",
            wake=self._woken,
        )
        log.info("home=%s takes=%s", home, takes)
        return loop

    def _wake(self) -> None:
        os.write(self._waker, b".")


def takes_of(environment: Mapping[str, str]) -> Takes:
    """Which devices are this program's to take. Raises ConfigError."""
    said = environment.get("STATION_INPUT", "")
    for takes in get_args(Takes):
        if said == takes:
            return takes  # type: ignore[no-any-return]
    if said:
        raise ConfigError(f"STATION_INPUT is {said!r}; it can be all, scanners or none")
    return "scanners" if environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY") else "all"


def devices_file(home: Path) -> Path:
    return home / "data" / "devices.json"


def control_socket(home: Path) -> Path:
    return home / "run" / "input-control.sock"


def _log_level(home: Path) -> str:
    """A station that has no configuration yet reads devices all the same."""
    try:
        return load_settings(home).log_level
    except ConfigError:
        return logging.getLevelName(logging.INFO)


def main(program: Program | None = None) -> None:
    become("input")
    setup_logging("input")
    program = Program() if program is None else program
    program.stop.listen()
    try:
        run("input", program.step, program.stop)
    finally:
        program.close()


if __name__ == "__main__":
    main()
