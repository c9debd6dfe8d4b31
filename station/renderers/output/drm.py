"""What the kernel is asked about displays, by plain ioctls: which are connected, their modes, buffers, flips.

Numbers and layouts are those of `include/uapi/drm/drm_mode.h`, which never change. Nothing here draws.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import select
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from station.errors import StationError

_DROP_MASTER: Final = 0x641F
_GETRESOURCES: Final = 0xC04064A0
_SETCRTC: Final = 0xC06864A2
_GETENCODER: Final = 0xC01464A6
_GETCONNECTOR: Final = 0xC05064A7
_RMFB: Final = 0xC00464AF
_PAGE_FLIP: Final = 0xC01864B0
_DIRTYFB: Final = 0xC01864B1
_CREATE_DUMB: Final = 0xC02064B2
_MAP_DUMB: Final = 0xC01064B3
_DESTROY_DUMB: Final = 0xC00464B4
_ADDFB2: Final = 0xC06864B8
_XRGB8888: Final = 0x34325258
_PREFERRED: Final = 1 << 3
_FLIP_EVENT: Final = 1
_CONNECTED: Final = 1
_MODE: Final = "<I10HIII32s"
_MODE_BYTES: Final = struct.calcsize(_MODE)
_FLIP_PATIENCE_S: Final = 0.25


@dataclass(frozen=True, slots=True)
class Mode:
    """`raw`: as the kernel said it, to be handed back."""

    width: int
    height: int
    hertz: int
    preferred: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class Connector:
    """A socket of the graphics card that a display hangs on. `crtcs`: what could feed it, by id."""

    id: int
    modes: tuple[Mode, ...]
    crtcs: tuple[int, ...]


@dataclass(slots=True)
class Buffer:
    """Memory that can be shown: `stride` bytes a row."""

    handle: int
    frame: int
    stride: int
    memory: mmap.mmap


def cards() -> list[Path]:
    """The graphics cards of this machine, the first one first."""
    return sorted(Path("/dev/dri").glob("card[0-9]*"), key=lambda path: int(path.name.removeprefix("card")))


class Card:
    """One open card. Raises StationError when it cannot be opened, or shows no pictures by itself."""

    def __init__(self, path: Path) -> None:
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise StationError(f"the graphics card {path} cannot be opened: {error.strerror}") from error
        self.path = path

    def close(self) -> None:
        """Whoever comes next is its master."""
        with suppress(OSError):
            fcntl.ioctl(self.fd, _DROP_MASTER, 0)
        os.close(self.fd)

    def connectors(self) -> list[Connector]:
        """Those with a display on them, with its modes."""
        counts = bytearray(64)
        self._ioctl(_GETRESOURCES, counts, "asked what it has")
        _, n_crtcs, n_connectors, _ = struct.unpack_from("<4I", counts, 32)
        crtcs = (ctypes.c_uint32 * max(1, n_crtcs))()
        sockets = (ctypes.c_uint32 * max(1, n_connectors))()
        asked = bytearray(
            struct.pack("<4Q4I", 0, ctypes.addressof(crtcs), ctypes.addressof(sockets), 0, 0, n_crtcs, n_connectors, 0)
            + bytes(16)
        )
        self._ioctl(_GETRESOURCES, asked, "asked what it has")
        found = [self._connector(socket, list(crtcs)[:n_crtcs]) for socket in list(sockets)[:n_connectors]]
        return [one for one in found if one is not None and one.modes]

    def buffer(self, width: int, height: int) -> Buffer:
        """Raises StationError when there is no memory for it."""
        made = bytearray(struct.pack("<4I2IQ", height, width, 32, 0, 0, 0, 0))
        self._ioctl(_CREATE_DUMB, made, f"asked for {width}x{height} pixels")
        handle, stride, size = struct.unpack_from("<IIQ", made, 16)
        frame = bytearray(
            struct.pack("<5I4I4I4I4x4Q", 0, width, height, _XRGB8888, 0, handle, 0, 0, 0, stride, *[0] * 7, *[0] * 4)
        )
        self._ioctl(_ADDFB2, frame, "asked for a frame")
        where = bytearray(struct.pack("<IIQ", handle, 0, 0))
        self._ioctl(_MAP_DUMB, where, "asked for memory")
        offset = struct.unpack_from("<Q", where, 8)[0]
        memory = mmap.mmap(self.fd, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE, offset=offset)
        return Buffer(handle, struct.unpack_from("<I", frame)[0], stride, memory)

    def free(self, buffer: Buffer) -> None:
        buffer.memory.close()
        for request, number in ((_RMFB, buffer.frame), (_DESTROY_DUMB, buffer.handle)):
            try:
                fcntl.ioctl(self.fd, request, bytearray(struct.pack("<I", number)))
            except OSError:
                continue

    def show(self, crtc: int, connector: int, mode: Mode, buffer: Buffer) -> None:
        """Sets the mode, with this buffer. Raises StationError."""
        sockets = (ctypes.c_uint32 * 1)(connector)
        wanted = bytearray(struct.pack("<Q7I", ctypes.addressof(sockets), 1, crtc, buffer.frame, 0, 0, 0, 1) + mode.raw)
        self._ioctl(_SETCRTC, wanted, f"told to show {mode.width}x{mode.height}")

    def flip(self, crtc: int, buffer: Buffer) -> bool:
        """The buffer at the next vertical blank; False when the one before is still on its way there."""
        asked = bytearray(struct.pack("<IIIIQ", crtc, buffer.frame, _FLIP_EVENT, 0, 0))
        try:
            fcntl.ioctl(self.fd, _PAGE_FLIP, asked)
        except OSError as error:
            if error.errno == errno.EBUSY:
                return False
            raise StationError(f"the display takes no more frames: {error.strerror}") from error
        return True

    def flipped(self) -> bool:
        """Waits until the last flip has happened, as long as a flip may take. Its event is used up."""
        ready, _, _ = select.select([self.fd], [], [], _FLIP_PATIENCE_S)
        return bool(ready) and len(os.read(self.fd, 1024)) >= 8

    def dirty(self, buffer: Buffer) -> None:
        """For cards that must be told that a buffer changed; most need not."""
        asked = bytearray(struct.pack("<4IQ", buffer.frame, 0, 0, 0, 0))
        try:
            fcntl.ioctl(self.fd, _DIRTYFB, asked)
        except OSError:
            return

    def _connector(self, number: int, crtcs: list[int]) -> Connector | None:
        first = bytearray(80)
        struct.pack_into("<I", first, 48, number)
        self._ask_connector(first, number)
        n_modes, _, n_encoders = struct.unpack_from("<3I", first, 32)
        connected = struct.unpack_from("<I", first, 60)[0]
        if connected != _CONNECTED or not n_modes:
            return None
        modes = ctypes.create_string_buffer(_MODE_BYTES * n_modes)
        encoders = (ctypes.c_uint32 * max(1, n_encoders))()
        asked = bytearray(80)
        struct.pack_into("<4Q", asked, 0, ctypes.addressof(encoders), ctypes.addressof(modes), 0, 0)
        struct.pack_into("<3I", asked, 32, n_modes, 0, n_encoders)
        struct.pack_into("<I", asked, 48, number)
        self._ask_connector(asked, number)
        feeds: list[int] = []
        for encoder in list(encoders)[:n_encoders]:
            feeds += [crtc for crtc in self._crtcs_of(encoder, crtcs) if crtc not in feeds]
        return Connector(number, tuple(_mode(modes.raw, at) for at in range(n_modes)), tuple(feeds))

    def _ask_connector(self, asked: bytearray, number: int) -> None:
        self._ioctl(_GETCONNECTOR, asked, f"asked about connector {number}")

    def _crtcs_of(self, encoder: int, crtcs: list[int]) -> list[int]:
        asked = bytearray(struct.pack("<5I", encoder, 0, 0, 0, 0))
        self._ioctl(_GETENCODER, asked, f"asked about encoder {encoder}")
        possible = struct.unpack_from("<I", asked, 12)[0]
        return [crtc for at, crtc in enumerate(crtcs) if possible >> at & 1]

    def _ioctl(self, request: int, data: bytearray, doing: str) -> None:
        try:
            fcntl.ioctl(self.fd, request, data)
        except OSError as error:
            raise StationError(f"the graphics card {self.path} refuses, {doing}: {error.strerror}") from error


def _mode(raw: bytes, at: int) -> Mode:
    part = raw[at * _MODE_BYTES : (at + 1) * _MODE_BYTES]
    fields = struct.unpack(_MODE, part)
    return Mode(fields[1], fields[6], fields[11], bool(fields[13] & _PREFERRED), part)
