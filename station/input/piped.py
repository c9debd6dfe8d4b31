"""A device whose events come down a named pipe instead of from the kernel: for benches, where there is no /dev/uinput.

`<folder>/<name>.pipe` is one keyboard that calls itself a scanner. What comes down it are the kernel's own records
(`struct input_event`, linux/input.h), read and taken apart by evdev as from /dev/input. A pipe cannot show what a grab does (nobody
else reads it), has no lights, and loses nothing: the kernel keeps 64 events, it keeps 2,700.
"""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from evdev import DeviceInfo, ecodes
from evdev.eventio import EventIO

from station.input.keymap import ENDS, PLAIN, SHIFTS
from station.input.opened import Opener, open_device
from station.input.plugs import Node

NAME: Final = "Bench barcode scanner"
SUFFIX: Final = ".pipe"


class PipedDevice(EventIO):
    """See `opened.RawDevice`. Raises OSError when the pipe is not there."""

    def __init__(self, file: str) -> None:
        # Open for writing too: then it has no end, whoever comes and goes at the other side.
        self.fd = os.open(file, os.O_RDWR | os.O_NONBLOCK)
        self.name, self.uniq, self.phys = NAME, Path(file).stem, file
        self.info = DeviceInfo(0, 0, 0, 0)

    def capabilities(self, verbose: object = None, absinfo: object = None) -> Mapping[int, list[int]]:  # noqa: ARG002
        return {ecodes.EV_KEY: sorted({*PLAIN, *SHIFTS, *ENDS})}

    def input_props(self) -> list[int]:
        return []

    def leds(self) -> list[int]:
        return []

    def active_keys(self) -> list[int]:
        return []

    def absinfo(self, axis_num: int) -> Any:
        raise OSError(f"a pipe has no axis {axis_num}")

    def grab(self) -> None:
        """Whoever reads from a pipe has it alone."""

    def write(self, etype: int, code: int, value: int) -> None:
        """It has neither lights nor a beeper."""

    def close(self) -> None:
        os.close(self.fd)


class Pipes:
    """The pipes of one folder in place of udev. See `plugs.Plugs`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # Whatever is plugged in later is found by the look every ten seconds.
        self._news = os.eventfd(0)

    def fileno(self) -> int:
        return self._news

    def settle(self) -> None:
        pass

    def nodes(self) -> list[Node]:
        return [
            Node(file=str(path), plug=str(path), path=path.stem) for path in sorted(self._folder.glob(f"*{SUFFIX}"))
        ]


open_piped: Opener = partial(open_device, make=PipedDevice)
