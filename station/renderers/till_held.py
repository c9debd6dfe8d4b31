"""Orders that wait for whoever began them: what is held when they leave a till, and what comes back when they are at one again.

A held order is a file on the floor (`domain/held.py`); the move of it into a till's own folder is what lets that till go on with it, so of
two tills only one can. What is shown is what this station's disk says of the floor; nothing is opened before the move is certain, or
while it is certain that nobody else has ever seen the file.
"""

from dataclasses import replace

from station.domain.bills import is_bill
from station.domain.cards import Card
from station.domain.facts import Fact, OrderHeld, OrderSent, StaffSeen, TokenMoved, Verb
from station.domain.floor import HELD_WAITING, held_ended, held_place
from station.domain.held import Origin, held, taken_up
from station.domain.orders import number_prefix
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.till_bills import left_behind
from station.renderers.till_state import Reserved, Till, handed_on
from station.renderers.world import World


class TillHandover:
    """See `role.Handover`."""

    def leave(self, state: Till, world: World, desk: Desk) -> tuple[Fact, ...]:
        """What was being rung up is held, before anybody else has the till."""
        if world.person is None:
            return ()
        # Before the first touch it is on the screen, but not in the state yet.
        here = held_place(world.station)
        back = tuple(
            _moved(card, HELD_WAITING, "hold", world.by("left again"))
            for card in _unfinished(world)
            if card.spot.place == here and card.key[0] != state.held
        )
        bills = left_behind(replace(state, billing=""), world)
        return (*back, *bills, *_kept(state, world, desk))

    def cleared(self, state: Till) -> Till:
        """The till with nobody at it."""
        return handed_on(state, "")

    def arrive(self, state: Till, world: World) -> tuple[Fact, ...]:
        """Takes up the newest order that waits for whoever is here now, and ends what was finished and only not yet put away."""
        if world.person is None:
            return ()
        done, here = _finished(world), held_place(world.station)
        facts: list[Fact] = [
            _moved(card, held_ended(world.shop.business_day), "end", "finished before")
            for card in _mine(world)
            if card.key[0] in done and card.spot.place == here
        ]
        open_ones = _unfinished(world)
        waiting = [card for card in open_ones if card.spot.place == HELD_WAITING and _comes_back(card, world)]
        if waiting and not state.draft.begun and all(card.spot.place != here for card in open_ones):
            facts.append(_moved(max(waiting, key=_since), here, "resume", world.by("taken up")))
        strangers = (
            _moved(card, HELD_WAITING, "hold", "nobody is ringing this up") for card in _strangers(state, world)
        )
        return (*facts, *left_behind(state, world), *strangers)


def fetching(state: Till, world: World) -> Card | None:
    """The order that is on its way to this till for whoever is here."""
    found = _here(state, world)
    return found if found is not None and not _ours(found, world) else None


def restored(state: Till, world: World) -> tuple[Till, tuple[str, ...]] | None:
    """The till with the order that came for whoever is here, and the names of what nobody sells any more; None when none came."""
    card = _here(state, world)
    if card is None or state.draft.begun or not _ours(card, world):
        return None
    found = taken_up(card.body, world.shop.menu)
    kept = card.body.held
    reserved = None
    if kept is not None and kept.order is not None:
        reserved = Reserved(kept.order, card.body.number, kept.business_day)
    after = replace(state, draft=found.draft, held=card.key[0], reserved=reserved, wanted="", moded=True)
    return after, found.missing


def ended(state: Till, world: World, why: str) -> tuple[Fact, ...]:
    """The held order that this one was is over."""
    if not state.held:
        return ()
    to = held_ended(world.shop.business_day)
    here = held_place(world.station)
    return (TokenMoved(order=state.held, part="1", place=here, to=to, verb="end", why=world.by(why)),)


def put_aside(state: Till, world: World, desk: Desk) -> tuple[Fact, ...]:
    """Somebody holds the order and goes on with another one: it waits until it is asked for, by anybody, at any till."""
    return _kept(state, world, desk, parked=True)


def asked_for(state: Till, order: str, world: World) -> tuple[Till, tuple[Fact, ...]]:
    """This till wants an order that waits, whoever began it: it is here as soon as no other till can have it."""
    card = next((one for one in held_orders(world) if one.key[0] == order), None)
    if card is None:
        raise OrderRefused("that order is at another till now, or it is over")
    if state.draft.begun:
        raise OrderRefused("finish this order or hold it first, then take the other one")
    world.require("order.take", "go on with an order that waits")
    if world.tokens.share == "away":
        raise OrderRefused(
            "the share is away, and another till may be at that order; it can be taken when the share is back"
        )
    moved = _moved(card, held_place(world.station), "resume", world.by("taken up"))
    return replace(state, wanted=order, sheet=None, focus=""), (moved,)


