"""Inter, in the weights and sizes the screens use: opened once, measured and rendered from caches.

SDL's text renderer has no switch for tabular figures, so each figure of a tabular text stands in a cell as wide as the
widest one.
"""

from collections import OrderedDict
from pathlib import Path

import pygame

from station.errors import StationError
from station.renderers.scene import Colour, Weight

FOLDERS = (Path("/usr/share/fonts/opentype/inter"), Path("/usr/share/fonts/truetype/inter"))
_FILES: dict[Weight, str] = {
    "regular": "Regular",
    "medium": "Medium",
    "semibold": "SemiBold",
    "bold": "Bold",
}
_KEPT_TEXTS = 1_500


class Fonts:
    """A ruler, and a maker of text surfaces. Raises StationError when Inter is not installed.

    `plain`: SDL's own font instead, which is always there; for saying that Inter is not.
    """

    def __init__(self, *, plain: bool = False) -> None:
        pygame.font.init()
        self._paths: dict[Weight, Path | None] = {
            weight: None if plain else _find(name) for weight, name in _FILES.items()
        }
        self._fonts: dict[tuple[int, Weight], pygame.font.Font] = {}
        self._widths: dict[tuple[str, int, Weight, bool], int] = {}
        self._texts: OrderedDict[tuple[str, int, Weight, Colour, bool], pygame.Surface] = OrderedDict()

    def width(self, text: str, size: int, weight: Weight = "regular", *, tabular: bool = False) -> int:
        key = (text, size, weight, tabular)
        known = self._widths.get(key)
        if known is None:
            if len(self._widths) > 20_000:
                self._widths.clear()
            known = self._widths[key] = self._measured(text, size, weight, tabular=tabular)
        return known

    def render(self, text: str, size: int, weight: Weight, colour: Colour, *, tabular: bool = False) -> pygame.Surface:
        """The text in its colour on nothing; from the cache when it was drawn lately."""
        key = (text, size, weight, colour, tabular)
        found = self._texts.get(key)
        if found is not None:
            self._texts.move_to_end(key)
            return found
        if tabular and any(map(str.isdigit, text)):
            made = self._in_cells(text, size, weight, colour)
        else:
            made = self._font(size, weight).render(text, True, colour)
        self._texts[key] = made
        if len(self._texts) > _KEPT_TEXTS:
            self._texts.popitem(last=False)
        return made

    def fitted(self, text: str, size: int, weight: Weight, width: int, *, tabular: bool = False) -> str:
        """The text, or as much of it as fits with an ellipsis."""
        if self.width(text, size, weight, tabular=tabular) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.width(text[:middle].rstrip() + "…", size, weight, tabular=tabular) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + "…" if low else ""

    def middle(self, size: int, weight: Weight) -> float:
        """From the top of a rendered text to the middle of its capitals, which is where the eye sees its centre."""
        font = self._font(size, weight)
        return font.get_ascent() - 0.727 * size / 2

    def _font(self, size: int, weight: Weight) -> pygame.font.Font:
        key = (size, weight)
        if key not in self._fonts:
            self._fonts[key] = pygame.font.Font(self._paths[weight], size)
        return self._fonts[key]

    def _measured(self, text: str, size: int, weight: Weight, *, tabular: bool) -> int:
        font = self._font(size, weight)
        if not tabular:
            return font.size(text)[0]
        cell = self._cell(size, weight)
        return sum(cell * len(run) if run.isdigit() else font.size(run)[0] for run in _runs(text))

    def _cell(self, size: int, weight: Weight) -> int:
        font = self._font(size, weight)
        return max(font.size(figure)[0] for figure in "0123456789")

    def _in_cells(self, text: str, size: int, weight: Weight, colour: Colour) -> pygame.Surface:
        font, cell = self._font(size, weight), self._cell(size, weight)
        made = pygame.Surface(
            (max(1, self.width(text, size, weight, tabular=True)), font.get_height()), pygame.SRCALPHA
        )
        made.fill((*colour, 0))
        x = 0
        for run in _runs(text):
            for piece in run if run.isdigit() else (run,):
                drawn = font.render(piece, True, colour)
                room = cell if run.isdigit() else drawn.get_width()
                made.blit(drawn, (x + (room - drawn.get_width()) // 2, 0))
                x += room
        return made


def _runs(text: str) -> list[str]:
    """The text in pieces that are all figures or all something else."""
    runs: list[str] = []
    for character in text:
        if runs and runs[-1][-1].isdigit() == character.isdigit():
            runs[-1] += character
        else:
            runs.append(character)
    return runs


def _find(name: str) -> Path:
    for folder in FOLDERS:
        for suffix in (".otf", ".ttf"):
            path = folder / f"Inter-{name}{suffix}"
            if path.is_file():
                return path
    raise StationError(
        f"the typeface Inter ({name}) is missing below {FOLDERS[0].parent.parent}: install the package fonts-inter"
    )
