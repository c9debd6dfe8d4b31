"""The audit: each station's rows in a chain, so that one that was taken out or altered shows."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, select

from station.data.bulk import add_rows, in_portions
from station.data.tables import ledger, shop
from station.domain.chains import Damage, Row, damages

FIRST: Final = "0" * 64
"""What the first row of a station has in place of the hash before it."""
REFUSED: Final = "refused."
"""How the kind of a fact begins that the master could not take."""
_LOOKED_UP_AT_ONCE: Final = 500
_ROWS_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """`body` is JSON; `subject` the order, item or person that it is about."""

    id: str
    kind: str
    staff: str | None
    subject: str | None
    body: str
    at: datetime


class Chain:
    """One station's chain within one transaction: knows its end and adds to it."""

    def __init__(self, conn: Connection, station_id: str) -> None:
        self._conn, self._station = conn, station_id
        events = ledger.audit_events.c
        last = conn.execute(
            select(events.seq, events.hash).where(events.station_id == station_id).order_by(events.seq.desc()).limit(1)
        ).first()
        self._seq: int = 0 if last is None else last.seq
        self._hash: str = FIRST if last is None else last.hash

    def add_all(self, events: Sequence[Event]) -> None:
        rows = []
        for event in events:
            digest = chain_hash(self._hash, event)
            rows.append(
                {
                    "id": event.id,
                    "station_id": self._station,
                    "seq": self._seq + 1,
                    "kind": event.kind,
                    "staff_id": event.staff,
                    "subject_id": event.subject,
                    "body": event.body,
                    "at": event.at,
                    "previous_hash": self._hash,
                    "hash": digest,
                }
            )
            self._seq, self._hash = self._seq + 1, digest
        add_rows(self._conn, ledger.audit_events, rows)


def chain_hash(previous: str, event: Event) -> str:
    """SHA-256 over the hash before and everything that the row says; its time to the millisecond."""
    told = (previous, event.id, event.kind, event.staff or "", event.subject or "", event.body)
    moment = event.at.astimezone(UTC).isoformat(timespec="milliseconds")
    return hashlib.sha256("\0".join((*told, moment)).encode()).hexdigest()


def broken_at(conn: Connection, station_id: str) -> int | None:
    """The first place in a station's chain where something was altered or is missing; None when it is whole."""
    return next((damage.seq for damage in chain_damages(conn, station_id)), None)


def chain_damages(conn: Connection, station_id: str, seen: Callable[[Row], None] = lambda _: None) -> Iterator[Damage]:
    """Everything that was altered, taken out or moved in a station's chain. `seen` is told of each row; none is kept.

    Index: station, seq.
    """
    events = ledger.audit_events.c

    def rows() -> Iterator[Row]:
        after = None
        while True:
            query = select(ledger.audit_events).where(events.station_id == station_id).order_by(events.seq)
            query = query if after is None else query.where(events.seq > after)
            some = conn.execute(query.limit(_ROWS_AT_ONCE)).all()
            for row in some:
                event = Event(row.id, row.kind, row.staff_id, row.subject_id, row.body, row.at)
                words = f"{row.kind} {row.id} of {row.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
                made = Row(row.seq, row.previous_hash, row.hash, chain_hash(row.previous_hash, event), words)
                seen(made)
                yield made
            if len(some) < _ROWS_AT_ONCE:
                return
            after = some[-1].seq

    def where(digest: str) -> int | None:
        query = select(events.seq).where(events.station_id == station_id, events.hash == digest).order_by(events.seq)
        return conn.scalar(query.limit(1))

    return damages(rows(), FIRST, where)


@dataclass(frozen=True, slots=True)
class Audited:
    """A station's chain in the master: how many rows, when the last one was, and all that is wrong with it."""

    station: str
    rows: int
    last: str
    damages: tuple[Damage, ...]


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    last: str = ""

    def note(self, row: Row) -> None:
        self.rows, self.last = self.rows + 1, row.words


def verify_chains(conn: Connection, only: str | None = None) -> Iterator[Audited]:
    """Each station's chain, in the order of their codes."""
    stations = shop.stations.c
    query = select(stations.id, stations.code).order_by(stations.code)
    for row in conn.execute(query if only is None else query.where(stations.code == only)).all():
        tally = _Tally()
        found = tuple(chain_damages(conn, row.id, tally.note))
        yield Audited(row.code, tally.rows, tally.last, found)


def audited_bodies(conn: Connection, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """By id, the kind and the body of those of these facts that stand in the audit."""
    events = ledger.audit_events.c
    found: dict[str, tuple[str, str]] = {}
    for some in in_portions(ids, _LOOKED_UP_AT_ONCE):
        query = select(events.id, events.kind, events.body).where(events.id.in_(some))
        found.update((row.id, (row.kind, row.body)) for row in conn.execute(query))
    return found


@dataclass(frozen=True, slots=True)
class Refusal:
    """A fact that the master could not take: which, from where, when it happened there, and why not."""

    id: str
    station: str
    kind: str
    at: datetime
    why: str
    body: str


def refused_facts(conn: Connection, limit: int = 100) -> list[Refusal]:
    """The latest facts that were set aside, newest first. Index: kind, at."""
    events = ledger.audit_events.c
    query = (
        select(events.id, shop.stations.c.code, events.kind, events.at, events.body)
        .join(shop.stations, shop.stations.c.id == events.station_id)
        .where(_is_refused())
        .order_by(events.at.desc(), events.id.desc())
        .limit(limit)
    )
    return [
        Refusal(
            id=row.id,
            station=row.code,
            kind=row.kind.removeprefix(REFUSED),
            at=row.at,
            why=_why(row.body),
            body=row.body,
        )
        for row in conn.execute(query)
    ]


def refused_among(conn: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Those of these facts that were set aside, and why."""
    events = ledger.audit_events.c
    found: dict[str, str] = {}
    for some in in_portions(sorted(ids), _LOOKED_UP_AT_ONCE):
        query = select(events.id, events.body).where(events.id.in_(some), _is_refused())
        found.update((row.id, _why(row.body)) for row in conn.execute(query))
    return found


def count_refused(conn: Connection, station_id: str) -> int:
    """How many of a station's facts were ever set aside."""
    query = select(func.count()).where(ledger.audit_events.c.station_id == station_id, _is_refused())
    return conn.scalar(query) or 0


def _is_refused() -> ColumnElement[bool]:
    kind = ledger.audit_events.c.kind
    return and_(kind >= REFUSED, kind < REFUSED[:-1] + "/")


def _why(body: str) -> str:
    return str(msgspec.json.decode(body).get("why", ""))
