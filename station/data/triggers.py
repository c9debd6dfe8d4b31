"""The triggers that put (table, key) of every changed row into `replica_changes`, on each engine that can be a master.

SQL Server has one trigger a table for all three kinds of change, SQLite one for each. A key of two columns is written as
both with `|` between them; `split_key` takes it apart again. The triggers are made anew by `station master upgrade`; a shop
that has no replica turns them off, so that the queue does not grow for nobody (`station replica off`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    DDL,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    TableClause,
    and_,
    column,
    exists,
    insert,
    literal,
    select,
    table,
    text,
    union,
    union_all,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import Integer, String

from station.data.tables import METADATA, ledger

BETWEEN: Final = "|"
_PREFIX: Final = "tr_replica_"
_QUEUE: Final = ledger.replica_changes
_OFF: Final = -9
"""The queue's one row while nobody follows; like a lease (data/locks.py) it stands below the entries."""
_SQLITE_ROWS: Final = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def followed_tables() -> tuple[Table, ...]:
    """The tables that a replica gets: all but the queue itself, each after those that it refers to."""
    return tuple(one for one in METADATA.sorted_tables if one is not _QUEUE)


def key_columns(of: Table) -> tuple[Column[Any], ...]:
    return tuple(of.primary_key.columns)


def row_key(of: Table, values: Sequence[str]) -> str:
    """The key as the queue has it."""
    assert len(values) == len(key_columns(of))
    return BETWEEN.join(values)


def split_key(of: Table, key: str) -> tuple[str, ...]:
    """The key's columns again; the first of two never holds the sign between them."""
    return tuple(key.split(BETWEEN, len(key_columns(of)) - 1))


_ON_SQL_SERVER: Final = (
    # Without NOCOUNT the caller would take the queue's rows for its own.
    "CREATE TRIGGER %(name)s ON %(on)s AFTER INSERT, UPDATE, DELETE AS BEGIN SET NOCOUNT ON; %(body)s; END"
)
_ON_SQLITE: Final = {
    "insert": "CREATE TRIGGER %(name)s AFTER INSERT ON %(on)s BEGIN %(body)s; END",
    "update": "CREATE TRIGGER %(name)s AFTER UPDATE ON %(on)s BEGIN %(body)s; END",
    "delete": "CREATE TRIGGER %(name)s AFTER DELETE ON %(on)s BEGIN %(body)s; END",
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """`kind`: insert, update or delete on SQLite; empty on SQL Server, where one trigger serves all."""

    on: Table
    kind: str = ""

    @property
    def name(self) -> str:
        return _PREFIX + self.on.name + (f"_{self.kind}" if self.kind else "")

    def ddl(self, dialect: Dialect) -> DDL:
        """The statement that makes it; its names are quoted where the engine wants it, and it holds no value of a row."""
        rows = _changed_on_sqlite(self.on, self.kind) if self.kind else _changed_on_sql_server(self.on)
        queued = insert(_QUEUE).from_select([_QUEUE.c.table_name, _QUEUE.c.row_key], rows, include_defaults=False)
        body = queued.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        quoted = dialect.identifier_preparer.quote
        context = {"name": quoted(self.name), "on": quoted(self.on.name), "body": str(body)}
        return DDL(_ON_SQLITE[self.kind] if self.kind else _ON_SQL_SERVER, context=context)  # type: ignore[no-untyped-call]


def triggers_wanted(dialect: str) -> Iterator[Trigger]:
    """All triggers of a master on this engine."""
    for one in followed_tables():
        for kind in _ON_SQLITE if dialect == "sqlite" else ("",):
            yield Trigger(one, kind)


def triggers_there(conn: Connection) -> set[str]:
    """The names of our triggers that the database has."""
    if conn.dialect.name == "sqlite":
        query = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    else:
        query = text("SELECT name FROM sys.objects WHERE type = 'TR'")
    return {name for (name,) in conn.execute(query) if name.startswith(_PREFIX)}


def is_followed(conn: Connection) -> bool:
    """Whether changes are put into the queue. SQL Server shows triggers to few, but whoever reads the queue can see this."""
    return conn.scalar(select(_QUEUE.c.id).where(_QUEUE.c.id == _OFF)) is None


def follow_changes(conn: Connection) -> int:
    """Makes every trigger that is missing and drops those of tables that are gone; how many it made."""
    conn.execute(_QUEUE.delete().where(_QUEUE.c.id == _OFF))
    there = triggers_there(conn)
    wanted = {one.name: one for one in triggers_wanted(conn.dialect.name)}
    for name in sorted(there - wanted.keys()):
        _drop(conn, name)
    missing = [one for name, one in wanted.items() if name not in there]
    for one in missing:
        conn.execute(one.ddl(conn.dialect))
    return len(missing)


def forget_changes(conn: Connection) -> None:
    """Drops the triggers and empties the queue: nobody follows this master any more."""
    for name in sorted(triggers_there(conn)):
        _drop(conn, name)
    conn.execute(_QUEUE.delete())
    conn.execute(insert(_QUEUE).values(id=_OFF, table_name="", row_key="off"))


def _drop(conn: Connection, name: str) -> None:
    context = {"name": conn.dialect.identifier_preparer.quote(name)}
    conn.execute(DDL("DROP TRIGGER %(name)s", context=context))  # type: ignore[no-untyped-call]


def _changed_on_sql_server(of: Table) -> CompoundSelect[Any]:
    new, old = _rows(of, "inserted"), _rows(of, "deleted")
    # A key that stays itself is told once.
    same = and_(*(one == other for one, other in zip(old.c, new.c, strict=True)))
    kept = exists(select(literal(1, Integer())).select_from(new).where(same).correlate(old))
    return union_all(_keys(of, new), _keys(of, old).where(~kept))


def _changed_on_sqlite(of: Table, kind: str) -> Any:
    rows = [select(literal(of.name, String()), _key_in(of, row)) for row in _SQLITE_ROWS[kind]]
    return union(*rows) if len(rows) > 1 else rows[0]


def _rows(of: Table, name: str) -> TableClause:
    return table(name, *(column(one.name, one.type) for one in key_columns(of)))


def _keys(of: Table, rows: TableClause) -> Select[Any]:
    return select(literal(of.name, String()), _joined(list(rows.c))).select_from(rows)


def _key_in(of: Table, row: str) -> ColumnElement[Any]:
    return _joined([column(f"{row}.{one.name}", one.type, is_literal=True) for one in key_columns(of)])


def _joined(parts: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    first, *more = parts
    joined = first
    for one in more:
        joined = joined + literal(BETWEEN, String()) + one
    return joined
