"""Column types that mean the same on SQL Server, SQLite and MySQL.

Ids and codes compare byte by byte everywhere. Times are UTC to the millisecond: DATETIME2(3) on SQL Server, DATETIME(3) on
MySQL, on SQLite a text of fixed width (`2026-11-23T09:52:19.123Z`) that sorts as the time does. They come back aware of
their zone, and only aware ones go in. Migrations are written in these words too: none of them ever comes to mean another
column type; a new meaning gets a new name.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CHAR, BigInteger, DateTime, Integer, Numeric, String, Unicode, UnicodeText
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

MSSQL_BINARY = "Latin1_General_100_BIN2"
_MYSQL_BINARY = "ascii_bin"
# Known alike to MySQL, MariaDB and TiDB, whatever their own default is.
_MYSQL_WORDS = "utf8mb4_unicode_ci"
_TEXT_TIME = "%Y-%m-%dT%H:%M:%S"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, to the millisecond; what is finer is cut off, so that a value equals itself read back."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "mssql":
            return dialect.type_descriptor(mssql.DATETIME2(3))  # type: ignore[no-untyped-call]
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.DATETIME(fsp=3))
        if dialect.name == "sqlite":
            return dialect.type_descriptor(CHAR(24))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone: pass UTC times")
        utc = value.astimezone(UTC)
        if dialect.name == "sqlite":
            return f"{utc.strftime(_TEXT_TIME)}.{utc.microsecond // 1000:03d}Z"
        return utc.replace(microsecond=utc.microsecond // 1000 * 1000, tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's form
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        moment: datetime = value
        return moment.replace(tzinfo=UTC)


def fixed(length: int) -> TypeEngine[str]:
    """Exactly so many ASCII characters: ids, hashes, ISO codes."""
    return (
        CHAR(length)
        .with_variant(mssql.CHAR(length, collation=MSSQL_BINARY), "mssql")
        .with_variant(mysql.CHAR(length, charset="ascii", collation=_MYSQL_BINARY), "mysql")
    )


def ulid() -> TypeEngine[str]:
    return fixed(26)


def code(length: int = 12) -> TypeEngine[str]:
    """At most so many ASCII characters that mean something to programs: codes, places, versions."""
    return (
        String(length)
        .with_variant(mssql.VARCHAR(length, collation=MSSQL_BINARY), "mssql")
        .with_variant(mysql.VARCHAR(length, charset="ascii", collation=_MYSQL_BINARY), "mysql")
    )


def words(length: int) -> TypeEngine[str]:
    """What people write and read: NVARCHAR with a real length."""
    return Unicode(length).with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation=_MYSQL_WORDS), "mysql")


def document() -> TypeEngine[str]:
    """JSON text that is kept whole and never searched."""
    return (
        UnicodeText()
        .with_variant(mssql.NVARCHAR(None), "mssql")
        .with_variant(mysql.LONGTEXT(charset="utf8mb4", collation=_MYSQL_WORDS), "mysql")
    )


def money() -> TypeEngine[int]:
    """Minor units of the shop's currency."""
    return BigInteger()


def quantity() -> TypeEngine[Any]:
    """An amount of an ingredient, exact to a thousandth; SQLite keeps it as text, since its numbers are floats."""
    return Numeric(12, 3).with_variant(ExactText(), "sqlite")


def counter() -> TypeEngine[int]:
    """A key that the database counts up itself; SQLite does so only for INTEGER."""
    return BigInteger().with_variant(Integer(), "sqlite")


def has_filtered_indexes(*_args: Any, dialect: Dialect, **_more: Any) -> bool:
    """Whether a unique index over some of the rows exists here: MySQL has none, and the replica needs none."""
    return dialect.name != "mysql"


class ExactText(TypeDecorator[Any]):
    """A decimal as text with three places."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's form
        return None if value is None else str(Decimal(value).quantize(Decimal("0.001")))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 - the base class's form
        return None if value is None else Decimal(value)
