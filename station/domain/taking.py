"""What the kitchen shall not make any more: which parts of an order lose how many of which lines.

Pure. A change says of each line how many shall be left in all the order's parts, so that doing it twice takes nothing twice. What is
furthest from being ready is taken first, and what is not ticked before what is: nothing that was cooked goes to waste while something
is not begun.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from station.domain.facts import Take
from station.domain.floor import DONE, HOLD, INBOX, PASS, STATIONS, VOID, Spot
from station.domain.token import Body, Change, Line

_ORDER: Final = (HOLD, INBOX, STATIONS, PASS)


@dataclass(frozen=True, slots=True)
class Taken:
    """A part that changes: its next revision, or (None) it goes away as a whole."""

    spot: Spot
    body: Body | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`taken`: in the order in which it is to be done. `over`: by line, how many were handed over and cannot be taken any more.

    `missing`: by line, how many nobody has seen anywhere: look again.
    """

    taken: tuple[Taken, ...]
    over: Mapping[str, int]
    missing: Mapping[str, int]


def plan(parts: Sequence[tuple[Spot, Body]], takes: Sequence[Take], change: Change) -> Plan:
    """`parts`: every part of the order that is anywhere, those that were handed over and voided too."""
    open_parts = sorted(
        (one for one in parts if one[0].place.split("/")[0] in _ORDER), key=lambda one: _ORDER.index(_top(one[0]))
    )
    after = dict(open_parts)
    over: dict[str, int] = {}
    missing: dict[str, int] = {}
    for take in takes:
        live = sum(_count(body, take.line) for body in after.values())
        done = sum(_count(body, take.line) for spot, body in parts if _top(spot) == DONE)
        gone = sum(_count(body, take.line) for spot, body in parts if _top(spot) == VOID)
        if live + done + gone < take.left:
            missing[take.line] = take.left - live - done - gone
        surplus = live + done - take.left
        for ticked in (False, True):
            for spot, body in list(after.items()):
                if surplus > 0:
                    after[spot], surplus = _less(body, take.line, surplus, ticked=ticked)
        if surplus > 0:
            over[take.line] = surplus
    taken = tuple(
        Taken(spot, _next(after[spot], change) if any(line.count for line in after[spot].lines) else None)
        for spot, body in open_parts
        if after[spot] is not body
    )
    return Plan(taken, over, missing)


def _less(body: Body, line_id: str, surplus: int, *, ticked: bool) -> tuple[Body, int]:
    """The body with fewer of the line, and how many too many there are still."""
    lines: list[Line] = []
    changed = False
    for line in body.lines:
        room = line.count if ticked else line.count - line.done
        less = min(surplus, room) if line.id == line_id else 0
        if less > 0:
            was = line.count if line.was is None else line.was
            count = line.count - less
            lines.append(msgspec.structs.replace(line, count=count, done=min(line.done, count), was=was))
            surplus, changed = surplus - less, True
        else:
            lines.append(line)
    return (msgspec.structs.replace(body, lines=tuple(lines)), surplus) if changed else (body, surplus)


def _next(body: Body, change: Change) -> Body:
    """The next revision: whoever saw the last change has not seen this one."""
    seen = tuple(one for one in body.acknowledged if one != "change")
    changes = (*body.changes, change)[-8:]
    return msgspec.structs.replace(body, revision=body.revision + 1, changes=changes, acknowledged=seen)


def _count(body: Body, line_id: str) -> int:
    return sum(line.count for line in body.lines if line.id == line_id)


def _top(spot: Spot) -> str:
    return spot.place.split("/")[0]
