"""From whatever schema a database has to the one of this program: Alembic's revisions, one at a time, under a lock.

On SQL Server and SQLite the whole way is one transaction: an upgrade that fails leaves the database as it was. MySQL commits
each statement by itself, so there every step may be done twice.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect

from station.data.locks import exclusively
from station.data.server import suit_keys
from station.data.session import APPLICATION_ID, VERSION_TABLE, name_of, reading, stored_version, writing
from station.data.tables import SCHEMA_VERSION
from station.data.triggers import follow_changes, triggers_there, triggers_wanted
from station.errors import DataError

_SCRIPTS: Final = Path(__file__).with_name("migrations")
_FIRST_WITH_TRIGGERS: Final = 2
# By which a SQLite file is known as a master of this version.
_MARKS: Final = (f"PRAGMA application_id = {APPLICATION_ID}", f"PRAGMA user_version = {SCHEMA_VERSION}")


@dataclass(frozen=True, slots=True)
class Upgrade:
    """`before`, `after`: schema versions; 0 was an empty database. `triggers`: how many were made."""

    before: int
    after: int
    triggers: int = 0


def upgrade_master(engine: Engine) -> Upgrade:
    """Raises DataError when somebody else is at it, or the database is newer than this program."""
    suit_keys(engine)
    with exclusively(engine, "migrate"), writing(engine) as conn:
        before = _version_of_master(conn)
        if before == SCHEMA_VERSION:
            return Upgrade(before, before)
        _run(conn)
        if engine.dialect.name == "sqlite":
            for mark in _MARKS:
                conn.exec_driver_sql(mark)
        # Who turned the triggers off has no replica, and goes on without them.
        wanted = before < _FIRST_WITH_TRIGGERS or bool(triggers_there(conn))
        return Upgrade(before, SCHEMA_VERSION, follow_changes(conn) if wanted else 0)


def upgrade_replica(engine: Engine) -> Upgrade:
    """The replica's tables in their own form; raises DataError as `upgrade_master` does."""
    # Every pump begins with this: it asks for the lock only when there is something to do.
    with reading(engine) as conn:
        before = stored_version(conn)
    if before == SCHEMA_VERSION:
        return Upgrade(before, before)
    with exclusively(engine, "migrate"), writing(engine) as conn:
        before = stored_version(conn)
        _refuse_newer(name_of(engine), before)
        if before != SCHEMA_VERSION:
            _run(conn)
        return Upgrade(before, SCHEMA_VERSION)


def check_replica(engine: Engine) -> None:
    """Raises DataError unless the replica has this program's schema."""
    with reading(engine) as conn:
        version = stored_version(conn)
    _refuse_newer(name_of(engine), version)
    if version != SCHEMA_VERSION:
        state = f"schema version {version}" if version else "no tables yet"
        raise DataError(f"the replica {name_of(engine)} has {state}; `station replica run` brings it up to date")


def planned_sql(engine: Engine) -> str:
    """What `upgrade_master` would send, as a script; empty when there is nothing to do. Changes nothing."""
    with reading(engine) as conn:
        before = _version_of_master(conn)
        there = triggers_there(conn)
        unstamped = _is_unstamped(conn)
    if before == SCHEMA_VERSION:
        return ""
    config, written = _config(), io.StringIO()
    config.output_buffer = written
    config.attributes.update(dialect=engine.dialect, transactional=True)
    start = f"{before:04d}:" if before else ""
    if unstamped:
        _say(lambda: command.stamp(config, f"{before:04d}", sql=True))
    _say(lambda: command.upgrade(config, f"{start}head", sql=True))
    end = "\nGO\n\n" if engine.dialect.name == "mssql" else ";\n\n"
    wanted = triggers_wanted(engine.dialect.name) if before < _FIRST_WITH_TRIGGERS or there else ()
    last = [str(one.ddl(engine.dialect)) for one in wanted if one.name not in there]
    if engine.dialect.name == "sqlite":
        last += _MARKS
    # sqlcmd switches it off by itself, and indexes over some rows want it on.
    first = "SET QUOTED_IDENTIFIER ON;\nGO\n\n" if engine.dialect.name == "mssql" else ""
    return first + re.sub(r"\n{3,}", "\n\n", written.getvalue()) + "".join(one + end for one in last)


def stamp(conn: Connection) -> None:
    """Says that these tables are of this program's version."""
    config = _config()
    config.attributes.update(connection=conn, transactional=True)
    _say(lambda: command.stamp(config, "head"))


def newest_revision() -> int:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - reads the folder, which only a test and a doctor ask for

    return int(ScriptDirectory.from_config(_config()).get_current_head() or 0)


def _version_of_master(conn: Connection) -> int:
    version = stored_version(conn)
    _refuse_newer(name_of(conn.engine), version)
    if conn.dialect.name == "sqlite" and not version and inspect(conn).get_table_names():
        raise DataError(
            f"{name_of(conn.engine)} is a database, but none of a shop's; look at the address in the configuration"
        )
    return version


def _refuse_newer(name: str, version: int) -> None:
    if version > SCHEMA_VERSION:
        raise DataError(
            f"the database {name} has schema version {version}, this program needs {SCHEMA_VERSION}; update this station"
        )


def _run(conn: Connection) -> None:
    config = _config()
    transactional = conn.dialect.name != "mysql"
    config.attributes.update(connection=conn, transactional=transactional)
    if _is_unstamped(conn):
        _say(lambda: command.stamp(config, f"{stored_version(conn):04d}"))
    _say(lambda: command.upgrade(config, "head"))


def _is_unstamped(conn: Connection) -> bool:
    """Whether it was made by version 0.1.0, which did not write down its revision as Alembic does."""
    return conn.dialect.name == "sqlite" and bool(stored_version(conn)) and not inspect(conn).has_table(VERSION_TABLE)


def _say(work: Callable[[], Any]) -> None:
    try:
        work()
    except CommandError as error:
        raise DataError(f"the migration could not be run: {error}") from error


def _config() -> Config:
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config
