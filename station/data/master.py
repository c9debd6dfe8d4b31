"""Making a master, bringing it up to date, filling it: `station master init`, `upgrade` and `seed`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from station.data.grants import make_roles
from station.data.migrate import Upgrade, planned_sql, upgrade_master
from station.data.queries.audit import Refusal, refused_facts
from station.data.rights import ROLES
from station.data.seed import seed_demo
from station.data.server import make_database, version_rows
from station.data.session import check_schema, in_transaction, name_of, open_engine, reading
from station.data.tables import METADATA
from station.data.triggers import followed_tables
from station.errors import DataError


@dataclass(frozen=True, slots=True)
class InitReport:
    """`where`: the master's file or address, without a password."""

    where: str
    tables: int
    row_versions: bool = True


@dataclass(frozen=True, slots=True)
class SeedReport:
    """`rows`: how many rows each table holds now, where it holds any. `added`: how many of them are new."""

    where: str
    rows: dict[str, int]
    added: dict[str, int]


def init_master(url: str | URL) -> InitReport:
    """The database and all tables at `url`; for a SQLite file its folder too. Harmless when they are there.

    Raises DataError.
    """
    _make_folder(url)
    make_database(url)
    engine = open_engine(url, create=True)
    try:
        upgrade_master(engine)
        versioned = version_rows(engine)
        if engine.dialect.name == "mssql":
            make_roles(engine, ROLES)
        return InitReport(name_of(engine), len(METADATA.tables), versioned)
    finally:
        engine.dispose()


def migrate_master(url: str | URL) -> Upgrade:
    """The schema of this program. Raises DataError when there is no shop's database, or a newer one."""
    engine = _existing(url)
    try:
        return upgrade_master(engine)
    finally:
        engine.dispose()


def migration_sql(url: str | URL) -> str:
    """What `migrate_master` would send; empty when there is nothing to do."""
    engine = _existing(url)
    try:
        return planned_sql(engine)
    finally:
        engine.dispose()


def seed_master(url: str | URL, now: datetime | None = None) -> SeedReport:
    """The demo shop, with a business day open. Harmless when it is there. Raises DataError."""
    engine = open_engine(url)
    tables = followed_tables()

    def work(conn: Connection) -> SeedReport:
        added = seed_demo(conn, now or datetime.now(UTC))
        counts = {table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        return SeedReport(name_of(engine), {name: count for name, count in counts.items() if count}, added)

    try:
        check_schema(engine)
        return in_transaction(engine, work)
    finally:
        engine.dispose()


def refused(url: str | URL, limit: int) -> list[Refusal]:
    """The latest facts that the master could not take, newest first. Raises DataError."""
    engine = open_engine(url)
    try:
        with reading(engine) as conn:
            return refused_facts(conn, limit)
    finally:
        engine.dispose()


def _existing(url: str | URL) -> Engine:
    """Opened in whatever version it is; a SQLite file must be there."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise DataError(f"the database {parsed.database} is missing; make it with: station master init")
    return open_engine(parsed, create=True)


def _make_folder(url: str | URL) -> None:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        folder = Path(parsed.database).absolute().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"the folder {folder} cannot be made: {error.strerror}; choose another place") from error
