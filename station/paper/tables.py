"""A table on A4 pages: its head on each of them, numbers at the right, a last row that adds up.

Pure. Columns are as wide as what stands in them; when all of that is too wide for the page, the words are set in more lines or cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from station.paper.fitting import cut
from station.paper.page import A4_MM, Colour, Line, Page, Ruler, Shape, Text, Weight

_INK: Final[Colour] = (15, 23, 36)
_MUTED: Final[Colour] = (88, 98, 112)
_HAIR: Final[Colour] = (190, 197, 205)
_MARGIN_MM: Final = 15.0
_ROW_MM: Final = 5.6
_GAP_MM: Final = 4.0
_SIZE: Final = 9.0
_WIDE: Final = 7
"""From so many columns on the page lies on its side."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`right`: which columns stand at the right."""

    title: str
    note: str
    head: tuple[str, ...]
    right: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...] = ()


def table_pages(sheet: Sheet, ruler: Ruler) -> list[Page]:
    """As many pages as it needs."""
    width, height = (A4_MM[1], A4_MM[0]) if len(sheet.head) >= _WIDE else A4_MM
    widths = _widths(sheet, width - 2 * _MARGIN_MM, ruler)
    top = _MARGIN_MM + 20
    room = int((height - _MARGIN_MM - 6 - top) / _ROW_MM) - 2
    rows = [(row, False) for row in sheet.rows] + ([(sheet.totals, True)] if sheet.totals else [])
    parts = [rows[at : at + room] for at in range(0, len(rows), room)] or [[]]
    return [
        Page(width, height, tuple(_page(sheet, part, widths, (number, len(parts)), (width, height, top), ruler)))
        for number, part in enumerate(parts, 1)
    ]


def _page(
    sheet: Sheet,
    rows: Sequence[tuple[tuple[str, ...], bool]],
    widths: Sequence[float],
    number: tuple[int, int],
    size: tuple[float, float, float],
    ruler: Ruler,
) -> list[Shape]:
    width, height, top = size
    inner = width - 2 * _MARGIN_MM
    shapes: list[Shape] = [
        Text(_MARGIN_MM, _MARGIN_MM + 6, cut(sheet.title, 18, inner, "bold", ruler), 18, "bold", _INK),
        Text(_MARGIN_MM, _MARGIN_MM + 12, cut(sheet.note, 9, inner, "regular", ruler), 9, "regular", _MUTED),
        *_row(sheet.head, widths, sheet.right, top, "semibold", ruler),
        Line(_MARGIN_MM, top + 1.8, width - _MARGIN_MM, top + 1.8, _INK, 0.3),
    ]
    y = top
    for cells, last in rows:
        y += _ROW_MM
        shapes += _row(cells, widths, sheet.right, y, "bold" if last else "regular", ruler)
        shapes.append(Line(_MARGIN_MM, y + 1.6, width - _MARGIN_MM, y + 1.6, _INK if last else _HAIR, 0.15))
    here, all_ = number
    shapes.append(Text(width - _MARGIN_MM, height - 8, f"{here} of {all_}", 8, "regular", _MUTED, "right"))
    return shapes


def _row(
    cells: Sequence[str], widths: Sequence[float], right: Sequence[bool], y: float, weight: Weight, ruler: Ruler
) -> list[Shape]:
    shapes: list[Shape] = []
    x = _MARGIN_MM
    for text, room, at_right in zip(cells, widths, right, strict=True):
        shown = cut(text, _SIZE, room, weight, ruler)
        place = x + room if at_right else x
        shapes.append(Text(place, y, shown, _SIZE, weight, _INK, "right" if at_right else "left", tabular=at_right))
        x += room + _GAP_MM
    return shapes


def _widths(sheet: Sheet, inner: float, ruler: Ruler) -> list[float]:
    """What each column needs; the widest column of words gives way, or takes what is left."""
    lines = [*sheet.rows, *([sheet.totals] if sheet.totals else [])]
    wanted = [
        max(
            ruler.width_mm(sheet.head[at], _SIZE, "semibold"),
            *(ruler.width_mm(line[at], _SIZE, "bold", tabular=sheet.right[at]) for line in lines),
            6.0,
        )
        for at in range(len(sheet.head))
    ]
    words = [at for at, right in enumerate(sheet.right) if not right] or [0]
    widest = max(words, key=lambda at: wanted[at])
    rest = inner - _GAP_MM * (len(wanted) - 1) - sum(wanted)
    wanted[widest] = max(20.0, wanted[widest] + rest)
    return wanted
