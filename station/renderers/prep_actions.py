"""What a cook's taps mean: from a state and an action to a new state and facts. Pure; the prep display's rules are here.

Acting needs a person with the permission. An allergy must be acknowledged before the first tick and before the bump. A
bumped card can be undone for as long as its token stands on the pass; Last 10 recalls to the old place.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from station.domain.cards import Card
from station.domain.facts import Fact, LineTicked, StaffSeen, TokenAcknowledged, TokenMoved, TokenTransferred
from station.domain.floor import PASS, station_place
from station.domain.token import Key
from station.renderers import floor_view as floor
from station.renderers.widgets.text import station_name
from station.renderers.world import World

Overlay = Literal["", "transfer", "last", "all_day", "help"]
MESSAGE_S = 4.0
LAST = 10

Result = tuple["PrepState", tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class PrepState:
    """`card`, `line`: where the keyboard is (line -1: the header). `choice`: the same in an overlay.

    `seen`: when each card came onto this display, for its short flash. `moving`: the card that a transfer is about.
    `bumped`: what was bumped here lately, the latest first.
    """

    card: Key | None = None
    line: int = -1
    overlay: Overlay = ""
    choice: int = 0
    moving: Key | None = None
    picking: bool = False
    asking: bool = False
    message: str = ""
    message_until: datetime | None = None
    seen: tuple[tuple[Key, datetime], ...] = ()
    bumped: tuple[Card, ...] = ()


def said(state: PrepState, text: str, world: World) -> PrepState:
    return replace(state, message=text, message_until=world.now + timedelta(seconds=MESSAGE_S))


def closed(state: PrepState) -> PrepState:
    return replace(state, overlay="", choice=0, moving=None, picking=False)


def queue(world: World) -> tuple[Card, ...]:
    """What is to be made here, in order."""
    return floor.at(world, station_place(world.station))


def key_of(text: str) -> Key:
    order, _, part = text.partition(":")
    return order, part


def bump(state: PrepState, name: str, world: World) -> Result:
    card = _mine(key_of(name), world)
    if card is None:
        return state, ()
    if state.picking:
        return pick_transfer(state, card, world)
    refused = _refused(state, "token.bump", f"bump {_number(card)}", world) or _unread(state, card, world)
    if refused is not None:
        return refused, ()
    after = replace(_past(state, card, world), line=-1)
    return after, (_move(card, PASS, "bump"),)


def tick(state: PrepState, name: str, line_id: str, world: World) -> Result:
    """Ticks all of the line, or unticks it when it was done."""
    card = _mine(key_of(name), world)
    line = None if card is None else next((line for line in card.body.lines if line.id == line_id), None)
    if card is None or line is None:
        return state, ()
    if state.picking:
        return pick_transfer(state, card, world)
    refused = _refused(state, "token.bump", f"tick items of {_number(card)}", world) or _unread(state, card, world)
    if refused is not None:
        return refused, ()
    order, part = card.key
    done = 0 if line.done >= line.count else line.count
    return state, (LineTicked(order=order, part=part, place=card.spot.place, line=line_id, done=done),)


def seen(state: PrepState, name: str, what: str, world: World) -> Result:
    card = _mine(key_of(name), world)
    if card is None:
        return state, ()
    refused = _refused(state, "token.bump", f"confirm what changed in {_number(card)}", world)
    if refused is not None:
        return refused, ()
    order, part = card.key
    kind: Literal["allergy", "change"] = "allergy" if what == "allergy" else "change"
    return state, (TokenAcknowledged(order=order, part=part, place=card.spot.place, what=kind),)


def undo(state: PrepState, world: World) -> Result:
    """The last bump that can still be taken back."""
    card = undoable(state, world)
    if card is None:
        return said(state, "Nothing to undo: no order of this station is on the pass", world), ()
    refused = _refused(state, "token.recall", f"take back {_number(card)}", world)
    if refused is not None:
        return refused, ()
    return replace(state, card=card.key, line=-1), (_move(card, station_place(world.station), "undo"),)


def undoable(state: PrepState, world: World) -> Card | None:
    """What was bumped last and stands on the pass still."""
    there = (world.cards.get(card.key) for card in state.bumped)
    return next((card for card in there if card is not None and card.spot.place == PASS), None)


def recall(state: PrepState, name: str, world: World) -> Result:
    card = next((card for card in state.bumped if card.key == key_of(name)), None)
    home = None if card is None else floor.home_of(card)
    if card is None or home is None:
        return said(closed(state), "That order has moved on and cannot be recalled from here", world), ()
    refused = _refused(state, "token.recall", f"recall {_number(card)}", world)
    if refused is not None:
        return refused, ()
    return replace(closed(state), card=card.key, line=-1), (_move(card, home, "recall"),)


def start_transfer(state: PrepState, world: World) -> PrepState:
    """For the card at hand; without one the next tap on a card says which. Who may, is asked when it is known where to."""
    if world.person is None:
        return _asking(state)
    if state.picking:
        return closed(state)
    if state.card is None or _mine(state.card, world) is None:
        return said(replace(closed(state), picking=True), "Transfer: tap the order that shall go elsewhere", world)
    return replace(closed(state), overlay="transfer", moving=state.card)


def pick_transfer(state: PrepState, card: Card, world: World) -> Result:
    if world.person is None:
        return _asking(state), ()
    return replace(closed(state), overlay="transfer", moving=card.key, message="", message_until=None), ()


def transfer(state: PrepState, code: str, world: World) -> Result:
    card = None if state.moving is None else _mine(state.moving, world)
    if card is None:
        return said(closed(state), "That order has moved on already", world), ()
    objection = next((why for station, _, why in floor.targets(world, card) if station.code == code), "is not known")
    if objection:
        return said(state, f"{station_name(code)} {objection}", world), ()
    refused = _refused(state, "token.transfer", f"transfer {_number(card)}", world)
    if refused is not None:
        return refused, ()
    order, part = card.key
    why = world.by(f"transferred from {station_name(world.station)}")
    fact = TokenTransferred(order=order, part=part, place=card.spot.place, station=code, why=why)
    return _past(closed(state), card, world), (fact,)


def log_in_or_out(state: PrepState, world: World) -> Result:
    if world.person is None:
        return replace(closed(state), asking=True), ()
    return closed(state), (StaffSeen(staff=world.person.id, what="logout"),)


def _move(card: Card, to: str, verb: Literal["bump", "undo", "recall"]) -> TokenMoved:
    order, part = card.key
    return TokenMoved(order=order, part=part, place=card.spot.place, to=to, verb=verb)


def _mine(key: Key, world: World) -> Card | None:
    card = world.cards.get(key)
    return card if card is not None and card.spot.place == station_place(world.station) else None


def _past(state: PrepState, card: Card, world: World) -> PrepState:
    """The keyboard goes on to the next card when its own one goes."""
    if state.card != card.key:
        return state
    keys = [each.key for each in queue(world)]
    index = keys.index(card.key)
    rest = keys[index + 1 :] or keys[:index][-1:]
    return replace(state, card=rest[0] if rest else None, line=-1)


def _refused(state: PrepState, permission: str, what: str, world: World) -> PrepState | None:
    """Asks for somebody when there is nobody. Raises NotPermitted when it is somebody who may not."""
    if world.person is None:
        return _asking(state)
    world.require(permission, what)
    return None


def _asking(state: PrepState) -> PrepState:
    return replace(closed(state), asking=True)


def _number(card: Card) -> str:
    return card.body.number.upper()


def _unread(state: PrepState, card: Card, world: World) -> PrepState | None:
    if card.body.customer.allergies and "allergy" not in card.body.acknowledged:
        return said(state, f"{_number(card)}: read the allergies first, then tap the violet band", world)
    return None
