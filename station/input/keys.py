"""From a keyboard's or a bump bar's keys to presses, named as the renderer names them. Pure.

A key counts once, when it goes down: a key that is held bumps one order, not twenty.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evdev import ecodes

from station.domain.hands import Press
from station.input.events import NOTHING_HELD, Held, Item, Lost
from station.input.keymap import ALTS, CAPS, CTRLS, METAS, PLAIN, SHIFTS, character

NAMES: Final[Mapping[int, str]] = MappingProxyType(
    {
        **PLAIN,
        ecodes.KEY_SPACE: "space",
        ecodes.KEY_ENTER: "enter",
        ecodes.KEY_KPENTER: "enter",
        ecodes.KEY_ESC: "escape",
        ecodes.KEY_TAB: "tab",
        ecodes.KEY_BACKSPACE: "backspace",
        ecodes.KEY_DELETE: "delete",
        ecodes.KEY_INSERT: "insert",
        ecodes.KEY_UP: "up",
        ecodes.KEY_DOWN: "down",
        ecodes.KEY_LEFT: "left",
        ecodes.KEY_RIGHT: "right",
        ecodes.KEY_PAGEUP: "page_up",
        ecodes.KEY_PAGEDOWN: "page_down",
        ecodes.KEY_HOME: "home",
        ecodes.KEY_END: "end",
        # F1 to F10 follow each other in the kernel's numbers, F11 and F12 came later.
        **{ecodes.KEY_F1 + place: f"f{place + 1}" for place in range(10)},
        ecodes.KEY_F11: "f11",
        ecodes.KEY_F12: "f12",
    }
)


class Keyboard:
    """One keyboard. `caps` is how its Caps Lock light should be."""

    def __init__(self, held: Held = NOTHING_HELD, *, caps: bool = False) -> None:
        self._pressed = set(held.pressed)
        self.caps = caps

    @property
    def due_s(self) -> float | None:
        return None

    def feed(self, item: Item) -> list[Press]:
        if isinstance(item, Lost):
            # A press that was lost is made again by the person; a Shift that is still down must count.
            self._pressed = set(item.held.pressed)
            return []
        if item.type != ecodes.EV_KEY or item.value == 2:
            return []
        if item.value == 0:
            self._pressed.discard(item.code)
            return []
        self._pressed.add(item.code)
        if item.code == CAPS:
            self.caps = not self.caps
        name = NAMES.get(item.code)
        return [] if name is None else [self._press(item.code, name)]

    def quiet(self, now_s: float) -> list[Press]:  # noqa: ARG002 - a key means something at once
        return []

    def gone(self, now_s: float) -> list[Press]:  # noqa: ARG002 - an unplugged keyboard means nothing
        return []

    def _press(self, key: int, name: str) -> Press:
        shift, ctrl = bool(self._pressed & SHIFTS), bool(self._pressed & CTRLS)
        types = not (ctrl or self._pressed & (ALTS | METAS))
        text = character(key, shift=shift, caps=self.caps) if types else None
        return Press(key=name, text=text or "", shift=shift, ctrl=ctrl)
