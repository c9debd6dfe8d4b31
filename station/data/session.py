"""Sessions with a master or a snapshot: opening it, reading one moment of it, writing all or nothing.

A SQLite file of ours carries the schema's version as `user_version` and `application_id` 0x53535331 ("SSS1"); a master also
carries it as Alembic does, on every engine. Whoever writes says so (`writing`), because a reader that turns into a
writer in the middle cannot wait for another. What a library raises comes out as a DataError of one sentence.

`in_transaction` is the one place where a deadlock or a broken connection is tried again.
"""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

import pymysql
import pyodbc
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from station.data.engines import ADDRESS, engine_at, prepare_sqlite, sqlite_file
from station.data.failures import translate
from station.data.tables import SCHEMA_VERSION
from station.errors import DatabaseBusy, DataError

APPLICATION_ID: Final = 0x53535331
VERSION_TABLE: Final = "alembic_version"
ATTEMPTS: Final = 5
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0

Result = TypeVar("Result")


def open_engine(url: str | URL, *, create: bool = False) -> Engine:
    """An engine for the master at `url`; a server is asked for nothing yet, a file is looked at.

    Raises DataError when its file is missing (unless `create`), is no database, or has another schema version.
    """
    try:
        engine = engine_at(make_url(url), create=create)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        shown = str(url).rsplit("@", maxsplit=1)[-1]
        raise DataError(f"{shown!r} is no database address: write e.g. sqlite:////data/master.db") from error
    if engine.dialect.name == "sqlite" and not create:
        check_schema(engine)
    return engine


def open_snapshot(path: Path) -> Engine:
    """A read-only engine for a snapshot file; raises DataError as `open_engine` does."""
    engine = sqlite_file(path, "ro")
    prepare_sqlite(engine, writable=False)
    check_schema(engine)
    return engine


def check_schema(engine: Engine) -> None:
    """Raises DataError unless this is a database of ours in the version of this program."""
    name = name_of(engine)
    if engine.dialect.name == "sqlite":
        if not Path(name).is_file():
            raise DataError(f"the database {name} is missing; make it with: station master init")
        with translated(engine), engine.connect() as conn:
            application = conn.exec_driver_sql("PRAGMA application_id").scalar_one()
            version = int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())
        if application != APPLICATION_ID:
            raise DataError(f"{name} is a database, but none of a shop's; look at the address in the configuration")
    else:
        with reading(engine) as conn:
            version = stored_version(conn)
        if not version:
            raise DataError(f"the database {name} holds no shop; make its tables with: station master init")
    if version != SCHEMA_VERSION:
        raise DataError(
            f"the database {name} has schema version {version}, this program needs {SCHEMA_VERSION};"
            f" {'update this station' if version > SCHEMA_VERSION else 'migrate the master: station master upgrade'}"
        )


def stored_version(conn: Connection) -> int:
    """The schema version that the database says it has; 0: none of our tables is there."""
    if conn.dialect.name == "sqlite":
        return int(conn.exec_driver_sql("PRAGMA user_version").scalar_one())
    if not inspect(conn).has_table(VERSION_TABLE):
        return 0
    return int(conn.scalar(text("SELECT version_num FROM alembic_version")) or 0)


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
def outside_transactions(engine: Engine) -> Iterator[Connection]:
    """A connection of its own to the same server, on which each statement stands by itself."""
    if engine.dialect.name != "mssql":
        with translated(engine), engine.connect() as plain:
            yield plain.execution_options(isolation_level="AUTOCOMMIT")
        return
    alone = engine_at(engine.get_execution_options()[ADDRESS], outside_transactions=True)
    try:
        with translated(engine), alone.connect() as conn:
            yield conn
    finally:
        alone.dispose()


def in_transaction(
    engine: Engine,
    work: Callable[[Connection], Result],
    *,
    rest: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
) -> Result:
    """`work` in one transaction, tried again up to five times after a deadlock or a broken connection.

    `work` must be harmless when it is done twice: a commit whose answer was lost may have happened. The pauses double
    from 50 ms to 1 s, each shortened by chance, so that two that met do not meet again. Raises DataError.
    """
    pause_s = FIRST_PAUSE_S
    for _ in range(ATTEMPTS - 1):
        try:
            with writing(engine) as conn:
                return work(conn)
        except DatabaseBusy:
            rest(pause_s * (0.5 + chance() / 2))
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
    with writing(engine) as conn:
        return work(conn)


@contextmanager
def translated(engine: Engine) -> Iterator[None]:
    """A database's errors as DataErrors."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, pyodbc.Error, pymysql.Error) as error:
        # What fails while a connection is being prepared or given back comes from the driver as it is.
        raise translate(error, engine.dialect.name, name_of(engine)) from error


def name_of(engine: Engine) -> str:
    """The file's path, or the server's address without its password."""
    url = engine.url
    if engine.dialect.name == "sqlite":
        return (url.database or "").removeprefix("file:").replace("%3f", "?").replace("%23", "#").replace("%25", "%")
    port = f":{url.port}" if url.port else ""
    return f"{url.database} on {url.host}{port}"
