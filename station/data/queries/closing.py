"""The Z report: the business day is closed once, with the next number and its figures, and the next day begins.

What reaches the master later than that (a till that was cut off) goes on the day that is open by then: no figure that was reported ever
changes, and nothing that was sold is in no report.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from station.data.ids import derived_ulid
from station.data.queries.takings import Books, Day, find_day, load_takings
from station.data.tables import payments, shop, staff
from station.domain.takings import Takings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Who wants the day closed, and what may go on being open, by name: orders that wait, and drawers by their sessions."""

    day_id: str
    staff_id: str | None
    at: datetime
    carried: tuple[str, ...] = ()
    drawers: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Closed:
    """`why`: why it was not closed; empty when it was. `number`, `report`: of the Z that it has now.

    `drawers`: those that are not counted, by session and name.
    """

    why: str = ""
    number: int | None = None
    report: str = ""
    drawers: tuple[tuple[str, str], ...] = ()


def hold_days(conn: Connection, ids: Iterable[str]) -> None:
    """Locks them before anything else is read: of two that close one only one does, with all that was brought before."""
    days = shop.business_days
    for key in sorted(set(ids)):
        conn.execute(update(days).where(days.c.id == key).values(opened_at=days.c.opened_at))


def close_day(conn: Connection, shop_id: str, wanted: Wanted) -> Closed:
    """Within the caller's transaction. Asking twice closes once: the second is told the number that the first one got."""
    days = shop.business_days
    hold_days(conn, [wanted.day_id])
    row = conn.execute(
        select(days.c.z_number, days.c.z_report).where(days.c.id == wanted.day_id, days.c.shop_id == shop_id)
    ).first()
    if row is None:
        return Closed(why="the master does not know this business day")
    if row.z_number is not None:
        return Closed(number=row.z_number, report=row.z_report or "")
    if left := _open_drawers(conn, set(wanted.drawers)):
        names = ", ".join(name for _, name in left)
        return Closed(why=f"not every drawer is counted: {names}", drawers=left)
    return _close(conn, shop_id, wanted)


def _close(conn: Connection, shop_id: str, wanted: Wanted) -> Closed:
    days = shop.business_days
    books = Books(conn)
    day = _day(books, wanted.day_id)
    last = conn.scalar(select(func.max(days.c.z_number)).where(days.c.shop_id == shop_id))
    name = conn.scalar(select(staff.staff.c.name).where(staff.staff.c.id == wanted.staff_id))
    made = msgspec.structs.replace(
        load_takings(books, day),
        z_number=(last or 0) + 1,
        at=wanted.at.astimezone(UTC).isoformat(timespec="seconds"),
        by=name or "",
        carried=wanted.carried,
    )
    report = msgspec.json.encode(made).decode()
    conn.execute(update(days).where(days.c.id == day.id).values(**_columns(made, wanted), z_report=report))
    _open_next(conn, shop_id, day, wanted)
    return Closed(number=made.z_number, report=report)


def _columns(made: Takings, wanted: Wanted) -> dict[str, object]:
    return {
        "closed_at": wanted.at,
        "closed_by": wanted.staff_id,
        "z_number": made.z_number,
        "gross_minor": made.goods_minor,
        "net_minor": made.net_minor,
        "tax_minor": made.tax_minor,
        "refunds_minor": made.refunded_minor,
        "discounts_minor": made.discounts_minor,
        "rounding_minor": made.rounding_minor,
        "grand_total_minor": made.grand_minor,
    }


def _open_next(conn: Connection, shop_id: str, day: Day, wanted: Wanted) -> None:
    """The day after, or today where that is later: there is always a day to sell on."""
    zone = conn.scalar(select(shop.shops.c.timezone).where(shop.shops.c.id == shop_id)) or "UTC"
    following = max(_local(wanted.at, str(zone)), day.business_date + timedelta(days=1))
    days = shop.business_days
    taken = conn.scalar(select(func.max(days.c.business_date)).where(days.c.shop_id == shop_id))
    if taken is not None and taken >= following:
        following = taken + timedelta(days=1)
    conn.execute(
        insert(days).values(
            id=derived_ulid(wanted.at, shop_id, "day", following.isoformat()),
            shop_id=shop_id,
            business_date=following,
            opened_at=wanted.at,
            opened_by=wanted.staff_id,
        )
    )


def _local(at: datetime, zone: str) -> date:
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return at.astimezone(UTC).date()


def _day(books: Books, day_id: str) -> Day:
    days = shop.business_days
    found = books.conn.scalar(select(days.c.business_date).where(days.c.id == day_id))
    return find_day(books, found)


def _open_drawers(conn: Connection, carried: set[str]) -> tuple[tuple[str, str], ...]:
    session = payments.drawer_sessions
    query = (
        select(session.c.id, shop.stations.c.name)
        .join(shop.stations, shop.stations.c.id == session.c.station_id)
        .where(session.c.closed_at.is_(None))
        .order_by(shop.stations.c.code)
    )
    return tuple((row.id, row.name) for row in conn.execute(query) if row.id not in carried)
