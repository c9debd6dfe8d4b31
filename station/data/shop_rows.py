"""A described shop as rows: ids worked out from its keys, so that the same description always gives the same rows.

Refuses what does not fit together before anything is written: a key that names nothing, a recipe that stands in itself,
a prep group that no station cooks.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Table

from station.data.ids import derived_ulid
from station.data.shop_files import Description, IngredientEntry, Part, part
from station.data.tables import menu, recipes, shop, staff
from station.domain.allergens import ALLERGENS, KINDS, NAMES, Answer
from station.domain.recipes import Component, Formula, Ingredient, bottom_up
from station.errors import DataError

Row = dict[str, Any]
Rows = dict[Table, list[Row]]

BORN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment in the ids and from which the prices hold."""


def rows_of(description: Description) -> Rows:
    """Every table's rows. Raises DataError or RecipeError when the description does not hold together."""
    return _Rows(description).all()


class _Rows:
    """Collects the rows of one description; `_id` gives each thing's id from its kind and key."""

    def __init__(self, description: Description) -> None:
        self._shop = description
        self._rows: Rows = {}

    def all(self) -> Rows:
        self._check()
        self._shop_rows()
        self._station_rows()
        self._staff_rows()
        self._larder_rows()
        self._recipe_rows()
        self._modifier_rows()
        self._menu_rows()
        return self._rows

    def _check(self) -> None:
        cooked = {group for station in self._shop.shop.stations.values() for group in station.groups}
        for key, dish in self._shop.dishes:
            if dish.group not in cooked:
                raise DataError(f"{key}: no station cooks the prep group {dish.group!r}; give it to one in shop.toml")
        formulas = {key: self._formula(key, parts) for key, parts in self._recipes()}
        bottom_up(formulas)

    def _formula(self, key: str, parts: Iterable[Part]) -> Formula:
        components = [
            Component(one.key if one.key in self._shop.preparations else Ingredient(one.key, one.key, {}))
            for one in parts
        ]
        return Formula(key, key, tuple(components))

    def _recipes(self) -> Iterable[tuple[str, list[Part]]]:
        for key, made in self._shop.preparations.items():
            yield key, [self._part(text, key) for text in made.components]
        for key, dish in self._shop.dishes:
            yield key, [self._part(text, key) for text in dish.components]

    def _part(self, text: str, owner: str) -> Part:
        found = part(text, owner)
        self._target(found.key, owner)
        ingredient = self._shop.larder.ingredients.get(found.key)
        if ingredient is not None and ingredient.unit != found.unit:
            raise DataError(f"{owner}: {found.key} is measured in {ingredient.unit}, not in {found.unit}")
        return found

    def _target(self, key: str, owner: str) -> Row:
        """The columns that point at an ingredient or a recipe."""
        if key in self._shop.larder.ingredients:
            return {"ingredient_id": self._id("ingredient", key), "recipe_id": None}
        if key in self._shop.preparations:
            return {"ingredient_id": None, "recipe_id": self._id("recipe", key)}
        raise DataError(f"{owner}: {key!r} is neither an ingredient nor a preparation")

    def _shop_rows(self) -> None:
        file = self._shop.shop
        self._add(shop.shops, id=self._shop_id, **_fields(file.shop))
        for code, rate in file.tax_rates.items():
            self._add(menu.tax_rates, id=self._id("tax", code), shop_id=self._shop_id, code=code, **_fields(rate))
        for position, (code, group) in enumerate(file.prep_groups.items()):
            self._add(
                shop.prep_groups,
                id=self._id("prep_group", code),
                shop_id=self._shop_id,
                code=code,
                name=group.name,
                position=position,
            )
        for key, discount in file.discounts.items():
            fields = _fields(discount)
            self._known(fields["permission"], self._shop.staff.permissions, key)
            fields["permission_code"] = fields.pop("permission")
            self._add(menu.discounts, id=self._id("discount", key), shop_id=self._shop_id, **fields)

    def _station_rows(self) -> None:
        file = self._shop.shop
        for key, profile in file.profiles.items():
            self._add(shop.station_profiles, id=self._id("profile", key), shop_id=self._shop_id, **_fields(profile))
        for code, station in file.stations.items():
            self._known(station.profile, file.profiles, code)
            self._add(
                shop.stations,
                id=self._id("station", code),
                shop_id=self._shop_id,
                code=code,
                name=station.name,
                station_profile_id=self._id("profile", station.profile),
            )
            for group in station.groups:
                self._known(group, file.prep_groups, code)
                self._add(
                    shop.station_prep_groups,
                    station_id=self._id("station", code),
                    prep_group_id=self._id("prep_group", group),
                )
        for code, settings in file.settings.items():
            self._known(code, file.stations, "settings")
            for name, value in settings.items():
                self._add(shop.station_settings, station_id=self._id("station", code), name=name, value=value)

    def _staff_rows(self) -> None:
        file = self._shop.staff
        for code, name in file.permissions.items():
            self._add(staff.permissions, code=code, name=name)
        for position, (code, role) in enumerate(file.roles.items()):
            self._add(staff.roles, code=code, name=role.name, position=position)
            for permission in role.may:
                self._known(permission, file.permissions, code)
                self._add(staff.role_permissions, role_code=code, permission_code=permission)
        for code, person in file.staff.items():
            person_id = self._id("staff", code)
            self._add(
                staff.staff,
                id=person_id,
                shop_id=self._shop_id,
                code=code,
                name=person.name,
                full_name=person.full_name,
            )
            for role_code in person.roles:
                self._known(role_code, file.roles, code)
                self._add(staff.staff_roles, staff_id=person_id, role_code=role_code)

    def _larder_rows(self) -> None:
        for position, one in enumerate((*ALLERGENS, *KINDS)):
            self._add(
                recipes.allergens,
                code=one.code,
                name=one.name,
                parent_code=one.parent_code,
                annex_number=one.annex,
                position=position,
            )
        for position, (code, diet) in enumerate(self._shop.larder.diets.items()):
            self._add(recipes.dietary_flags, code=code, name=diet.name, position=position)
        for key, ingredient in self._shop.larder.ingredients.items():
            self._ingredient_rows(key, ingredient)

    def _ingredient_rows(self, key: str, ingredient: IngredientEntry) -> None:
        ingredient_id = self._id("ingredient", key)
        self._add(
            recipes.ingredients,
            id=ingredient_id,
            shop_id=self._shop_id,
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
            self._known(code, NAMES, key)
            self._add(recipes.ingredient_allergens, ingredient_id=ingredient_id, allergen_code=code, answer=str(answer))
        diets = self._shop.larder.diets
        for name in ingredient.diets:
            self._known(name, diets, key)
        for code in dict.fromkeys(code for name in ingredient.diets for code in (name, *diets[name].implies)):
            self._add(recipes.ingredient_dietary_flags, ingredient_id=ingredient_id, dietary_flag_code=code)

    def _recipe_rows(self) -> None:
        for key, made in self._shop.preparations.items():
            quantity, _, unit = made.yield_.partition(" ")
            self._add_recipe(key, made.name, "preparation", (quantity, unit), 1, made.steps, "")
        for key, dish in self._shop.dishes:
            self._add_recipe(key, dish.name, "dish", ("1", "portion"), dish.weight, dish.steps, dish.note)
        for key, parts in self._recipes():
            for position, one in enumerate(parts):
                target = self._target(one.key, key)
                self._add(
                    recipes.recipe_components,
                    id=self._id("component", key, str(position)),
                    recipe_id=self._id("recipe", key),
                    position=position,
                    ingredient_id=target["ingredient_id"],
                    part_recipe_id=target["recipe_id"],
                    quantity=one.quantity,
                    unit=one.unit,
                    yield_percent=one.yield_percent,
                    separable=one.separable,
                )

    def _add_recipe(
        self, key: str, name: str, kind: str, made: tuple[str, str], weight: int, steps: Iterable[str], note: str
    ) -> None:
        recipe_id = self._id("recipe", key)
        self._add(
            recipes.recipes,
            id=recipe_id,
            shop_id=self._shop_id,
            name=name if kind == "preparation" or name not in self._preparation_names else f"{name} (portion)",
            kind=kind,
            yield_quantity=made[0],
            yield_unit=made[1],
            weight=weight,
            note=note,
        )
        for position, text in enumerate(steps):
            self._add(
                recipes.recipe_steps,
                id=self._id("step", key, str(position)),
                recipe_id=recipe_id,
                position=position,
                words=text,
            )

    def _modifier_rows(self) -> None:
        for key, group in self._shop.modifiers.items():
            minimum, maximum = group.choose
            group_id = self._id("modifier_group", key)
            self._add(
                menu.modifier_groups,
                id=group_id,
                shop_id=self._shop_id,
                name=group.name,
                minimum=minimum,
                maximum=maximum,
            )
            for position, one in enumerate(group.modifiers):
                modifier_id = self._id("modifier", key, one.name)
                self._add(
                    menu.modifiers,
                    id=modifier_id,
                    modifier_group_id=group_id,
                    name=one.name,
                    effect=one.effect,
                    price_minor=one.price_minor,
                    is_default=one.default,
                    position=position,
                )
                self._modifier_components(f"{key} {one.name}", modifier_id, one.adds, one.leaves_out)

    def _modifier_components(
        self, owner: str, modifier_id: str, adds: Iterable[str], leaves_out: Iterable[str]
    ) -> None:
        for text in adds:
            found = self._part(text, owner)
            self._add(
                recipes.modifier_components,
                id=self._id("modifier_component", owner, "add", found.key),
                modifier_id=modifier_id,
                action="add",
                **self._target(found.key, owner),
                quantity=found.quantity,
                unit=found.unit,
            )
        for key in leaves_out:
            self._add(
                recipes.modifier_components,
                id=self._id("modifier_component", owner, "remove", key),
                modifier_id=modifier_id,
                action="remove",
                **self._target(key, owner),
                quantity=None,
                unit=None,
            )

    def _menu_rows(self) -> None:
        for file in self._shop.menu:
            category_id = self._id("category", file.category.name)
            self._add(menu.menu_categories, id=category_id, shop_id=self._shop_id, **_fields(file.category))
            for position, (key, dish) in enumerate(file.dishes.items()):
                item_id = self._id("item", key)
                self._known(dish.group, self._shop.shop.prep_groups, key)
                self._add(
                    menu.menu_items,
                    id=item_id,
                    shop_id=self._shop_id,
                    category_id=category_id,
                    name=dish.name,
                    short_name=dish.short,
                    colour=file.category.colour,
                    position=position,
                    prep_group_id=self._id("prep_group", dish.group),
                    recipe_id=self._id("recipe", key),
                    tax_eat_in_id=self._id("tax", "eat_in"),
                    tax_take_away_id=self._id("tax", "take_away"),
                    remaining=dish.remaining,
                )
                self._add(
                    menu.menu_item_prices,
                    id=self._id("price", key),
                    menu_item_id=item_id,
                    price_minor=dish.price_minor,
                    valid_from=BORN,
                )
                for place, group in enumerate(dish.modifiers):
                    self._known(group, self._shop.modifiers, key)
                    self._add(
                        menu.menu_item_modifier_groups,
                        menu_item_id=item_id,
                        modifier_group_id=self._id("modifier_group", group),
                        position=place,
                    )

    @property
    def _shop_id(self) -> str:
        return self._id("shop")

    @property
    def _preparation_names(self) -> set[str]:
        return {made.name for made in self._shop.preparations.values()}

    def _id(self, *names: str) -> str:
        return derived_ulid(BORN, self._shop.shop.shop.name, *names)

    def _add(self, table: Table, **row: Any) -> None:
        stamps = {"created_at": BORN, "updated_at": BORN} if "revision" in table.c else {}
        self._rows.setdefault(table, []).append({**stamps, **row})

    def _known(self, key: str, among: Iterable[str], owner: str) -> None:
        if key not in set(among):
            raise DataError(f"{owner}: {key!r} is not described; look for a typo")


def _fields(entry: Any) -> Row:
    return {name: getattr(entry, name) for name in entry.__struct_fields__}
