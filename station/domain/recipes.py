"""Recipes of recipes: which answers they carry, which diets they suit, and how much of each part a count needs.

Pure. A recipe that stands in itself, over however many others, is refused with a sentence that names the way round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, TypeVar

from station.domain.allergens import Answers, Carrier, dish_answers
from station.domain.amounts import COUNTED
from station.errors import RecipeError

_GRAIN: Final = Decimal("0.001")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What is bought. `diets`: the dietary flags that it suits."""

    id: str
    name: str
    answers: Answers
    diets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a recipe: an ingredient, or another recipe by its id."""

    part: Ingredient | str
    separable: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """What a recipe is made of."""

    id: str
    name: str
    components: tuple[Component, ...]


Formulas = Mapping[str, Formula]


def bottom_up(formulas: Formulas) -> tuple[str, ...]:
    """The recipes' ids, each after all that it is made of.

    Raises RecipeError for a cycle, naming it, and for a component that is no recipe.
    """
    done: dict[str, None] = {}
    for start in formulas:
        _visit(start, formulas, done, [])
    return tuple(done)


def carriers(formulas: Formulas) -> tuple[dict[str, tuple[Carrier, ...]], dict[str, Answers]]:
    """For each recipe its components with the answers that each of them brings, and for each recipe its own answers."""
    answers: dict[str, Answers] = {}
    found: dict[str, tuple[Carrier, ...]] = {}
    for recipe_id in bottom_up(formulas):
        found[recipe_id] = tuple(carrier(one, formulas, answers) for one in formulas[recipe_id].components)
        answers[recipe_id] = dish_answers(found[recipe_id])
    return found, answers


def carrier(component: Component, formulas: Formulas, answers: Mapping[str, Answers]) -> Carrier:
    """A component with its answers; `answers` are those of the recipes."""
    part = component.part
    if isinstance(part, Ingredient):
        return Carrier(part.id, part.name, part.answers, component.separable)
    return Carrier(part, formulas[part].name, answers[part], component.separable)


def diets(formulas: Formulas) -> dict[str, frozenset[str]]:
    """For each recipe the flags that suit all it is made of; none where nothing is written down."""

    def suits(components: Sequence[Component], found: Mapping[str, frozenset[str]]) -> frozenset[str]:
        sets = [one.part.diets if isinstance(one.part, Ingredient) else found[one.part] for one in components]
        return frozenset.intersection(*sets) if sets else frozenset()

    return _fold(formulas, suits)


def wanted(count: int, yield_quantity: Decimal, yield_unit: str) -> Decimal:
    """How much of a dish's recipe so many sold ones are, in the unit of its yield.

    A recipe that yields a weight yields it for one dish: 500 g of soup, sold twice, are 1000 g.
    """
    return Decimal(count) if yield_unit in COUNTED else count * yield_quantity


def scaled(quantity: Decimal, count: Decimal | int, yield_quantity: Decimal) -> Decimal:
    """How much of a component `count` of a recipe need that yields `yield_quantity`, to a thousandth."""
    return (quantity * count / yield_quantity).quantize(_GRAIN, ROUND_HALF_UP)


def raw_quantity(quantity: Decimal, yield_percent: int) -> Decimal:
    """How much to take so that this much is left after trimming."""
    return (quantity * 100 / yield_percent).quantize(_GRAIN, ROUND_HALF_UP)


def _fold(formulas: Formulas, worth: Callable[[Sequence[Component], Mapping[str, Found]], Found]) -> dict[str, Found]:
    found: dict[str, Found] = {}
    for recipe_id in bottom_up(formulas):
        found[recipe_id] = worth(formulas[recipe_id].components, found)
    return found


def _visit(recipe_id: str, formulas: Formulas, done: dict[str, None], way: list[str]) -> None:
    if recipe_id in done:
        return
    if recipe_id not in formulas:
        raise RecipeError(
            f"{formulas[way[-1]].name} is made of a recipe that does not exist ({recipe_id}); take it out"
        )
    if recipe_id in way:
        names = [formulas[one].name for one in (*way[way.index(recipe_id) :], recipe_id)]
        raise RecipeError(f"A recipe cannot be part of itself: {' → '.join(names)}; take one of these components out")
    for component in formulas[recipe_id].components:
        if isinstance(component.part, str):
            _visit(component.part, formulas, done, [*way, recipe_id])
    done[recipe_id] = None
