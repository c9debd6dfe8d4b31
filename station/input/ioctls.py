"""The three questions to an event device that python-evdev does not ask. Numbers: linux/input.h, the same on x86 and ARM."""

import array
import contextlib
import fcntl
import struct
import time

from evdev import ecodes

from station.input.events import Contact

_WRITE, _READ = 1, 2


def _ioc(way: int, number: int, size: int) -> int:
    return way << 30 | size << 16 | ord("E") << 8 | number


_EVIOCSMASK = _ioc(_WRITE, 0x93, 16)
_EVIOCSCLOCKID = _ioc(_WRITE, 0xA0, 4)
_EVIOCGMTSLOTS = 0x0A


def prepare(fd: int) -> None:
    """Times on CLOCK_MONOTONIC, and no scan codes: without them the kernel's 64 places hold 15 keys, not 10.

    A kernel that knows neither serves too: times of the wall clock are right but for its jumps.
    """
    with contextlib.suppress(OSError):
        fcntl.ioctl(fd, _EVIOCSCLOCKID, struct.pack("i", time.CLOCK_MONOTONIC))
    # A mask is whole longs; its address must stay good until the call returned.
    none = array.array("Q", [0])
    with contextlib.suppress(OSError):
        fcntl.ioctl(fd, _EVIOCSMASK, struct.pack("IIQ", ecodes.EV_MSC, none.itemsize, none.buffer_info()[0]))


def contacts(fd: int, slots: int) -> dict[int, Contact]:
    """The fingers on a panel of protocol B, by slot. Raises OSError."""
    asked = (ecodes.ABS_MT_TRACKING_ID, ecodes.ABS_MT_POSITION_X, ecodes.ABS_MT_POSITION_Y)
    answers = []
    for code in asked:
        buffer = bytearray(struct.pack("I", code) + bytes(4 * slots))
        fcntl.ioctl(fd, _ioc(_READ, _EVIOCGMTSLOTS, len(buffer)), buffer, True)
        answers.append(struct.unpack(f"{slots}i", buffer[4:]))
    return {slot: Contact(*values) for slot, values in enumerate(zip(*answers, strict=True))}
