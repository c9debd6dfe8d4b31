"""A printed page as data: what stands where, in millimetres from its upper left corner.

Pure. Layouts make pages, `pdf.py` draws them; a test reads them without any of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

Weight = Literal["regular", "medium", "semibold", "bold"]
Align = Literal["left", "middle", "right"]
Colour = tuple[int, int, int]

POINT_MM = 25.4 / 72
A4_MM = (210.0, 297.0)


@dataclass(frozen=True, slots=True)
class Text:
    """One line. `y_mm`: its baseline. `tabular`: each figure is as wide as every other, so that columns stand."""

    x_mm: float
    y_mm: float
    text: str
    size_pt: float
    weight: Weight = "regular"
    colour: Colour = (0, 0, 0)
    align: Align = "left"
    tabular: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """`fill` and `edge`: None draws none. The edge's middle runs along the box's side."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float
    radius_mm: float = 0.0
    fill: Colour | None = None
    edge: Colour | None = None
    edge_mm: float = 0.2


@dataclass(frozen=True, slots=True)
class Line:
    x_mm: float
    y_mm: float
    to_x_mm: float
    to_y_mm: float
    colour: Colour = (0, 0, 0)
    line_mm: float = 0.2


@dataclass(frozen=True, slots=True)
class Modules:
    """The dark squares of a code, without its quiet zone. `rows`: as many as each row has places."""

    x_mm: float
    y_mm: float
    side_mm: float
    rows: tuple[tuple[bool, ...], ...]


Shape = Text | Box | Line | Modules


@dataclass(frozen=True, slots=True)
class Page:
    """What is later in `shapes` lies on top."""

    width_mm: float
    height_mm: float
    shapes: tuple[Shape, ...]


class Ruler(Protocol):
    """How wide a text will be."""

    def width_mm(self, text: str, size_pt: float, weight: Weight, *, tabular: bool = False) -> float: ...


def moved(shapes: Iterable[Shape], x_mm: float, y_mm: float) -> tuple[Shape, ...]:
    """The same further to the right and down."""
    return tuple(_moved(shape, x_mm, y_mm) for shape in shapes)


def _moved(shape: Shape, x_mm: float, y_mm: float) -> Shape:
    if isinstance(shape, Line):
        return replace(
            shape,
            x_mm=shape.x_mm + x_mm,
            y_mm=shape.y_mm + y_mm,
            to_x_mm=shape.to_x_mm + x_mm,
            to_y_mm=shape.to_y_mm + y_mm,
        )
    return replace(shape, x_mm=shape.x_mm + x_mm, y_mm=shape.y_mm + y_mm)
