"""What a tap on the prep display asks for, by the action of what was tapped. Pure."""

from collections.abc import Callable
from dataclasses import replace

from station.renderers import prep_actions as act
from station.renderers import prep_all_day as totals
from station.renderers import prep_split as splits
from station.renderers import recipe_sheet
from station.renderers import recipe_view as recipes
from station.renderers.prep_sheets import rows_a_page
from station.renderers.prep_state import Overlay, PrepState, Result, closed
from station.renderers.role import Desk
from station.renderers.split_sheet import lines_a_page, splittable
from station.renderers.world import World


def tapped(state: PrepState, action: str, world: World, desk: Desk) -> Result:
    """Also for keys, which are named by what they do."""
    verb, _, rest = action.partition(":")
    doer = _card_doers(state, rest, world, desk).get(verb) or _sheet_doers(state, rest, world, desk).get(verb)
    return (state, ()) if doer is None else doer()


def _card_doers(state: PrepState, rest: str, world: World, desk: Desk) -> dict[str, Callable[[], Result]]:
    """On cards and on the toolbar."""
    name, _, last = rest.rpartition(":")
    return {
        "bump": lambda: act.bump(state, rest, world),
        "tick": lambda: act.tick(state, name, last, world),
        "one": lambda: act.tick_one(state, name, last, 1, world),
        "one_less": lambda: act.tick_one(state, name, last, -1, world),
        "seen": lambda: act.seen(state, name, last, world),
        "cancelled": lambda: act.cancelled(state, rest, world),
        "recipe": lambda: (act.open_recipe(state, name, last, world, desk), ()),
        "undo": lambda: act.undo(state, world),
        "transfer": lambda: (act.start(state, "transfer", world), ()),
        "split": lambda: (act.start(state, "split", world), ()),
        "last": lambda: (_opened(state, "last"), ()),
        "all_day": lambda: (_opened(state, "all_day"), ()),
        "help": lambda: (_opened(state, "help"), ()),
        "login": lambda: (replace(state, asking=False), ()) if rest == "cancel" else act.log_in_or_out(state, world),
        "message": lambda: (replace(state, message="", message_until=None, picking="", notes=()), ()),
    }


def _sheet_doers(state: PrepState, rest: str, world: World, desk: Desk) -> dict[str, Callable[[], Result]]:
    """In sheets."""
    return {
        "recall": lambda: act.recall(state, rest, world),
        "to": lambda: act.transfer(state, rest, world),
        "all": lambda: (splits.toggle(state, rest, world), ()),
        "more": lambda: (splits.take(state, rest, 1, world), ()),
        "less": lambda: (splits.take(state, rest, -1, world), ()),
        "half": lambda: (splits.halve(state, world), ()),
        "split_on": lambda: (splits.go_on(state, world), ()),
        "split_to": lambda: splits.split(state, rest, world),
        "detail": lambda: (replace(state, detailed=not state.detailed, page=0), ()),
        "into": lambda: (_read(state, "into", rest, desk), ()),
        "recipe_up": lambda: (_read(state, "up", rest, desk), ()),
        "recipe_tab": lambda: (_read(state, "tab", rest, desk), ()),
        "batch": lambda: (_read(state, "batch", rest, desk), ()),
        "page": lambda: (turned(state, int(rest), world) if rest.isdigit() else state, ()),
        "close": lambda: (closed(state), ()),
    }


def turned(state: PrepState, page: int, world: World) -> PrepState:
    """The page of the open sheet, within what it has."""
    if state.recipe is not None:
        last = recipe_sheet.pages(state.recipe, world) - 1
        return replace(state, recipe=recipes.turned(state.recipe, min(page, last)))
    if state.overlay == "all_day":
        return replace(state, page=max(0, min(page, totals.pages(state, world) - 1)))
    card = None if state.moving is None else world.cards.get(state.moving)
    if card is None:
        return state
    if state.overlay == "split":
        count = len(splittable(card))
        return replace(state, choice=max(0, min(count - 1, page * lines_a_page(card, world))))
    count = len(splits.targets(state, card, world))
    return replace(state, choice=max(0, min(count - 1, page * rows_a_page(count, world))))


def page_of(state: PrepState, world: World) -> int:
    """Which page of the open sheet is shown."""
    if state.recipe is not None:
        return min(state.recipe.page, recipe_sheet.pages(state.recipe, world) - 1)
    if state.overlay == "all_day":
        return min(state.page, totals.pages(state, world) - 1)
    card = None if state.moving is None else world.cards.get(state.moving)
    if card is None:
        return 0
    if state.overlay == "split":
        return state.choice // lines_a_page(card, world)
    return state.choice // rows_a_page(len(splits.targets(state, card, world)), world)


def _read(state: PrepState, what: str, rest: str, desk: Desk) -> PrepState:
    """Within the open recipe."""
    view = state.recipe
    if view is None:
        return state
    if what == "into":
        return replace(state, recipe=recipes.entered(view, rest, desk))
    if what == "up":
        return replace(state, recipe=recipes.left(view))
    if what == "tab":
        return replace(state, recipe=recipes.tabbed(view, "allergens" if rest == "allergens" else "make"))
    return replace(state, recipe=recipes.batched(view, on=rest == "on"))


def _opened(state: PrepState, overlay: Overlay) -> PrepState:
    """The overlay; the same tool again closes it."""
    return closed(state) if state.overlay == overlay else replace(closed(state), overlay=overlay)
