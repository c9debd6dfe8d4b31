"""The pump's two ends, held together: a master whose queue is followed by one program at a time, and its replica.

    first copy    table by table in the order of keys; how far it came is written in the same transaction as the rows
    pump          a batch of the queue: the rows as they are now, written in one transaction; then the batch is forgotten

Whatever dies in between is done again, and a repeat changes nothing.
"""

import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, Table
from sqlalchemy.engine import URL

from station.data.locks import Hold, Taken, exclusively
from station.data.migrate import check_replica, upgrade_replica
from station.data.queries.replica import (
    OneShop,
    changes_waiting,
    count_rows,
    forget_changes_taken,
    keys_by_table,
    next_changes,
    order_known,
    rows_after,
    rows_by_key,
    the_shop,
)
from station.data.queries.replica_side import (
    DONE,
    begin_writing,
    copied_so_far,
    count_there,
    forget_copied,
    newest_order,
    note_copied,
    put_rows,
    shops_there,
    still_writes,
    take_rows,
)
from station.data.session import check_schema, in_transaction, name_of, open_engine, reading, writing
from station.data.tables import METADATA
from station.data.triggers import follow_changes, followed_tables, forget_changes, is_followed
from station.errors import DatabaseRefused, DataError

BATCH: Final = 5_000
PORTION: Final = 5_000

_Row = tuple[Table, str, Row[Any] | None]
"""A row of the master by its key, as it is now; None: it is gone."""


@dataclass(frozen=True, slots=True)
class Copied:
    """One step of the first copy: so many rows of this table; `complete` when there are no more of it.

    `refused`: a sentence for each row that the replica cannot hold; it is left out, and `station replica verify` tells of it.
    """

    table: str
    rows: int
    complete: bool
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pumped:
    """One batch: entries of the queue that were dealt with, and rows that were written or taken away for them.

    `refused`: as in `Copied`.
    """

    entries: int
    written: int
    taken: int
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How both ends stand: rows by table, here and there; `problem`: why the replica could not be asked."""

    shop: str
    queue: int
    first_copy_done: bool
    tables: tuple[tuple[str, int, int], ...]
    problem: str = ""


class Ends:
    """Both databases, opened and looked at; `close` when done. Raises DataError with what is wrong and what to do."""

    def __init__(self, master: str | URL, replica: str | URL, *, chain: bool = False) -> None:
        self.master = open_engine(master)
        try:
            check_schema(self.master)
            self.replica = open_engine(replica)
            with reading(self.master) as conn:
                self.shop: OneShop = the_shop(conn)
        except DataError:
            self.master.dispose()
            raise
        self._chain = chain

    def close(self) -> None:
        self.master.dispose()
        self.replica.dispose()

    def look(self, *, whatever_it_holds: bool = False) -> None:
        """Raises DataError unless the replica may be written: it is ours, or empty, or a chain's."""
        with reading(self.replica) as conn:
            strangers = {key: name for key, name in shops_there(conn).items() if key != self.shop.id}
            newest = newest_order(conn, self.shop.id)
        if strangers and not self._chain:
            raise DataError(
                f"the replica {name_of(self.replica)} holds the shop {next(iter(strangers.values()))!r}, not"
                f" {self.shop.name!r}: look at its address, or say in station.json that it is a chain's"
            )
        if newest is None or whatever_it_holds:
            return
        with reading(self.master) as conn:
            known = order_known(conn, newest)
        if not known:
            raise DataError(
                f"the replica {name_of(self.replica)} holds an order ({newest}) that this master does not know: it follows"
                " another master, or this one was restored from an older backup. Look first which of them is right;"
                " `station replica rebuild` then makes the replica equal to this master"
            )

    def standing(self) -> Standing:
        with reading(self.master) as conn:
            queue = changes_waiting(conn)
            here = {table.name: count_rows(conn, table) for table in followed_tables()}
        try:
            check_replica(self.replica)
            with reading(self.replica) as conn:
                copied = copied_so_far(conn, self.shop.id)
                there = {table.name: count_there(conn, self.shop.id, table) for table in followed_tables()}
        except DataError as error:
            return Standing(self.shop.name, queue, first_copy_done=False, tables=(), problem=str(error))
        done = all(copied.get(name) == DONE for name in here)
        return Standing(self.shop.name, queue, done, tuple((name, rows, there[name]) for name, rows in here.items()))

    def prepare(self) -> None:
        """Makes or migrates the replica's tables."""
        upgrade_replica(self.replica)

    def must_be_followed(self) -> None:
        """Raises DataError when the master's changes are not queued: then nobody would hear of them."""
        with reading(self.master) as conn:
            followed = is_followed(conn)
        if not followed:
            raise DataError(
                f"the changes of {name_of(self.master)} are not followed; turn that on with: station replica on"
            )


