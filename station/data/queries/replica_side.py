"""What the pump and the comparison ask of the replica, always of one shop: rows put there and taken away, how far the first
copy came, and how the rows of a range add up.

A row's hash is the MD5 of its columns as text, in the table's order, NULL as one zero byte, with 0x1f between them; a range's is
the exclusive or of its rows', so it does not depend on their order. The server works it out, and `text_of` says the same of
the master's rows. Only a CHAR is taken without the blanks at its end: MySQL gives it back so, SQL Server with them.
"""

import hashlib
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import (
    CHAR,
    ColumnElement,
    Connection,
    Row,
    Table,
    Unicode,
    and_,
    cast,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects import mysql

from station.data.bulk import in_portions
from station.data.queries.replica import beyond
from station.data.replica_tables import SHOP, in_replica
from station.data.tables import ledger, orders, shop
from station.data.triggers import key_columns, row_key, split_key

DONE: Final = "*"
"""In place of the last key: the first copy of this table is complete."""
_BETWEEN, _NULL = "\x1f", "\0"
_KEYS_AT_ONCE: Final = 500
_WRITER: Final = ""
"""In place of a table: which pump writes now."""
_PROGRESS: Final = in_replica(ledger.replica_changes)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows a range holds, and the exclusive or of their hashes."""

    rows: int
    hash: int


def put_rows(conn: Connection, shop_id: str, table: Table, rows: Sequence[Row[Any]]) -> None:
    """Each row as it is now, whether it was there before or not."""
    if rows:
        picked = _picked(table)
        # Straight to the driver: it takes the values of a master's row as they come.
        conn.exec_driver_sql(upsert_text(table), [(shop_id, *picked(row)) for row in rows])


def take_rows(conn: Connection, shop_id: str, table: Table, keys: Sequence[str]) -> None:
    """These rows are gone from the master."""
    for some in in_portions(keys, _KEYS_AT_ONCE):
        conn.execute(delete(in_replica(table)).where(_is_one_of(shop_id, table, some)))


def shops_there(conn: Connection) -> dict[str, str]:
    """Every shop that this replica holds: id and name."""
    shops = in_replica(shop.shops).c
    return {row.id: row.name for row in conn.execute(select(shops.id, shops.name))}


def newest_order(conn: Connection, shop_id: str) -> str | None:
    table = in_replica(orders.orders).c
    return conn.scalar(select(table.id).where(table.shop_id == shop_id).order_by(table.id.desc()).limit(1))


def copied_so_far(conn: Connection, shop_id: str) -> dict[str, str]:
    """By table the last key that the first copy reached; DONE where it is complete."""
    query = select(_PROGRESS.c.table_name, _PROGRESS.c.row_key).where(_PROGRESS.c.shop_id == shop_id)
    return {row.table_name: row.row_key for row in conn.execute(query)}


def note_copied(conn: Connection, shop_id: str, table: Table, key: str) -> None:
    query = mysql.insert(_PROGRESS)
    number = zlib.crc32(table.name.encode())
    row = {"shop_id": shop_id, "id": number, "table_name": table.name, "row_key": key}
    conn.execute(query.on_duplicate_key_update(row_key=func.values(_PROGRESS.c.row_key)), [row])


def forget_copied(conn: Connection, shop_id: str) -> None:
    """The first copy begins anew; the rows stay until they are written over."""
    conn.execute(delete(_PROGRESS).where(_PROGRESS.c.shop_id == shop_id, _PROGRESS.c.table_name != _WRITER))


def begin_writing(conn: Connection, shop_id: str, pump: str) -> None:
    """From here on only this pump writes the shop's rows."""
    query = mysql.insert(_PROGRESS)
    row = {"shop_id": shop_id, "id": 0, "table_name": _WRITER, "row_key": pump}
    conn.execute(query.on_duplicate_key_update(row_key=func.values(_PROGRESS.c.row_key)), [row])


def still_writes(conn: Connection, shop_id: str, pump: str) -> bool:
    """Whether no other pump began since; until this transaction ends, none can."""
    mine = (_PROGRESS.c.shop_id == shop_id, _PROGRESS.c.id == 0)
    return conn.scalar(select(_PROGRESS.c.row_key).where(*mine).with_for_update()) == pump


def count_there(conn: Connection, shop_id: str, table: Table) -> int:
    target = in_replica(table)
    return conn.scalar(select(func.count()).select_from(target).where(target.c.shop_id == shop_id)) or 0


def sum_of(conn: Connection, shop_id: str, table: Table, after: str | None, upto: str | None) -> Sum:
    """Of the rows whose key is beyond `after` (None: from the first) and not beyond `upto` (None: to the last)."""
    digest = func.md5(_row_text(table))
    parts = [func.bit_xor(_number(func.substr(digest, first, 16))) for first in (1, 17)]
    row = conn.execute(select(func.count(), *parts).where(_in_range(shop_id, table, after, upto))).one()
    return Sum(int(row[0]), int(row[1]) << 64 | int(row[2]))


def hashes_of(conn: Connection, shop_id: str, table: Table, after: str | None, upto: str | None) -> dict[str, int]:
    """By key the hash of each row of the range."""
    return _hashes(conn, table, _in_range(shop_id, table, after, upto))


def hashes_of_keys(conn: Connection, shop_id: str, table: Table, keys: Sequence[str]) -> dict[str, int]:
    """The same of those of these rows that are there."""
    found: dict[str, int] = {}
    for some in in_portions(keys, _KEYS_AT_ONCE):
        found |= _hashes(conn, table, _is_one_of(shop_id, table, some))
    return found


def hash_of(table: Table, row: Row[Any]) -> int:
    """The same of a master's row."""
    values = zip(_padded(table), _picked(table)(row), strict=True)
    text = _BETWEEN.join(text_of(value).rstrip(" ") if padded else text_of(value) for padded, value in values)
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest(), "big")


