"""Whether what was recorded is still as it was recorded: the master's chains, a station's journal, and one against the other.

A chain shows what was altered, taken out or moved within it; whoever can write the whole chain anew, or takes rows from its end, shows
only in another record of the same facts: the journal of the station where they happened, for as long as it keeps them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from station.config import Settings
from station.data.addresses import Address
from station.data.audited import AuditedMaster, as_audited
from station.domain.chains import Damage
from station.domain.facts import Entry, kind_of
from station.errors import DataError
from station.link.follow import READER
from station.local.journal import Journal

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Verdict:
    """`what`: "till1 in the master", "till1's journal". `last`: the newest row, in words."""

    what: str
    rows: int
    last: str
    damages: tuple[Damage, ...]


def verify_audit(where: Address, *, only: str | None = None, settings: Settings | None = None) -> Iterator[Verdict]:
    """Each station's chain in the master. `settings`: a station whose journal is at hand to compare with.

    Raises DataError when the master cannot be read or knows no such station.
    """
    master = AuditedMaster(where)
    try:
        found = master.chains(only)
        if only is not None and not found:
            raise DataError(f"the master knows no station {only!r}; `station audit verify` shows all that it knows")
        for one in found:
            more: tuple[Damage, ...] = ()
            if settings is not None and settings.code == one.station and settings.journal_path.exists():
                more = _against_journal(master, settings)
            yield Verdict(f"{one.station} in the master", one.rows, one.last, (*one.damages, *more))
    finally:
        master.close()


def verify_journal(settings: Settings) -> Verdict:
    """This station's own records. Raises JournalError when they cannot be read."""
    journal = Journal(settings.journal_path, settings.code)
    try:
        last = journal.latest_words()
        return Verdict(f"{settings.code}'s journal", journal.last(), last, tuple(journal.damages()))
    finally:
        journal.close()


def _against_journal(master: AuditedMaster, settings: Settings) -> tuple[Damage, ...]:
    """What the journal says was brought to the master, and is not there, or says something else there."""
    journal = Journal(settings.journal_path, settings.code)
    try:
        return tuple(_differences(master, journal))
    finally:
        journal.close()


def _differences(master: AuditedMaster, journal: Journal) -> Iterator[Damage]:
    brought, seq = journal.cursor(READER), 0
    while entries := [entry for entry in journal.since(seq, _AT_ONCE) if entry.seq <= brought]:
        seq = entries[-1].seq
        kept = master.brought([entry.id for entry in entries])
        for entry in entries:
            words = f"{kind_of(entry.fact)} {entry.id}, fact {entry.seq} of this station's journal"
            if entry.id not in kept.known:
                yield Damage("missing", entry.seq, f"was brought to the master and is there no more: {words}")
            elif entry.id in kept.bodies and _differs(entry, *kept.bodies[entry.id]):
                yield Damage("altered", entry.seq, f"says something else in the master than in the journal: {words}")


def _differs(entry: Entry, kind: str, body: str) -> bool:
    return kind != kind_of(entry.fact) or msgspec.json.decode(body) != msgspec.json.decode(as_audited(entry.fact))
