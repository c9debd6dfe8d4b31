"""Finding an order on a full floor: by the digits of its number, by what is late, rushed or of one prep group, or by its receipt's code."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from station.domain.cards import Card
from station.domain.facts import Fact
from station.domain.floor import station_of
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState, said
from station.renderers.expediter_tile import level_of
from station.renderers.scene import Box, Panel, Rect, drawn, panel
from station.renderers.widgets.bars import areas
from station.renderers.widgets.button import button
from station.renderers.widgets.digits import digit_row, typed_box
from station.renderers.world import World

Result = tuple[ExpediterState, tuple[Fact, ...]]
_LONGEST: Final = 10
_GROUPS: Final = 4
"""So many prep groups have a button; more would leave none of them room to be read."""


def keeps(state: ExpediterState, world: World) -> Callable[[Card], bool]:
    """Whether a card is one of those that are looked for; every card when nothing is."""
    wanted = state.find.replace("-", "")

    def keep(card: Card) -> bool:
        if wanted and wanted not in card.body.number.replace("-", ""):
            return False
        if state.only == "late":
            return level_of(card, world) != "calm"
        if state.only == "rush":
            return card.body.rush
        return not state.only or any(line.group == state.only for line in card.body.lines)

    return keep


def narrowed(state: ExpediterState) -> bool:
    """Whether not all of the floor is shown."""
    return bool(state.find or state.only)


def opened(state: ExpediterState) -> ExpediterState:
    """The strip to look for orders; with it gone, all of the floor is there again."""
    return ended(state) if state.finding or narrowed(state) else replace(state, finding=True, find="", only="")


def ended(state: ExpediterState) -> ExpediterState:
    return replace(state, finding=False, find="", only="")


def typed(state: ExpediterState, text: str) -> ExpediterState:
    letter = text.lower()
    fits = letter.isascii() and (letter.isalnum() or letter == "-") and len(state.find) < _LONGEST
    return replace(state, find=state.find + letter, starts=()) if fits else state


def taken_back(state: ExpediterState) -> ExpediterState:
    return replace(state, find=state.find[:-1], starts=())


def chosen(state: ExpediterState, only: str) -> ExpediterState:
    return replace(state, only="" if state.only == only else only, starts=())


def picked(state: ExpediterState, world: World) -> ExpediterState:
    """The first that is found, and all of the floor around it again."""
    keep = keeps(state, world)
    found = [card for card in world.cards.values() if not floor.finished(card) and keep(card)]
    if not found:
        return said(state, f"No order on the floor has {state.find.upper()} in its number", world)
    return replace(ended(state), picked=floor.by_age(found)[0].key)


def folded(state: ExpediterState, code: str, world: World) -> ExpediterState:
    """A station is shown by its head only, or whole again; without a code the one where the picked order stands."""
    card = None if state.picked is None else world.cards.get(state.picked)
    station = code or (station_of(card.spot.place) if card is not None else None)
    if station is None:
        return said(state, "Tap an order at a station first, then fold", world)
    return replace(state, folded=state.folded ^ {station})


def scanned(state: ExpediterState, order: str, world: World) -> ExpediterState:
    """A receipt's code picks the order, wherever it stands."""
    parts = floor.parts_of(world, order)
    if parts:
        return replace(ended(state), picked=parts[0].key, overlay="")
    gone = next((card for card in state.handed if card.key[0] == order), None)
    if gone is not None:
        return said(state, f"{gone.body.number.upper()} was handed over", world)
    return said(state, "That order is not on the floor: handed over, void, or of another day", world)


def strip_height(world: World) -> int:
    return 2 * world.theme.touch + 3 * world.theme.px(8)


def strip(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    """Under the tools: what is looked for, the filters, and digits for whoever has no keyboard."""
    if not state.finding:
        return ()
    theme, gap = world.theme, world.theme.px(8)
    area = areas(world)[1]
    rect = area.top(strip_height(world))
    room = rect.at_origin().inset(theme.gap, gap)
    above, below = room.top(theme.touch), Rect(room.x, room.y + theme.touch + gap, room.w, theme.touch)
    wide = max(theme.px(260), 170)
    made = drawn((Box(rect.at_origin(), look.CARD),)) + typed_box(above.left(wide), state.find.upper(), world)
    groups = sorted({group for station in floor.kitchens(world) for group in station.groups})[:_GROUPS]
    filters = [("late", "Late"), ("rush", "Rush"), *((group, group.capitalize()) for group in groups)]
    rest = above.after(wide + gap)
    cells = rest.left(rest.w - theme.touch - gap).split_columns(len(filters), gap)
    for cell, (only, text) in zip(cells, filters, strict=True):
        on = state.only == only
        made += button(cell, text, f"only:{only}", theme, kind="chosen" if on else "plain", pressed=world.pressed)
    cross = rest.after(rest.w - theme.touch)
    made += button(cross, "", "find", theme, icon="cross", label="All of the floor", key="Esc", pressed=world.pressed)
    made += digit_row(below, "seek", world)
    return (panel("find", rect, made, ground=look.CARD),)


def tool_text(state: ExpediterState) -> str:
    """What the tool that opens it says: what is looked for, while not all of the floor is shown."""
    return f"{state.find.upper()} {state.only}".strip().capitalize() if narrowed(state) else "Find"
