"""Which orders should go from the busiest stations to idler ones: a proposal, for a person to look at before anything moves. Pure.

Only what nobody has begun moves, the newest first, so that the oldest stay where they were. Each move lowers the heavier of its two
stations' loads, so the proposal ends, and no station is ever worse off than the worst one was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from station.domain.cards import Card
from station.domain.floor import station_of
from station.domain.routing import Load
from station.domain.token import Key

MOST: Final = 40
"""More moves at once than a person can look through."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One order's move. `before`, `after`: the active items of the station that gives, and of the one that takes."""

    key: Key
    number: str
    items: int
    source: str
    target: str
    before: tuple[int, int]
    after: tuple[int, int]

    @property
    def why(self) -> str:
        """In a few words: GRILL1 9 to 6, GRILL2 2 to 5."""
        (gives, takes), (left, has) = self.before, self.after
        return f"{self.source.upper()} {gives} to {left}, {self.target.upper()} {takes} to {has}"


def rebalanced(cards: Iterable[Card], stations: Sequence[Load], pins: Mapping[str, str]) -> tuple[Shift, ...]:
    """The moves, in the order in which they are to be made. `stations` carry their items; silent and paused ones keep theirs."""
    loads = {station.code: station for station in stations}
    free = [card for card in cards if _may_move(card, loads, pins)]
    free.sort(key=lambda card: (card.body.rush, card.body.wanted_at, card.key))
    shifts: list[Shift] = []
    while len(shifts) < MOST and (found := _next(free, loads)) is not None:
        card, shift = found
        free.remove(card)
        shifts.append(shift)
        for code, items in ((shift.source, shift.after[0]), (shift.target, shift.after[1])):
            loads[code] = replace(loads[code], items=items)
    return tuple(shifts)


def begun(card: Card) -> bool:
    """Whether a cook has started on it, as far as anybody can see."""
    return any(line.done for line in card.body.lines) or "allergy" in card.body.acknowledged


def _may_move(card: Card, loads: Mapping[str, Load], pins: Mapping[str, str]) -> bool:
    code = station_of(card.spot.place)
    here = None if code is None else loads.get(code)
    pinned = any(pins.get(group) == code for group in card.body.groups)
    return (
        here is not None
        and here.takes
        and not pinned
        and not card.pending
        and bool(card.body.items)
        and not begun(card)
    )


def _next(free: Sequence[Card], loads: Mapping[str, Load]) -> tuple[Card, Shift] | None:
    """The best move from the busiest station that has one: the newest order that makes its pair of stations more even."""
    for source in sorted(loads.values(), key=lambda one: (-one.burden, one.code)):
        for card in reversed(free):
            if station_of(card.spot.place) == source.code and (shift := _shift(card, source, loads)) is not None:
                return card, shift
    return None


def _shift(card: Card, source: Load, loads: Mapping[str, Load]) -> Shift | None:
    groups, items = frozenset(card.body.groups), card.body.items
    others = [one for one in loads.values() if one.takes and one.code != source.code and groups <= one.groups]
    if not others:
        return None
    target = min(others, key=lambda one: (one.burden, one.tokens, one.code))
    gives, takes = replace(source, items=source.items - items), replace(target, items=target.items + items)
    if max(gives.burden, takes.burden) >= source.burden:
        return None
    return Shift(
        key=card.key,
        number=card.body.number,
        items=items,
        source=source.code,
        target=target.code,
        before=(source.items, target.items),
        after=(gives.items, takes.items),
    )
