"""The network and the servers fail wherever they can: what was under way is done again, and nothing is lost or old."""

import gc
import itertools
import logging
import os
import random
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from station.daemon import setup_logging
from station.data import engines, replicated
from station.data.locks import Hold, Taken
from station.data.replica_tables import in_replica
from station.data.replicated import Ends, Pump, Pumped, pumping
from station.data.session import open_engine, reading
from station.data.tables import ledger, menu, orders, shop
from station.demo.mariadb import PrivateMariaDB
from station.errors import DataError
from station.local.status import ReplicaStatus, read_status
from station.replica.follow import Follower

ITEMS, ORDERS, SETTINGS = menu.menu_items, orders.orders, shop.station_settings
PROGRESS = in_replica(ledger.replica_changes)
# Where the kind of master makes no difference.
on_sqlite = pytest.mark.parametrize("both", ["sqlite"], indirect=True)
STATION = Path(sys.executable).with_name("station")


class Program:
    """The replica program's rounds, by hand: each a minute after the one before."""

    def __init__(self, both, replica, tmp_path):
        self.clock, self.both = 0.0, both
        self.path = tmp_path / "replica.json"
        self.follower = Follower(lambda: pumping(both.master, replica), status=self.path, monotonic=lambda: self.clock)

    @property
    def status(self):
        return read_status(self.path, ReplicaStatus)

    def step(self):
        self.clock += 61
        return self.follower.step()

    def catch_up(self, rounds=400):
        """Until the queue was found empty; gives the states that were seen on the way."""
        seen = set()
        for _ in range(rounds):
            more = self.step() == 0.0
            seen.add(self.status.state)
            if self.status.state == "ok" and not more and not self.both.waiting():
                return seen
        pytest.fail(f"it never caught up: {self.status}")


