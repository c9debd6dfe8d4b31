"""Whether the replica says the same as the master: counts and hashes by key range, then row by row where they differ.

Both sides are read while both go on changing, so a difference is believed only when it is there at each further look and nothing
of it waits in the queue. A mend is an entry in the queue: the pump writes the row as it is then, so it can never put something
old over something newer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Table

from station.data.bulk import in_portions
from station.data.queries.replica import queue_rows, queued_keys, rows_after, rows_by_key
from station.data.queries.replica_side import Sum, hash_of, hashes_of, hashes_of_keys, sum_of
from station.data.replicated import Ends
from station.data.session import in_transaction, reading
from station.data.triggers import followed_tables

RANGE: Final = 2_000
LOOKS: Final = 3
_QUEUED_AT_ONCE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Compared:
    """One table: how many rows the master has, in how many ranges; the keys of rows that differ, and how.

    `missing`: not on the replica; `extra`: only there; `changed`: another content.
    """

    table: str
    rows: int
    ranges: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def differing(self) -> int:
        return len(self.missing) + len(self.extra) + len(self.changed)


@dataclass(frozen=True, slots=True)
class _Suspect:
    """Keys of a table whose rows differed at the first look."""

    keys: frozenset[str]
    rows: int
    ranges: int


def compare(ends: Ends, again: Callable[[], None]) -> Iterator[Compared]:
    """Table by table. `again` is called before each further look: to let what is under way arrive. Raises DataError."""
    for table in followed_tables():
        suspect = _first_look(ends, table)
        found = Compared(table.name, suspect.rows, suspect.ranges, (), (), ())
        keys = sorted(suspect.keys)
        for _ in range(LOOKS):
            if not keys:
                break
            again()
            found = _look_at(ends, table, suspect, keys)
            keys = [*found.missing, *found.extra, *found.changed]
        yield found


def mend(ends: Ends, found: Compared) -> None:
    """Puts every row that differs into the queue."""
    table = next(one for one in followed_tables() if one.name == found.table)
    for some in in_portions([*found.missing, *found.extra, *found.changed], _QUEUED_AT_ONCE):
        in_transaction(ends.master, lambda conn, some=some: queue_rows(conn, table, some))  # type: ignore[misc]


def _first_look(ends: Ends, table: Table) -> _Suspect:
    last: str | None = None
    rows = ranges = 0
    suspects: set[str] = set()
    while True:
        with reading(ends.master) as conn:
            here = rows_after(conn, table, last, RANGE)
        # The last range has no end, so that what stands beyond the master's last row is seen too.
        upto = here[-1][0] if len(here) == RANGE else None
        ours = {key: hash_of(table, row) for key, row in here}
        total = 0
        for one in ours.values():
            total ^= one
        with reading(ends.replica) as conn:
            if sum_of(conn, ends.shop.id, table, last, upto) != Sum(len(ours), total):
                theirs = hashes_of(conn, ends.shop.id, table, last, upto)
                suspects |= {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}
        rows, ranges = rows + len(here), ranges + 1
        if upto is None:
            return _Suspect(frozenset(suspects), rows, ranges)
        last = upto


def _look_at(ends: Ends, table: Table, suspect: _Suspect, keys: Sequence[str]) -> Compared:
    """Which of these rows differ and are not on their way.

    A row that did not wait after it was read here is on the replica as it was here, or newer; then it is newer here as well.
    """
    with reading(ends.master) as conn:
        here = _hashes_here(conn, table, keys)
        waiting = queued_keys(conn, table)
    with reading(ends.replica) as conn:
        there = hashes_of_keys(conn, ends.shop.id, table, keys)
    with reading(ends.master) as conn:
        after = _hashes_here(conn, table, keys)
    looked_at = [key for key in keys if key not in waiting and here.get(key) == after.get(key)]
    return Compared(
        table.name,
        suspect.rows,
        suspect.ranges,
        missing=tuple(key for key in looked_at if key in here and key not in there),
        extra=tuple(key for key in looked_at if key not in here and key in there),
        changed=tuple(key for key in looked_at if key in here and key in there and here[key] != there[key]),
    )


def _hashes_here(conn: Connection, table: Table, keys: Sequence[str]) -> dict[str, int]:
    return {key: hash_of(table, row) for key, row in rows_by_key(conn, table, keys).items()}
