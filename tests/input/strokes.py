"""Keys as devices send them: what to press for a text, and traces in text form."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from evdev import ecodes

from station.input.events import Event, Frames, Held
from station.input.keymap import PLAIN, SHIFTED

KEY, SYN, MSC = ecodes.EV_KEY, ecodes.EV_SYN, ecodes.EV_MSC
ROW = {one: key for key, one in reversed(PLAIN.items()) if key < ecodes.KEY_KP7 and key != ecodes.KEY_KPASTERISK}
ROW_SHIFTED = {SHIFTED[key]: key for key in ROW.values() if SHIFTED[key] not in ROW}
KEYPAD = {one: key for key, one in PLAIN.items() if key not in ROW.values()}
ENTER = ecodes.KEY_ENTER
SHIFT = ecodes.KEY_LEFTSHIFT
CODE = "SW01ABCDEFGHJKMNPQRSTVWXYZ23X"


def syn(at_s: float) -> Event:
    return Event(at_s, SYN, ecodes.SYN_REPORT, 0)


def stroke(at_s: float, key: int, value: int) -> list[Event]:
    return [Event(at_s, MSC, ecodes.MSC_SCAN, 458_000 + key), Event(at_s, KEY, key, value), syn(at_s)]


def press(at_s: float, key: int, took_s: float = 0.001) -> list[Event]:
    return [*stroke(at_s, key, 1), *stroke(at_s + took_s, key, 0)]


def typed(text: str, at_s: float = 0.0, every_s: float = 0.004, end: int | None = ENTER) -> list[Event]:
    """As a usual scanner types it: Shift for each character that needs it, a report each half of the time."""
    events: list[Event] = []
    for one in text:
        shifted = one in ROW_SHIFTED
        if shifted:
            events += stroke(at_s, SHIFT, 1)
        events += press(at_s, ROW_SHIFTED[one] if shifted else ROW[one], every_s / 2)
        if shifted:
            events += stroke(at_s + every_s / 2, SHIFT, 0)
        at_s += every_s
    return events if end is None else [*events, *press(at_s, end)]


def read_trace(path: Path) -> tuple[list[Event], list[str]]:
    """The events of a trace, and its `# told:` lines: what must come out of it, in order."""
    events, told = [], []
    for line in path.read_text().splitlines():
        if line.startswith("# told: "):
            told.append(line.removeprefix("# told: "))
        elif line and not line.startswith("#"):
            at_s, kind, code, value = line.split()
            events.append(Event(float(at_s), ecodes.ecodes[kind], ecodes.ecodes[code], int(value)))
    return events, told


def whole(events: Iterable[Event], held: Held | None = None) -> Iterator[object]:
    return Frames(lambda: held or Held()).whole(events)
