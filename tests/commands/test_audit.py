"""`station audit verify`: what was done to the records of a shop is found, and what to do is said."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from station.bench.scratch import ScratchStation
from station.config import load_settings
from station.data import followed
from station.data.queries.audit import FIRST, Event, chain_hash
from station.data.session import open_engine, writing
from station.data.snapshot import Snapshots
from station.data.tables import ledger, staff
from station.domain.facts import SoldOut, StaffSeen
from station.local.journal import Journal

EVENTS = ledger.audit_events


class Shop:
    """One till's journal, and the master that its link has brought everything to."""

    def __init__(self, home):
        self.station = ScratchStation(home, "till1", "till")
        self.station.make_snapshot()
        self.settings = load_settings(home)
        self.engine = open_engine(self.station.master_url)
        known = Snapshots(home / "data" / "snapshot.db", "till1").load()
        person, item = known.staff[0].id, known.menu.items[0].id
        now = datetime.now(UTC)
        facts = [
            StaffSeen(staff=person, what="login", how="pin"),
            SoldOut(item=item, sold_out=True),
            StaffSeen(staff=known.staff[1].id, what="approved", how="pin", permission="menu.sold_out"),
            SoldOut(item=item, sold_out=False),
            StaffSeen(staff=person, what="logout"),
        ]
        journal = Journal(self.settings.journal_path, "till1")
        entries = [journal.append(fact, person, now + timedelta(seconds=n)) for n, fact in enumerate(facts)]
        followed.store(self.engine, "till1", entries)
        journal.advance("link", entries[-1].seq)
        journal.close()

    def change(self, *statements):
        with writing(self.engine) as conn:
            for statement in statements:
                conn.execute(statement)

    def verify(self, *more):
        environment = {**os.environ, "STATION_HOME": str(self.station.home), "COLUMNS": "200"}
        command = [Path(sys.executable).with_name("station"), "audit", "verify", *more]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def found(self):
        """Kinds and numbers of what is wrong in the till's chain."""
        told = json.loads(self.verify("--json").stdout)
        mine = next(one for one in told if one["what"] == "till1 in the master")
        return [(damage["kind"], damage["seq"]) for damage in mine["damages"]]


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "till1")
    yield made
    made.engine.dispose()


def test_records_as_they_were_made_are_ok(shop):
    done = shop.verify()
    assert done.returncode == 0, done.stderr
    assert "till1 in the master" in done.stdout
    assert "till1's journal" in done.stdout
    assert "wrong" not in done.stdout


def test_a_row_that_was_altered_is_named_with_what_to_do(shop):
    shop.change(update(EVENTS).where(EVENTS.c.seq == 2).values(staff_id=None))
    done = shop.verify()
    assert done.returncode == 1
    assert "row 2 was altered: menu.sold_out" in done.stdout
    assert "replica" in done.stdout
    assert "row 3" not in done.stdout


@pytest.mark.parametrize("change", [{"body": "{}"}, {"kind": "menu.other"}, {"at": datetime(2020, 1, 1, tzinfo=UTC)}])
def test_whatever_of_a_row_is_altered_shows(shop, change):
    shop.change(update(EVENTS).where(EVENTS.c.seq == 3).values(change))
    assert ("altered", 3) in shop.found


def test_rows_that_were_removed_are_named_at_the_beginning_in_the_middle_and_at_the_end(shop):
    shop.change(delete(EVENTS).where(EVENTS.c.seq == 2))
    assert ("missing", 2) in shop.found
    shop.change(delete(EVENTS).where(EVENTS.c.seq == 1))
    assert ("missing", 1) in shop.found


def test_the_last_row_is_missed_by_the_journal_of_the_station(shop):
    last = select(EVENTS.c.id).where(EVENTS.c.seq == 5).scalar_subquery()
    shop.change(
        delete(staff.login_events).where(staff.login_events.c.id == last), delete(EVENTS).where(EVENTS.c.seq == 5)
    )
    assert shop.found == [("missing", 5)]
    assert "was brought to the master and is there no more: staff.seen" in shop.verify().stdout


def test_a_chain_that_was_written_anew_as_a_whole_differs_from_the_journal(shop):
    with shop.engine.begin() as conn:
        rows = conn.execute(select(EVENTS).order_by(EVENTS.c.seq)).all()
        previous = FIRST
        for row in rows:
            body = row.body.replace('"sold_out":true', '"sold_out":false')
            digest = chain_hash(previous, Event(row.id, row.kind, row.staff_id, row.subject_id, body, row.at))
            conn.execute(
                update(EVENTS).where(EVENTS.c.id == row.id).values(body=body, previous_hash=previous, hash=digest)
            )
            previous = digest
    assert shop.found == [("altered", 2)]
    assert "says something else in the master than in the journal" in shop.verify().stdout


def test_rows_that_changed_places_are_named(shop):
    with shop.engine.begin() as conn:
        for seq, other in ((2, 100), (4, 2), (100, 4)):
            conn.execute(update(EVENTS).where(EVENTS.c.seq == seq).values(seq=other))
    assert {("moved", 2), ("moved", 4)} <= set(shop.found)


def test_a_journal_that_was_altered_says_which_fact(shop):
    import sqlite3  # noqa: PLC0415 -- as somebody would who has the station's disk

    with sqlite3.connect(shop.settings.journal_path) as journal:
        journal.execute("UPDATE facts SET staff = NULL WHERE seq = 4")
    done = shop.verify()
    assert done.returncode == 1
    assert "row 4 was altered: menu.sold_out" in done.stdout


def test_a_station_that_is_not_known_is_a_clear_mistake(shop):
    done = shop.verify("--station", "till9")
    assert done.returncode == 1
    assert "the master knows no station 'till9'" in done.stderr


def test_log_ins_and_approvals_stand_in_the_chain_with_both_names(shop):
    with shop.engine.begin() as conn:
        kinds = conn.scalars(select(EVENTS.c.kind).order_by(EVENTS.c.seq)).all()
        event = conn.execute(select(staff.login_events).where(staff.login_events.c.what == "approved")).one()
    assert kinds == ["staff.seen", "menu.sold_out", "staff.seen", "menu.sold_out", "staff.seen"]
    assert event.permission_code == "menu.sold_out"
    assert event.staff_id != event.approved_by
    assert None not in {event.staff_id, event.approved_by}
