"""Keeping orders from the kitchen and sending them to it: until a person says so, until a time, until the course before is made. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from station.domain.cards import Card
from station.domain.facts import Fact, TokenHeld
from station.domain.floor import HOLD, INBOX, PASS
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState, closed, moved, number_of, picked, refusal, said
from station.renderers.scene import Drawn, Label, Panel, Rect
from station.renderers.widgets.button import button
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import clock
from station.renderers.widgets.tile import grid
from station.renderers.world import World

Result = tuple[ExpediterState, tuple[Fact, ...]]
MINUTES: Final = (5, 10, 15, 20, 30, 45, 60, 90)


def hold_or_fire(state: ExpediterState, world: World) -> Result:
    """What is held goes to the inbox, and is dispatched like a new order; of anything else is asked how long to keep it."""
    card = picked(state, world)
    if card is None or floor.finished(card) or card.spot.place == PASS:
        return said(state, "Tap an order that is not made yet first, then hold", world), ()
    if card.spot.place != HOLD:
        if world.person is None:
            return replace(closed(state), asking=True), ()
        return replace(closed(state), overlay="" if state.overlay == "hold" else "hold"), ()
    refused = refusal(state, "token.transfer", f"fire {number_of(card)}", world)
    return (refused, ()) if refused is not None else (state, (moved(card, INBOX, "fire", world.by("fired")),))


def hold(state: ExpediterState, minutes: str, world: World) -> Result:
    """`minutes` from now; empty: until a person fires it."""
    card = picked(state, world)
    if card is None or floor.finished(card) or card.spot.place == PASS:
        return said(closed(state), "That order has moved on already", world), ()
    refused = refusal(state, "token.transfer", f"hold {number_of(card)}", world)
    if refused is not None:
        return refused, ()
    until = None if not minutes else fires_at(world.now, int(minutes))
    order, part = card.key
    told = f"{number_of(card)} is held" + ("" if until is None else f" until {clock(until)}")
    why = world.by("held" if until is None else f"held until {clock(until)}")
    return said(closed(state), told, world), (
        TokenHeld(order=order, part=part, place=card.spot.place, until=until, why=why),
    )


def fires_at(now: datetime, minutes: int) -> datetime:
    """On a whole minute, so that what was said and what happens is the same time."""
    return (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def held_words(card: Card) -> str:
    """When it goes to the kitchen."""
    body = card.body
    if body.fire_at is not None:
        return f"goes at {clock(body.fire_at)}"
    if body.fire_after is not None:
        return f"goes after part {body.fire_after}"
    return "until you fire it"


def hold_sheet(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    card = picked(state, world)
    if state.overlay != "hold" or card is None:
        return ()
    theme, gap = world.theme, world.theme.px(10)
    high = max(theme.touch, theme.px(96))
    rect = sheet_rect(world, 0.5, 0.8, 4 * (high + gap))
    area = content_rect(world, rect)
    made = button(
        area.top(high),
        "Until I fire it",
        "held:",
        theme,
        kind="primary",
        key="Enter",
        locked=world.locked("token.transfer"),
        pressed=world.pressed,
        size=theme.title,
    )
    cells = grid(Rect(area.x, area.y + high + gap, area.w, 2 * high + gap), 4, 2, gap)
    for index, (cell, minutes) in enumerate(zip(cells, MINUTES, strict=True)):
        made += button(
            cell,
            f"{minutes} min · {clock(fires_at(world.now, minutes))}",
            f"held:{minutes}",
            theme,
            key=str(index + 1),
            locked=world.locked("token.transfer"),
            label=f"In {minutes} minutes, at {clock(fires_at(world.now, minutes))}",
            pressed=world.pressed,
        )
    words = "It goes to the kitchen by itself then"
    foot = Rect(area.x, area.y + 3 * (high + gap), area.w, theme.line(theme.label))
    made += Drawn((Label(foot, words, theme.label, look.MUTED, "medium"),))
    return sheet(world, "sheet:hold", f"Hold {number_of(card)}", rect, made)
