"""How a printed wallet card looks: the shop, the name, the role, the number, and a code as large as a card can carry.

Pure. One card is a page of the size of a bank card (ISO/IEC 7810 ID-1); a sheet is an A4 page with ten of them, which touch, so
that nine cuts free all ten. What must not be cut stays 5 mm from every edge.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from station.data.personnel import Card
from station.paper.fitting import Step, fitted
from station.paper.page import A4_MM, POINT_MM, Box, Colour, Line, Modules, Page, Ruler, Shape, Text, Weight, moved
from station.wallet.qr import QUIET_MODULES, squares

CARD_MM: Final = (85.60, 53.98)
CORNER_MM: Final = 3.18
COLUMNS: Final = 2
ROWS: Final = 5

_INK: Final[Colour] = (15, 23, 36)
_MUTED: Final[Colour] = (88, 98, 112)
_HAIR: Final[Colour] = (190, 197, 205)
_WHITE: Final[Colour] = (255, 255, 255)
_CAPITALS: Final = 0.727
"""How tall Inter's capitals are, of the type size."""

_MARGIN_MM: Final = 5.0
_BAR_MM: Final = 8.6
_CODE_MM: Final = 30.0
_NAME: Final = (Step(20), Step(18), Step(16, 2), Step(14, 2), Step(12, 3), Step(10, 4))
_ROLE: Final = (Step(10), Step(9, 2), Step(8, 2))
_SHOP: Final = (Step(11), Step(10), Step(9))
_LEADING: Final = 1.22
_BELOW_NAME_MM: Final = 2.9
_PERSON_MM: Final = 22.0
"""How much room a name and a role have above the number."""


def card_page(card: Card, ruler: Ruler) -> Page:
    return Page(*CARD_MM, _card(card, ruler))


def sheet_pages(cards: Sequence[Card], ruler: Ruler) -> list[Page]:
    """Ten cards a page, in the order given; on a page that is not full, marks only where there are cards."""
    each = COLUMNS * ROWS
    groups = [cards[begin : begin + each] for begin in range(0, len(cards), each)]
    return [_sheet(group, ruler, number, len(groups)) for number, group in enumerate(groups, start=1)]


def spaced(number: str) -> str:
    """A card's number as people read it out: in fours."""
    return " ".join(number[begin : begin + 4] for begin in range(0, len(number), 4))


def _card(card: Card, ruler: Ruler) -> tuple[Shape, ...]:
    width, height = CARD_MM
    bottom = height - _MARGIN_MM
    edge = Box(0.0, 0.0, width, height, CORNER_MM, edge=_HAIR, edge_mm=0.15)
    return (edge, *_bar(card, ruler), *_person(card, ruler, bottom - _CODE_MM), *_number(card, bottom), _code(card))


def _bar(card: Card, ruler: Ruler) -> tuple[Shape, ...]:
    """The shop's name. The bar ends before the edge, so a cut that is a little off does not show."""
    width = CARD_MM[0] - 2 * _MARGIN_MM
    inner, size = 3.2, 7.5
    what = "Staff card"
    room = width - 2 * inner - ruler.width_mm(what, size, "medium") - 3.0
    shop_pt, (shop, *_) = fitted(card.shop.strip() or what, _SHOP, room, "semibold", ruler)
    middle = _MARGIN_MM + _BAR_MM / 2
    shapes: list[Shape] = [
        Box(_MARGIN_MM, _MARGIN_MM, width, _BAR_MM, 2.0, fill=_INK),
        _centred(shop, _MARGIN_MM + inner, middle, shop_pt, "semibold", _WHITE),
    ]
    if card.shop.strip():
        right = _MARGIN_MM + width - inner
        shapes.append(Text(right, middle + _rise(size), what, size, "medium", (203, 211, 221), "right"))
    return tuple(shapes)


def _person(card: Card, ruler: Ruler, top_mm: float) -> tuple[Shape, ...]:
    """The name's capitals begin where the code begins; name and role never reach down to the number."""
    width = CARD_MM[0] - 2 * _MARGIN_MM - _CODE_MM - _CODE_MM / 25 * QUIET_MODULES
    role_pt, role = fitted(card.role, _ROLE, width, "medium", ruler)
    room = _PERSON_MM - _BELOW_NAME_MM - _height(len(role), role_pt)
    steps = [replace(step, lines=_most_lines(room, step)) for step in _NAME]
    name_pt, name = fitted(card.name, steps, width, "bold", ruler)
    shapes, y_mm = _lines(name, top_mm, name_pt, "bold", _INK)
    return (*shapes, *_lines(role, y_mm + _BELOW_NAME_MM, role_pt, "medium", _MUTED)[0])


