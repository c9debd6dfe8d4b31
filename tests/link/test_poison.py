"""Facts that the master cannot take: found, set aside with the reason, told; and what is no reason to set one aside."""

import math
import sqlite3
import sys
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec
import pymysql
import pyodbc
import pytest
from sqlalchemy import Engine, event, select

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from masters import KINDS, MSSQL, Masters

from station.data import followed
from station.data.followed import Master
from station.data.queries.audit import broken_at, refused_facts
from station.data.queries.link_facts import store_facts
from station.data.queries.screens import load_shop
from station.data.session import reading
from station.data.tables import ledger, orders, shop, staff
from station.domain.facts import Fact, OrderSent, SoldOut, StaffSeen, kind_of
from station.errors import DatabaseBusy
from station.link.follow import Follower
from station.local import journal as journals
from station.local.journal import Journal
from station.local.status import LinkStatus, read_status
from tests.data.conftest import NOW, Day

MANY = 300
POISONS = ["item", "rule", "long", "payment", "day", "person", "sum", "moment"]
LAST_MOMENT = datetime.max.replace(tzinfo=timezone(-timedelta(hours=12)))
"""One that is in no calendar when it is told in UTC."""


@pytest.fixture(scope="session")
def masters(tmp_path_factory, request):
    made = Masters(tmp_path_factory.mktemp("masters"), lambda: request.getfixturevalue("mariadb"))
    yield made
    made.close()


class Station:
    """A till and its link, stepped by hand. `poisoned`: what the master cannot take."""

    def __init__(self, home, engine, url):
        self.home, self.engine, self.url = home, engine, url
        with reading(engine) as conn:
            self.day = Day(load_shop(conn, "till1", NOW))
        self.entries, self.poisoned = [], []
        self.clock_s = 1000.0
        self.start()

    def start(self):
        """A new program, perhaps of a newer version."""
        self.journal = Journal(self.home / "journal.db", "till1")
        files = {"snapshot": self.home / "snapshot.db", "status": self.home / "link.json"}
        self.follower = Follower(
            "till1", self.journal, Master(self.url), **files, monotonic=lambda: self.clock_s, now=lambda: NOW
        )

    def record(self, fact):
        entry = self.journal.append(fact, None, NOW + timedelta(seconds=len(self.entries)))
        self.entries.append(entry)
        return entry

    def work(self, count):
        for number in range(len(self.entries), len(self.entries) + count):
            cola = self.day.item("Cola").id
            few = {0: self.day.sale(("Chips", 1), ("Cola", 2), name=f"{number}"), 1: StaffSeen(what="refused")}
            self.record(few.get(number % 10, SoldOut(item=cola, sold_out=number % 2 == 0)))

    def poison(self, kind):
        self.poisoned.append(self.record(self.bad(kind)))

    def bad(self, kind):
        if kind == "person":
            return StaffSeen(staff=self.day.id("nobody"), what="login")
        sale = self.day.sale(("Chips", 1), name=f"bad {len(self.entries)}")
        (line,), (tender,), but = sale.lines, sale.tenders, msgspec.structs.replace
        used = next(one.fact.tenders[0].id for one in self.entries if isinstance(one.fact, OrderSent))
        changes = {
            "item": {"lines": (but(line, item=self.day.id("nothing")),)},
            "rule": {"lines": (but(line, total_minor=line.total_minor + 1),)},
            # SQLite takes a text of any length: there the change breaks a rule.
            "long": {"number": "9" * 100, "tenders": (but(tender, change_minor=-5),)},
            "payment": {"tenders": (but(tender, id=used),)},
            "day": {"business_day": self.day.id("another day")},
            "sum": {"total_minor": 10**30},
            "moment": {"token": but(sale.token, due_at=LAST_MOMENT)},
        }
        return but(sale, **changes[kind])

    def step(self):
        self.clock_s += 20
        self.follower.step()
        return self.status

    @property
    def status(self):
        return read_status(self.home / "link.json", LinkStatus)

    def check(self):
        """All is stored, in the journal's order, but for what was poisoned: that is set aside, whole and with a reason."""
        bad = [one.id for one in self.poisoned]
        good = [one for one in self.entries if one.id not in bad]
        with reading(self.engine) as conn:
            sold = sorted(one.fact.order for one in good if isinstance(one.fact, OrderSent))
            assert sorted(conn.scalars(select(orders.orders.c.id))) == sold
            seen = sorted(one.id for one in good if isinstance(one.fact, StaffSeen))
            assert sorted(conn.scalars(select(staff.login_events.c.id))) == seen
            row = ledger.audit_events.c
            audit = conn.execute(select(row.id, row.kind, row.body).order_by(row.seq)).all()
            till = conn.scalar(select(shop.stations.c.id).where(shop.stations.c.code == "till1"))
            assert broken_at(conn, till) is None
            aside = refused_facts(conn)
        assert [one.id for one in audit] == [one.id for one in self.entries]
        assert [one.id for one in audit if one.kind.startswith("refused.")] == bad
        assert [(one.id, one.station) for one in aside] == [(id_, "till1") for id_ in reversed(bad)]
        for entry, kept in zip(reversed(self.poisoned), aside, strict=True):
            assert kept.kind == kind_of(entry.fact)
            body = msgspec.json.decode(kept.body)
            assert body.keys() == {"why", "fact"}
            assert msgspec.convert(body["fact"], Fact) == entry.fact
            assert (len(kept.why) > 10, kept.why.count("\n")) == (True, 0), kept.why
        assert self.journal.cursor("link") == self.journal.last()
        told = self.status
        assert (told.master, told.queue, told.refused) == ("ok", 0, len(bad))
        if bad:
            assert bad[-1] in told.refusal
            assert aside[0].why in told.refusal
            assert told.refused_at == NOW


