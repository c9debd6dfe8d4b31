"""What a key types, on one fixed US keyboard, whatever the machine's own layout is. Pure.

HID devices send keys, not characters: a scanner that is set to a US keyboard comes out right with this map, and on a station
nothing else asks what a key means. The keypad types digits whether Num Lock is on or not.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evdev import ecodes

SHIFTS: Final = frozenset({ecodes.KEY_LEFTSHIFT, ecodes.KEY_RIGHTSHIFT})
CTRLS: Final = frozenset({ecodes.KEY_LEFTCTRL, ecodes.KEY_RIGHTCTRL})
ALTS: Final = frozenset({ecodes.KEY_LEFTALT, ecodes.KEY_RIGHTALT})
METAS: Final = frozenset({ecodes.KEY_LEFTMETA, ecodes.KEY_RIGHTMETA})
CAPS: Final = ecodes.KEY_CAPSLOCK
LOCKS: Final = frozenset({CAPS, ecodes.KEY_NUMLOCK, ecodes.KEY_SCROLLLOCK})
ENDS: Final = frozenset({ecodes.KEY_ENTER, ecodes.KEY_KPENTER, ecodes.KEY_TAB})

# The kernel numbers the keys of a row one after the other: the row's first key, what it types, what it types with Shift.
_ROWS: Final = (
    (ecodes.KEY_1, "1234567890-=", "!@#$%^&*()_+"),
    (ecodes.KEY_Q, "qwertyuiop[]", "QWERTYUIOP{}"),
    (ecodes.KEY_A, "asdfghjkl;'`", 'ASDFGHJKL:"~'),
    (ecodes.KEY_BACKSLASH, "\\zxcvbnm,./", "|ZXCVBNM<>?"),
    (ecodes.KEY_SPACE, " ", " "),
    (ecodes.KEY_KP7, "789-456+1230.", "789-456+1230."),
    (ecodes.KEY_KPASTERISK, "*", "*"),
    (ecodes.KEY_KPSLASH, "/", "/"),
    (ecodes.KEY_KPEQUAL, "=", "="),
)
PLAIN: Final[Mapping[int, str]] = MappingProxyType(
    {first + place: one for first, plain, _ in _ROWS for place, one in enumerate(plain)}
)
SHIFTED: Final[Mapping[int, str]] = MappingProxyType(
    {first + place: one for first, _, shifted in _ROWS for place, one in enumerate(shifted)}
)


def character(key: int, *, shift: bool, caps: bool) -> str | None:
    """What this key types; None when it types nothing that can be printed. Caps Lock turns letters around only."""
    plain = PLAIN.get(key)
    if plain is None:
        return None
    return SHIFTED[key] if shift != (caps and plain.isalpha()) else plain
