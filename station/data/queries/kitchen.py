"""Recipes as the rules of allergens take them: what each is made of and what each part brings."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from station.data.tables import recipes
from station.domain.allergens import NOTHING_KNOWN, Answer, Answers, Carrier, Choice, declared
from station.domain.menu import Effect
from station.domain.recipes import Component, Formula, Ingredient, carriers, diets


@dataclass(frozen=True, slots=True)
class Kitchen:
    """By id: ingredients, each recipe's components with their answers, its own answers, the dietary flags that it suits."""

    ingredients: Mapping[str, Ingredient]
    names: Mapping[str, str]
    carriers: Mapping[str, tuple[Carrier, ...]]
    answers: Mapping[str, Answers]
    diets: Mapping[str, frozenset[str]]

    def carrier(self, ingredient_id: str | None, recipe_id: str | None) -> Carrier:
        """An ingredient or a recipe as a component that a choice adds."""
        if ingredient_id is not None:
            one = self.ingredients[ingredient_id]
            return Carrier(one.id, one.name, one.answers)
        assert recipe_id is not None  # the schema's ck_…_one_part
        return Carrier(recipe_id, self.names[recipe_id], self.answers[recipe_id])


def load_kitchen(conn: Connection) -> Kitchen:
    """Raises RecipeError when a recipe stands in itself."""
    ingredients = _ingredients(conn)
    parts = recipes.recipe_components.c
    components: dict[str, list[Component]] = defaultdict(list)
    for row in conn.execute(
        select(parts.recipe_id, parts.ingredient_id, parts.part_recipe_id, parts.separable).order_by(
            parts.recipe_id, parts.position
        )
    ):
        part = row.part_recipe_id if row.ingredient_id is None else ingredients[row.ingredient_id]
        components[row.recipe_id].append(Component(part, row.separable))
    names = {row.id: row.name for row in conn.execute(select(recipes.recipes.c.id, recipes.recipes.c.name))}
    formulas = {recipe_id: Formula(recipe_id, name, tuple(components[recipe_id])) for recipe_id, name in names.items()}
    return Kitchen(ingredients, names, *carriers(formulas), diets(formulas))


def load_choices(conn: Connection, kitchen: Kitchen, effects: Mapping[str, Effect]) -> dict[str, Choice]:
    """What each modifier does to a dish. One that adds something, but not what, adds something unknown."""
    parts = recipes.modifier_components.c
    adds: dict[str, list[Carrier]] = defaultdict(list)
    removes: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(
        select(parts.modifier_id, parts.action, parts.ingredient_id, parts.recipe_id).order_by(parts.id)
    ):
        if row.action == "add":
            adds[row.modifier_id].append(kitchen.carrier(row.ingredient_id, row.recipe_id))
        else:
            removes[row.modifier_id].add(row.ingredient_id or row.recipe_id)
    for modifier_id, effect in effects.items():
        if effect == "added" and modifier_id not in adds:
            adds[modifier_id].append(Carrier(modifier_id, "an extra without a recipe", NOTHING_KNOWN))
    return {one: Choice(tuple(adds.get(one, ())), frozenset(removes.get(one, ()))) for one in effects}


def _ingredients(conn: Connection) -> dict[str, Ingredient]:
    answers: dict[str, dict[str, Answer]] = defaultdict(dict)
    rows = recipes.ingredient_allergens.c
    for row in conn.execute(select(rows.ingredient_id, rows.allergen_code, rows.answer)):
        answers[row.ingredient_id][row.allergen_code] = Answer(row.answer)
    suits: dict[str, set[str]] = defaultdict(set)
    flags = recipes.ingredient_dietary_flags.c
    for ingredient_id, flag in conn.execute(select(flags.ingredient_id, flags.dietary_flag_code)):
        suits[ingredient_id].add(flag)
    columns = recipes.ingredients.c
    return {
        row.id: Ingredient(
            id=row.id,
            name=row.name,
            answers=declared(answers.get(row.id, {}), known=row.declaration == "declared"),
            diets=frozenset(suits.get(row.id, ())),
        )
        for row in conn.execute(select(columns.id, columns.name, columns.declaration))
    }
