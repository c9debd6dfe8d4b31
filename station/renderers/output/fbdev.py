"""The kernel's plain frame buffer, where a card can do nothing better: `/dev/fb0`, mapped into memory."""

import fcntl
import mmap
import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pygame

from station.domain.hands import Hand
from station.errors import StationError
from station.renderers.output.raw import BYTES, Turn, Turned, copy_rows, within
from station.renderers.scene import Rect

DEVICE: Final = Path("/dev/fb0")
_VARIABLE: Final = 0x4600
_FIXED: Final = 0x4602


class FrameBuffer:
    """Raises StationError when there is none, or it has another form than four bytes a pixel."""

    def __init__(self, turn: Turn = 0, device: Path = DEVICE) -> None:
        try:
            self._fd = os.open(device, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise StationError(f"the frame buffer {device} cannot be opened: {error.strerror}") from error
        variable, fixed = bytearray(160), bytearray(80)
        try:
            fcntl.ioctl(self._fd, _VARIABLE, variable)
            fcntl.ioctl(self._fd, _FIXED, fixed)
            width, height = struct.unpack_from("<II", variable)
            bits = struct.unpack_from("<I", variable, 24)[0]
            length = struct.unpack_from("<I", fixed, 24)[0]
            self._stride = struct.unpack_from("<I", fixed, 48)[0]
            if bits != BYTES * 8:
                raise StationError(f"the frame buffer {device} has {bits} bits a pixel; 32 are needed")
            self._memory = mmap.mmap(self._fd, length, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
        except OSError as error:
            os.close(self._fd)
            raise StationError(f"the frame buffer {device} refuses: {error.strerror}") from error
        self._display = (width, height)
        self._turned = Turned(self._display, turn)

    @property
    def size(self) -> tuple[int, int]:
        return self.surface.get_size()

    @property
    def surface(self) -> pygame.Surface:
        return self._turned.drawn

    @property
    def poll_s(self) -> float | None:
        return None

    def hands(self) -> tuple[list[Hand], bool]:
        return [], False

    def present(self, damage: Sequence[Rect]) -> None:
        rects = within(self._turned.bring(damage), self._display)
        with memoryview(self._memory) as memory:
            copy_rows(self._turned.shown, rects, memory, self._stride)

    def close(self) -> None:
        self._memory.close()
        os.close(self._fd)
