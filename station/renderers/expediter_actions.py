"""What an expediter's taps mean: from a state and an action to a new state and facts. Pure.

An order is handed over whole: all its parts stand on the pass, and its allergies were read there once more. Nothing is
void without a reason. A station that stopped answering can be rescued: its tokens go back to the inbox, and dispatch
finds them other stations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from station.domain import splitting
from station.domain.cards import Card
from station.domain.facts import (
    Fact,
    SplitOff,
    StaffSeen,
    TokenAcknowledged,
    TokenMoved,
    TokenRushed,
    TokenSplit,
    TokenTransferred,
    Verb,
)
from station.domain.floor import HOLD, INBOX, PASS, station_of, station_place
from station.domain.rebalance import Shift
from station.domain.speed import Passed
from station.domain.token import Key
from station.renderers import floor_view as floor
from station.renderers.split_sheet import all_or_none, half
from station.renderers.till_state import Till
from station.renderers.widgets.text import station_name
from station.renderers.world import World

Overlay = Literal[
    "", "transfer", "split", "split_to", "void", "recall", "help", "balance", "pins", "rebalance", "hold", "speed"
]
MESSAGE_S = 5.0
SHOWN_LAST = 5
"""So many of those that were handed over last stand under the pass."""
REASONS = ("Guest left", "Wrong order", "Ordered twice", "Sold out", "Kitchen's mistake", "Training")

Result = tuple["ExpediterState", tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class ExpediterState:
    """`picked`: the token that the tools are about. `off`: how many of each line a split takes away.

    `reason`: why something shall be void, chosen and not yet confirmed; `made`: whether it is waste (None: as its ticks say). `handed`: what was handed over today, the latest first; `seek`: digits of a number among them; `last`: the numbers of the
    newest, for the pass (None: not asked for yet).
    `starts`: which token each column begins with, where it has more than it can show. `order`: what is being taken by phone or at the
    counter; `taking`: it is on the screen, and not the floor. `wants`: a sheet for
    which the disk must be asked first. `passed`: what came to the pass today, as the disk had it at `passed_at`. `find`, `only`: what of the floor is looked for (digits of a
    number; "late", "rush" or a prep group), `finding`: the strip for it is open. `folded`: stations of which only the head is shown.
    `station`: the one that a sheet is about; `shifts`: the moves
    that are shown before they are made.
    """

    picked: Key | None = None
    overlay: Overlay = ""
    choice: int = 0
    off: tuple[tuple[str, int], ...] = ()
    reason: str = ""
    made: bool | None = None
    seek: str = ""
    handed: tuple[Card, ...] = ()
    last: tuple[str, ...] | None = None
    starts: tuple[tuple[str, int], ...] = ()
    asking: bool = False
    finding: bool = False
    find: str = ""
    only: str = ""
    folded: frozenset[str] = frozenset()
    station: str = ""
    shifts: tuple[Shift, ...] = ()
    wants: Literal["", "recall", "speed"] = ""
    passed: tuple[Passed, ...] = ()
    passed_at: datetime | None = None
    taking: bool = False
    order: Till | None = None
    message: str = ""
    message_until: datetime | None = None


def said(state: ExpediterState, text: str, world: World) -> ExpediterState:
    return replace(state, message=text, message_until=world.now + timedelta(seconds=MESSAGE_S))


def closed(state: ExpediterState) -> ExpediterState:
    return replace(state, overlay="", choice=0, off=(), reason="", made=None, seek="", station="", shifts=())


def picked(state: ExpediterState, world: World) -> Card | None:
    return None if state.picked is None else world.cards.get(state.picked)


def pick(state: ExpediterState, name: str) -> ExpediterState:
    """Picks a token; the picked one again lets it go."""
    order, _, part = name.partition(":")
    return replace(state, picked=None if state.picked == (order, part) else (order, part))


def turn_page(state: ExpediterState, column: str, start: int) -> ExpediterState:
    """The column shows its tokens from this one on; letting go of the picked one, which would bring its page back."""
    starts = {**dict(state.starts), column: start}
    return replace(state, starts=tuple(starts.items()), picked=None)


def open_tool(state: ExpediterState, overlay: Overlay, world: World) -> ExpediterState:
    """A tool that is about the picked token. Whether one may is asked when all is chosen."""
    if state.overlay == overlay:
        return closed(state)
    card = picked(state, world)
    if card is None or floor.finished(card):
        return said(closed(state), f"Tap the order first, then {overlay}", world)
    if world.person is None:
        return asking(state)
    if overlay == "split" and card.spot.place == PASS:
        return said(state, "What stands on the pass is made: there is nothing to split", world)
    if overlay == "split" and splitting.left_in(card.body.lines) < 2:
        return said(state, f"{number_of(card)} has only one item left to make: nothing to split", world)
    return replace(closed(state), overlay=overlay)


def transfer(state: ExpediterState, name: str, code: str, world: World) -> Result:
    """To a station by hand; `name` is the token's, which need not be the picked one when it was dragged."""
    order, _, part = name.partition(":")
    card = world.cards.get((order, part))
    if card is None or floor.finished(card):
        return said(closed(state), "That order has moved on already", world), ()
    if station_of(card.spot.place) == code:
        return closed(state), ()
    if card.spot.place == PASS:
        return said(closed(state), f"{number_of(card)} is on the pass: recall it first", world), ()
    objection = next((why for station, _, why in floor.targets(world, card) if station.code == code), "is not known")
    if objection:
        return said(state, f"{station_name(code)} {objection}", world), ()
    refused = refusal(state, "token.transfer", f"transfer {number_of(card)}", world)
    if refused is not None:
        return refused, ()
    fact = TokenTransferred(order=order, part=part, place=card.spot.place, station=code, why=world.by("transferred"))
    return closed(replace(state, picked=card.key)), (fact,)


