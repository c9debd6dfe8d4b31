"""What stands on a screen, as frozen data: the roles make it, the painter draws it, tests read it.

A Scene is panels; a Panel is a rectangle of the screen with draw operations and hits. **Everything inside a panel is
measured from the panel's own top left corner**, so a panel that only moves is not drawn again. A panel's key is stable
("card:<order>:<part>"): the painter compares panels by key and redraws only those whose content differs.

A pulse is described, not drawn: operations that beat have a second colour (`lit`) for the pulse's peak, and the panel
says which level it beats at. Panels with a higher `z` cover those below; a `modal` panel also takes the taps of all
that lies under it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

Colour = tuple[int, int, int]
Weight = Literal["regular", "medium", "semibold", "bold"]
Align = Literal["left", "centre", "right"]
Beat = Literal["new", "orange", "red"]
Shape = Literal[
    "plus",
    "minus",
    "change",
    "tick",
    "cross",
    "warning",
    "left",
    "right",
    "up",
    "down",
    "person",
    "plate",
    "bag",
    "clock",
    "pause",
    "play",
    "bolt",
    "undo",
    "list",
    "split",
    "sum",
    "help",
    "trash",
    "link",
    "backspace",
    "printer",
    "note",
    "dot",
    "ring",
    "lock",
    "scan",
    "scanner",
    "beam",
]


class Rect(NamedTuple):
    """Pixels; `x` and `y` are the top left corner."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    def inset(self, dx: int, dy: int | None = None) -> "Rect":
        """Smaller by `dx` at the left and right and `dy` (the same when not given) at the top and bottom."""
        down = dx if dy is None else dy
        return Rect(self.x + dx, self.y + down, max(0, self.w - 2 * dx), max(0, self.h - 2 * down))

    def moved(self, dx: int, dy: int) -> "Rect":
        return Rect(self.x + dx, self.y + dy, self.w, self.h)

    def at_origin(self) -> "Rect":
        """The same size at (0, 0): where a panel's own content begins."""
        return Rect(0, 0, self.w, self.h)

    def contains(self, x: int, y: int) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def meets(self, other: "Rect") -> bool:
        """Whether the two share at least one pixel."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def top(self, height: int) -> "Rect":
        return Rect(self.x, self.y, self.w, height)

    def below(self, height: int) -> "Rect":
        """What is left under the topmost `height` pixels."""
        return Rect(self.x, self.y + height, self.w, max(0, self.h - height))

    def left(self, width: int) -> "Rect":
        return Rect(self.x, self.y, width, self.h)

    def after(self, width: int) -> "Rect":
        """What is left beside the leftmost `width` pixels."""
        return Rect(self.x + width, self.y, max(0, self.w - width), self.h)

    def split_columns(self, count: int, gap: int) -> tuple["Rect", ...]:
        """Equal columns; the last takes the pixels that do not divide."""
        width = (self.w - gap * (count - 1)) // count
        columns = [Rect(self.x + n * (width + gap), self.y, width, self.h) for n in range(count)]
        last = columns[-1]
        columns[-1] = Rect(last.x, last.y, self.right - last.x, last.h)
        return tuple(columns)

    def split_rows(self, count: int, gap: int) -> tuple["Rect", ...]:
        height = (self.h - gap * (count - 1)) // count
        return tuple(Rect(self.x, self.y + n * (height + gap), self.w, height) for n in range(count))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with round corners. `fill` None leaves the inside as it is. `alpha` (0 to 255) is the fill's."""

    rect: Rect
    fill: Colour | None
    radius: int = 0
    border: Colour | None = None
    border_px: int = 0
    alpha: int = 255
    lit: Colour | None = None
    border_lit: Colour | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text, centred vertically in its rectangle; too long a text ends in "…" unless `elide` is off.

    `tabular`: figures of equal width, so that they stand in columns and do not jump when they change.
    """

    rect: Rect
    text: str
    size: int
    colour: Colour
    weight: Weight = "regular"
    align: Align = "left"
    elide: bool = True
    strike: bool = False
    tabular: bool = False
    lit: Colour | None = None


@dataclass(frozen=True, slots=True)
class Icon:
    """A plain shape that fills its rectangle's shorter side, centred."""

    rect: Rect
    shape: Shape
    colour: Colour
    lit: Colour | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph from a file of this station, as large as fits its rectangle, in the middle of it."""

    rect: Rect
    path: str
    lit: None = None


Op = Box | Label | Icon | Picture


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a finger may land. `action` is what is asked ("bump:01j…:1"), `label` says it to a person.

    A disabled hit still answers, so that the screen can say why it may not. `hold`: another action for a long touch.
    `drag`: may be dragged onto another hit. `key`: the shortcut, as a person reads it ("T", "Enter").
    """

    rect: Rect
    action: str
    label: str
    enabled: bool = True
    key: str = ""
    hold: str = ""
    drag: bool = False


