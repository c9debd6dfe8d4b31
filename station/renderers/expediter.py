"""The expediter: the whole floor at a glance; what is wrong, what is whole, and the tools to put it right."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from station.domain import urgency
from station.domain.floor import HOLD, PASS, station_of
from station.domain.hands import Press
from station.renderers import expediter_actions as act
from station.renderers import expediter_find as find
from station.renderers import expediter_hold as holds
from station.renderers import expediter_order as orders
from station.renderers import expediter_pass as passes
from station.renderers import expediter_plan as plans
from station.renderers import expediter_recall as recalls
from station.renderers import expediter_speed as speeds
from station.renderers import expediter_view as view
from station.renderers import floor_view as floor
from station.renderers import focus as keyboard
from station.renderers import theme as look
from station.renderers.expediter_actions import REASONS, ExpediterState, Result
from station.renderers.expediter_detail import detail
from station.renderers.expediter_plan_sheets import picked_station, plan_sheets
from station.renderers.expediter_sheets import sheets
from station.renderers.expediter_tile import name_of
from station.renderers.role import Desk, Dragged, Event, Keyed, Scanned, Tap
from station.renderers.scene import Panel, Scene
from station.renderers.split_sheet import lines_a_page, splittable
from station.renderers.widgets.bars import Tool, status_bar, toolbar
from station.renderers.widgets.sheet import message
from station.renderers.widgets.text import counted
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class ExpediterRole:
    """See `role.py` for what the functions promise."""

    def begin(self, world: World) -> ExpediterState:
        del world
        return ExpediterState()

    def notice(self, state: ExpediterState, world: World, desk: Desk) -> ExpediterState:
        if state.taking and world.person is not None:
            return orders.notice(state, world, desk)
        # With nobody there the floor is what must be seen; what was begun waits.
        state = replace(state, taking=False)
        changed = recalls.remembered(speeds.refreshed(state, world, desk), desk)
        card = act.picked(state, world)
        if state.picked is not None and (card is None or floor.finished(card)):
            # A sheet about a token that is gone would act on nothing.
            kept = {"", "help", "recall", "balance", "pins", "rebalance", "speed"}
            changed = act.closed(changed) if state.overlay not in kept else changed
            changed = replace(changed, picked=None)
        if state.message_until is not None and state.message_until <= world.now:
            changed = replace(changed, message="", message_until=None)
        return replace(changed, asking=False) if state.asking and world.person is not None else changed

    def handle(self, state: ExpediterState, event: Event, world: World, desk: Desk) -> Result:
        if state.taking and world.person is not None:
            return orders.handle(state, event, world, desk)
        if isinstance(event, Tap):
            return self._with_disk(_tapped(state, event.action, world), world, desk)
        if isinstance(event, Dragged):
            return _dropped(state, event, world)
        if isinstance(event, Scanned):
            return find.scanned(state, event.order, world), ()
        if isinstance(event, Keyed):
            return self._with_disk(_keyed(state, event.press, world), world, desk)
        return state, ()

    def _with_disk(self, done: Result, world: World, desk: Desk) -> Result:
        """To recall, this station's disk must be asked what was handed over."""
        state = replace(done[0], wants="")
        if done[0].wants == "recall":
            return recalls.recall(state, world, desk)
        return (speeds.opened(state, world, desk), ()) if done[0].wants == "speed" else done

    def asks_for_person(self, state: ExpediterState, world: World) -> bool:
        return state.asking and world.person is None

    def scene(self, state: ExpediterState, world: World) -> Scene:
        if state.taking and world.person is not None:
            return orders.scene(state, world)
        place = view.layout(state, world, detailed=act.picked(state, world) is not None)
        columns, shown = view.columns(state, place, world)
        passing, passed = passes.passing(state, place.passing, world)
        live = [card for card in world.cards.values() if not floor.finished(card)]
        count = len({card.key[0] for card in live})
        items = sum(card.body.items for card in live if card.spot.place != PASS)
        panels: list[Panel] = [
            _tools(state, world),
            *find.strip(state, world),
            *view.fault_panel(world, place.fault),
            *columns,
            *passing,
            *detail(state, place.detail, world),
            status_bar(world, f"{counted(count, 'order')} · {counted(items, 'item')}"),
            *sheets(state, world),
            *plan_sheets(state, world),
            *holds.hold_sheet(state, world),
            *speeds.speed_sheet(state, world),
        ]
        said = state.message
        if said:
            panels.append(message(world, said, look.ACCENT))
        told = said or view.fault_text(world)
        return Scene(world.size, look.GROUND, tuple(panels), (*shown, *passed), told, _until(state, world))