def take_off(state: ExpediterState, line_id: str, change: int, world: World) -> ExpediterState:
    """One more or one less of a line goes to the other part; at least one item stays."""
    card = picked(state, world)
    if card is None:
        return closed(state)
    off = splitting.with_more(card.body.lines, dict(state.off), line_id, change)
    return _going(state, off, world) if change > 0 else replace(state, off=tuple(off.items()))


def take_all(state: ExpediterState, line_id: str, world: World) -> ExpediterState:
    """All that is left of a line goes, or nothing of it."""
    card = picked(state, world)
    return closed(state) if card is None else _going(state, all_or_none(card, dict(state.off), line_id), world)


def take_half(state: ExpediterState, world: World) -> ExpediterState:
    card = picked(state, world)
    if card is None:
        return closed(state)
    off = half(card, world)
    if not off:
        return said(state, f"No other station can make any of {number_of(card)} now", world)
    return replace(state, off=tuple(off.items()))


def _going(state: ExpediterState, off: splitting.Off, world: World) -> ExpediterState:
    after = replace(state, off=tuple(off.items()))
    if dict(off) == dict(state.off):
        return said(after, "At least one item stays where it is; to move all of it, transfer the order", world)
    return after


def split_on(state: ExpediterState, world: World) -> ExpediterState:
    """From what goes to where it goes."""
    if not state.off:
        return said(state, "Say first how many of which item shall go", world)
    return replace(state, overlay="split_to", choice=0)


def split(state: ExpediterState, code: str, world: World) -> Result:
    card = picked(state, world)
    if card is None:
        return said(closed(state), "That order has moved on already", world), ()
    later = code in {"course", "hold"}
    targets = split_targets(state, card, world)
    why_not = "" if later else next((why for station, _, why in targets if station == code), "is not known")
    if why_not:
        return said(state, f"{station_name(code)} {why_not}", world), ()
    refused = refusal(state, "token.split", f"split {number_of(card)}", world)
    if refused is not None:
        return refused, ()
    order, part = card.key
    fact = TokenSplit(
        order=order,
        part=part,
        place=card.spot.place,
        off=tuple(SplitOff(line=line, count=count) for line, count in state.off),
        to=HOLD if later else station_place(code),
        why=world.by("course 2" if code == "course" else "split"),
        course=code == "course",
    )
    return said(closed(state), f"{number_of(card)} is being split", world), (fact,)


def split_targets(state: ExpediterState, card: Card, world: World) -> list[tuple[str, int | None, str]]:
    """Code, active items and why not, for each station: it must be able to make what is taken off."""
    groups = sorted({line.group for line in card.body.lines if line.id in dict(state.off)})
    found = floor.able(world, groups, floor.kitchens(world))
    return [(station.code, items, why) for station, items, why in found]


def void(state: ExpediterState, world: World) -> Result:
    """The picked token, once a reason was chosen; called by the confirmation."""
    card = picked(state, world)
    if card is None or floor.finished(card):
        return said(closed(state), "That order has moved on already", world), ()
    if not state.reason:
        return said(state, "Choose a reason first", world), ()
    refused = refusal(state, "token.void", f"void {number_of(card)}", world)
    if refused is not None:
        return refused, ()
    made = was_made(state, card)
    fact = moved(card, floor.void_place(world), "void", world.by(state.reason), made=made)
    told = f"{number_of(card)} is void: {'waste' if made else 'not started'}"
    return said(replace(closed(state), picked=None), told, world), (fact,)


def was_made(state: ExpediterState, card: Card) -> bool:
    """Whether what is voided is waste: as somebody said, else as its ticks say; what stands on the pass is made."""
    if state.made is not None:
        return state.made
    return card.spot.place == PASS or any(line.done for line in card.body.lines)


def rush(state: ExpediterState, world: World) -> Result:
    card = picked(state, world)
    if card is None or floor.finished(card):
        return said(state, "Tap the order first, then rush", world), ()
    refused = refusal(state, "token.transfer", f"rush {number_of(card)}", world)
    if refused is not None:
        return refused, ()
    order, part = card.key
    return state, (TokenRushed(order=order, part=part, place=card.spot.place, rush=not card.body.rush),)