def held_orders(world: World) -> tuple[Card, ...]:
    """What waits at no till, whoever began it, the oldest first."""
    done = _finished(world)
    found = [
        card
        for card in world.cards.values()
        if card.body.held is not None
        and not is_bill(card.body)
        and card.spot.place == HELD_WAITING
        and card.key[0] not in done
    ]
    return tuple(sorted(found, key=lambda card: card.body.placed_at))


def _kept(state: Till, world: World, desk: Desk, *, parked: bool = False) -> tuple[Fact, ...]:
    """What was being rung up, as it waits for its person from now on; a payment that was begun waits at this till instead."""
    if world.person is None or state.owner != world.person.id or _being_paid(state, world):
        return ()
    if not state.draft.lines:
        return ended(state, world, "cleared")
    origin = Origin(desk.new_id(), world.person, world.station, world.now)
    reserved = state.reserved
    if reserved is None:
        body = held(state.draft, origin, f"{number_prefix(world.station)}-0", parked=parked)
    else:
        body = held(state.draft, origin, reserved.number, reserved.order, reserved.business_day, parked=parked)
    fact = OrderHeld(order=body.order, token=body, replaces=state.held or None)
    return fact, *ended(state, world, "held again")


def _being_paid(state: Till, world: World) -> bool:
    """Whether somebody has paid a part of it, or it comes to an order that was sent: neither is held."""
    paying = state.reserved is not None and state.reserved.order in world.ledger.payments
    return paying or state.adding is not None


def _strangers(state: Till, world: World) -> tuple[Card, ...]:
    """Orders at this till that nobody here is ringing up, as after a power cut: others began them."""
    here, done = held_place(world.station), _finished(world)
    mine = {card.key[0] for card in _mine(world)}
    return tuple(
        card
        for card in world.cards.values()
        if card.spot.place == here
        and card.body.held is not None
        and not is_bill(card.body)
        and card.key[0] not in mine | done | {state.held, state.wanted}
    )


def _here(state: Till, world: World) -> Card | None:
    """What stands at this till for whoever is here, and is not what they are ringing up already."""
    here = held_place(world.station)
    found = [card for card in _unfinished(world) if card.spot.place == here and card.key[0] != state.held]
    if state.wanted:
        found = [card for card in world.cards.values() if card.key[0] == state.wanted and card.spot.place == here]
    return max(found, key=_since, default=None)


def _mine(world: World) -> list[Card]:
    """The held orders of whoever is here, wherever this till can see them."""
    if world.person is None:
        return []
    who = world.person.id
    return [
        card
        for card in world.cards.values()
        if card.body.held is not None and card.body.held.staff == who and not is_bill(card.body)
    ]


def _unfinished(world: World) -> list[Card]:
    done = _finished(world)
    return [card for card in _mine(world) if card.key[0] not in done]


def _comes_back(card: Card, world: World) -> bool:
    """Whether it comes by itself to its person: once, and not what somebody put aside."""
    return not (card.body.held is not None and card.body.held.parked) and not _asked_for(card, world)


def _asked_for(card: Card, world: World) -> bool:
    """Whether this till wanted it since its person came: once is enough, since whoever was quicker has it."""
    for entry in reversed(world.recent):
        fact = entry.fact
        if isinstance(fact, StaffSeen) and fact.what == "login":
            return False
        if isinstance(fact, TokenMoved) and fact.verb == "resume" and fact.order == card.key[0]:
            return True
    return False


def _ours(card: Card, world: World) -> bool:
    """Whether no other till can have it: the floor said so, or it has never left this station."""
    if not card.pending:
        return True
    if world.tokens.share != "away" or world.tokens.since is None:
        return False
    since = world.tokens.since
    return any(
        isinstance(entry.fact, OrderHeld) and entry.fact.order == card.key[0] and entry.at >= since
        for entry in world.recent
    )


def _finished(world: World) -> set[str]:
    """Held orders that were sold or held anew here, as this station's own journal has it."""
    done = set()
    for entry in world.recent:
        if isinstance(entry.fact, OrderSent) and entry.fact.held is not None:
            done.add(entry.fact.held)
        elif isinstance(entry.fact, OrderHeld) and entry.fact.replaces is not None:
            done.add(entry.fact.replaces)
    return done


def _since(card: Card) -> str:
    return card.key[0]


def _moved(card: Card, to: str, verb: Verb, why: str) -> TokenMoved:
    order, part = card.key
    return TokenMoved(order=order, part=part, place=card.spot.place, to=to, verb=verb, why=why)
