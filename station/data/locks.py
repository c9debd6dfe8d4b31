"""One at a time: a named lock on a database, held for as long as the block lasts and gone when its holder dies.

SQL Server has application locks (`sp_getapplock`), MySQL has `GET_LOCK`; both hang on a connection of their own. A SQLite
master is a file of one machine, so there the lock is a locked file beside it. A T-SQL server without application locks gets
a lease instead: a row of `replica_changes` under a negative key, which only one can insert; it runs out by itself.
"""

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from station.data.failures import failure_of
from station.data.session import name_of, outside_transactions, reading, translated, writing
from station.data.tables import ledger
from station.errors import DatabaseRefused, DataError

LEASE_S: Final = 120.0
_QUEUE: Final = ledger.replica_changes
_LEASES: Final = {"migrate": -1, "pump": -2, "backup": -3}
_NO_PROCEDURE: Final = 2812


class Taken(DataError):
    """Somebody else holds the lock."""


class Hold:
    """A lock that is held; `renew` keeps it, and raises Taken when it was lost."""

    def renew(self) -> None:
        """Nothing to do for locks that last as long as their holder."""


@contextmanager
def exclusively(engine: Engine, what: str) -> Iterator[Hold]:
    """Holds the lock `what` ("migrate", "pump", "backup") of this database. Raises Taken at once when somebody has it."""
    match engine.dialect.name:
        case "sqlite":
            with _locked_file(engine, what) as hold:
                yield hold
        case "mysql":
            with _mysql_lock(engine, what) as hold:
                yield hold
        case _:
            with application_lock(engine, what) as hold:
                yield hold


@contextmanager
def application_lock(engine: Engine, what: str) -> Iterator[Hold]:
    """SQL Server's own lock; where the server has none, a lease."""
    with outside_transactions(engine) as conn:
        got = _ask_for(conn, what)
        if got is None:
            with lease(engine, what) as hold:
                yield hold
            return
        if got < 0:
            raise _taken(engine, what)
        try:
            yield _OnConnection(conn, engine, what)
        finally:
            # A connection that broke has let the lock go already.
            with suppress(DataError), translated(engine):
                release = text("EXEC sp_releaseapplock @Resource = :what, @LockOwner = 'Session'")
                conn.execute(release, {"what": _name(engine, what)})


@contextmanager
def lease(engine: Engine, what: str, *, seconds: float = LEASE_S) -> Iterator[Hold]:
    """A row that only one can have, until it is given back or has not been renewed for `seconds`.

    Not for SQLite's queue: with nothing else in it, its next key would be negative too, and no pump would see it.
    """
    with reading(engine) as conn:
        there = inspect(conn).has_table(_QUEUE.name)
    if not there:
        # An empty database: two that make its tables at once meet at the first of them.
        yield Hold()
        return
    hold = _Lease(engine, what, seconds)
    hold.take()
    try:
        yield hold
    finally:
        with suppress(DataError):
            hold.give_back()


class _OnConnection(Hold):
    """Lasts as long as its connection."""

    def __init__(self, conn: Connection, engine: Engine, what: str) -> None:
        self._conn, self._engine, self._what = conn, engine, what

    def renew(self) -> None:
        try:
            with translated(self._engine):
                self._conn.execute(text("SELECT 1"))
        except DataError as error:
            raise Taken(f"the lock {self._what!r} was lost with its connection: {error}") from error


class _Lease(Hold):
    def __init__(self, engine: Engine, what: str, seconds: float) -> None:
        self._engine, self._what, self._seconds = engine, what, seconds
        self._me = uuid.uuid4().hex
        self._written = ""

    def take(self) -> None:
        key, mark = _LEASES[self._what], self._mark()
        with reading(self._engine) as conn:
            held = conn.scalar(select(_QUEUE.c.row_key).where(_QUEUE.c.id == key))
        if held is None:
            try:
                with translated(self._engine), self._engine.begin() as conn:
                    conn.execute(insert(_QUEUE).values(id=key, table_name="", row_key=mark))
            except DatabaseRefused as error:
                raise _taken(self._engine, self._what) from error
            self._written = mark
            return
        if datetime.fromisoformat(held.split()[1]) > datetime.now(UTC) or not self._exchange(held, mark):
            raise _taken(self._engine, self._what)

    def renew(self) -> None:
        if not self._exchange(self._written, self._mark()):
            raise Taken(f"the lock {self._what!r} ran out and somebody else took it")

    def give_back(self) -> None:
        with writing(self._engine) as conn:
            conn.execute(delete(_QUEUE).where(_QUEUE.c.id == _LEASES[self._what], _QUEUE.c.row_key == self._written))

    def _exchange(self, old: str, new: str) -> bool:
        with writing(self._engine) as conn:
            done = conn.execute(
                update(_QUEUE).where(_QUEUE.c.id == _LEASES[self._what], _QUEUE.c.row_key == old).values(row_key=new)
            )
        if done.rowcount:
            self._written = new
        return bool(done.rowcount)

    def _mark(self) -> str:
        until = datetime.now(UTC) + timedelta(seconds=self._seconds)
        return f"{self._me} {until.isoformat()}"


@contextmanager
def _locked_file(engine: Engine, what: str) -> Iterator[Hold]:
    path = f"{name_of(engine)}.{what}.lock"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    except OSError as error:
        raise DataError(f"the lock {path} cannot be made: {error.strerror}; check the folder's rights") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _taken(engine, what) from error
        yield Hold()
    finally:
        os.close(handle)


@contextmanager
def _mysql_lock(engine: Engine, what: str) -> Iterator[Hold]:
    with outside_transactions(engine) as conn:
        # It is silent for as long as the work takes that it guards.
        conn.execute(text("SET SESSION wait_timeout = 28800"))
        name = {"name": _name(engine, what)[:64]}
        if conn.scalar(text("SELECT GET_LOCK(:name, 0)"), name) != 1:
            raise _taken(engine, what)
        try:
            yield _OnConnection(conn, engine, what)
        finally:
            with suppress(DataError), translated(engine):
                conn.execute(text("SELECT RELEASE_LOCK(:name)"), name)


def _name(engine: Engine, what: str) -> str:
    """Of the lock on the server. MySQL's are of the whole server, and so are those of some that speak T-SQL."""
    return f"station {what} {engine.url.database}"


def _ask_for(conn: Connection, what: str) -> int | None:
    """What sp_getapplock answers: 0 and more is yes. None: there is no such procedure."""
    query = text(
        "SET NOCOUNT ON; DECLARE @got INT; EXEC @got = sp_getapplock @Resource = :what, @LockMode = 'Exclusive',"
        " @LockOwner = 'Session', @LockTimeout = 0; SELECT @got"
    )
    try:
        return int(conn.execute(query, {"what": _name(conn.engine, what)}).scalar_one())
    except DBAPIError as error:
        if failure_of(error, conn.dialect.name).number == _NO_PROCEDURE:
            return None
        raise


def _taken(engine: Engine, what: str) -> Taken:
    doing = {"migrate": "is migrating", "pump": "is the pump of", "backup": "is making a backup of"}[what]
    return Taken(f"another program {doing} the database {name_of(engine)} now; wait until it has ended")
