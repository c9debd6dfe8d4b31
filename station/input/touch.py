"""From panels and mice to touches and wheels, as fractions of the screen. Pure.

A frame (all events up to SYN_REPORT) is one moment: positions first, then what was put down or lifted. Panels that tell
fingers apart speak the kernel's protocol B (slots and tracking numbers; documentation, input/multi-touch-protocol); the others
have one finger, BTN_TOUCH with ABS_X and ABS_Y. The kernel tells only what changed, so positions stay from finger to finger.
A finger that lay there before counts only after it was lifted; one whose panel is unplugged is cancelled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from evdev import ecodes

from station.domain.hands import Touch, Wheel
from station.input.events import NOTHING_HELD, Contact, Event, Held, Item, Lost

MOST_FINGERS: Final = 16
_BUTTONS: Final = frozenset({ecodes.BTN_TOUCH, ecodes.BTN_LEFT})
_MOUSE_COUNTS: Final = (1600, 1000)
"""So many counts move the pointer across the whole screen: a hand's width of a usual mouse."""

Rotation = Literal[0, 90, 180, 270]
Phase = Literal["down", "move", "up", "cancel"]


@dataclass(frozen=True, slots=True)
class Span:
    """What an axis reports at its two ends."""

    low: int
    high: int

    def fraction(self, value: int) -> float:
        if self.high <= self.low:
            return 0.0
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


