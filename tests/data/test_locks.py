"""One at a time: whoever comes second is told at once, and nobody's death keeps a lock."""

import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

sys.path.insert(0, str(Path(__file__).parents[1]))
import masters as there
from masters import MASTER_KINDS, MSSQL, mariadb_url, reachable
from proxy import Proxy

from station.data import engines, locks
from station.data.locks import Taken, application_lock, exclusively, lease
from station.data.queries.replica import changes_waiting, next_changes, queue_rows, queued_keys
from station.data.session import open_engine, outside_transactions, reading, writing
from station.data.tables import ledger, shop
from station.errors import DatabaseBusy, DataError

QUEUE = ledger.replica_changes
NAMES = ("migrate", "pump", "backup")
LEASED = pytest.mark.parametrize("empty_engine", MASTER_KINDS, indirect=True)
GIVES_UP_S = 20.0


@pytest.fixture
def address(request, empty_engine, masters, tmp_path):
    """Of the database of `empty_engine`, as a program would be told it."""
    if empty_engine.dialect.name == "sqlite":
        return make_url(f"sqlite:///{tmp_path}/master.db")
    return masters.url("mariadb" if empty_engine.dialect.name == "mysql" else "mssql")


@pytest.fixture(autouse=True)
def no_lease_is_left(empty_engine):
    yield
    with writing(empty_engine) as conn:
        conn.execute(delete(QUEUE))


def taken_by_somebody(engine, what):
    try:
        with exclusively(engine, what):
            return False
    except Taken:
        return True


def wait_until_free(engine, what):
    deadline = time.monotonic() + GIVES_UP_S
    while taken_by_somebody(engine, what):
        assert time.monotonic() < deadline, "the lock outlived its holder"
        time.sleep(0.05)


def needs_locks_of_connections(engine):
    """Where the server has none, a lease runs out by itself instead."""
    if engine.dialect.name == "mssql":
        with outside_transactions(engine) as conn:
            if locks._ask_for(conn, "backup") is None:
                pytest.skip("this T-SQL server has no application locks")


@pytest.mark.parametrize("what", NAMES)
def test_the_second_is_told_at_once_who_is_at_it(empty_engine, what):
    began = time.monotonic()
    with exclusively(empty_engine, what), pytest.raises(Taken) as caught, exclusively(empty_engine, what):
        pytest.fail("two had it")
    assert time.monotonic() - began < 5
    assert str(caught.value).startswith("another program is ")
    assert str(caught.value).endswith("now; wait until it has ended")
    assert not taken_by_somebody(empty_engine, what)


def test_of_many_at_once_one_gets_it(empty_engine):
    ready, over, got = threading.Barrier(4, timeout=30), threading.Barrier(4, timeout=30), []

    def try_it():
        ready.wait()
        try:
            with exclusively(empty_engine, "pump"):
                got.append("it")
                over.wait()
        except Taken:
            got.append("nothing")
            over.wait()

    in_threads(4, try_it)
    assert sorted(got) == ["it", "nothing", "nothing", "nothing"]


def test_it_is_free_again_after_an_exception(empty_engine):
    with pytest.raises(LookupError), exclusively(empty_engine, "pump"):
        raise LookupError
    assert not taken_by_somebody(empty_engine, "pump")


def test_locks_of_other_names_do_not_disturb_each_other(empty_engine):
    with exclusively(empty_engine, "migrate"), exclusively(empty_engine, "pump"), exclusively(empty_engine, "backup"):
        assert all(taken_by_somebody(empty_engine, what) for what in NAMES)
    assert not any(taken_by_somebody(empty_engine, what) for what in NAMES)


def test_the_same_lock_of_another_database_is_another(request, empty_engine, tmp_path):
    kind = empty_engine.dialect.name
    if kind == "sqlite":
        other = open_engine(f"sqlite:///{tmp_path}/other.db", create=True)
    elif kind == "mysql":
        other = open_engine(mariadb_url(request.getfixturevalue("mariadb"), f"other_{uuid.uuid4().hex[:8]}"))
    else:
        other = open_engine(reachable(make_url(there.MSSQL_URL)).set(database="master"))
        if other.url.database == empty_engine.url.database:
            pytest.skip("this T-SQL server lets nobody make a second database")
    with exclusively(empty_engine, "pump"), exclusively(other, "pump"):
        assert taken_by_somebody(empty_engine, "pump")
        assert taken_by_somebody(other, "pump")
    other.dispose()


