"""A checked copy of the master: `station master backup`.

On SQL Server it is a `.bak` on the server's own disk, by BACKUP DATABASE WITH CHECKSUM and RESTORE VERIFYONLY. The embedded
master, and a T-SQL server that has no BACKUP, give a SQLite file instead, with every table and row: an embedded master of
its own, which can be opened, looked at and sold with.

Rotation overwrites: `<database>-1.bak` to `-N.bak`, another one each day, so that no right to delete files is needed on the
server. The newest good one is never the one that is written over, if N is 2 or more.
"""

import re
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Final

import pyodbc
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.engine import URL

from station.data.durable import sync
from station.data.locks import exclusively
from station.data.migrate import upgrade_master
from station.data.queries.replica import count_rows
from station.data.session import check_schema, name_of, open_engine, outside_transactions, reading, translated, writing
from station.data.tables import METADATA, ledger
from station.data.triggers import forget_changes
from station.errors import DataError

KEEP: Final = 7
_UNKNOWN: Final = re.compile(r"not (currently )?supported|syntax error", re.IGNORECASE)
_ROWS_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Backup:
    """`where`: the file, on the machine named by `on` ("" is this one). `kind`: bak or sqlite."""

    where: str
    on: str
    kind: str
    size_bytes: int | None


class _NoBackup(Exception):
    """A T-SQL server that does not know the statement."""


def make_backup(url: URL, folder: str | None, *, keep: int, now: datetime) -> Backup:
    """One backup, checked. `folder`: where it lies; on SQL Server a folder of the server (None: its own for backups).

    Raises DataError; then the older ones are as they were, but for the slot of today.
    """
    engine = open_engine(url)
    try:
        check_schema(engine)
        slot = now.date().toordinal() % keep + 1
        with exclusively(engine, "backup"):
            if engine.dialect.name == "mssql":
                try:
                    return _bak(engine, folder, slot)
                except _NoBackup:
                    # Its folder is one of that machine; the copy lies on this one.
                    return _copy(engine, Path(), slot)
            return _copy(engine, Path(folder or "."), slot)
    finally:
        engine.dispose()


def _bak(engine: Engine, folder: str | None, slot: int) -> Backup:
    name = str(engine.url.database)
    with outside_transactions(engine) as conn:
        if folder is None:
            # A server that does not say where puts a bare name there all the same.
            query = text("SELECT CAST(SERVERPROPERTY('InstanceDefaultBackupPath') AS NVARCHAR(400))")
            folder = conn.scalar(query)
        path = _beneath(folder, f"{name}-{slot}.bak") if folder else f"{name}-{slot}.bak"
        _run(conn, "BACKUP DATABASE @name TO DISK = @path WITH CHECKSUM, FORMAT, INIT", name, path)
        _run(conn, "RESTORE VERIFYONLY FROM DISK = @path WITH CHECKSUM", name, path)
    return Backup(path, str(engine.url.host), "bak", None)


def _run(conn: Any, statement: str, name: str, path: str) -> None:
    """To its very end: what a driver leaves unread of a BACKUP ends it in the middle."""
    with translated(conn.engine):
        cursor = conn.connection.cursor()
        try:
            # It takes far longer than a query may.
            conn.connection.dbapi_connection.timeout = 0
            cursor.execute("DECLARE @name SYSNAME = ?, @path NVARCHAR(4000) = ?; " + statement, (name, path))
            while cursor.nextset():
                pass
        except pyodbc.Error as error:
            if _UNKNOWN.search(str(error)):
                raise _NoBackup from error
            raise
        finally:
            cursor.close()


def _beneath(folder: str, name: str) -> str:
    """A path on the server, which may be of Windows or Linux."""
    windows = bool(re.match(r"[A-Za-z]:|\\\\", folder))
    return str((PureWindowsPath if windows else PurePosixPath)(folder) / name)


def _copy(engine: Engine, folder: Path, slot: int) -> Backup:
    name = re.sub(r"\W+", "-", Path(str(engine.url.database).removeprefix("file:")).stem) or "master"
    path = folder / f"{name}-{slot}.db"
    beside = path.with_suffix(".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _clear(beside)
        beside.touch(0o600)
        if engine.dialect.name == "sqlite":
            _copy_file(name_of(engine), beside)
        else:
            _copy_rows(engine, beside)
        _check(beside)
        sync(beside)
        beside.replace(path)
        sync(folder)
        return Backup(str(path), "", "sqlite", path.stat().st_size)
    except OSError as error:
        raise DataError(
            f"the backup {path} could not be written: {error.strerror}; check the disk and its rights"
        ) from error
    finally:
        # Why it failed is more than that it cannot be cleared away.
        with suppress(OSError):
            _clear(beside)


def _clear(beside: Path) -> None:
    """Takes an unfinished copy away, with its journal and its lock."""
    for leftover in beside.parent.glob(beside.name + "*"):
        leftover.unlink()


def _copy_file(master: str, path: Path) -> None:
    """SQLite's own online backup: sales go on meanwhile."""
    try:
        with (
            closing(sqlite3.connect(f"{Path(master).absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(path)) as target,
        ):
            # In one go: between portions each write would begin it anew, and a busy shop would never have one.
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise DataError(f"the backup {path} could not be made: {error}; check the disk's free space") from error


def _copy_rows(engine: Engine, path: Path) -> None:
    copy = open_engine(f"sqlite:///{path}", create=True)
    try:
        upgrade_master(copy)
        with reading(engine) as source, writing(copy) as target:
            # It is a copy, not a master that somebody follows.
            forget_changes(target)
            # Some rows refer to others of their own table, which may come later.
            target.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            for table in METADATA.sorted_tables:
                if table is ledger.replica_changes:
                    continue
                before, copied = count_rows(source, table), 0
                rows = source.execution_options(yield_per=_ROWS_AT_ONCE).execute(select(table)).mappings()
                for some in rows.partitions(_ROWS_AT_ONCE):
                    target.execute(insert(table), [dict(row) for row in some])
                    copied += len(some)
                if copied < before:
                    raise DataError(
                        f"of the table {table.name} only {copied} of {before} rows came; make the backup once more"
                    )
    finally:
        copy.dispose()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")


def _check(path: Path) -> None:
    broken = None
    try:
        with closing(sqlite3.connect(path)) as db:
            answer = " ".join(db.execute("PRAGMA integrity_check(1)").fetchone()[0].split())
            broken = db.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.Error as error:
        answer = str(error)
    if answer != "ok" or broken is not None:
        raise DataError(
            f"the backup {path} does not hold together ({answer}); the master may be damaged: station master check"
        )
