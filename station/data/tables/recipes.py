"""What dishes are made of, how they are made, and which allergens that brings."""

from typing import Final

from sqlalchemy import Column, Date, Table, UniqueConstraint

from station.data.tables.columns import check, edited, flag, free_text, key, one_of, retired, text, to, to_code, whole
from station.data.tables.metadata import METADATA
from station.data.types import code, quantity

ALLERGEN_CODE: Final = 16
UNITS: Final = ("g", "ml", "piece", "slice", "portion")

allergens = Table(
    "allergens",
    METADATA,
    Column("code", code(ALLERGEN_CODE), primary_key=True),
    text("name", 60),
    # The kinds of cereals and nuts stand below one of the 14.
    to_code("allergens", ALLERGEN_CODE, name="parent_code", null=True),
    whole("annex_number"),
    whole("position"),
    *edited(),
    check("annex_number", "annex_number BETWEEN 1 AND 14"),
)

dietary_flags = Table(
    "dietary_flags",
    METADATA,
    Column("code", code(ALLERGEN_CODE), primary_key=True),
    text("name", 60),
    whole("position"),
    *edited(),
)

ingredients = Table(
    "ingredients",
    METADATA,
    key(),
    to("shops"),
    text("name", 80),
    Column("unit", code(), nullable=False),
    text("supplier", 80, null=True),
    # "unknown": no specification at hand, so each code without a row of its own is unknown.
    Column("declaration", code(), nullable=False),
    Column("declared_on", Date, nullable=True),
    free_text("note"),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "name"),
    one_of("unit", UNITS),
    one_of("declaration", ("declared", "unknown")),
)

ingredient_allergens = Table(
    "ingredient_allergens",
    METADATA,
    to("ingredients", pair=True),
    to_code("allergens", ALLERGEN_CODE, pair=True),
    # "none_declared" narrows what an ingredient without a specification could hide.
    Column("answer", code(16), nullable=False),
    *edited(),
    one_of("answer", ("contains", "may_contain", "unknown", "none_declared")),
)

ingredient_dietary_flags = Table(
    "ingredient_dietary_flags",
    METADATA,
    to("ingredients", pair=True),
    to_code("dietary_flags", ALLERGEN_CODE, pair=True),
    *edited(),
)

recipes = Table(
    "recipes",
    METADATA,
    key(),
    to("shops"),
    text("name", 80),
    Column("kind", code(), nullable=False),
    Column("yield_quantity", quantity(), nullable=False),
    Column("yield_unit", code(), nullable=False),
    # How many active items one of it counts for when load is compared.
    whole("weight", default=1),
    Column("picture", code(120), nullable=True),
    free_text("note"),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "name"),
    one_of("kind", ("dish", "preparation")),
    one_of("yield_unit", UNITS),
    check("weight", "weight BETWEEN 1 AND 20"),
)

recipe_components = Table(
    "recipe_components",
    METADATA,
    key(),
    to("recipes"),
    whole("position"),
    to("ingredients", null=True),
    to("recipes", name="part_recipe_id", null=True),
    Column("quantity", quantity(), nullable=False),
    Column("unit", code(), nullable=False),
    # What is left of it after trimming and peeling; `quantity` is what goes into the dish.
    whole("yield_percent", default=100),
    # Put on last and whole, so that leaving it out leaves nothing of it behind.
    flag("separable"),
    *edited(),
    UniqueConstraint("recipe_id", "position"),
    one_of("unit", UNITS),
    check(
        "one_part",
        "(ingredient_id IS NULL AND part_recipe_id IS NOT NULL) OR (ingredient_id IS NOT NULL AND part_recipe_id IS NULL)",
    ),
    check("not_itself", "part_recipe_id IS NULL OR part_recipe_id <> recipe_id"),
    check("yield_percent", "yield_percent BETWEEN 1 AND 100"),
)

recipe_steps = Table(
    "recipe_steps",
    METADATA,
    key(),
    to("recipes"),
    whole("position"),
    text("words", 400),
    *edited(),
    UniqueConstraint("recipe_id", "position"),
)

modifier_components = Table(
    "modifier_components",
    METADATA,
    key(),
    to("modifiers"),
    Column("action", code(), nullable=False),
    to("ingredients", null=True),
    to("recipes", null=True),
    Column("quantity", quantity(), nullable=True),
    Column("unit", code(), nullable=True),
    *edited(),
    one_of("action", ("add", "remove")),
    check(
        "one_part",
        "(ingredient_id IS NULL AND recipe_id IS NOT NULL) OR (ingredient_id IS NOT NULL AND recipe_id IS NULL)",
    ),
    check("quantity_of_added", "action = 'remove' OR (quantity IS NOT NULL AND unit IS NOT NULL)"),
)
