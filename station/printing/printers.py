"""Printing on one printer: is it ready, is it done. What it says of its paper is asked before and after.

A printer that answers at all is asked, behind the last byte, to say when it has come that far: only then is it printed. Of one that never
answers (many network adapters do not) it is believed once all was taken.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from station.errors import PrinterError
from station.printing.escpos_out import kick
from station.printing.wires import Wire, opened

_ASK_OFFLINE: Final = b"\x10\x04\x02"
_ASK_PAPER: Final = b"\x10\x04\x04"
_ASK_WHEN_DONE: Final = b"\x1dr\x01"
_COVER_OPEN, _PAPER_STOPS, _BROKEN = 0x04, 0x20, 0x40
_PAPER_END: Final = 0x60
_DONE_PAPER_END: Final = 0x0C
ANSWER_S: Final = 1.0
DONE_S: Final = 30.0


def print_on(address: str, data: bytes, data_dir: Path) -> None:
    """All of it on this printer. Raises PrinterError: then it is not, or not all of it, on paper."""
    with opened(address, data_dir) as wire:
        answers = _ready(wire, address)
        wire.write(data)
        if answers:
            _done(wire, address)


def kick_on(address: str, data_dir: Path) -> None:
    """Opens the drawer on this printer, whatever its paper says. Raises PrinterError."""
    with opened(address, data_dir) as wire:
        wire.write(kick())


Send = Callable[[str, bytes, Path], None]
Kick = Callable[[str, Path], None]


def _ready(wire: Wire, address: str) -> bool:
    """Whether it answers. Raises PrinterError when it says that it cannot print."""
    wire.write(_ASK_OFFLINE)
    offline = wire.read(ANSWER_S)
    if not offline:
        return False
    if offline[0] & _COVER_OPEN:
        raise PrinterError(f"the printer {address} is open; close its cover")
    wire.write(_ASK_PAPER)
    paper = wire.read(ANSWER_S)
    if offline[0] & _PAPER_STOPS or (paper and paper[0] & _PAPER_END):
        raise PrinterError(f"the printer {address} is out of paper; put a new roll in")
    if offline[0] & _BROKEN:
        raise PrinterError(f"the printer {address} reports an error; look at its lamp, and switch it off and on")
    return True


def _done(wire: Wire, address: str) -> None:
    wire.write(_ASK_WHEN_DONE)
    said = wire.read(DONE_S)
    if not said:
        raise PrinterError(f"the printer {address} did not say that it printed; look at its paper")
    if said[0] & _DONE_PAPER_END == _DONE_PAPER_END:
        raise PrinterError(f"the printer {address} ran out of paper while it printed; put a new roll in")
