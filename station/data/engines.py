"""Engines for the three kinds of database: how each is reached, how long it may keep us waiting, how it behaves.

SQL Server goes through ODBC: FreeTDS unless the address names another driver, encrypted unless the address says
`Encrypt=no`. MySQL goes through PyMySQL over verified TLS unless the address says `tls=insecure`. A SQLite file is opened
anew for each transaction.
"""

import atexit
import os
import re
import sqlite3
import ssl
import tempfile
from pathlib import Path
from typing import Any, Final, Literal

import pyodbc
from sqlalchemy import Connection, Engine, Unicode, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from station.errors import DataError

CONNECT_S: Final = 5
ANSWER_S: Final = 30
BUSY_MS: Final = 5_000
LOCK_MS: Final = 10_000
IDLE_S: Final = 60
"""MySQL drops a session that says nothing for so long: one whose network is gone would keep its rows locked for hours."""
ADDRESS: Final = "station_address"
"""The execution option that keeps an engine's whole address, with our own words in it."""
FREETDS: Final = "FreeTDS"
_FREETDS_PATHS: Final = (
    "/usr/lib/x86_64-linux-gnu/odbc/libtdsodbc.so",
    "/usr/lib/aarch64-linux-gnu/odbc/libtdsodbc.so",
)
# What SQL Server demands of sessions that write to a table with a filtered index; and no wait for a lock without end.
_SESSION: Final = (
    "SET ANSI_NULLS, ANSI_PADDING, ANSI_WARNINGS, ARITHABORT, CONCAT_NULL_YIELDS_NULL, QUOTED_IDENTIFIER ON;"
    f" SET NUMERIC_ROUNDABORT OFF; SET LOCK_TIMEOUT {LOCK_MS}"
)

# The pool is SQLAlchemy's; a second one below it would keep broken connections alive.
pyodbc.pooling = False


def engine_at(url: URL, *, create: bool = False, outside_transactions: bool = False) -> Engine:
    """`create`: a SQLite file that is not there may be made. Raises ArgumentError for an address that is none.

    `outside_transactions`: on SQL Server each statement stands by itself, as some of them want it.
    """
    match url.get_backend_name():
        case "mssql":
            return _sql_server(url, "AUTOCOMMIT" if outside_transactions else None)
        case "mysql":
            return _mysql(url)
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise ArgumentError("a master in memory would be gone with the program")
            engine = sqlite_file(Path(url.database), "rwc" if create else "rw")
            prepare_sqlite(engine, writable=True)
            return engine
        case other:
            raise ArgumentError(f"{other} is none of SQL Server, MySQL and SQLite")


