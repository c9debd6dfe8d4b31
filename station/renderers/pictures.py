"""Pictures of dishes from this station's disk, for recipes.

    <data>/pictures/<name>   PNG or JPEG; the name is lower case letters, digits, dashes and underscores

A file that is too large, no picture, or named otherwise counts as none. Each is read once and kept as small as it is drawn.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Final

import pygame

MOST_BYTES: Final = 4 * 1024 * 1024
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}\.(?:png|jpg|jpeg)")
_Stamp = tuple[int, int] | None
_LARGEST_PX: Final = 1200
"""No recipe shows it larger; what is kept of it is no larger either."""


def usable(path: Path) -> bool:
    """Whether this file can be shown."""
    return _NAME.fullmatch(path.name) is not None and _read(str(path), _stamp(str(path))) is not None


def fitted(path: str, width: int, height: int) -> pygame.Surface | None:
    """The picture as large as fits; None when there is none."""
    return _fitted(path, _stamp(path), width, height) if width > 0 and height > 0 else None


@lru_cache(maxsize=8)
def _fitted(path: str, stamp: _Stamp, width: int, height: int) -> pygame.Surface | None:
    image = _read(path, stamp)
    return None if image is None else _scaled(image, min(width / image.get_width(), height / image.get_height()))


@lru_cache(maxsize=8)
def _read(path: str, stamp: _Stamp) -> pygame.Surface | None:
    if stamp is None or stamp[1] > MOST_BYTES:
        return None
    try:
        image = pygame.image.load(path)
    except (OSError, pygame.error):
        return None
    return _scaled(image, min(1.0, _LARGEST_PX / max(image.get_size())))


def _stamp(path: str) -> _Stamp:
    """What tells a file from the one that was there before it; None when there is none."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _scaled(image: pygame.Surface, factor: float) -> pygame.Surface:
    size = (max(1, round(image.get_width() * factor)), max(1, round(image.get_height() * factor)))
    plain = image if image.get_bitsize() in {24, 32} else _true_colour(image)
    return pygame.transform.smoothscale(plain, size)


def _true_colour(image: pygame.Surface) -> pygame.Surface:
    """A picture with a palette, as one that can be scaled smoothly."""
    plain = pygame.Surface(image.get_size(), pygame.SRCALPHA, 32)
    plain.blit(image, (0, 0))
    return plain
