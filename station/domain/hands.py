"""What people do with their hands at a station: touches, keys, scans. One datagram each on the renderer's socket.

The renderer takes the same records from an SDL window and from that socket. Positions are fractions of the screen
(0 to 1, from the top left), since whoever reads a touch panel does not know how many pixels the screen has.

A scanned code may be a wallet card: a Scan's repr, and so any log or crash report, never shows it.
"""

from typing import Annotated, Literal

import msgspec

from station.errors import StationError

Fraction = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class _Hand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="hand"):
    """Base of everything a person can do."""


class Touch(_Hand, frozen=True, kw_only=True, omit_defaults=True, tag="touch"):
    """A finger or the mouse's first button: put down, moved, lifted. `pointer` tells fingers apart.

    cancel: it is gone without having been lifted (its panel was unplugged), so nothing was meant by it.
    """

    phase: Literal["down", "move", "up", "cancel"]
    x: Fraction
    y: Fraction
    pointer: int = 0


class Wheel(_Hand, frozen=True, kw_only=True, omit_defaults=True, tag="wheel"):
    """The mouse's wheel, in steps; positive is towards the top."""

    steps: int
    x: Fraction
    y: Fraction


class Press(_Hand, frozen=True, kw_only=True, omit_defaults=True, tag="key"):
    """A key going down. `key` is its name: "a", "5", "enter", "escape", "f1", "up", "page_down", "backspace", "tab"…

    `text` is what it would type, for search boxes and notes.
    """

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=24)]
    text: Annotated[str, msgspec.Meta(max_length=8)] = ""
    shift: bool = False
    ctrl: bool = False


ScannerId = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
"""A device's short id, the same after every restart and in every list of devices."""


class Scan(_Hand, frozen=True, kw_only=True, omit_defaults=True, tag="scan"):
    """A whole code, as the scanner typed it, without the key that ended it and without an AIM prefix."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=512, pattern=r"^[ -~]+\Z")]
    scanner: ScannerId

    def __repr__(self) -> str:
        return f"Scan(code=<{len(self.code)} characters>, scanner={self.scanner!r})"


class ScanBroken(_Hand, frozen=True, kw_only=True, omit_defaults=True, tag="scan_broken"):
    """A code that did not come whole: none of it is told, the person scans again.

    `why`: silent (it stopped without an end), long (over 512 characters), lost (this machine was too slow and missed keys),
    unplugged, unreadable (a key that types nothing known), alt_codes (the scanner types Alt and numbers: it must be set to a
    US keyboard), too_fast (more codes a second than people can scan).
    """

    why: Literal["silent", "long", "lost", "unplugged", "unreadable", "alt_codes", "too_fast"]
    scanner: ScannerId


Hand = Touch | Wheel | Press | Scan | ScanBroken

_DECODER: msgspec.json.Decoder[Hand] = msgspec.json.Decoder(Hand)


def decode_hand(data: bytes) -> Hand:
    """Raises StationError when the datagram is none of them."""
    try:
        return _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise StationError(
            f"an input datagram of {len(data)} bytes is no touch, wheel or key, nor a scan: {error}"
        ) from error


def encode_hand(hand: Hand) -> bytes:
    return msgspec.json.encode(hand)
