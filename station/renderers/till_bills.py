"""Orders that the kitchen has and nobody has paid: their list on a till, one of them taken for its payment, and the payment.

A bill stands on the floor; the till that has moved it into its own folder takes the money. Until that move is certain nothing is paid.
"""

from dataclasses import replace

from station.domain.bills import Bill, bill_in, is_bill
from station.domain.cards import Card
from station.domain.facts import Fact, OrderPaid, TokenMoved, Verb
from station.domain.floor import HELD_WAITING, held_place
from station.errors import OrderRefused
from station.renderers.till_forms import Billing, Paying
from station.renderers.till_state import Till
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


def bills(world: World) -> tuple[Card, ...]:
    """What is not paid yet and stands where this till can have it, the oldest first."""
    done = {entry.fact.bill for entry in world.recent if isinstance(entry.fact, OrderPaid)}
    mine = {HELD_WAITING, held_place(world.station)}
    found = [
        card
        for card in world.cards.values()
        if is_bill(card.body) and card.spot.place in mine and card.key[0] not in done
    ]
    return tuple(sorted(found, key=lambda card: card.body.placed_at))


def bill_of(till: Till, world: World) -> Bill | None:
    """What is being paid; None when it is the order on the till."""
    card = _wanted(till, world)
    return None if card is None else bill_in(card.body)


def chosen(till: Till, bill_id: str, world: World) -> Result:
    """This till wants the bill: it pays it as soon as no other till can."""
    card = next((one for one in bills(world) if one.key[0] == bill_id), None)
    if card is None:
        raise OrderRefused("that order has been paid, or another till has it")
    after = settled(replace(till, billing=bill_id, focus=""), world)
    if card.spot.place != HELD_WAITING:
        return after, ()
    if world.tokens.share == "away":
        raise OrderRefused(
            "the share is away, and another till may be taking this payment; it can be paid when the share is back"
        )
    return after, (_moved(card, held_place(world.station), "resume", world.by("to be paid")),)


def settled(till: Till, world: World) -> Till:
    """On to the payment once the bill is this till's; back to the list when another one was quicker."""
    if not till.billing:
        return till
    card = _wanted(till, world)
    if card is None:
        return replace(till, billing="", sheet=None if isinstance(till.sheet, Paying) else till.sheet)
    if isinstance(till.sheet, Billing) and card.spot.place == held_place(world.station) and not card.pending:
        return replace(till, sheet=Paying(), selected="", focus="")
    return till


def given_back(till: Till, world: World) -> Result:
    """No payment after all: any till can have it."""
    card = _wanted(till, world)
    after = replace(till, billing="", sheet=None, focus="")
    if card is None or card.spot.place == HELD_WAITING:
        return after, ()
    return after, (_moved(card, HELD_WAITING, "hold", world.by("not paid yet")),)


def left_behind(till: Till, world: World) -> tuple[Fact, ...]:
    """Bills in this till's folder that nobody here is taking the payment of, as after a power cut."""
    here = held_place(world.station)
    return tuple(
        _moved(card, HELD_WAITING, "hold", "nobody is taking this payment")
        for card in bills(world)
        if card.spot.place == here and card.key[0] != till.billing
    )


def bill_moved(till: Till, to: str, verb: Verb, why: str, world: World) -> tuple[Fact, ...]:
    """The bill that this till has goes somewhere else."""
    card = _wanted(till, world)
    return () if card is None else (_moved(card, to, verb, why),)


def _wanted(till: Till, world: World) -> Card | None:
    return next((card for card in bills(world) if card.key[0] == till.billing), None)


def _moved(card: Card, to: str, verb: Verb, why: str) -> TokenMoved:
    order, part = card.key
    return TokenMoved(order=order, part=part, place=card.spot.place, to=to, verb=verb, why=why)
