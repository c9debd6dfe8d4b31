"""`station bench login`: from the last key of a scan to the frame with the person's name.

The real input program reads the keys, its real socket carries the code, the real screen of a till (headless, 1920×1080) looks it up,
keeps the log-in in its journal and draws. The screen itself tells when it first showed the person. Scans go from person to
person, so each one switches; between them the screen is left alone. In a run of their own, stopwatches tell the parts.
"""

import contextlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from station.bench import login_parts, render
from station.bench.counter import SETTLE_S, Counter, Member, keys_come_from, opened, staffed
from station.bench.results import Reference, Result, machine, report
from station.bench.scratch import ScratchStation, disk
from station.bench.typist import typing_ms
from station.domain.figures import percentile

STAFF: Final = (5, 50, 500)
FULL_STAFF: Final = 50
BUDGET_MS: Final = 50.0
WHOLE_BUDGET_MS: Final = 1_000.0
SETTINGS_MS: Final = (1, 2, 4, 8)
WARM_UP: Final = 3
RAW: Final = "raw synced insert + datagram and back, same pace"
_ECHO: Final = "import socket,sys\ns=socket.socket(fileno=int(sys.argv[1]))\nwhile d:=s.recv(4096): s.send(d)"
LONGEST_STATIC: Final = "SW7" + "Z" * 26
"""Of 26 characters that hold 128 bits the first is a digit."""
LONGEST_ROTATING: Final = "SR" + "0" * 16


def run(scans: int = 500, staff: Sequence[int] = STAFF) -> dict[str, Any]:
    """So many scans with each size of staff; the last size stands for the other rows, too."""
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="station-bench-", dir=disk()) as folder:
        reference = Reference(RAW, round(percentile(_raw_ms(Path(folder), min(scans, 100)), 50), 3))
        for people in staff[:-1]:
            station, members = staffed(Path(folder) / str(people), people)
            with opened(station) as counter:
                switched = _ms(_switches(counter, cycle(members), scans))
            results.append(_row(f"last key to name: {people} staff, static cards", switched, reference))
        results.append(_full_display(Path(folder) / "prep", scans, reference))
        station, members = staffed(Path(folder) / str(staff[-1]), staff[-1], rotating=True)
        results += _largest(station, members, scans, reference)
        results += login_parts.run(station, lambda counter: _switches(counter, cycle(members), min(scans, 200)))
    return {**report("login", results), "machine": f"{machine()}; {keys_come_from()}"}


def _largest(station: ScratchStation, members: Sequence[Member], scans: int, reference: Reference) -> list[Result]:
    turns = cycle(members)
    with opened(station) as counter:
        static = _ms(_switches(counter, turns, scans))
        # Nobody's phone is asked twice: its code counts once.
        rotating = _ms(_switches(counter, turns, min(scans, len(members) - WARM_UP), rotating=True))
        entered = _ms(_entries(counter, turns, max(2, scans // 5)))
    name = f"{len(members)} staff"
    return [
        _row(f"last key to name: {name}, static cards", static, reference),
        _row(f"last key to name: {name}, rotating cards", rotating, reference),
        _row(f"last key to name: {name}, static cards, from the log-in screen", entered, reference),
        *_on_paper("static", [one.static.code for one in members], LONGEST_STATIC, static),
        *_on_paper("rotating", [LONGEST_ROTATING], LONGEST_ROTATING, rotating),
    ]


def _full_display(home: Path, scans: int, reference: Reference) -> Result:
    """The screen that has most to draw: 24 cards of which 12 pulse."""
    station, members = staffed(home, FULL_STAFF, code="grill1", role="prep")
    render.fetch_for_24(station)
    station.put(render.short_cards(datetime.now(UTC), render.busy_ages()))
    with opened(station) as counter:
        switched = _ms(_switches(counter, cycle(members), max(2, scans // 5)))
        shown = len(station.ask(ask="describe")["cards"])
    return _row(
        f"last key to name: {FULL_STAFF} staff, static cards, prep display with {shown} orders", switched, reference
    )


def _switches(
    counter: Counter, turns: Iterator[Member], scans: int, *, rotating: bool = False
) -> list[tuple[int, int]]:
    """Each scan by the next person, who is another one than the one before."""
    spans = [counter.scan(one.code(rotating=rotating), one.name) for one in islice(turns, scans + WARM_UP)]
    return spans[WARM_UP:]


def _entries(counter: Counter, turns: Iterator[Member], scans: int) -> list[tuple[int, int]]:
    """In by a card and out by the same one, person after person: only the ways in count."""
    spans = []
    for one in islice(turns, scans + 1):
        spans.append(counter.scan(one.static.code, one.name))
        counter.scan(one.static.code, None)
    # The first one found somebody there.
    return spans[1:]


def _ms(spans: Sequence[tuple[int, int]]) -> list[float]:
    return [(shown_ns - ended_ns) / 1e6 for ended_ns, shown_ns in spans]


def _row(name: str, times_ms: Sequence[float], reference: Reference) -> Result:
    p50, p99 = percentile(times_ms, 50), percentile(times_ms, 99)
    ratio = None if reference.p50_ms is None else round(p50 / reference.p50_ms, 2)
    budget = f"p99 ≤ {BUDGET_MS:.0f} ms"
    return Result(name, len(times_ms), round(p50, 1), round(p99, 1), reference, ratio, budget, p99 <= BUDGET_MS)


def _on_paper(kind: str, codes: Sequence[str], longest: str, measured_ms: Sequence[float]) -> Iterator[Result]:
    """A scanner's typing as its setting has it, and then what was measured: the median code, and the longest there can be."""
    for report_ms in SETTINGS_MS:
        p50 = percentile([typing_ms(code, report_ms) for code in codes], 50) + percentile(measured_ms, 50)
        p99 = typing_ms(longest, report_ms) + percentile(measured_ms, 99)
        yield Result(
            f"computed: {kind} code, {len(longest)} characters at {report_ms} ms a report, and the measured",
            0,
            round(p50, 1),
            round(p99, 1),
            Reference("2 reports a key, 2 a Shift; p99: letters only", None),
            budget=f"≤ {WHOLE_BUDGET_MS:,.0f} ms",
            ok=p99 <= WHOLE_BUDGET_MS,
        )


def _raw_ms(folder: Path, rounds: int) -> list[float]:
    """One row synced to the disk by SQLite, then one datagram to another process and back; rested between, as people rest."""
    times_ms = []
    with contextlib.closing(sqlite3.connect(folder / "raw.db", isolation_level=None)) as raw, _echo() as other:
        raw.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE facts (body BLOB)")
        for _ in range(rounds):
            time.sleep(SETTLE_S)
            started = time.perf_counter()
            raw.execute("INSERT INTO facts VALUES (?)", (b"x" * 300,))
            other.send(b"x" * 80)
            other.recv(4_096)
            times_ms.append((time.perf_counter() - started) * 1e3)
    return times_ms


@contextlib.contextmanager
def _echo() -> Iterator[socket.socket]:
    """A socket to a process that sends back what it gets."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs:
        program = [sys.executable, "-c", _ECHO, str(theirs.fileno())]
        echo = subprocess.Popen(program, pass_fds=[theirs.fileno()])
        try:
            ours.send(b"are you there?")
            ours.recv(4_096)
            yield ours
        finally:
            echo.kill()
            echo.wait()
