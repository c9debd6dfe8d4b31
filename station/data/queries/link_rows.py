"""What a station's facts are as rows of the master. Pure: facts and what the master knows go in, rows come out.

order.sent       orders, order_lines, order_line_modifiers, order_discounts, payments, order_tokens (not seen on the floor
                 yet); counts down what is left of an item; audit
order.changed    the same as a sale of its own, where something came to the order or was voided; audit
order.paid       payments, and whatever of the order is not there yet; audit
order.refunded   refunds; audit
tender.settled   payments; audit
drawer.…         drawer_sessions, drawer_movements; audit
day.closed       business_days, with the Z report; audit
floor.reported   token_moves, and order_tokens where the token stands now
staff.seen       login_events; wallet_cards and staff_pins, so that a used code and a wrong PIN count everywhere; audit
menu.sold_out    menu_items; audit
all other        audit: who meant what; the floor's report tells what became of it
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Table

from station.data.ids import part_ulid
from station.data.queries.audit import REFUSED, Event
from station.data.queries.link_money import (
    At,
    Made,
    change_rows_of,
    discount_rows,
    drawer_row,
    movement_row,
    payment_rows,
    refund_rows,
    sale_rows,
)
from station.data.tables import orders, payments, staff
from station.domain.facts import (
    DayClosed,
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    Entry,
    Fact,
    FloorReported,
    OrderChanged,
    OrderPaid,
    OrderRefunded,
    OrderSent,
    SoldLine,
    SoldOut,
    StaffSeen,
    TenderSettled,
    TenderTaken,
    TokenDispatched,
    TokenSplit,
    kind_of,
)
from station.domain.floor import PARENTS, is_held, station_place

NOT_SEEN: Final = ""
"""The place of a token that was sold and that nobody has reported on the floor yet."""

# Each table after those that it refers to.
WRITTEN: Final = (
    orders.orders,
    orders.order_lines,
    orders.order_line_modifiers,
    orders.order_discounts,
    payments.drawer_sessions,
    payments.drawer_movements,
    payments.payments,
    payments.refunds,
    orders.token_moves,
    staff.login_events,
)
_OF_NO_SALE: Final = frozenset({"keep", "resume", "end", "plan"})
Row = dict[str, Any]
Token = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The fact behind a report: who did it, and the places of its parts when it split a token."""

    staff: str | None = None
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a token was last seen: after so many hops and revisions, `at` that moment."""

    hop: int
    revision: int
    place: str
    at: datetime

    def earlier_than(self, other: "Stand") -> bool:
        return (self.hop, self.revision) < (other.hop, other.revision)


@dataclass(frozen=True, slots=True)
class Known:
    """What the master knows of what these facts name. `days`: of those that are closed, the day that goes on instead.

    `stations`: ids by codes, of those where orders were taken that others were paid for.
    """

    staff: frozenset[str]
    items: frozenset[str]
    permissions: frozenset[str]
    orders: frozenset[str]
    asked: Mapping[str, Asked]
    stands: Mapping[Token, Stand]
    days: Mapping[str, str]
    stations: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Gathered:
    """Rows by table, in order; `stands` only of tokens that moved on. `refused`: facts that name what is not there, and why.

    `pins`: by person, when each PIN was wrong, in order; None where one was right. `drawers`: those that were counted, by session.
    `closing`: who wants the day closed.
    """

    rows: dict[Table, list[Row]] = field(default_factory=lambda: defaultdict(list))
    stands: dict[Token, Stand] = field(default_factory=dict)
    counted: Counter[str] = field(default_factory=Counter)
    sold_out: dict[str, bool] = field(default_factory=dict)
    steps: dict[str, int] = field(default_factory=dict)
    pins: dict[str, list[datetime | None]] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    refused: list[tuple[Entry, str]] = field(default_factory=list)
    drawers: dict[str, Row] = field(default_factory=dict)
    closing: list[tuple[Entry, DayClosed]] = field(default_factory=list)


def gather(station_id: str, shop_id: str, entries: Sequence[Entry], known: Known) -> Gathered:
    """All that these facts add and change, in their order."""
    gathering = _Gathering(station_id, shop_id, {entry.id: entry for entry in entries}, known)
    for entry in entries:
        gathering.take(entry)
    return gathering.to


def asked_by(kind: str, staff_id: str | None, body: str, decode: "msgspec.json.Decoder[Fact]") -> Asked:
    """What the audit kept of a fact that a report is about."""
    return Asked(staff_id, _places(decode.decode(body)) if kind in {"token.split", "token.dispatched"} else ())


def refusal(entry: Entry, why: str) -> Event:
    """The whole fact, kept with the reason."""
    return _event(entry, REFUSED + kind_of(entry.fact), json_of({"why": why, "fact": entry.fact}), staff_id=None)


def day_closed(entry: Entry, fact: DayClosed, number: int | None) -> Event:
    """What the audit keeps of a Z report."""
    body = json_of({"business_day": fact.business_day, "z_number": number, "carried": fact.carried})
    return _event(entry, kind_of(fact), body, staff_id=entry.staff)


def approvers(fact: Fact) -> set[str]:
    """Who approved something in it."""
    named = {getattr(fact, "approved_by", None)}
    if isinstance(fact, OrderSent | OrderPaid):
        named |= {one.approved_by for one in fact.discounts}
    if isinstance(fact, OrderPaid):
        named |= {one.approved_by for one in fact.sale.discounts}
    return {one for one in named if one}


def json_of(value: object) -> str:
    return msgspec.json.encode(value).decode()


class _Gathering:
    def __init__(self, station_id: str, shop_id: str, batch: Mapping[str, Entry], known: Known) -> None:
        self._station, self._shop, self._batch, self._known = station_id, shop_id, batch, known
        self.to = Gathered()
        self._told: set[str] = set()

    def take(self, entry: Entry) -> None:
        fact = entry.fact
        why = self._unknown(entry)
        if why:
            self.to.refused.append((entry, why))
            self.to.events.append(refusal(entry, why))
            return
        if isinstance(fact, FloorReported):
            self._report(entry, fact)
        elif isinstance(fact, StaffSeen):
            self._seen(entry, fact)
        elif isinstance(fact, SoldOut):
            self.to.sold_out[fact.item] = fact.sold_out
        else:
            self._money(entry, fact)
        if not isinstance(fact, FloorReported | DayClosed):
            self.to.events.append(_event(entry, kind_of(fact), audited(fact), staff_id=entry.staff))

    def _seen(self, entry: Entry, fact: StaffSeen) -> None:
        """An approval is about whoever wanted it, and names who gave it; all else is about the one who was seen."""
        if fact.card is not None and fact.step:
            self.to.steps[fact.card] = max(fact.step, self.to.steps.get(fact.card, 0))
        if fact.how == "pin" and fact.staff is not None and fact.what != "logout" and fact.why != "wait":
            self.to.pins.setdefault(fact.staff, []).append(entry.at if fact.what == "refused" else None)
        given = fact.what == "approved"
        self._add(
            staff.login_events,
            entry,
            station_id=self._station,
            staff_id=entry.staff if given else fact.staff,
            what=fact.what,
            how=fact.how,
            permission_code=fact.permission if fact.permission in self._known.permissions else None,
            approved_by=fact.staff if given else None,
        )

    def _unknown(self, entry: Entry) -> str:
        """Whoever did it must be known here before the audit names them; the audit itself must never be refused."""
        if entry.staff is not None and entry.staff not in self._known.staff:
            return f"no staff {entry.staff}"
        if isinstance(entry.fact, SoldOut) and entry.fact.item not in self._known.items:
            return f"no menu item {entry.fact.item}"
        if entry.staff is None and isinstance(
            entry.fact, OrderRefunded | DrawerOpened | DrawerMoved | DrawerCounted | DayClosed
        ):
            return "nobody is named for it"
        missing = approvers(entry.fact) - self._known.staff
        return f"no staff {min(missing)}" if missing else ""

    def _money(self, entry: Entry, fact: Fact) -> None:
        """Sales, payments, refunds. What belongs to a day that is closed already goes on the one that is open."""
        if isinstance(fact, OrderSent):
            self._sale(entry, fact)
        elif isinstance(fact, OrderPaid):
            self._paid(entry, fact)
        elif isinstance(fact, OrderChanged):
            self._change(entry, fact)
        elif isinstance(fact, OrderRefunded):
            self._put(refund_rows(fact, self._at(entry, fact.business_day)))
        elif isinstance(fact, TenderSettled):
            at = self._at(entry, fact.business_day)
            self._put(payment_rows(fact.order, [fact.tender], at, fact.drawer, settles=fact.was))
        elif isinstance(fact, DrawerOpened | DrawerMoved | DrawerCounted):
            self._drawer(entry, fact)
        elif isinstance(fact, DayClosed):
            self.to.closing.append((entry, fact))

    def _drawer(self, entry: Entry, fact: DrawerOpened | DrawerMoved | DrawerCounted) -> None:
        at = self._at(entry, fact.business_day)
        if isinstance(fact, DrawerOpened):
            self._put([drawer_row(fact, at)])
        elif isinstance(fact, DrawerMoved):
            self._put([movement_row(entry.id, fact, at)])
        else:
            self.to.drawers[fact.session] = {
                "closed_by": entry.staff,
                "closed_at": entry.at,
                "counted_minor": fact.counted_minor,
                "expected_minor": fact.expected_minor,
                "note": fact.note,
            }

    def _paid(self, entry: Entry, fact: OrderPaid) -> None:
        """The order, where whoever took it has not told of it yet; then its payments. What is sold is never changed."""
        self._sale(self._told_by(entry, fact.took), fact.sale, self._where(fact.sale.token.placed_on))
        for change in fact.changes:
            self._change(self._told_by(entry, change.by), change, self._where(change.on))
        at = self._at(entry, fact.sale.business_day)
        self._put(discount_rows(fact.order, fact.discounts, at))
        self._put(payment_rows(fact.order, fact.tenders, at, fact.drawer, rounding_minor=fact.rounding_minor))

    def _told_by(self, entry: Entry, staff_id: str | None) -> Entry:
        """As if whoever did it had told of it, where the master knows them."""
        return msgspec.structs.replace(entry, staff=staff_id) if staff_id in self._known.staff else entry

    def _where(self, code: str | None) -> str:
        return self._known.stations.get(code or "", self._station)

    def _sale(self, entry: Entry, fact: OrderSent, station: str = "") -> None:
        if fact.order in self._known.orders or fact.order in self._told:
            return
        self._told.add(fact.order)
        at = self._at(entry, fact.business_day, station)
        self._put(sale_rows(fact, at))
        self._put(payment_rows(fact.order, fact.tenders, at, fact.drawer, rounding_minor=fact.rounding_minor))
        self._count(fact.lines, training=fact.token.training)
        self._place(fact.order, fact.token.part, Stand(-1, -1, NOT_SEEN, entry.at))

    def _change(self, entry: Entry, fact: OrderChanged, station: str = "") -> None:
        if fact.change in self._known.orders or fact.change in self._told:
            return
        self._told.add(fact.change)
        at = self._at(entry, fact.business_day, station)
        self._put(change_rows_of(fact, at))
        if fact.sells:
            self._put(payment_rows(fact.change, fact.tenders, at, fact.drawer, rounding_minor=fact.rounding_minor))
        self._count(fact.lines, training=fact.training)
        if fact.token is not None:
            self._place(fact.order, fact.token.part, Stand(-1, -1, NOT_SEEN, entry.at))

    def _count(self, lines: Sequence[SoldLine], *, training: bool) -> None:
        """What is voided was not made by then, or is waste: it does not come back to what is left of an item."""
        for line in lines:
            if not training and line.voids is None:
                self.to.counted[line.item] += line.count

    def _at(self, entry: Entry, day: str, station: str = "") -> At:
        return At(self._shop, station or self._station, entry.staff, entry.at, self._known.days.get(day, day))

    def _put(self, made: Iterable[Made]) -> None:
        for table, row in made:
            self.to.rows[table].append(row)

    def _report(self, entry: Entry, fact: FloorReported) -> None:
        changed = fact.verb == "change" and not fact.to
        if changed or fact.verb in _OF_NO_SALE or is_held(fact.source) or is_held(fact.to):
            # It belongs to no order that was sold, or to several of its tokens: no row of a token's can tell of it.
            self.to.events.append(_event(entry, kind_of(fact), audited(fact), staff_id=None))
            return
        asked = self._asked(fact.fact)
        self._add(
            orders.token_moves,
            entry,
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
        )
        if fact.outcome == "lost":
            return
        for number, place in enumerate(asked.places, start=1):
            self._place(fact.order, f"{fact.part}-{number}", Stand(fact.hop, fact.revision, place, entry.at))
        place = PARENTS if asked.places else fact.to
        self._place(fact.order, fact.part, Stand(fact.hop, fact.revision, place, entry.at))

    def _asked(self, fact_id: str) -> Asked:
        """Who asked for it and for what: from this batch, else from what the audit kept of an earlier one."""
        entry = self._batch.get(fact_id)
        if entry is not None:
            staff_id = entry.staff if entry.staff in self._known.staff else None
            return Asked(staff_id, _places(entry.fact))
        return self._known.asked.get(fact_id, Asked())

    def _place(self, order: str, part: str, stand: Stand) -> None:
        """Where a token stands now, unless something later is known of it already."""
        token = order, part
        last = self.to.stands.get(token) or self._known.stands.get(token)
        if last is None or last.earlier_than(stand):
            self.to.stands[token] = stand

    def _add(self, table: Table, entry: Entry, **row: Any) -> None:
        self.to.rows[table].append({"id": entry.id, **row, "at": entry.at})


def token_row(token: Token, stand: Stand) -> Row:
    order, part = token
    return {
        "id": part_ulid(order, "token", part),
        "order_id": order,
        "part": part,
        "token_revision": stand.revision,
        "hop": stand.hop,
        "place": stand.place,
        "seen_at": stand.at,
    }


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


def audited(fact: Fact) -> str:
    """The fact as the audit keeps it. A sale has tables of its own; here stands what has none."""
    if isinstance(fact, OrderSent):
        return json_of({"number": fact.number, "total_minor": fact.total_minor, "confirmed": fact.confirmed})
    if isinstance(fact, OrderPaid):
        return json_of({"order": fact.order, "bill": fact.bill, "rounding_minor": fact.rounding_minor})
    if isinstance(fact, OrderChanged):
        told = ("change", "order", "number", "total_minor", "takes", "cancel", "why", "approved_by", "confirmed")
        return json_of({name: getattr(fact, name) for name in told})
    if isinstance(fact, TenderTaken):
        return json_of({"order": fact.order, "number": fact.number, "tender": fact.tender})
    return json_of(fact)
