"""Masters for tests, of every kind that is there: made once, emptied or seeded anew for each test.

A SQLite master is copied from a template. MariaDB holds the master's tables as they are, so that the queries meet one more
real server. The T-SQL server is the one of STATION_TEST_MSSQL_URL; what is tried there goes into a database of its own
where the server lets us make one.
"""

import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.engine import URL, make_url

from station.data.master import init_master
from station.data.migrate import stamp, upgrade_master
from station.data.seed import seed_demo
from station.data.server import version_rows
from station.data.session import open_engine, outside_transactions, writing
from station.data.tables import METADATA
from station.errors import DataError

MSSQL_URL = os.environ.get("STATION_TEST_MSSQL_URL", "")
MSSQL = pytest.param(
    "mssql",
    marks=[
        pytest.mark.mssql,
        pytest.mark.skipif(not MSSQL_URL, reason="STATION_TEST_MSSQL_URL names no T-SQL server to try this on"),
    ],
)
KINDS = ["sqlite", "mariadb", MSSQL]
MASTER_KINDS = ["sqlite", MSSQL]
"""Those that can be a shop's master."""


class Masters:
    def __init__(self, folder: Path, mariadb: Callable[[], object]) -> None:
        self._folder, self._mariadb = folder, mariadb
        self._urls: dict[str, URL] = {}
        self._seeded: Path | None = None

    def empty(self, kind: str, path: Path) -> Engine:
        """All tables and no rows. A SQLite master stands at `path`."""
        if kind == "sqlite":
            shutil.copy(self._template(), path)
            return open_engine(f"sqlite:///{path}")
        engine = open_engine(self.url(kind))
        clear(engine)
        return engine

    def seeded(self, kind: str, path: Path, now: datetime) -> Engine:
        """The demo shop with a business day open since `now`."""
        if kind == "sqlite":
            if self._seeded is None:
                self._seeded = self._folder / "seeded.db"
                _seed(self.empty(kind, self._seeded), now)
            shutil.copy(self._seeded, path)
            return open_engine(f"sqlite:///{path}")
        engine = self.empty(kind, path)
        _seed(engine, now)
        return engine

    def url(self, kind: str) -> URL:
        """Of the server's database, made when first asked for."""
        if kind not in self._urls:
            self._urls[kind] = self._make(kind)
        return self._urls[kind]

    def close(self) -> None:
        url = self._urls.pop("mssql", None)
        if url is not None and url != make_url(MSSQL_URL):
            drop_database(url)

    def _template(self) -> Path:
        path = self._folder / "empty.db"
        if not path.exists():
            init_master(f"sqlite:///{path}")
            with sqlite3.connect(path) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return path

    def _make(self, kind: str) -> URL:
        if kind == "mssql":
            return fresh_mssql()
        url = mariadb_url(self._mariadb(), f"master_{uuid.uuid4().hex[:8]}")
        engine = open_engine(url)
        METADATA.create_all(engine)
        with writing(engine) as conn:
            stamp(conn)
        engine.dispose()
        return url


def mariadb_url(server, name: str, **changes) -> URL:
    """A new empty database on it."""
    server.create_database(name)
    query = {"ca": str(server.ca)}
    url = URL.create("mysql+pymysql", server.user, server.password, "127.0.0.1", server.port, name, query=query)
    return url.set(**changes)


def fresh_mssql() -> URL:
    """A database of this run with all tables; the given one, where the server lets nobody make another."""
    given = reachable(make_url(MSSQL_URL))
    url = given.set(database=f"station_test_{uuid.uuid4().hex[:8]}")
    try:
        init_master(url)
    except DataError:
        url = given
        engine = open_engine(url)
        upgrade_master(engine)
        version_rows(engine)
        engine.dispose()
    return url


def reachable(url: URL) -> URL:
    """Encrypted, unless that server only speaks plainly."""
    engine = open_engine(url)
    try:
        with writing(engine):
            return url
    except DataError:
        return url.update_query_dict({"Encrypt": "no"})
    finally:
        engine.dispose()


def drop_database(url: URL) -> None:
    engine = open_engine(url.set(database="master"))
    try:
        with outside_transactions(engine) as conn:
            conn.exec_driver_sql(f"DROP DATABASE {url.database}")
    except DataError:
        # Somebody still looks at it: the server's owner sees by its name that it is of a test.
        return
    finally:
        engine.dispose()


def clear(engine: Engine) -> None:
    with writing(engine) as conn:
        if engine.dialect.name == "mysql":
            conn.execute(text("SET FOREIGN_KEY_CHECKS = 0"))
        for table in reversed(METADATA.sorted_tables):
            conn.execute(delete(table))
        conn.execute(delete(METADATA.tables["replica_changes"]))
        if engine.dialect.name == "mysql":
            conn.execute(text("SET FOREIGN_KEY_CHECKS = 1"))


def _seed(engine: Engine, now: datetime) -> None:
    with writing(engine) as conn:
        seed_demo(conn, now)
    if engine.dialect.name == "sqlite":
        with engine.connect() as conn:
            conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