def sqlite_file(path: Path, mode: str) -> Engine:
    """`mode`: ro, rw or rwc, as in SQLite's URIs."""
    # A connection each time, and never an empty file in place of a missing one: somebody may have put another file
    # there, and what is written through an old connection would go to a file that nobody can see any more.
    quoted = str(path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    url = URL.create("sqlite", database=f"file:{quoted}", query={"mode": mode, "uri": "true"})
    return create_engine(url, poolclass=NullPool, hide_parameters=True)


def prepare_sqlite(engine: Engine, *, writable: bool) -> None:
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


def _sql_server(url: URL, isolation: Literal["AUTOCOMMIT"] | None) -> Engine:
    tls, ca = str(url.query.get("tls", "")), str(url.query.get("ca", ""))
    engine = create_engine(
        _with_driver(url),
        connect_args={"timeout": CONNECT_S},
        # What is asked and written is nobody's business in a log.
        hide_parameters=True,
        # Keys are made by the client, so nothing needs to come back from an insert.
        use_insertmanyvalues=False,
        execution_options={ADDRESS: url},
        isolation_level=isolation,
        pool_pre_ping=True,
    )

    if tls == "verify" and "Encryption" in engine.url.query:
        name = _known_to_freetds(url, ca)

        def connecting(_dialect: Any, _record: Any, arguments: list[str], _options: Any) -> None:
            arguments[0] = re.sub(r"\bServer=[^;]*", f"Servername={name}", arguments[0])

        event.listen(engine, "do_connect", connecting)

    if "Encryption" in engine.url.query:

        def sized(sizes: dict[Any, Any], *_more: Any) -> None:
            # As a plain NVARCHAR, FreeTDS sends no text of more than 2,000 letters.
            for parameter in sizes:
                kind = parameter.type.dialect_impl(engine.dialect)
                if isinstance(kind, Unicode) and kind.length is None:
                    sizes[parameter] = pyodbc.SQL_WLONGVARCHAR

        event.listen(engine, "do_setinputsizes", sized)

    def connected(connection: Any, _record: Any) -> None:
        connection.timeout = ANSWER_S
        cursor = connection.cursor()
        cursor.execute(_SESSION)
        cursor.close()
        if isolation is None:
            connection.commit()

    event.listen(engine, "connect", connected)
    return engine


def _with_driver(url: URL) -> URL:
    """`tls` and `ca` are our own words (config.SqlServer); the driver's own are left as they are."""
    query = dict(url.query)
    if "odbc_connect" in query:
        return url
    tls, ca = str(query.pop("tls", "")), str(query.pop("ca", ""))
    driver = str(query.setdefault("driver", FREETDS))
    if "freetds" in driver.lower() or "tdsodbc" in driver.lower():
        query["driver"] = freetds_driver() if driver == FREETDS else driver
        wanted = str(query.pop("Encrypt", "no" if tls == "insecure" else "yes")).lower()
        query.setdefault("Encryption", "off" if wanted in {"no", "false", "off"} else "require")
        query.setdefault("TDS_Version", "7.4")
        query.setdefault("ClientCharset", "UTF-8")
        # What bounds a COMMIT: the driver's time-out for statements does not.
        query.setdefault("Timeout", str(ANSWER_S))
        # It does not take the port behind the server's name, as Microsoft's driver does.
        query.setdefault("port", str(url.port or 1433))
    else:
        query.setdefault("Encrypt", "no" if tls == "insecure" else "yes")
        if tls == "encrypt":
            query.setdefault("TrustServerCertificate", "yes")
        if tls == "verify" and ca:
            raise DataError(
                f"the driver {driver!r} trusts this machine's authorities and no others: put {ca} into"
                " /usr/local/share/ca-certificates, run update-ca-certificates, and leave `ca` out"
            )
    return url.set(query=query)


def _known_to_freetds(url: URL, ca: str) -> str:
    """A name for this server in a file of FreeTDS's: it reads whom to trust from there, and from nowhere else."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf", prefix="freetds-", delete=False) as conf:
        conf.write(
            f"[station]\n\thost = {url.host}\n\tport = {url.port or 1433}\n\ttds version = 7.4\n\tencryption = require\n"
            f"\tca file = {ca or 'system'}\n\tcheck certificate hostname = yes\n"
        )
    atexit.register(Path(conf.name).unlink, missing_ok=True)
    os.environ["FREETDSCONF"] = conf.name
    return "station"


def freetds_driver() -> str:
    """The driver by its name where it is registered, else by its place."""
    if FREETDS in pyodbc.drivers():
        return FREETDS
    return next((path for path in _FREETDS_PATHS if Path(path).exists()), FREETDS)


def _mysql(url: URL) -> Engine:
    query = dict(url.query)
    tls, ca = str(query.pop("tls", "verify")), str(query.pop("ca", ""))
    options: dict[str, Any] = {"connect_timeout": CONNECT_S, "read_timeout": ANSWER_S, "write_timeout": ANSWER_S}
    if tls == "verify":
        try:
            options["ssl"] = ssl.create_default_context(cafile=ca or None)
        except (OSError, ssl.SSLError) as error:
            raise DataError(
                f"the certificate authority {ca!r} cannot be read: {error}; mend the replica's `ca`"
            ) from error
    elif tls == "insecure":
        options["ssl_disabled"] = True
    else:
        raise ArgumentError(f"tls={tls} is neither verify nor insecure")
    options["init_command"] = f"SET SESSION wait_timeout = {IDLE_S}, innodb_lock_wait_timeout = {LOCK_MS // 1000}"
    query.setdefault("charset", "utf8mb4")
    return create_engine(url.set(query=query), connect_args=options, pool_pre_ping=True, hide_parameters=True)