def _tools(state: ExpediterState, world: World) -> Panel:
    card = act.picked(state, world)
    live = card is not None and not floor.finished(card)
    on_pass = live and card is not None and card.spot.place == PASS
    held = live and card is not None and card.spot.place == HOLD
    rushed = live and card is not None and card.body.rush
    moves = world.locked("token.transfer")
    tools = (
        Tool(
            "Log out" if world.person else "Log in",
            "login",
            "person",
            "F2",
            kind="plain" if world.person else "primary",
        ),
        Tool("Transfer", "transfer", "right", "T", enabled=live and not on_pass, locked=moves),
        Tool("Split", "split", "split", "S", enabled=live and not on_pass, locked=world.locked("token.split")),
        Tool(
            "Recall",
            "recall",
            "undo",
            "R",
            locked=world.locked("token.recall"),
        ),
        Tool(
            "Fire" if held else "Hold",
            "hold",
            "play" if held else "pause",
            "H",
            enabled=live and not on_pass,
            locked=moves,
        ),
        Tool("Rush off" if rushed else "Rush", "rush", "bolt", "U", enabled=live, locked=moves),
        Tool("Void", "void", "trash", "V", enabled=live, locked=world.locked("token.void")),
        Tool(
            "Balance" if world.plan.automatic else "By hand",
            "balance",
            "sum",
            "B",
            kind="plain" if world.plan.automatic else "chosen",
        ),
        Tool(find.tool_text(state), "find", "list", "/", kind="chosen" if find.narrowed(state) else "plain"),
        Tool("Speed", "speed", "clock", "G"),
        Tool("Go on" if state.order else "New order", "order", "plus", "N", locked=world.locked("order.take")),
        Tool("Help", "help", "help", "F1", end=True),
    )
    return toolbar(world, tools)


def _until(state: ExpediterState, world: World) -> datetime:
    profile = world.shop.profile
    moments = [world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)]
    for card in world.cards.values():
        change = urgency.next_change(card.body.wanted_at, world.now, profile.orange_s, profile.red_s)
        if change is not None:
            moments.append(change)
    if state.message_until is not None:
        moments.append(state.message_until)
    if state.overlay == "speed":
        moments.append(world.now + speeds.FRESH)
    return min(moments)


def _tapped(state: ExpediterState, action: str, world: World) -> Result:
    verb, _, rest = action.partition(":")
    if verb in plans.DOERS:
        return plans.DOERS[verb](state, rest, world)
    if verb == "column" and rest in {station.code for station in plans.stations(world)} and state.overlay == "":
        return replace(plans.opened(state), choice=_index_of(rest, world)), ()
    doers: dict[str, Callable[[], Result]] = {
        "pick": lambda: (act.pick(state, rest), ()),
        "page": lambda: (act.turn_page(state, rest.rpartition(":")[0], int(rest.rpartition(":")[2])), ()),
        "transfer": lambda: (act.open_tool(state, "transfer", world), ()),
        "to": lambda: act.transfer(state, _picked_name(state), rest, world),
        "split": lambda: (act.open_tool(state, "split", world), ()),
        "more": lambda: (act.take_off(state, rest, 1, world), ()),
        "less": lambda: (act.take_off(state, rest, -1, world), ()),
        "all": lambda: (act.take_all(state, rest, world), ()),
        "half": lambda: (act.take_half(state, world), ()),
        "split_page": lambda: (_split_page(state, int(rest), world), ()),
        "split_on": lambda: (act.split_on(state, world), ()),
        "split_to": lambda: act.split(state, rest, world),
        "recall": lambda: (replace(state, wants="recall"), ()),
        "recall_handed": lambda: recalls.recall_handed(state, rest, world),
        "recall_seek": lambda: (recalls.sought(state, rest), ()),
        "recall_page": lambda: (replace(state, choice=_first_of_page(rest)), ()),
        "hold": lambda: holds.hold_or_fire(state, world),
        "held": lambda: holds.hold(state, rest, world),
        "speed": lambda: (replace(state, wants="speed"), ()),
        "made": lambda: (replace(state, made=rest == "yes"), ()),
        "part": lambda: act.hand_part(state, "" if state.picked is None else state.picked[0], world),
        "hand_part": lambda: act.hand_part(state, rest, world),
        "rush": lambda: act.rush(state, world),
        "void": lambda: (act.open_tool(state, "void", world), ()),
        "reason": lambda: (replace(state, reason=REASONS[int(rest)]), ()),
        "void_now": lambda: act.void(state, world),
        "hand_over": lambda: act.hand_over(state, rest, world),
        "seen": lambda: act.seen(state, rest, world),
        "rescue": lambda: act.rescue(state, rest, world),
        "find": lambda: (find.opened(state), ()),
        "only": lambda: (find.chosen(state, rest), ()),
        "seek": lambda: (find.taken_back(state) if rest == "back" else find.typed(state, rest), ()),
        "fold": lambda: (replace(state, folded=state.folded ^ {rest}), ()),
        "order": lambda: (orders.opened(state, world), ()),
        "help": lambda: (replace(act.closed(state), overlay="" if state.overlay == "help" else "help"), ()),
        "login": lambda: (replace(state, asking=False), ()) if rest == "cancel" else act.log_in_or_out(state, world),
        "close": lambda: (act.closed(state), ()),
        "message": lambda: (replace(state, message="", message_until=None), ()),
    }
    return doers.get(verb, lambda: (state, ()))()


