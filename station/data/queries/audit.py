"""The audit: each station's rows in a chain, so that one that was taken out or altered shows."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, select

from station.data.bulk import add_rows, in_portions
from station.data.tables import ledger, shop

FIRST: Final = "0" * 64
"""What the first row of a station has in place of the hash before it."""
REFUSED: Final = "refused."
"""How the kind of a fact begins that the master could not take."""
_LOOKED_UP_AT_ONCE: Final = 500


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
    events = ledger.audit_events.c
    previous, expected = FIRST, 1
    for row in conn.execute(select(ledger.audit_events).where(events.station_id == station_id).order_by(events.seq)):
        event = Event(row.id, row.kind, row.staff_id, row.subject_id, row.body, row.at)
        if row.seq != expected or row.previous_hash != previous or row.hash != chain_hash(previous, event):
            return expected
        previous, expected = row.hash, expected + 1
    return None


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
