"""Rows of what is sold: modifiers with what they do to a dish, categories, items, prices."""

from collections.abc import Iterable

from station.data.described.gathered import BORN, Gathered, fields
from station.data.described.kitchen import component, target
from station.data.tables import menu, recipes
from station.errors import DataError


def add_offer(to: Gathered) -> None:
    _check_cooked(to)
    _modifier_rows(to)
    _menu_rows(to)


def _check_cooked(to: Gathered) -> None:
    cooked = {group for station in to.shop.shop.stations.values() for group in station.groups}
    for key, dish in to.shop.dishes:
        if dish.group not in cooked:
            raise DataError(f"{key}: no station cooks the prep group {dish.group!r}; give it to one in shop.toml")


def _modifier_rows(to: Gathered) -> None:
    for key, group in to.shop.modifiers.items():
        minimum, maximum = group.choose
        group_id = to.id("modifier_group", key)
        to.add(
            menu.modifier_groups,
            id=group_id,
            shop_id=to.shop_id,
            name=group.name,
            minimum=minimum,
            maximum=maximum,
            free=group.free,
        )
        for position, one in enumerate(group.modifiers):
            modifier_id = to.id("modifier", key, one.name)
            to.add(
                menu.modifiers,
                id=modifier_id,
                modifier_group_id=group_id,
                name=one.name,
                effect=one.effect,
                price_minor=one.price_minor,
                is_default=one.default,
                position=position,
            )
            _modifier_components(to, f"{key} {one.name}", modifier_id, one.adds, one.leaves_out)


def _modifier_components(
    to: Gathered, owner: str, modifier_id: str, adds: Iterable[str], leaves_out: Iterable[str]
) -> None:
    for text in adds:
        found = component(to, text, owner)
        to.add(
            recipes.modifier_components,
            id=to.id("modifier_component", owner, "add", found.key),
            modifier_id=modifier_id,
            action="add",
            **target(to, found.key, owner),
            quantity=found.quantity,
            unit=found.unit,
        )
    for key in leaves_out:
        to.add(
            recipes.modifier_components,
            id=to.id("modifier_component", owner, "remove", key),
            modifier_id=modifier_id,
            action="remove",
            **target(to, key, owner),
            quantity=None,
            unit=None,
        )


def _menu_rows(to: Gathered) -> None:
    for file in to.shop.menu:
        category_id = to.id("category", file.category.name)
        to.add(menu.menu_categories, id=category_id, shop_id=to.shop_id, **fields(file.category))
        for position, (key, dish) in enumerate(file.dishes.items()):
            item_id = to.id("item", key)
            to.known(dish.group, to.shop.shop.prep_groups, key)
            to.add(
                menu.menu_items,
                id=item_id,
                shop_id=to.shop_id,
                category_id=category_id,
                name=dish.name,
                short_name=dish.short,
                colour=file.category.colour,
                position=position,
                prep_group_id=to.id("prep_group", dish.group),
                recipe_id=to.id("recipe", key),
                tax_eat_in_id=to.id("tax", "eat_in"),
                tax_take_away_id=to.id("tax", "take_away"),
                remaining=dish.remaining,
                deposit_minor=dish.deposit_minor,
            )
            to.add(
                menu.menu_item_prices,
                id=to.id("price", key),
                menu_item_id=item_id,
                price_minor=dish.price_minor,
                valid_from=BORN,
            )
            for place, group in enumerate(dish.modifiers):
                to.known(group, to.shop.modifiers, key)
                to.add(
                    menu.menu_item_modifier_groups,
                    menu_item_id=item_id,
                    modifier_group_id=to.id("modifier_group", group),
                    position=place,
                )
