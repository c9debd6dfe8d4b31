"""The recipe that a screen has open: of one line of a card, and the way down into what it is made of. Pure.

The desk brings recipes when something is opened or the snapshot was replaced; drawing asks for nothing. A card that goes
meanwhile changes nothing for whoever is reading.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from station.domain.cards import Card
from station.domain.menu import MenuItem, Recipe
from station.domain.ordered import added, ordered, removed
from station.domain.recipes import scaled, wanted
from station.domain.token import Line
from station.renderers.role import Desk
from station.renderers.world import World

Tab = Literal["make", "allergens"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A recipe on the way down. `wanted`: how much of it this line takes, in its yield's unit (None: not comparable).

    `batch`: its quantities are shown for one whole yield, as it is made ahead.
    """

    recipe: Recipe
    wanted: Decimal | None
    batch: bool = False

    @property
    def made(self) -> Decimal:
        """How much of it the quantities are for."""
        return self.recipe.yield_quantity if self.batch or self.wanted is None else self.wanted


@dataclass(frozen=True, slots=True)
class RecipeView:
    """`trail`: from the dish down to what is shown; empty when there is no recipe of it. `version`: of the shop it is from."""

    card: Card
    line: Line
    item: MenuItem | None
    trail: tuple[Opened, ...]
    version: str
    tab: Tab = "make"
    page: int = 0

    @property
    def opened(self) -> Opened | None:
        return self.trail[-1] if self.trail else None

    @property
    def of_dish(self) -> bool:
        """Whether the dish itself is shown, as this order has it."""
        return len(self.trail) <= 1


def opened_for(card: Card, line_id: str, world: World, desk: Desk) -> RecipeView | None:
    """The recipe of a line; None when the card has no such line."""
    line = _line(card, line_id)
    return None if line is None else _viewed(card, line, world, desk)


def refreshed(view: RecipeView, world: World, desk: Desk) -> RecipeView:
    """The same with the card as it is now, and recipes anew when the snapshot is another or the count has changed."""
    card = world.cards.get(view.card.key, view.card)
    line = _line(card, view.line.id)
    if line is None:
        card, line = view.card, view.line
    if view.version == world.shop.version and line.count == view.line.count:
        return view if (card, line) == (view.card, view.line) else replace(view, card=card, line=line)
    fresh = _viewed(card, line, world, desk)
    for step in view.trail[1:]:
        fresh = entered(fresh, step.recipe.id, desk)
        if fresh.opened is not None and fresh.opened.recipe.id == step.recipe.id:
            fresh = batched(fresh, on=step.batch)
    # Pages may be others now: what was looked at begins where it begins.
    return replace(fresh, tab=view.tab)


def entered(view: RecipeView, recipe_id: str, desk: Desk) -> RecipeView:
    """Down into a component that has a recipe of its own, for one batch of it at first: that is how it is made."""
    recipe = desk.recipe(recipe_id) if view.trail else None
    if recipe is None or any(step.recipe.id == recipe_id for step in view.trail):
        return view
    step = Opened(recipe, _taken(view, recipe), batch=True)
    return replace(view, trail=(*view.trail, step), page=0, tab="make")


def left(view: RecipeView) -> RecipeView:
    """Up again; the dish stays."""
    return view if view.of_dish else replace(view, trail=view.trail[:-1], page=0)


def batched(view: RecipeView, *, on: bool) -> RecipeView:
    """Quantities for one batch, or for what this line takes; the dish itself is always for this line."""
    if view.of_dish or view.opened is None or view.opened.wanted is None:
        return view
    return replace(view, trail=(*view.trail[:-1], replace(view.trail[-1], batch=on)))


def turned(view: RecipeView, page: int) -> RecipeView:
    return replace(view, page=max(0, page))


def tabbed(view: RecipeView, tab: Tab) -> RecipeView:
    return replace(view, tab=tab, page=0)


def amount_of(quantity: Decimal, opened: Opened) -> Decimal:
    """A component's quantity for as much of its recipe as is shown."""
    return scaled(quantity, opened.made, opened.recipe.yield_quantity)


def dishes(view: RecipeView) -> int:
    """For how many the quantities are: of a cancelled line nothing is to be made, and its recipe is shown for one."""
    return max(1, view.line.count)


def _viewed(card: Card, line: Line, world: World, desk: Desk) -> RecipeView:
    item = world.shop.menu.item(line.item)
    recipe = None if item is None else desk.recipe(item.recipe_id)
    trail: tuple[Opened, ...] = ()
    if recipe is not None:
        trail = (Opened(recipe, wanted(max(1, line.count), recipe.yield_quantity, recipe.yield_unit)),)
    return RecipeView(card, line, item, trail, world.shop.version)


def _taken(view: RecipeView, recipe: Recipe) -> Decimal | None:
    """How much of a component's recipe this line takes: what the recipe above takes of it, and what is added to the dish."""
    above = view.opened
    if above is None or above.wanted is None:
        return None
    modifiers = ordered(view.line, view.item) if view.of_dish else ()
    out = removed(modifiers)
    parts = [part for part in above.recipe.parts if part.recipe_id == recipe.id and part.id not in out]
    amounts = [(scaled(part.quantity, above.wanted, above.recipe.yield_quantity), part.unit) for part in parts]
    amounts += [
        (part.quantity * times * dishes(view), part.unit)
        for part, times in added(modifiers)
        if part.recipe_id == recipe.id
    ]
    if not amounts or any(unit != recipe.yield_unit for _, unit in amounts):
        return None
    return sum((amount for amount, _ in amounts), Decimal(0))


def _line(card: Card, line_id: str) -> Line | None:
    return next((line for line in card.body.lines if line.id == line_id), None)
