"""What is wrong with a master, in plain words: `station master check`. Changes nothing, and stops where going on is useless."""

import re
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pyodbc
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.engine import URL

from station.data.engines import CONNECT_S, FREETDS, freetds_driver
from station.data.queries.replica import changes_waiting
from station.data.server import has_row_versions
from station.data.session import name_of, open_engine, reading, stored_version
from station.data.tables import METADATA, SCHEMA_VERSION, shop
from station.data.triggers import is_followed, triggers_there, triggers_wanted
from station.data.types import MSSQL_BINARY
from station.domain.findings import Finding, Verdict
from station.errors import DatabaseAway, DataError

DRIFT_S: Final = 2.0
LONG_QUEUE: Final = 1_000_000
_FORBIDDEN: Final = re.compile(r"forbids|permission", re.IGNORECASE)
EXPRESS_MB: Final = 10_240


def examine(url: URL, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Finding]:
    """The findings, the first cause first."""
    if url.get_backend_name() == "mssql":
        reached = True
        for finding in _way_to(url):
            reached = reached and finding.verdict != "wrong"
            yield finding
        if not reached:
            return
    try:
        engine = open_engine(url)
    except DataError as error:
        yield Finding("database", "wrong", str(error))
        return
    try:
        yield from _inside(engine, now)
    finally:
        engine.dispose()


def _way_to(url: URL) -> Iterator[Finding]:
    driver = str(url.query.get("driver", FREETDS))
    if driver in pyodbc.drivers() or driver.startswith("/") or (driver == FREETDS and freetds_driver() != FREETDS):
        yield Finding("driver", "ok", driver)
    else:
        installed = ", ".join(pyodbc.drivers()) or "none"
        yield Finding(
            "driver",
            "wrong",
            f"{driver!r} is not installed here (there is: {installed}); apt-get install tdsodbc, or name another one",
        )
        return
    where = f"{url.host}:{url.port or 1433}"
    try:
        with socket.create_connection((url.host or "", url.port or 1433), timeout=CONNECT_S):
            pass
    except socket.gaierror:
        yield Finding("network", "wrong", f"no machine is called {url.host!r}: mend the address, or write its number")
    except TimeoutError:
        yield Finding(
            "network", "wrong", f"{where} does not answer: is the central PC on, and does its firewall let us in?"
        )
    except OSError as error:
        yield Finding(
            "network",
            "wrong",
            f"nobody listens at {where} ({error.strerror}): is SQL Server running, and TCP switched on for this port?",
        )
    else:
        yield Finding("network", "ok", f"{where} answers")


def _inside(engine: Engine, now: Callable[[], datetime]) -> Iterator[Finding]:
    try:
        with reading(engine) as conn:
            version, server = stored_version(conn), _server(conn)
    except DatabaseAway as error:
        if engine.dialect.name == "mssql" and "lets nobody in" in str(error):
            yield Finding("encryption", "wrong", _no_session(engine.url))
        else:
            yield Finding("login", "wrong", str(error))
        return
    except DataError as error:
        yield Finding("login", "wrong", str(error))
        return
    yield Finding("server", "ok", server)
    yield _schema(name_of(engine), version)
    if version != SCHEMA_VERSION:
        return
    examinations = [_shop, _collation, _row_versions, _size, _replica_queue, _clock_of(now)]
    for one in examinations:
        try:
            finding = one(engine)
        except DataError as error:
            finding = Finding(one.__name__.strip("_").replace("_", " "), "warning", str(error))
        if finding is not None:
            yield finding


def _no_session(url: URL) -> str:
    if str(url.query.get("Encryption", url.query.get("Encrypt"))) in {"off", "no"}:
        return (
            "somebody answers there, but no connection in plain text came about: it demands encryption (leave Encrypt=no and"
            " tls insecure out), or it is no SQL Server"
        )
    return (
        "somebody answers there, but no encrypted connection came about: it offers no TLS, its certificate is not"
        " vouched for (tls verify: look at ca), or it is no SQL Server"
    )


def _server(conn: Connection) -> str:
    match conn.dialect.name:
        case "mssql":
            query = text(
                "SELECT CAST(SERVERPROPERTY('ProductVersion') AS NVARCHAR(60)), CAST(SERVERPROPERTY('Edition') AS NVARCHAR(60))"
            )
            version, edition = conn.execute(query).one()
            return f"SQL Server {version}, {edition}"
        case _:
            return f"SQLite {conn.exec_driver_sql('SELECT sqlite_version()').scalar_one()}, {name_of(conn.engine)}"


def _schema(name: str, version: int) -> Finding:
    if version == SCHEMA_VERSION:
        return Finding("schema", "ok", f"{len(METADATA.tables)} tables in version {version}")
    if not version:
        return Finding("schema", "wrong", f"the database {name} is empty; make its tables with: station master init")
    if version < SCHEMA_VERSION:
        mend = "make a backup, then: station master upgrade"
    else:
        mend = "a newer station was here; update this one"
    return Finding("schema", "wrong", f"version {version}, but this program needs {SCHEMA_VERSION}; {mend}")


