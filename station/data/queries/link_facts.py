"""What the link writes: a station's facts as rows of the master, each at most once however often it is brought.

A batch is one transaction and a fixed number of statements, however many facts it holds. A fact that names somebody or
something unknown is kept whole in the audit as `refused.…`, with the reason: nothing is lost, and what comes after it is not
held up. One that breaks a rule of the database itself is found by `data/followed.py`, which halves the batch until the
fact stands alone, and then comes here to be kept likewise (`refuse_fact`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Column, Connection, case, select, union_all, update

from station.data.bulk import add_rows, change_rows, in_portions
from station.data.queries.audit import Chain, count_refused, refused_among
from station.data.queries.closing import Closed, Wanted, close_day, hold_days
from station.data.queries.link import may_read_pins
from station.data.queries.link_rows import (
    WRITTEN,
    Asked,
    Gathered,
    Known,
    Stand,
    Token,
    approvers,
    asked_by,
    day_closed,
    gather,
    refusal,
    token_row,
)
from station.data.tables import ledger, menu, orders, payments, shop, staff
from station.domain.facts import (
    DayClosed,
    Entry,
    Fact,
    FloorReported,
    OrderChanged,
    OrderPaid,
    OrderSent,
    SoldOut,
    StaffSeen,
    kind_of,
)
from station.domain.menu import Role
from station.domain.pins import blocked_until
from station.errors import DataError

_FACT: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)
_LOOKED_UP_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class DayAnswer:
    """What became of the fact that wanted the day closed. `report`: the Z report as JSON (`domain/takings.py`)."""

    fact: str
    closed: Closed


@dataclass(frozen=True, slots=True)
class Stored:
    """`new`: facts that were not there before. `refused`: a sentence for each of all these that the master refused, now or
    when they were brought before. `refused_in_all`: how many it has refused of this station; only told with `refused`.
    `days`: what became of each wish to close the day.
    """

    new: int
    refused: tuple[str, ...]
    refused_in_all: int = 0
    days: tuple[DayAnswer, ...] = ()


def store_facts(conn: Connection, station_code: str, entries: Sequence[Entry]) -> Stored:
    """Brings the facts into the master, in their order, within the caller's transaction.

    Raises DataError when the master does not know the station.
    """
    hold_days(conn, [entry.fact.business_day for entry in entries if isinstance(entry.fact, DayClosed)])
    station_id, shop_id = _station(conn, station_code)
    there = known_facts(conn, [entry.id for entry in entries])
    refused = refused_among(conn, there)
    new = [entry for entry in entries if entry.id not in there]
    days: tuple[DayAnswer, ...] = ()
    if new:
        gathered = gather(station_id, shop_id, new, _known(conn, new))
        days = _write(conn, station_id, shop_id, gathered)
        refused |= {entry.id: why for entry, why in gathered.refused}
    told = [(entry, refused[entry.id]) for entry in entries if entry.id in refused]
    return replace(_stored(conn, station_id, len(new), told), days=days)


def refuse_fact(conn: Connection, station_code: str, entry: Entry, why: str) -> Stored:
    """Keeps a fact that cannot become rows, with the reason; does nothing when it is there already."""
    station_id, _ = _station(conn, station_code)
    if known_facts(conn, [entry.id]):
        before = refused_among(conn, [entry.id])
        return _stored(conn, station_id, 0, [(entry, before[entry.id])] if before else [])
    Chain(conn, station_id).add_all([refusal(entry, why)])
    return _stored(conn, station_id, 1, [(entry, why)])


def refused_sentence(entry: Entry, why: str) -> str:
    return f"the master refused fact={entry.id} kind={kind_of(entry.fact)} cause={why!r}; kept in the audit"


def known_facts(conn: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these facts are stored already: each leaves one row that has its id."""
    marks: tuple[Column[str], ...] = (ledger.audit_events.c.id, orders.token_moves.c.id, staff.login_events.c.id)
    found: set[str] = set()
    for some in in_portions(ids, _LOOKED_UP_AT_ONCE):
        found.update(conn.scalars(union_all(*(select(mark).where(mark.in_(some)) for mark in marks))))
    return found


def _stored(conn: Connection, station_id: str, new: int, refused: Sequence[tuple[Entry, str]]) -> Stored:
    told = tuple(refused_sentence(entry, why) for entry, why in refused)
    return Stored(new, told, count_refused(conn, station_id) if told else 0)


def _station(conn: Connection, code: str) -> tuple[str, str]:
    stations = shop.stations.c
    row = conn.execute(select(stations.id, stations.shop_id).where(stations.code == code)).first()
    if row is None:
        raise DataError(f"the master knows no station {code!r}; add it on the manager's screen")
    return row.id, row.shop_id


