"""From a scanner's keys to whole codes, or to the reason why a code did not come whole. Pure: times come with the events.

A code ends with Enter, keypad Enter or Tab (or Ctrl+M, Ctrl+J: how some type CR and LF). It is told whole or not at all:
a key that types nothing known, lost events or silence never make it shorter. An AIM prefix (ISO/IEC 15424: `]`, a letter, a
digit) is taken off.

Silence of 0.3 s ends a code that has no end. Scanners type a key every 1 to 16 ms; the slowest settings that makers offer for
radio and USB are 40 ms (Zebra) and 250 ms (MagTek), and an emulated machine under load needs 60. People need longer than
0.3 s from one scan to the next, so nothing is ever put together from two.

Caps Lock counts as long as the device goes on typing: scanners that press it around a code press it twice, and one press that
got lost must not turn round every code of the day.
"""

import re
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Literal

from evdev import ecodes

from station.domain.hands import Scan, ScanBroken
from station.input.events import NOTHING_HELD, Event, Held, Item, Lost
from station.input.keymap import ALTS, CAPS, CTRLS, ENDS, LOCKS, METAS, SHIFTS, character

SILENCE_S: Final = 0.3
LONGEST: Final = 512
CODES_PER_S: Final = 5
"""Nobody scans faster by hand; whoever guesses codes gets no further."""
_COMPLAINTS_PER_S: Final = 2
_AIM: Final = re.compile(r"\][A-Za-z][0-9]")
_AIM_LENGTH: Final = 3
_CTRL_ENDS: Final = frozenset({ecodes.KEY_M, ecodes.KEY_J})
_TYPES_NOTHING: Final = SHIFTS | CTRLS | ALTS | METAS | LOCKS

Why = Literal["silent", "long", "lost", "unplugged", "unreadable", "alt_codes", "too_fast"]


@dataclass(frozen=True, slots=True)
class Code:
    """`took_s`: from the first key to the one that ended it, for `keys` characters. The repr does not show the text."""

    text: str = field(repr=False)
    at_s: float
    took_s: float
    keys: int


@dataclass(frozen=True, slots=True)
class Broken:
    why: Why
    at_s: float


Outcome = Code | Broken


