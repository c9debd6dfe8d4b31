"""A card: a token as a screen knows it, and what the cards will be once everything done here has reached the floor.

Pure. A tap must change the screen at the next frame, long before the share has heard of it; so screens show the mirror
with this station's pending facts applied. A pending fact that no longer fits (the token was moved away meanwhile)
changes nothing: the floor has decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec

from station.domain.facts import (
    Entry,
    LineTicked,
    OrderHeld,
    OrderSent,
    TokenAcknowledged,
    TokenFact,
    TokenHeld,
    TokenMoved,
    TokenRushed,
    TokenTransferred,
)
from station.domain.floor import HELD_WAITING, HOLD, INBOX, Spot, station_place
from station.domain.token import Body, Key, name_of


@dataclass(frozen=True, slots=True)
class Card:
    """`pending`: the floor has not confirmed all of what is shown yet."""

    spot: Spot
    body: Body
    pending: bool = False

    @property
    def key(self) -> Key:
        return self.body.key


def expected(cards: Mapping[Key, Card], pending: Iterable[Entry]) -> dict[Key, Card]:
    """The cards after the pending facts, in the order in which they were done."""
    after = dict(cards)
    for entry in pending:
        _apply(after, entry)
    return after


def ticked(body: Body, line_id: str, done: int) -> Body:
    """The body with this many of the line ticked, never more than there are."""
    lines = tuple(
        msgspec.structs.replace(line, done=min(done, line.count)) if line.id == line_id else line for line in body.lines
    )
    return msgspec.structs.replace(body, lines=lines)


def acknowledged(body: Body, what: str) -> Body:
    """The body after a person saw what must be seen; a seen change needs no flash any more."""
    lines = body.lines
    if what == "change":
        lines = tuple(msgspec.structs.replace(line, was=None) for line in lines)
    seen = body.acknowledged if what in body.acknowledged or what == "change" else (*body.acknowledged, what)
    return msgspec.structs.replace(body, lines=lines, acknowledged=seen)


def _apply(after: dict[Key, Card], entry: Entry) -> None:
    fact = entry.fact
    if isinstance(fact, OrderSent):
        place = INBOX if fact.token.fire_at is None else HOLD
        after.setdefault(fact.token.key, Card(Spot(place, name_of(fact.token)), fact.token, pending=True))
        return
    if isinstance(fact, OrderHeld):
        after.setdefault(fact.token.key, Card(Spot(HELD_WAITING, name_of(fact.token)), fact.token, pending=True))
        return
    if not isinstance(
        fact,
        TokenFact,
    ):
        return
    card = after.get((fact.order, fact.part))
    if card is None or card.spot.place != fact.place:
        return
    after[card.key] = _changed(card, fact)


def _changed(card: Card, fact: TokenFact) -> Card:
    moved = card.spot.name.moved()
    if isinstance(fact, TokenMoved):
        return replace(card, spot=Spot(fact.to, moved), pending=True)
    if isinstance(fact, TokenTransferred):
        return replace(card, spot=Spot(station_place(fact.station), moved), pending=True)
    if isinstance(fact, TokenHeld):
        held = msgspec.structs.replace(card.body, fire_at=fact.until, fire_after=None)
        return Card(Spot(HOLD, moved), held, pending=True)
    return replace(card, body=_revised(card.body, fact), pending=True)


def _revised(body: Body, fact: TokenFact) -> Body:
    """A split's or a dispatch's parts get their names from the floor; until then the whole is shown as it was."""
    if isinstance(fact, LineTicked):
        return ticked(body, fact.line, fact.done)
    if isinstance(fact, TokenAcknowledged):
        return acknowledged(body, fact.what)
    if isinstance(fact, TokenRushed):
        return msgspec.structs.replace(body, rush=fact.rush)
    return body
