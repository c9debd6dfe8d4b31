"""The operations of which revisions are made: the same words for the master and, in its own form, for the replica.

Names follow the convention of `tables/metadata.py`. Who works on MySQL works on the replica: there every table begins with
`shop_id`, its key does too, and neither foreign keys nor checks nor unique rules exist. MySQL commits each operation by
itself, so each does nothing where it was done already.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.types import TypeEngine

from station.data.types import UtcDateTime, ulid

SHOP = "shop_id"


def column(name: str, kind: TypeEngine[Any], *, to: str = "", null: bool = False, counts: bool = False) -> Column[Any]:
    """`to`: the `table.column` that it refers to. `counts`: the database counts it up by itself."""
    return Column(name, kind, nullable=null, autoincrement=counts, info={"to": to})


def edited() -> tuple[Column[Any], ...]:
    return (
        column("created_at", UtcDateTime()),
        column("updated_at", UtcDateTime()),
        column("revision", Integer()),
    )


def create_table(
    name: str,
    *columns: Column[Any],
    key: Sequence[str] = ("id",),
    unique: Sequence[Sequence[str]] = (),
    checks: Mapping[str, str] | None = None,
) -> None:
    if on_replica():
        rest = [one for one in columns if one.name != SHOP]
        whole = PrimaryKeyConstraint(SHOP, *(one for one in key if one != SHOP))
        for one in rest:
            one.autoincrement = False
        op.create_table(name, column(SHOP, ulid()), *rest, whole, if_not_exists=True)
        return
    op.create_table(
        name,
        *columns,
        PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        *(
            ForeignKeyConstraint([one.name], [one.info["to"]], name=op.f(f"fk_{name}_{one.name}"))
            for one in columns
            if one.info["to"]
        ),
        *(UniqueConstraint(*some, name=op.f(f"uq_{name}_{'_'.join(some)}")) for some in unique),
        *(CheckConstraint(rule, name=op.f(f"ck_{name}_{short}")) for short, rule in (checks or {}).items()),
    )


def add_column(table: str, name: str, kind: TypeEngine[Any]) -> None:
    """A column that came later: the rows that were there have nothing in it, which means 0."""
    if not (on_replica() and _has_column(table, name)):
        op.add_column(table, column(name, kind, null=True))


def create_index(name: str, table: str, *columns: str) -> None:
    if on_replica():
        if not _has_index(table, name):
            op.create_index(name, table, [SHOP, *(one for one in columns if one != SHOP)])
        return
    op.create_index(name, table, list(columns))


def create_unique_index(name: str, table: str, *columns: str, only: str) -> None:
    """Unique among the rows for which `only` holds."""
    if not on_replica():
        op.create_index(name, table, list(columns), unique=True, mssql_where=text(only), sqlite_where=text(only))


def drop_index(name: str, table: str) -> None:
    if on_replica() and not _has_index(table, name):
        return
    op.drop_index(name, table_name=table)


def on_replica() -> bool:
    return op.get_context().dialect.name == "mysql"


def _has_column(table: str, name: str) -> bool:
    if op.get_context().as_sql:
        return False
    return any(one["name"] == name for one in inspect(op.get_bind()).get_columns(table))


def _has_index(table: str, name: str) -> bool:
    if op.get_context().as_sql:
        return False
    return any(one["name"] == name for one in inspect(op.get_bind()).get_indexes(table))
