"""Orders that the kitchen has and nobody has paid: their list on a till, one of them taken for its payment, and the payment.

A bill stands on the floor; the till that has moved it into its own folder takes the money. Until that move is certain nothing is paid.
"""

from collections.abc import Callable
from dataclasses import replace

import msgspec

from station.domain.bills import is_bill, paid, sale_of
from station.domain.cards import Card
from station.domain.facts import Fact, OrderPaid, OrderSent, Tender, TokenMoved, Verb
from station.domain.floor import HELD_WAITING, held_ended, held_place
from station.domain.tenders import Due, due
from station.errors import OrderRefused
from station.renderers import theme as look
from station.renderers.role import Desk
from station.renderers.scene import Box, Drawn, Hit, Label, Panel, Rect, drawn
from station.renderers.till_layout import money
from station.renderers.till_state import Billing, Paying, Till
from station.renderers.widgets.button import button
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import counted
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


def bill_of(till: Till, world: World) -> OrderSent | None:
    """The sale that is being paid; None when it is the order on the till."""
    card = _wanted(till, world)
    return None if card is None else sale_of(card.body)


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


def bill_due(sale: OrderSent, world: World) -> Due:
    return due(sale.total_minor, (), world.shop.menu.cash_rounding_minor)


def pay_bill(till: Till, pay: Callable[[Due, str], Tender], world: World, desk: Desk) -> Result:
    """One payment, once. The bill ends with it."""
    card, sale = _wanted(till, world), bill_of(till, world)
    if card is None or sale is None or not isinstance(till.sheet, Paying):
        return till, ()
    world.require("order.take", "take this payment")
    tender = pay(bill_due(sale, world), desk.new_id())
    fact = paid(sale, card.key[0], (tender,), world.shop.menu.cash_rounding_minor)
    last = msgspec.structs.replace(sale, tenders=(tender,), rounding_minor=fact.rounding_minor)
    end = _moved(card, held_ended(world.shop.business_day), "end", world.by("paid"))
    return replace(till, billing="", sheet=None, last=last, focus=""), (fact, end)


def billing_sheet(till: Till, billing: Billing, world: World) -> tuple[Panel, ...]:
    """What waits for its payment: number, guest, what it is, how much."""
    theme = world.theme
    found = bills(world)
    rect = sheet_rect(world, 0.66, 0.8)
    room = content_rect(world, rect)
    high, gap = max(theme.touch, theme.px(96)), theme.px(10)
    fits = max(1, (room.h + gap) // (high + gap))
    paged = len(found) > fits
    fits = max(1, fits - 1) if paged else fits
    first = billing.page * fits if billing.page * fits < len(found) else 0
    made = Drawn()
    for index, card in enumerate(found[first : first + fits]):
        row = Rect(room.x, room.y + index * (high + gap), room.w, high)
        made += _row(row, card, str(index + 1), world, wanted=card.key[0] == till.billing)
    if not found:
        text = "Every order is paid"
        made += drawn((Label(room.top(high), text, theme.body, look.MUTED, "medium", "centre"),))
    if paged:
        more = Rect(room.x, room.bottom - high, room.w, high)
        page = billing.page + 1 if first + fits < len(found) else 0
        text = f"+{len(found) - min(fits, len(found) - first)} more"
        made += button(more, text, f"bills:{page}", theme, key="PgDn", pressed=world.pressed)
    return sheet(world, "billing", "To be paid", rect, made)


def _row(row: Rect, card: Card, key: str, world: World, *, wanted: bool) -> Drawn:
    theme, sale = world.theme, sale_of(card.body)
    total = "cannot be read here" if sale is None else money(sale.total_minor, world)
    number, customer = card.body.number.upper(), card.body.customer
    who = " · ".join(part for part in (customer.name, customer.marker and f"No. {customer.marker}") if part)
    what = "Taking it" if wanted else ", ".join(f"{line.count} {line.name}" for line in card.body.lines)
    told = f"{counted(sum(line.count for line in card.body.lines), 'item')}: {what}" if not wanted else what
    inner = row.inset(theme.px(16), theme.px(8))
    left = world.ruler.width("T12-0000", theme.title, "bold") + theme.pad
    right = world.ruler.width(total, theme.title, "bold", tabular=True) + theme.px(8)
    middle = Rect(inner.x + left, inner.y, inner.w - left - right - theme.pad, inner.h)
    action = f"bill:{card.key[0]}"
    return drawn(
        (
            Box(row, look.PRESSED if world.pressed == action else look.RAISED, theme.radius),
            Label(inner.left(left), number, theme.title, look.TEXT, "bold"),
            Label(
                middle.top(inner.h // 2), who or f"taken by {card.body.placed_by}", theme.body, look.TEXT, "semibold"
            ),
            Label(middle.below(inner.h // 2), told, theme.label, look.MUTED, "medium"),
            Label(inner.after(inner.w - right), total, theme.title, look.TEXT, "bold", "right", tabular=True),
        ),
        (Hit(row, action, f"Take the payment of {number}", enabled=sale is not None, key=key),),
    )


def _wanted(till: Till, world: World) -> Card | None:
    return next((card for card in bills(world) if card.key[0] == till.billing), None)


def _moved(card: Card, to: str, verb: Verb, why: str) -> TokenMoved:
    order, part = card.key
    return TokenMoved(order=order, part=part, place=card.spot.place, to=to, verb=verb, why=why)
