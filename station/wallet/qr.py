"""A card's code as a QR: as a picture, as a drawing, and as squares for a page."""

import io
from typing import Literal

import segno

QUIET_MODULES = 4
"""How wide the light margin around a code must be (ISO/IEC 18004, 6.3.8)."""
_PIXELS = 12


def picture(code: str, kind: Literal["png", "svg"]) -> bytes:
    """With its quiet zone."""
    made = io.BytesIO()
    _qr(code).save(made, kind=kind, scale=_PIXELS, border=QUIET_MODULES, light="white")
    return made.getvalue()


def squares(code: str) -> tuple[tuple[bool, ...], ...]:
    """Without its quiet zone."""
    return tuple(tuple(bool(module) for module in row) for row in _qr(code).matrix)


def _qr(code: str) -> segno.QRCode:
    # Level Q reads through a scratch and a greasy thumb; letters and digits only keep it small.
    return segno.make_qr(code, error="q", mode="alphanumeric")
