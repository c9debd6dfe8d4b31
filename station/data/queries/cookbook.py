"""How everything is made: recipes with their steps, components and allergens, and what modifiers add to a dish."""

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from station.data.queries.kitchen import Kitchen, load_kitchen
from station.data.tables import recipes
from station.domain.allergens import brought_by
from station.domain.menu import Recipe, RecipePart
from station.domain.recipes import raw_quantity


def load_recipe(conn: Connection, recipe_id: str) -> Recipe | None:
    """A recipe with its steps, its components, and which of them brings which allergen (None: no such recipe)."""
    return load_cookbook(conn).get(recipe_id)


def load_cookbook(conn: Connection) -> dict[str, Recipe]:
    """Every recipe by its id: since answers come from recipes of recipes, one costs nearly as much as all."""
    kitchen = load_kitchen(conn)
    steps, parts = _steps(conn), _parts(conn, kitchen)
    return {
        row.id: Recipe(
            id=row.id,
            name=row.name,
            yield_quantity=Decimal(row.yield_quantity),
            yield_unit=row.yield_unit,
            parts=tuple(parts.get(row.id, ())),
            steps=tuple(steps.get(row.id, ())),
            allergens=kitchen.answers[row.id],
            brought_by=brought_by(kitchen.carriers[row.id]),
            note=row.note,
            picture=row.picture,
        )
        for row in conn.execute(select(recipes.recipes))
    }


def load_added(conn: Connection, kitchen: Kitchen) -> Mapping[str, tuple[RecipePart, ...]]:
    """For each modifier what it adds to one dish, as a cook weighs it."""
    parts = recipes.modifier_components.c
    names = _diet_names(conn)
    found: dict[str, list[RecipePart]] = defaultdict(list)
    query = _named(recipes.modifier_components, parts.recipe_id, parts.modifier_id, parts.quantity, parts.unit)
    for row in conn.execute(query.where(parts.action == "add").order_by(parts.id)):
        quantity = Decimal(row.quantity)
        found[row.modifier_id].append(_part(row, quantity, quantity, kitchen, names))
    return {modifier_id: tuple(listed) for modifier_id, listed in found.items()}


def _steps(conn: Connection) -> dict[str, list[str]]:
    steps = recipes.recipe_steps.c
    found: dict[str, list[str]] = defaultdict(list)
    for row in conn.execute(select(steps.recipe_id, steps.words).order_by(steps.recipe_id, steps.position)):
        found[row.recipe_id].append(row.words)
    return found


def _parts(conn: Connection, kitchen: Kitchen) -> dict[str, list[RecipePart]]:
    parts = recipes.recipe_components.c
    names = _diet_names(conn)
    found: dict[str, list[RecipePart]] = defaultdict(list)
    query = _named(
        recipes.recipe_components,
        parts.part_recipe_id,
        parts.recipe_id.label("owner"),
        parts.quantity,
        parts.unit,
        parts.yield_percent,
        parts.separable,
    )
    for row in conn.execute(query.order_by(parts.recipe_id, parts.position)):
        quantity = Decimal(row.quantity)
        raw = raw_quantity(quantity, row.yield_percent)
        found[row.owner].append(_part(row, quantity, raw, kitchen, names, separable=row.separable))
    return found


def _named(table: Any, part_recipe: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Rows of components with the name of their ingredient or recipe, and which of the two it is."""
    part = recipes.recipes.alias()
    return (
        select(
            func.coalesce(recipes.ingredients.c.name, part.c.name).label("name"),
            table.c.ingredient_id,
            part_recipe.label("part_recipe"),
            *columns,
        )
        .select_from(table)
        .outerjoin(recipes.ingredients, table.c.ingredient_id == recipes.ingredients.c.id)
        .outerjoin(part, part_recipe == part.c.id)
    )


def _part(
    row: Row[*tuple[Any, ...]],
    quantity: Decimal,
    raw: Decimal,
    kitchen: Kitchen,
    names: Mapping[str, str],
    *,
    separable: bool = False,
) -> RecipePart:
    suited = (
        kitchen.diets[row.part_recipe] if row.ingredient_id is None else kitchen.ingredients[row.ingredient_id].diets
    )
    return RecipePart(
        name=row.name,
        quantity=quantity,
        raw=raw,
        unit=row.unit,
        separable=separable,
        recipe_id=row.part_recipe,
        id=row.ingredient_id or row.part_recipe,
        diets=frozenset(names[code] for code in suited),
    )


def _diet_names(conn: Connection) -> dict[str, str]:
    flags = recipes.dietary_flags.c
    return {row.code: row.name for row in conn.execute(select(flags.code, flags.name).order_by(flags.position))}
