"""What a prep display remembers between two frames, and the small steps that every part of it takes. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from station.domain.cards import Card
from station.domain.facts import Fact
from station.domain.floor import VOID, station_place
from station.domain.token import Key
from station.renderers import floor_view as floor
from station.renderers.recipe_view import RecipeView
from station.renderers.world import World

Overlay = Literal["", "transfer", "split", "split_to", "last", "all_day", "recipe", "help"]
Picking = Literal["", "transfer", "split"]
MESSAGE_S = 4.0
LAST = 10

Result = tuple["PrepState", tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class PrepState:
    """`card`, `line`: where the keyboard is (line -1: the header). `choice`: the same in an overlay; `page`: of one with pages.

    `seen`: when each card came onto this display, for its short flash. `moving`: the card that a transfer or split is about;
    `off`: how many of each line the split takes. `picking`: the next tap on a card says which one it is about.
    `bumped`: what was bumped here lately, the latest first. `detailed`: the totals are told with modifiers.
    `notes`: what to say of cards that others took, each until its time; `told`: which of them are no news any more.
    """

    card: Key | None = None
    line: int = -1
    overlay: Overlay = ""
    choice: int = 0
    page: int = 0
    moving: Key | None = None
    off: tuple[tuple[str, int], ...] = ()
    picking: Picking = ""
    recipe: RecipeView | None = None
    detailed: bool = False
    asking: bool = False
    message: str = ""
    message_until: datetime | None = None
    seen: tuple[tuple[Key, datetime], ...] = ()
    bumped: tuple[Card, ...] = ()
    notes: tuple[tuple[str, datetime], ...] = ()
    told: frozenset[tuple[str, str, datetime]] = frozenset()


def said(state: PrepState, text: str, world: World) -> PrepState:
    return replace(state, message=text, message_until=world.now + timedelta(seconds=MESSAGE_S))


def closed(state: PrepState) -> PrepState:
    return replace(state, overlay="", choice=0, page=0, moving=None, off=(), picking="", recipe=None)


def asking(state: PrepState) -> PrepState:
    return replace(closed(state), asking=True)


def queue(world: World) -> tuple[Card, ...]:
    """What is to be made here, in order."""
    place = station_place(world.station)
    return floor.oldest_first(card for card in world.cards.values() if card.spot.place == place)


def board(world: World) -> tuple[Card, ...]:
    """What stands on the display: what is to be made, and at its old place what was cancelled and nobody has answered for."""
    place = station_place(world.station)
    return floor.oldest_first(
        card for card in world.cards.values() if card.spot.place == place or is_cancelled(card, world)
    )


def is_cancelled(card: Card, world: World) -> bool:
    """Whether it was voided here and waits for an answer. The mirror holds no void token but those that stood here."""
    return card.spot.place.startswith(f"{VOID}/") and card.key not in world.answered


def mine(key: Key, world: World) -> Card | None:
    """The card, when it is to be made here."""
    card = world.cards.get(key)
    return card if card is not None and card.spot.place == station_place(world.station) else None


def key_of(text: str) -> Key:
    order, _, part = text.partition(":")
    return order, part


def name_of(card: Card) -> str:
    """As actions name it."""
    return f"{card.key[0]}:{card.key[1]}"


def number_of(card: Card) -> str:
    return card.body.number.upper()


def past(state: PrepState, card: Card, world: World) -> PrepState:
    """The keyboard goes on to the next card when its own one goes."""
    if state.card != card.key:
        return state
    keys = [each.key for each in board(world)]
    index = keys.index(card.key) if card.key in keys else len(keys)
    rest = keys[index + 1 :] or keys[:index][-1:]
    return replace(state, card=rest[0] if rest else None, line=-1)


def refused(state: PrepState, permission: str, what: str, world: World) -> PrepState | None:
    """Asks for somebody when there is nobody. Raises NotPermitted when it is somebody who may not."""
    if world.person is None:
        return asking(state)
    world.require(permission, what)
    return None