def _dropped(state: ExpediterState, event: Dragged, world: World) -> Result:
    """Onto a station's column, or onto a tile that stands in one."""
    verb, _, rest = event.target.partition(":")
    code = rest if verb in {"column", "fold"} and rest not in {"inbox", "hold", "pass"} else None
    if verb == "pick":
        order, _, part = rest.partition(":")
        under = world.cards.get((order, part))
        code = None if under is None else station_of(under.spot.place)
    if code is None:
        return state, ()
    return act.transfer(state, event.source.removeprefix("pick:"), code, world)


_TOOLS = {
    "t": "transfer",
    "s": "split",
    "r": "recall",
    "h": "hold",
    "u": "rush",
    "v": "void",
    "p": "part",
    "g": "speed",
    "n": "order",
    "b": "balance",
    "/": "find",
    "f1": "help",
    "f2": "login",
}


def _keyed(state: ExpediterState, press: Press, world: World) -> Result:
    key = press.key.lower()
    if key == "escape":
        open_sheet = bool(state.overlay or state.message)
        open_sheet = open_sheet or state.finding or find.narrowed(state)
        after = find.ended(replace(act.closed(state), message="", message_until=None))
        return (after if open_sheet else replace(after, picked=None)), ()
    if state.finding or state.overlay:
        return _keyed_in_it(state, press, world)
    if key in _TOOLS:
        return _tapped(state, _TOOLS[key], world)
    if key in {"up", "down", "left", "right", "tab"}:
        return _walked(state, key, world), ()
    return _keyed_on_pass(state, key, world)


def _keyed_on_pass(state: ExpediterState, key: str, world: World) -> Result:
    orders = passes.passed_orders(state, world)
    if key.isdigit() and 0 < int(key) <= len(orders):
        return act.hand_over(state, orders[int(key) - 1], world)
    if key == "enter" and state.picked is not None:
        return act.hand_over(state, state.picked[0], world)
    if key == "space" and state.picked is not None:
        return act.seen(state, state.picked[0], world)
    if key == "x":
        silent = next((each.code for each in floor.kitchens(world) if world.silent(each.code)), None)
        return act.rescue(state, silent, world) if silent else (act.said(state, "Every station answers", world), ())
    return state, ()


def _walked(state: ExpediterState, key: str, world: World) -> ExpediterState:
    """The arrows walk over the columns, the pass being the last one."""
    passed = [
        next(card for card in floor.at(world, PASS) if card.key[0] == order)
        for order in passes.passed_orders(state, world)
    ]
    columns = [list(cards) for cards in (*view.rows(view.layout(state, world)), passed) if cards]
    if not columns:
        return replace(state, picked=None)
    where = next(
        ((x, y) for x, column in enumerate(columns) for y, card in enumerate(column) if card.key == state.picked), None
    )
    if where is None:
        return replace(state, picked=columns[0][0].key)
    x, y = where
    if key in {"up", "down"}:
        y = max(0, min(len(columns[x]) - 1, y + (1 if key == "down" else -1)))
    else:
        x = (x + (-1 if key == "left" else 1)) % len(columns)
        y = min(y, len(columns[x]) - 1)
    return replace(state, picked=columns[x][y].key)


