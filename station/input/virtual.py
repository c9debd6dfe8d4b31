"""A scanner that nobody plugged in, and what it types: the sending end, for benches.

Where /dev/uinput may be written the kernel makes a device of it like any other; elsewhere its records go down a pipe (`piped`). A report
is what one USB report changes, and ends with SYN_REPORT. A scanner types a character with two of them, and with two more when it
presses and releases Shift by themselves, as many do: the longest that any of them takes.
"""

import os
import struct
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from evdev import UInput, ecodes

from station.errors import StationError
from station.input.keymap import ENDS, PLAIN, SHIFTED, SHIFTS
from station.input.piped import NAME, SUFFIX

Change = tuple[int, int]
"""A key, and 1 when it goes down, 0 when it goes up."""

_EVENT: Final = struct.Struct("llHHi")
_UINPUT: Final = Path("/dev/uinput")
# The keypad comes last in the map, and a scanner types on the rows.
_PLAIN: Final[Mapping[str, int]] = {one: key for key, one in reversed([*PLAIN.items()])}
_SHIFTED: Final[Mapping[str, int]] = {one: key for key, one in reversed([*SHIFTED.items()])}


class VirtualScanner(Protocol):
    def send(self, change: Change) -> None:
        """One report."""
        ...

    def close(self) -> None: ...


class KernelScanner:
    """A device of the kernel's, by /dev/uinput. `place` tells it from others. Raises StationError when it cannot be made."""

    def __init__(self, place: str, make: Any = UInput) -> None:
        try:
            self._made = make({ecodes.EV_KEY: sorted({*PLAIN, *SHIFTS, *ENDS})}, name=NAME, phys=place)
        except OSError as error:
            raise StationError(f"{_UINPUT} makes no device: {error}; run this as root") from error

    def send(self, change: Change) -> None:
        self._made.write(ecodes.EV_KEY, *change)
        self._made.syn()

    def close(self) -> None:
        self._made.close()


class PipeScanner:
    """A pipe in this folder, made here. Raises StationError when it cannot be."""

    def __init__(self, folder: Path, name: str) -> None:
        self._path = folder / f"{name}{SUFFIX}"
        try:
            os.mkfifo(self._path, 0o600)
            # Open for reading too, so as not to wait for the other end.
            self._end = os.open(self._path, os.O_RDWR)
        except OSError as error:
            raise StationError(f"the pipe {self._path} cannot be made: {error}; check its folder") from error

    def send(self, change: Change) -> None:
        sec, rest = divmod(time.monotonic_ns(), 1_000_000_000)
        key = _EVENT.pack(sec, rest // 1_000, ecodes.EV_KEY, *change)
        os.write(self._end, key + _EVENT.pack(sec, rest // 1_000, ecodes.EV_SYN, ecodes.SYN_REPORT, 0))

    def close(self) -> None:
        os.close(self._end)
        self._path.unlink(missing_ok=True)


def kernel_makes_devices() -> bool:
    return os.access(_UINPUT, os.W_OK)


def typed(text: str) -> tuple[Change, ...]:
    """The reports that type this, without the key that ends it."""
    changes: list[Change] = []
    for one in text:
        shifted = one not in _PLAIN
        key = _SHIFTED[one] if shifted else _PLAIN[one]
        pressed = ((key, 1), (key, 0))
        shift = ecodes.KEY_LEFTSHIFT
        changes += ((shift, 1), *pressed, (shift, 0)) if shifted else pressed
    return tuple(changes)


ENTER: Final[tuple[Change, Change]] = ((ecodes.KEY_ENTER, 1), (ecodes.KEY_ENTER, 0))
"""The key that ends a code: it counts when it goes down."""