def hand_over(state: ExpediterState, order: str, world: World) -> Result:
    """Every part at once; says what is missing, or that the allergies were not read here."""
    parts = floor.parts_of(world, order)
    if not parts:
        return state, ()
    refused = refusal(state, "token.bump", f"hand over {number_of(parts[0])}", world)
    if refused is not None:
        return refused, ()
    missing = missing_of(parts)
    if missing:
        return said(state, f"{number_of(parts[0])} is not whole yet: {', '.join(missing)}", world), ()
    if unread(parts):
        return said(state, f"{number_of(parts[0])}: read the allergies first, then tap the violet band", world), ()
    done = floor.done_place(world)
    after = replace(closed(state), picked=None, last=newest(number_of(parts[0]), state))
    return after, tuple(moved(card, done, "hand_over") for card in parts)


def newest(number: str, state: ExpediterState) -> tuple[str, ...]:
    """The numbers that were handed over last, with this one."""
    before = tuple(one for one in state.last or () if one != number)
    return (number, *before)[:SHOWN_LAST]


def hand_part(state: ExpediterState, order: str, world: World) -> Result:
    """What of an order stands on the pass, without the rest: somebody must be permitted to say so."""
    parts = floor.parts_of(world, order)
    ready = tuple(card for card in parts if card.spot.place == PASS)
    if not ready:
        return state, ()
    refused = refusal(state, "token.void", f"hand over a part of {number_of(ready[0])} without the rest", world)
    if refused is not None:
        return refused, ()
    if unread(ready):
        return said(state, f"{number_of(ready[0])}: read the allergies first, then tap the violet band", world), ()
    done, why = floor.done_place(world), world.by("handed over in parts")
    told = f"{number_of(ready[0])}: the rest follows ({', '.join(missing_of(parts))})"
    after = said(replace(closed(state), picked=None, last=newest(number_of(ready[0]), state)), told, world)
    return after, tuple(moved(card, done, "hand_over", why) for card in ready)


def missing_of(parts: tuple[Card, ...]) -> list[str]:
    """What is not on the pass yet, in words: "part 1-2 at FRY1 (2 to make)"."""
    return [
        f"{'' if len(parts) == 1 else f'part {card.body.part} '}at {_place(card.spot.place)}"
        + (f" ({card.body.items} to make)" if card.body.items else " (made, not bumped)")
        for card in parts
        if card.spot.place != PASS
    ]


def unread(parts: tuple[Card, ...]) -> bool:
    """Whether somebody named allergies that nobody has read on the pass."""
    return any(
        card.body.customer.allergies and "allergy_pass" not in card.body.acknowledged
        for card in parts
        if card.spot.place == PASS
    )


def seen(state: ExpediterState, order: str, world: World) -> Result:
    unread_here = [card for card in floor.parts_of(world, order) if unread((card,))]
    if not unread_here:
        return state, ()
    refused = refusal(state, "token.bump", f"confirm the allergies of {number_of(unread_here[0])}", world)
    if refused is not None:
        return refused, ()
    return state, tuple(
        TokenAcknowledged(order=card.key[0], part=card.key[1], place=PASS, what="allergy_pass") for card in unread_here
    )


def rescue(state: ExpediterState, code: str, world: World) -> Result:
    """Everything of a silent station back to the inbox. One that answers is left alone."""
    if not world.silent(code):
        return said(state, f"{station_name(code)} answers again: nothing to rescue", world), ()
    refused = refusal(state, "token.transfer", f"rescue the orders of {station_name(code)}", world)
    if refused is not None:
        return refused, ()
    cards = floor.at(world, station_place(code))
    why = world.by(f"rescued, {station_name(code)} did not answer")
    return state, tuple(moved(card, INBOX, "rescue", why) for card in cards)


def log_in_or_out(state: ExpediterState, world: World) -> Result:
    if world.person is None:
        return replace(closed(state), asking=True), ()
    return closed(state), (StaffSeen(staff=world.person.id, what="logout"),)


def _place(place: str) -> str:
    code = station_of(place)
    words: Mapping[str, str] = {INBOX: "the inbox", HOLD: "hold", PASS: "the pass"}
    return station_name(code) if code else words.get(place, place)


def number_of(card: Card) -> str:
    return card.body.number.upper()


def moved(card: Card, to: str, verb: Verb, why: str = "", *, made: bool | None = None) -> TokenMoved:
    order, part = card.key
    return TokenMoved(order=order, part=part, place=card.spot.place, to=to, verb=verb, why=why, made=made)


def refusal(state: ExpediterState, permission: str, what: str, world: World) -> ExpediterState | None:
    """Asks for somebody when there is nobody. Raises NotPermitted when it is somebody who may not."""
    if world.person is None:
        return asking(state)
    world.require(permission, what)
    return None


def asking(state: ExpediterState) -> ExpediterState:
    return replace(closed(state), asking=True)