def _keyed_in_sheet(state: ExpediterState, key: str, world: World) -> Result:
    if state.overlay == "split":
        return _keyed_in_split(state, key, world)
    if state.overlay == "recall" and (key.isdigit() or key == "backspace"):
        return recalls.sought(state, key.removesuffix("space")), ()
    hit = keyboard.pressed_by(Press(key=key, text=key if len(key) == 1 else ""), ExpediterRole().scene(state, world))
    if hit is not None and hit.enabled:
        return _tapped(state, hit.action, world)
    choices = _choices(state, world)
    if key in {"up", "down", "left", "right", "tab"} and choices:
        step = 1 if key in {"down", "right", "tab"} else -1
        return replace(state, choice=(state.choice + step) % len(choices)), ()
    if key in {"enter", "space"}:
        return choices[min(state.choice, len(choices) - 1)]() if choices else (act.closed(state), ())
    return state, ()


def _keyed_in_it(state: ExpediterState, press: Press, world: World) -> Result:
    """While something lies over the floor, or is looked for on it."""
    if state.overlay in {"balance", "pins", "rebalance"}:
        return _keyed_in_plan(state, press.key.lower(), world)
    if state.overlay:
        return _keyed_in_sheet(state, press.key.lower(), world)
    return _keyed_in_find(state, press, world)


def _keyed_in_find(state: ExpediterState, press: Press, world: World) -> Result:
    if press.key == "enter":
        return find.picked(state, world), ()
    if press.key == "backspace":
        return find.taken_back(state), ()
    return (find.typed(state, press.text) if len(press.text) == 1 else state), ()


def _keyed_in_plan(state: ExpediterState, key: str, world: World) -> Result:
    """What stands on the buttons; and on the list of stations, the one that the arrows are on."""
    hit = keyboard.pressed_by(Press(key=key, text=key if len(key) == 1 else ""), ExpediterRole().scene(state, world))
    if hit is not None and hit.enabled:
        return _tapped(state, hit.action, world)
    station = picked_station(state, world)
    if state.overlay != "balance" or station is None:
        return state, ()
    last = len(plans.stations(world)) - 1
    if key in {"up", "down", "tab"}:
        return replace(state, choice=max(0, min(last, state.choice + (-1 if key == "up" else 1)))), ()
    actions = {"space": "pause:", "+": "weigh:+", "=": "weigh:+", "right": "weigh:+", "-": "weigh:-", "left": "weigh:-"}
    actions["g"] = "balance:"
    return _tapped(state, f"{actions[key]}{station.code}", world) if key in actions else (state, ())


def _first_of_page(name: str) -> int:
    """`name`: how many there are on a page, and which page."""
    many, _, page = name.partition(":")
    return int(many) * int(page)


def _index_of(code: str, world: World) -> int:
    return [station.code for station in plans.stations(world)].index(code)


def _keyed_in_split(state: ExpediterState, key: str, world: World) -> Result:
    card = act.picked(state, world)
    lines = [] if card is None else [line.id for line in splittable(card)]
    if not lines:
        return act.closed(state), ()
    if key in {"up", "down", "tab"}:
        return replace(state, choice=(state.choice + (-1 if key == "up" else 1)) % len(lines)), ()
    if key in {"left", "right", "space"}:
        line = lines[min(state.choice, len(lines) - 1)]
        return act.take_off(state, line, -1 if key == "left" else 1, world), ()
    action = {"enter": "split_on", "h": "half"}.get(key, "")
    if key.isdigit() and 0 < int(key) <= len(lines):
        action = f"all:{lines[int(key) - 1]}"
    return _tapped(state, action, world)


def _split_page(state: ExpediterState, page: int, world: World) -> ExpediterState:
    card = act.picked(state, world)
    return act.closed(state) if card is None else replace(state, choice=page * lines_a_page(card, world))


def _choices(state: ExpediterState, world: World) -> list[Callable[[], Result]]:
    """What can be chosen in the open sheet, in the order in which it is listed."""
    card = act.picked(state, world)
    if state.overlay == "recall":
        return [
            partial(recalls.recall_handed, state, each.key[0], world) for each in recalls.handed_orders(state, world)
        ]
    if card is None:
        return []
    if state.overlay == "transfer":
        name = name_of(card)
        return [partial(act.transfer, state, name, each.code, world) for each, _, _ in floor.targets(world, card)]
    if state.overlay == "split_to":
        return [partial(act.split, state, code, world) for code, _, _ in act.split_targets(state, card, world)]
    if state.overlay == "void":
        return [partial(_tapped, state, f"reason:{index}", world) for index in range(len(REASONS))]
    return []


def _picked_name(state: ExpediterState) -> str:
    return "" if state.picked is None else f"{state.picked[0]}:{state.picked[1]}"