def _known(conn: Connection, new: Sequence[Entry]) -> Known:
    reports = [entry.fact for entry in new if isinstance(entry.fact, FloorReported)]
    facts = [entry.fact for entry in new]
    of_orders = {one.order for one in reports} | {
        fact.order for fact in facts if isinstance(fact, OrderSent | OrderPaid | OrderChanged)
    }
    paid = [fact for fact in facts if isinstance(fact, OrderPaid)]
    took = {one.took for one in paid} | {change.by for one in paid for change in one.changes}
    named = {entry.staff for entry in new if entry.staff}.union({one for one in took if one}, *map(approvers, facts))
    return Known(
        staff=_there(conn, staff.staff.c.id, named),
        permissions=_there(conn, staff.permissions.c.code, {fact.permission for fact in _seen(new) if fact.permission}),
        items=_there(conn, menu.menu_items.c.id, {entry.fact.item for entry in new if isinstance(entry.fact, SoldOut)}),
        asked=_asked(conn, {one.fact for one in reports} - {entry.id for entry in new}),
        orders=_there(conn, orders.orders.c.id, _sold_later(new)),
        stands=_stands(conn, of_orders),
        stations=_stations(conn, paid),
        days=_days_gone_on(
            conn, {day for fact in facts if (day := getattr(fact, "business_day", None))} | _days_of_bills(facts)
        ),
    )


def _stations(conn: Connection, paid: Sequence[OrderPaid]) -> dict[str, str]:
    """Where orders were taken that another station was paid for, and may tell of first."""
    codes = {one.sale.token.placed_on for one in paid} | {change.on for one in paid for change in one.changes}
    if not codes - {None}:
        return {}
    stations = shop.stations.c
    query = select(stations.code, stations.id).where(stations.code.in_(sorted(code for code in codes if code)))
    return {row.code: row.id for row in conn.execute(query)}


def _days_of_bills(facts: Sequence[Fact]) -> set[str]:
    return {fact.sale.business_day for fact in facts if isinstance(fact, OrderPaid)}


def _days_gone_on(conn: Connection, days: Iterable[str]) -> dict[str, str]:
    """Of these the ones that are closed, each with the day that is open now. A closed day's figures never change again."""
    table = shop.business_days.c
    closed: set[str] = set()
    for some in in_portions(sorted(days), _LOOKED_UP_AT_ONCE):
        # Kept until the rows are written: a Z report waits for them, or they see that the day is closed.
        # The hint says it to SQL Server, the clause to MariaDB; SQLite has one writer anyway.
        query = select(table.id, table.closed_at).with_hint(shop.business_days, "WITH (HOLDLOCK)", "mssql")
        query = query.with_for_update(read=True)
        closed.update(row.id for row in conn.execute(query.where(table.id.in_(some))) if row.closed_at is not None)
    if not closed:
        return {}
    # As it is now, not as it was when this transaction began.
    open_day = conn.scalar(select(table.id).where(table.closed_at.is_(None)).with_for_update(read=True))
    return {} if open_day is None else dict.fromkeys(closed, open_day)


def _sold_later(entries: Iterable[Entry]) -> set[str]:
    """Orders that two stations tell of: who took it, and who was paid for it."""
    facts = [entry.fact for entry in entries]
    billed = {fact.order for fact in facts if isinstance(fact, OrderSent) and fact.bill is not None}
    changes = {fact.change for fact in facts if isinstance(fact, OrderChanged)}
    paid = [fact for fact in facts if isinstance(fact, OrderPaid)]
    return billed | changes | {fact.order for fact in paid} | {one.change for fact in paid for one in fact.changes}


def _seen(entries: Sequence[Entry]) -> list[StaffSeen]:
    return [entry.fact for entry in entries if isinstance(entry.fact, StaffSeen)]


