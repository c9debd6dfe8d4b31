"""The audit: each station's rows in a chain, so that one that was taken out or altered shows."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, insert, select

from station.data.tables import ledger

FIRST: Final = "0" * 64
"""What the first row of a station has in place of the hash before it."""


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

    def add(self, event: Event) -> None:
        digest = chain_hash(self._hash, event)
        self._conn.execute(
            insert(ledger.audit_events).values(
                id=event.id,
                station_id=self._station,
                seq=self._seq + 1,
                kind=event.kind,
                staff_id=event.staff,
                subject_id=event.subject,
                body=event.body,
                at=event.at,
                previous_hash=self._hash,
                hash=digest,
            )
        )
        self._seq, self._hash = self._seq + 1, digest


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
