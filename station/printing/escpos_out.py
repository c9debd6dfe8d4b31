"""Rows of characters -> the bytes of an ESC/POS printer. The only home of python-escpos.

The library finds a code page for each character; only pages that practically every printer has are offered to it, in the order
in which western Europe needs them. What no page has becomes "?".
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

from escpos.escpos import Escpos
from escpos.magicencode import Encoder
from escpos.printer import Dummy
from PIL import Image

from station.domain.printed import Code, Row, Set

PAGES: Final = {"CP437": 0, "CP858": 19, "CP852": 18, "CP1252": 16, "CP850": 2}
"""Code pages and their numbers in ESC t: those of Epson's, which the others took over."""
DOTS_A_CHARACTER: Final = 12
LOGO_HEIGHT: Final = 240
_CANCEL_CHINESE: Final = b"\x1c."


def encoded(rows: Iterable[Set], columns: int, logo: Path | None = None) -> bytes:
    """Everything from the reset to the cut. `logo`: a picture for where the paper has a place for one."""
    printer = _fresh()
    for row in rows:
        if isinstance(row, Row):
            _row(printer, row)
        elif isinstance(row, Code):
            _code(printer, row)
        elif logo is not None:
            _logo(printer, logo, columns)
    printer.cut(mode="PART")
    return bytes(printer.output)


@cache
def kick() -> bytes:
    """What opens the cash drawer."""
    printer = _fresh()
    printer.cashdraw(2)
    return bytes(printer.output)


def _fresh() -> Dummy:
    # TM-T88V: what the others imitate; it matters only to the library's own checks.
    printer = Dummy(profile="TM-T88V", magic_encode_args={"encoder": Encoder(dict(PAGES))})
    printer.hw("INIT")
    # Many printers come set to Chinese, and make one sign of two letters with accents.
    printer._raw(_CANCEL_CHINESE)  # noqa: SLF001 -- the library has no name for it
    return printer


def _row(printer: Escpos, row: Row) -> None:
    printer.set(align=row.align, bold=row.bold, custom_size=True, width=row.wide, height=row.tall)
    printer.text("".join(map(_known, row.text)) + "\n")


@cache
def _known(character: str) -> str:
    """The character, or what stands for it where no code page has it. The library would send Chinese past them all."""
    for page in PAGES:
        try:
            character.encode(page.lower())
        except UnicodeEncodeError:
            continue
        return character
    return "?"


def _code(printer: Escpos, code: Code) -> None:
    printer.set(align="center", bold=False, custom_size=True, width=1, height=1)
    printer.qr(code.text, ec=1, size=6, native=True)
    printer.text("\n")


def _logo(printer: Escpos, path: Path, columns: int) -> None:
    """The picture in black and white, as wide as it may be. A file that is no picture is passed over: the receipt matters more."""
    try:
        with Image.open(path) as found:
            flat = Image.new("L", found.size, 255)
            flat.paste(found.convert("L"), mask=found.convert("RGBA").getchannel("A"))
    except (OSError, ValueError, Image.DecompressionBombError):
        return
    flat.thumbnail((min(columns * DOTS_A_CHARACTER, 384), LOGO_HEIGHT))
    printer.set(align="center", custom_size=True, width=1, height=1)
    printer.image(flat.convert("1"), impl="bitImageRaster")
    printer.text("\n")
