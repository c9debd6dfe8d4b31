"""A client's own durable memory: what it was about to do, how far it got, and how it ended. One SQLite file a client."""

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path

from station.tokens.progress import Step

_TABLES = """
create table if not exists intents (
    op text primary key, kind text not null, source text not null, target text not null,
    children text not null, state text not null default 'open');
create table if not exists steps (op text primary key, step text not null);
"""


@dataclass(frozen=True)
class Intent:
    """`children` are (place, signed bytes as hex). A publish has one, a move none."""

    op: str
    kind: str
    source: str
    target: str
    children: tuple[tuple[str, str], ...]
    state: str = "open"


class Journal:
    """Also the floor's Progress."""

    def __init__(self, path: Path) -> None:
        # A process that is killed loses nothing that it committed; only a power cut would ask for more.
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=off")
        self._db.executescript(_TABLES)

    def intend(self, intent: Intent) -> None:
        self._db.execute(
            "insert into intents (op, kind, source, target, children) values (?, ?, ?, ?, ?)",
            (intent.op, intent.kind, intent.source, intent.target, json.dumps(intent.children)),
        )

    def end(self, op: str, state: str) -> None:
        self._db.execute("update intents set state = ? where op = ?", (state, op))

    def intents(self, state: str = "%") -> list[Intent]:
        rows = self._db.execute(
            "select op, kind, source, target, children, state from intents where state like ? order by rowid", (state,)
        )
        return [
            Intent(op, kind, source, target, tuple(map(tuple, json.loads(children))), state)
            for op, kind, source, target, children, state in rows
        ]

    def load(self, op: str) -> Step | None:
        row = self._db.execute("select step from steps where op = ?", (op,)).fetchone()
        return Step(**json.loads(row[0])) if row else None

    def save(self, op: str, step: Step) -> None:
        self._db.execute("insert or replace into steps values (?, ?)", (op, json.dumps(asdict(step))))

    def close(self) -> None:
        self._db.close()
