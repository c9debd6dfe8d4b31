"""A master's audit as whoever verifies it reads it, each question in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection
from sqlalchemy.engine import URL, Engine

from station.data.queries.audit import REFUSED, Audited, audited_bodies, verify_chains
from station.data.queries.link_facts import known_facts
from station.data.queries.link_rows import audited
from station.data.session import check_schema, in_transaction, open_engine
from station.domain.facts import Fact


@dataclass(frozen=True, slots=True)
class Brought:
    """What the master holds of some facts: `known`: their ids; `bodies`: by id what the audit says, where it says it whole."""

    known: frozenset[str]
    bodies: dict[str, tuple[str, str]]


class AuditedMaster:
    """Raises DataError when the master cannot be read."""

    def __init__(self, url: str | URL) -> None:
        self._engine: Engine = open_engine(url)
        check_schema(self._engine)

    def chains(self, only: str | None) -> list[Audited]:
        """Each station's chain, or only this one's; none when there is no such station."""
        return in_transaction(self._engine, lambda conn: list(verify_chains(conn, only)))

    def brought(self, ids: Sequence[str]) -> Brought:
        def work(conn: Connection) -> Brought:
            bodies = audited_bodies(conn, ids)
            whole = {key: told for key, told in bodies.items() if not told[0].startswith(REFUSED)}
            return Brought(frozenset(known_facts(conn, ids)), whole)

        return in_transaction(self._engine, work)

    def close(self) -> None:
        self._engine.dispose()


def as_audited(fact: Fact) -> str:
    """The body that the audit keeps of a fact."""
    return audited(fact)
