"""The journal: what people did here, in order, durable before the screen says so.

One SQLite database (WAL, synchronous=FULL). A fact is a row (seq, ULID, kind, JSON, staff, time, hash of the row before
and of this row); facts are only ever added. Two programs follow it, each with a cursor of its own; the tokens program
also keeps here how far each of its operations got, so that it can go on after a power cut.

    facts     seq · id · kind · for_floor · body · staff · at · previous · hash
    cursors   reader · seq
    settled   the facts beyond the tokens program's cursor that are already dealt with
    aside     the facts for the floor that this version cannot read: they wait for one that can
    waiting   reader · seq: the same for any other reader
    progress  op · state · nonce · source · target · session
    counters  name · value
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from ulid import ULID

from station.domain.chains import Damage, Row, damages
from station.domain.facts import FLOOR_FACTS, Entry, Fact, FloorReported, kind_of
from station.errors import JournalError
from station.local.bell import bell_of, ring

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, for_floor INTEGER NOT NULL,
  body BLOB NOT NULL, staff TEXT, at TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ix_facts_for_floor ON facts (for_floor, seq);
CREATE INDEX IF NOT EXISTS ix_facts_kind ON facts (kind, seq);
CREATE TABLE IF NOT EXISTS cursors (reader TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS settled (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS aside (seq INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS waiting (reader TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (reader, seq)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (
  op TEXT PRIMARY KEY, state TEXT NOT NULL, nonce TEXT NOT NULL, source TEXT NOT NULL, target TEXT NOT NULL,
  session TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""
_FACT: msgspec.json.Decoder[Fact] = msgspec.json.Decoder(Fact)


class Journal:
    """One open connection to this station's journal. Not shared between threads."""

    def __init__(self, path: Path, station: str, *, patience_s: float = 10.0) -> None:
        """Opens it, or makes a new one. Raises JournalError when the disk refuses, or is busy for `patience_s`."""
        self.path = path
        self._bell = bell_of(path)
        # The chain begins with the station's code, so one station's journal cannot pass for another's.
        self._first = hashlib.sha256(station.encode()).hexdigest()
        self._unreadable: dict[int, str] = {}
        self._pending: list[Entry] = []
        self._pending_at: tuple[int, int, int] | None = None
        with self._errors("be opened"):
            path.parent.mkdir(parents=True, exist_ok=True)
            # SQLite alone would make a file that only its maker may write; a station's programs are several users of one group.
            path.touch(mode=0o660)
            self._db = sqlite3.connect(path, timeout=patience_s, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._bell.touch()

    def append(self, fact: Fact, staff: str | None, at: datetime) -> Entry:
        """The fact, durable when this returns. Raises JournalError: then nothing was recorded."""
        return self.append_all([(fact, staff)], at)[0]

    def append_all(self, facts: Sequence[tuple[Fact, str | None]], at: datetime) -> list[Entry]:
        """All of them, each with who did it, or none: a power cut never leaves half of what belongs together."""
        with self._errors("take a fact"), self._transaction():
            entries = [self._insert(fact, staff, at) for fact, staff in facts]
        ring(self._bell)
        return entries

    def of_kinds(self, kinds: Sequence[str], after: int = 0) -> list[Entry]:
        """Every fact of these kinds after `after`, oldest first."""
        query = (
            "SELECT seq, id, body, staff, at FROM facts"
            " WHERE kind IN (SELECT value FROM json_each(?)) AND seq > ? ORDER BY seq"
        )
        return self._read(self._rows(query, msgspec.json.encode(list(kinds)).decode(), after))[0]

    def last_of(self, kind: str) -> int:
        """The number of the newest fact of this kind; 0 when there is none."""
        return self._number("SELECT coalesce(max(seq), 0) FROM facts WHERE kind = ?", kind)

    def about(self, order: str, kinds: Sequence[str]) -> list[Entry]:
        """The facts of these kinds that are about this order, oldest first, however long ago. Looks at each of the kinds."""
        query = (
            "SELECT seq, id, body, staff, at FROM facts WHERE kind IN (SELECT value FROM json_each(?))"
            " AND json_extract(CAST(body AS TEXT), '$.order') = ? ORDER BY seq"
        )
        return self._read(self._rows(query, msgspec.json.encode(list(kinds)).decode(), order))[0]

    def settle(self, entry: Entry, report: FloorReported | None, at: datetime) -> None:
        """The tokens program has dealt with this fact; its report becomes a fact in the same breath."""
        with self._errors("settle a fact"), self._transaction():
            if report is not None:
                self._insert(report, None, at)
            self._db.execute("INSERT OR IGNORE INTO settled (seq) VALUES (?)", (entry.seq,))
            self._db.execute("DELETE FROM aside WHERE seq = ?", (entry.seq,))
            self._db.execute("DELETE FROM progress WHERE op = ?", (entry.id,))
            self._advance_over_settled()

    def since(self, seq: int, limit: int = 500) -> list[Entry]:
        """The facts after `seq`, oldest first; those that this version cannot read are left out."""
        found: list[Entry] = []
        while len(found) < limit:
            rows = self._rows(
                "SELECT seq, id, body, staff, at FROM facts WHERE seq > ? ORDER BY seq LIMIT ?", seq, limit - len(found)
            )
            if not rows:
                break
            found += self._read(rows)[0]
            seq = rows[-1][0]
        return found

    def next_for(self, reader: str, limit: int) -> tuple[list[Entry], int]:
        """The facts after this reader's cursor, oldest first, and the number up to which that is all.

        Those that this version cannot read are left out and written down for the reader, until `readable_again`.
        """
        rows = self._rows(
            "SELECT seq, id, body, staff, at FROM facts WHERE seq > ? ORDER BY seq LIMIT ?", self.cursor(reader), limit
        )
        found, unreadable = self._read(rows)
        if unreadable:
            with self._errors("set a fact aside"), self._transaction():
                self._db.executemany(
                    "INSERT OR IGNORE INTO waiting (reader, seq) VALUES (?, ?)", [(reader, seq) for seq in unreadable]
                )
        return found, rows[-1][0] if rows else 0

    def readable_again(self, reader: str) -> list[Entry]:
        """The facts that waited for a version that can read them, and can be read now."""
        rows = self._rows(
            "SELECT seq, id, body, staff, at FROM facts WHERE seq IN (SELECT seq FROM waiting WHERE reader = ?)"
            " ORDER BY seq",
            reader,
        )
        return self._read(rows)[0] if rows else []

    def took_back(self, reader: str, entries: Iterable[Entry]) -> None:
        """The reader has dealt with these now."""
        with self._errors("take a fact back"), self._transaction():
            self._db.executemany(
                "DELETE FROM waiting WHERE reader = ? AND seq = ?", [(reader, entry.seq) for entry in entries]
            )

    def latest(self, kind: str, limit: int) -> list[Entry]:
        """The newest facts of this kind, oldest first."""
        rows = self._rows(
            "SELECT seq, id, body, staff, at FROM facts WHERE kind = ? ORDER BY seq DESC LIMIT ?", kind, limit
        )
        return self._read(reversed(rows))[0]

    def counted(self, name: str) -> int:
        """What `next_number` gave last for this name; 0 when it never did."""
        return self._number("SELECT coalesce(max(value), 0) FROM counters WHERE name = ?", name)

    def count_to(self, name: str, value: int) -> None:
        """What somebody else counted, to be known here too."""
        with self._errors("count"):
            self._db.execute("INSERT OR REPLACE INTO counters (name, value) VALUES (?, ?)", (name, value))

    def pending(self, limit: int = 5_000) -> list[Entry]:
        """The facts that the floor has not got yet, oldest first; those that this version cannot read are left out."""
        with self._errors("be read"):
            # What other connections committed, and what this one changed: screens and the tokens program ask often.
            version = int(self._db.execute("PRAGMA data_version").fetchone()[0])
        now = (version, self._db.total_changes, limit)
        if now != self._pending_at:
            rows = self._rows(
                "SELECT seq, id, body, staff, at FROM facts WHERE seq IN (SELECT seq FROM aside) ORDER BY seq LIMIT ?",
                limit,
            )
            rows += self._rows(
                "SELECT seq, id, body, staff, at FROM facts WHERE for_floor = 1 AND seq > ?"
                " AND seq NOT IN (SELECT seq FROM settled) ORDER BY seq LIMIT ?",
                self.cursor("tokens"),
                limit,
            )
            self._pending, self._unreadable = self._read(sorted(rows)[:limit])
            self._pending_at = now
        return list(self._pending)

    def set_aside(self) -> list[str]:
        """Lets the tokens program's cursor pass what this version cannot read; one sentence for each that waits so.

        Nothing of it is lost: a version that can read it finds it pending again.
        """
        self.pending()
        if self._unreadable:
            reached = self.cursor("tokens")
            new = [
                (seq,)
                for (seq,) in self._rows(
                    "SELECT seq FROM facts WHERE for_floor = 1 AND seq > ? AND seq NOT IN (SELECT seq FROM settled)",
                    reached,
                )
                if seq in self._unreadable
            ]
            if new:
                with self._errors("set a fact aside"), self._transaction():
                    self._db.executemany("INSERT OR IGNORE INTO aside (seq) VALUES (?)", new)
                    self._db.executemany("INSERT OR IGNORE INTO settled (seq) VALUES (?)", new)
                    self._advance_over_settled()
        return list(self._unreadable.values())

    def last(self) -> int:
        """The newest fact's number; 0 when there is none."""
        return self._number("SELECT coalesce(max(seq), 0) FROM facts")

    def cursor(self, reader: str) -> int:
        """How far this reader has come."""
        return self._number("SELECT coalesce(max(seq), 0) FROM cursors WHERE reader = ?", reader)

    def advance(self, reader: str, seq: int) -> None:
        """The reader has dealt with everything up to `seq`; a cursor never goes back."""
        with self._errors("move a cursor"):
            self._db.execute(
                "INSERT INTO cursors (reader, seq) VALUES (?, ?)"
                " ON CONFLICT (reader) DO UPDATE SET seq = max(seq, excluded.seq)",
                (reader, seq),
            )

    def rewind(self, reader: str) -> int:
        """The reader begins with the first fact again; how many facts that are. For readers that may be told twice."""
        with self._errors("move a cursor"):
            self._db.execute("DELETE FROM cursors WHERE reader = ?", (reader,))
        ring(self._bell)
        return self.last()

    def next_number(self, name: str) -> int:
        """1, 2, 3… for each name, durable and never twice."""
        with self._errors("count"), self._transaction():
            self._db.execute(
                "INSERT INTO counters (name, value) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
                (name,),
            )
            return self._number("SELECT value FROM counters WHERE name = ?", name)

    def progress(self, op: str) -> tuple[str, str, str, str, str] | None:
        """(state, nonce, source, target, session) of an operation under way."""
        with self._errors("be read"):
            row = self._db.execute(
                "SELECT state, nonce, source, target, session FROM progress WHERE op = ?", (op,)
            ).fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3], row[4])

    def save_progress(
        self, op: str, state: str, nonce: str, source: str, target: str, session: str, *, durable: bool = True
    ) -> None:
        """How far an operation got, durable when this returns.

        How it ended need not be (`durable=False`): who finds the step before that ends it in the same way, and settling
        the fact makes it last.
        """
        with self._errors("keep an operation's progress"), self._synced(durable=durable):
            self._db.execute(
                "INSERT INTO progress (op, state, nonce, source, target, session) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (op) DO UPDATE SET state = excluded.state, nonce = excluded.nonce,"
                " source = excluded.source, target = excluded.target, session = excluded.session",
                (op, state, nonce, source, target, session),
            )

    def nonces(self) -> list[str]:
        """The nonces of all operations under way: what they staged must not be swept away."""
        with self._errors("be read"):
            return [row[0] for row in self._db.execute("SELECT nonce FROM progress")]

    def broken_at(self) -> int | None:
        """The first fact whose hash does not follow from the one before it; None when the chain is whole."""
        return next((damage.seq for damage in self.damages()), None)

    def damages(self) -> Iterator[Damage]:
        """Everything that was altered, taken out or moved."""
        with self._errors("be read"):
            yield from damages(self._chain(), self._first, self._with_hash)

    def latest_words(self) -> str:
        """Which fact is the newest, for a person; empty when there is none."""
        rows = self._rows("SELECT kind, id, at FROM facts ORDER BY seq DESC LIMIT 1")
        return "" if not rows else f"{rows[0][0]} {rows[0][1]} of {rows[0][2]}"

    def _chain(self) -> Iterator[Row]:
        rows = self._db.execute("SELECT seq, id, kind, body, staff, at, previous, hash FROM facts ORDER BY seq")
        for seq, fact_id, kind, body, staff, at, previous, digest in rows:
            fits = _hash(previous, fact_id, kind, body, staff, at)
            yield Row(int(seq), previous, digest, fits, f"{kind} {fact_id} of {at}")

    def _with_hash(self, digest: str) -> int | None:
        row = self._db.execute("SELECT seq FROM facts WHERE hash = ?", (digest,)).fetchone()
        return None if row is None else int(row[0])

    def forget_progress(self, op: str) -> None:
        """The operation starts anew, from another source."""
        with self._errors("forget an operation's progress"):
            self._db.execute("DELETE FROM progress WHERE op = ?", (op,))

    def close(self) -> None:
        self._db.close()

    def _insert(self, fact: Fact, staff: str | None, at: datetime) -> Entry:
        fact_id = str(ULID.from_datetime(at)).lower()
        kind, body, when = (
            kind_of(fact),
            msgspec.json.encode(fact),
            at.astimezone(UTC).isoformat(timespec="milliseconds"),
        )
        row = self._db.execute("SELECT hash FROM facts ORDER BY seq DESC LIMIT 1").fetchone()
        previous = self._first if row is None else str(row[0])
        digest = _hash(previous, fact_id, kind, body, staff, when)
        done = self._db.execute(
            "INSERT INTO facts (id, kind, for_floor, body, staff, at, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (fact_id, kind, isinstance(fact, FLOOR_FACTS), body, staff, when, previous, digest),
        )
        return Entry(seq=int(done.lastrowid or 0), id=fact_id, fact=fact, staff=staff, at=at)

    def _advance_over_settled(self) -> None:
        """Moves the tokens program's cursor over everything that asks nothing of it any more."""
        waiting = self._number(
            "SELECT coalesce(min(seq), 0) FROM facts WHERE for_floor = 1 AND seq > ?"
            " AND seq NOT IN (SELECT seq FROM settled)",
            self.cursor("tokens"),
        )
        reached = waiting - 1 if waiting else self.last()
        self.advance("tokens", reached)
        self._db.execute("DELETE FROM settled WHERE seq <= ?", (reached,))

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._errors("be read"):
            return self._db.execute(query, values).fetchall()

    def _read(self, rows: Iterable[tuple[int, str, bytes, str | None, str]]) -> tuple[list[Entry], dict[int, str]]:
        """The facts, and by number a sentence for each that this version cannot read."""
        found: list[Entry] = []
        unreadable: dict[int, str] = {}
        for seq, fact_id, body, staff, at in rows:
            try:
                when = datetime.fromisoformat(at)
                found.append(Entry(seq=seq, id=fact_id, fact=_FACT.decode(body), staff=staff, at=when))
            except (msgspec.MsgspecError, ValueError) as error:
                unreadable[seq] = (
                    f"what was done here at {at} cannot be read by this version ({str(error)[:120]}): it is kept, and"
                    f" done when this station runs a version that can (journal {self.path}, fact {seq})"
                )
        return found, unreadable

    def _number(self, query: str, *values: object) -> int:
        with self._errors("be read"):
            return int(self._db.execute(query, values).fetchone()[0])

    @contextmanager
    def _synced(self, *, durable: bool) -> Iterator[None]:
        if durable:
            yield
            return
        self._db.execute("PRAGMA synchronous=NORMAL")
        try:
            yield
        finally:
            self._db.execute("PRAGMA synchronous=FULL")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            # On a full disk SQLite may have rolled back by itself, or refuse the commit and leave it open.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise JournalError(
                f"the journal {self.path} could not {what}: {error}. Nothing was recorded;"
                " check the disk's free space and its rights"
            ) from error


def _hash(previous: str, fact_id: str, kind: str, body: bytes, staff: str | None, at: str) -> str:
    text = b"\0".join((previous.encode(), fact_id.encode(), kind.encode(), body, (staff or "").encode(), at.encode()))
    return hashlib.sha256(text).hexdigest()
