"""What the link writes: a station's facts as rows of the master, each at most once however often it is brought.

    order.sent       orders, order_lines, order_line_modifiers, payments, order_tokens (not seen on the floor yet); counts
                     down what is left of an item; audit
    floor.reported   token_moves, and order_tokens where the token stands now
    staff.seen       login_events
    menu.sold_out    menu_items; audit
    all other        audit: who meant what; the floor's report tells what became of it

A fact that the master refuses (a menu item that it does not know) is kept whole in the audit as `refused.…`: nothing is
lost, and what comes after it is not held up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Column, Connection, Table, case, insert, select, update
from sqlalchemy.exc import DataError as RejectedValue
from sqlalchemy.exc import IntegrityError

from station.data.ids import part_ulid
from station.data.queries.audit import Chain, Event
from station.data.tables import ledger, menu, orders, payments, shop, staff
from station.domain.facts import (
    Entry,
    Fact,
    FloorReported,
    OrderSent,
    SoldLine,
    SoldOut,
    StaffSeen,
    TokenDispatched,
    TokenSplit,
    kind_of,
)
from station.domain.floor import PARENTS, station_place
from station.errors import DataError

NOT_SEEN: Final = ""
"""The place of a token that was sold and that nobody has reported on the floor yet."""

_FACT: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_LOOKED_UP_AT_ONCE: Final = 500
_SPLITTING: Final = ("token.split", "token.dispatched")


@dataclass(frozen=True, slots=True)
class Stored:
    """`new`: facts that were not there before. `refused`: a sentence for each of them that the master refused."""

    new: int
    refused: tuple[str, ...]


def store_facts(conn: Connection, station_code: str, entries: Sequence[Entry]) -> Stored:
    """Brings the facts into the master, in their order, within the caller's transaction.

    Raises DataError when the master does not know the station.
    """
    station = conn.execute(
        select(shop.stations.c.id, shop.stations.c.shop_id).where(shop.stations.c.code == station_code)
    ).first()
    if station is None:
        raise DataError(f"the master knows no station {station_code!r}; add it on the manager's screen")
    known = _known(conn, [entry.id for entry in entries])
    new = [entry for entry in entries if entry.id not in known]
    store = _Store(conn, station.id, station.shop_id, {entry.id: entry for entry in entries})
    refused = [sentence for entry in new if (sentence := store.take(entry))]
    return Stored(len(new), tuple(refused))


class _Refused(Exception):
    """The master does not know what the fact is about."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """The fact behind a report: who did it, and the places of its parts when it split a token."""

    staff: str | None = None
    places: tuple[str, ...] = ()


class _Store:
    def __init__(self, conn: Connection, station_id: str, shop_id: str, batch: dict[str, Entry]) -> None:
        self._conn, self._station, self._shop, self._batch = conn, station_id, shop_id, batch
        self._audit = Chain(conn, station_id)

    def take(self, entry: Entry) -> str:
        """Stores one fact; gives a sentence when the master refused it."""
        try:
            with self._conn.begin_nested():
                self._rows(entry)
        except (IntegrityError, RejectedValue, _Refused) as error:
            self._audit.add(_event(entry, f"refused.{kind_of(entry.fact)}", _json(entry.fact), staff_id=None))
            cause = str(error if isinstance(error, _Refused) else error.orig).splitlines()[0]
            return f"the master refused fact={entry.id} kind={kind_of(entry.fact)} cause={cause!r}; kept in the audit"
        if not isinstance(entry.fact, FloorReported | StaffSeen):
            self._audit.add(_event(entry, kind_of(entry.fact), _audited(entry.fact), staff_id=entry.staff))
        return ""

    def _rows(self, entry: Entry) -> None:
        # Whoever did it must be known here before the audit names them; the audit itself must never be refused.
        if entry.staff is not None and not self._staff_known(entry.staff):
            raise _Refused(f"no staff {entry.staff}")
        if isinstance(entry.fact, OrderSent):
            self._order(entry, entry.fact)
        elif isinstance(entry.fact, FloorReported):
            self._report(entry, entry.fact)
        elif isinstance(entry.fact, StaffSeen):
            self._seen(entry, entry.fact)
        elif isinstance(entry.fact, SoldOut):
            self._sold_out(entry.fact)

    def _staff_known(self, staff_id: str) -> bool:
        query = select(staff.staff.c.id).where(staff.staff.c.id == staff_id)
        return self._conn.scalar(query) is not None

    def _order(self, entry: Entry, fact: OrderSent) -> None:
        body = fact.token
        self._add(
            orders.orders,
            id=fact.order,
            shop_id=self._shop,
            business_day_id=fact.business_day,
            station_id=self._station,
            staff_id=entry.staff,
            number=fact.number,
            mode=fact.mode,
            placed_at=body.placed_at,
            due_at=body.due_at,
            total_minor=fact.total_minor,
            tax_minor=fact.tax_minor,
            rounding_minor=fact.rounding_minor,
            currency=fact.currency,
            customer_name=body.customer.name,
            customer_allergies=",".join(body.customer.allergies),
            note=body.note,
            training=body.training,
        )
        for position, line in enumerate(fact.lines):
            self._line(fact.order, position, line)
            if not body.training:
                self._count_down(line)
        for tender in fact.tenders:
            self._add(
                payments.payments,
                id=tender.id,
                order_id=fact.order,
                business_day_id=fact.business_day,
                station_id=self._station,
                staff_id=entry.staff,
                kind=tender.kind,
                amount_minor=tender.amount_minor,
                given_minor=tender.given_minor,
                change_minor=tender.change_minor,
                reference=tender.reference,
                state=tender.state,
                at=entry.at,
            )
        self._place(entry, fact.order, body.part, (-1, -1), NOT_SEEN)

    def _line(self, order: str, position: int, line: SoldLine) -> None:
        self._add(
            orders.order_lines,
            id=line.id,
            order_id=order,
            position=position,
            menu_item_id=line.item,
            recipe_id=line.recipe,
            name=line.name,
            count=line.count,
            unit_minor=line.unit_minor,
            total_minor=line.total_minor,
            tax_bp=line.tax_bp,
            tax_minor=line.tax_minor,
            prep_group=line.group,
            weight=line.weight,
            note=line.note,
            allergens=_json(line.allergens),
        )
        for modifier in line.modifiers:
            self._add(
                orders.order_line_modifiers,
                id=modifier.id,
                order_line_id=line.id,
                modifier_id=modifier.modifier,
                name=modifier.name,
                effect=modifier.effect,
                count=modifier.count,
                price_minor=modifier.price_minor,
            )

    def _count_down(self, line: SoldLine) -> None:
        item = menu.menu_items.c
        left = case((item.remaining > line.count, item.remaining - line.count), else_=0)
        self._conn.execute(
            update(menu.menu_items).where(item.id == line.item, item.remaining > 0).values(remaining=left)
        )

    def _report(self, entry: Entry, fact: FloorReported) -> None:
        asked = self._asked(fact.fact)
        self._add(
            orders.token_moves,
            id=entry.id,
            order_id=fact.order,
            part=fact.part,
            token_revision=fact.revision,
            hop=fact.hop,
            source=fact.source,
            destination=fact.to,
            verb=fact.verb,
            outcome=fact.outcome,
            why=fact.why,
            station_id=self._station,
            staff_id=asked.staff,
            fact_id=fact.fact,
            at=entry.at,
        )
        if fact.outcome == "lost":
            return
        stand = (fact.hop, fact.revision)
        for number, place in enumerate(asked.places, start=1):
            self._place(entry, fact.order, f"{fact.part}-{number}", stand, place)
        self._place(entry, fact.order, fact.part, stand, PARENTS if asked.places else fact.to)

    def _asked(self, fact_id: str) -> "_Asked":
        """Who asked for it and for what: from this batch, else from what the audit kept of an earlier one."""
        entry = self._batch.get(fact_id)
        if entry is not None:
            return _Asked(entry.staff, _places(entry.fact))
        events = ledger.audit_events.c
        row = self._conn.execute(select(events.kind, events.staff_id, events.body).where(events.id == fact_id)).first()
        if row is None:
            return _Asked()
        return _Asked(row.staff_id, _places(_FACT.decode(row.body)) if row.kind in _SPLITTING else ())

    def _place(self, entry: Entry, order: str, part: str, stand: tuple[int, int], place: str) -> None:
        """Where a token stands now, unless something later is known of it already."""
        row = {"token_revision": stand[1], "hop": stand[0], "place": place, "seen_at": entry.at}
        table = orders.order_tokens
        found = self._conn.execute(
            select(table.c.id, table.c.hop, table.c.token_revision).where(
                table.c.order_id == order, table.c.part == part
            )
        ).first()
        if found is None:
            self._add(table, id=part_ulid(order, "token", part), order_id=order, part=part, **row)
        elif (found.hop, found.token_revision) < stand:
            self._conn.execute(update(table).where(table.c.id == found.id).values(row))

    def _seen(self, entry: Entry, fact: StaffSeen) -> None:
        self._add(
            staff.login_events,
            id=entry.id,
            station_id=self._station,
            staff_id=fact.staff,
            what=fact.what,
            how=fact.how,
            at=entry.at,
        )

    def _sold_out(self, fact: SoldOut) -> None:
        table = menu.menu_items
        done = self._conn.execute(update(table).where(table.c.id == fact.item).values(sold_out=fact.sold_out))
        if done.rowcount == 0:
            raise _Refused(f"no menu item {fact.item}")

    def _add(self, table: Table, **row: Any) -> None:
        self._conn.execute(insert(table).values(row))


def _known(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these facts are stored already: each leaves one row that has its id."""
    found: set[str] = set()
    marks: tuple[Column[str], ...] = (ledger.audit_events.c.id, orders.token_moves.c.id, staff.login_events.c.id)
    for begin in range(0, len(ids), _LOOKED_UP_AT_ONCE):
        some = ids[begin : begin + _LOOKED_UP_AT_ONCE]
        for mark in marks:
            found.update(conn.scalars(select(mark).where(mark.in_(some))))
    return found


def _places(fact: Fact) -> tuple[str, ...]:
    """Where the parts of a split go, in the order of their numbers; none when the token stays whole."""
    if isinstance(fact, TokenSplit):
        return fact.place, fact.to
    if isinstance(fact, TokenDispatched) and len(fact.stations) > 1:
        return tuple(map(station_place, fact.stations))
    return ()


def _event(entry: Entry, kind: str, body: str, *, staff_id: str | None) -> Event:
    subject = getattr(entry.fact, "order", None) or getattr(entry.fact, "item", None)
    return Event(entry.id, kind, staff_id, subject, body, entry.at)


def _audited(fact: Fact) -> str:
    """The fact as the audit keeps it. A sale has tables of its own; here stands what has none."""
    if isinstance(fact, OrderSent):
        return _json({"number": fact.number, "total_minor": fact.total_minor, "confirmed": fact.confirmed})
    return _json(fact)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
