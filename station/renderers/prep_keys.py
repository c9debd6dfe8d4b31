"""The prep display by keyboard or bump bar: every key is a tap that it stands for. Pure."""

from dataclasses import replace

from station.domain.cards import Card
from station.domain.hands import Press
from station.domain.token import Line
from station.renderers import floor_view as floor
from station.renderers import prep_actions as act
from station.renderers import prep_split as splits
from station.renderers import recipe_content as content
from station.renderers.prep_cards import on_screen
from station.renderers.prep_state import PrepState, Result, closed, is_cancelled, name_of
from station.renderers.prep_taps import page_of, tapped, turned
from station.renderers.recipe_view import RecipeView
from station.renderers.role import Desk
from station.renderers.split_sheet import splittable
from station.renderers.world import World

_TOOLS = {
    "u": "undo",
    "t": "transfer",
    "s": "split",
    "l": "last",
    "r": "last",
    "a": "all_day",
    "f1": "help",
    "f2": "login",
}
_SIGNS = {"+": "+", "=": "+", "-": "-", "−": "-", "[+]": "+", "[-]": "-"}
"""However a keyboard calls them; the unshifted key of + counts too."""
_PAGES = {"page_up": -1, "page_down": 1}


def keyed(state: PrepState, press: Press, world: World, desk: Desk) -> Result:
    key = _SIGNS.get(press.text) or _SIGNS.get(press.key) or press.key.lower()
    if key == "escape":
        return _escaped(state), ()
    if state.overlay == "recipe":
        return _in_recipe(state, key, world, desk)
    if state.overlay in {"split", "split_to"}:
        return _in_split(state, key, world, desk)
    if state.overlay:
        return _in_sheet(state, key, world, desk)
    if key in _TOOLS:
        return tapped(state, _TOOLS[key], world, desk)
    return _on_board(state, key, world, desk)


def _escaped(state: PrepState) -> PrepState:
    """Closes; from where a split goes back to what goes."""
    if state.overlay == "split_to":
        return replace(state, overlay="split", choice=0)
    return replace(closed(state), message="", message_until=None, notes=())


def _on_board(state: PrepState, key: str, world: World, desk: Desk) -> Result:
    board = on_screen(state, world)
    if key.isdigit() and key != "0":
        return _picked(state, int(key) - 1, board, world)
    moves = {"right": 1, "left": -1, "tab": 1}
    if key in moves and board:
        return _stepped(state, moves[key], board), ()
    card = next((card for card in board if card.key == state.card), None)
    if card is None:
        first = board and key in {"up", "down", "enter", "space", "i", "+", "-"}
        return (_stepped(state, 1, board), ()) if first else (state, ())
    if is_cancelled(card, world):
        return _on_cancelled(state, key, card, world, desk)
    return _on_card(state, key, card, world, desk)


def _on_card(state: PrepState, key: str, card: Card, world: World, desk: Desk) -> Result:
    name, lines = name_of(card), card.body.lines
    if key == "enter":
        return act.bump(state, name, world)
    if key in {"up", "down"}:
        line = max(-1, min(len(lines) - 1, state.line + (1 if key == "down" else -1)))
        return replace(state, line=line), ()
    if key == "space":
        return _spaced(state, name, card, world)
    at_hand = lines[state.line] if 0 <= state.line < len(lines) else None
    todo = next((line for line in lines if line.done < line.count), None)
    begun = next((line for line in lines if line.done), None)
    chosen: Line | None = at_hand or {"+": todo, "-": begun, "i": todo or lines[0]}.get(key)
    actions = {"+": "one", "-": "one_less", "i": "recipe"}
    if key not in actions or chosen is None:
        return state, ()
    return tapped(state, f"{actions[key]}:{name}:{chosen.id}", world, desk)


def _on_cancelled(state: PrepState, key: str, card: Card, world: World, desk: Desk) -> Result:
    actions = {"w": "made", "n": "unmade"}
    if key in actions:
        return tapped(state, f"seen:{name_of(card)}:{actions[key]}", world, desk)
    if key == "i":
        return tapped(state, f"recipe:{name_of(card)}:{card.body.lines[0].id}", world, desk)
    return act.cancelled(state, name_of(card), world) if key in {"enter", "space"} else (state, ())


def _spaced(state: PrepState, name: str, card: Card, world: World) -> Result:
    """What is to be read first; then the line that is picked, or the first that is not done."""
    body = card.body
    if body.customer.allergies and "allergy" not in body.acknowledged:
        return act.seen(state, name, "allergy", world)
    if any(line.was is not None for line in body.lines):
        return act.seen(state, name, "change", world)
    if 0 <= state.line < len(body.lines):
        return act.tick(state, name, body.lines[state.line].id, world)
    todo = next((line for line in body.lines if line.done < line.count), None)
    return (state, ()) if todo is None else act.tick(state, name, todo.id, world)


