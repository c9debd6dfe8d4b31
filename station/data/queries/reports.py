"""What was sold by item and by person, and what people did that an owner wants to see: of the master, or of its replica."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, and_, case, func, or_, select

from station.data.queries.takings import Books, Day
from station.data.tables import ledger, orders, payments, shop, staff

NOTABLE: Final = (
    "order.changed",
    "order.refunded",
    "tender.dropped",
    "tender.settled",
    "drawer.opened",
    "drawer.moved",
    "drawer.counted",
    "day.closed",
    "menu.sold_out",
)
"""Kinds of events that are about money or what can be bought, and that are no plain sale."""


@dataclass(frozen=True, slots=True)
class ItemSales:
    """`goods_minor`: what was sold of it, voids taken off; `off_minor`: discounts on it."""

    name: str
    count: int
    goods_minor: int
    off_minor: int

    @property
    def turnover_minor(self) -> int:
        return self.goods_minor - self.off_minor


@dataclass(frozen=True, slots=True)
class StaffSales:
    """`sold_minor`: what they rang up, before discounts; `off_minor`, `refunded_minor`: what they gave away and back."""

    name: str
    orders: int = 0
    items: int = 0
    sold_minor: int = 0
    voids: int = 0
    off_minor: int = 0
    refunds: int = 0
    refunded_minor: int = 0
    no_sales: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """`body`: the fact as it was kept, JSON."""

    at: datetime
    station: str
    staff: str
    approved_by: str
    kind: str
    body: str


def item_sales(books: Books, days: Sequence[Day]) -> list[ItemSales]:
    """Every item that was sold, the best first."""
    sold, line, off = (books.table(table) for table in (orders.orders, orders.order_lines, orders.order_discounts))
    amount = line.c["count"]
    count = _sum(case((line.c.voids_id.is_not(None), -amount), else_=amount))
    rows = books.conn.execute(
        select(line.c.name, count.label("number"), _sum(line.c.total_minor).label("goods"))
        .join_from(sold, line, and_(line.c.order_id == sold.c.id, *books.mine(line)))
        .where(_in(sold, days), ~sold.c.training, *books.mine(sold))
        .group_by(line.c.name)
    ).all()
    found = {row.name: ItemSales(row.name, int(row.number), int(row.goods), 0) for row in rows}
    less = books.conn.execute(
        select(line.c.name, _sum(off.c.amount_minor).label("off"))
        .join_from(off, line, and_(line.c.id == off.c.order_line_id, *books.mine(line)))
        .join(sold, and_(sold.c.id == off.c.order_id, *books.mine(sold)))
        .where(_in(off, days), ~sold.c.training, *books.mine(off))
        .group_by(line.c.name)
    ).all()
    for row in less:
        found[row.name] = replace(found.get(row.name, ItemSales(row.name, 0, 0, 0)), off_minor=int(row.off))
    return sorted(found.values(), key=lambda one: (-one.turnover_minor, one.name))


def staff_sales(books: Books, days: Sequence[Day]) -> list[StaffSales]:
    """Everybody who sold, gave away or gave back anything, by name."""
    found: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for query in (_rung_up, _given_off, _given_back, _opened):
        for row in query(books, days):
            for name, value in row._mapping.items():  # noqa: SLF001 -- how the library names it
                if name != "staff_id":
                    found[row.staff_id][name] += int(value)
    people = books.table(staff.staff)
    names = {
        row.id: row.name for row in books.conn.execute(select(people.c.id, people.c.name).where(*books.mine(people)))
    }
    made = [StaffSales(names.get(key or "", "Online"), **values) for key, values in found.items()]
    return sorted(made, key=lambda one: one.name.casefold())


def events(books: Books, first: datetime, last: datetime, kinds: Sequence[str] = NOTABLE) -> list[Event]:
    """What was done from one moment to another, the oldest first."""
    event, stations = books.table(ledger.audit_events), books.table(shop.stations)
    person, approver = books.table(staff.staff).alias(), books.table(staff.staff).alias()
    query = (
        select(
            event.c.at,
            stations.c.code,
            func.coalesce(person.c.name, "").label("staff"),
            func.coalesce(approver.c.name, "").label("approver"),
            event.c.kind,
            event.c.body,
        )
        .join_from(event, stations, and_(stations.c.id == event.c.station_id, *books.mine(stations)))
        .outerjoin(person, and_(person.c.id == event.c.staff_id, *books.mine(person)))
        .outerjoin(approver, and_(approver.c.id == event.c.approved_by, *books.mine(approver)))
        .where(event.c.kind.in_(kinds), event.c.at >= first, event.c.at < last, *books.mine(event))
        .order_by(event.c.at, event.c.seq)
    )
    return [Event(*row) for row in books.conn.execute(query)]


def _rung_up(books: Books, days: Sequence[Day]) -> Sequence[Any]:
    sold, line = books.table(orders.orders), books.table(orders.order_lines)
    void, amount = line.c.voids_id.is_not(None), line.c["count"]
    of_orders = books.conn.execute(
        select(sold.c.staff_id, _sum(case((sold.c.changes_id.is_(None), 1), else_=0)).label("orders"))
        .where(_in(sold, days), ~sold.c.training, *books.mine(sold))
        .group_by(sold.c.staff_id)
    ).all()
    of_lines = books.conn.execute(
        select(
            sold.c.staff_id,
            _sum(case((void, -amount), else_=amount)).label("items"),
            _sum(line.c.total_minor).label("sold_minor"),
            _sum(case((void, 1), else_=0)).label("voids"),
        )
        .join_from(sold, line, and_(line.c.order_id == sold.c.id, *books.mine(line)))
        .where(_in(sold, days), ~sold.c.training, *books.mine(sold))
        .group_by(sold.c.staff_id)
    ).all()
    return [*of_orders, *of_lines]


def _given_off(books: Books, days: Sequence[Day]) -> Sequence[Any]:
    off, sold = books.table(orders.order_discounts), books.table(orders.orders)
    return books.conn.execute(
        select(off.c.staff_id, _sum(off.c.amount_minor).label("off_minor"))
        .join_from(off, sold, and_(sold.c.id == off.c.order_id, *books.mine(sold)))
        .where(_in(off, days), ~sold.c.training, *books.mine(off))
        .group_by(off.c.staff_id)
    ).all()


def _given_back(books: Books, days: Sequence[Day]) -> Sequence[Any]:
    back = books.table(payments.refunds)
    return books.conn.execute(
        select(
            back.c.staff_id,
            func.count(back.c.order_id.distinct()).label("refunds"),
            _sum(back.c.amount_minor).label("refunded_minor"),
        )
        .where(_in(back, days), or_(back.c.state.is_(None), back.c.state != "declined"), *books.mine(back))
        .group_by(back.c.staff_id)
    ).all()


def _opened(books: Books, days: Sequence[Day]) -> Sequence[Any]:
    moved = books.table(payments.drawer_movements)
    return books.conn.execute(
        select(moved.c.staff_id, func.count().label("no_sales"))
        .where(_in(moved, days), moved.c.kind == "no_sale", *books.mine(moved))
        .group_by(moved.c.staff_id)
    ).all()


def _in(table: Table, days: Sequence[Day]) -> ColumnElement[bool]:
    return table.c.business_day_id.in_([day.id for day in days])


def _sum(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(func.coalesce(value, 0)), 0)
