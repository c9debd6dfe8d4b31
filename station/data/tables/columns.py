"""Columns that many tables form alike.

Everything that people edit carries `created_at`, `updated_at` and `revision`. The revision counts the changes of a row, so
the sum over a table changes with each of them, whatever the clocks of those who write: a station sees from one
cheap query that it must fetch anew.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Integer, literal_column

from station.data.types import UtcDateTime, code, money, ulid, words


def key() -> Column[str]:
    return Column("id", ulid(), primary_key=True)


def to(table: str, *, name: str = "", null: bool = False, pair: bool = False) -> Column[str]:
    """A reference by id: `to("shops")` is `shop_id`; `name` where the plain one would say too little."""
    return Column(name or f"{_singular(table)}_id", ulid(), ForeignKey(f"{table}.id"), nullable=null, primary_key=pair)


def to_code(table: str, length: int, *, name: str = "", null: bool = False, pair: bool = False) -> Column[str]:
    """A reference to a code table."""
    return Column(
        name or f"{_singular(table)}_code", code(length), ForeignKey(f"{table}.code"), nullable=null, primary_key=pair
    )


def at(name: str, *, null: bool = False) -> Column[datetime]:
    return Column(name, UtcDateTime(), nullable=null)


def text(name: str, length: int, *, null: bool = False) -> Column[str]:
    return Column(name, words(length), nullable=null)


def free_text(name: str) -> Column[str]:
    """What somebody writes for somebody else; empty rather than missing."""
    return Column(name, words(400), nullable=False, default="")


def minor(name: str, *, null: bool = False, default: int | None = None) -> Column[int]:
    return Column(name, money(), nullable=null, default=default)


def whole(name: str, *, null: bool = False, default: int | None = None) -> Column[int]:
    return Column(name, Integer, nullable=null, default=default)


def flag(name: str, *, default: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, default=default)


def edited() -> tuple[Column[Any], ...]:
    return (
        Column("created_at", UtcDateTime(), nullable=False, default=_now),
        Column("updated_at", UtcDateTime(), nullable=False, default=_now, onupdate=_now),
        Column("revision", Integer, nullable=False, default=1, onupdate=literal_column("revision + 1")),
    )


def retired() -> Column[datetime]:
    """Nothing that was sold is deleted: it is out of use from here on."""
    return at("retired_at", null=True)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def check(name: str, rule: str) -> CheckConstraint:
    return CheckConstraint(rule, name=name)


def _singular(table: str) -> str:
    return table[:-3] + "y" if table.endswith("ies") else table.removesuffix("s")


def _now() -> datetime:
    return datetime.now(UTC)
