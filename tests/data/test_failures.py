"""What a database's error becomes: to be tried again, away, or a refusal; one sentence, and no secret in it."""

import random
import sqlite3
import sys
import threading
import traceback
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pymysql
import pyodbc
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import mssql, mysql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MSSQL, mariadb_url

from station.data import engines
from station.data.failures import translate
from station.data.ids import derived_ulid
from station.data.session import (
    ATTEMPTS,
    LONGEST_PAUSE_S,
    in_transaction,
    name_of,
    open_engine,
    open_snapshot,
    reading,
    writing,
)
from station.data.tables import ledger, shop
from station.errors import DatabaseAway, DatabaseBusy, DatabaseRefused, DataError

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUEUE = ledger.replica_changes
PASSWORD = "gehe!m-&-naßforsch"
SECRET = "Allergy: nuts; call 0470 12 34 56"
DIALECTS = {"mssql": (mssql.dialect(), pyodbc.Error), "mysql": (mysql.dialect(), pymysql.Error)}
DIALECTS["sqlite"] = (sqlite.dialect(), sqlite3.Error)


def odbc(kind, state, words, number, function="SQLExecDirectW", driver="[FreeTDS][SQL Server]"):
    """As pyodbc raises it: the state, then everything in one text."""
    return kind(state, f"[{state}] {driver}{words} ({number}) ({function})")


def wrapped(error, dialect, statement="UPDATE shops SET name = ?"):
    """As SQLAlchemy raises it."""
    known, base = DIALECTS[dialect]
    made = DBAPIError.instance(statement, (SECRET,), error, base, hide_parameters=True, dialect=known)
    made.__cause__ = made.__context__ = error
    return made


