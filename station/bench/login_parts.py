"""Where the time of a log-in goes: the same scans once more, with stopwatches around the parts of both programs."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from station.bench.counter import Counter, opened
from station.bench.results import Reference, Result
from station.bench.scratch import ScratchStation
from station.bench.watched import APPENDED, LOOKED_UP, RECEIVED, SCENE, SENT, SHOWN, Mark, read_marks
from station.domain.figures import percentile
from station.errors import StationError

Span = tuple[int, int]
"""When the last key went down and when the person was shown, CLOCK_MONOTONIC in nanoseconds."""

DECODE: Final = "device, decoding"
SOCKET: Final = "socket"
LOOK_UP: Final = "look-up"
JOURNAL: Final = "journal append (synced)"
MAKE: Final = "scene"
PAINT: Final = "paint, present"
REST: Final = "all the rest"
PARTS: Final = (DECODE, SOCKET, LOOK_UP, JOURNAL, MAKE, PAINT, REST)


def run(station: ScratchStation, scan: Callable[[Counter], Sequence[Span]]) -> list[Result]:
    """A result for each part; its ratio is its share of the whole."""
    marks = station.home / "marks"
    marks.mkdir()
    with opened(station, marks) as counter:
        spans = scan(counter)
    noted = _by_part([*read_marks(marks / "input.json"), *read_marks(marks / "renderer.json")])
    found = [_parts(span, noted) for span in spans]
    whole = sum(sum(parts.values()) for parts in found)
    reference = Reference("the whole, with stopwatches", round(percentile([_ms(b - a) for a, b in spans], 50), 3))
    return [_row(name, [parts[name] for parts in found], whole, reference) for name in PARTS]


def _by_part(marks: Sequence[Mark]) -> Mapping[str, Sequence[Span]]:
    """When each part began and ended, by part, in order."""
    found: dict[str, list[Span]] = {}
    for part, began_ns, ended_ns in sorted(marks, key=lambda mark: mark[1]):
        found.setdefault(part, []).append((began_ns, ended_ns))
    return found


def _parts(span: Span, noted: Mapping[str, Sequence[Span]]) -> dict[str, int]:
    """How long each part took, in nanoseconds; together they are the span."""
    pressed_ns, shown_ns = span
    sent_ns, _ = _within(noted, SENT, pressed_ns, shown_ns)[0]
    _, received_ns = _within(noted, RECEIVED, sent_ns, shown_ns)[0]
    parts = {DECODE: sent_ns - pressed_ns, SOCKET: received_ns - sent_ns}
    for name, part in ((LOOK_UP, LOOKED_UP), (JOURNAL, APPENDED), (MAKE, SCENE), (PAINT, SHOWN)):
        parts[name] = sum(until - since for since, until in _within(noted, part, received_ns, shown_ns))
    return {**parts, REST: shown_ns - pressed_ns - sum(parts.values())}


def _within(noted: Mapping[str, Sequence[Span]], part: str, since_ns: int, until_ns: int) -> Sequence[Span]:
    """Raises StationError when there was none."""
    spans = noted.get(part, ())
    first, end = bisect_left(spans, (since_ns, 0)), bisect_left(spans, (until_ns, 0))
    if first == end:
        raise StationError(f"no stopwatch saw {part!r} in a log-in: mend the bench")
    return spans[first:end]


def _row(name: str, took_ns: Sequence[int], whole_ns: int, reference: Reference) -> Result:
    share = sum(took_ns) / whole_ns
    times_ms = [_ms(took) for took in took_ns]
    return Result(
        f"of it {name}: {share:.0%}",
        len(times_ms),
        round(percentile(times_ms, 50), 3),
        round(percentile(times_ms, 99), 3),
        reference,
        round(share, 3),
    )


def _ms(took_ns: int) -> float:
    return took_ns / 1e6
