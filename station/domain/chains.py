"""A chain of records: each row carries the hash of the row before it. What was altered, removed or moved shows, and where.

Pure: rows in, damages out. Every row is judged by itself (does its hash fit what it says?) and against the row before it (does it
follow?), so that one damage is told once and what comes after it is judged as if it had not happened. Rows that were taken from the
end leave no trace in the chain itself: only another record of the same facts shows them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["altered", "missing", "moved", "rewritten", "renumbered"]


@dataclass(frozen=True, slots=True)
class Row:
    """`fits`: the hash that follows from `previous` and from all that the row says. `words`: which row it is, for a person."""

    seq: int
    previous: str
    hash: str
    fits: str
    words: str


@dataclass(frozen=True, slots=True)
class Damage:
    """`seq`: the first row that it is about; `text` says what is wrong in words."""

    kind: Kind
    seq: int
    text: str


def damages(rows: Iterable[Row], first: str, where: Callable[[str], int | None] = lambda _: None) -> Iterator[Damage]:
    """Everything that is wrong, in the order of the rows. `first` stands in the first row for the hash before it.

    `where`: the number of the row that has this hash, wherever it stands; asked only where the chain is broken.
    """
    before = Row(0, "", first, first, "the beginning")
    for row in rows:
        yield from _between(before, row, lambda digest: 0 if digest == first else where(digest))
        if row.hash != row.fits:
            yield Damage("altered", row.seq, f"row {row.seq} was altered: {row.words}")
        before = row


def _between(before: Row, row: Row, where: Callable[[str], int | None]) -> Iterator[Damage]:
    """What is wrong with `row` coming after `before`."""
    gap = row.seq - before.seq - 1
    if row.previous == before.hash:
        if gap:
            yield Damage("renumbered", row.seq, f"row {row.seq} follows row {before.seq}, but its number was changed")
        return
    home = where(row.previous)
    if home is not None:
        whence = f"right after row {home}" if home else "first of all"
        yield Damage("moved", row.seq, f"row {row.seq} was moved: it was written {whence}: {row.words}")
    elif gap:
        rows = f"row {before.seq + 1} is" if gap == 1 else f"rows {before.seq + 1} to {row.seq - 1} are"
        yield Damage("missing", before.seq + 1, f"{rows} missing, before {row.words}")
    elif before.seq == 0:
        yield Damage("missing", row.seq, f"what was written before row {row.seq} is missing: {row.words}")
    else:
        yield Damage(
            "rewritten",
            before.seq,
            f"between row {before.seq} and row {row.seq} rows were taken out, or row {before.seq} was written anew:"
            f" {before.words}",
        )
