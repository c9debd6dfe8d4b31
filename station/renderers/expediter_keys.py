"""The expediter by keyboard or bump bar: the tools, the arrows over the floor, and what lies over it. Pure."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from station.domain.floor import PASS
from station.domain.hands import Press
from station.renderers import expediter_actions as act
from station.renderers import expediter_find as find
from station.renderers import expediter_pass as passes
from station.renderers import expediter_plan as plans
from station.renderers import expediter_recall as recalls
from station.renderers import expediter_view as view
from station.renderers import floor_view as floor
from station.renderers import focus as keyboard
from station.renderers.expediter_actions import REASONS, ExpediterState, Result
from station.renderers.expediter_plan_sheets import picked_station
from station.renderers.expediter_taps import tapped
from station.renderers.expediter_tile import name_of
from station.renderers.scene import Scene
from station.renderers.split_sheet import splittable
from station.renderers.world import World

Draws = Callable[[ExpediterState, World], Scene]
"""The screen: what a key does is written on what it presses."""

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
    "z": "fold",
    "f1": "help",
    "f2": "login",
}


def keyed(state: ExpediterState, press: Press, world: World, draws: Draws) -> Result:
    key = press.key.lower()
    if key == "escape":
        open_sheet = bool(state.overlay or state.message)
        open_sheet = open_sheet or state.finding or find.narrowed(state)
        after = find.ended(replace(act.closed(state), message="", message_until=None))
        return (after if open_sheet else replace(after, picked=None)), ()
    if state.finding or state.overlay:
        return _keyed_in_it(state, press, world, draws)
    if key in _TOOLS:
        return tapped(state, _TOOLS[key], world)
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


def _keyed_in_it(state: ExpediterState, press: Press, world: World, draws: Draws) -> Result:
    """While something lies over the floor, or is looked for on it."""
    if state.overlay in {"balance", "pins", "rebalance"}:
        return _keyed_in_plan(state, press.key.lower(), world, draws)
    if state.overlay:
        return _keyed_in_sheet(state, press.key.lower(), world, draws)
    return _keyed_in_find(state, press, world)


def _keyed_in_sheet(state: ExpediterState, key: str, world: World, draws: Draws) -> Result:
    if state.overlay == "split":
        return _keyed_in_split(state, key, world)
    if state.overlay == "recall" and (key.isdigit() or key == "backspace"):
        return recalls.sought(state, key.removesuffix("space")), ()
    hit = keyboard.pressed_by(Press(key=key, text=key if len(key) == 1 else ""), draws(state, world))
    if hit is not None and hit.enabled:
        return tapped(state, hit.action, world)
    choices = _choices(state, world)
    if key in {"up", "down", "left", "right", "tab"} and choices:
        step = 1 if key in {"down", "right", "tab"} else -1
        return replace(state, choice=(state.choice + step) % len(choices)), ()
    if key in {"enter", "space"}:
        return choices[min(state.choice, len(choices) - 1)]() if choices else (act.closed(state), ())
    return state, ()


def _keyed_in_find(state: ExpediterState, press: Press, world: World) -> Result:
    if press.key == "enter":
        return find.picked(state, world), ()
    if press.key == "backspace":
        return find.taken_back(state), ()
    return (find.typed(state, press.text) if len(press.text) == 1 else state), ()


def _keyed_in_plan(state: ExpediterState, key: str, world: World, draws: Draws) -> Result:
    """What stands on the buttons; and on the list of stations, the one that the arrows are on."""
    hit = keyboard.pressed_by(Press(key=key, text=key if len(key) == 1 else ""), draws(state, world))
    if hit is not None and hit.enabled:
        return tapped(state, hit.action, world)
    station = picked_station(state, world)
    if state.overlay != "balance" or station is None:
        return state, ()
    last = len(plans.stations(world)) - 1
    if key in {"up", "down", "tab"}:
        return replace(state, choice=max(0, min(last, state.choice + (-1 if key == "up" else 1)))), ()
    actions = {"space": "pause:", "+": "weigh:+", "=": "weigh:+", "right": "weigh:+", "-": "weigh:-", "left": "weigh:-"}
    actions["g"] = "balance:"
    return tapped(state, f"{actions[key]}{station.code}", world) if key in actions else (state, ())


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
    return tapped(state, action, world)


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
        return [partial(tapped, state, f"reason:{index}", world) for index in range(len(REASONS))]
    return []
