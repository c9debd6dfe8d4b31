"""Fills a master with a described shop. What is there already is left as people made it: seeding twice is harmless."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, insert, select

from station.data.bulk import add_rows
from station.data.described.files import demo_shop, read_shop
from station.data.described.gathered import Row
from station.data.described.rows import rows_of
from station.data.ids import part_ulid
from station.data.tables import METADATA, shop
from station.errors import DataError


def seed_demo(conn: Connection, now: datetime) -> dict[str, int]:
    """The demo shop, with a business day open since `now` unless one is open. Gives the new rows by table.

    Raises DataError when the master holds another shop already.
    """
    rows = rows_of(read_shop(demo_shop()))
    shop_row = rows[shop.shops][0]
    stranger = conn.scalar(select(shop.shops.c.name).where(shop.shops.c.id != shop_row["id"]))
    if stranger is not None:
        raise DataError(f"this master holds the shop {stranger!r} already; seed an empty one")
    added = {table.name: insert_missing(conn, table, rows[table]) for table in METADATA.sorted_tables if table in rows}
    added[shop.business_days.name] = _open_day(conn, shop_row, now)
    return {name: count for name, count in added.items() if count}


def insert_missing(conn: Connection, table: Table, rows: Sequence[Row]) -> int:
    """Inserts the rows whose key is not there yet, in their order. Gives how many those were."""
    keys = list(table.primary_key.columns)
    there = {tuple(row) for row in conn.execute(select(*keys))}
    new = [row for row in rows if tuple(row[key.name] for key in keys) not in there]
    if new:
        add_rows(conn, table, new)
    return len(new)


def _open_day(conn: Connection, shop_row: Row, now: datetime) -> int:
    days = shop.business_days
    today = now.astimezone(ZoneInfo(shop_row["timezone"])).date()
    known: Any = days.c.closed_at.is_(None) | (days.c.business_date == today)
    if conn.scalar(select(days.c.id).where(days.c.shop_id == shop_row["id"], known).limit(1)) is not None:
        return 0
    conn.execute(
        insert(days).values(
            id=part_ulid(shop_row["id"], "business_day", today.isoformat()),
            shop_id=shop_row["id"],
            business_date=today,
            opened_at=now.astimezone(UTC),
            created_at=now,
            updated_at=now,
        )
    )
    return 1
