"""What a device tells, as its decoder takes it: one event after the other, or that some were lost. Pure.

The kernel keeps 64 events for a keyboard: who reads too late finds SYN_DROPPED instead of what came. Then everything up to the next
SYN_REPORT is half of something and must be ignored, and the device is asked how it stands now (kernel documentation,
input/event-codes). What was to be read by then is older than the answer, and speaks of fingers by a slot that it does not
name: it is ignored too, as libevdev does.
"""

from collections.abc import Callable, Mapping, Sequence
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
    """Turns SYN_DROPPED, and what was read with it, into one Lost. `held` asks the device how it stands."""

    def __init__(self, held: Callable[[], Held]) -> None:
        self._held = held
        self._dropping = False

    def whole(self, events: Sequence[Event]) -> list[Item]:
        """`events`: all that could be read now."""
        dropped = next((place for place, event in enumerate(events) if _is_syn(event, ecodes.SYN_DROPPED)), None)
        items: list[Item] = [] if self._dropping else list(events[:dropped])
        self._dropping = self._dropping or dropped is not None
        if self._dropping and events and _is_syn(events[-1], ecodes.SYN_REPORT):
            self._dropping = False
            items.append(Lost(events[-1].at_s, self._held()))
        return items


def _is_syn(event: Event, code: int) -> bool:
    return event.type == ecodes.EV_SYN and event.code == code
