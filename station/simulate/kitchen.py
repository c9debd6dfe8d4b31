"""A rush goes through a kitchen in simulated time: dispatched by the real rules, cooked by one cook a station.

An order that comes is sent at once where `dispatch` says, as the tokens program does it: the loads are counted from the
names of the tokens that stand at the stations, an order that nobody can cook whole is split into the parts that
`children` makes. A cook takes the items of the oldest card one after another (`hands`: so many at once), ticks each when
it is done, and bumps the card with its last one. A station with a weight of 50 % has a cook who takes twice as long.

Event by event, and pure: no clock, and no chance but what the pick has.
"""

import heapq
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from station.domain.cards import Card, ticked
from station.domain.changes import children
from station.domain.floor import INBOX, Spot, station_of
from station.domain.routing import Load, NoStation, Pick, dispatch, loads_of
from station.domain.token import Body, Given, Key, name_of
from station.simulate.rush import Order, Rush

HOP = 1


@dataclass(frozen=True, slots=True)
class Made:
    """One item, cooked: number `item` of a line, by whom, from when until when (seconds since the rush began)."""

    order: str
    line: str
    item: int
    station: str
    began_s: float
    ended_s: float


@dataclass(frozen=True, slots=True)
class Standing:
    """From `at_s` on, so many active items in so many cards stand at a station."""

    at_s: float
    station: str
    items: int
    cards: int


@dataclass(frozen=True, slots=True)
class Served:
    """What became of a rush. `passed_s`: by order, when its last part was on the pass. `standing`: every change, in order."""

    stations: tuple[Load, ...]
    hands: int
    passed_s: Mapping[str, float]
    made: tuple[Made, ...]
    standing: tuple[Standing, ...]


@dataclass(slots=True)
class _Ticket:
    """A card at a station: what is not begun yet, and how many items are not done yet."""

    body: Body
    order: Order
    waiting: deque[tuple[str, int, float]]
    undone: int


@dataclass(slots=True)
class _Cook:
    """`queue`: cards with something to begin, the oldest first. `items`: active ones of all `cards` there."""

    load: Load
    free: int
    queue: list[tuple[bool, float, Key]] = field(default_factory=list)
    items: int = 0
    cards: int = 0


def cook(rush: Rush, stations: Sequence[Load], pick: Pick, *, hands: int = 1, ticks: bool = True) -> Served:
    """The whole rush, until the last card is on the pass. Without `ticks` a card counts whole until it is bumped.

    Raises NoStation when an order holds something that none of the stations cooks.
    """
    kitchen = _Kitchen(rush, stations, pick, hands, ticks=ticks)
    for order in rush.orders:
        kitchen.work_until(order.placed_s)
        kitchen.take(order)
    kitchen.work_until(float("inf"))
    return kitchen.served()


class _Kitchen:
    def __init__(self, rush: Rush, stations: Sequence[Load], pick: Pick, hands: int, *, ticks: bool) -> None:
        self._rush, self._loads, self._pick = rush, tuple(stations), pick
        self._hands, self._ticks = hands, ticks
        self._cooks = {load.code: _Cook(load, hands) for load in stations}
        self._tickets: dict[Key, _Ticket] = {}
        self._spots: dict[Key, Spot] = {}
        self._given: dict[str, Given] = {}
        self._parts: dict[str, int] = {}
        # Done at, a number that keeps those of the same moment in order, the card, and what is made.
        self._hobs: list[tuple[float, int, Key, Made]] = []
        self._begun = 0
        self._passed: dict[str, float] = {}
        self._made: list[Made] = []
        self._standing: list[Standing] = []

    def take(self, order: Order) -> None:
        """Dispatches what was just placed. Its parts are given to their stations, which begin when they can."""
        now = self._rush.began + timedelta(seconds=order.placed_s)
        inbox = Card(Spot(INBOX, name_of(order.body)), order.body)
        loads = loads_of(self._loads, self._spots.values(), self._given.values(), self._cooks)
        found = dispatch([inbox], loads, now, self._pick)
        for why in found.stuck.values():
            raise NoStation(f"order {order.body.number}: {why}")
        parts = children(order.body, found.dispatched[0], by="simulated", at=now)
        self._parts[order.id] = len(parts)
        for place, body in parts:
            code = station_of(place)
            assert code is not None
            assert body.given is not None
            self._given[code] = body.given
            self._put(code, Spot(place, name_of(body, HOP)), body, order)

    def work_until(self, until_s: float) -> None:
        """Everything that gets done until this moment, and what is begun after it."""
        while self._hobs and self._hobs[0][0] <= until_s:
            now_s, _, key, made = heapq.heappop(self._hobs)
            self._made.append(made)
            self._done(now_s, key, made)
            self._begin(now_s, self._cooks[made.station])

    def served(self) -> Served:
        return Served(self._loads, self._hands, self._passed, tuple(self._made), tuple(self._standing))

    def _put(self, code: str, spot: Spot, body: Body, order: Order) -> None:
        waiting = deque((line.id, n, order.work_s[line.id][n]) for line in body.lines for n in range(line.count))
        self._tickets[body.key] = _Ticket(body, order, waiting, len(waiting))
        self._spots[body.key] = spot
        cook = self._cooks[code]
        heapq.heappush(cook.queue, (not body.rush, order.placed_s, body.key))
        self._note(order.placed_s, cook, items=spot.name.items, cards=1)
        self._begin(order.placed_s, cook)

    def _begin(self, now_s: float, cook: _Cook) -> None:
        while cook.free and cook.queue:
            key = cook.queue[0][2]
            ticket = self._tickets[key]
            line, item, work_s = ticket.waiting.popleft()
            if not ticket.waiting:
                heapq.heappop(cook.queue)
            cook.free -= 1
            self._begun += 1
            ended_s = now_s + work_s * 100 / cook.load.weight_percent
            made = Made(key[0], line, item, cook.load.code, now_s, ended_s)
            heapq.heappush(self._hobs, (ended_s, self._begun, key, made))

    def _done(self, now_s: float, key: Key, made: Made) -> None:
        """The item is ticked; with its last one the card goes to the pass, and with its last part the order."""
        cook, ticket, spot = self._cooks[made.station], self._tickets[key], self._spots[key]
        cook.free += 1
        ticket.undone -= 1
        if not ticket.undone:
            del self._tickets[key], self._spots[key]
            self._note(now_s, cook, items=-spot.name.items, cards=-1)
            self._parts[key[0]] -= 1
            if not self._parts[key[0]]:
                self._passed[key[0]] = now_s
        elif self._ticks:
            done = next(line.done for line in ticket.body.lines if line.id == made.line) + 1
            ticket.body = ticked(ticket.body, made.line, done)
            after = Spot(spot.place, name_of(ticket.body, HOP))
            self._spots[key] = after
            self._note(now_s, cook, items=after.name.items - spot.name.items)

    def _note(self, now_s: float, cook: _Cook, *, items: int, cards: int = 0) -> None:
        cook.items += items
        cook.cards += cards
        self._standing.append(Standing(now_s, cook.load.code, cook.items, cook.cards))
