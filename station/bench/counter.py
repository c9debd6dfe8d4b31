"""A station with scanners, and staff with cards: the real input program and the real screen, nothing else of a station.

The keys come from /dev/uinput where this machine has one, and then its own scanners are taken meanwhile, too; else down pipes
(`station.input.piped`).
"""

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from station.bench.scratch import KEY, ScratchStation
from station.bench.typist import Typist
from station.data.master import init_master, seed_master
from station.data.personnel import Card, Personnel
from station.data.session import open_engine
from station.data.snapshot import build_snapshot
from station.domain.menu import Role
from station.domain.scans import rotating_code
from station.errors import StationError
from station.input.piped import NAME
from station.input.virtual import KernelScanner, PipeScanner, kernel_makes_devices
from station.local.status import InputStatus, read_status
from station.renderers.door import BROKEN

SCANNERS: Final = 3
"""They take turns, since one may scan five codes a second."""
PATIENCE_S: Final = 30.0
SETTLE_S: Final = 0.05
_GLANCE_S: Final = 0.02
_BUSY_S: Final = 2.0
_PIN: Final = "2580"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the staff. `rotating` is None where that was not issued."""

    name: str
    static: Card
    rotating: Card | None

    def code(self, *, rotating: bool) -> str:
        """What they hold in front of the scanner now."""
        if rotating and self.rotating is not None:
            return rotating_code(self.rotating.number, self.rotating.key, datetime.now(UTC))
        return self.static.code


@dataclass(slots=True)
class Counter:
    """`scan` is one scan and one look. The screen is not looked at while it works."""

    station: ScratchStation
    typists: tuple[Typist, ...]
    scans: int = 0

    def scan(self, code: str, name: str | None) -> tuple[int, int]:
        """Types the code; when its last key went down, and when the screen first showed this person (None: nobody).

        Both are CLOCK_MONOTONIC in nanoseconds. Raises StationError when it does not come to show that.
        """
        ends_s = time.monotonic() + PATIENCE_S
        ended_ns = self._type(code)
        while not _shows(seen := self.station.ask(ask="describe"), name, ended_ns):
            if time.monotonic() > ends_s:
                raise StationError(f"the screen does not show {name}: {seen['message']!r}; see {self.station.home}")
            if seen["message"] == BROKEN:
                # This machine was too busy to type it at one go: once more, as a person would, and that is waited for.
                ended_ns = self._type(code)
                time.sleep(_BUSY_S)
            time.sleep(_GLANCE_S)
        return ended_ns, int(seen["person_shown"])

    def _type(self, code: str) -> int:
        ended_ns = self.typists[self.scans % len(self.typists)].type(code)
        self.scans += 1
        time.sleep(SETTLE_S)
        return ended_ns


def keys_come_from() -> str:
    """For people: what stands for the kernel's device here."""
    if kernel_makes_devices():
        return "keys from devices of /dev/uinput"
    return "keys as input_event records down pipes, for want of /dev/uinput"


def staffed(
    home: Path, people: int, *, rotating: bool = False, code: str = "till1", role: Role = "till"
) -> tuple[ScratchStation, list[Member]]:
    """A station whose snapshot has so many people: everybody with a static card, one in five with a PIN."""
    station = ScratchStation(home, code, role)
    init_master(station.master_url)
    seed_master(station.master_url)
    office = Personnel(station.master_url, station=code, shop_key=KEY, now=lambda: datetime.now(UTC))
    known = [one.code for one in office.everybody()]
    for number in range(len(known), people):
        office.add(f"extra{number}", f"Person {number}", f"Person {number}", ["cashier"])
    known = [one.code for one in office.everybody()]
    codes, others = known[:people], known[people:]
    with contextlib.closing(sqlite3.connect(home / "master.db")) as master, master:
        master.executemany("UPDATE staff SET retired_at = updated_at WHERE code = ?", [(code,) for code in others])
    static = office.issue_all(codes, "static")
    phones: list[Card | None] = [None] * people
    if rotating:
        phones = [*office.issue_all(codes, "rotating")]
    for with_pin in codes[::5]:
        office.set_pin(with_pin, _PIN)
    engine = open_engine(station.master_url)
    build_snapshot(engine, home / "data" / "snapshot.db")
    engine.dispose()
    station.tell()
    return station, [Member(card.name, card, phone) for card, phone in zip(static, phones, strict=True)]


@contextlib.contextmanager
def opened(station: ScratchStation, marks: Path | None = None) -> Iterator[Counter]:
    """The programs run while this is open. `marks`: a folder for what stopwatches around their parts find."""
    pipes = station.home / "pipes"
    pipes.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        scanners: list[KernelScanner | PipeScanner] = []
        for number in range(SCANNERS):
            place = f"scanner{number}"
            scanner = KernelScanner(place) if kernel_makes_devices() else PipeScanner(pipes, place)
            stack.callback(scanner.close)
            scanners.append(scanner)
        stack.enter_context(_input_running(station, pipes, marks))
        screen: tuple[str, ...] = ("-m", "station.renderers")
        if marks is not None:
            screen = _watched("renderer", "--marks", str(marks / "renderer.json"))
        stack.enter_context(station.running(screen))
        station.wait_until_seen()
        _wait_until_taken(station)
        yield Counter(station, tuple(Typist(scanner) for scanner in scanners))


def _shows(seen: dict[str, Any], name: str | None, since_ns: int) -> bool:
    person = None if seen["person"] is None else seen["person"]["name"]
    return person == name and seen["person_shown"] > since_ns and (name is None or name in seen["message"])


@contextlib.contextmanager
def _input_running(station: ScratchStation, pipes: Path, marks: Path | None) -> Iterator[None]:
    piped = () if kernel_makes_devices() else ("--pipes", str(pipes))
    noted = () if marks is None else ("--marks", str(marks / "input.json"))
    program = _watched("input", *piped, *noted) if piped or noted else ("-m", "station.input")
    environment = {**os.environ, "STATION_HOME": str(station.home), "STATION_INPUT": "scanners"}
    with (station.home / "input.log").open("ab") as log:
        running = subprocess.Popen([sys.executable, *program], env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def _watched(*words: str) -> tuple[str, ...]:
    return ("-m", "station.bench.watched", *words)


def _wait_until_taken(station: ScratchStation) -> None:
    ends_s = time.monotonic() + PATIENCE_S
    status = station.home / "run" / "input.json"
    while sum(one.name == NAME and not one.problem for one in read_status(status, InputStatus).devices) < SCANNERS:
        if time.monotonic() > ends_s:
            raise StationError(f"the input program did not take the bench's scanners; see {station.home}/input.log")
        time.sleep(_GLANCE_S)
