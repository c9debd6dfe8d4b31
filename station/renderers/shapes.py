"""Boxes with smooth round corners, and the few icons the screens use.

SDL draws hard edges only, so corners and icons are drawn four times as large, scaled down once, and kept.
"""

import math
from functools import lru_cache
from itertools import pairwise

import pygame

from station.renderers.scene import Colour, Rect, Shape

_OVER = 4
_Points = list[tuple[float, float]]


def box(
    surface: pygame.Surface,
    rect: Rect,
    fill: Colour | None,
    radius: int,
    border: Colour | None,
    border_px: int,
    alpha: int,
) -> None:
    """A filled and bordered rectangle. The corners' outside is left as it is."""
    if rect.w <= 0 or rect.h <= 0:
        return
    if alpha < 255 and fill is not None:
        veil = pygame.Surface((rect.w, rect.h), pygame.SRCALPHA)
        box(veil, rect.at_origin(), fill, radius, None, 0, 255)
        veil.set_alpha(alpha)
        surface.blit(veil, rect[:2])
        return
    radius = min(radius, rect.w // 2, rect.h // 2)
    if border is not None and border_px > 0:
        if fill is not None:
            _solid(surface, rect, border, radius)
            _solid(surface, rect.inset(border_px), fill, max(0, radius - border_px))
        else:
            _ring(surface, rect, border, radius, border_px)
    elif fill is not None:
        _solid(surface, rect, fill, radius)


@lru_cache(maxsize=512)
def icon(shape: Shape, size: int, colour: Colour) -> pygame.Surface:
    """The shape in a square of this many pixels, on nothing."""
    large = pygame.Surface((size * _OVER, size * _OVER), pygame.SRCALPHA)
    large.fill((*colour, 0))
    _draw_icon(large, shape, size * _OVER, colour)
    return pygame.transform.smoothscale(large, (size, size))


def _solid(surface: pygame.Surface, rect: Rect, fill: Colour, radius: int) -> None:
    if radius <= 0:
        _fill(surface, fill, *rect)
        return
    _fill(surface, fill, rect.x + radius, rect.y, rect.w - 2 * radius, rect.h)
    _fill(surface, fill, rect.x, rect.y + radius, radius, rect.h - 2 * radius)
    _fill(surface, fill, rect.right - radius, rect.y + radius, radius, rect.h - 2 * radius)
    _corners(surface, rect, fill, radius, 0)


def _fill(surface: pygame.Surface, colour: Colour, x: int, y: int, width: int, height: int) -> None:
    # pygame moves a rectangle that begins before the surface instead of cutting it.
    surface.fill(colour, pygame.Rect(x, y, max(0, width), max(0, height)).clip(surface.get_rect()))


def _ring(surface: pygame.Surface, rect: Rect, colour: Colour, radius: int, width: int) -> None:
    _fill(surface, colour, rect.x + radius, rect.y, rect.w - 2 * radius, width)
    _fill(surface, colour, rect.x + radius, rect.bottom - width, rect.w - 2 * radius, width)
    _fill(surface, colour, rect.x, rect.y + radius, width, rect.h - 2 * radius)
    _fill(surface, colour, rect.right - width, rect.y + radius, width, rect.h - 2 * radius)
    if radius > 0:
        _corners(surface, rect, colour, radius, max(0, radius - width))


def _corners(surface: pygame.Surface, rect: Rect, colour: Colour, radius: int, inner: int) -> None:
    disc = _disc(radius, inner, colour)
    for x, part_x in ((rect.x, 0), (rect.right - radius, radius)):
        for y, part_y in ((rect.y, 0), (rect.bottom - radius, radius)):
            surface.blit(disc, (x, y), (part_x, part_y, radius, radius))


@lru_cache(maxsize=256)
def _disc(radius: int, inner: int, colour: Colour) -> pygame.Surface:
    size = 2 * radius * _OVER
    large = pygame.Surface((size, size), pygame.SRCALPHA)
    large.fill((*colour, 0))
    pygame.draw.circle(large, (*colour, 255), (size / 2, size / 2), size / 2)
    if inner > 0:
        pygame.draw.circle(large, (*colour, 0), (size / 2, size / 2), inner * _OVER)
    return pygame.transform.smoothscale(large, (2 * radius, 2 * radius))


def _draw_icon(large: pygame.Surface, shape: Shape, size: int, colour: Colour) -> None:
    """Strokes are named by points on a square of 24, as icon sets are drawn."""
    unit = size / 24
    for stroke in _STROKES.get(shape, ()):
        _stroke(large, [(x * unit, y * unit) for x, y in stroke], 2.6 * unit, colour)
    for polygon in _FILLED.get(shape, ()):
        pygame.draw.polygon(large, colour, [(x * unit, y * unit) for x, y in polygon])
    for x, y, radius, width in _CIRCLES.get(shape, ()):
        pygame.draw.circle(large, colour, (x * unit, y * unit), radius * unit, round(width * unit))


def _stroke(large: pygame.Surface, points: _Points, width: float, colour: Colour) -> None:
    """A line with round ends and joints."""
    for start, end in pairwise(points):
        length = math.dist(start, end) or 1.0
        dx, dy = (end[1] - start[1]) / length * width / 2, (start[0] - end[0]) / length * width / 2
        corners = [
            (start[0] + dx, start[1] + dy),
            (end[0] + dx, end[1] + dy),
            (end[0] - dx, end[1] - dy),
            (start[0] - dx, start[1] - dy),
        ]
        pygame.draw.polygon(large, colour, corners)
    for point in points:
        pygame.draw.circle(large, colour, point, width / 2)


def _arc(x: float, y: float, radius: float, start: float, end: float) -> _Points:
    """Points on a circle, from one angle to another, in degrees clockwise from the right."""
    count = 14
    angles = [math.radians(start + (end - start) * n / count) for n in range(count + 1)]
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]


