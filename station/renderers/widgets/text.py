"""Text that is broken into lines, and the words that several screens use for the same thing."""

from datetime import datetime

from station.renderers.scene import Align, Colour, Drawn, Label, Rect, Ruler, Weight
from station.renderers.theme import Theme


def wrapped(text: str, width: int, size: int, weight: Weight, ruler: Ruler, lines: int = 99) -> tuple[str, ...]:
    """The text in lines that fit. The last of `lines` takes all that is left, for the painter to end with "…"."""
    made: list[str] = []
    words = text.split()
    line = ""
    for index, word in enumerate(words):
        longer = f"{line} {word}" if line else word
        if not line or ruler.width(longer, size, weight) <= width:
            line = longer
            continue
        made.append(line)
        line = word
        if len(made) == lines - 1:
            line = " ".join(words[index:])
            break
    return (*made, line) if line else tuple(made)


def paragraph(
    rect: Rect,
    text: str,
    size: int,
    colour: Colour,
    theme: Theme,
    ruler: Ruler,
    weight: Weight = "regular",
    align: Align = "left",
) -> tuple[Drawn, int]:
    """The text in as many lines as it needs from the top of `rect`, and the height that they take."""
    step = theme.line(size)
    lines = wrapped(text, rect.w, size, weight, ruler)
    ops = tuple(
        Label(Rect(rect.x, rect.y + n * step, rect.w, step), line, size, colour, weight, align)
        for n, line in enumerate(lines)
    )
    return Drawn(ops), step * len(lines)


def station_name(code: str) -> str:
    """A station's code as it is printed on the station."""
    return code.upper()


def number_parts(number: str) -> tuple[str, str]:
    """("T1", "042"): which till, and what people call."""
    till, dash, called = number.rpartition("-")
    return (till.upper(), called) if dash else ("", number.upper())


def clock(moment: datetime) -> str:
    """The shop's time of day, where the shop is."""
    return f"{moment.astimezone():%H:%M}"


def counted(count: int, one: str, many: str = "") -> str:
    """A number and its noun: 1 item, 3 items."""
    return f"{count} {one if count == 1 else many or one + 's'}"
