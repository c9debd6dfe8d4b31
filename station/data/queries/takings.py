"""The figures of a business day from the rows: of the master, or of its replica. Sums of rows, never of what was summed before.

Everything is asked by day; nothing here knows of orders one by one but the list of drawers. Indexes: business_day_id, number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, FromClause, Select, Table, and_, case, distinct, func, or_, select

from station.data.replica_tables import in_replica
from station.data.tables import orders, payments, shop, staff
from station.domain.takings import KINDS, DrawerSum, Named, Rate, Takings, TenderSum
from station.errors import DataError


@dataclass(frozen=True, slots=True)
class Books:
    """Where the rows are: the master's own tables, or (`replica`) those of one shop on a replica."""

    conn: Connection
    replica: bool = False
    shop_id: str = ""

    def table(self, table: Table) -> Table:
        return in_replica(table) if self.replica else table

    def mine(self, *tables: FromClause) -> list[ColumnElement[bool]]:
        """On a replica, rows of this shop only."""
        return [table.c.shop_id == self.shop_id for table in tables] if self.replica else []


@dataclass(frozen=True, slots=True)
class Day:
    id: str
    business_date: date
    opened_at: datetime
    closed_at: datetime | None
    z_number: int | None
    grand_total_minor: int | None
    z_report: str | None


def books_of(conn: Connection, *, replica: bool = False, shop_id: str = "") -> Books:
    """Raises DataError on a replica that holds no shop, or several and none is named."""
    if not replica:
        return Books(conn)
    shops = in_replica(shop.shops)
    found = list(conn.scalars(select(shops.c.shop_id).distinct()))
    if shop_id and shop_id not in found:
        raise DataError(f"the replica holds no shop {shop_id}")
    if not shop_id and len(found) != 1:
        raise DataError(f"the replica holds {len(found)} shops; say which with --shop")
    return Books(conn, replica=True, shop_id=shop_id or found[0])


def find_day(books: Books, business_date: date | None = None, z_number: int | None = None) -> Day:
    """That day, or the day of that Z report; without either the open one, else the last. Raises DataError."""
    days = books.table(shop.business_days)
    query = _days(books).order_by(case((days.c.closed_at.is_(None), 0), else_=1), days.c.business_date.desc())
    if business_date is not None:
        query = query.where(days.c.business_date == business_date)
    if z_number is not None:
        query = query.where(days.c.z_number == z_number)
    row = books.conn.execute(query.limit(1)).first()
    if row is None:
        which = f"Z report {z_number}" if z_number is not None else f"business day {business_date or 'at all'}"
        raise DataError(f"there is no {which}")
    return Day(*row)


def days_between(books: Books, first: date, last: date) -> list[Day]:
    """The business days from one date to another, both of them in it."""
    days = books.table(shop.business_days)
    query = _days(books).where(days.c.business_date.between(first, last)).order_by(days.c.business_date)
    return [Day(*row) for row in books.conn.execute(query)]


def shop_of(books: Books) -> tuple[str, str]:
    """The shop's name and its currency. Raises DataError where there is none."""
    shops = books.table(shop.shops)
    row = books.conn.execute(select(shops.c.name, shops.c.currency).where(*books.mine(shops))).first()
    if row is None:
        raise DataError("there is no shop here")
    return row.name, row.currency


def load_takings(books: Books, day: Day, station: str = "") -> Takings:
    """What was taken on this day, in the whole shop or (`station`: its code) at one till."""
    asked = _Asked(books, day, station)
    name, currency = shop_of(books)
    lines, rates = asked.lines(), asked.rates()
    paid, back = asked.payments(), asked.refunds()
    tenders = tuple(
        TenderSum(
            kind=kind,
            count=paid.get(kind, _NOTHING)["count"],
            amount_minor=paid.get(kind, _NOTHING)["amount"],
            tips_minor=paid.get(kind, _NOTHING)["tips"],
            refunds_minor=back["kinds"].get(kind, 0),
        )
        for kind in KINDS
    )
    made = Takings(
        shop=name,
        currency=currency,
        business_date=day.business_date.isoformat(),
        station=station,
        rates=rates,
        discounts=asked.discounts(),
        tenders=tenders,
        drawers=asked.drawers(),
        grand_before_minor=_grand_before(books, day) if not station else 0,
        **lines,
        **asked.heads(),
        **asked.cards(),
        refunds=back["count"],
        refund_rates=back["rates"],
        refund_deposits_minor=back["deposits"],
        refund_rounding_minor=back["rounding"],
        rounding_minor=asked.rounding(),
    )
    return with_unpaid(made)


