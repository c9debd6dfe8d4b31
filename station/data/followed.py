"""The master as the link uses it: brings facts, says which version the catalogue has, makes snapshots.

Opened when first needed and again after each failure, so that a master which comes back is found.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from station.data.queries.link import catalogue_version
from station.data.queries.link_facts import Stored, refuse_fact, store_facts
from station.data.session import check_schema, in_transaction, open_engine, reading
from station.data.snapshot import build_snapshot
from station.domain.facts import Entry
from station.domain.menu import Role
from station.errors import DatabaseRefused, DataError

Result = TypeVar("Result")
_UNFIT: Final = (DatabaseRefused, OverflowError)
"""What says that a fact does not fit; the second is a driver's, of a number that no statement can hold."""


class Master:
    """Every method raises DataError when the master is away or refuses; then nothing was changed."""

    def __init__(self, url: str | URL, role: Role = "manager") -> None:
        """`role`: of the station; it decides which tables are read, as its login may."""
        self._url, self._role = url, role
        self._engine: Engine | None = None

    def store(self, station: str, entries: Sequence[Entry]) -> Stored:
        """The facts, all of them in one transaction; where one of them cannot be stored, in as few as it takes."""
        return self._with(lambda engine: store(engine, station, entries))

    def version(self) -> str:
        def work(engine: Engine) -> str:
            with reading(engine) as conn:
                return catalogue_version(conn, role=self._role)

        return self._with(work)

    def snapshot(self, path: Path, *, upon: bool = False) -> str:
        """Puts a new snapshot at `path`; gives its version. `upon`: the one that is there came from this master too."""
        return self._with(lambda engine: build_snapshot(engine, path, self._role, upon=upon))

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def _with(self, work: Callable[[Engine], Result]) -> Result:
        try:
            if self._engine is None:
                engine = open_engine(self._url)
                check_schema(engine)
                self._engine = engine
            return work(self._engine)
        except DataError:
            # Closing what is broken must not hide why it is.
            with suppress(DataError):
                self.close()
            raise


def store(engine: Engine, station: str, entries: Sequence[Entry]) -> Stored:
    """Brings the facts in their order. Raises DataError when the master is away; what was committed by then is known to it.

    A fact that does not fit is found by halving and set aside with the reason. One that collides with its own earlier try,
    whose commit came late, is found to be there.
    """
    try:
        return in_transaction(engine, lambda conn: store_facts(conn, station, entries))
    except _UNFIT:
        if len(entries) == 1:
            return _store_alone(engine, station, entries[0])
    middle = len(entries) // 2
    first, second = store(engine, station, entries[:middle]), store(engine, station, entries[middle:])
    refused_in_all = max(first.refused_in_all, second.refused_in_all)
    return Stored(first.new + second.new, first.refused + second.refused, refused_in_all, first.days + second.days)


def _store_alone(engine: Engine, station: str, entry: Entry) -> Stored:
    """Once more: it may only have met another program of this station, that wrote the same place of its chain."""
    try:
        return in_transaction(engine, lambda conn: store_facts(conn, station, [entry]))
    except _UNFIT as error:
        why = str(error).partition(" refused: ")[2] or str(error)
        return in_transaction(engine, lambda conn: refuse_fact(conn, station, entry, why))