def _shop(engine: Engine) -> Finding:
    with reading(engine) as conn:
        names = list(conn.scalars(select(shop.shops.c.name)))
        days = shop.business_days.c
        opened = conn.scalar(select(days.business_date).where(days.closed_at.is_(None)))
    if len(names) != 1:
        return Finding("shop", "warning", f"it holds {len(names)} shops; `station master seed` fills in a demo shop")
    since = f"; the business day {opened} is open" if opened else "; no business day is open"
    return Finding("shop", "ok", f"{names[0]}{since}")


def _collation(engine: Engine) -> Finding | None:
    """Keys must compare byte by byte: a case-blind one would take two codes for the same."""
    if engine.dialect.name != "mssql":
        return None
    query = text(
        "SELECT t.name, c.name, c.collation_name FROM sys.columns c JOIN sys.tables t ON t.object_id = c.object_id"
        " WHERE t.name IN ('orders', 'audit_events', 'replica_changes', 'stations') AND c.name IN ('id', 'code', 'row_key')"
        " AND c.collation_name IS NOT NULL"
    )
    with reading(engine) as conn:
        rows = conn.execute(query).all()
    other = sorted({f"{row[0]}.{row[1]} has {row[2]}" for row in rows if row[2].lower() != MSSQL_BINARY.lower()})
    if other:
        return Finding(
            "collation",
            "warning",
            f"keys should compare as {MSSQL_BINARY}, but {other[0]}; all our keys are lower case, so nothing breaks",
        )
    return Finding("collation", "ok", f"keys compare as {MSSQL_BINARY}")


def _row_versions(engine: Engine) -> Finding | None:
    if engine.dialect.name != "mssql":
        return None
    if has_row_versions(engine):
        return Finding("row versions", "ok", "readers do not wait for writers (READ_COMMITTED_SNAPSHOT is on)")
    return Finding(
        "row versions",
        "warning",
        "READ_COMMITTED_SNAPSHOT is off: stations may wait for each other; `station master init` turns it on",
    )


def _size(engine: Engine) -> Finding | None:
    if engine.dialect.name != "mssql":
        with reading(engine) as conn:
            # It tells what it found in several lines.
            answer = " ".join(conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one().split())
        healthy = answer == "ok"
        return Finding(
            "file", "ok" if healthy else "wrong", "undamaged" if healthy else f"damaged ({answer}); restore a backup"
        )
    with reading(engine) as conn:
        query = text("SELECT SUM(CAST(size AS BIGINT)) * 8 / 1024 FROM sys.database_files WHERE type = 0")
        used: Any = conn.scalar(query)
    if used is None:
        return None
    near: Verdict = "warning" if used > 0.8 * EXPRESS_MB else "ok"
    return Finding("size", near, f"{used} MB; SQL Server Express takes {EXPRESS_MB} MB")


def _replica_queue(engine: Engine) -> Finding:
    try:
        with reading(engine) as conn:
            followed, there, waiting = is_followed(conn), triggers_there(conn), changes_waiting(conn)
    except DataError as error:
        if not _FORBIDDEN.search(str(error)):
            raise
        return Finding("replica queue", "ok", "this login may not look at it, as it should be")
    wanted = sum(1 for _ in triggers_wanted(engine.dialect.name))
    if not followed:
        return Finding("replica queue", "ok", "off: this shop has no replica")
    if len(there) < wanted:
        return Finding(
            "replica queue",
            "warning",
            f"{wanted - len(there)} triggers are missing, or this login may not see them; station replica on makes them",
        )
    if waiting > LONG_QUEUE:
        return Finding(
            "replica queue",
            "warning",
            f"{waiting} changes wait for a replica; start its pump, or turn it off with: station replica off",
        )
    return Finding("replica queue", "ok", f"{waiting} changes wait for the replica")


def _clock_of(now: Callable[[], datetime]) -> Callable[[Engine], Finding | None]:
    def clock(engine: Engine) -> Finding | None:
        if engine.dialect.name != "mssql":
            return None
        with reading(engine) as conn:
            told: Any = conn.scalar(text("SELECT SYSUTCDATETIME()"))
        drift_s = (now() - told.replace(tzinfo=UTC)).total_seconds()
        if abs(drift_s) <= DRIFT_S:
            return Finding("clock", "ok", f"{abs(drift_s):.1f} s apart")
        way = "ahead of" if drift_s > 0 else "behind"
        return Finding(
            "clock",
            "warning",
            f"this machine is {abs(drift_s):.0f} s {way} the central PC; let it take its time from there (chrony)",
        )

    return clock
