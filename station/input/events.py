"""What a device tells, as its decoder takes it: one event after the other, or that some were lost. Pure.

The kernel keeps 64 events for a keyboard, ten characters: who reads too late finds SYN_DROPPED instead of what came. Then
everything up to the next SYN_REPORT is half of something and must be ignored, and the device is asked how it stands now
(kernel documentation, input/event-codes).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from evdev import ecodes


class Event(NamedTuple):
    """`at_s` is when the kernel got it, on CLOCK_MONOTONIC."""

    at_s: float
    type: int
    code: int
    value: int


class Contact(NamedTuple):
    """A finger on a panel, in the panel's own units; `tracking` is the kernel's number for it, -1 when it is lifted."""

    tracking: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Held:
    """How a device stands at a moment: its pressed keys, its axes, the fingers by slot and the slot that is spoken of."""

    pressed: frozenset[int] = frozenset()
    axes: Mapping[int, int] = field(default_factory=dict)
    slot: int = 0
    contacts: Mapping[int, Contact] = field(default_factory=dict)


NOTHING_HELD = Held()


@dataclass(frozen=True, slots=True)
class Lost:
    """Events were lost before this moment; the device stands like that now."""

    at_s: float
    held: Held


Item = Event | Lost


class Frames:
    """Turns SYN_DROPPED and the half frame after it into one Lost. `held` asks the device how it stands."""

    def __init__(self, held: Callable[[], Held]) -> None:
        self._held = held
        self._dropping = False

    def whole(self, events: Iterable[Event]) -> Iterator[Item]:
        for event in events:
            if event.type == ecodes.EV_SYN and event.code == ecodes.SYN_DROPPED:
                self._dropping = True
            elif not self._dropping:
                yield event
            elif event.type == ecodes.EV_SYN and event.code == ecodes.SYN_REPORT:
                self._dropping = False
                yield Lost(event.at_s, self._held())
