"""What a fact about a token does to its body: the bodies that take its place, and where they go.

Pure, and the same whenever it is asked again: ids, times and words come from the fact, so an operation that was cut off
can be carried on by whoever reads the same journal.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from station.domain.cards import acknowledged, ticked
from station.domain.facts import (
    LineTicked,
    TokenAcknowledged,
    TokenDispatched,
    TokenHeld,
    TokenRushed,
    TokenSplit,
    TokenTransferred,
)
from station.domain.floor import HOLD, station_of, station_place
from station.domain.token import Body, Change, Elsewhere, Given, Line
from station.errors import StationError

Replacing = TokenHeld | LineTicked | TokenAcknowledged | TokenRushed | TokenTransferred | TokenSplit | TokenDispatched
KEPT_CHANGES = 8
"""So many changes a token carries with it; older ones are in the master."""


class NotPossible(StationError):
    """The fact does not fit the token as it is now: an item that is gone, more split off than there is."""


def children(body: Body, fact: Replacing, *, by: str, at: datetime) -> list[tuple[str, Body]]:
    """(place, body) of each token that takes this one's place. One: a revision. Several: a split.

    `by` is who did it, for the record. Raises NotPossible.
    """
    if isinstance(fact, TokenDispatched):
        return _dispatched(body, fact, by, at)
    if isinstance(fact, TokenSplit):
        return _split(body, fact, by, at)
    place, after, what = _changed(body, fact, by, at)
    return [(place, _revised(after, Change(what=what, by=by, at=at) if what else None))]


def _changed(
    body: Body, fact: TokenHeld | LineTicked | TokenAcknowledged | TokenRushed | TokenTransferred, by: str, at: datetime
) -> tuple[str, Body, str]:
    """Where the token's next revision stands, what it says, and what is noted of the change."""
    if isinstance(fact, LineTicked):
        return fact.place, ticked(body, fact.line, fact.done), ""
    if isinstance(fact, TokenAcknowledged):
        return fact.place, acknowledged(body, fact.what), f"{fact.what} seen"
    if isinstance(fact, TokenRushed):
        return fact.place, msgspec.structs.replace(body, rush=fact.rush), "rush" if fact.rush else "no rush"
    if isinstance(fact, TokenHeld):
        return HOLD, msgspec.structs.replace(body, fire_at=fact.until, fire_after=None), "held"
    return station_place(fact.station), _given(body, fact.station, fact.why, by, at), f"to {fact.station}"


def _dispatched(body: Body, fact: TokenDispatched, by: str, at: datetime) -> list[tuple[str, Body]]:
    shares = [(code, tuple(line for line in body.lines if line.id in lines)) for code, lines in fact.stations.items()]
    if sorted(line.id for _, lines in shares for line in lines) != sorted(line.id for line in body.lines):
        raise NotPossible(f"order {body.number} has other lines than when it was dispatched")
    if len(shares) == 1:
        code = shares[0][0]
        return [(station_place(code), _revised(_given(body, code, fact.why.get(code, ""), by, at), None))]
    places = [station_place(code) for code, _ in shares]
    parts = _parts(body, [lines for _, lines in shares], places, None)
    return [
        (place, _given(part, code, fact.why.get(code, ""), by, at))
        for place, part, (code, _) in zip(places, parts, shares, strict=True)
    ]


def _split(body: Body, fact: TokenSplit, by: str, at: datetime) -> list[tuple[str, Body]]:
    off = {entry.line: entry.count for entry in fact.off}
    leaving: list[Line] = []
    staying: list[Line] = []
    for line in body.lines:
        count = min(off.get(line.id, 0), line.count)
        # What is ticked stays where it was made.
        done_off = max(0, line.done - (line.count - count))
        if count:
            leaving.append(msgspec.structs.replace(line, count=count, done=done_off, was=None))
        if line.count - count:
            staying.append(msgspec.structs.replace(line, count=line.count - count, done=line.done - done_off))
    if not leaving or not staying:
        raise NotPossible(f"order {body.number} cannot be split so: both parts need at least one item")
    places = [fact.place, fact.to]
    stay, leave = _parts(body, [staying, leaving], places, Change(what="split", by=by, at=at))
    if fact.course:
        leave = msgspec.structs.replace(leave, fire_at=None, fire_after=stay.part)
    code = station_of(fact.to)
    return [(fact.place, stay), (fact.to, leave if code is None else _given(leave, code, fact.why, by, at))]


def _parts(body: Body, shares: Sequence[Sequence[Line]], places: Sequence[str], change: Change | None) -> list[Body]:
    names = [f"{body.part}-{number}" for number in range(1, len(shares) + 1)]
    return [
        msgspec.structs.replace(
            _revised(body, change),
            part=name,
            lines=tuple(lines),
            elsewhere=(
                *body.elsewhere,
                *(
                    Elsewhere(part=other, place=place)
                    for other, place in zip(names, places, strict=True)
                    if other != name
                ),
            ),
        )
        for name, lines in zip(names, shares, strict=True)
    ]


def _given(body: Body, station: str, why: str, by: str, at: datetime) -> Body:
    return msgspec.structs.replace(body, given=Given(station=station, by=by, why=why, at=at))


def _revised(body: Body, change: Change | None) -> Body:
    changes = body.changes if change is None else (*body.changes, change)[-KEPT_CHANGES:]
    return msgspec.structs.replace(body, revision=body.revision + 1, changes=changes)
