"""When what is held goes to the kitchen by itself: at its time, or when the course before it is made. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from station.domain.cards import Card
from station.domain.floor import HOLD, PASS, is_descendant


@dataclass(frozen=True, slots=True)
class Due:
    card: Card
    why: str


def due(cards: Iterable[Card], now: datetime) -> tuple[Due, ...]:
    """What is to be fired now. `cards` are all that stand in the inbox, on hold, at stations and on the pass.

    A part that stands nowhere among them was handed over or voided: what waits for it waits no longer.
    """
    known = tuple(cards)
    found = (Due(card, why) for card in known if card.spot.place == HOLD and (why := _why(card, known, now)))
    return tuple(found)


def waits_for(card: Card, cards: Iterable[Card]) -> tuple[Card, ...]:
    """What must be made before this one is fired: the part it waits for, or all that came of it."""
    first = card.body.fire_after
    if first is None:
        return ()
    return tuple(
        other
        for other in cards
        if other.key[0] == card.key[0]
        and other.key != card.key
        and (other.key[1] == first or is_descendant(other.key[1], first))
        and other.spot.place != PASS
    )


def _why(card: Card, cards: tuple[Card, ...], now: datetime) -> str:
    body = card.body
    if body.fire_at is not None and body.fire_at <= now:
        return "its time has come"
    if body.fire_after is not None and not waits_for(card, cards):
        return f"part {body.fire_after} is made"
    return ""