def test_renewing_one_that_is_held_keeps_it(empty_engine):
    with exclusively(empty_engine, "pump") as hold:
        hold.renew()
        hold.renew()
        assert taken_by_somebody(empty_engine, "pump")


_HOLDER = """
import sys, time
from station.data.locks import exclusively
from station.data.session import open_engine

with exclusively(open_engine(sys.stdin.readline().strip()), "pump"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_it_is_free_again_when_its_holder_was_killed(empty_engine, address):
    needs_locks_of_connections(empty_engine)
    holder = subprocess.Popen([sys.executable, "-c", _HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        holder.stdin.write(address.render_as_string(hide_password=False) + "\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        assert taken_by_somebody(empty_engine, "pump")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        wait_until_free(empty_engine, "pump")
    finally:
        holder.kill()
        holder.communicate()


@pytest.mark.parametrize("empty_engine", ["mariadb", MSSQL], indirect=True)
def test_a_lock_whose_connection_was_cut_is_lost_for_good(empty_engine, address):
    needs_locks_of_connections(empty_engine)
    with Proxy(address.port) as proxy:
        engine = open_engine(address.set(port=proxy.port))
        with exclusively(engine, "pump") as hold:
            hold.renew()
            proxy.refuse()
            with pytest.raises(Taken, match="the lock 'pump' was lost with its connection"):
                hold.renew()
            proxy.resume()
            wait_until_free(empty_engine, "pump")
            # A new connection has no lock, however well it works.
            with pytest.raises(Taken):
                hold.renew()
        with exclusively(engine, "pump"):
            assert taken_by_somebody(empty_engine, "pump")
        engine.dispose()


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_lock_that_cannot_be_made_is_named(empty_engine, tmp_path):
    (tmp_path / "master.db.pump.lock").mkdir()
    with pytest.raises(DataError, match=r"master\.db\.pump\.lock cannot be made"), exclusively(empty_engine, "pump"):
        pytest.fail("it was made")


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_server_without_application_locks_is_known_by_its_number(empty_engine):
    def answer(number):
        def execute(*_):
            words = f"[42000] [FreeTDS][SQL Server]Could not find stored procedure ({number}) (SQLExecDirectW)"
            raise DBAPIError("EXEC", None, Exception("42000", words))

        server = SimpleNamespace(url=SimpleNamespace(database="shop"))
        return SimpleNamespace(dialect=SimpleNamespace(name="mssql"), engine=server, execute=execute)

    assert locks._ask_for(answer(2812), "pump") is None
    with pytest.raises(DBAPIError):
        locks._ask_for(answer(229), "pump")


@pytest.mark.parametrize("empty_engine", [MSSQL], indirect=True)
def test_without_application_locks_a_lease_stands_in(empty_engine, monkeypatch):
    monkeypatch.setattr(locks, "_ask_for", lambda *_: None)
    with application_lock(empty_engine, "pump") as hold:
        assert leases(empty_engine) == [-2]
        hold.renew()
        with pytest.raises(Taken), application_lock(empty_engine, "pump"):
            pytest.fail("two had it")
    assert leases(empty_engine) == []


@pytest.fixture
def clock(monkeypatch):
    """The leases' clock; a test sets it forward."""

    class Clock(datetime):
        ahead_s = 0.0

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=cls.ahead_s)

    monkeypatch.setattr(locks, "datetime", Clock)
    return Clock


def leases(engine):
    with reading(engine) as conn:
        return conn.scalars(select(QUEUE.c.id).where(QUEUE.c.id < 0).order_by(QUEUE.c.id)).all()


@LEASED
def test_a_lease_is_of_one_at_a_time_and_is_given_back(empty_engine):
    with lease(empty_engine, "pump"):
        assert leases(empty_engine) == [-2]
        with pytest.raises(Taken, match="another program is the pump of"), lease(empty_engine, "pump"):
            pytest.fail("two had it")
        with lease(empty_engine, "backup"):
            assert leases(empty_engine) == [-3, -2]
        assert leases(empty_engine) == [-2]
    assert leases(empty_engine) == []
    with pytest.raises(LookupError), lease(empty_engine, "pump"):
        raise LookupError
    assert leases(empty_engine) == []