def _height(lines: int, size_pt: float) -> float:
    """From the first one's capitals to the last one's baseline."""
    return size_pt * POINT_MM * (_CAPITALS + (lines - 1) * _LEADING) if lines else 0.0


def _most_lines(room_mm: float, step: Step) -> int:
    return max(1, min(step.lines, int((room_mm / (step.size_pt * POINT_MM) - _CAPITALS) / _LEADING) + 1))


def _lines(
    lines: Sequence[str], top_mm: float, size_pt: float, weight: Weight, colour: Colour
) -> tuple[list[Shape], float]:
    """With the first one's capitals below `top_mm`; and where the last one's baseline is."""
    first = top_mm + size_pt * POINT_MM * _CAPITALS
    baselines = [first + number * size_pt * POINT_MM * _LEADING for number in range(len(lines))]
    shapes: list[Shape] = [
        Text(_MARGIN_MM, y_mm, line, size_pt, weight, colour) for line, y_mm in zip(lines, baselines, strict=True)
    ]
    return shapes, baselines[-1] if baselines else top_mm


def _number(card: Card, bottom_mm: float) -> tuple[Shape, ...]:
    """Its figures stand on the line where the code ends."""
    return (
        Text(_MARGIN_MM, bottom_mm - 4.2, "Card number", 6.5, "medium", _MUTED),
        Text(_MARGIN_MM, bottom_mm, spaced(card.number), 9.5, "medium", _INK, tabular=True),
    )


def _code(card: Card) -> Modules:
    width, height = CARD_MM
    left, top = width - _MARGIN_MM - _CODE_MM, height - _MARGIN_MM - _CODE_MM
    return Modules(left, top, _CODE_MM, squares(card.code))


def _sheet(cards: Sequence[Card], ruler: Ruler, number: int, of: int) -> Page:
    width, height = A4_MM
    left, top = (width - COLUMNS * CARD_MM[0]) / 2, (height - ROWS * CARD_MM[1]) / 2
    shapes: list[Shape] = []
    for place, card in enumerate(cards):
        row, column = divmod(place, COLUMNS)
        shapes += moved(_card(card, ruler), left + column * CARD_MM[0], top + row * CARD_MM[1])
    columns, rows = min(len(cards), COLUMNS), -(-len(cards) // COLUMNS)
    shapes += moved(_marks(columns, rows), left, top)
    said = "Print at 100 %. Cut along the marks. Destroy what is left over: whoever has a code has the card."
    shapes.append(Text(left, height - 5.5, said, 7, "medium", _MUTED))
    if of > 1:
        shapes.append(Text(width - left, height - 5.5, f"Page {number} of {of}", 7, "medium", _MUTED, "right"))
    return Page(width, height, tuple(shapes))


def _marks(columns: int, rows: int) -> tuple[Shape, ...]:
    """Crop marks around cards that touch: outside of all of them, 1.5 mm away, and small crosses between four."""
    wide, high = columns * CARD_MM[0], rows * CARD_MM[1]
    away, to, cross = 1.5, 4.5, 1.1
    shapes: list[Shape] = []
    for column in range(columns + 1):
        x_mm = column * CARD_MM[0]
        shapes += [_mark(x_mm, -to, x_mm, -away), _mark(x_mm, high + away, x_mm, high + to)]
    for row in range(rows + 1):
        y_mm = row * CARD_MM[1]
        shapes += [_mark(-to, y_mm, -away, y_mm), _mark(wide + away, y_mm, wide + to, y_mm)]
        for column in range(1, columns):
            x_mm = column * CARD_MM[0]
            if 0 < row < rows:
                shapes += [_mark(x_mm - cross, y_mm, x_mm + cross, y_mm), _mark(x_mm, y_mm - cross, x_mm, y_mm + cross)]
    return tuple(shapes)


def _mark(x_mm: float, y_mm: float, to_x_mm: float, to_y_mm: float) -> Line:
    return Line(x_mm, y_mm, to_x_mm, to_y_mm, _INK, 0.12)


def _centred(text: str, x_mm: float, middle_mm: float, size_pt: float, weight: Weight, colour: Colour) -> Text:
    return Text(x_mm, middle_mm + _rise(size_pt), text, size_pt, weight, colour)


def _rise(size_pt: float) -> float:
    """From a line through the middle of capitals down to their baseline."""
    return size_pt * POINT_MM * _CAPITALS / 2
