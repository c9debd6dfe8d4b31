"""What people do with their hands at a station: touches, keys, scans. One datagram each on the renderer's socket.

The renderer takes the same records from an SDL window and from that socket. Positions are fractions of the screen
(0 to 1, from the top left), since whoever reads a touch panel does not know how many pixels the screen has.
"""

from typing import Annotated, Literal

import msgspec

from station.errors import StationError

Fraction = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class _Hand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="hand"):
    """Base of everything a person can do."""


class Touch(_Hand, frozen=True, kw_only=True, omit_defaults=True, tag="touch"):
    """A finger or the mouse's first button: put down, moved, lifted. `pointer` tells fingers apart."""

    phase: Literal["down", "move", "up"]
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


Hand = Touch | Wheel | Press

_DECODER: msgspec.json.Decoder[Hand] = msgspec.json.Decoder(Hand)


def decode_hand(data: bytes) -> Hand:
    """Raises StationError when the datagram is none of them."""
    try:
        return _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        raise StationError(f"an input datagram of {len(data)} bytes is no touch, wheel or key: {error}") from error


def encode_hand(hand: Hand) -> bytes:
    return msgspec.json.encode(hand)
