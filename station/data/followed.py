"""The master as the link uses it: brings facts, says which version the catalogue has, makes snapshots.

Opened when first needed and again after each failure, so that a master which comes back is found.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from station.data.queries.link import catalogue_version
from station.data.queries.link_facts import Stored, store_facts
from station.data.session import open_engine, reading, writing
from station.data.snapshot import build_snapshot
from station.domain.facts import Entry
from station.errors import DataError

Result = TypeVar("Result")


class Master:
    """Every method raises DataError when the master is away or refuses; then nothing was changed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine | None = None

    def store(self, station: str, entries: Sequence[Entry]) -> Stored:
        """The facts, all of them in one transaction."""

        def work(engine: Engine) -> Stored:
            with writing(engine) as conn:
                return store_facts(conn, station, entries)

        return self._with(work)

    def version(self) -> str:
        def work(engine: Engine) -> str:
            with reading(engine) as conn:
                return catalogue_version(conn)

        return self._with(work)

    def snapshot(self, path: Path) -> str:
        """Puts a new snapshot at `path`; gives its version."""
        return self._with(lambda engine: build_snapshot(engine, path))

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.dispose()

    def _with(self, work: Callable[[Engine], Result]) -> Result:
        try:
            if self._engine is None:
                self._engine = open_engine(self._url)
            return work(self._engine)
        except DataError:
            # Closing what is broken must not hide why it is.
            with suppress(DataError):
                self.close()
            raise
