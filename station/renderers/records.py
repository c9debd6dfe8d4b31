"""What this station's own disk says: the cards as they will be, what people did lately, and who is logged in.

The mirror is what the floor looks like; the journal's pending facts are what was done here and has not reached it yet.
When the journal refuses a fact, `refused` says why until it takes facts again; meanwhile nothing is recorded.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime

from station.domain.access import remembered
from station.domain.cards import Card, expected
from station.domain.facts import Entry, Fact, StaffSeen, VoidAcknowledged
from station.domain.ledger import KINDS, Ledger, concerns_money, kept
from station.domain.token import Key
from station.errors import JournalError
from station.local.journal import Journal
from station.local.mirror import Mirror

RECENT = 300
LOGINS = 2_000
VOIDS = 500
LEDGER = 20_000
"""So many of the newest facts a till looks through for what it sold; what is older is asked for one by one."""
SEEN = "staff.seen"
ANSWERED = "void.acknowledged"

_log = logging.getLogger("renderer")


class Records:
    """Raises JournalError when the journal cannot be read at the start. `keeps_money`: this station sells."""

    def __init__(self, journal: Journal, mirror: Mirror, *, keeps_money: bool = False) -> None:
        self._journal, self._mirror, self._keeps_money = journal, mirror, keeps_money
        self.ledger: Ledger = _ledger(journal) if keeps_money else Ledger()
        self._pending: list[Entry] = []
        self.cards: Mapping[Key, Card] = {}
        self.recent: tuple[Entry, ...] = tuple(journal.since(max(0, journal.last() - RECENT)))
        self.access = remembered(journal.latest(SEEN, LOGINS))
        self.answered = _answered(journal.latest(ANSWERED, VOIDS))
        self.person_id: str | None = None
        self.refused = ""
        self._refresh()

    @property
    def pending(self) -> tuple[Entry, ...]:
        """What was done here and has not reached the floor yet, oldest first."""
        return tuple(self._pending)

    @property
    def waiting(self) -> bool:
        """Whether the floor has yet to get something that was done here."""
        return bool(self._pending)

    def refresh(self) -> None:
        """Takes in what the tokens program did."""
        try:
            self._refresh()
        except JournalError as error:
            self.refuse(error)

    def look(self) -> bool:
        """Whether something changed that no file event tells: a fact was settled, or the journal takes facts again."""
        try:
            if self.refused:
                self._journal.advance("screen", 0)
                _log.info("the journal takes facts again")
                self.refused = ""
                self._refresh()
                return True
            if self._pending and len(self._journal.pending()) != len(self._pending):
                self._refresh()
                return True
        except JournalError as error:
            return self.refuse(error)
        return False

    def record(self, facts: tuple[Fact, ...], now: datetime) -> None:
        """All of it, in order, durable when this returns, or none of it. Raises JournalError: nothing was recorded.

        Recorded under the person who is logged in, a login under the one who logs in.
        """
        if not facts:
            return
        person = self.person_id
        under: list[tuple[Fact, str | None]] = []
        for fact in facts:
            enters = isinstance(fact, StaffSeen) and fact.what == "login"
            under.append((fact, fact.staff if isinstance(fact, StaffSeen) and enters else person))
            if isinstance(fact, StaffSeen) and fact.what in {"login", "logout"}:
                person = fact.staff if enters else None
        entries = self._journal.append_all(under, now)
        self.person_id = person
        self._pending = [*self._pending, *entries]
        self.recent = (*self.recent[-RECENT:], *entries)
        self.access = remembered(entries, self.access)
        self.answered |= _answered(entries)
        self.cards = expected(self._mirror.cards, self._pending)
        if self._keeps_money and any(map(concerns_money, entries)):
            self.ledger = kept(entries, self.ledger)

    def refuse(self, error: JournalError) -> bool:
        """Notes why the journal refused; true when that is news."""
        news = str(error) != self.refused
        if news:
            _log.warning("%s", error)
        self.refused = str(error)
        return news

    def _refresh(self) -> None:
        # The journal first: a fact is settled only after the mirror shows it, so this order never shows the past again.
        self._pending = self._journal.pending()
        self._mirror.refresh()
        self.cards = expected(self._mirror.cards, self._pending)


def _ledger(journal: Journal) -> Ledger:
    """From where the drawer was opened that is open now, and all that is recent; and whatever is not settled, however old."""
    since = min(max(0, journal.last() - LEDGER), max(0, journal.last_of("drawer.opened") - 1))
    entries = journal.of_kinds(KINDS, since)
    return kept(entries)


def _answered(entries: Iterable[Entry]) -> frozenset[Key]:
    """The void tokens that these facts are about."""
    facts = [entry.fact for entry in entries]
    return frozenset((fact.order, fact.part) for fact in facts if isinstance(fact, VoidAcknowledged))
