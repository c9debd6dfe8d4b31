"""Pictures of the screens, and one sheet with all of them."""

from collections.abc import Sequence
from pathlib import Path

import pygame

_WIDTH = 960
_GAP = 16
_GROUND = (10, 11, 13)


def contact_sheet(pictures: Sequence[Path], path: Path) -> None:
    """The pictures side by side, two in a row, each 960 pixels wide."""
    found = [pygame.image.load(str(picture)) for picture in pictures if picture.exists()]
    if not found:
        return
    small = [
        pygame.transform.smoothscale(image, (_WIDTH, image.get_height() * _WIDTH // image.get_width()))
        for image in found
    ]
    height = max(image.get_height() for image in small)
    rows = (len(small) + 1) // 2
    sheet = pygame.Surface((2 * _WIDTH + 3 * _GAP, rows * (height + _GAP) + _GAP))
    sheet.fill(_GROUND)
    for number, image in enumerate(small):
        sheet.blit(image, (_GAP + (number % 2) * (_WIDTH + _GAP), _GAP + (number // 2) * (height + _GAP)))
    pygame.image.save(sheet, str(path))
