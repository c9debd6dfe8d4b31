"""The printing program as the supervisor runs it: killed at any moment, every receipt comes out, whole, and none is forgotten."""

import os
import random
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from station.bench.scratch import ScratchStation
from station.data.queries.profile import change_settings
from station.data.session import open_engine, writing
from station.data.snapshot import build_snapshot
from station.local.journal import Journal
from station.printing.preview import preview
from tests.printing.conftest import Counter


@pytest.fixture
def station(tmp_path, printer):
    made = ScratchStation(tmp_path, "till1", "till")
    made.make_snapshot()
    engine = open_engine(made.master_url)
    with writing(engine) as conn:
        change_settings(conn, "till1", {"printer": printer.address})
    build_snapshot(engine, made.home / "data" / "snapshot.db")
    engine.dispose()
    return made


@contextmanager
def program(station):
    running = subprocess.Popen(
        [sys.executable, "-m", "station.printing"],
        env={**os.environ, "STATION_HOME": str(station.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def whole(printer):
    """The numbers of the receipts that came out to their cut, in their order."""
    found = []
    for job in list(printer.jobs):
        if b"\x1dV" in job:
            found += [line for line in preview(job).text if line.startswith("T1-")]
    return found


def until(condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came to it"
        time.sleep(0.02)


def test_killed_again_and_again_every_receipt_comes_out_whole_and_in_order(station, printer, demo):
    journal = Journal(station.home / "data" / "journal.db", "till1")
    till = Counter(demo, journal)
    chance = random.Random(7)
    wanted = [f"T1-{number:03d}" for number in range(1, 7)]
    for _ in wanted:
        till.sell("Chips")
        with program(station):
            time.sleep(chance.uniform(0.5, 1.6))
    with program(station):
        until(lambda: set(wanted) <= set(whole(printer)))
    firsts = list(dict.fromkeys(whole(printer)))
    assert firsts == wanted
    journal.close()


def test_a_sale_is_on_paper_without_anybody_asking(station, printer, demo):
    journal = Journal(station.home / "data" / "journal.db", "till1")
    till = Counter(demo, journal)
    with program(station):
        until((station.home / "run" / "printer.json").exists)
        till.sell("Chips")
        until(lambda: whole(printer) == ["T1-001"], 5)
    journal.close()
