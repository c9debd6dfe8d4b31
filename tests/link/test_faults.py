"""The network between a station and its master, harmed at every request: each fact arrives once, in order, as it was."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, select, update

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from masters import MSSQL, Masters
from proxy import Proxy

from station.data import engines, session
from station.data.followed import Master
from station.data.queries.audit import broken_at
from station.data.queries.link_facts import store_facts
from station.data.queries.screens import load_shop
from station.data.session import reading, writing
from station.data.snapshot import version_of
from station.data.tables import ledger, menu, orders, payments, shop, staff
from station.domain.facts import FloorReported, OrderSent, SoldOut, SplitOff, StaffSeen, TokenSplit
from station.link.follow import Follower
from station.local.journal import Journal
from station.local.status import LinkStatus, read_status
from tests.data.conftest import NOW, Day

COUNTED = "Pulled pork bun"
PLENTY = 10_000
ANOTHER_PROGRAM = """
import sys, time
from pathlib import Path
from station.data.followed import Master
from station.link.follow import Follower
from station.local.journal import Journal

home = Path(sys.argv[1])
files = {"snapshot": home / "snapshot.db", "status": home / "link.json"}
Follower("till1", Journal(home / "journal.db", "till1"), Master(sys.argv[2]), **files, monotonic=time.monotonic).step()
"""


@pytest.fixture(scope="session")
def masters(tmp_path_factory, request):
    made = Masters(tmp_path_factory.mktemp("masters"), lambda: request.getfixturevalue("mariadb"))
    yield made
    made.close()


class Station:
    """A till whose link goes through `proxy`; a test steps it by hand. `said`: its status after each round."""

    def __init__(self, home, engine, url, proxy):
        self.home, self.engine, self.proxy = home, engine, proxy
        self.url = url.set(port=proxy.port)
        with reading(engine) as conn:
            self.day = Day(load_shop(conn, "till1", NOW))
        self.entries, self.places, self.said = [], {}, []
        self.clock_s = 1000.0
        self.journal = Journal(home / "journal.db", "till1")
        self.master = Master(self.url)
        files = {"snapshot": home / "snapshot.db", "status": home / "link.json"}
        self.follower = Follower(
            "till1", self.journal, self.master, **files, monotonic=lambda: self.clock_s, now=lambda: NOW
        )

    def record(self, fact, who=None):
        person = next((one.id for one in self.day.shop.staff if one.name == who), None)
        entry = self.journal.append(fact, person, NOW + timedelta(seconds=len(self.entries)))
        self.entries.append(entry)
        return entry

    def work(self, name):
        """Two orders with several lines, where they went, one split, an item sold out or back, and who was there."""
        day, amina = self.day, next(one.id for one in self.day.shop.staff if one.name == "Amina")
        self.record(StaffSeen(staff=amina, what="login", how="wallet"))
        one = self.record(day.sale(("Classic burger", 2), ("Chips", 3), (COUNTED, 1), name=f"one {name}"), "Amina")
        two = self.record(day.sale(("Chips", 1), ("Cola", 2), name=f"two {name}"), "Amina")
        for sold in (one, two):
            self.record(day.report(sold, "inbox", hop=1, source="", verb="send"))
        off = (SplitOff(line=one.fact.lines[1].id, count=1),)
        split = self.record(TokenSplit(order=one.fact.order, part="1", place="inbox", off=off, to="hold"), "Kofi")
        self.record(day.report(split, "inbox", hop=2, revision=1, verb="split"))
        self.record(SoldOut(item=day.item("Cola").id, sold_out=len(self.places) % 8 == 0), "Kofi")
        self.record(StaffSeen(what="refused"))
        parts = {"1": "parents", "1-1": "inbox", "1-2": "hold"}
        self.places |= {(one.fact.order, part): place for part, place in parts.items()}
        self.places[two.fact.order, "1"] = "inbox"

    def step(self):
        self.clock_s += 3
        self.follower.step()
        self.said.append(read_status(self.home / "link.json", LinkStatus))
        return self.said[-1]

    def bring(self, rounds=10):
        self.said.clear()
        while self.step().master != "ok" or self.journal.cursor("link") < self.journal.last():
            assert len(self.said) < rounds, self.said[-1]

    def check(self):
        """Every fact's rows are there exactly once, and in the journal's order."""
        sales = [one.fact for one in self.entries if isinstance(one.fact, OrderSent)]
        lines = [line for sale in sales for line in sale.lines]
        modifiers = [modifier.id for line in lines for modifier in line.modifiers]
        audited = [one.id for one in self.entries if not isinstance(one.fact, FloorReported)]
        with reading(self.engine) as conn:
            for column, expected in (
                (orders.orders.c.id, [sale.order for sale in sales]),
                (orders.order_lines.c.id, [line.id for line in lines]),
                (orders.order_line_modifiers.c.id, modifiers),
                (payments.payments.c.id, [tender.id for sale in sales for tender in sale.tenders]),
                (orders.token_moves.c.id, [one.id for one in self.entries if isinstance(one.fact, FloorReported)]),
                (staff.login_events.c.id, [one.id for one in self.entries if isinstance(one.fact, StaffSeen)]),
            ):
                assert sorted(conn.scalars(select(column))) == sorted(expected), column
            token = orders.order_tokens.c
            found = conn.execute(select(token.order_id, token.part, token.place)).all()
            assert {(order, part): place for order, part, place in found} == self.places
            assert len(found) == len(self.places)
            row = ledger.audit_events.c
            audit = conn.execute(select(row.id, row.seq, row.kind).order_by(row.seq)).all()
            assert [(one.id, one.seq) for one in audit] == [(id_, at) for at, id_ in enumerate(audited, start=1)]
            assert not any(one.kind.startswith("refused") for one in audit)
            till = conn.scalar(select(shop.stations.c.id).where(shop.stations.c.code == "till1"))
            assert broken_at(conn, till) is None
            left = conn.scalar(select(menu.menu_items.c.remaining).where(menu.menu_items.c.name == COUNTED))
            assert left == PLENTY - sum(line.count for line in lines if line.name == COUNTED)
        assert self.journal.cursor("link") == self.journal.last() == len(self.entries)
        assert read_status(self.home / "link.json", LinkStatus) == LinkStatus(master="ok")

    @contextmanager
    def when_it_writes(self, moment, do):
        """Does it once: when the link is about to write the orders, or to commit them."""
        seen = []

        def writes(conn, _cursor, statement, *_):
            if conn.engine.url.port == self.proxy.port and statement.startswith("INSERT INTO orders ") and not seen:
                seen.append(conn)
                if moment == "the statement":
                    do()

        def commits(conn):
            if seen and conn is seen[0] and moment == "the commit":
                seen.append("done")
                do()
                seen[0] = None

        event.listen(Engine, "before_cursor_execute", writes)
        event.listen(Engine, "commit", commits)
        yield
        event.remove(Engine, "before_cursor_execute", writes)
        event.remove(Engine, "commit", commits)
        assert seen


@pytest.fixture(params=["mariadb", MSSQL])
def station(request, masters, tmp_path):
    url = masters.url(request.param)
    if url.host not in {"127.0.0.1", "localhost"}:
        pytest.skip("the proxy reaches servers on this machine only")
    engine = masters.seeded(request.param, tmp_path / "unused", NOW)
    with writing(engine) as conn:
        conn.execute(update(menu.menu_items).where(menu.menu_items.c.name == COUNTED).values(remaining=PLENTY))
    with Proxy(url.port) as proxy:
        made = Station(tmp_path, engine, url, proxy)
        yield made
        made.journal.close()
        made.master.close()
    engine.dispose()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_connection_cut_at_any_request_of_a_batch_loses_nothing_and_repeats_nothing(station, cut):
    station.bring()
    tried = 0
    while not station.proxy.planned:
        tried += 1
        station.work(f"{tried}")
        getattr(station.proxy, f"cut_{cut}")(tried)
        station.bring()
    station.proxy.resume()
    station.check()
    assert tried > 20
    assert version_of(station.home / "snapshot.db") == station.master.version()


@pytest.mark.timeout(900)
def test_a_connection_cut_at_any_request_of_a_first_visit_is_tried_again(station):
    station.bring()
    tried = 0
    while not station.proxy.planned:
        tried += 1
        station.record(StaffSeen(what="refused"))
        station.master.close()
        (station.proxy.cut_before if tried % 2 else station.proxy.cut_after)(tried)
        station.bring()
        assert all(told.message.startswith("the database ") for told in station.said[:-1])
    station.check()


def test_a_commit_whose_answer_was_lost_is_found_done_at_once(station):
    station.bring()
    station.work("one")
    with station.when_it_writes("the commit", lambda: station.proxy.cut_after(1)):
        assert station.step().master == "ok"
    assert not station.proxy.planned
    station.check()


def test_a_commit_whose_answer_was_lost_is_found_done_by_the_next_program(station, monkeypatch):
    monkeypatch.setattr(session, "ATTEMPTS", 1)
    station.bring()
    station.work("one")
    with station.when_it_writes("the commit", lambda: station.proxy.cut_after(1)):
        assert station.step().master == "away"
    assert station.journal.cursor("link") == 0
    where = station.url.render_as_string(hide_password=False)
    subprocess.run([sys.executable, "-c", ANOTHER_PROGRAM, str(station.home), where], check=True, timeout=120)
    station.check()


@pytest.mark.parametrize("decided", ["done", "taken back"])
def test_a_batch_that_is_brought_again_while_its_first_try_is_undecided_waits_for_it(station, decided):
    station.bring()
    station.work("one")
    retry = threading.Thread(target=station.step)
    with station.engine.connect() as first:
        transaction = first.begin()
        store_facts(first, "till1", station.entries)
        retry.start()
        retry.join(1.0)
        waits = retry.is_alive()
        transaction.commit() if decided == "done" else transaction.rollback()
    retry.join(60)
    assert waits
    assert not retry.is_alive()
    station.bring()
    station.check()


@pytest.mark.parametrize("moment", ["the statement", "the commit"])
def test_a_network_that_swallows_everything_is_given_up_in_time_and_said_calmly(station, monkeypatch, moment):
    monkeypatch.setattr(engines, "ANSWER_S", 1)
    monkeypatch.setattr(engines, "CONNECT_S", 1)
    station.bring()
    station.work("one")
    begin = time.monotonic()
    with station.when_it_writes(moment, station.proxy.stall):
        told = station.step()
    assert time.monotonic() - begin < 30
    assert (told.master, told.queue) == ("away", len(station.entries))
    assert told.message.startswith(f"the database {station.url.database} on 127.0.0.1:{station.proxy.port} ")
    assert told.message.count("\n") == 0
    assert len(told.message) < 200
    station.proxy.resume()
    station.bring()
    station.check()


def test_a_slow_network_only_makes_it_slower(station):
    station.bring()
    station.work("one")
    station.proxy.delay_s = 0.05
    station.proxy.reset()
    begin = time.monotonic()
    station.bring()
    assert time.monotonic() - begin > 2 * 0.05 * 10
    assert [told.master for told in station.said] == ["ok"]
    station.check()


def test_what_people_do_while_the_server_refuses_arrives_in_order_when_it_is_back(station):
    station.bring()
    station.proxy.refuse()
    for number in range(8):
        station.work(f"{number}")
        told = station.step()
        assert (told.master, told.queue) == ("away", len(station.entries))
    station.proxy.resume()
    station.bring()
    station.check()
