"""The network between a station and its master, harmed at every request: each fact arrives once, in order, as it was."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]
from masters import MSSQL, Masters
from proxy import Proxy
from tests.data.conftest import NOW, Day

from station.data.followed import Master
from station.data.queries.audit import broken_at
from station.data.queries.screens import load_shop
from station.data.session import reading, writing
from station.data.snapshot import Snapshots
from station.data.tables import ledger, menu, orders, payments, shop, staff
from station.domain.facts import FloorReported, OrderSent, SoldOut, SplitOff, StaffSeen, TokenSplit
from station.link.follow import Follower
from station.local.journal import Journal
from station.local.status import LinkStatus, read_status

SERVED = ["mariadb", MSSQL]
COUNTED = "Pulled pork bun"
PLENTY = 10_000


@pytest.fixture(scope="session")
def masters(tmp_path_factory, request):
    made = Masters(tmp_path_factory.mktemp("masters"), lambda: request.getfixturevalue("mariadb"))
    yield made
    made.close()


class Station:
    def __init__(self, home, engine, url):
        self.home, self.engine, self.url = home, engine, url
        self.snapshot = home / "snapshot.db"
        self.clock_s = 1000.0
        self.entries = []
        with reading(engine) as conn:
            self.day = Day(load_shop(conn, "till1", NOW))
        self.journal = Journal(home / "journal.db", "till1")
        self.start()

    def start(self):
        """As after a power cut: everything that is not on the disk is gone."""
        self.journal.close()
        self.journal = Journal(self.home / "journal.db", "till1")
        self.master = Master(self.url)
        self.follower = Follower(
            "till1",
            self.journal,
            self.master,
            snapshot=self.snapshot,
            status=self.home / "link.json",
            monotonic=lambda: self.clock_s,
            now=lambda: NOW,
        )

    def record(self, fact, who=None):
        entry = self.journal.append(fact, who, NOW + timedelta(seconds=len(self.entries)))
        self.entries.append(entry)
        return entry

    def work(self, name):
        day = self.day
        amina, kofi = (next(one.id for one in day.shop.staff if one.name == who) for who in ("Amina", "Kofi"))
        self.record(StaffSeen(staff=amina, what="login", how="wallet"))
        one = self.record(day.sale(("Classic burger", 2), ("Chips", 3), (COUNTED, 1), name=f"one {name}"), amina)
        two = self.record(day.sale(("Chips", 1), ("Cola", 2), name=f"two {name}"), amina)
        self.record(day.report(one, "inbox", hop=1, source="", verb="send"))
        self.record(day.report(two, "inbox", hop=1, source="", verb="send"))
        off = SplitOff(line=one.fact.lines[1].id, count=1)
        split = self.record(TokenSplit(order=one.fact.order, part="1", place="inbox", off=(off,), to="hold"), kofi)
        self.record(day.report(split, "inbox", hop=2, revision=1, verb="split"))
        self.record(SoldOut(item=day.item("Cola").id, sold_out=bool(len(self.entries) % 2)), kofi)
        self.record(StaffSeen(staff=amina, what="logout"))

    def bring(self, rounds=20):
        self.said = []
        for _ in range(rounds):
            self.clock_s += 3
            self.follower.step()
            self.said.append((self.status.master, self.status.message))
            if self.status.master == "ok" and self.journal.cursor("link") == self.journal.last():
                return
        pytest.fail(f"after {rounds} rounds: {self.status}")

    @property
    def status(self):
        return read_status(self.home / "link.json", LinkStatus)


@pytest.fixture(params=SERVED)
def station(request, masters, tmp_path):
    engine = masters.seeded(request.param, tmp_path / "unused", NOW)
    url = masters.url(request.param)
    with writing(engine) as conn:
        conn.execute(update(menu.menu_items).where(menu.menu_items.c.name == COUNTED).values(remaining=PLENTY))
    with Proxy(url.port) as proxy:
        made = Station(tmp_path, engine, url.set(port=proxy.port))
        made.proxy = proxy
        yield made
        made.journal.close()
    engine.dispose()


@pytest.mark.parametrize("cut", ["before", "after"])
def test_x(station, cut):
    import time
    n = 0
    station.bring()
    while True:
        n += 1
        station.work(f"{cut} {n}")
        station.master.close()
        getattr(station.proxy, f"cut_{cut}")(n)
        t = time.time()
        station.bring()
        print(cut, n, round(time.time()-t,2), station.said)
        if station.proxy.planned: break
