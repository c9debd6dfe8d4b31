"""Making a master and filling it: what stands behind `station master init` and `station master seed`."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from station.data.seed import seed_demo
from station.data.session import create_master, name_of, open_engine, writing
from station.data.tables import METADATA
from station.errors import DataError


@dataclass(frozen=True, slots=True)
class InitReport:
    """`where`: the master's file or address, without a password."""

    where: str
    tables: int


@dataclass(frozen=True, slots=True)
class SeedReport:
    """`rows`: how many rows each table holds now, where it holds any. `added`: how many of them are new."""

    where: str
    rows: dict[str, int]
    added: dict[str, int]


def init_master(url: str) -> InitReport:
    """All tables at `url`; for a SQLite file its folder too. Harmless when they are there. Raises DataError."""
    _make_folder(url)
    engine = open_engine(url, create=True)
    try:
        create_master(engine)
        return InitReport(name_of(engine), len(METADATA.tables))
    finally:
        engine.dispose()


def seed_master(url: str, now: datetime | None = None) -> SeedReport:
    """The demo shop, with a business day open. Harmless when it is there. Raises DataError."""
    engine = open_engine(url)
    tables = METADATA.sorted_tables
    try:
        with writing(engine) as conn:
            added = seed_demo(conn, now or datetime.now(UTC))
            counts = {table.name: conn.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        return SeedReport(name_of(engine), {name: count for name, count in counts.items() if count}, added)
    finally:
        engine.dispose()


def _make_folder(url: str) -> None:
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