@pytest.fixture(params=KINDS)
def station(request, masters, tmp_path):
    path = tmp_path / "master.db"
    engine = masters.seeded(request.param, path, NOW)
    made = Station(tmp_path, engine, f"sqlite:///{path}" if request.param == "sqlite" else masters.url(request.param))
    made.record(made.day.sale(("Cola", 1)))
    assert made.step().master == "ok"
    yield made
    made.journal.close()
    engine.dispose()


@pytest.mark.parametrize("kind", POISONS)
def test_a_poisoned_fact_that_comes_alone_is_set_aside_and_told(station, kind):
    station.poison(kind)
    station.step()
    station.check()
    station.work(3)
    station.step()
    station.check()


@pytest.mark.parametrize(
    "places",
    [{0: "day"}, {150: "rule"}, {299: "long"}, {0: "item", 1: "payment", 77: "rule", 150: "long", 299: "person"}],
)
def test_poison_among_many_is_found_in_few_transactions_and_everything_else_is_stored(station, places):
    for number in range(MANY):
        station.poison(places[number]) if number in places else station.work(1)
    begun = []
    with listening("begin", begun.append):
        station.step()
    station.check()
    # Halving takes two for each level; then the fact is tried alone once more, and set aside.
    written = [conn for conn in begun if "sqlite_begin" in conn.get_execution_options()]
    assert len(written) <= len(places) * (2 * math.ceil(math.log2(MANY)) + 3)


def test_a_refusal_whose_answer_was_lost_is_counted_once_all_the_same(station, monkeypatch):
    """The program dies, or the connection does, after the master has set it aside and before the journal knows."""
    station.work(2)
    station.poison("day")
    station.work(2)
    real = followed.store
    with monkeypatch.context() as patched:

        def lost(*what):
            real(*what)
            raise DatabaseBusy("the database did not answer in time, or the connection broke")

        patched.setattr(followed, "store", lost)
        assert station.step().master == "away"
    station.step()
    station.check()
    station.start()
    assert station.step() == LinkStatus(master="ok", refused=1)


