"""What a printer would make of these bytes, as a picture: for tests, for documents, and for a shop that tries a layout out.

Reads ESC/POS as a printer does: nothing here knows what the bytes were made from. A command that it does not know is an error, as on
paper it would be rubbish.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import segno
from PIL import Image, ImageDraw, ImageFont

from station.errors import PrinterError
from station.printing.escpos_out import DOTS_A_CHARACTER, PAGES

FONT: Final = Path("/usr/share/fonts/opentype/inter/Inter-Medium.otf")
_BOLD: Final = Path("/usr/share/fonts/opentype/inter/Inter-Bold.otf")
_LINE: Final = 30
_CELL: Final = 24
_MARGIN: Final = 24
_PAGE_NAMES: Final = {number: name.lower() for name, number in PAGES.items()}


@dataclass(slots=True)
class _Reader:
    """Where it stands in the bytes, how the next character looks, and what is on the paper: (height, picture) pieces."""

    data: bytes
    columns: int
    at: int = 0
    page: str = "cp437"
    bold: bool = False
    wide: int = 1
    tall: int = 1
    align: int = 0
    line: list[tuple[str, bool, int, int]] = field(default_factory=list)
    pieces: list[Image.Image] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    code: bytes = b""
    module: int = 3
    kicks: int = 0
    cuts: int = 0

    @property
    def width(self) -> int:
        return self.columns * DOTS_A_CHARACTER

    def take(self, count: int) -> bytes:
        found = self.data[self.at : self.at + count]
        if len(found) < count:
            raise PrinterError("the print ends in the middle of a command")
        self.at += count
        return found

    def paste(self, picture: Image.Image) -> None:
        strip = Image.new("L", (self.width, picture.height), 255)
        room = self.width - picture.width
        strip.paste(picture, (room // 2 if self.align == 1 else room if self.align == 2 else 0, 0))
        self.pieces.append(strip)


@dataclass(frozen=True, slots=True)
class Printed:
    """`text`: the rows as they can be read. `kicks`, `cuts`: how often the drawer opened and the paper was cut."""

    picture: Image.Image
    text: tuple[str, ...]
    kicks: int
    cuts: int

    def save(self, path: Path) -> None:
        self.picture.save(path)


def preview(data: bytes, columns: int = 42) -> Printed:
    """The paper. Raises PrinterError for what no printer would understand."""
    reader = _Reader(data, columns)
    while reader.at < len(data):
        _step(reader)
    height = sum(piece.height for piece in reader.pieces) + 2 * _MARGIN
    picture = Image.new("L", (reader.width + 2 * _MARGIN, height), 255)
    y = _MARGIN
    for piece in reader.pieces:
        picture.paste(piece, (_MARGIN, y))
        y += piece.height
    return Printed(picture, tuple(reader.text), reader.kicks, reader.cuts)


def _step(reader: _Reader) -> None:
    byte = reader.take(1)
    if byte in b"\x1b\x1d\x1c\x10":
        name = byte + reader.take(1)
        command = _COMMANDS.get(name)
        if command is None:
            raise PrinterError(f"no printer here knows the command {name.hex(' ')}")
        command(reader)
    elif byte == b"\n":
        _feed(reader)
    elif byte >= b" ":
        reader.line.append((byte.decode(reader.page, "replace"), reader.bold, reader.wide, reader.tall))
    elif byte != b"\r":
        raise PrinterError(f"no printer here knows the byte {byte.hex()}")


def _feed(reader: _Reader) -> None:
    """The line goes on paper; a longer one than the paper is wide goes on in the next, as a printer does it."""
    cells, reader.line = reader.line, []
    reader.text.append("".join(text for text, *_ in cells))
    rows: list[list[tuple[str, bool, int, int]]] = [[]]
    used = 0
    for cell in cells:
        if used + cell[2] > reader.columns:
            rows.append([])
            used = 0
        rows[-1].append(cell)
        used += cell[2]
    for row in rows:
        tall = max((cell[3] for cell in row), default=1)
        picture = Image.new("L", (sum(cell[2] for cell in row) * DOTS_A_CHARACTER or 1, _LINE * tall), 255)
        x = 0
        for cell in row:
            picture.paste(_character(*cell), (x, _LINE * (tall - cell[3])))
            x += cell[2] * DOTS_A_CHARACTER
        reader.paste(picture)


def _character(text: str, bold: bool, wide: int, tall: int) -> Image.Image:  # noqa: FBT001 -- a cell's own order
    """In a cell of its own, as a printer's are all of one width; a wide one is squeezed in."""
    cell = Image.new("L", (DOTS_A_CHARACTER, _LINE), 255)
    try:
        font = ImageFont.truetype(_BOLD if bold else FONT, _CELL - 4)
    except OSError as error:
        raise PrinterError(f"the font {FONT} is missing; install fonts-inter") from error
    if text.strip():
        left, _, right, _ = font.getbbox(text)
        glyph = Image.new("L", (max(1, round(right - left)), _LINE), 255)
        ImageDraw.Draw(glyph).text((-left, 2), text, 0, font)
        if glyph.width > DOTS_A_CHARACTER:
            glyph = glyph.resize((DOTS_A_CHARACTER, _LINE))
        cell.paste(glyph, ((DOTS_A_CHARACTER - glyph.width) // 2, 0))
    return cell.resize((DOTS_A_CHARACTER * wide, _LINE * tall))


def _reset(reader: _Reader) -> None:
    reader.page, reader.bold, reader.wide, reader.tall, reader.align = "cp437", False, 1, 1, 0


def _page(reader: _Reader) -> None:
    number = reader.take(1)[0]
    if number not in _PAGE_NAMES:
        raise PrinterError(f"no printer here has the code page {number}")
    reader.page = _PAGE_NAMES[number]


def _align(reader: _Reader) -> None:
    reader.align = reader.take(1)[0] & 3


def _bold(reader: _Reader) -> None:
    reader.bold = bool(reader.take(1)[0] & 1)


def _size(reader: _Reader) -> None:
    size = reader.take(1)[0]
    reader.wide, reader.tall = (size >> 4 & 7) + 1, (size & 7) + 1


def _rows(reader: _Reader) -> None:
    reader.pieces.append(Image.new("L", (reader.width, _LINE * reader.take(1)[0]), 255))


def _cut(reader: _Reader) -> None:
    if reader.take(1)[0] in {65, 66}:
        reader.take(1)
    reader.cuts += 1
    line = Image.new("L", (reader.width, 3), 255)
    for x in range(0, reader.width, 16):
        ImageDraw.Draw(line).line((x, 1, x + 8, 1), 128)
    reader.pieces.append(line)


def _kick(reader: _Reader) -> None:
    reader.take(3)
    reader.kicks += 1


def _symbol(reader: _Reader) -> None:
    """GS ( k: the parts of a QR code, and its print."""
    _, low, high = reader.take(3)
    body = reader.take(low + 256 * high)
    function = body[1]
    if function == 67:
        reader.module = body[2]
    elif function == 80:
        reader.code = body[3:]
    elif function == 81:
        made = segno.make_qr(reader.code, error="m")
        rows = [[255 if not dark else 0 for dark in row] for row in made.matrix_iter(scale=reader.module, border=0)]
        picture = Image.new("L", (len(rows[0]), len(rows)), 255)
        picture.putdata([value for row in rows for value in row])
        framed = Image.new("L", (picture.width, picture.height + 2 * 4 * reader.module), 255)
        framed.paste(picture, (0, 4 * reader.module))
        reader.paste(framed)


def _raster(reader: _Reader) -> None:
    """GS v 0: a picture, eight dots a byte."""
    reader.take(2)
    low, high, rows_low, rows_high = reader.take(4)
    wide, rows = low + 256 * high, rows_low + 256 * rows_high
    bits = Image.frombytes("1", (wide * 8, rows), bytes(~each & 255 for each in reader.take(wide * rows)))
    reader.paste(bits.convert("L"))


def _status(reader: _Reader) -> None:
    reader.take(1)


_COMMANDS: Final[dict[bytes, Callable[[_Reader], None]]] = {
    b"\x1b@": _reset,
    b"\x1bt": _page,
    b"\x1ba": _align,
    b"\x1bE": _bold,
    b"\x1d!": _size,
    b"\x1bd": _rows,
    b"\x1dV": _cut,
    b"\x1bp": _kick,
    b"\x1d(": _symbol,
    b"\x1dv": _raster,
    b"\x1c.": lambda _reader: None,
    b"\x10\x04": _status,
    b"\x1dr": _status,
}