def text_of(value: Any) -> str:
    """A value as MySQL casts it to text."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S.") + f"{value.microsecond // 1000:03d}"
    if isinstance(value, Decimal):
        return f"{value:.3f}"
    if isinstance(value, bool):
        return str(int(value))
    return _NULL if value is None else str(value)


@cache
def upsert_text(table: Table) -> str:
    """The statement that writes a row of the replica, in the form of its driver."""
    target = in_replica(table)
    keys = set(target.primary_key.columns.keys())
    query = mysql.insert(target)
    # VALUES() is the one form that MySQL, MariaDB and TiDB have in common; the driver sends many rows at once with it.
    changed = {column.name: func.values(column) for column in target.c if column.name not in keys}
    # A table of keys only has nothing to change.
    query = query.on_duplicate_key_update(changed or {SHOP: func.values(target.c[SHOP])})
    return str(query.compile(dialect=mysql.pymysql.dialect(paramstyle="format")))


@cache
def _picked(table: Table) -> Callable[[Row[Any]], tuple[Any, ...]]:
    """A master's row without its `shop_id`: its values in the order of the replica's columns behind that."""
    names = table.columns.keys()
    return itemgetter(*(names.index(column.name) for column in in_replica(table).c if column.name != SHOP))


@cache
def _padded(table: Table) -> tuple[bool, ...]:
    """Of each of these columns, whether it is a CHAR."""
    return tuple(isinstance(column.type, CHAR) for column in _hashed(table))


def _hashes(conn: Connection, table: Table, which: ColumnElement[bool]) -> dict[str, int]:
    target = in_replica(table)
    columns = [target.c[column.name] for column in key_columns(table)]
    rows = conn.execute(select(*columns, func.md5(_row_text(table)).label("digest")).where(which))
    return {row_key(table, row[:-1]): int(row[-1], 16) for row in rows}


def _is_one_of(shop_id: str, table: Table, keys: Sequence[str]) -> ColumnElement[bool]:
    target = in_replica(table)
    columns = [target.c[column.name] for column in key_columns(table)]
    pairs = (split_key(table, key) for key in keys)
    is_one = or_(*(and_(*(one == value for one, value in zip(columns, pair, strict=True))) for pair in pairs))
    return and_(target.c.shop_id == shop_id, is_one)


def _hashed(table: Table) -> list[Any]:
    return [column for column in in_replica(table).c if column.name != SHOP]


def _row_text(table: Table) -> ColumnElement[str]:
    texts = [cast(one, Unicode()) for one in _hashed(table)]
    bare = [func.rtrim(text) if padded else text for padded, text in zip(_padded(table), texts, strict=True)]
    return func.concat_ws(literal(_BETWEEN), *(func.ifnull(text, literal(_NULL)) for text in bare))


def _number(digits: Any) -> ColumnElement[int]:
    return cast(func.conv(digits, 16, 10), mysql.BIGINT(unsigned=True))


def _in_range(shop_id: str, table: Table, after: str | None, upto: str | None) -> ColumnElement[bool]:
    target = in_replica(table)
    columns = [target.c[column.name] for column in key_columns(table)]
    rule = target.c.shop_id == shop_id
    if after is not None:
        rule = and_(rule, beyond(columns, split_key(table, after)))
    if upto is not None:
        rule = and_(rule, not_(beyond(columns, split_key(table, upto))))
    return rule