@pytest.fixture
def program(tmp_path):
    made = []

    def make(both, replica):
        made.append(Program(both, replica, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.follower.close()


def _change(both, number):
    """One of each kind, with both forms of a key."""
    both.rename_item("Cola", "Kola") if number % 2 else both.rename_item("Kola", "Cola")
    both.write(delete(SETTINGS).where(SETTINGS.c.name == "now"))
    both.setting("now", str(number))
    both.write(delete(ORDERS).where(ORDERS.c.number == "t1-000"))
    both.add_orders(2, name=f"round {number}")


def _same(both):
    """What `_change` touched; everything is compared at the end."""
    for table in (ITEMS, SETTINGS, ORDERS):
        here = [row._mapping for row in both.here(table)]
        assert here == [
            {name: row._mapping[name] for name in one} for one, row in zip(here, both.there(table), strict=True)
        ]


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_batch_survives_a_cut_at_each_of_its_requests(filled, proxied, proxy, cut):
    """Without help: the pump itself tries again."""
    with filled.pumping(replica=proxied) as pump:
        for number in itertools.count(1):
            _change(filled, number)
            getattr(proxy, cut)(number)
            pump.pump()
            assert pump.pump() == Pumped(0, 0, 0)
            _same(filled)
            if proxy.planned:
                break
    assert number >= 8
    proxy.resume()
    assert filled.equal()


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_the_program_survives_a_cut_at_each_request(filled, proxied, proxy, program, cut, monkeypatch):
    """From the login on, with a portion of the first copy to do and a batch of the queue: whatever breaks, it goes on."""
    monkeypatch.setattr(replicated, "PORTION", 30)
    pump = program(filled, proxied)
    for number in itertools.count(1, 1 if filled.kind == "sqlite" else 9):
        _change(filled, number)
        filled.on_replica(delete(PROGRESS).where(PROGRESS.c.table_name.in_(["menu_items", "orders"])))
        proxy.resume()
        getattr(proxy, cut)(number)
        # A server may need a moment to see that a lock's holder has gone.
        assert pump.catch_up() <= {"copying", "ok", "away", "standby"}
        pump.follower.close()
        _same(filled)
        if proxy.planned:
            break
    assert number > 40
    proxy.resume()
    assert filled.equal()


@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_making_the_tables_survives_cuts(make_both, replica_url, proxy, program, cut):
    """MySQL commits each of its steps by itself, so that each may be done twice."""
    both = make_both("sqlite")
    for number in itertools.count(3, 29):
        both.replica = replica_url()
        pump = program(both, both.replica.set(port=proxy.port))
        getattr(proxy, cut)(number)
        while pump.step() and pump.status.state != "copying":
            pass
        pump.follower.close()
        if proxy.planned:
            break
    assert number > 150
    proxy.resume()
    both.cloud.dispose()
    both.cloud = engines.engine_at(both.replica)
    both.fill()
    assert both.equal()


@on_sqlite
def test_a_stall_is_bounded_and_over_when_it_is_over(filled, proxied, proxy, program, monkeypatch):
    monkeypatch.setattr(engines, "ANSWER_S", 1)
    monkeypatch.setattr(engines, "CONNECT_S", 1)
    pump = program(filled, proxied)
    pump.catch_up()
    _change(filled, 1)
    proxy.stall()
    start = time.monotonic()
    pump.step()
    assert time.monotonic() - start < 12
    assert pump.status.state == "away"
    assert "did not answer in time" in pump.status.message
    proxy.resume()
    pump.catch_up()
    _same(filled)
    assert filled.equal()


@on_sqlite
def test_a_session_whose_network_is_gone_does_not_keep_its_rows_locked(filled, proxied, proxy, monkeypatch):
    """The server never hears that its client has given up: no packet reaches it any more."""
    monkeypatch.setattr(engines, "ANSWER_S", 1)
    monkeypatch.setattr(engines, "IDLE_S", 2)
    _change(filled, 1)
    with filled.pumping(replica=proxied) as pump:
        write = pump._write

        def lost(*given):
            write(*given)
            proxy.stall()

        pump._write = lost
        with pytest.raises(DataError, match="did not answer in time"):
            pump.pump()
    start = time.monotonic()
    monkeypatch.setattr(engines, "ANSWER_S", 30)
    assert filled.fill()[0] > 0
    assert time.monotonic() - start < 8
    _same(filled)


@on_sqlite
def test_a_slow_network_is_only_slow(filled, proxied, proxy, program):
    proxy.delay_s = 0.05
    _change(filled, 1)
    assert program(filled, proxied).catch_up() == {"ok"}
    _same(filled)


@on_sqlite
def test_a_refused_network_is_told_once_and_is_no_end(filled, proxied, proxy, program, caplog):
    pump = program(filled, proxied)
    pump.catch_up()
    proxy.refuse()
    for number in range(3):
        _change(filled, number)
        pump.step()
    status = pump.status
    assert (status.state, status.since is not None, "\n" in status.message) == ("away", True, False)
    proxy.resume()
    assert pump.catch_up() == {"ok"}
    assert sum("replica=away" in record.getMessage() for record in caplog.records) == 1
    assert filled.equal()


@on_sqlite
def test_a_connection_that_breaks_as_it_is_given_back_leaves_no_trace_of_code_in_the_log(
    filled, proxied, proxy, capsys
):
    root, pool = logging.getLogger(), logging.getLogger("sqlalchemy.pool")
    kept = root.level, root.handlers[:], pool.level
    for usual in (logging.NOTSET, None):
        setup_logging("replica")
        if usual is not None:
            pool.setLevel(usual)
        engine = open_engine(proxied)
        conn = engine.connect()
        conn.execute(text("SELECT 1"))
        proxy.refuse()
        # Dropped, as by an error in the middle of a transaction: the pool takes it back by itself.
        del conn
        gc.collect()
        proxy.resume()
        engine.dispose()
        assert ("Traceback" in capsys.readouterr().out) is (usual is not None)
    root.handlers[:] = kept[1]
    root.setLevel(kept[0])
    pool.setLevel(kept[2])


def test_a_pump_that_lost_its_lock_writes_nothing_old_over_what_the_next_one_wrote(filled):
    """It had read the row and was held up; meanwhile its lock ran out, and another pump brought a newer row."""
    ends = Ends(filled.master, filled.replica)
    held_up = Pump(ends, Hold())
    filled.rename_item("Cola", "old")
    write = held_up._write

    def late(*given):
        filled.rename_item("old", "new")
        filled.fill()
        write(*given)

    held_up._write = late
    with pytest.raises(Taken, match="another pump fills the replica"):
        held_up.pump()
    ends.close()
    assert filled.there(ITEMS, text("name = 'new'"))
    assert filled.equal()


def test_a_server_that_is_killed_in_the_middle_has_everything_when_it_is_back(
    make_both, tmp_path, program, replica_url
):
    server = PrivateMariaDB(tmp_path)
    try:
        server.create_database("replica")
        address = replica_url(port=server.port, database="replica", query={"ca": str(server.ca)})
        both = make_both("sqlite", replica=address)
        pump = program(both, address)
        pump.catch_up()
        chance, seen = random.Random(7), set()
        for number in range(10):
            for part in range(5):
                _change(both, 5 * number + part)
            killer = threading.Timer(chance.uniform(0, 0.12), server.kill)
            killer.start()
            while killer.is_alive():
                pump.step()
                both.rename_item("Chips", "Chips")
                seen.add(pump.status.state)
            pump.step()
            seen.add(pump.status.state)
            server.start()
            pump.catch_up()
            _same(both)
        assert "away" in seen
        assert both.equal()
    finally:
        server.kill()


def test_a_pump_that_is_killed_in_the_middle_leaves_nothing_out_and_nothing_twice(make_both):
    both = make_both("sqlite")
    both.add_orders(4000, name="before")
    chance = random.Random(11)
    command = [str(STATION), "replica", "run", "--url", both.master, "--replica-url", both.typed]
    environment = {**os.environ, "STATION_REPLICA_PASSWORD": both.replica.password}
    for number in range(10):
        before = _writer(both)
        pump = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        _wait(lambda before=before, pump=pump: _writer(both) != before or pump.poll() is not None)
        _change(both, number)
        both.write(update(ORDERS).values(note=f"round {number}"))
        time.sleep(chance.uniform(0, 0.6))
        pump.kill()
        assert pump.communicate()[1] == b""
    done = subprocess.run([*command, "--once"], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "The replica has all that the master has." in done.stdout) == (0, True), done.stderr
    _same(both)
    assert both.equal()


def _writer(both):
    """Which pump was the last to begin."""
    with suppress(DataError), reading(both.cloud) as conn:
        return conn.scalar(select(PROGRESS.c.row_key).where(PROGRESS.c.id == 0))


def _wait(come_true, limit_s=30.0):
    end = time.monotonic() + limit_s
    while not come_true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_a_week_without_internet_is_caught_up(make_both, program, capsys):
    both = make_both("sqlite")
    both.fill()
    both.add_orders(3000)
    for number in range(32):
        both.write(update(ORDERS).values(note=f"change {number}"))
    both.add_orders(1000, name="more")
    queued = both.waiting()
    assert queued == 100_000
    pump = program(both, both.replica)
    start = time.monotonic()
    pump.catch_up()
    took_s = time.monotonic() - start
    with capsys.disabled():
        sys.stdout.write(f"\n{queued} changes of {len(both.here(ORDERS))} rows were caught up in {took_s:.1f} s\n")
    with reading(both.engine) as conn:
        assert conn.scalar(text("SELECT count(*) FROM replica_changes")) == 0
    _same(both)
    assert both.equal()
