"""An order that was changed after it was sent: what came to it is published, what it shall leave is taken from wherever it is.

Every part that changes is one operation of its own, named by the fact and the part, so that whoever was cut off goes on where it
stopped. What is taken is counted against what shall be left, so that a part that was done before is not taken from again.
"""

import time
from collections.abc import Callable, Iterator
from typing import Final

from station.data.ids import part_ulid
from station.domain.facts import Entry, OrderChanged
from station.domain.floor import HELD_WAITING, INBOX, VOID, Spot
from station.domain.taking import Plan, Taken, plan
from station.domain.token import Body, Change
from station.errors import TokenError
from station.tokens.floor import Floor
from station.tokens.share import Gone

_LOOKS: Final = 4
_PAUSE_S: Final = 0.1
_ROUNDS: Final = 8

Placed = list[tuple[Spot, Body]]


class Changes:
    """`forget` drops an operation's progress, once nobody will ask for it again."""

    def __init__(
        self, floor: Floor, forget: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._floor, self._forget, self._sleep = floor, forget, sleep

    def carry_out(self, entry: Entry, fact: OrderChanged, by: str, day: str) -> tuple[Placed, str]:
        """Tokens that stand somewhere now, and what could not be done, in words. Raises ShareError: called again it goes on."""
        placed: Placed = []
        if fact.token is not None:
            placed.append((self._floor.publish(entry.id, fact.token, INBOX), fact.token))
        if fact.bill is not None:
            placed.append((self._floor.publish(fact.bill.order, fact.bill, HELD_WAITING), fact.bill))
        why = self._take(entry, fact, by, day, placed) if fact.takes else ""
        return placed, why

    def _take(self, entry: Entry, fact: OrderChanged, by: str, day: str, placed: Placed) -> str:
        change = Change(what="cancelled" if fact.cancel else "changed by the guest", by=by, at=entry.at)
        for _ in range(_ROUNDS):
            found = self._plan(fact, change)
            lost = False
            for taken in found.taken:
                lost = self._one(entry, taken, day, placed) is None or lost
            if not lost:
                return _words(found, fact)
        return "it moved all the time; look at the order in the kitchen"

    def _one(self, entry: Entry, taken: Taken, day: str, placed: Placed) -> Spot | None:
        """None when somebody else moved the part meanwhile: then it is looked for again."""
        op = part_ulid(entry.id, taken.spot.name.part, str(taken.spot.name.hop))
        there: Spot | None
        if taken.body is None:
            there = self._floor.move(op, taken.spot, f"{VOID}/{day}")
        else:
            spots = self._floor.replace(op, taken.spot, [(taken.spot.place, taken.body)])
            there = None if spots is None else spots[0]
            if there is not None:
                placed.append((there, taken.body))
        self._forget(op)
        return there

    def _plan(self, fact: OrderChanged, change: Change) -> Plan:
        """Listings of several folders are not one moment: whoever finds fewer than there were looks again."""
        best: Plan | None = None
        for look in range(_LOOKS):
            if look:
                self._sleep(_PAUSE_S)
            parts = list(self._read(fact.order))
            best = plan(parts, fact.takes, change)
            seen = {take.line: sum(_of(body, take.line) for _, body in parts) for take in fact.takes}
            if all(seen[take.line] >= take.before for take in fact.takes):
                break
        assert best is not None  # it looked at least once
        return best

    def _read(self, order: str) -> Iterator[tuple[Spot, Body]]:
        for spot in self._floor.parts_of(order):
            try:
                yield spot, self._floor.read(spot)
            except (Gone, TokenError):
                continue


def _of(body: Body, line: str) -> int:
    return sum(one.count for one in body.lines if one.id == line)


def _words(found: Plan, fact: OrderChanged) -> str:
    over = sum(found.over.values())
    told = [f"{over} of it had been handed over"] if over else []
    if found.missing:
        told.append("a part of it was nowhere to be found")
    return "; ".join(told) or fact.why
