"""What a cook's taps mean: from a state and an action to a new state and facts. Pure; the prep display's rules are here.

Acting needs a person with the permission. An allergy must be acknowledged, and a change read, before the first tick and
before the bump. A bumped card can be undone for as long as its token stands on the pass; Last 10 recalls to the old place.
An order that was cancelled while it stood here stays until somebody has said whether it was made.
"""

from dataclasses import replace
from typing import Literal

from station.domain.cards import Card
from station.domain.facts import (
    LineTicked,
    StaffSeen,
    TokenAcknowledged,
    TokenMoved,
    TokenTransferred,
    VoidAcknowledged,
)
from station.domain.floor import PASS, station_place
from station.domain.token import Line
from station.renderers import floor_view as floor
from station.renderers import recipe_view as recipes
from station.renderers.prep_state import (
    PrepState,
    Result,
    asking,
    closed,
    is_cancelled,
    key_of,
    mine,
    number_of,
    past,
    refused,
    said,
)
from station.renderers.role import Desk
from station.renderers.widgets.text import station_name
from station.renderers.world import World


def bump(state: PrepState, name: str, world: World) -> Result:
    card = mine(key_of(name), world)
    if card is None:
        return state, ()
    if state.picking:
        return pick(state, card, world)
    stopped = refused(state, "token.bump", f"bump {number_of(card)}", world) or _unread(state, card, world)
    if stopped is not None:
        return stopped, ()
    after = replace(past(state, card, world), line=-1)
    return after, (_move(card, PASS, "bump"),)


def tick(state: PrepState, name: str, line_id: str, world: World) -> Result:
    """Ticks all of the line, or unticks it when it was done."""
    card = mine(key_of(name), world)
    line = None if card is None else _line(card, line_id)
    if card is None or line is None:
        return state, ()
    return _ticked(state, card, line, 0 if line.done >= line.count else line.count, world)


def tick_one(state: PrepState, name: str, line_id: str, change: int, world: World) -> Result:
    """One more of the line is made, or one less; when all of it was, one more takes one back."""
    card = mine(key_of(name), world)
    line = None if card is None else _line(card, line_id)
    if card is None or line is None or not line.count:
        return state, ()
    done = line.done + change
    if done > line.count:
        done = line.count - 1
    return (state, ()) if done < 0 else _ticked(state, card, line, done, world)


