"""The queue of what is to be printed: the journal itself, and how far this station's printer has come in it.

Whatever happens to the printer, a sale waits for nothing of it. What is not printed stays in the queue over a power cut, goes to another
printer when somebody chooses one, and is dropped when somebody says so. After a crash the last one may be printed twice, never not at all.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from station.domain.facts import Entry, PrintDropped, PrinterChosen
from station.domain.menu import Shop
from station.domain.printed import set_rows
from station.errors import PrinterError
from station.local.journal import Journal
from station.local.status import PrinterStatus, write_status
from station.printing.escpos_out import encoded
from station.printing.printers import Kick, Send, kick_on, print_on
from station.printing.work import KINDS, kicks, paper_of, prints, stale

READER: Final = "printing"
IDLE_S: Final = 5.0
_PAUSES_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
_LOG: Final = logging.getLogger("printing")


class Queue:
    """`step` prints at most one thing, and says in how many seconds it wants to be called again."""

    def __init__(
        self,
        journal: Journal,
        shop: Callable[[], Shop | None],
        *,
        station: str,
        data_dir: Path,
        status: Path,
        now: Callable[[], datetime],
        training: bool = False,
        send: Send = print_on,
        kick: Kick = kick_on,
    ) -> None:
        self._journal, self._shop, self._station = journal, shop, station
        self._data, self._status, self._now, self._training = data_dir, status, now, training
        self._send, self._kick = send, kick
        self._kicked: set[int] = set()
        self._failed = 0
        self._told = PrinterStatus()

    def step(self) -> float:
        shop = self._shop()
        if shop is None:
            self._tell(PrinterStatus())
            return IDLE_S
        printer = self.printer(shop)
        if not printer:
            self._journal.advance(READER, self._journal.last())
            self._tell(PrinterStatus(state="none"))
            return IDLE_S
        last = self._journal.last()
        waiting = self._waiting()
        self._open_drawer(waiting, printer, shop)
        while waiting:
            entry = waiting[0]
            if not self._printed(entry, printer, shop, _count(waiting, shop)):
                return self._pause_s()
            self._journal.advance(READER, entry.seq)
            waiting = waiting[1:]
            self._open_drawer(self._waiting(), printer, shop)
        self._journal.advance(READER, last)
        self._kicked = {seq for seq in self._kicked if seq > last}
        if self._failed:
            # Nothing waits, but the printer did not answer last: it is asked when there is something again.
            self._failed = 0
        self._tell(PrinterStatus(state="ok", printer=printer))
        return IDLE_S

    def printer(self, shop: Shop) -> str:
        """Where it goes: what was chosen last, while the profile still knows it; else the profile's own."""
        chosen = self._journal.latest("printer.chosen", 1)
        fact = chosen[0].fact if chosen else None
        if isinstance(fact, PrinterChosen) and fact.printer in shop.profile.printers:
            return fact.printer
        return shop.profile.printer

    def _waiting(self) -> list[Entry]:
        """What may have to be printed, the oldest first; what was dropped is past."""
        found = self._journal.of_kinds(KINDS, self._journal.cursor(READER))
        dropped = max((entry.seq for entry in found if isinstance(entry.fact, PrintDropped)), default=0)
        if dropped:
            self._journal.advance(READER, dropped)
        return [entry for entry in found if entry.seq > dropped]

    def _open_drawer(self, waiting: list[Entry], printer: str, shop: Shop) -> None:
        """Before anything is printed: the cashier stands before it. A drawer that does not open is opened by its key."""
        if not shop.profile.drawer or self._training:
            return
        for entry in waiting:
            if entry.seq in self._kicked or not kicks(entry, self._now(), self._journal):
                continue
            try:
                self._kick(printer, self._data)
            except PrinterError as error:
                self._failed += 1
                self._stuck(str(error), printer, _count(waiting, shop))
                return
            self._kicked.add(entry.seq)

    def _printed(self, entry: Entry, printer: str, shop: Shop, waiting: int) -> bool:
        """Whether it is done with: printed, or nothing that is printed."""
        if stale(entry, self._now()):
            return True
        try:
            paper = paper_of(entry, shop, self._journal, self._station, printer, training=self._training)
        except PrinterError as error:
            _LOG.warning("not printed: %s", error)
            return True
        if paper is None:
            return True
        columns = shop.profile.receipt_columns
        logo = self._data / "pictures" / shop.profile.receipt_logo if shop.profile.receipt_logo else None
        try:
            self._send(printer, encoded(set_rows(paper, columns), columns, logo), self._data)
        except PrinterError as error:
            self._failed += 1
            self._stuck(str(error), printer, waiting)
            return False
        self._failed = 0
        self._tell(PrinterStatus(state="ok", printer=printer, waiting=waiting - 1))
        return True

    def _pause_s(self) -> float:
        return _PAUSES_S[min(self._failed, len(_PAUSES_S)) - 1]

    def _stuck(self, message: str, printer: str, waiting: int) -> None:
        if self._told.state != "stuck":
            _LOG.warning("%s", message)
        since = self._told.since if self._told.state == "stuck" else self._now()
        self._tell(PrinterStatus(state="stuck", printer=printer, message=message, since=since, waiting=waiting))

    def _tell(self, status: PrinterStatus) -> None:
        if status != self._told or not self._status.exists():
            write_status(self._status, status)
            self._told = status


def _count(waiting: list[Entry], shop: Shop) -> int:
    return sum(prints(entry, shop) for entry in waiting)
