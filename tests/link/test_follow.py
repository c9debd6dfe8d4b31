"""The link at work: a real journal, a real master, a snapshot; and the master going away and coming back."""

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from station.data import engines
from station.data.followed import Master
from station.data.master import init_master, seed_master
from station.data.queries.profile import change_settings
from station.data.session import open_engine, writing
from station.data.snapshot import Snapshots
from station.domain.facts import SoldOut, StaffSeen
from station.link.follow import BATCH, Follower
from station.local.journal import Journal
from station.local.scanners import read_scanners, scanners_file
from station.local.status import LinkStatus, read_status

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Station:
    """One station's home with a link that a test steps by hand; `clock` is its monotonic time."""

    def __init__(self, home):
        self.home = home
        self.master = home / "hub" / "master.db"
        self.url = f"sqlite:///{self.master}"
        self.journal = Journal(home / "data" / "journal.db", "till1")
        self.snapshot = home / "data" / "snapshot.db"
        self.status_path = home / "link.json"
        self.clock = 1000.0
        self.follower = self.start()

    def start(self):
        return Follower(
            "till1",
            self.journal,
            Master(self.url),
            snapshot=self.snapshot,
            status=self.status_path,
            monotonic=lambda: self.clock,
            now=lambda: NOW,
        )

    def make_master(self):
        init_master(self.url)
        seed_master(self.url, NOW)

    def step(self, seconds=20.0):
        self.clock += seconds
        return self.follower.step()

    def refusals(self, count):
        for _ in range(count):
            self.journal.append(StaffSeen(what="refused"), None, NOW)

    @property
    def status(self):
        return read_status(self.status_path, LinkStatus)

    def stored(self):
        with sqlite3.connect(self.master) as db:
            return db.execute("SELECT count(*) FROM login_events").fetchone()[0]


@pytest.fixture
def station(tmp_path):
    made = Station(tmp_path)
    yield made
    made.journal.close()


@pytest.fixture
def running(station):
    station.make_master()
    return station


def test_the_first_round_makes_a_snapshot_and_brings_what_waited(running):
    running.refusals(3)
    running.step()
    assert running.stored() == 3
    assert Snapshots(running.snapshot, "till1").shop().name == "De Pan"
    assert running.status == LinkStatus(master="ok", queue=0)


def test_many_facts_are_brought_batch_by_batch_without_rest(running):
    running.refusals(BATCH + 5)
    assert running.step() == 0.0
    assert running.stored() == BATCH
    assert running.step(0.0) > 0.0
    assert running.stored() == BATCH + 5


def test_a_crash_after_the_commit_and_before_the_cursor_stores_nothing_twice(running, monkeypatch):
    class PowerCut(Exception):
        pass

    def cut(*_):
        raise PowerCut

    running.refusals(3)
    monkeypatch.setattr(running.journal, "advance", cut)
    with pytest.raises(PowerCut):
        running.step()
    assert running.stored() == 3
    monkeypatch.undo()
    running.follower = running.start()
    running.step()
    assert (running.stored(), running.journal.cursor("link")) == (3, 3)


def test_facts_queue_while_the_master_is_missing_and_are_drained_when_it_comes(station, caplog):
    caplog.set_level(logging.INFO, "link")
    station.refusals(2)
    for _ in range(5):
        station.step()
    assert (station.status.master, station.status.since, station.status.queue) == ("away", NOW, 2)
    assert "is missing; make it with: station master init" in station.status.message
    station.make_master()
    station.step()
    assert (station.stored(), station.status) == (2, LinkStatus(master="ok"))
    lines = [record.getMessage().split()[0] for record in caplog.records]
    assert lines == ["master=away", "snapshot=made", "master=back"]