@dataclass(frozen=True, slots=True)
class Fit:
    """How a panel lies behind the picture: its axes are swapped, then turned round, then the picture is rotated on it.

    `rotate`: so many degrees clockwise the picture is turned, as the display is.
    """

    rotate: Rotation = 0
    swap: bool = False
    invert_x: bool = False
    invert_y: bool = False

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Fractions of the panel become fractions of the picture."""
        if self.swap:
            x, y = y, x
        x, y = (1 - x if self.invert_x else x), (1 - y if self.invert_y else y)
        return {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[self.rotate]


AS_IT_IS: Final = Fit()


class Panel:
    """A touch screen, or an absolute pointer whose first button is a finger. `spans`: of each axis that it has."""

    def __init__(self, spans: Mapping[int, Span], held: Held = NOTHING_HELD, *, fit: Fit = AS_IT_IS) -> None:
        self._many = ecodes.ABS_MT_SLOT in spans
        axes = (ecodes.ABS_MT_POSITION_X, ecodes.ABS_MT_POSITION_Y) if self._many else (ecodes.ABS_X, ecodes.ABS_Y)
        self._x_axis, self._y_axis = axes
        self._x, self._y, self._fit = spans[axes[0]], spans[axes[1]], fit
        self._slot, self._steps = 0, 0
        self._now: dict[int, Contact] = {}
        self._told: dict[int, Contact] = {}
        self._stand(held)
        self._from_before = {slot: contact.tracking for slot, contact in self._now.items() if contact.tracking >= 0}

    @property
    def due_s(self) -> float | None:
        return None

    def feed(self, item: Item) -> list[Touch | Wheel]:
        if isinstance(item, Lost):
            self._stand(item.held)
            return self._frame()
        if item.type == ecodes.EV_ABS:
            self._axis(item)
        elif item.type == ecodes.EV_KEY and item.code in _BUTTONS and not self._many:
            self._set(0, tracking=0 if item.value else -1)
        elif item.type == ecodes.EV_REL and item.code == ecodes.REL_WHEEL:
            self._steps += item.value
        elif item.type == ecodes.EV_SYN and item.code == ecodes.SYN_REPORT:
            return self._frame()
        return []

    def quiet(self, now_s: float) -> list[Touch | Wheel]:  # noqa: ARG002 - fingers may lie still
        return []

    def gone(self, now_s: float) -> list[Touch | Wheel]:  # noqa: ARG002 - the panel is gone, whenever it went
        left, self._told, self._now = self._told, {}, {}
        return [self._touch("cancel", slot, contact) for slot, contact in sorted(left.items())]

    def _axis(self, event: Event) -> None:
        if event.code == ecodes.ABS_MT_SLOT:
            self._slot = event.value
        elif event.code == ecodes.ABS_MT_TRACKING_ID:
            self._set(self._slot, tracking=event.value)
        elif event.code == self._x_axis:
            self._set(self._slot, x=event.value)
        elif event.code == self._y_axis:
            self._set(self._slot, y=event.value)

    def _set(self, slot: int, **what: int) -> None:
        if 0 <= slot < MOST_FINGERS:
            self._now[slot] = self._contact(slot)._replace(**what)

    def _contact(self, slot: int) -> Contact:
        return self._now.get(slot, Contact(-1, self._x.low, self._y.low))

    def _stand(self, held: Held) -> None:
        """Takes over how the panel says that it stands."""
        if self._many:
            self._slot = held.slot
            self._now = {slot: contact for slot, contact in held.contacts.items() if 0 <= slot < MOST_FINGERS}
            return
        before = self._contact(0)
        x, y = held.axes.get(self._x_axis, before.x), held.axes.get(self._y_axis, before.y)
        self._now = {0: Contact(0 if held.pressed & _BUTTONS else -1, x, y)}

    def _frame(self) -> list[Touch | Wheel]:
        hands: list[Touch | Wheel] = []
        for slot in sorted(self._now.keys() | self._told.keys()):
            hands += self._finger(slot)
        if self._steps:
            x, y = self._place(self._contact(0))
            hands.append(Wheel(steps=self._steps, x=x, y=y))
            self._steps = 0
        return hands

    def _finger(self, slot: int) -> list[Touch]:
        now, told = self._lying(slot), self._told.get(slot)
        touches: list[Touch] = []
        if told is not None and (now is None or now.tracking != told.tracking):
            touches.append(self._touch("up", slot, told))
            told = None
            del self._told[slot]
        if now is not None and now != told:
            touches.append(self._touch("down" if told is None else "move", slot, now))
            self._told[slot] = now
        return touches

    def _lying(self, slot: int) -> Contact | None:
        """The finger that lies there now, unless it did before this began."""
        contact = self._contact(slot)
        if contact.tracking != self._from_before.get(slot, contact.tracking):
            del self._from_before[slot]
        return contact if contact.tracking >= 0 and slot not in self._from_before else None

    def _touch(self, phase: Phase, slot: int, contact: Contact) -> Touch:
        x, y = self._place(contact)
        return Touch(phase=phase, x=x, y=y, pointer=slot)

    def _place(self, contact: Contact) -> tuple[float, float]:
        x, y = self._fit.place(self._x.fraction(contact.x), self._y.fraction(contact.y))
        return round(x, 5), round(y, 5)


class Mouse:
    """Its pointer begins in the middle. Told are the first button, movements while it is down, and the wheel."""

    def __init__(self) -> None:
        self._x, self._y = 0.5, 0.5
        self._moved, self._steps = False, 0
        self._down = self._told_down = False

    @property
    def due_s(self) -> float | None:
        return None

    def feed(self, item: Item) -> list[Touch | Wheel]:
        if isinstance(item, Lost):
            self._down = ecodes.BTN_LEFT in item.held.pressed
            return self._frame()
        if item.type == ecodes.EV_REL:
            self._move(item)
        elif item.type == ecodes.EV_KEY and item.code == ecodes.BTN_LEFT:
            self._down = bool(item.value)
        elif item.type == ecodes.EV_SYN and item.code == ecodes.SYN_REPORT:
            return self._frame()
        return []

    def quiet(self, now_s: float) -> list[Touch | Wheel]:  # noqa: ARG002 - a mouse may lie still
        return []

    def gone(self, now_s: float) -> list[Touch | Wheel]:  # noqa: ARG002 - the mouse is gone, whenever it went
        held, self._told_down = self._told_down, False
        return [self._touch("cancel")] if held else []

    def _move(self, event: Event) -> None:
        if event.code == ecodes.REL_X:
            self._x, self._moved = _within(self._x + event.value / _MOUSE_COUNTS[0]), True
        elif event.code == ecodes.REL_Y:
            self._y, self._moved = _within(self._y + event.value / _MOUSE_COUNTS[1]), True
        elif event.code == ecodes.REL_WHEEL:
            self._steps += event.value

    def _frame(self) -> list[Touch | Wheel]:
        hands: list[Touch | Wheel] = []
        if self._down != self._told_down:
            hands.append(self._touch("down" if self._down else "up"))
        elif self._down and self._moved:
            hands.append(self._touch("move"))
        if self._steps:
            hands.append(Wheel(steps=self._steps, x=round(self._x, 5), y=round(self._y, 5)))
        self._told_down, self._moved, self._steps = self._down, False, 0
        return hands

    def _touch(self, phase: Phase) -> Touch:
        return Touch(phase=phase, x=round(self._x, 5), y=round(self._y, 5))


def _within(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))