def seen(state: PrepState, name: str, what: str, world: World) -> Result:
    if what in {"made", "unmade"}:
        return answer(state, name, what == "made", world)
    card = mine(key_of(name), world)
    if card is None:
        return state, ()
    stopped = refused(state, "token.bump", f"confirm what changed in {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
    order, part = card.key
    kind: Literal["allergy", "change"] = "allergy" if what == "allergy" else "change"
    return state, (TokenAcknowledged(order=order, part=part, place=card.spot.place, what=kind),)


def answer(state: PrepState, name: str, made: bool, world: World) -> Result:  # noqa: FBT001 - the answer itself
    """Whether what was cancelled here had been made. The card goes with it."""
    card = world.cards.get(key_of(name))
    if card is None or not is_cancelled(card, world):
        return state, ()
    stopped = refused(state, "token.bump", f"say what became of {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
    order, part = card.key
    fact = VoidAcknowledged(order=order, part=part, place=card.spot.place, made=made)
    return past(state, card, world), (fact,)


def cancelled(state: PrepState, name: str, world: World) -> Result:
    """Somebody tapped a cancelled order as if it were to be made."""
    card = world.cards.get(key_of(name))
    if card is None or not is_cancelled(card, world):
        return state, ()
    return said(state, f"{number_of(card)} was cancelled: say whether it was made already", world), ()


def undo(state: PrepState, world: World) -> Result:
    """The last bump that can still be taken back."""
    card = undoable(state, world)
    if card is None:
        return said(state, "Nothing to undo: no order of this station is on the pass", world), ()
    stopped = refused(state, "token.recall", f"take back {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
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
    stopped = refused(state, "token.recall", f"recall {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
    return replace(closed(state), card=card.key, line=-1), (_move(card, home, "recall"),)


def start(state: PrepState, what: Literal["transfer", "split"], world: World) -> PrepState:
    """For the card at hand; without one the next tap on a card says which. Who may, is asked when it is known where to."""
    if world.person is None:
        return asking(state)
    if what in (state.picking, state.overlay):
        return closed(state)
    if state.card is None or mine(state.card, world) is None:
        words = {
            "transfer": "Transfer: tap the order that shall go elsewhere",
            "split": "Split: tap the order of which a part shall go elsewhere",
        }
        return said(replace(closed(state), picking=what), words[what], world)
    return _about(state, what, world.cards[state.card], world)


def pick(state: PrepState, card: Card, world: World) -> Result:
    """The card that a transfer or split shall be about."""
    if world.person is None or not state.picking:
        return asking(state), ()
    if mine(card.key, world) is None:
        return said(state, f"{number_of(card)} was cancelled: there is nothing to move", world), ()
    return _about(state, state.picking, card, world), ()


def transfer(state: PrepState, code: str, world: World) -> Result:
    card = None if state.moving is None else mine(state.moving, world)
    if card is None:
        return said(closed(state), "That order has moved on already", world), ()
    objection = next((why for station, _, why in floor.targets(world, card) if station.code == code), "is not known")
    if objection:
        return said(state, f"{station_name(code)} {objection}", world), ()
    stopped = refused(state, "token.transfer", f"transfer {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
    order, part = card.key
    why = world.by(f"transferred from {station_name(world.station)}")
    fact = TokenTransferred(order=order, part=part, place=card.spot.place, station=code, why=why)
    return past(closed(state), card, world), (fact,)


def open_recipe(state: PrepState, name: str, line_id: str, world: World, desk: Desk) -> PrepState:
    """The recipe of a line. Whoever stands there may read it, logged in or not."""
    card = world.cards.get(key_of(name))
    view = None if card is None else recipes.opened_for(card, line_id, world, desk)
    return state if view is None else replace(closed(state), overlay="recipe", recipe=view)


def log_in_or_out(state: PrepState, world: World) -> Result:
    if world.person is None:
        return asking(state), ()
    return closed(state), (StaffSeen(staff=world.person.id, what="logout"),)


def _ticked(state: PrepState, card: Card, line: Line, done: int, world: World) -> Result:
    if state.picking:
        return pick(state, card, world)
    stopped = refused(state, "token.bump", f"tick items of {number_of(card)}", world) or _unread(state, card, world)
    if stopped is not None:
        return stopped, ()
    order, part = card.key
    return state, (LineTicked(order=order, part=part, place=card.spot.place, line=line.id, done=done),)


def _about(state: PrepState, what: Literal["transfer", "split"], card: Card, world: World) -> PrepState:
    after = replace(closed(state), message="", message_until=None)
    if what == "split" and sum(max(0, line.count - line.done) for line in card.body.lines) < 2:
        return said(after, f"{number_of(card)} has only one item left to make: nothing to split", world)
    return replace(after, overlay=what, moving=card.key)


def _move(card: Card, to: str, verb: Literal["bump", "undo", "recall"]) -> TokenMoved:
    order, part = card.key
    return TokenMoved(order=order, part=part, place=card.spot.place, to=to, verb=verb)


def _line(card: Card, line_id: str) -> Line | None:
    return next((line for line in card.body.lines if line.id == line_id), None)


def _unread(state: PrepState, card: Card, world: World) -> PrepState | None:
    if card.body.customer.allergies and "allergy" not in card.body.acknowledged:
        return said(state, f"{number_of(card)}: read the allergies first, then tap the violet band", world)
    if any(line.was is not None for line in card.body.lines):
        return said(state, f"{number_of(card)} has changed: read what, then tap the yellow frame", world)
    return None
