"""The raw operations that benchmarks hold ours against, and quick ways to fill a master for them.

Each is what any Python program on the same driver would pay: the driver's own executemany of rows that are ready. They
stand here because the drivers do.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Table, insert, select
from sqlalchemy.engine import URL
from ulid import ULID

from station.data.bulk import in_portions
from station.data.engines import engine_at
from station.data.master import init_master, seed_master
from station.data.queries.replica import the_shop
from station.data.queries.replica_side import upsert_text
from station.data.replica_tables import SHOP, in_replica
from station.data.replicated import turn_following
from station.data.session import open_engine, reading, writing
from station.data.tables import ledger, menu, orders, payments, shop

LINES_AN_ORDER: Final = 4
_FACT_TABLES: Final = (
    orders.orders,
    orders.order_lines,
    payments.payments,
    orders.order_tokens,
    orders.token_moves,
    ledger.audit_events,
)
_AT_ONCE: Final = 20_000


def raw_fact_rows(url: str, raw_url: str, facts_at_once: int) -> list[float]:
    """Milliseconds for each batch of inserts of the rows that `url` got from facts, into another empty master."""
    init_master(raw_url)
    seed_master(raw_url)
    master, raw = open_engine(url), engine_at_without_rules(raw_url)
    with reading(master) as conn:
        rows = {one: [tuple(row) for row in conn.exec_driver_sql(_plain_select(one)).all()] for one in _FACT_TABLES}
    facts = len(rows[ledger.audit_events]) + len(rows[orders.token_moves])
    batches = max(1, -(-facts // facts_at_once))
    times = []
    for number in range(batches):
        start = time.perf_counter()
        with writing(raw) as conn:
            for table, all_of_it in rows.items():
                size = -(-len(all_of_it) // batches)
                some = all_of_it[number * size : (number + 1) * size]
                if some:
                    conn.exec_driver_sql(str(insert(table).compile(dialect=raw.dialect)), some)
        times.append((time.perf_counter() - start) * 1e3)
    master.dispose()
    raw.dispose()
    return times


def engine_at_without_rules(url: str) -> Any:
    """An embedded master whose triggers are off, so that only the rows are paid for."""
    turn_following(url, on=False)
    return open_engine(url)


def fill_with_lines(url: str, lines: int) -> str:
    """So many order lines, four an order, in an embedded master that has a shop; the triggers are on again afterwards.

    Gives the id of the first order that was added.
    """
    turn_following(url, on=False)
    engine = open_engine(url)
    with reading(engine) as conn:
        ready = _Ready(
            shop=the_shop(conn).id,
            day=_first(conn, shop.business_days.c.id),
            station=_first(conn, shop.stations.c.id),
            item=_first(conn, menu.menu_items.c.id),
            recipe=_first(conn, menu.menu_items.c.recipe_id),
        )
    first = ""
    for numbers in in_portions(range(lines // LINES_AN_ORDER), _AT_ONCE):
        some = [ready.order(number) for number in numbers]
        first = first or some[0]["id"]
        with writing(engine) as conn:
            conn.execute(insert(orders.orders), some)
            conn.execute(insert(orders.order_lines), [line for order in some for line in ready.lines(order)])
    engine.dispose()
    turn_following(url, on=True)
    return first


class RawReplica:
    """A second database on the same server with the same tables, written by the driver's own executemany."""

    def __init__(self, url: URL, shop_id: str) -> None:
        self._engine, self._shop = engine_at(url), shop_id
        self._connection = self._engine.raw_connection()

    def upsert(self, table: Table, rows: Sequence[tuple[Any, ...]]) -> float:
        """Milliseconds for these rows, committed. They are ready: as `ready_rows` gives them."""
        statement = upsert_text(table)
        start = time.perf_counter()
        cursor = self._connection.cursor()
        cursor.executemany(statement, rows)
        cursor.close()
        self._connection.commit()
        return (time.perf_counter() - start) * 1e3

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def ready_rows(url: str, table: Table, limit: int, shop_id: str) -> list[tuple[Any, ...]]:
    """Rows of a master as the MySQL driver takes them, in the order of the replica's columns."""
    engine = open_engine(url)
    names = [column.name for column in in_replica(table).c]
    with reading(engine) as conn:
        rows = conn.execute(select(table).limit(limit)).mappings().all()
    engine.dispose()
    return [tuple(shop_id if name == SHOP else _plain(row[name]) for name in names) for row in rows]


def touch(url: str, table: Table, rows: int) -> None:
    """Changes so many rows, so that the triggers queue them."""
    engine = open_engine(url)
    key = table.c.id
    with writing(engine) as conn:
        some = list(conn.scalars(select(key).order_by(key).limit(rows)))
        # The note is free text: any change will do.
        conn.execute(table.update().where(key.between(some[0], some[-1])).values(note=table.c.note + "."))
    engine.dispose()


class _Ready:
    """Rows for many orders of one day."""

    def __init__(self, **ids: str) -> None:
        self._ids = ids
        self._began = datetime.now(UTC) - timedelta(days=365)

    def order(self, number: int) -> dict[str, Any]:
        at = self._began + timedelta(seconds=number)
        return {
            "id": _id(at),
            "shop_id": self._ids["shop"],
            "business_day_id": self._ids["day"],
            "station_id": self._ids["station"],
            "staff_id": None,
            "number": f"t1-{number % 1000:03d}",
            "mode": "eat_in",
            "placed_at": at,
            "due_at": None,
            "total_minor": 4_000,
            "tax_minor": 400,
            "rounding_minor": 0,
            "currency": "EUR",
            "customer_name": "",
            "customer_allergies": "",
            "note": "",
            "training": False,
        }

    def lines(self, order: dict[str, Any]) -> Iterator[dict[str, Any]]:
        for position in range(LINES_AN_ORDER):
            yield {
                "id": _id(order["placed_at"]),
                "order_id": order["id"],
                "position": position,
                "menu_item_id": self._ids["item"],
                "recipe_id": self._ids["recipe"],
                "name": "Classic burger",
                "count": 1,
                "unit_minor": 1_000,
                "total_minor": 1_000,
                "tax_bp": 1_200,
                "tax_minor": 107,
                "prep_group": "grill",
                "weight": 1,
                "note": "",
                "allergens": '{"milk":"contains","gluten":"contains"}',
            }


def _plain_select(table: Table) -> str:
    return str(select(table))


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _first(conn: Any, column: Any) -> str:
    return str(conn.scalar(select(column).limit(1)))


def _id(at: datetime) -> str:
    return str(ULID.from_datetime(at)).lower()
