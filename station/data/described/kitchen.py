"""Rows of the kitchen: allergens, ingredients, recipes with their components and steps.

Refuses what does not fit together: a recipe that stands in itself, a component that nobody described, a unit that is not
the ingredient's.
"""

from collections.abc import Iterable

from station.data.described.files import IngredientEntry, Part, part
from station.data.described.gathered import Gathered, Row
from station.data.tables import recipes
from station.domain.allergens import ALLERGENS, KINDS, NAMES, Answer
from station.domain.recipes import Component, Formula, Ingredient, bottom_up
from station.errors import DataError


def add_kitchen(to: Gathered) -> None:
    bottom_up({key: _formula(to, key, parts) for key, parts in _recipes(to)})
    _larder_rows(to)
    _recipe_rows(to)


def component(to: Gathered, text: str, owner: str) -> Part:
    found = part(text, owner)
    target(to, found.key, owner)
    ingredient = to.shop.larder.ingredients.get(found.key)
    if ingredient is not None and ingredient.unit != found.unit:
        raise DataError(f"{owner}: {found.key} is measured in {ingredient.unit}, not in {found.unit}")
    return found


def target(to: Gathered, key: str, owner: str) -> Row:
    """The columns that point at an ingredient or a recipe."""
    if key in to.shop.larder.ingredients:
        return {"ingredient_id": to.id("ingredient", key), "recipe_id": None}
    if key in to.shop.preparations:
        return {"ingredient_id": None, "recipe_id": to.id("recipe", key)}
    raise DataError(f"{owner}: {key!r} is neither an ingredient nor a preparation")


def _formula(to: Gathered, key: str, parts: Iterable[Part]) -> Formula:
    components = [
        Component(one.key if one.key in to.shop.preparations else Ingredient(one.key, one.key, {})) for one in parts
    ]
    return Formula(key, key, tuple(components))


def _recipes(to: Gathered) -> Iterable[tuple[str, list[Part]]]:
    for key, made in to.shop.preparations.items():
        yield key, [component(to, text, key) for text in made.components]
    for key, dish in to.shop.dishes:
        yield key, [component(to, text, key) for text in dish.components]


def _larder_rows(to: Gathered) -> None:
    for position, one in enumerate((*ALLERGENS, *KINDS)):
        to.add(
            recipes.allergens,
            code=one.code,
            name=one.name,
            parent_code=one.parent_code,
            annex_number=one.annex,
            position=position,
        )
    for position, (code, diet) in enumerate(to.shop.larder.diets.items()):
        to.add(recipes.dietary_flags, code=code, name=diet.name, position=position)
    for key, ingredient in to.shop.larder.ingredients.items():
        _ingredient_rows(to, key, ingredient)


def _ingredient_rows(to: Gathered, key: str, ingredient: IngredientEntry) -> None:
    ingredient_id = to.id("ingredient", key)
    to.add(
        recipes.ingredients,
        id=ingredient_id,
        shop_id=to.shop_id,
        name=ingredient.name,
        unit=ingredient.unit,
        declaration="declared" if ingredient.specification else "unknown",
    )
    answers = {
        **dict.fromkeys(ingredient.ruled_out, Answer.NONE_DECLARED),
        **dict.fromkeys(ingredient.may, Answer.MAY_CONTAIN),
        **dict.fromkeys(ingredient.contains, Answer.CONTAINS),
    }
    for code, answer in answers.items():
        to.known(code, NAMES, key)
        to.add(recipes.ingredient_allergens, ingredient_id=ingredient_id, allergen_code=code, answer=str(answer))
    diets = to.shop.larder.diets
    for name in ingredient.diets:
        to.known(name, diets, key)
    for code in dict.fromkeys(code for name in ingredient.diets for code in (name, *diets[name].implies)):
        to.add(recipes.ingredient_dietary_flags, ingredient_id=ingredient_id, dietary_flag_code=code)


def _recipe_rows(to: Gathered) -> None:
    for key, made in to.shop.preparations.items():
        quantity, _, unit = made.yield_.partition(" ")
        _add_recipe(to, key, made.name, "preparation", (quantity, unit), 1, made.steps, "")
    for key, dish in to.shop.dishes:
        _add_recipe(to, key, dish.name, "dish", ("1", "portion"), dish.weight, dish.steps, dish.note)
    for key, parts in _recipes(to):
        for position, one in enumerate(parts):
            found = target(to, one.key, key)
            to.add(
                recipes.recipe_components,
                id=to.id("component", key, str(position)),
                recipe_id=to.id("recipe", key),
                position=position,
                ingredient_id=found["ingredient_id"],
                part_recipe_id=found["recipe_id"],
                quantity=one.quantity,
                unit=one.unit,
                yield_percent=one.yield_percent,
                separable=one.separable,
            )


def _add_recipe(
    to: Gathered, key: str, name: str, kind: str, made: tuple[str, str], weight: int, steps: Iterable[str], note: str
) -> None:
    recipe_id = to.id("recipe", key)
    # A dish may be a portion of a preparation and be called the same.
    ahead = {one.name for one in to.shop.preparations.values()}
    to.add(
        recipes.recipes,
        id=recipe_id,
        shop_id=to.shop_id,
        name=f"{name} (portion)" if kind == "dish" and name in ahead else name,
        kind=kind,
        yield_quantity=made[0],
        yield_unit=made[1],
        weight=weight,
        note=note,
    )
    for position, text in enumerate(steps):
        to.add(
            recipes.recipe_steps,
            id=to.id("step", key, str(position)),
            recipe_id=recipe_id,
            position=position,
            words=text,
        )
