"""What the outputs without a window have in common: a surface in memory as displays want it, turned where the display is."""

import os
from collections.abc import Sequence
from typing import Final, Literal

import pygame

from station.renderers.scene import Rect

Turn = Literal[0, 90, 180, 270]
BYTES: Final = 4
_MASKS: Final = (0xFF0000, 0xFF00, 0xFF, 0)


def new_surface(size: tuple[int, int]) -> pygame.Surface:
    """Four bytes a pixel, blue first: XRGB8888. Nothing of SDL is on a screen."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    if not pygame.display.get_init() or pygame.display.get_surface() is None:
        pygame.display.init()
        # Without a mode pictures cannot be brought into the surface's form.
        pygame.display.set_mode((1, 1), depth=32)
    return pygame.Surface(size, depth=32, masks=_MASKS)


class Turned:
    """What is drawn upright, for a display that hangs on its side. `turn`: degrees clockwise."""

    def __init__(self, display: tuple[int, int], turn: Turn) -> None:
        self.turn = turn
        width, height = display
        self.drawn = new_surface((height, width) if turn in {90, 270} else display)
        self._shown = self.drawn if turn == 0 else new_surface(display)

    @property
    def shown(self) -> pygame.Surface:
        return self._shown

    def bring(self, damage: Sequence[Rect]) -> list[Rect]:
        """What was drawn in these, onto what is shown; and where that is."""
        if self.turn == 0:
            return [Rect(*one) for one in damage]
        return [self._one(one) for one in damage]

    def _one(self, rect: Rect) -> Rect:
        part = self.drawn.subsurface(pygame.Rect(rect))
        turned = pygame.transform.rotate(part, -self.turn)
        wide, high = self.drawn.get_size()
        x, y = {
            90: (high - rect.y - rect.h, rect.x),
            180: (wide - rect.x - rect.w, high - rect.y - rect.h),
            270: (rect.y, wide - rect.x - rect.w),
        }[self.turn]
        self._shown.blit(turned, (x, y))
        return Rect(x, y, *turned.get_size())


def within(rects: Sequence[Rect], size: tuple[int, int]) -> list[Rect]:
    """Their parts on the screen; one rectangle for all of it, where they are most of it anyway."""
    whole = pygame.Rect(0, 0, *size)
    found = [pygame.Rect(rect).clip(whole) for rect in rects]
    kept = [rect for rect in found if rect.w and rect.h]
    if sum(rect.w * rect.h for rect in kept) * 2 > whole.w * whole.h:
        return [Rect(0, 0, *size)]
    return [Rect(*rect) for rect in kept]


def copy_rows(surface: pygame.Surface, rects: Sequence[Rect], memory: memoryview, stride: int) -> None:
    """The pixels of these rectangles into a display's memory of `stride` bytes a row."""
    pixels = memoryview(surface.get_view("0")).cast("B")  # type: ignore[arg-type]
    pitch = surface.get_pitch()
    for rect in rects:
        if rect.w * BYTES == pitch == stride:
            begin = rect.y * stride
            memory[begin : begin + rect.h * stride] = pixels[begin : begin + rect.h * stride]
            continue
        wide = rect.w * BYTES
        for row in range(rect.y, rect.y + rect.h):
            at, to = row * pitch + rect.x * BYTES, row * stride + rect.x * BYTES
            memory[to : to + wide] = pixels[at : at + wide]
