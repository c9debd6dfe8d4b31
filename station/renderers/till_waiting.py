"""What waits: orders that the kitchen has and nobody has paid, and orders that somebody put aside. Any till can take either."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from station.domain.bills import bill_in
from station.domain.cards import Card
from station.domain.facts import Fact
from station.domain.held import taken_up
from station.domain.pricing import price
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.scene import Panel
from station.renderers.till_bills import bills, chosen
from station.renderers.till_choices import rows_sheet
from station.renderers.till_forms import Billing
from station.renderers.till_held import asked_for, held_orders, put_aside
from station.renderers.till_layout import money
from station.renderers.till_state import Till, said
from station.renderers.widgets.listing import Row
from station.renderers.widgets.text import clock, counted
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]


def waiting_count(world: World) -> int:
    return len(bills(world)) + len(held_orders(world))


def waiting_sheet(till: Till, billing: Billing, world: World) -> tuple[Panel, ...]:
    """Number, guest, what it is, how much; the oldest first."""
    found = sorted((*bills(world), *held_orders(world)), key=lambda card: card.body.placed_at)
    rows = [_row(card, str(index % 9 + 1), till, world) for index, card in enumerate(found)]
    return rows_sheet(world, "billing", "Waiting", rows, billing.page, "bills", empty="Nothing waits")


def _row(card: Card, key: str, till: Till, world: World) -> Row:
    bill = bill_in(card.body)
    customer = card.body.customer
    who = " · ".join(part for part in (customer.name, customer.marker and f"No. {customer.marker}") if part)
    items = ", ".join(f"{line.count} {line.name}" for line in card.body.lines)
    number = card.body.number.upper()
    if bill is None and card.body.held is not None and card.body.held.sale:
        return Row("", number, "cannot be read here", enabled=False)
    if bill is not None:
        wanted = card.key[0] == till.billing
        text = who or f"taken by {card.body.placed_by}"
        note = "Taking it" if wanted else f"To be paid · {items}"
        return Row(f"bill:{card.key[0]}", text, note, number, money(bill.total_minor, world), key=key)
    total = price(taken_up(card.body, world.shop.menu).draft).total_minor
    text = who or f"Held by {card.body.placed_by}"
    note = f"Held at {clock(card.body.placed_at)} on {card.body.placed_on.upper()} · {items}"
    lead = number if card.body.held is not None and card.body.held.order else "Held"
    return Row(f"resume:{card.key[0]}", text, note, lead, money(total, world), key=key)


def _hold(till: Till, _rest: str, world: World, desk: Desk) -> Result:
    if not till.draft.lines:
        raise OrderRefused("there is nothing to hold yet; tap what the guest wants")
    if till.adding is not None:
        raise OrderRefused("this comes to an order that was sent: send it, or leave it")
    facts = put_aside(till, world, desk)
    after = Till(category=till.category, seen=till.seen, keys=till.keys, owner=till.owner, later=till.later)
    return said(after, f"Held: {counted(till.draft.count, 'item')}. It is under Waiting, on every till", world), facts


ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {
    "hold": _hold,
    "bills": lambda till, rest, _world, _desk: (replace(till, sheet=Billing(int(rest or 0)), focus=""), ()),
    "bill": lambda till, rest, world, _desk: chosen(till, rest, world),
    "resume": lambda till, rest, world, _desk: asked_for(till, rest, world),
}