class Pump:
    """The one program that fills the replica. Every method raises DataError; then the same may be called again."""

    def __init__(self, ends: Ends, hold: Hold) -> None:
        self._ends, self._hold, self._me = ends, hold, uuid.uuid4().hex
        in_transaction(ends.replica, lambda conn: begin_writing(conn, ends.shop.id, self._me))
        with reading(ends.replica) as conn:
            self._copied = copied_so_far(conn, ends.shop.id)

    @property
    def shop_id(self) -> str:
        return self._ends.shop.id

    def tables_left(self) -> list[Table]:
        """Those that the first copy has not completed, in its order."""
        return [table for table in followed_tables() if self._copied.get(table.name) != DONE]

    def rows_left(self) -> int:
        """How many rows the first copy has before it, from the beginning of each table that is not complete."""
        with reading(self._ends.master) as conn:
            return sum(count_rows(conn, table) for table in self.tables_left())

    def copy(self) -> Copied | None:
        """The next portion of the first copy; None when it is complete."""
        left = self.tables_left()
        if not left:
            return None
        table = left[0]
        self._hold.renew()
        with reading(self._ends.master) as conn:
            rows = rows_after(conn, table, self._copied.get(table.name) or None, PORTION)
        complete = len(rows) < PORTION
        mark = DONE if complete else rows[-1][0]

        def note(conn: Connection) -> None:
            note_copied(conn, self._ends.shop.id, table, mark)

        refused = self._bring([(table, key, row) for key, row in rows], note)
        self._copied[table.name] = mark
        return Copied(str(table.name), len(rows) - len(refused), complete, refused)

    def pump(self, limit: int = BATCH) -> Pumped:
        """The next batch of the queue; with no entries when there is none."""
        with reading(self._ends.master) as conn:
            changes = next_changes(conn, limit)
            keys = keys_by_table(changes)
            now = {name: rows_by_key(conn, METADATA.tables[name], some) for name, some in keys.items()}
        if not changes:
            return Pumped(0, 0, 0)
        rows = [(METADATA.tables[name], key, now[name].get(key)) for name, some in keys.items() for key in some]
        self._hold.renew()
        refused = self._bring(rows)
        in_transaction(self._ends.master, lambda conn: forget_changes_taken(conn, changes))
        written = sum(map(len, now.values()))
        return Pumped(len(changes), written - len(refused), len(rows) - written, refused)

    def waiting(self) -> int:
        with reading(self._ends.master) as conn:
            return changes_waiting(conn)

    def begin_anew(self) -> None:
        """The first copy starts from the first row again; what is there is written over."""
        self._bring([], lambda conn: forget_copied(conn, self._ends.shop.id))
        self._copied = {}

    def _bring(self, rows: Sequence[_Row], note: Callable[[Connection], None] = lambda _: None) -> tuple[str, ...]:
        """Writes or takes away all of these and then the note, in one transaction; where the replica cannot hold one of
        them, in as few as it takes without that one. Gives a sentence for each that was refused.
        """
        try:
            in_transaction(self._ends.replica, lambda conn: self._write(conn, rows, note))
        except DatabaseRefused as error:
            if len(rows) > 1:
                middle = len(rows) // 2
                return self._bring(rows[:middle]) + self._bring(rows[middle:], note)
            if not rows:
                raise
            table, key, _ = rows[0]
            self._bring([], note)
            return (f"the replica refused {table.name} {key}: {str(error).partition(' refused: ')[2] or error}",)
        return ()

    def _write(self, conn: Connection, rows: Sequence[_Row], note: Callable[[Connection], None]) -> None:
        shop = self._ends.shop.id
        if not still_writes(conn, shop, self._me):
            # The lock was lost while this was under way, and what was read by then may be old by now.
            raise Taken(f"another pump fills the replica {name_of(self._ends.replica)} now")
        by_table: dict[Table, list[tuple[str, Row[Any] | None]]] = defaultdict(list)
        for table, key, row in rows:
            by_table[table].append((key, row))
        for table, some in by_table.items():
            put_rows(conn, shop, table, [row for _, row in some if row is not None])
            take_rows(conn, shop, table, [key for key, row in some if row is None])
        note(conn)


def turn_following(master: str | URL, *, on: bool) -> int:
    """Makes or drops the master's triggers; how many were made. Off empties the queue too. Raises DataError."""
    engine = open_engine(master)
    try:
        check_schema(engine)
        with exclusively(engine, "migrate"), writing(engine) as conn:
            if on:
                return follow_changes(conn)
            forget_changes(conn)
            return 0
    finally:
        engine.dispose()


@contextmanager
def pumping(
    master: str | URL, replica: str | URL, *, chain: bool = False, whatever_it_holds: bool = False
) -> Iterator[Pump]:
    """A pump, alone at its work. Raises Taken when another one is at it, DataError when an end is not as it must be.

    `whatever_it_holds`: a replica that followed another master of this shop is taken over; never one of another shop.
    """
    ends = Ends(master, replica, chain=chain)
    try:
        with exclusively(ends.master, "pump") as hold:
            ends.must_be_followed()
            ends.prepare()
            ends.look(whatever_it_holds=whatever_it_holds)
            yield Pump(ends, hold)
    finally:
        ends.close()
