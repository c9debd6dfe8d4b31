"""How the product looks: colours, five type sizes, spacing and touch sizes, decided once.

Text on cards has a contrast of at least 7:1 (WCAG 2.2, 1.4.6), which a test computes for every pair named here. Orange and
red mean urgency and nothing else; violet means allergens and nothing else; one accent colour marks what can be done next.
No text ever stands on a field that pulses.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from station.renderers.scene import Colour

GROUND: Final[Colour] = (11, 14, 18)
BAR: Final[Colour] = (18, 22, 28)
CARD: Final[Colour] = (27, 32, 40)
CARD_EDGE: Final[Colour] = (48, 56, 68)
HEADER: Final[Colour] = (44, 52, 64)
PLATE: Final[Colour] = (9, 11, 14)
RAISED: Final[Colour] = (37, 44, 54)
PRESSED: Final[Colour] = (62, 73, 89)
LINE: Final[Colour] = (54, 63, 76)

TEXT: Final[Colour] = (243, 246, 249)
MUTED: Final[Colour] = (182, 192, 205)
DONE: Final[Colour] = (184, 194, 206)
OFF: Final[Colour] = (112, 122, 136)
"""For what cannot be used now: below 7:1 on purpose, as WCAG allows for inactive parts."""

ACCENT: Final[Colour] = (102, 194, 255)
ON_ACCENT: Final[Colour] = (6, 18, 30)
GOOD: Final[Colour] = (126, 226, 152)
ADDED: Final[Colour] = (134, 229, 158)
REMOVED: Final[Colour] = (255, 164, 154)
CHANGED: Final[Colour] = (242, 216, 120)
WARN: Final[Colour] = (255, 196, 92)
BAD: Final[Colour] = (255, 164, 154)
ALERT: Final[Colour] = (142, 16, 26)
ALLERGY: Final[Colour] = (98, 46, 164)
ON_ALLERGY: Final[Colour] = (255, 255, 255)
ALLERGY_SEEN: Final[Colour] = (210, 184, 255)

CARD_ORANGE: Final[Colour] = (41, 34, 27)
CARD_RED: Final[Colour] = (62, 20, 25)
"""The grounds of late cards. They do not beat: whoever looks, or photographs, between two pulses sees the level too."""
ORANGE_DIM: Final[Colour] = (148, 82, 14)
ORANGE_LIT: Final[Colour] = (226, 134, 24)
RED_DIM: Final[Colour] = (190, 16, 22)
RED_LIT: Final[Colour] = (255, 94, 82)
CHANGED_DIM: Final[Colour] = (122, 106, 44)
NEW_DIM: Final[Colour] = CARD_EDGE
NEW_LIT: Final[Colour] = ACCENT

TILE_COLOURS: Final[dict[str, Colour]] = {
    "red": (140, 34, 40),
    "orange": (138, 66, 12),
    "yellow": (112, 82, 10),
    "green": (26, 94, 56),
    "teal": (14, 90, 92),
    "blue": (24, 78, 136),
    "violet": (86, 58, 150),
    "pink": (138, 38, 98),
    "brown": (98, 66, 42),
    "grey": (62, 72, 86),
}
"""Grounds for tiles by name; white text keeps 6:1 or more on each."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Sizes in pixels for one screen. `display`, `title`, `body`, `label`, `small` are the five type sizes."""

    scale: float
    display: int
    title: int
    body: int
    label: int
    small: int
    gap: int
    pad: int
    radius: int
    touch: int
    tool: int
    toolbar: int
    status: int
    edge: int
    edge_orange: int
    edge_red: int

    def px(self, at_1080p: float) -> int:
        """A length as it is drawn at 1920x1080, for this screen."""
        return max(1, round(at_1080p * self.scale))

    def line(self, size: int) -> int:
        """The height of a line of text in this size."""
        return round(size * 1.34)


@lru_cache(maxsize=8)
def theme_for(width: int, height: int, text_scale: float = 1.0) -> Theme:
    """Sizes for a screen of so many pixels. Type shrinks less than the screen does; touch never falls under 64 px."""
    scale = min(2.0, max(0.7, (width / 1920 + height / 1080) / 2))
    type_scale = scale * min(1.6, max(0.8, text_scale))

    def px(at_1080p: float) -> int:
        return round(at_1080p * scale)

    def pt(at_1080p: float) -> int:
        return round(at_1080p * type_scale)

    return Theme(
        scale=scale,
        display=pt(56),
        title=pt(36),
        body=pt(29),
        label=pt(23),
        small=pt(19),
        gap=px(16),
        pad=px(18),
        radius=px(14),
        touch=max(64, px(72)),
        tool=max(64, px(120)),
        toolbar=max(72, px(120)),
        status=max(40, px(56)),
        edge=max(2, px(2)),
        edge_orange=max(4, px(6)),
        edge_red=max(10, px(14)),
    )


def contrast(first: Colour, second: Colour) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """From the first colour (0) to the second (1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def tile_colour(name: str) -> Colour:
    """A tile's ground by the menu's colour: a name of this theme or `#rrggbb`, darkened until white text is 6:1."""
    if name in TILE_COLOURS:
        return TILE_COLOURS[name]
    try:
        value = int(name.removeprefix("#"), 16)
    except ValueError:
        return TILE_COLOURS["grey"]
    colour: Colour = (value >> 16 & 255, value >> 8 & 255, value & 255)
    while contrast(TEXT, colour) < 6:
        colour = mix(colour, (0, 0, 0), 0.1)
    return colour


def _luminance(colour: Colour) -> float:
    def linear(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(value) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