@dataclass(frozen=True, slots=True)
class Drawn:
    """Operations and hits that a widget made; they add up with `+`."""

    ops: tuple[Op, ...] = ()
    hits: tuple[Hit, ...] = ()

    def __add__(self, other: "Drawn") -> "Drawn":
        return Drawn(self.ops + other.ops, self.hits + other.hits)

    def moved(self, dx: int, dy: int) -> "Drawn":
        """The same somewhere else in its panel."""
        return Drawn(
            tuple(replace(op, rect=op.rect.moved(dx, dy)) for op in self.ops),
            tuple(replace(hit, rect=hit.rect.moved(dx, dy)) for hit in self.hits),
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the screen that changes as one. `ground` None lets what lies below shine through.

    `beat`: operations with a `lit` colour pulse at this level.
    """

    key: str
    rect: Rect
    ops: tuple[Op, ...]
    hits: tuple[Hit, ...] = ()
    ground: Colour | None = None
    z: int = 0
    modal: bool = False
    beat: Beat | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A card that this scene shows, for whoever looks at the screen from outside."""

    order: str
    part: str
    number: str
    level: str
    place: str
    pending: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A hit where it really is on the screen."""

    hit: Hit
    rect: Rect


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole screen. `until`: the shop's time at which it changes by itself; None: it stays.

    `message` is what the screen is telling a person just now, in words.
    """

    size: tuple[int, int]
    ground: Colour
    panels: tuple[Panel, ...]
    shown: tuple[Shown, ...] = ()
    message: str = ""
    until: datetime | None = None

    def layers(self) -> tuple[Panel, ...]:
        """The panels from the lowest to the highest."""
        return tuple(sorted(self.panels, key=lambda panel: panel.z))

    def beats(self) -> bool:
        return any(panel.beat is not None for panel in self.panels)

    def found(self) -> tuple[Found, ...]:
        """Every hit that a finger can reach now, on the screen; what lies under a modal panel cannot be reached."""
        floor = max((panel.z for panel in self.panels if panel.modal), default=0)
        return tuple(
            Found(hit, hit.rect.moved(panel.rect.x, panel.rect.y))
            for panel in self.layers()
            if panel.z >= floor
            for hit in panel.hits
        )

    def hit(self, x: int, y: int) -> Hit | None:
        """The topmost hit under this pixel."""
        return next((found.hit for found in reversed(self.found()) if found.rect.contains(x, y)), None)

    def action(self, action: str) -> Found | None:
        """Where this action stands on the screen."""
        return next((found for found in self.found() if found.hit.action == action), None)


class Ruler(Protocol):
    """Measures text, so that a scene can be laid out without drawing."""

    def width(self, text: str, size: int, weight: Weight = "regular", *, tabular: bool = False) -> int:
        """Pixels from the first to the last glyph's end."""
        ...


def drawn(ops: Iterable[Op] = (), hits: Iterable[Hit] = ()) -> Drawn:
    return Drawn(tuple(ops), tuple(hits))


def panel(
    key: str,
    rect: Rect,
    *parts: Drawn,
    ground: Colour | None = None,
    z: int = 0,
    modal: bool = False,
    beat: Beat | None = None,
) -> Panel:
    """A panel of what widgets drew, each in the panel's own coordinates."""
    return Panel(
        key,
        rect,
        tuple(op for part in parts for op in part.ops),
        tuple(hit for part in parts for hit in part.hits),
        ground,
        z,
        modal,
        beat,
    )