def test_a_locked_master_is_away_for_as_long_and_no_longer(running, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MS", 20)
    running.step()
    running.refusals(1)
    blocker = sqlite3.connect(running.master, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    running.step()
    assert (running.status.master, running.status.queue) == ("away", 1)
    assert "busy" in running.status.message
    blocker.execute("ROLLBACK")
    running.step()
    assert (running.status.master, running.stored()) == ("ok", 1)


def test_a_master_that_is_away_is_not_asked_at_every_round(station, monkeypatch):
    asked = []
    real = Master.version
    monkeypatch.setattr(Master, "version", lambda self: asked.append(1) or real(self))
    for _ in range(100):
        station.step(0.1)
    assert 3 <= len(asked) <= 6


def test_an_86d_item_reaches_the_snapshot_of_every_station(running, tmp_path):
    running.step()
    cola = next(one for one in Snapshots(running.snapshot, "till1").shop().menu.items if one.name == "Cola")
    other = Follower(
        "grill1",
        Journal(tmp_path / "grill1" / "journal.db", "grill1"),
        Master(running.url),
        snapshot=tmp_path / "grill1" / "snapshot.db",
        status=tmp_path / "grill1" / "link.json",
        monotonic=lambda: running.clock,
    )
    other.step()
    running.journal.append(SoldOut(item=cola.id, sold_out=True), None, NOW)
    running.step()
    other.step()
    for path, code in ((running.snapshot, "till1"), (tmp_path / "grill1" / "snapshot.db", "grill1")):
        assert Snapshots(path, code).shop().menu.item(cola.id).sold_out


def test_an_unchanged_catalogue_leaves_the_snapshot_alone(running):
    running.step()
    inode = running.snapshot.stat().st_ino
    for _ in range(5):
        running.step()
    assert running.snapshot.stat().st_ino == inode


def test_a_snapshot_that_was_deleted_or_broken_is_made_anew(running):
    running.step()
    running.snapshot.unlink()
    running.step()
    assert Snapshots(running.snapshot, "till1").shop() is not None
    running.snapshot.write_bytes(b"junk" * 999)
    running.follower = running.start()
    running.step()
    assert Snapshots(running.snapshot, "till1").shop() is not None


def test_a_fact_that_the_master_refuses_is_logged_once_and_passed(running, caplog):
    running.journal.append(SoldOut(item="01jd9q3v7k8m2n4pqrstvwxyz0", sold_out=True), None, NOW)
    running.refusals(1)
    for _ in range(3):
        running.step()
    assert running.stored() == 1
    assert sum("the master refused" in record.getMessage() for record in caplog.records) == 1


def test_the_program_follows_its_journal_until_it_is_told_to_end(running, tmp_path):
    home = tmp_path / "station"
    (home / "data").mkdir(parents=True)
    share = {"kind": "directory", "path": str(tmp_path / "floor")}
    config = {"code": "till1", "role": "till", "share": share, "master": running.url}
    (home / "station.json").write_text(json.dumps(config))
    (home / "secrets.json").write_text(json.dumps({"token_key": "ab" * 32}))
    (home / "secrets.json").chmod(0o600)
    journal = Journal(home / "data" / "journal.db", "till1")
    program = subprocess.Popen(
        [sys.executable, "-m", "station.link"], env={**os.environ, "STATION_HOME": str(home)}, stdout=subprocess.PIPE
    )
    try:
        _wait(lambda: read_status(home / "run" / "link.json", LinkStatus).master == "ok")
        begin = time.monotonic()
        journal.append(StaffSeen(what="refused"), None, NOW)
        _wait(lambda: running.stored() == 1)
        assert time.monotonic() - begin < 10
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=20) == 0
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
        journal.close()


def _wait(come_true, limit_s=30.0):
    end = time.monotonic() + limit_s
    while not come_true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_the_scanners_of_the_profile_come_to_the_input_program_with_the_snapshot(running):
    running.step()
    file = scanners_file(running.snapshot.parent)
    assert read_scanners(file) == frozenset()
    engine = open_engine(running.url)
    with writing(engine) as conn:
        change_settings(conn, "till1", {"scanners": "0483:5131"})
    engine.dispose()
    running.step()
    running.step()
    assert read_scanners(file) == {"0483:5131"}
    file.write_bytes(b"half of it")
    assert read_scanners(file) == frozenset()
