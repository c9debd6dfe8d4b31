"""Inter, the product's typeface, in the weights that pages use: opened when first asked for, measured, set in glyphs."""

import unicodedata
from collections.abc import Sequence
from pathlib import Path

from station.errors import StationError
from station.paper.opentype import Face, read_face
from station.paper.page import POINT_MM, Weight

FOLDER = Path("/usr/share/fonts/opentype/inter")
NAMES: dict[Weight, str] = {"regular": "Regular", "medium": "Medium", "semibold": "SemiBold", "bold": "Bold"}


class Inter:
    """A ruler, and the faces behind it. Raises StationError when a weight's file is missing or is another kind of font."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._faces: dict[Weight, Face] = {}

    def face(self, weight: Weight) -> Face:
        if weight not in self._faces:
            path = self._folder / f"Inter-{NAMES[weight]}.otf"
            try:
                self._faces[weight] = read_face(path.read_bytes(), str(path))
            except OSError as error:
                raise StationError(
                    f"the typeface {path.name} cannot be read ({error.strerror}): install the package fonts-inter"
                ) from error
        return self._faces[weight]

    def width_mm(self, text: str, size_pt: float, weight: Weight, *, tabular: bool = False) -> float:
        face = self.face(weight)
        units = sum(face.advances[glyph] for _, glyph in self.glyphs(text, weight, tabular=tabular))
        return units * size_pt * POINT_MM / face.units_per_em

    def glyphs(self, text: str, weight: Weight, *, tabular: bool = False) -> Sequence[tuple[str, int]]:
        """Each letter with its glyph; a letter and its accent are one where there is one for both."""
        face = self.face(weight)
        return [(letter, face.glyph(letter, tabular=tabular)) for letter in unicodedata.normalize("NFC", text)]
