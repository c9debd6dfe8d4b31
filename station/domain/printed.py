"""What comes out of a receipt printer, as data: rows of characters, rules, codes, and a picture at the top.

Pure. Layouts say what stands on paper; `set_rows` fits that to so many characters a row; `printing/` makes a printer's bytes of it.
"""

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Align = Literal["left", "center"]
COLUMNS: Final = (32, 42, 48)
"""Characters in a row of the usual printers: 58 mm paper; 80 mm; 80 mm with small margins."""
PRINTER: Final = re.compile(
    r"tcp:[a-z0-9.-]{1,80}(:[0-9]{1,5})?|usb:[0-9a-f]{4}:[0-9a-f]{4}|lp:/dev/[a-z0-9/_.-]{1,60}"
    r"|serial:/dev/[a-z0-9/_.-]{1,60}(@[0-9]{3,6})?|file:[a-z0-9/_.-]{1,80}",
    re.IGNORECASE,
)
"""Addresses of printers (docs/printing.md)."""
PRINTER_FORMS: Final = "tcp:HOST[:PORT], usb:VENDOR:PRODUCT, lp:/dev/usb/lp0, serial:/dev/ttyS0[@BAUD] and file:NAME"


@dataclass(frozen=True, slots=True)
class Words:
    """Text that may need several rows. `size`: so many times as wide and as tall."""

    text: str
    size: int = 1
    bold: bool = False
    align: Align = "left"
    hang: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Text at the left, an amount at the right end of its first row."""

    left: str
    right: str
    bold: bool = False
    tall: bool = False
    hang: int = 2


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, every one at the right but the first. The widest cell of each column makes room for it."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across."""


@dataclass(frozen=True, slots=True)
class Space:
    """An empty row."""


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code of this text, and below it what a person reads."""

    text: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """The shop's picture, where it has one."""


Element = Words | Pair | Table | Rule | Space | Code | Logo
Paper = tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row as a printer sets it: `text` is no longer than the paper is wide. `wide`, `tall`: times the usual size."""

    text: str
    bold: bool = False
    wide: int = 1
    tall: int = 1
    align: Align = "left"


Set = Row | Code | Logo


def set_rows(paper: Iterable[Element], columns: int) -> tuple[Set, ...]:
    """Every element in rows of `columns` characters. No word is lost: what is too long goes on in the next row."""
    return tuple(row for element in paper for row in _set(element, columns))


def plain(text: str) -> str:
    """The text without what printers have no character for: a no-break space, a minus sign, a bullet, quotation marks."""
    return "".join(
        _PLAIN.get(each, each) for each in unicodedata.normalize("NFC", text) if each.isprintable() or each.isspace()
    )


def _set(element: Element, columns: int) -> Iterator[Set]:
    if isinstance(element, Code):
        yield element
        if element.words:
            yield from _words(Words(element.words, align="center"), columns)
    elif isinstance(element, Logo):
        yield element
    elif isinstance(element, Rule):
        yield Row("-" * columns)
    elif isinstance(element, Space):
        yield Row("")
    elif isinstance(element, Words):
        yield from _words(element, columns)
    elif isinstance(element, Pair):
        yield from _pair(element, columns)
    else:
        yield from _table(element.rows, columns)


def _words(words: Words, columns: int) -> Iterator[Row]:
    size = max(1, min(words.size, columns // 8))
    for line in _wrapped(words.text, columns // size, words.hang):
        yield Row(line, words.bold, size, size, words.align)


def _pair(pair: Pair, columns: int) -> Iterator[Row]:
    right = plain(pair.right).strip()[:columns]
    tall = 2 if pair.tall else 1
    room = columns - len(right) - 1
    # An amount that fills the row leaves no room beside it.
    if room < 4:
        yield from (Row(line, pair.bold, 1, tall) for line in _wrapped(pair.left, columns, pair.hang))
        yield Row(right.rjust(columns), pair.bold, 1, tall)
        return
    lines = _wrapped(pair.left, room, pair.hang) or [""]
    yield Row(lines[0].ljust(columns - len(right)) + right, pair.bold, 1, tall)
    yield from (Row(line, pair.bold, 1, tall) for line in lines[1:])


def _table(rows: Sequence[Sequence[str]], columns: int) -> Iterator[Row]:
    if not rows:
        return
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in cells) for at in range(1, len(cells[0]))]
    first = columns - sum(widths) - len(widths)
    for row in cells:
        if first < 1:
            yield from (Row(line) for line in _wrapped(" ".join(row), columns, 2))
            continue
        rest = "".join(f" {cell.rjust(width)}" for cell, width in zip(row[1:], widths, strict=True))
        lines = _wrapped(row[0], first, 1) or [""]
        yield Row(lines[0].ljust(first) + rest)
        yield from (Row(line) for line in lines[1:])


def _wrapped(text: str, width: int, hang: int) -> list[str]:
    """Rows of at most `width` characters; from the second on they begin `hang` further in."""
    kept = " " * (hang if width > hang + 8 else 0)
    found: list[str] = []
    for line in plain(text).splitlines():
        begin = line[: len(line) - len(line.lstrip())][: width // 2]
        found += textwrap.wrap(
            line.strip(), width, initial_indent=begin, subsequent_indent=begin + kept, break_on_hyphens=False
        )
    return found


_PLAIN: Final = {
    "\N{NO-BREAK SPACE}": " ",
    "\N{NARROW NO-BREAK SPACE}": " ",
    "\N{THIN SPACE}": " ",
    "\t": " ",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{HORIZONTAL ELLIPSIS}": "...",
    "\N{BULLET}": "*",
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{RIGHTWARDS ARROW}": "->",
}