@LEASED
def test_a_lease_runs_out_is_taken_over_and_then_lost_to_the_first(empty_engine, clock):
    with lease(empty_engine, "pump", seconds=10) as first:
        clock.ahead_s += 9
        with pytest.raises(Taken), lease(empty_engine, "pump", seconds=10):
            pytest.fail("it had a second left")
        clock.ahead_s += 2
        with lease(empty_engine, "pump", seconds=10) as second:
            with pytest.raises(Taken, match="the lock 'pump' ran out and somebody else took it"):
                first.renew()
            second.renew()
            clock.ahead_s += 9
            with pytest.raises(Taken):
                first.renew()
            second.renew()
    assert leases(empty_engine) == []


@LEASED
def test_one_that_lost_its_lease_does_not_give_back_another_s(empty_engine, clock):
    @contextmanager
    def held():
        with lease(empty_engine, "pump", seconds=10) as hold:
            yield hold

    first = held()
    first.__enter__()
    clock.ahead_s += 11
    with lease(empty_engine, "pump", seconds=10) as second:
        first.__exit__(None, None, None)
        assert leases(empty_engine) == [-2]
        second.renew()


@LEASED
def test_renewing_keeps_a_lease_beyond_its_time(empty_engine, clock):
    with lease(empty_engine, "pump", seconds=10) as hold:
        for _ in range(3):
            clock.ahead_s += 9
            hold.renew()
        with pytest.raises(Taken), lease(empty_engine, "pump"):
            pytest.fail("two had it")


@LEASED
@pytest.mark.parametrize("left_by_somebody", [False, True])
def test_of_many_that_want_a_lease_at_once_one_gets_it(empty_engine, left_by_somebody):
    if left_by_somebody:
        long_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        with writing(empty_engine) as conn:
            conn.execute(insert(QUEUE).values(id=-2, table_name="", row_key=f"dead {long_ago}"))
    ready, over, got = threading.Barrier(4, timeout=30), threading.Barrier(4, timeout=30), []

    def try_it():
        ready.wait()
        try:
            with lease(empty_engine, "pump"):
                got.append("it")
                over.wait()
        except Taken:
            got.append("nothing")
            over.wait()

    in_threads(4, try_it)
    assert sorted(got) == ["it", "nothing", "nothing", "nothing"]


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_lease_that_cannot_be_written_says_why(empty_engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    with closing(sqlite3.connect(tmp_path / "master.db", isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy, match="busy with somebody else's change"), lease(empty_engine, "pump"):
            pytest.fail("it was written")


@LEASED
def test_the_pump_never_sees_a_lease(empty_engine):
    with writing(empty_engine) as conn:
        queue_rows(conn, shop.shops, ["a"])
    with lease(empty_engine, "pump"), lease(empty_engine, "migrate"):
        with writing(empty_engine) as conn:
            queue_rows(conn, shop.shops, ["b"])
        assert len(leases(empty_engine)) == 2
        with reading(empty_engine) as conn:
            changes = next_changes(conn, 10)
            assert [(one.table, one.key) for one in changes] == [("shops", "a"), ("shops", "b")]
            assert min(one.id for one in changes) > 0
            assert changes_waiting(conn) == 2
            assert queued_keys(conn, shop.shops) == {"a", "b"}


@pytest.mark.parametrize("empty_engine", [MSSQL], indirect=True)
def test_what_changes_while_a_lease_alone_stands_in_the_queue_is_seen(empty_engine):
    """Not so on SQLite, which counts on from its highest key; no lease is ever taken there."""
    with lease(empty_engine, "pump"):
        with writing(empty_engine) as conn:
            queue_rows(conn, shop.shops, ["a", "b"])
        with reading(empty_engine) as conn:
            assert changes_waiting(conn) == 2


def in_threads(count, work):
    threads = [threading.Thread(target=work) for _ in range(count)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
