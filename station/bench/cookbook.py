"""The bench kitchen's menu and recipes: recipes of recipes, a long one, an ingredient that nobody has declared.

Nothing here is by chance, and every answer comes from the rules: components are written down, the rest is computed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Final

from ulid import ULID

from station.domain.allergens import NAMES, NOTHING_KNOWN, Answer, Answers, Carrier, Choice, brought_by
from station.domain.menu import Category, Effect, Menu, MenuItem, MenuModifier, ModifierGroup, Recipe, RecipePart
from station.domain.recipes import Component, Formula, Ingredient, carriers, diets, raw_quantity

EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
DISHES: Final = (
    ("Cheeseburger", "grill"),
    ("Chicken burger", "grill"),
    ("French fries", "fry"),
    ("Onion rings", "fry"),
    ("Garden salad", "cold"),
    ("Double bacon cheeseburger", "grill"),
    ("Sweet potato fries", "fry"),
    ("Caesar salad with grilled chicken", "cold"),
    ("Veggie burger", "grill"),
)
"""Name and prep group of everything that can be ordered here."""

_GLUTEN: Final = {"gluten": Answer.CONTAINS, "wheat": Answer.CONTAINS}
_MILK: Final = {"milk": Answer.CONTAINS}
_PLANTS: Final = frozenset({"Vegan", "Vegetarian"})
_LARDER: Final[Mapping[str, tuple[Answers, frozenset[str]]]] = {
    "Brioche bun": ({**_GLUTEN, "eggs": Answer.CONTAINS, "sesame": Answer.MAY_CONTAIN}, frozenset({"Vegetarian"})),
    "Gluten-free bun": ({"eggs": Answer.CONTAINS, "lupin": Answer.MAY_CONTAIN}, frozenset({"Vegetarian"})),
    "Beef patty": ({}, frozenset()),
    "Cheddar": (_MILK, frozenset({"Vegetarian"})),
    "Bacon": ({"sulphites": Answer.MAY_CONTAIN}, frozenset()),
    "Onion": ({}, _PLANTS),
    "Pickles": ({"mustard": Answer.CONTAINS}, _PLANTS),
    "Eggs": ({"eggs": Answer.CONTAINS}, frozenset({"Vegetarian"})),
    "Rapeseed oil": ({}, _PLANTS),
    "Dijon mustard": ({"mustard": Answer.CONTAINS, "sulphites": Answer.CONTAINS}, _PLANTS),
    "Hot sauce of the month": (NOTHING_KNOWN, frozenset()),
    "Chipped potatoes": ({}, _PLANTS),
    "Salt": ({}, _PLANTS),
    "Romaine lettuce": ({}, _PLANTS),
    "Anchovies": ({"fish": Answer.CONTAINS}, frozenset()),
    "Walnuts": ({"nuts": Answer.CONTAINS, "walnuts": Answer.CONTAINS}, _PLANTS),
}
_Written = tuple[str, str, int, bool]
"""A component: "30 g", its name, its yield in percent, whether it is put on last and whole."""
_MADE: Final[Mapping[str, tuple[str, tuple[_Written, ...], tuple[str, ...]]]] = {
    "Mayonnaise": (
        "1000 g",
        (
            ("4 piece", "Eggs", 100, False),
            ("780 ml", "Rapeseed oil", 100, False),
            ("40 g", "Dijon mustard", 100, False),
            ("2.5 g", "Salt", 100, False),
        ),
        ("Whisk yolks, mustard and salt until smooth.", "Stream in the oil until thick. Label it: it keeps 3 days."),
    ),
    "Burger sauce": (
        "1500 g",
        (
            ("1200 g", "Mayonnaise", 100, False),
            ("240 g", "Pickles", 90, False),
            ("60 g", "Onion", 88, False),
        ),
        ("Chop pickles and onion to 2 mm.", "Fold everything into the mayonnaise; taste it for salt."),
    ),
}
_BURGER: Final[tuple[_Written, ...]] = (
    ("1 piece", "Brioche bun", 100, False),
    ("1 piece", "Beef patty", 100, False),
    ("30 g", "Burger sauce", 100, False),
    ("15 g", "Onion", 88, True),
    ("25 g", "Pickles", 100, True),
)
_FRIES: Final[tuple[_Written, ...]] = (("250 g", "Chipped potatoes", 92, False), ("2 g", "Salt", 100, False))
_SALAD: Final[tuple[_Written, ...]] = (
    ("180 g", "Romaine lettuce", 78, False),
    ("25 g", "Walnuts", 100, True),
    ("40 g", "Mayonnaise", 100, False),
    ("2 piece", "Anchovies", 100, True),
)
_COOKED: Final[Mapping[str, tuple[tuple[_Written, ...], tuple[str, ...]]]] = {
    "grill": (
        _BURGER,
        (
            "Patty on the clean zone, salt, 2½ minutes; turn it once, 2 minutes more. Core 70 °C for well done.",
            "Toast the bun in the last minute, cut side down.",
            "Sauce below and above; patty, onion, pickles. Wrap at once.",
        ),
    ),
    "fry": (_FRIES, ("Blanch at 140 °C for 5 minutes.", "Fry at 180 °C until golden, shake dry, salt from high up.")),
    "cold": (_SALAD, ("Wash, spin and tear the leaves.", "Dress at the last moment; walnuts and anchovies on top.")),
}
_CHOICES: Final[tuple[tuple[str, Effect, tuple[tuple[str, str], ...], tuple[str, ...]], ...]] = (
    ("Extra bacon", "added", (("2 slice", "Bacon"),), ()),
    ("Cheddar", "added", (("1 slice", "Cheddar"),), ()),
    ("Onion", "removed", (), ("Onion",)),
    ("Pickles", "removed", (), ("Pickles",)),
    ("Gluten-free bun", "changed", (("1 piece", "Gluten-free bun"),), ("Brioche bun",)),
    ("Hot", "added", (("10 ml", "Hot sauce of the month"),), ()),
    ("Well done", "changed", (), ()),
)


@dataclass(frozen=True, slots=True)
class Cookbook:
    """The menu, and every recipe by its id."""

    menu: Menu
    recipes: Mapping[str, Recipe]


@cache
def cookbook() -> Cookbook:
    """The same each time."""
    formulas = {name: Formula(name, name, _components(parts)) for name, parts in _all_parts().items()}
    found, answers = carriers(formulas)
    suited = diets(formulas)
    recipes = {
        _id(name): Recipe(
            _id(name),
            name,
            *_yield(name),
            tuple(_part(one, suited) for one in parts),
            _steps(name),
            answers[name],
            brought_by(found[name]),
            note="Never wash the lettuce ahead: it goes brown." if "salad" in name.lower() else "",
        )
        for name, parts in _all_parts().items()
    }
    items = tuple(_item(number, found, answers, suited) for number in range(len(DISHES)))
    return Cookbook(Menu("EUR", 5, (Category("all", "All", "grey"),), items, NAMES), recipes)


def item_id(number: int) -> str:
    return _id(f"item {DISHES[number][0]}")


def _all_parts() -> dict[str, tuple[_Written, ...]]:
    dishes = {name: _COOKED[group][0] for name, group in DISHES}
    twice = (("2 piece", "Beef patty", 100, False), ("2 slice", "Cheddar", 100, True), ("2 slice", "Bacon", 100, True))
    dishes["Double bacon cheeseburger"] = (_BURGER[0], *twice, *_BURGER[2:])
    dishes["Cheeseburger"] = (*_BURGER, ("2 slice", "Cheddar", 100, True))
    # As long as a recipe ever gets: every salad of the season on one plate.
    dishes["Caesar salad with grilled chicken"] = tuple(
        (f"{5 + 7 * n} g", name, 100 - n, False) for n, name in enumerate((*_LARDER, "Mayonnaise", "Burger sauce"))
    )
    return {**{name: parts for name, (_, parts, _) in _MADE.items()}, **dishes}


def _steps(name: str) -> tuple[str, ...]:
    if name in _MADE:
        return _MADE[name][2]
    steps = _COOKED[dict(DISHES)[name]][1]
    if name != "Caesar salad with grilled chicken":
        return steps
    return tuple(f"{text} Then look at the plate from the guest's side. ({n})" for n in range(8) for text in steps)


def _yield(name: str) -> tuple[Decimal, str]:
    quantity, unit = _MADE[name][0].split() if name in _MADE else ("1", "portion")
    return Decimal(quantity), unit


def _components(parts: tuple[_Written, ...]) -> tuple[Component, ...]:
    return tuple(Component(_ingredient(name) if name in _LARDER else name, last) for _, name, _, last in parts)


def _ingredient(name: str) -> Ingredient:
    answers, suits = _LARDER[name]
    return Ingredient(_id(name), name, answers, suits)


def _part(one: _Written, suited: Mapping[str, frozenset[str]]) -> RecipePart:
    amount, name, percent, last = one
    quantity, unit = amount.split()
    bought = name in _LARDER
    return RecipePart(
        name,
        Decimal(quantity),
        raw_quantity(Decimal(quantity), percent),
        unit,
        last,
        None if bought else _id(name),
        _id(name),
        _LARDER[name][1] if bought else suited[name],
    )


def _item(
    number: int,
    found: Mapping[str, tuple[Carrier, ...]],
    answers: Mapping[str, Answers],
    suited: Mapping[str, frozenset[str]],
) -> MenuItem:
    name, group = DISHES[number]
    # The formulas are known by their names; a dish's components by their ids.
    parts = tuple(Carrier(_id(one.name), one.name, one.answers, one.separable) for one in found[name])
    return MenuItem(
        item_id(number),
        "all",
        name,
        name[:18],
        990,
        "grey",
        group,
        _id(name),
        1,
        1200,
        600,
        sold_out=False,
        left=None,
        groups=(
            ModifierGroup(_id("choices"), "As you like it", 0, 9, tuple(_modifier(*one, suited) for one in _CHOICES)),
        ),
        allergens=answers[name],
        dietary=tuple(sorted(suited[name])),
        carriers=parts,
    )


def _modifier(
    name: str,
    effect: Effect,
    adds: tuple[tuple[str, str], ...],
    leaves_out: tuple[str, ...],
    suited: Mapping[str, frozenset[str]],
) -> MenuModifier:
    parts = tuple(_part((amount, part, 100, False), suited) for amount, part in adds)
    brings = tuple(Carrier(_id(part), part, _LARDER[part][0]) for _, part in adds)
    return MenuModifier(
        _id(f"modifier {name}"),
        name,
        effect,
        0,
        choice=Choice(brings, frozenset(map(_id, leaves_out))),
        adds=parts,
    )


def _id(name: str) -> str:
    """A ULID from a name: a constant moment and the name's own bytes."""
    milliseconds = int(EPOCH.timestamp() * 1000)
    tail = sum(byte * 251**place for place, byte in enumerate(name.encode())) % 256**10
    return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + tail.to_bytes(10, "big"))).lower()
