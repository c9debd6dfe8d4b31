"""The prep display: what is to be made here, the oldest first; a tap ticks, a tap on the header bumps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from station.domain import urgency
from station.domain.cards import Card
from station.domain.hands import Press
from station.renderers import floor_view as floor
from station.renderers import prep_actions as act
from station.renderers import theme as look
from station.renderers.flow import flow
from station.renderers.prep_actions import PrepState, Result
from station.renderers.prep_sheets import sheets
from station.renderers.role import Desk, Event, Keyed, Tap
from station.renderers.scene import Drawn, Icon, Label, Panel, Rect, Scene, Shown, panel
from station.renderers.widgets import card as cards
from station.renderers.widgets.bars import Tool, areas, status_bar, toolbar
from station.renderers.widgets.sheet import message
from station.renderers.widgets.text import counted
from station.renderers.world import World

FLASH_S = 2.4
"""Two beats of the pulse: long enough to be seen from the other side of the kitchen."""


@dataclass(frozen=True, slots=True)
class PrepRole:
    """See `role.py` for what the functions promise."""

    def begin(self, world: World) -> PrepState:
        # What is there already is no news.
        return PrepState(
            bumped=floor.bumped_last(world, world.station, act.LAST),
            seen=tuple((card.key, world.now - timedelta(seconds=FLASH_S)) for card in act.queue(world)),
        )

    def notice(self, state: PrepState, world: World, desk: Desk) -> PrepState:
        """Forgets what is gone, remembers what is new, ends a message that was there long enough."""
        del desk
        mine = [card.key for card in act.queue(world)]
        known = dict(state.seen)
        seen = tuple((key, known.get(key, world.now)) for key in mine)
        bumped = floor.remembered(state.bumped, world, world.station, act.LAST)
        changed = replace(state, seen=seen, bumped=bumped) if (seen, bumped) != (state.seen, state.bumped) else state
        if state.card is not None and state.card not in mine:
            changed = replace(changed, card=None, line=-1)
        if state.message_until is not None and state.message_until <= world.now:
            changed = replace(changed, message="", message_until=None)
        return replace(changed, asking=False) if state.asking and world.person is not None else changed

    def handle(self, state: PrepState, event: Event, world: World, desk: Desk) -> Result:
        del desk
        if isinstance(event, Tap):
            return _tapped(state, event.action, world)
        if isinstance(event, Keyed):
            return _keyed(state, event.press, world)
        return state, ()

    def asks_for_person(self, state: PrepState, world: World) -> bool:
        return state.asking and world.person is None

    def scene(self, state: PrepState, world: World) -> Scene:
        shown, waiting, panels = _cards(state, world)
        queue = act.queue(world)
        items = sum(card.body.items for card in queue)
        summary = f"{counted(len(queue), 'order')} · {counted(items, 'item')}"
        panels += [_tools(state, world), status_bar(world, summary, f"+{waiting} waiting" if waiting else "")]
        if not queue:
            panels.append(_nothing(world))
        panels += sheets(state, world)
        if state.message:
            panels.append(message(world, state.message, look.ACCENT))
        return Scene(world.size, look.GROUND, tuple(panels), shown, state.message, _until(state, world))


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
            enabled=bool(act.queue(world)),
            locked=world.locked("token.transfer"),
            kind="chosen" if state.picking or state.overlay == "transfer" else "plain",
        ),
        Tool("Last 10", "last", "list", "L"),
        Tool("All-day", "all_day", "sum", "A"),
        Tool("Help", "help", "help", "F1", end=True),
    )
    return toolbar(world, tools)


def _columns(world: World) -> int:
    """As many as the profile says, but none narrower than a card can be read in."""
    return max(1, min(world.shop.profile.columns, world.size[0] // world.theme.px(300)))


def _cards(state: PrepState, world: World) -> tuple[tuple[Shown, ...], int, list[Panel]]:
    theme = world.theme
    area = areas(world)[1].inset(theme.gap)
    columns = area.split_columns(_columns(world), theme.gap)
    looks = [_look(state, card, index, world) for index, card in enumerate(act.queue(world))]
    width = columns[0].w
    # Far more than any screen holds: the rest waits anyway, and laying it out would cost time.
    made = [cards.blocks(each, width, world) for each in looks[:60]]
    pieces, begun = flow([cards.wanted(each, world) for each in made], len(columns), area.h, theme.gap)
    panels = [
        cards.card_panel(
            looks[piece.card],
            made[piece.card],
            piece,
            Rect(columns[piece.column].x, area.y + piece.y, columns[piece.column].w, piece.height),
            world,
            ends=piece.more and not any(each.card == piece.card and each.first > piece.first for each in pieces),
        )
        for piece in pieces
    ]
    shown = tuple(
        Shown(*each.card.key, each.card.body.number, each.level, each.card.spot.place, each.card.pending)
        for each in looks[:begun]
    )
    return shown, len(looks) - begun, panels


def _look(state: PrepState, card: Card, index: int, world: World) -> cards.Look:
    profile = world.shop.profile
    came = dict(state.seen).get(card.key, world.now)
    minutes = int((world.now - card.body.placed_at).total_seconds() // 60)
    chosen = state.card == card.key
    return cards.Look(
        card,
        urgency.level_at(card.body.placed_at, world.now, profile.orange_s, profile.red_s),
        fresh=world.now - came < timedelta(seconds=FLASH_S),
        pick=str(index + 1) if index < 9 else "",
        chosen=chosen,
        line=state.line if chosen else -1,
        age=f"{max(0, minutes)} min" if profile.clock else "",
        others={part.body.part: cards.place_name(part.spot.place) for part in floor.parts_of(world, card.key[0])},
    )


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
    profile = world.shop.profile
    moments = [world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)]
    for card in act.queue(world):
        change = urgency.next_change(card.body.placed_at, world.now, profile.orange_s, profile.red_s)
        if change is not None:
            moments.append(change)
        if profile.clock:
            age = world.now - card.body.placed_at
            moments.append(world.now + timedelta(minutes=1) - age % timedelta(minutes=1))
    moments += [ends for _, came in state.seen if (ends := came + timedelta(seconds=FLASH_S)) > world.now]
    if state.message_until is not None:
        moments.append(state.message_until)
    return min(moments)


def _tapped(state: PrepState, action: str, world: World) -> Result:
    verb, _, rest = action.partition(":")
    name, _, last = rest.rpartition(":")
    doers: dict[str, Callable[[], Result]] = {
        "bump": lambda: act.bump(state, rest, world),
        "tick": lambda: act.tick(state, name, last, world),
        "seen": lambda: act.seen(state, name, last, world),
        "undo": lambda: act.undo(state, world),
        "recall": lambda: act.recall(state, rest, world),
        "transfer": lambda: (act.start_transfer(state, world), ()),
        "to": lambda: act.transfer(state, rest, world),
        "last": lambda: (_opened(state, "last"), ()),
        "all_day": lambda: (_opened(state, "all_day"), ()),
        "help": lambda: (_opened(state, "help"), ()),
        "login": lambda: (replace(state, asking=False), ()) if rest == "cancel" else act.log_in_or_out(state, world),
        "close": lambda: (act.closed(state), ()),
        "message": lambda: (replace(state, message="", message_until=None, picking=False), ()),
    }
    return doers.get(verb, lambda: (state, ()))()


def _opened(state: PrepState, overlay: act.Overlay) -> PrepState:
    """The overlay; the same tool again closes it."""
    return act.closed(state) if state.overlay == overlay else replace(act.closed(state), overlay=overlay)


_TOOLS = {"u": "undo", "t": "transfer", "l": "last", "r": "last", "a": "all_day", "f1": "help", "f2": "login"}


def _keyed(state: PrepState, press: Press, world: World) -> Result:
    key = press.key.lower()
    if key == "escape":
        return replace(act.closed(state), message="", message_until=None), ()
    if state.overlay:
        return _keyed_in_sheet(state, key, world)
    if key in _TOOLS:
        return _tapped(state, _TOOLS[key], world)
    return _keyed_on_queue(state, key, world)


def _keyed_on_queue(state: PrepState, key: str, world: World) -> Result:
    # Only what can be seen: a card that waits beyond the screen must not be bumped unseen.
    queue = act.queue(world)[: len(_cards(state, world)[0])]
    if key.isdigit() and key != "0":
        return _picked(state, int(key) - 1, queue, world)
    moves = {"right": 1, "left": -1, "tab": 1}
    if key in moves and queue:
        return _stepped(state, moves[key], queue), ()
    card = next((card for card in queue if card.key == state.card), None)
    if card is not None:
        return _on_card(state, key, card, world)
    return (_stepped(state, 1, queue), ()) if queue and key in {"up", "down", "enter", "space"} else (state, ())


def _on_card(state: PrepState, key: str, card: Card, world: World) -> Result:
    name = f"{card.key[0]}:{card.key[1]}"
    if key == "enter":
        return act.bump(state, name, world)
    if key in {"up", "down"}:
        line = max(-1, min(len(card.body.lines) - 1, state.line + (1 if key == "down" else -1)))
        return replace(state, line=line), ()
    if key == "space":
        return _spaced(state, name, card, world)
    return state, ()


def _spaced(state: PrepState, name: str, card: Card, world: World) -> Result:
    """What is to be read first; then the line that is picked, or the first that is not done."""
    body = card.body
    if body.customer.allergies and "allergy" not in body.acknowledged:
        return act.seen(state, name, "allergy", world)
    if any(line.was is not None for line in body.lines):
        return act.seen(state, name, "change", world)
    if state.line >= 0:
        return act.tick(state, name, body.lines[state.line].id, world)
    todo = next((line for line in body.lines if line.done < line.count), None)
    return (state, ()) if todo is None else act.tick(state, name, todo.id, world)


def _picked(state: PrepState, index: int, queue: tuple[Card, ...], world: World) -> Result:
    if index >= len(queue):
        return state, ()
    if state.picking:
        return act.pick_transfer(state, queue[index], world)
    return replace(state, card=queue[index].key, line=-1), ()


def _stepped(state: PrepState, step: int, queue: tuple[Card, ...]) -> PrepState:
    keys = [card.key for card in queue]
    index = keys.index(state.card) + step if state.card in keys else 0
    return replace(state, card=keys[max(0, min(len(keys) - 1, index))], line=-1)


def _keyed_in_sheet(state: PrepState, key: str, world: World) -> Result:
    choices = _choices(state, world)
    if key.isdigit() and key != "0":
        return choices[int(key) - 1]() if int(key) <= len(choices) else (state, ())
    if key in {"up", "down", "left", "right", "tab"} and choices:
        step = 1 if key in {"down", "right", "tab"} else -1
        return replace(state, choice=(state.choice + step) % len(choices)), ()
    if key in {"enter", "space"}:
        return choices[min(state.choice, len(choices) - 1)]() if choices else (act.closed(state), ())
    return _tapped(state, _TOOLS[key], world) if key in _TOOLS else (state, ())


def _choices(state: PrepState, world: World) -> list[Callable[[], Result]]:
    """What can be chosen in the open sheet, in the order in which it is listed."""
    if state.overlay == "last":
        return [partial(act.recall, state, f"{card.key[0]}:{card.key[1]}", world) for card in state.bumped]
    card = None if state.moving is None else world.cards.get(state.moving)
    if state.overlay == "transfer" and card is not None:
        return [partial(act.transfer, state, station.code, world) for station, _, _ in floor.targets(world, card)]
    return []