ERRORS = {
    "mysql": [
        pymysql.err.OperationalError(1142, "INSERT command denied to user 'till'@'%' for table `orders`"),
        pymysql.err.OperationalError(1021, "Disk full (/tmp); waiting for someone to free some space"),
        pymysql.err.ProgrammingError(1146, "Table 'station.orders' doesn't exist"),
        pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"),
    ],
    "mssql": [
        pyodbc.ProgrammingError(
            "42000", "[42000] [FreeTDS][SQL Server]The INSERT permission was denied (229) (SQLExecute)"
        ),
        pyodbc.ProgrammingError("42000", "[42000] [FreeTDS][SQL Server]Could not allocate space (1105) (SQLExecute)"),
        pyodbc.ProgrammingError(
            "42S02", "[42S02] [FreeTDS][SQL Server]Invalid object name 'orders'. (208) (SQLExecute)"
        ),
        pyodbc.Error("HY000", "The driver did not supply an error!"),
    ],
    "sqlite": [
        sqlite3.OperationalError("attempt to write a readonly database"),
        sqlite3.OperationalError("database or disk is full"),
        sqlite3.OperationalError("no such table: main.orders"),
        sqlite3.OperationalError("disk I/O error"),
    ],
}


@pytest.mark.parametrize("which", range(4), ids=["no right", "full disk", "no table", "lost connection"])
def test_what_is_the_masters_own_fault_sets_nothing_aside(station, which):
    station.work(10)

    def refuse(_cursor, statement, *_):
        if statement.startswith("INSERT INTO orders "):
            raise ERRORS[station.engine.dialect.name][which]

    with listening("do_execute", refuse), listening("do_executemany", refuse):
        for _ in range(3):
            told = station.step()
            assert (told.master, told.queue, told.refused) == ("away", 10, 0)
            assert told.message.startswith("the database ")
    station.step()
    station.check()


@pytest.mark.parametrize("station", ["mariadb", MSSQL], indirect=True)
def test_two_programs_that_write_for_one_station_at_the_same_moment_set_nothing_aside(station):
    """As when a station was replaced and the old one is still on: their chain in the audit is one."""
    other = station.day.entry(99, SoldOut(item=station.day.item("Cola").id, sold_out=True), name="the old one")
    station.record(station.day.sale(("Chips", 1), name="new"))
    step = threading.Thread(target=station.step)
    with station.engine.connect() as first, first.begin():
        store_facts(first, "till1", [other])
        step.start()
        step.join(1.0)
    step.join(60)
    station.entries.insert(1, other)
    station.check()


def test_what_this_version_cannot_read_waits_for_one_that_can_and_holds_nothing_up(station, monkeypatch):
    cola, waiting = station.day.item("Cola").id, []
    for number in (3, 0, 4):
        station.work(number)
        waiting.append(station.record(SoldOut(item=cola, sold_out=True)))
        make_unreadable(station.home / "journal.db", waiting[-1])
        station.entries.remove(waiting[-1])
    station.work(2)
    station.step()
    station.check()
    station.start()
    station.step()
    station.check()
    old = journals._FACT

    class Newer:
        def decode(self, body):
            return old.decode(body.replace(b"menu.paused", b"menu.sold_out"))

    monkeypatch.setattr(journals, "_FACT", Newer())
    station.start()
    station.entries += waiting
    for _ in range(3):
        station.work(1)
        station.step()
        station.check()


def make_unreadable(path, entry):
    """Its newest fact, as a version after this one would have written it."""
    with sqlite3.connect(path) as db:
        body, at, previous = db.execute("SELECT body, at, previous FROM facts WHERE seq = ?", (entry.seq,)).fetchone()
        body = body.replace(b"menu.sold_out", b"menu.paused")
        digest = journals._hash(previous, entry.id, "menu.paused", body, entry.staff, at)
        db.execute("UPDATE facts SET kind = 'menu.paused', body = ?, hash = ? WHERE seq = ?", (body, digest, entry.seq))
    db.close()


@contextmanager
def listening(name, to):
    event.listen(Engine, name, to)
    yield
    event.remove(Engine, name, to)