_STROKES: dict[Shape, tuple[_Points, ...]] = {
    "plus": ([(12, 4), (12, 20)], [(4, 12), (20, 12)]),
    "minus": ([(4, 12), (20, 12)],),
    "change": ([(3, 14), (6, 10), (9, 10), (15, 14), (18, 14), (21, 10)],),
    "tick": ([(4, 13), (10, 19), (20, 6)],),
    "cross": ([(5, 5), (19, 19)], [(19, 5), (5, 19)]),
    "warning": ([(12, 3), (22, 20.5), (2, 20.5), (12, 3)], [(12, 9.5), (12, 14)]),
    "left": ([(15, 4), (7, 12), (15, 20)],),
    "right": ([(9, 4), (17, 12), (9, 20)],),
    "up": ([(4, 15), (12, 7), (20, 15)],),
    "down": ([(4, 9), (12, 17), (20, 9)],),
    "person": (_arc(12, 22, 8.5, 190, 350),),
    "plate": (
        [(6, 3), (6, 8), (6, 21)],
        [(3, 3), (3, 8), (9, 8), (9, 3)],
        [(18, 21), (18, 3), (15, 8), (15, 13), (18, 13)],
    ),
    "bag": ([(5, 8), (19, 8), (20, 21), (4, 21), (5, 8)], _arc(12, 8, 4.2, 180, 360)),
    "clock": ([(12, 7), (12, 12), (16, 14)],),
    "pause": ([(8, 5), (8, 19)], [(16, 5), (16, 19)]),
    "undo": ([(8, 4), (3.5, 8.5), (8, 13)], [(3.5, 8.5), (14, 8.5), *_arc(14, 14, 5.5, -90, 90), (8, 19.5)]),
    "list": ([(9, 5.5), (21, 5.5)], [(9, 12), (21, 12)], [(9, 18.5), (21, 18.5)]),
    "split": ([(12, 21), (12, 14), (5, 7), (5, 3)], [(12, 14), (19, 7), (19, 3)]),
    "sum": ([(18, 5), (6, 5), (13, 12), (6, 19), (18, 19)],),
    "help": ([*_arc(12, 8.5, 4.5, 180, 400), (12, 14.5)],),
    "trash": ([(3, 6), (21, 6)], [(9, 6), (9, 3), (15, 3), (15, 6)], [(6, 6), (7, 21), (17, 21), (18, 6)]),
    "link": ([(3, 12), (21, 12)], [(15, 6), (21, 12), (15, 18)], [(9, 6), (3, 12), (9, 18)]),
    "backspace": (
        [(9, 5), (21, 5), (21, 19), (9, 19), (2.5, 12), (9, 5)],
        [(12, 9), (17.5, 15)],
        [(17.5, 9), (12, 15)],
    ),
    "printer": (
        [(7, 9), (7, 3), (17, 3), (17, 9)],
        [(7, 17), (3, 17), (3, 9), (21, 9), (21, 17), (17, 17)],
        [(7, 14), (17, 14), (17, 21), (7, 21), (7, 14)],
    ),
    "lock": ([(5, 11), (19, 11), (19, 21), (5, 21), (5, 11)], [(8, 11), *_arc(12, 7.5, 4, 180, 360), (16, 11)]),
    # A card with a code, and the light of a scanner on it.
    "scan": (
        [(2, 7), (2, 2), (7, 2)],
        [(17, 2), (22, 2), (22, 7)],
        [(2, 17), (2, 22), (7, 22)],
        [(17, 22), (22, 22), (22, 17)],
    ),
    "beam": ([(21, 12), (3, 4)], [(21, 12), (3, 12)], [(21, 12), (3, 20)]),
    "note": ([(4, 4), (20, 4), (20, 14), (14, 20), (4, 20), (4, 4)], [(8, 9), (16, 9)], [(8, 14), (12, 14)]),
}
_FILLED: dict[Shape, tuple[_Points, ...]] = {
    "play": ([(6, 3), (21, 12), (6, 21)],),
    "lock": ([(11, 14), (13, 14), (13, 18), (11, 18)],),
    "scan": tuple(
        [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]
        for x, y, side in (
            *((6, 6, 4.4), (13.6, 6, 4.4), (6, 13.6, 4.4)),
            *((13.6, 13.6, 1.7), (16.3, 16.3, 1.7), (13.6, 16.3, 1.2), (16.8, 13.6, 1.2)),
        )
    ),
    "scanner": (
        [(1.5, 3.5), (17, 2.5), (21.5, 6), (21.5, 11), (17, 12), (1.5, 10.5)],
        [(11.5, 12), (17.5, 12), (21, 22.5), (14, 22.5)],
    ),
    "bolt": ([(14, 1.5), (4, 14), (11, 14), (9.5, 22.5), (20, 9.5), (12.5, 9.5)],),
}
_CIRCLES: dict[Shape, tuple[tuple[float, float, float, float], ...]] = {
    "warning": ((12, 17.3, 1.5, 0),),
    "person": ((12, 7, 5, 2.6),),
    "clock": ((12, 12, 10, 2.6),),
    "list": ((4, 5.5, 1.8, 0), (4, 12, 1.8, 0), (4, 18.5, 1.8, 0)),
    "help": ((12, 20, 1.7, 0),),
    "dot": ((12, 12, 8, 0),),
    "ring": ((12, 12, 9, 2.6),),
}
