"""What only SQL Server has: databases that are made, row versions, binary keys. Each is one function, harmless elsewhere.

Row versions (read-committed snapshot isolation) let readers read while others write, without a lock. A T-SQL server that
keeps row versions anyway, and refuses to be told, is taken as it is. One that cannot follow a foreign key between columns of
a binary collation gets the database's own: every id and code is lower case, so they compare as well.
"""

import re
from typing import Any, Final

from sqlalchemy import Column, Engine, ForeignKey, MetaData, Table, insert, text
from sqlalchemy.dialects.mssql.base import MSTypeCompiler
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql.elements import quoted_name

from station.data.session import open_engine, outside_transactions, translated
from station.data.types import code
from station.errors import DatabaseAway, DataError

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,62}")


def make_database(url: str | URL) -> bool:
    """Makes an empty database on SQL Server unless it is there; whether it did. Raises DataError."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "mssql" or "odbc_connect" in parsed.query:
        return False
    name = checked_name(parsed.database or "")
    engine = open_engine(parsed.set(database="master"))
    try:
        with outside_transactions(engine) as conn:
            if conn.scalar(text("SELECT DB_ID(:name)"), {"name": name}) is not None:
                return False
            quoted = conn.dialect.identifier_preparer.quote(quoted_name(name, quote=True))
            conn.exec_driver_sql(f"CREATE DATABASE {quoted}")
            return True
    finally:
        engine.dispose()


def version_rows(engine: Engine) -> bool:
    """Turns read-committed snapshot isolation on; whether readers now read without waiting for writers."""
    if engine.dialect.name != "mssql":
        return True
    if has_row_versions(engine):
        return True
    try:
        with outside_transactions(engine) as conn:
            conn.exec_driver_sql("ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE")
    except DataError:
        return False
    return has_row_versions(engine)


def has_row_versions(engine: Engine) -> bool:
    query = text("SELECT is_read_committed_snapshot_on FROM sys.databases WHERE name = DB_NAME()")
    with translated(engine), engine.connect() as conn:
        return bool(conn.scalar(query))


def suit_keys(engine: Engine) -> bool:
    """Whether keys may have their binary collation here; if not, this engine's tables are made without it."""
    if engine.dialect.name != "mssql":
        return True
    probe = MetaData()
    known = Table("station_probe_known", probe, Column("code", code(), primary_key=True))
    other = Table("station_probe", probe, Column("code", code(), ForeignKey(known.c.code), primary_key=True))
    try:
        with translated(engine), engine.connect() as conn, conn.begin() as transaction:
            probe.create_all(conn, checkfirst=False)
            conn.execute(insert(known).values(code="a"))
            conn.execute(insert(other).values(code="a"))
            transaction.rollback()
    except DatabaseAway:
        raise
    except DataError:
        engine.dialect.type_compiler_instance = _OwnCollation(engine.dialect)
        return False
    return True


class _OwnCollation(MSTypeCompiler):
    def _extend(self, spec: str, type_: Any, length: Any = None) -> str:
        length = length or type_.length
        return f"{spec}({length})" if length else spec


def checked_name(name: str) -> str:
    """A database's or login's name that needs no care anywhere. Raises DataError."""
    if not _NAME.fullmatch(name):
        raise DataError(f"{name!r} is no name for a database: letters, digits and _ only, beginning with a letter")
    return name
