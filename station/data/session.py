"""Engines: the master (SQL Server, or the embedded SQLite file) and the snapshot, which is only ever read.

A SQLite file of ours carries the schema's version as `user_version` and `application_id` 0x53535331 ("SSS1"). The master
runs in WAL mode with foreign keys on; whoever writes says so (`writing`), because a reader that turns into a writer
in the middle cannot wait for another. What a library raises comes out as a DataError of one sentence.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from station.data.tables import METADATA, SCHEMA_VERSION
from station.errors import DataError

APPLICATION_ID: Final = 0x53535331
BUSY_MS: Final = 5_000


def open_engine(url: str, *, create: bool = False) -> Engine:
    """An engine for the master at `url`.

    Raises DataError when its file is missing (unless `create`), is no database, or has another schema version.
    """
    try:
        parsed = make_url(url)
        engine = _engine(parsed, create=create)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise DataError(
            f"{url.rsplit('@', maxsplit=1)[-1]!r} is no database address: write e.g. sqlite:////data/master.db"
        ) from error
    if parsed.get_backend_name() == "sqlite":
        _prepare(engine, writable=True)
        if not create:
            check_schema(engine)
    return engine


def open_snapshot(path: Path) -> Engine:
    """A read-only engine for a snapshot file; raises DataError as `open_engine` does."""
    engine = _sqlite_engine(path, "ro")
    _prepare(engine, writable=False)
    check_schema(engine)
    return engine


def create_master(engine: Engine) -> None:
    """All tables in an empty database. One that has them already is left as it is; another version is refused."""
    with translated(engine):
        if engine.dialect.name == "sqlite":
            _create_on_sqlite(engine)
        else:
            METADATA.create_all(engine)


def check_schema(engine: Engine) -> None:
    """Raises DataError unless this is a SQLite database of ours in the version of this program."""
    path = name_of(engine)
    if not Path(path).is_file():
        raise DataError(f"the database {path} is missing; make it with: station master init")
    with translated(engine), engine.connect() as conn:
        application = conn.exec_driver_sql("PRAGMA application_id").scalar_one()
        version = conn.exec_driver_sql("PRAGMA user_version").scalar_one()
    if application != APPLICATION_ID:
        raise DataError(f"{path} is a database, but none of a shop's; look at the address in the configuration")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"the database {path} has schema version {version}, this program needs {SCHEMA_VERSION};"
            f" {'update this station' if version > SCHEMA_VERSION else 'migrate the master'}"
        )


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One moment of the database, for any number of queries."""
    with translated(engine), engine.connect() as conn, conn.begin():
        yield conn


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: all of it or nothing."""
    with translated(engine), engine.connect() as plain:
        conn = plain.execution_options(sqlite_begin="BEGIN IMMEDIATE")
        with conn.begin():
            yield conn


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """A database's errors as DataErrors."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        # What fails while a connection is being prepared comes from the driver as it is.
        raise DataError(_sentence(name_of(engine), error)) from error


def name_of(engine: Engine) -> str:
    """The file's path, or the server's address without its password."""
    database = engine.url.database or ""
    if engine.dialect.name == "sqlite":
        return database.removeprefix("file:").replace("%3f", "?").replace("%23", "#").replace("%25", "%")
    return engine.url.render_as_string(hide_password=True)


def _engine(url: URL, *, create: bool) -> Engine:
    if url.get_backend_name() == "mssql":
        # Keys are made by the client, so nothing needs to come back from an insert.
        return create_engine(url, use_insertmanyvalues=False, pool_pre_ping=True)
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise ArgumentError("a master in memory would be gone with the program")
        return _sqlite_engine(Path(url.database), "rwc" if create else "rw")
    return create_engine(url, pool_pre_ping=True)


def _sqlite_engine(path: Path, mode: str) -> Engine:
    # A connection each time, and never an empty file in place of a missing one: somebody may have put another file
    # there, and what is written through an old connection would go to a file that nobody can see any more.
    url = URL.create("sqlite", database=f"file:{_quoted(path)}", query={"mode": mode, "uri": "true"})
    return create_engine(url, poolclass=NullPool)


def _prepare(engine: Engine, *, writable: bool) -> None:
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        # Transactions begin where SQLAlchemy says so, not where the driver guesses.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        if writable:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")

    def begun(conn: Connection) -> None:
        conn.exec_driver_sql(conn.get_execution_options().get("sqlite_begin", "BEGIN"))

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)


def _create_on_sqlite(engine: Engine) -> None:
    with engine.connect() as conn:
        version = conn.exec_driver_sql("PRAGMA user_version").scalar_one()
        tables = conn.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if tables:
        check_schema(engine)
        return
    if version:
        raise DataError(f"the database {name_of(engine)} is empty but has version {version}; delete the file")
    with writing(engine) as conn:
        METADATA.create_all(conn)
        conn.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def _sentence(name: str, error: Exception) -> str:
    cause = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    for known, sentence in (
        ("unable to open database file", "cannot be opened; look whether the folder is there and may be written"),
        ("file is not a database", "is no database; put the right file there, or make it with: station master init"),
        ("malformed", "is damaged; restore it, or for a snapshot: delete it and it will be made anew"),
        ("readonly database", "may not be written; check the file's owner and mode"),
        ("is locked", "is busy with somebody else's change; it works again when that is done"),
        ("database or disk is full", "has no room: the disk is full; free some space"),
        ("no such table", "lacks a table; make it with: station master init"),
    ):
        if known in cause:
            return f"the database {name} {sentence}"
    return f"the database {name} refused: {cause.splitlines()[0]}"


def _quoted(path: Path) -> str:
    return str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
