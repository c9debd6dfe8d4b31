"""What was sold on a business day, as tokens before anybody cooked them: for replaying a rush."""

from collections import defaultdict
from datetime import date

from sqlalchemy import Connection, select

from station.data.tables import orders, shop
from station.domain.token import Body, Line
from station.errors import DataError


def sold_orders(conn: Connection, day: date | None = None) -> tuple[date, list[Body]]:
    """The orders of that business day, or of the last one, oldest first; what was for training is left out.

    Raises DataError when there is no such day. Index: business_day_id, number.
    """
    days = shop.business_days.c
    query = select(days.id, days.business_date).order_by(days.business_date.desc()).limit(1)
    row = conn.execute(query if day is None else query.where(days.business_date == day)).first()
    if row is None:
        raise DataError(f"the master knows no business day {day or 'at all'}")
    lines = _lines(conn, row.id)
    sold = orders.orders.c
    found = conn.execute(
        select(sold.id, sold.number, sold.mode, sold.placed_at, shop.stations.c.code)
        .join(shop.stations, shop.stations.c.id == sold.station_id)
        .where(sold.business_day_id == row.id, ~sold.training)
        .order_by(sold.placed_at, sold.id)
    )
    bodies = [
        Body(
            order=each.id,
            number=each.number,
            mode=each.mode,
            placed_at=each.placed_at,
            placed_by=each.code,
            placed_on=each.code,
            lines=tuple(lines[each.id]),
        )
        for each in found
        if lines[each.id]
    ]
    return row.business_date, bodies


def cooking_stations(conn: Connection) -> dict[str, tuple[frozenset[str], int]]:
    """By code, the stations that can cook something: their prep groups, and their weight in percent."""
    cooks, groups, table = shop.station_prep_groups.c, shop.prep_groups.c, shop.stations.c
    query = (
        select(table.code, table.weight_percent, groups.code.label("prep_group"))
        .join_from(shop.stations, shop.station_prep_groups, cooks.station_id == table.id)
        .join(shop.prep_groups, cooks.prep_group_id == groups.id)
        .where(table.retired_at.is_(None), groups.retired_at.is_(None))
        .order_by(table.code)
    )
    found: dict[str, tuple[frozenset[str], int]] = {}
    for row in conn.execute(query):
        known, _ = found.get(row.code, (frozenset(), 0))
        found[row.code] = (known | {row.prep_group}, row.weight_percent)
    return found


def _lines(conn: Connection, day_id: str) -> dict[str, list[Line]]:
    row, sold = orders.order_lines.c, orders.orders.c
    query = (
        select(row.id, row.order_id, row.menu_item_id, row.name, row["count"], row.prep_group, row.weight)
        .join(orders.orders, sold.id == row.order_id)
        .where(sold.business_day_id == day_id, row.voids_id.is_(None))
        .order_by(row.order_id, row.position)
    )
    found: dict[str, list[Line]] = defaultdict(list)
    for each in conn.execute(query).mappings():
        found[each["order_id"]].append(
            Line(
                id=each["id"],
                item=each["menu_item_id"],
                name=each["name"],
                count=each["count"],
                group=each["prep_group"],
                weight=each["weight"],
            )
        )
    return found
