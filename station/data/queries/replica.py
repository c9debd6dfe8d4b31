"""What the pump asks of the master: which rows changed, how they are now, and how the rows of a range are.

The queue is read in the order of its keys, but a transaction that began earlier may commit later; so exactly the entries that
were read are forgotten, never everything up to the last one. A row is read after its entry, so it is at least as new.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, delete, func, or_, select

from station.data.bulk import add_rows, in_portions
from station.data.tables import METADATA, ledger, orders, shop
from station.data.triggers import key_columns, row_key, split_key
from station.errors import DataError

_QUEUE: Final = ledger.replica_changes
_KEYS_AT_ONCE: Final = {1: 1_000, 2: 400}
_RANGES_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class OneShop:
    """The shop that this master is of."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the queue: this row was added, changed or taken away."""

    id: int
    table: str
    key: str


def the_shop(conn: Connection) -> OneShop:
    """Raises DataError unless the master holds exactly one."""
    rows = conn.execute(select(shop.shops.c.id, shop.shops.c.name).limit(2)).all()
    if len(rows) != 1:
        raise DataError(
            f"the master holds {len(rows) or 'no'} shop{'s' if rows else ''}, but a replica follows one:"
            " fill it, or look at the master's address"
        )
    return OneShop(rows[0].id, rows[0].name)


def next_changes(conn: Connection, limit: int) -> list[Change]:
    """The oldest entries of the queue. Index: its key. What stands below 1 is a lease (data/locks.py)."""
    queue = _QUEUE.c
    query = select(queue.id, queue.table_name, queue.row_key).where(queue.id > 0).order_by(queue.id).limit(limit)
    return [Change(*row) for row in conn.execute(query).all()]


def changes_waiting(conn: Connection) -> int:
    return conn.scalar(select(func.count()).select_from(_QUEUE).where(_QUEUE.c.id > 0)) or 0


def keys_by_table(changes: Sequence[Change]) -> dict[str, list[str]]:
    """Each changed row once, however often it changed. Entries of tables that are gone are left out."""
    keys: dict[str, dict[str, None]] = defaultdict(dict)
    for change in changes:
        if change.table in METADATA.tables:
            keys[change.table][change.key] = None
    return {table: list(some) for table, some in keys.items()}


def forget_changes_taken(conn: Connection, changes: Sequence[Change]) -> None:
    """Takes exactly these entries out of the queue."""
    for some in in_portions(list(_runs([change.id for change in changes])), _RANGES_AT_ONCE):
        conn.execute(delete(_QUEUE).where(or_(*(_QUEUE.c.id.between(first, last) for first, last in some))))


def queue_rows(conn: Connection, table: Table, keys: Sequence[str]) -> None:
    """Asks the pump to look at these rows again."""
    add_rows(conn, _QUEUE, [{"table_name": table.name, "row_key": key} for key in keys])


def queued_keys(conn: Connection, table: Table) -> set[str]:
    """The keys of this table that wait for the pump."""
    return set(conn.scalars(select(_QUEUE.c.row_key).where(_QUEUE.c.table_name == table.name, _QUEUE.c.id > 0)))


def rows_by_key(conn: Connection, table: Table, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """Those of the rows that are there, as they are now."""
    key_of = _key_of(table)
    found: dict[str, Row[Any]] = {}
    for some in in_portions(keys, _KEYS_AT_ONCE[len(key_columns(table))]):
        found.update((key_of(row), row) for row in conn.execute(select(table).where(_is_one_of(table, some))).all())
    return found


def rows_after(conn: Connection, table: Table, last: str | None, limit: int) -> list[tuple[str, Row[Any]]]:
    """The next rows in the order of their keys, each with its key."""
    query: Select[Any] = select(table).order_by(*key_columns(table)).limit(limit)
    if last is not None:
        query = query.where(beyond(list(key_columns(table)), split_key(table, last)))
    key_of = _key_of(table)
    return [(key_of(row), row) for row in conn.execute(query).all()]


def count_rows(conn: Connection, table: Table) -> int:
    return conn.scalar(select(func.count()).select_from(table)) or 0


def order_known(conn: Connection, order_id: str) -> bool:
    return conn.scalar(select(orders.orders.c.id).where(orders.orders.c.id == order_id)) is not None


def beyond(columns: Sequence[ColumnElement[Any]], values: Sequence[str]) -> ColumnElement[bool]:
    """Whether a key of one or two columns comes after these values."""
    if len(columns) == 1:
        return columns[0] > values[0]
    first, second = columns
    return or_(first > values[0], and_(first == values[0], second > values[1]))


def _is_one_of(table: Table, keys: Sequence[str]) -> ColumnElement[bool]:
    columns = key_columns(table)
    if len(columns) == 1:
        return columns[0].in_(keys)
    pairs = (split_key(table, key) for key in keys)
    return or_(*(and_(*(column == value for column, value in zip(columns, pair, strict=True))) for pair in pairs))


def _key_of(table: Table) -> Callable[[Row[Any]], str]:
    """How a row of the table is told its key: worked out once for many rows."""
    names = table.columns.keys()
    places = [names.index(column.name) for column in key_columns(table)]
    if len(places) == 1:
        return itemgetter(places[0])
    return lambda row: row_key(table, [row[place] for place in places])


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """1 2 3 7 8 is 1–3 and 7–8."""
    first = last = None
    for one in sorted(ids):
        if last is not None and one == last + 1:
            last = one
            continue
        if first is not None and last is not None:
            yield first, last
        first = last = one
    if first is not None and last is not None:
        yield first, last
