"""The display of a station, without any window system: mode set, two buffers, page flips on the vertical blank.

Each buffer keeps a list of what it has not got yet, so a small change copies little. What the kernel says of displays that come and go ends
the program: its supervisor begins it anew, with whatever display is there by then.
"""

from collections.abc import Sequence
from typing import Final

import pygame

from station.domain.hands import Hand
from station.errors import StationError
from station.renderers.output.drm import Buffer, Card, Connector, Mode, cards
from station.renderers.output.plugs import DisplayNews
from station.renderers.output.raw import Turn, Turned, copy_rows, within
from station.renderers.scene import Rect

_LOOK_S: Final = 1.0


class Kms:
    """Raises StationError while no display is connected, or none can be shown on."""

    def __init__(self, wanted: tuple[int, int] | None, turn: Turn = 0) -> None:
        """`wanted`: width and height of the mode, where the display has it; None is the display's own."""
        self._news = DisplayNews()
        self._card, self._connector = _connected()
        try:
            self._mode = chosen(self._connector.modes, wanted)
            self._crtc = self._connector.crtcs[0]
            self._turned = Turned((self._mode.width, self._mode.height), turn)
            self._buffers = [self._card.buffer(self._mode.width, self._mode.height) for _ in range(2)]
            self._missing: list[list[Rect]] = [[], []]
            self._at = 0
            self._waits = False
            self._card.show(self._crtc, self._connector.id, self._mode, self._buffers[0])
        except (StationError, IndexError):
            self._card.close()
            raise

    @property
    def size(self) -> tuple[int, int]:
        return self.surface.get_size()

    @property
    def surface(self) -> pygame.Surface:
        return self._turned.drawn

    @property
    def poll_s(self) -> float | None:
        return _LOOK_S

    def hands(self) -> tuple[list[Hand], bool]:
        if not self._news.any():
            return [], False
        there = [one for one in self._card.connectors() if one.id == self._connector.id]
        same = bool(there) and any(mode.raw == self._mode.raw for mode in there[0].modes)
        return [], not same

    def present(self, damage: Sequence[Rect]) -> None:
        shown = within(self._turned.bring(damage), (self._mode.width, self._mode.height))
        for missing in self._missing:
            missing.extend(shown)
        back = 1 - self._at
        self._settle()
        self._fill(back)
        if self._card.flip(self._crtc, self._buffers[back]):
            self._waits = True
        else:
            # Its display is off, or was taken: the mode is set again, with this frame.
            self._card.show(self._crtc, self._connector.id, self._mode, self._buffers[back])
        self._card.dirty(self._buffers[back])
        self._at = back

    def close(self) -> None:
        self._settle()
        self._news.close()
        for buffer in self._buffers:
            self._card.free(buffer)
        self._card.close()

    def _settle(self) -> None:
        """The last frame is on the display before the buffer that it took away is drawn on."""
        if self._waits:
            self._card.flipped()
            self._waits = False

    def _fill(self, which: int) -> None:
        buffer: Buffer = self._buffers[which]
        rects = within(self._missing[which], (self._mode.width, self._mode.height))
        with memoryview(buffer.memory) as memory:
            copy_rows(self._turned.shown, rects, memory, buffer.stride)
        self._missing[which] = []


def chosen(modes: Sequence[Mode], wanted: tuple[int, int] | None) -> Mode:
    """The mode of that size with the most frames, else the display's favourite, else its first."""
    same = [mode for mode in modes if (mode.width, mode.height) == wanted]
    if same:
        return max(same, key=lambda mode: mode.hertz if mode.hertz <= 75 else 0)
    return next((mode for mode in modes if mode.preferred), modes[0])


def _connected() -> tuple[Card, Connector]:
    found: list[str] = []
    for path in cards():
        try:
            card = Card(path)
        except StationError as error:
            found.append(str(error))
            continue
        try:
            connectors = [one for one in card.connectors() if one.crtcs]
        except StationError as error:
            found.append(str(error))
            connectors = []
        if connectors:
            return card, connectors[0]
        card.close()
    raise StationError("; ".join(found) or "no display is connected: look at its cable and its switch")