def told(error, dialect, statement="UPDATE shops SET name = ?"):
    return translate(wrapped(error, dialect, statement), dialect, "shop on hub:1433")


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (
            odbc(pyodbc.Error, "40001", "Transaction (Process ID 55) was deadlocked on lock resources", 1205),
            DatabaseBusy,
            "was busy: two changes waited for each other, and this one was taken back",
        ),
        (
            odbc(pyodbc.ProgrammingError, "42000", "Lock request time out period exceeded.", 1222),
            DatabaseBusy,
            "is busy with somebody else's change; it works again when that is done",
        ),
        (
            odbc(pyodbc.ProgrammingError, "42000", "Database 'shop' is not currently available.", 40613),
            DatabaseBusy,
            "did not answer in time, or the connection broke: Database 'shop' is not currently available.",
        ),
        (
            odbc(pyodbc.ProgrammingError, "42000", "Login failed for user 'till'.", 18456, "SQLDriverConnect"),
            DatabaseAway,
            "refused the login: the name or the password is wrong",
        ),
        (
            odbc(pyodbc.InterfaceError, "28000", "Login failed for user 'till'.", 18456, "SQLDriverConnect"),
            DatabaseAway,
            "refused the login: the name or the password is wrong",
        ),
        (
            odbc(pyodbc.ProgrammingError, "42000", 'Cannot open database "shop".', 4060, "SQLDriverConnect"),
            DatabaseAway,
            "does not exist there, or this login may not open it; make it with: station master init",
        ),
        (
            odbc(pyodbc.ProgrammingError, "42000", "The UPDATE permission was denied on the object 'shops'", 229),
            DataError,
            "forbids this to this login; see: station master grant",
        ),
        (
            odbc(pyodbc.IntegrityError, "23000", "Violation of UNIQUE KEY constraint 'uq_shops'.", 2627),
            DatabaseRefused,
            "refused: Violation of UNIQUE KEY constraint 'uq_shops'.",
        ),
        (
            odbc(pyodbc.IntegrityError, "23000", 'The UPDATE statement conflicted with "fk_x".', 547),
            DatabaseRefused,
            'refused: The UPDATE statement conflicted with "fk_x".',
        ),
        (
            odbc(pyodbc.DataError, "22001", "String or binary data would be truncated.", 2628),
            DatabaseRefused,
            "refused: String or binary data would be truncated.",
        ),
        (
            odbc(pyodbc.Error, "07006", "Restricted data type attribute violation", 0, "SQLBindParameter", "[FreeTDS]"),
            DatabaseRefused,
            "refused: Restricted data type attribute violation",
        ),
        (
            odbc(pyodbc.ProgrammingError, "42000", "The transaction log for database 'shop' is full", 9002),
            DataError,
            "has no room: its transaction log is full",
        ),
        (
            odbc(pyodbc.OperationalError, "HYT00", "Timeout expired", 0, "SQLExecDirectW", "[FreeTDS]"),
            DatabaseBusy,
            "did not answer in time, or the connection broke: Timeout expired",
        ),
        (
            odbc(pyodbc.OperationalError, "08S01", "Read from the server failed", 20004),
            DatabaseBusy,
            "did not answer in time, or the connection broke: Read from the server failed",
        ),
        (
            odbc(pyodbc.OperationalError, "08S01", "Unable to connect: unavailable", 20009, "SQLDriverConnect"),
            DatabaseAway,
            "cannot be reached: nobody answers at that address",
        ),
        (
            odbc(pyodbc.OperationalError, "08001", "Unable to connect to data source", 0, "SQLDriverConnect"),
            DatabaseAway,
            "cannot be reached, or lets nobody in this way: Unable to connect to data source",
        ),
        (
            odbc(
                pyodbc.OperationalError,
                "08001",
                "SSL Provider: certificate verify failed: self-signed certificate",
                -1,
                "SQLDriverConnect",
                "[Microsoft][ODBC Driver 18 for SQL Server]",
            ),
            DatabaseAway,
            "and this station found no encrypted way to talk: SSL Provider: certificate verify failed",
        ),
        (
            odbc(
                pyodbc.InterfaceError,
                "IM002",
                "Data source name not found and no default driver specified",
                0,
                "SQLDriverConnect",
                "[unixODBC][Driver Manager]",
            ),
            DatabaseAway,
            "needs a driver that is not installed here: apt-get install tdsodbc",
        ),
        (
            odbc(
                pyodbc.Error,
                "01000",
                "Can't open lib 'FreeTDS' : file not found",
                0,
                "SQLDriverConnect",
                "[unixODBC][Driver Manager]",
            ),
            DatabaseAway,
            "needs a driver that is not installed here: apt-get install tdsodbc",
        ),
    ],
    ids=lambda one: one.args[0] + one.args[1][-28:] if isinstance(one, pyodbc.Error) else "",
)
def test_what_sql_server_says(error, kind, sentence):
    said = told(error, "mssql")
    assert type(said) is kind
    assert str(said).startswith(f"the database shop on hub:1433 {sentence}")
    assert "SQLExec" not in str(said)
    assert "FreeTDS]" not in str(said)


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (
            pymysql.err.OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction"),
            DatabaseBusy,
            "was busy: two changes waited for each other, and this one was taken back",
        ),
        (
            pymysql.err.OperationalError(1205, "Lock wait timeout exceeded; try restarting transaction"),
            DatabaseBusy,
            "is busy with somebody else's change",
        ),
        (
            pymysql.err.OperationalError(2006, "MySQL server has gone away (BrokenPipeError(32, 'Broken pipe'))"),
            DatabaseBusy,
            "did not answer in time, or the connection broke: MySQL server has gone away",
        ),
        (
            pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"),
            DatabaseBusy,
            "did not answer in time, or the connection broke: Lost connection",
        ),
        (
            pymysql.err.OperationalError(1045, "Access denied for user 'pump'@'hub' (using password: YES)"),
            DatabaseAway,
            "refused the login: the user or the password is wrong",
        ),
        (
            pymysql.err.OperationalError(2003, "Can't connect to MySQL server on 'hub' ([Errno 111] refused)"),
            DatabaseAway,
            "cannot be reached, or lets nobody in this way: Can't connect to MySQL server on 'hub'",
        ),
        (
            pymysql.err.OperationalError(1049, "Unknown database 'shop'"),
            DatabaseAway,
            "does not exist on that server; make an empty one, with utf8mb4",
        ),
        (
            pymysql.err.OperationalError(1142, "UPDATE command denied to user 'pump'@'hub' for table 'shops'"),
            DataError,
            "forbids this to this user",
        ),
        (
            pymysql.err.IntegrityError(1062, "Duplicate entry 'x' for key 'PRIMARY'"),
            DatabaseRefused,
            "refused: Duplicate entry 'x' for key 'PRIMARY'",
        ),
        (
            pymysql.err.DataError(1406, "Data too long for column 'name' at row 1"),
            DatabaseRefused,
            "refused: Data too long for column 'name' at row 1",
        ),
    ],
    ids=lambda one: str(one.args[0]) if isinstance(one, pymysql.Error) else "",
)
def test_what_mysql_says(error, kind, sentence):
    said = told(error, "mysql")
    assert type(said) is kind
    assert str(said).startswith(f"the database shop on hub:1433 {sentence}")