class Decoder:
    """The typing of one scanner. `caps`: whether its Caps Lock light is on to begin with."""

    def __init__(self, held: Held = NOTHING_HELD, *, caps: bool = False) -> None:
        self._pressed = set(held.pressed)
        self._caps_at_rest = self._caps = caps
        self._typed: list[str] = []
        self._keys = 0
        self._spoiled: Why | None = None
        self._told = False
        self._began_s = self._last_s = 0.0

    @property
    def due_s(self) -> float | None:
        """When silence ends what was typed; None when nothing was."""
        return self._last_s + SILENCE_S if self._keys or self._spoiled else None

    @property
    def in_code(self) -> bool:
        """Whether a code is being typed that may still come whole."""
        return self._keys > 0 and self._spoiled is None

    def feed(self, item: Item) -> list[Outcome]:
        if isinstance(item, Lost):
            return self._lost(item)
        if item.type != ecodes.EV_KEY or item.value == 2:
            return []
        outcomes = self.quiet(item.at_s)
        self._last_s = item.at_s
        if item.value == 0:
            self._pressed.discard(item.code)
            return outcomes
        self._pressed.add(item.code)
        return outcomes + self._typed_key(item)

    def quiet(self, now_s: float) -> list[Outcome]:
        """What silence until now means; nothing when it was not long enough."""
        if now_s <= self._last_s + SILENCE_S:
            return []
        self._caps = self._caps_at_rest
        return self._cut("silent", now_s)

    def gone(self, now_s: float) -> list[Outcome]:
        """The device was unplugged."""
        return self._cut("unplugged", now_s)

    def _typed_key(self, event: Event) -> list[Outcome]:
        key = event.code
        if key == CAPS:
            self._caps = not self._caps
        if key in _TYPES_NOTHING:
            return []
        ctrl = bool(self._pressed & CTRLS)
        if key in ENDS or (ctrl and key in _CTRL_ENDS):
            return self._end(event.at_s)
        one = character(key, shift=bool(self._pressed & SHIFTS), caps=self._caps)
        if one is not None:
            self._began_s = self._began_s if self._keys else event.at_s
            self._keys += 1
        if self._pressed & ALTS:
            self._spoiled = self._spoiled or "alt_codes"
        elif one is None or ctrl or self._pressed & METAS:
            self._spoiled = self._spoiled or "unreadable"
        elif self._spoiled is None:
            return self._add(one, event.at_s)
        return []

    def _add(self, one: str, at_s: float) -> list[Outcome]:
        if len(self._typed) < LONGEST + _AIM_LENGTH:
            self._typed.append(one)
            return []
        # Told at once, since it may have no end at all; what comes until its end or silence is dropped.
        self._typed, self._spoiled, self._told = [], "long", True
        return [Broken("long", at_s)]

    def _end(self, at_s: float) -> list[Outcome]:
        if self._spoiled is not None:
            return self._cut(self._spoiled, at_s)
        text, keys, took_s = "".join(self._typed), self._keys, at_s - self._began_s
        self._forget()
        text = text[_AIM_LENGTH:] if _AIM.match(text) else text
        if len(text) > LONGEST:
            return [Broken("long", at_s)]
        # An end alone is the second half of CR LF, or a key that was pressed on the scanner.
        return [Code(text, at_s, took_s, keys)] if text else []

    def _lost(self, item: Lost) -> list[Outcome]:
        outcomes = self.quiet(item.at_s)
        self._pressed = set(item.held.pressed)
        self._last_s = item.at_s
        # The rest of that code is on its way still, and its end would make a shorter code of it.
        if self._spoiled is None:
            self._typed, self._spoiled = [], "lost"
        return outcomes

    def _cut(self, why: Why, at_s: float) -> list[Outcome]:
        """Ends what was typed as broken. A reason that was found before counts more than how it ended."""
        began = self._keys > 0 or self._spoiled == "lost"
        outcomes: list[Outcome] = [Broken(self._spoiled or why, at_s)] if began and not self._told else []
        self._forget()
        return outcomes

    def _forget(self) -> None:
        self._typed, self._keys, self._spoiled, self._told = [], 0, None, False


class Limit:
    """At most `most` a second pass, in any second."""

    def __init__(self, most: int) -> None:
        self._passed: deque[float] = deque(maxlen=most)

    def passes(self, now_s: float) -> bool:
        if len(self._passed) == self._passed.maxlen and now_s - self._passed[0] < 1.0:
            return False
        self._passed.append(now_s)
        return True


class Scanner:
    """One scanner: its keys in, scans and complaints out, neither faster than people scan."""

    def __init__(self, scanner: str, held: Held = NOTHING_HELD, *, caps: bool = False) -> None:
        self._id = scanner
        self._decoder = Decoder(held, caps=caps)
        self._codes, self._complaints = Limit(CODES_PER_S), Limit(_COMPLAINTS_PER_S)

    @property
    def due_s(self) -> float | None:
        return self._decoder.due_s

    @property
    def in_code(self) -> bool:
        return self._decoder.in_code

    def feed(self, item: Item) -> list[Scan | ScanBroken]:
        return self._hands(self._decoder.feed(item))

    def quiet(self, now_s: float) -> list[Scan | ScanBroken]:
        return self._hands(self._decoder.quiet(now_s))

    def gone(self, now_s: float) -> list[Scan | ScanBroken]:
        return self._hands(self._decoder.gone(now_s))

    def _hands(self, outcomes: list[Outcome]) -> list[Scan | ScanBroken]:
        return [hand for outcome in outcomes if (hand := self._hand(outcome)) is not None]

    def _hand(self, outcome: Outcome) -> Scan | ScanBroken | None:
        if isinstance(outcome, Code) and self._codes.passes(outcome.at_s):
            return Scan(code=outcome.text, scanner=self._id)
        if not self._complaints.passes(outcome.at_s):
            return None
        return ScanBroken(why="too_fast" if isinstance(outcome, Code) else outcome.why, scanner=self._id)
