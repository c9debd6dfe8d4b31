"""The prep display: what is to be made here, the oldest first.

A tap ticks, a tap on the header bumps, a long touch opens the recipe. What others take away leaves with a note of where it
went; what was cancelled stays until somebody has said whether it was made.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from station.renderers import floor_view as floor
from station.renderers import prep_actions as act
from station.renderers import prep_notes as notes
from station.renderers import theme as look
from station.renderers.prep_cards import FLASH_S, changes_at, laid_out
from station.renderers.prep_keys import keyed
from station.renderers.prep_sheets import sheets
from station.renderers.prep_state import LAST, PrepState, Result, board, closed, mine, queue, said
from station.renderers.prep_taps import tapped
from station.renderers.recipe_view import refreshed
from station.renderers.role import Desk, Event, Held, Keyed, Scanned, Tap
from station.renderers.scene import Drawn, Icon, Label, Panel, Rect, Scene, panel
from station.renderers.widgets.bars import Tool, areas, status_bar, toolbar
from station.renderers.widgets.card import place_name
from station.renderers.widgets.sheet import message
from station.renderers.widgets.text import counted
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class PrepRole:
    """See `role.py` for what the functions promise."""

    def begin(self, world: World) -> PrepState:
        # What is there already is no news.
        before = world.now - timedelta(seconds=FLASH_S)
        state = PrepState(
            bumped=floor.bumped_last(world, world.station, LAST),
            seen=tuple((card.key, before) for card in board(world)),
        )
        return notes.begun(state, world)

    def notice(self, state: PrepState, world: World, desk: Desk) -> PrepState:
        """Forgets what is gone, remembers what is new, ends a message that was there long enough."""
        here = [card.key for card in board(world)]
        known = dict(state.seen)
        seen = tuple((key, known.get(key, world.now)) for key in here)
        bumped = floor.remembered(state.bumped, world, world.station, LAST)
        changed = replace(state, seen=seen, bumped=bumped) if (seen, bumped) != (state.seen, state.bumped) else state
        if state.card is not None and state.card not in here:
            changed = replace(changed, card=None, line=-1)
        if state.moving is not None and mine(state.moving, world) is None:
            # A sheet about a card that is gone would act on nothing.
            changed = closed(changed)
        if state.recipe is not None:
            changed = replace(changed, recipe=refreshed(state.recipe, world, desk))
        if state.message_until is not None and state.message_until <= world.now:
            changed = replace(changed, message="", message_until=None)
        changed = notes.noticed(changed, world)
        return replace(changed, asking=False) if state.asking and world.person is not None else changed

    def handle(self, state: PrepState, event: Event, world: World, desk: Desk) -> Result:
        if isinstance(event, Tap | Held):
            return tapped(state, event.action, world, desk)
        if isinstance(event, Keyed):
            return keyed(state, event.press, world, desk)
        if isinstance(event, Scanned):
            return _scanned(state, event.order, world), ()
        return state, ()

    def asks_for_person(self, state: PrepState, world: World) -> bool:
        return state.asking and world.person is None

    def scene(self, state: PrepState, world: World) -> Scene:
        laid = laid_out(state, world)
        orders = queue(world)
        items = sum(card.body.items for card in orders)
        summary = f"{counted(len(orders), 'order')} · {counted(items, 'item')}"
        panels = [
            *laid.panels,
            _tools(state, world),
            status_bar(world, summary, f"+{laid.waiting} waiting" if laid.waiting else ""),
        ]
        if not laid.cards:
            panels.append(_nothing(world))
        panels += sheets(state, world)
        gone = notes.shown(state)
        if state.message:
            panels.append(message(world, state.message, look.ACCENT))
        elif gone:
            panels.append(message(world, gone, look.MUTED, "right"))
        return Scene(world.size, look.GROUND, tuple(panels), laid.shown, state.message or gone, _until(state, world))


def _scanned(state: PrepState, order: str, world: World) -> PrepState:
    """A receipt's code: its card is picked, or it is said where the order is, as far as this station sees."""
    here = next((card for card in queue(world) if card.key[0] == order), None)
    if here is not None:
        return replace(closed(state), card=here.key, line=-1)
    other = next((card for card in world.cards.values() if card.key[0] == order), None)
    if other is None:
        return said(state, "That order is not at this station", world)
    return said(state, f"{other.body.number.upper()} is at {place_name(other.spot.place)}", world)


def _tools(state: PrepState, world: World) -> Panel:
    undoable = act.undoable(state, world) is not None
    tools = (
        Tool(
            "Log out" if world.person else "Log in",
            "login",
            "person",
            "F2",
            kind="plain" if world.person else "primary",
        ),
        Tool("Undo", "undo", "undo", "U", enabled=undoable, locked=world.locked("token.recall")),
        Tool(
            "Transfer",
            "transfer",
            "right",
            "T",
            enabled=bool(queue(world)),
            locked=world.locked("token.transfer"),
            kind="chosen" if "transfer" in {state.picking, state.overlay} else "plain",
        ),
        Tool(
            "Split",
            "split",
            "split",
            "S",
            enabled=bool(queue(world)),
            locked=world.locked("token.split"),
            kind="chosen" if "split" in {state.picking, state.overlay} else "plain",
        ),
        Tool("Last 10", "last", "list", "L"),
        Tool("All-day", "all_day", "sum", "A"),
        Tool("Help", "help", "help", "F1", end=True),
    )
    return toolbar(world, tools)


def _nothing(world: World) -> Panel:
    """An empty screen says that it is empty, and not broken."""
    theme = world.theme
    area = areas(world)[1]
    side = theme.px(88)
    line = theme.line(theme.title)
    rect = Rect(area.x, area.y + (area.h - side - 2 * line) // 2, area.w, side + 2 * line)
    drawn = Drawn(
        (
            Icon(Rect(0, 0, rect.w, side), "tick", look.GOOD),
            Label(Rect(0, side, rect.w, 2 * line), "Nothing to make", theme.title, look.MUTED, "semibold", "centre"),
        )
    )
    return panel("nothing", rect, drawn, ground=look.GROUND)


def _until(state: PrepState, world: World) -> datetime:
    """When something changes by itself: a level, a flash, a message, the minute on the clock."""
    moments = [world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)]
    moments += changes_at(state, world)
    moments += notes.ends_at(state)
    if state.message_until is not None:
        moments.append(state.message_until)
    return min(moments)
