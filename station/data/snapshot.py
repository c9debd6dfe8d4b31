"""The snapshot: what a station keeps of the master, as one SQLite file with the same tables, replaced whole.

It is built beside (`.snapshot.db.new`), synced, and put in place with one rename, so a reader has either the old or the
new one. Orders, payments and the ledger are never in it. Its version can be asked of it as of the master: equal rows
give equal versions.
"""

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, delete, insert, select

from station.data.durable import sync
from station.data.queries.cookbook import load_cookbook
from station.data.queries.link import (
    catalogue_figures,
    catalogue_version,
    every_snapshot_table,
    snapshot_columns,
    snapshot_rows,
    snapshot_tables,
    version_of_figures,
)
from station.data.queries.profile import asks_for_pump
from station.data.queries.screens import load_shop
from station.data.session import APPLICATION_ID, open_snapshot, reading, translated
from station.data.tables import METADATA, SCHEMA_VERSION, shop
from station.domain.menu import Recipe, Role, Shop
from station.errors import DatabaseBusy, DataError, StationError

MOST_READS: Final = 5


def build_snapshot(master: Engine, path: Path, role: Role = "manager", *, upon: bool = False) -> str:
    """Puts a new snapshot at `path` and gives its version. Raises DataError; then the old one is still there.

    It holds one moment of the master: when the catalogue changed while it was read, it is read again. `role`: whose tables
    are filled. `upon`: the old one was made from this master too, so only tables that changed are fetched.

    A master without a shop is refused: it is rather the wrong master than a shop that closed.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        version = _fill_with_one_moment(master, beside, role, upon=path if upon else None)
        beside.chmod(0o640)
        sync(beside)
        beside.replace(path)
        sync(path.parent)
    except OSError as error:
        raise DataError(
            f"the snapshot {path} could not be written: {error.strerror}; check the disk's free space and rights"
        ) from error
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return version


class Snapshots:
    """A station's snapshot, read anew whenever the file was replaced."""

    def __init__(self, path: Path, station: str) -> None:
        self._path, self._station = path, station
        self._seen: tuple[int, int, int] | None = None
        self._shop: Shop | None = None
        self._recipes: Mapping[str, Recipe] = {}
        self._recipes_seen: tuple[int, int, int] | None = None
        self.problem = ""
        """Why the file that is there now cannot be used; empty when it can, or when there is none."""

    def shop(self) -> Shop | None:
        """The shop as the snapshot has it; None when there is none yet.

        A file that cannot be used changes nothing but `problem`: a station goes on with what it last knew.
        """
        seen = self._look()
        if seen == self._seen:
            return self._shop
        self._seen, self.problem = seen, ""
        if seen is not None:
            try:
                self._shop = self.load()
            except StationError as error:
                self.problem = str(error)
        return self._shop

    def changed(self) -> bool:
        """Whether another file is there than `shop` last read: one look at the folder."""
        return self._look() != self._seen

    def load(self) -> Shop:
        """Reads the shop now. Raises DataError or RecipeError with what is wrong with the file."""
        engine = open_snapshot(self._path)
        try:
            with reading(engine) as conn:
                return load_shop(conn, self._station)
        finally:
            engine.dispose()

    def recipe(self, recipe_id: str) -> Recipe | None:
        """One recipe with its steps; None when there is no such recipe. Raises DataError or RecipeError.

        All of them are read with the first that is asked for, and kept until the file is replaced.
        """
        self.read_recipes()
        return self._recipes.get(recipe_id)

    def read_recipes(self) -> None:
        """Reads them now, when the file is another than they were read from. Raises DataError or RecipeError."""
        seen = self._look()
        if seen is not None and seen == self._recipes_seen:
            return
        engine = open_snapshot(self._path)
        try:
            with reading(engine) as conn:
                self._recipes, self._recipes_seen = load_cookbook(conn), seen
        finally:
            engine.dispose()

    def _look(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def pump_wanted(path: Path, station: str) -> bool:
    """Whether this station's profile, with its own settings on top, asks it to fill the replica. False without a snapshot."""
    if not path.is_file():
        return False
    try:
        engine = open_snapshot(path)
    except DataError:
        return False
    try:
        with reading(engine) as conn:
            return asks_for_pump(conn, station)
    finally:
        engine.dispose()


def version_of(path: Path, now: datetime | None = None) -> str:
    """The version of the snapshot at `path`. Raises DataError when it is missing or cannot be used."""
    engine = open_snapshot(path)
    try:
        with reading(engine) as conn:
            return catalogue_version(conn, now or datetime.now(UTC))
    finally:
        engine.dispose()


def _fill_with_one_moment(master: Engine, path: Path, role: Role, *, upon: Path | None) -> str:
    for _ in range(MOST_READS):
        now = datetime.now(UTC)
        path.unlink(missing_ok=True)
        have = _copy(upon, path, now, role) if upon is not None else {}
        with reading(master) as conn:
            before = catalogue_figures(conn, now, role)
            changed = [table for table in snapshot_tables(role) if have.get(table.name) != before[table.name]]
            _fill(conn, path, changed, anew=not have)
            if catalogue_figures(conn, now, role) == before:
                return version_of_figures(before)
    raise DatabaseBusy("the catalogue changed each time it was read; it is read again soon")


def _copy(old: Path, path: Path, now: datetime, role: Role) -> Mapping[str, tuple[str, ...]]:
    """The old snapshot at `path`, and its tables' figures; nothing when it cannot be used.

    One that is damaged would hand its damage on; one of another role would hand on what this one must not have.
    """
    try:
        engine = open_snapshot(old)
    except DataError:
        return {}
    try:
        with reading(engine) as conn:
            sound = conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            others = [table for table in every_snapshot_table() if table not in snapshot_tables(role)]
            if not sound or any(conn.execute(select(table).limit(1)).first() for table in others):
                return {}
            figures = catalogue_figures(conn, now, role)
            shutil.copyfile(old, path)
    except DataError:
        return {}
    finally:
        engine.dispose()
    return figures


def _fill(master: Connection, path: Path, tables: Sequence[Table], *, anew: bool) -> None:
    if master.scalar(select(shop.stations.c.id).limit(1)) is None:
        raise DataError("the master holds no shop with stations; fill it, or look at the master's address")
    # All of it before the file is touched, so that an error is said of the database that it comes from.
    found = {table: _rows(master, table) for table in tables}
    engine = create_engine(f"sqlite:///{path}")
    try:
        with translated(engine), engine.begin() as conn:
            if anew:
                METADATA.create_all(conn, tables=list(every_snapshot_table()))
            for table, rows in found.items():
                conn.execute(delete(table))
                if rows:
                    conn.execute(insert(table), rows)
            conn.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            conn.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    finally:
        engine.dispose()


def _rows(master: Connection, table: Table) -> list[dict[str, Any]]:
    query = select(*snapshot_columns(table)).where(snapshot_rows(table))
    return [dict(row) for row in master.execute(query).mappings()]
