"""What the floor's check asks of the master: which orders were sent, and should be somewhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, exists, select

from station.data.queries.link_rows import NOT_SEEN
from station.data.tables import orders, shop


@dataclass(frozen=True, slots=True)
class Sent:
    """`reported`: a station has told that its token came to the floor."""

    order: str
    number: str
    station: str
    placed_at: datetime
    reported: bool


def sent_orders(conn: Connection) -> list[Sent]:
    """The orders of the open business day (without one: of none), oldest first. Index: business_day_id, number."""
    today = select(shop.business_days.c.id).where(shop.business_days.c.closed_at.is_(None))
    seen = exists().where(orders.order_tokens.c.order_id == orders.orders.c.id, orders.order_tokens.c.place != NOT_SEEN)
    query = (
        select(
            orders.orders.c.id,
            orders.orders.c.number,
            shop.stations.c.code,
            orders.orders.c.placed_at,
            # T-SQL has no truth values among columns.
            case((seen, 1), else_=0).label("reported"),
        )
        .join(shop.stations, shop.stations.c.id == orders.orders.c.station_id)
        # What came to an order later is another part of it, not another order.
        .where(
            orders.orders.c.business_day_id.in_(today),
            ~orders.orders.c.training,
            orders.orders.c.changes_id.is_(None),
        )
        .order_by(orders.orders.c.id)
    )
    return [Sent(row.id, row.number, row.code, row.placed_at, bool(row.reported)) for row in conn.execute(query)]