@pytest.mark.parametrize(
    ("error", "kind", "sentence"),
    [
        (sqlite3.OperationalError("database is locked"), DatabaseBusy, "is busy with somebody else's change"),
        (sqlite3.OperationalError("database table is locked"), DatabaseBusy, "is busy with somebody else's change"),
        (sqlite3.OperationalError("unable to open database file"), DatabaseAway, "cannot be opened"),
        (sqlite3.OperationalError("database or disk is full"), DataError, "has no room: the disk is full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), DataError, "may not be written"),
        (sqlite3.DatabaseError("database disk image is malformed"), DataError, "is damaged"),
        (sqlite3.DatabaseError("file is not a database"), DataError, "is no database"),
        (
            sqlite3.IntegrityError("UNIQUE constraint failed: shops.id"),
            DatabaseRefused,
            "refused: UNIQUE constraint failed: shops.id",
        ),
    ],
    ids=lambda one: str(one) if isinstance(one, sqlite3.Error) else "",
)
def test_what_sqlite_says(error, kind, sentence):
    for said in (told(error, "sqlite"), translate(error, "sqlite", "shop on hub:1433")):
        assert str(said).startswith(f"the database shop on hub:1433 {sentence}")
    assert type(told(error, "sqlite")) is kind


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_full_disk_and_a_file_that_may_not_be_written_are_named(empty_engine, tmp_path):
    def fill():
        with writing(empty_engine) as conn:
            conn.exec_driver_sql("PRAGMA max_page_count = 1")
            conn.execute(insert(QUEUE), [{"table_name": "x" * 64, "row_key": "y" * 200}] * 1_000)

    with pytest.raises(DataError, match="has no room: the disk is full"):
        fill()
    read_only = open_snapshot(tmp_path / "master.db")
    with pytest.raises(DataError, match="may not be written"), writing(read_only) as conn:
        conn.execute(insert(QUEUE).values(table_name="x", row_key="y"))


def deadlock():
    return pymysql.err.OperationalError(1213, "Deadlock found when trying to get lock; try restarting transaction")


def after(first, *later):
    """The last of them: each came while the one before it was handled, as happens when a block is left."""
    error = first
    for one in later:
        innermost = one
        while innermost.__context__ is not None:
            innermost = innermost.__context__
        innermost.__context__ = error
        error = one
    return error


def test_a_rollback_that_fails_too_does_not_hide_the_first_error():
    refused = wrapped(odbc(pyodbc.IntegrityError, "23000", "The INSERT conflicted.", 547), "mssql", "INSERT INTO x")
    no_transaction = odbc(pyodbc.ProgrammingError, "25000", "ROLLBACK has no BEGIN TRANSACTION.", 3903, "SQLEndTran")
    said = translate(after(refused, wrapped(no_transaction, "mssql", None)), "mssql", "shop")
    assert type(said) is DatabaseRefused
    assert str(said) == "the database shop refused: The INSERT conflicted."


def test_a_savepoint_that_a_deadlock_took_away_does_not_hide_the_deadlock():
    gone = wrapped(
        pymysql.err.OperationalError(1305, "SAVEPOINT sa_savepoint_1 does not exist"),
        "mysql",
        "ROLLBACK TO SAVEPOINT sa_savepoint_1",
    )
    again = wrapped(pymysql.err.OperationalError(2013, "Lost connection to MySQL server"), "mysql", None)
    said = translate(after(wrapped(deadlock(), "mysql"), gone, again), "mysql", "shop")
    assert type(said) is DatabaseBusy
    assert "two changes waited for each other" in str(said)


def test_an_error_while_another_was_dealt_with_is_told_as_itself():
    """A station that sets a refused fact aside, and loses its connection over it, must try again."""
    first = wrapped(pymysql.err.IntegrityError(1062, "Duplicate entry"), "mysql", "INSERT INTO x")
    dealt_with = translate(first, "mysql", "shop")
    broken = wrapped(pymysql.err.OperationalError(2013, "Lost connection to MySQL server"), "mysql", None)
    said = translate(after(first, dealt_with, broken), "mysql", "shop")
    assert type(said) is DatabaseBusy


def test_a_statement_after_a_handled_error_is_told_as_itself():
    first = wrapped(pymysql.err.IntegrityError(1062, "Duplicate entry"), "mysql", "INSERT INTO x")
    said = translate(after(first, wrapped(deadlock(), "mysql", "UPDATE x")), "mysql", "shop")
    assert type(said) is DatabaseBusy


class Work:
    """Adds an entry, then fails as often as told; `tries` counts."""

    def __init__(self, fails, error=DatabaseBusy):
        self.fails, self.error, self.tries = fails, error, 0

    def __call__(self, conn):
        self.tries += 1
        conn.execute(insert(QUEUE).values(table_name="tries", row_key=str(self.tries)))
        if self.tries <= self.fails:
            raise self.error("as told")
        return f"done at {self.tries}"


def entries(engine):
    with reading(engine) as conn:
        return conn.scalars(select(QUEUE.c.row_key).order_by(QUEUE.c.id)).all()


@pytest.mark.parametrize("fails", range(ATTEMPTS))
def test_what_is_busy_is_tried_again_and_every_failed_try_is_taken_back(empty_engine, fails):
    work, pauses = Work(fails), []
    assert in_transaction(empty_engine, work, rest=pauses.append) == f"done at {fails + 1}"
    assert len(pauses) == fails
    assert entries(empty_engine) == [str(fails + 1)]


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_what_stays_busy_is_given_up_after_five_tries(empty_engine):
    work, pauses = Work(99), []
    with pytest.raises(DatabaseBusy, match="as told"):
        in_transaction(empty_engine, work, rest=pauses.append)
    assert (work.tries, len(pauses)) == (5, 4)
    assert entries(empty_engine) == []


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("error", [DatabaseRefused, DatabaseAway, DataError, LookupError])
def test_what_another_try_cannot_help_is_not_tried_again(empty_engine, error):
    work = Work(99, error)
    with pytest.raises(error, match="as told"):
        in_transaction(empty_engine, work, rest=lambda _: pytest.fail("it rested"))
    assert work.tries == 1
    assert entries(empty_engine) == []


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_the_pauses_grow_within_bounds_and_chance_shortens_them(empty_engine):
    def pauses(chance):
        rests = []
        with pytest.raises(DatabaseBusy):
            in_transaction(empty_engine, Work(99), rest=rests.append, chance=chance)
        return rests

    longest, shortest = pauses(lambda: 1.0), pauses(lambda: 0.0)
    assert longest == sorted(longest)
    assert max(longest) <= LONGEST_PAUSE_S
    assert [long / short for long, short in zip(longest, shortest, strict=True)] == [2.0] * 4
    by_chance = [pauses(random.Random(seed).random) for seed in range(20)]
    assert len({tuple(some) for some in by_chance}) == 20
    for some in by_chance:
        assert all(low <= one <= high for low, one, high in zip(shortest, some, longest, strict=True))
    assert pauses(random.random) != pauses(random.random)


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_writer_that_found_the_file_locked_gets_through_when_it_is_free(empty_engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MS", 20)
    with closing(sqlite3.connect(tmp_path / "master.db", isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        rests = []

        def rest(seconds):
            rests.append(seconds)
            if len(rests) == 2:
                blocker.execute("ROLLBACK")

        work = Work(0)
        assert in_transaction(empty_engine, work, rest=rest) == "done at 1"
    assert len(rests) == 2
    assert entries(empty_engine) == ["1"]


@pytest.mark.parametrize("nested", [False, True], ids=["plain", "in a savepoint"])
@pytest.mark.parametrize("empty_engine", ["mariadb", MSSQL], indirect=True)
def test_two_that_lock_the_same_rows_in_opposite_order_both_end_up_done(empty_engine, nested):
    with writing(empty_engine) as conn:
        for key in ("a", "b"):
            conn.execute(insert(QUEUE).values(table_name=key, row_key="0"))
    with reading(empty_engine) as conn:
        ids = dict(conn.execute(select(QUEUE.c.table_name, QUEUE.c.id)).all())
    both_have_one, rests, done = threading.Barrier(2, timeout=60), [], []

    def add_to(conn, key):
        conn.execute(update(QUEUE).where(QUEUE.c.id == ids[key]).values(row_key=QUEUE.c.row_key + "1"))

    def change(first, second):
        tries = []

        def work(conn):
            add_to(conn, first)
            tries.append(1)
            if len(tries) == 1:
                both_have_one.wait()
            if nested:
                with conn.begin_nested():
                    add_to(conn, second)
            else:
                add_to(conn, second)
            return first

        done.append(in_transaction(empty_engine, work, rest=rests.append))

    threads = [threading.Thread(target=change, args=order) for order in (("a", "b"), ("b", "a"))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(done) == ["a", "b"]
    assert rests
    assert entries(empty_engine) == ["011", "011"]


@pytest.fixture
def logins(request):
    """Addresses with the password in them, at which nobody gets in."""
    server = request.getfixturevalue("mariadb")
    right = mariadb_url(server, f"failures_{random.randrange(10**9)}")
    nobody = {"username": "station", "password": PASSWORD, "host": "127.0.0.1", "port": 9, "database": "shop"}
    return {
        "wrong port": right.set(password=PASSWORD, port=9),
        "wrong login": right.set(password=PASSWORD),
        "another user": right.set(username="nobody", password=PASSWORD),
        "no TLS to be found": right.set(password=PASSWORD).update_query_dict({"ca": ""}),
        "SQL Server's wrong port": URL.create("mssql+pyodbc", **nobody),
        "no driver": URL.create("mssql+pyodbc", **nobody, query={"driver": "Nonsense"}),
        "no address": URL.create("oracle", **nobody),
        "no certificate": right.set(password=PASSWORD).update_query_dict({"ca": "/nowhere/ca.pem"}),
    }


LOGINS = (
    "wrong port",
    "wrong login",
    "another user",
    "no TLS to be found",
    "SQL Server's wrong port",
    "no driver",
    "no address",
    "no certificate",
)


@pytest.mark.parametrize("which", LOGINS)
def test_no_password_is_told_when_an_engine_does_not_get_in(logins, which):
    url, shown = logins[which], []
    try:
        engine = open_engine(url)
        shown += [repr(engine), str(engine.url), name_of(engine)]
        with reading(engine):
            pytest.fail("it got in")
    except DataError as error:
        shown += [str(error), repr(error), traceback.format_exc(), "".join(traceback.format_exception(error))]
    hidden = (PASSWORD, url.render_as_string(hide_password=False).partition("@")[0].rpartition(":")[2])
    assert len(hidden[1]) > 10
    assert not any(password in text for password in hidden for text in shown)


@pytest.mark.parametrize("which", ["wrong port", "wrong login", "SQL Server's wrong port"])
def test_who_does_not_get_in_is_told_that_the_database_is_away(logins, which):
    with pytest.raises(DatabaseAway) as caught, reading(open_engine(logins[which])):
        pytest.fail("it got in")
    assert type(caught.value) is DatabaseAway


def test_what_was_to_be_written_is_not_told_when_it_is_refused(empty_engine):
    row = {
        "id": derived_ulid(NOW, "shop"),
        "name": SECRET,
        "legal_name": SECRET,
        "address": SECRET,
        "country": "BE",
        "timezone": "Europe/Brussels",
        "currency": "EUR",
        "cash_rounding_minor": 7,
    }
    try:
        with writing(empty_engine) as conn:
            conn.execute(insert(shop.shops).values(row))
        pytest.fail("it was written")
    except DataError as error:
        shown = [str(error), repr(error.__cause__), str(error.__cause__), traceback.format_exc()]
    assert "parameters hidden" in shown[2]
    assert not any(SECRET in text or "0470" in text for text in shown)