def with_unpaid(made: Takings) -> Takings:
    """What was sold and not paid is what is left of the two: a payment names its order, and an order its day."""
    left = made.total_minor + made.rounding_minor - made.taken_minor
    return msgspec.structs.replace(made, unpaid_minor=left)


def _days(books: Books) -> Select[Any]:
    days = books.table(shop.business_days)
    names = ("id", "business_date", "opened_at", "closed_at", "z_number", "grand_total_minor", "z_report")
    return select(*(days.c[name] for name in names)).where(*books.mine(days))


def _grand_before(books: Books, day: Day) -> int:
    days = books.table(shop.business_days)
    query = (
        select(days.c.grand_total_minor)
        .where(days.c.z_number.is_not(None), *books.mine(days))
        .order_by(days.c.z_number.desc())
        .limit(1)
    )
    if day.z_number is not None:
        query = query.where(days.c.z_number < day.z_number)
    return int(books.conn.scalar(query) or 0)


_NOTHING: Mapping[str, int] = {"count": 0, "amount": 0, "tips": 0}


class _Asked:
    """One day's sums, each with one question."""

    def __init__(self, books: Books, day: Day, station: str) -> None:
        self._conn, self._books, self._day = books.conn, books, day
        self._orders, self._lines = books.table(orders.orders), books.table(orders.order_lines)
        self._payments, self._refunds = books.table(payments.payments), books.table(payments.refunds)
        self._station = self._station_id(station) if station else ""

    def lines(self) -> dict[str, Any]:
        """What was sold, by the lines: voids are those that name the line which they void."""
        line = self._lines.c
        void = line.voids_id.is_not(None)
        count, total = line["count"], line.total_minor
        row = self._conn.execute(
            select(
                _sum(case((void, 0), else_=total)).label("sales"),
                _sum(case((void, -total), else_=0)).label("voided"),
                _sum(case((void, 1), else_=0)).label("voids"),
                _sum(case((void, -count), else_=count)).label("items"),
                _sum(line.deposit_minor * count).label("deposits"),
            )
            .join_from(self._orders, self._lines, self._of(self._lines, line.order_id == self._orders.c.id))
            .where(*self._sold())
        ).one()
        return {
            "sales_minor": int(row.sales),
            "voids_minor": int(row.voided),
            "voids": int(row.voids),
            "items": int(row.items),
            "deposits_minor": int(row.deposits),
        }

    def heads(self) -> dict[str, Any]:
        head = self._orders.c
        row = self._conn.execute(
            select(
                _sum(case((head.changes_id.is_(None), 1), else_=0)).label("orders"),
                _sum(head.deposits_back_minor).label("back"),
            ).where(*self._sold())
        ).one()
        return {"orders": int(row.orders), "deposits_back_minor": int(row.back)}

    def rates(self) -> tuple[Rate, ...]:
        line = self._lines.c
        found: dict[int, list[int]] = {}
        query = (
            select(line.tax_bp, _sum(line.total_minor).label("gross"), _sum(line.tax_minor).label("tax"))
            .join_from(self._orders, self._lines, self._of(self._lines, line.order_id == self._orders.c.id))
            .where(*self._sold())
            .group_by(line.tax_bp)
        )
        for row in self._conn.execute(query):
            found[row.tax_bp] = [int(row.gross), int(row.tax)]
        off = self._off()
        less = select(off.c.tax_bp, _sum(off.c.amount_minor).label("gross"), _sum(off.c.tax_minor).label("tax"))
        for row in self._conn.execute(self._discounted(less, off).group_by(off.c.tax_bp)):
            sums = found.setdefault(row.tax_bp or 0, [0, 0])
            sums[0], sums[1] = sums[0] - int(row.gross), sums[1] - int(row.tax)
        return tuple(
            Rate(tax_bp=rate, gross_minor=gross, tax_minor=tax) for rate, (gross, tax) in sorted(found.items())
        )

    def discounts(self) -> tuple[Named, ...]:
        off = self._off()
        query = select(
            off.c.name, func.count(distinct(off.c.order_id)).label("orders"), _sum(off.c.amount_minor).label("amount")
        )
        rows = self._conn.execute(self._discounted(query, off).group_by(off.c.name)).all()
        # Sorted here: two databases do not sort words alike.
        return tuple(
            Named(name=row.name, count=int(row.orders), amount_minor=int(row.amount))
            for row in sorted(rows, key=lambda row: str(row.name))
        )

    def payments(self) -> dict[str, dict[str, int]]:
        """Those that went through at once, by kind; what was settled since is told by itself."""
        paid = self._payments.c
        query = (
            select(
                paid.kind,
                func.count().label("number"),
                _sum(paid.amount_minor).label("amount"),
                _sum(paid.tip_minor).label("tips"),
            )
            .where(*self._taken(self._payments), paid.state == "approved", paid.settles_id.is_(None))
            .group_by(paid.kind)
        )
        return {
            row.kind: {"count": int(row.number), "amount": int(row.amount), "tips": int(row.tips)}
            for row in self._conn.execute(query)
        }

    def cards(self) -> dict[str, Any]:
        paid = self._payments.c
        unknown = and_(paid.state == "unknown", paid.settles_id.is_(None))
        settled = paid.settles_id.is_not(None)
        row = self._conn.execute(
            select(
                _sum(case((unknown, 1), else_=0)).label("number"),
                _sum(case((unknown, paid.amount_minor), else_=0)).label("amount"),
                _sum(case((and_(settled, paid.state == "approved"), paid.amount_minor), else_=0)).label("approved"),
                _sum(case((and_(settled, paid.state == "declined"), paid.amount_minor), else_=0)).label("declined"),
            ).where(*self._taken(self._payments))
        ).one()
        return {
            "unknown": int(row.number),
            "unknown_minor": int(row.amount),
            "approved_later_minor": int(row.approved),
            "declined_later_minor": int(row.declined),
        }

    def rounding(self) -> int:
        paid = self._payments.c
        query = select(_sum(paid.rounding_minor)).where(*self._taken(self._payments), paid.state != "declined")
        return int(self._conn.scalar(query) or 0)

    def refunds(self) -> dict[str, Any]:
        back, paid = self._refunds.c, self._payments.c
        goods = back.amount_minor - func.coalesce(back.deposit_minor, 0) - func.coalesce(back.rounding_minor, 0)
        mine = (*self._taken(self._refunds), back.state != "declined")
        by_rate = select(back.tax_bp, _sum(goods).label("gross"), _sum(back.tax_minor).label("tax"))
        rates = self._conn.execute(by_rate.where(*mine).group_by(back.tax_bp).order_by(back.tax_bp)).all()
        whole = self._conn.execute(
            select(
                func.count(distinct(back.order_id)).label("orders"),
                _sum(back.deposit_minor).label("deposits"),
                _sum(back.rounding_minor).label("rounding"),
            ).where(*mine)
        ).one()
        kinds = self._conn.execute(
            select(paid.kind, _sum(back.amount_minor).label("amount"))
            .join_from(self._refunds, self._payments, self._of(self._payments, paid.id == back.payment_id))
            .where(*mine)
            .group_by(paid.kind)
        ).all()
        return {
            "count": int(whole.orders),
            "deposits": int(whole.deposits),
            "rounding": int(whole.rounding),
            "rates": tuple(
                Rate(tax_bp=row.tax_bp, gross_minor=int(row.gross), tax_minor=int(row.tax)) for row in rates
            ),
            "kinds": {row.kind: int(row.amount) for row in kinds},
        }

    def drawers(self) -> tuple[DrawerSum, ...]:
        """Those of the day, those that were counted on it, and those that are open still."""
        session = self._books.table(payments.drawer_sessions)
        stations, people = self._books.table(shop.stations), self._books.table(staff.staff)
        until = self._day.closed_at
        counted = session.c.closed_at >= self._day.opened_at
        begun = session.c.business_day_id == self._day.id
        if until is not None:
            counted = and_(counted, session.c.closed_at <= until)
        query = (
            select(session.c.id, stations.c.code, people.c.name, session.c.float_minor, session.c.counted_minor)
            .join_from(session, stations, self._of(stations, stations.c.id == session.c.station_id))
            .join(people, self._of(people, people.c.id == session.c.opened_by))
            .where(or_(begun, counted), *self._books.mine(session))
            .order_by(stations.c.code, session.c.opened_at)
        )
        if self._station:
            query = query.where(session.c.station_id == self._station)
        rows = self._conn.execute(query).all()
        return tuple(self._drawer(*row) for row in rows)

    def _drawer(self, key: str, station: str, name: str, float_minor: int, counted: int | None) -> DrawerSum:
        paid, back, moved = self._payments, self._refunds, self._books.table(payments.drawer_movements)
        cash = self._conn.execute(
            select(_sum(paid.c.amount_minor).label("cash"), _sum(paid.c.tip_minor).label("tips")).where(
                paid.c.drawer_session_id == key, paid.c.kind == "cash", *self._books.mine(paid)
            )
        ).one()
        out = self._conn.scalar(
            select(_sum(back.c.amount_minor))
            .join_from(back, paid, self._of(paid, paid.c.id == back.c.payment_id))
            .where(back.c.drawer_session_id == key, paid.c.kind == "cash", *self._books.mine(back))
        )
        moves = {
            row.kind: (int(row.number), int(row.amount))
            for row in self._conn.execute(
                select(moved.c.kind, func.count().label("number"), _sum(moved.c.amount_minor).label("amount"))
                .where(moved.c.drawer_session_id == key, *self._books.mine(moved))
                .group_by(moved.c.kind)
            )
        }
        return DrawerSum(
            session=key,
            station=station,
            opened_by=name,
            float_minor=float_minor,
            cash_minor=int(cash.cash),
            tips_minor=int(cash.tips),
            refunds_minor=int(out or 0),
            paid_in_minor=moves.get("pay_in", (0, 0))[1],
            paid_out_minor=moves.get("pay_out", (0, 0))[1],
            drops_minor=moves.get("drop", (0, 0))[1],
            no_sales=moves.get("no_sale", (0, 0))[0],
            counted_minor=counted,
        )

    def _off(self) -> Table:
        return self._books.table(orders.order_discounts)

    def _discounted(self, query: Select[Any], off: Table) -> Select[Any]:
        """Discounts count on the day on which they were given: a bill's with its payment."""
        sold = self._orders
        joined = query.join_from(off, sold, self._of(sold, sold.c.id == off.c.order_id))
        wanted = [off.c.business_day_id == self._day.id, ~sold.c.training, *self._books.mine(off)]
        return joined.where(*wanted, *([sold.c.station_id == self._station] if self._station else []))

    def _sold(self) -> list[ColumnElement[bool]]:
        head = self._orders.c
        wanted = [head.business_day_id == self._day.id, ~head.training, *self._books.mine(self._orders)]
        return [*wanted, head.station_id == self._station] if self._station else wanted

    def _taken(self, table: Table) -> list[ColumnElement[bool]]:
        wanted = [table.c.business_day_id == self._day.id, *self._books.mine(table)]
        return [*wanted, table.c.station_id == self._station] if self._station else wanted

    def _of(self, other: Table, rule: ColumnElement[bool]) -> ColumnElement[bool]:
        """The rule of a join; on a replica of the same shop only."""
        return and_(rule, *self._books.mine(other))

    def _station_id(self, code: str) -> str:
        stations = self._books.table(shop.stations)
        found = self._conn.scalar(select(stations.c.id).where(stations.c.code == code, *self._books.mine(stations)))
        if found is None:
            raise DataError(f"the shop has no station {code!r}")
        return str(found)


def _sum(value: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(func.coalesce(value, 0)), 0)