def _picked(state: PrepState, index: int, board: tuple[Card, ...], world: World) -> Result:
    if index >= len(board):
        return state, ()
    if state.picking:
        return act.pick(state, board[index], world)
    return replace(state, card=board[index].key, line=-1), ()


def _stepped(state: PrepState, step: int, board: tuple[Card, ...]) -> PrepState:
    keys = [card.key for card in board]
    index = keys.index(state.card) + step if state.card in keys else 0
    return replace(state, card=keys[max(0, min(len(keys) - 1, index))], line=-1)


def _in_recipe(state: PrepState, key: str, world: World, desk: Desk) -> Result:
    view = state.recipe
    if view is None:
        return closed(state), ()
    steps = {**_PAGES, "down": 1, "right": 1, "up": -1, "left": -1}
    if key in steps:
        return turned(state, max(0, page_of(state, world) + steps[key]), world), ()
    return tapped(state, _recipe_action(view, key), world, desk)


def _recipe_action(view: RecipeView, key: str) -> str:
    """What a key is in an open recipe; empty when it is nothing."""
    if key.isdigit() and key != "0":
        ways = content.walkable(view) if view.tab == "make" else ()
        return f"into:{ways[int(key) - 1]}" if int(key) <= len(ways) else ""
    name = f"{name_of(view.card)}:{view.line.id}"
    other = "make" if view.tab == "allergens" else "allergens"
    batch = "off" if view.opened is not None and view.opened.batch else "on"
    return {
        **dict.fromkeys(("a", "tab", "space"), f"recipe_tab:{other}"),
        **dict.fromkeys(("backspace", "0"), "recipe_up"),
        **dict.fromkeys(("enter", "i"), "close"),
        "b": f"batch:{batch}",
        "+": f"one:{name}",
        "-": f"one_less:{name}",
    }.get(key, "")


def _in_split(state: PrepState, key: str, world: World, desk: Desk) -> Result:
    card = None if state.moving is None else world.cards.get(state.moving)
    if card is None:
        return closed(state), ()
    if key in _PAGES:
        return turned(state, max(0, page_of(state, world) + _PAGES[key]), world), ()
    if state.overlay == "split_to":
        names = [f"split_to:{station.code}" for station, _, _ in splits.targets(state, card, world)]
        return _chosen(state, key, names, world, desk)
    lines = splittable(card)
    if key in {"up", "down", "tab"} and lines:
        return replace(state, choice=(state.choice + (-1 if key == "up" else 1)) % len(lines)), ()
    return tapped(state, _split_action(state, key, lines), world, desk)


def _split_action(state: PrepState, key: str, lines: tuple[Line, ...]) -> str:
    """What a key is while it is said what goes; empty when it is nothing."""
    if key.isdigit() and key != "0":
        return f"all:{lines[int(key) - 1].id}" if int(key) <= len(lines) else ""
    verbs = {"+": "more", "right": "more", "-": "less", "left": "less", "space": "all"}
    if key in verbs:
        return f"{verbs[key]}:{lines[min(state.choice, len(lines) - 1)].id}" if lines else ""
    return {"h": "half", "enter": "split_on", "s": "close"}.get(key, "")


def _in_sheet(state: PrepState, key: str, world: World, desk: Desk) -> Result:
    if key in _PAGES:
        return turned(state, max(0, page_of(state, world) + _PAGES[key]), world), ()
    if state.overlay == "all_day" and key in {"m", "space"}:
        return tapped(state, "detail", world, desk)
    if key in _TOOLS:
        return tapped(state, _TOOLS[key], world, desk)
    return _chosen(state, key, _choices(state, world), world, desk)


def _chosen(state: PrepState, key: str, actions: list[str], world: World, desk: Desk) -> Result:
    """A row by its number, or step by step; without rows Enter closes."""
    if key.isdigit() and key != "0":
        return tapped(state, actions[int(key) - 1], world, desk) if int(key) <= len(actions) else (state, ())
    if key in {"up", "down", "left", "right", "tab"} and actions:
        step = 1 if key in {"down", "right", "tab"} else -1
        return replace(state, choice=(state.choice + step) % len(actions)), ()
    if key in {"enter", "space"}:
        if not actions:
            return closed(state), ()
        return tapped(state, actions[min(state.choice, len(actions) - 1)], world, desk)
    return state, ()


def _choices(state: PrepState, world: World) -> list[str]:
    """What can be chosen in the open sheet, in the order in which it is listed."""
    if state.overlay == "last":
        return [f"recall:{name_of(card)}" for card in state.bumped]
    card = None if state.moving is None else world.cards.get(state.moving)
    if state.overlay == "transfer" and card is not None:
        return [f"to:{station.code}" for station, _, _ in floor.targets(world, card)]
    return []