def _there(conn: Connection, key: Column[str], ids: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for some in in_portions(sorted(ids), _LOOKED_UP_AT_ONCE):
        found.update(conn.scalars(select(key).where(key.in_(some))))
    return frozenset(found)


def _asked(conn: Connection, ids: Iterable[str]) -> dict[str, Asked]:
    events = ledger.audit_events.c
    found: dict[str, Asked] = {}
    for some in in_portions(sorted(ids), _LOOKED_UP_AT_ONCE):
        query = select(events.id, events.kind, events.staff_id, events.body).where(events.id.in_(some))
        for row in conn.execute(query):
            found[row.id] = asked_by(row.kind, row.staff_id, row.body, _FACT)
    return found


def _stands(conn: Connection, of_orders: Iterable[str]) -> dict[Token, Stand]:
    tokens = orders.order_tokens.c
    found: dict[Token, Stand] = {}
    for some in in_portions(sorted(of_orders), _LOOKED_UP_AT_ONCE):
        query = select(
            tokens.order_id, tokens.part, tokens.hop, tokens.token_revision, tokens.place, tokens.seen_at
        ).where(tokens.order_id.in_(some))
        for row in conn.execute(query):
            found[row.order_id, row.part] = Stand(row.hop, row.token_revision, row.place, row.seen_at)
    return found


def _write(conn: Connection, station_id: str, shop_id: str, gathered: Gathered) -> tuple[DayAnswer, ...]:
    # Before the lines that refer to them: a reference locks its item for readers, and two tills that both hold such a lock
    # would wait for each other to count the item down.
    _write_items(conn, gathered.counted, gathered.sold_out)
    for table in WRITTEN:
        add_rows(conn, table, gathered.rows.get(table, ()))
    _write_drawers(conn, gathered.drawers)
    _write_stands(conn, gathered.stands)
    cards = staff.wallet_cards
    for card, step in sorted(gathered.steps.items()):
        # A code that passed anywhere passes nowhere again, as soon as the others have their next snapshot.
        conn.execute(update(cards).where(cards.c.id == card, cards.c.last_step < step).values(last_step=step))
    _write_pins(conn, station_id, gathered.pins)
    # Last of all, so that the report has everything that this station did before it.
    days = tuple(_close(conn, shop_id, entry, fact, gathered) for entry, fact in gathered.closing)
    Chain(conn, station_id).add_all(gathered.events)
    return days


def _close(conn: Connection, shop_id: str, entry: Entry, fact: DayClosed, gathered: Gathered) -> DayAnswer:
    wanted = Wanted(fact.business_day, entry.staff, entry.at, fact.carried, fact.drawers)
    closed = close_day(conn, shop_id, wanted)
    if closed.why:
        gathered.refused.append((entry, closed.why))
        gathered.events.append(refusal(entry, closed.why))
    else:
        gathered.events.append(day_closed(entry, fact, closed.number))
    return DayAnswer(entry.id, closed)


def _write_drawers(conn: Connection, counted: Mapping[str, Mapping[str, object]]) -> None:
    """A drawer is counted once: whoever counts it again changes nothing."""
    session = payments.drawer_sessions
    for key in sorted(counted):
        still_open = (session.c.id == key, session.c.closed_at.is_(None))
        conn.execute(update(session).where(*still_open).values(**counted[key]))


def _write_pins(conn: Connection, station_id: str, tried: Mapping[str, Sequence[datetime | None]]) -> None:
    """Wrong PINs of all stations add up, and make the person wait at each of them. Prep displays have no PINs, nor the right."""
    if not tried or not may_read_pins(_role(conn, station_id)):
        return
    pins = staff.staff_pins
    for person in sorted(tried):
        # Locked before it is counted on: two stations that bring wrong PINs at once must both count.
        as_it_is = {"failures": pins.c.failures, "blocked_until": pins.c.blocked_until}
        conn.execute(update(pins).where(pins.c.staff_id == person).values(as_it_is))
        row = conn.execute(select(pins.c.failures, pins.c.blocked_until).where(pins.c.staff_id == person)).first()
        if row is None:
            continue
        wrong, until = row.failures, row.blocked_until
        for at in tried[person]:
            wrong, until = (0, None) if at is None else (wrong + 1, blocked_until(wrong + 1, at))
        conn.execute(update(pins).where(pins.c.staff_id == person).values(failures=wrong, blocked_until=until))


def _role(conn: Connection, station_id: str) -> Role:
    profiles, stations = shop.station_profiles.c, shop.stations.c
    query = select(profiles.role).join(shop.stations, stations.station_profile_id == profiles.id)
    role: Role = conn.execute(query.where(stations.id == station_id)).scalar_one()
    return role


def _write_stands(conn: Connection, stands: Mapping[Token, Stand]) -> None:
    rows = {row["id"]: row for row in (token_row(token, stand) for token, stand in stands.items())}
    there = _there(conn, orders.order_tokens.c.id, rows)
    add_rows(conn, orders.order_tokens, [row for key, row in rows.items() if key not in there])
    changed = [rows[key] for key in sorted(there)]
    change_rows(conn, orders.order_tokens, changed, ("token_revision", "hop", "place", "seen_at"))


def _write_items(conn: Connection, sold: Mapping[str, int], sold_out: Mapping[str, bool]) -> None:
    """In the order of their keys, so that two tills that sell the same two items never wait for each other in a ring."""
    item = menu.menu_items.c
    counted: set[str] = set()
    for some in in_portions(sorted(sold), _LOOKED_UP_AT_ONCE):
        counted.update(conn.scalars(select(item.id).where(item.id.in_(some), item.remaining > 0)))
    for key in sorted(counted | sold_out.keys()):
        if key in counted:
            left = case((item.remaining > sold[key], item.remaining - sold[key]), else_=0)
            conn.execute(update(menu.menu_items).where(item.id == key, item.remaining > 0).values(remaining=left))
        if key in sold_out:
            conn.execute(update(menu.menu_items).where(item.id == key).values(sold_out=sold_out[key]))
