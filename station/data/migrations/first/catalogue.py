"""Recipes and the menu, as the first version had them."""

from sqlalchemy import BigInteger, Boolean, Date, Integer

from station.data.migrations.ops import column, create_index, create_table, edited
from station.data.types import UtcDateTime, code, fixed, quantity, ulid, words


def create() -> None:
    create_table(
        "allergens",
        column("code", code(16)),
        column("name", words(60)),
        column("parent_code", code(16), to="allergens.code", null=True),
        column("annex_number", Integer()),
        column("position", Integer()),
        *edited(),
        key=("code",),
        checks={
            "annex_number": "annex_number BETWEEN 1 AND 14",
        },
    )
    create_table(
        "dietary_flags",
        column("code", code(16)),
        column("name", words(60)),
        column("position", Integer()),
        *edited(),
        key=("code",),
    )
    create_table(
        "discounts",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("name", words(60)),
        column("kind", code(12)),
        column("rate_bp", Integer(), null=True),
        column("amount_minor", BigInteger(), null=True),
        column("scope", code(12)),
        column("needs_reason", Boolean()),
        column("permission_code", code(40), to="permissions.code", null=True),
        column("valid_from", UtcDateTime(), null=True),
        column("valid_until", UtcDateTime(), null=True),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "name")],
        checks={
            "kind": "kind IN ('percent', 'amount')",
            "one_value": "(kind = 'percent' AND rate_bp BETWEEN 1 AND 10000 AND amount_minor IS NULL) OR (kind = 'amount' AND amount_minor > 0 AND rate_bp IS NULL)",
            "scope": "scope IN ('order', 'line')",
        },
    )
    create_table(
        "ingredients",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("name", words(80)),
        column("unit", code(12)),
        column("supplier", words(80), null=True),
        column("declaration", code(12)),
        column("declared_on", Date(), null=True),
        column("note", words(400)),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "name")],
        checks={
            "declaration": "declaration IN ('declared', 'unknown')",
            "unit": "unit IN ('g', 'ml', 'piece', 'slice', 'portion')",
        },
    )
    create_table(
        "menu_categories",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("name", words(40)),
        column("colour", fixed(7)),
        column("position", Integer()),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "name")],
    )
    create_table(
        "modifier_groups",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("name", words(60)),
        column("minimum", Integer()),
        column("maximum", Integer()),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        checks={
            "choices": "minimum >= 0 AND maximum >= 1 AND maximum >= minimum",
        },
    )
    create_table(
        "recipes",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("name", words(80)),
        column("kind", code(12)),
        column("yield_quantity", quantity()),
        column("yield_unit", code(12)),
        column("weight", Integer()),
        column("picture", code(120), null=True),
        column("note", words(400)),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "name")],
        checks={
            "kind": "kind IN ('dish', 'preparation')",
            "weight": "weight BETWEEN 1 AND 20",
            "yield_unit": "yield_unit IN ('g', 'ml', 'piece', 'slice', 'portion')",
        },
    )
    create_table(
        "tax_rates",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("code", code(12)),
        column("name", words(60)),
        column("letter", fixed(1)),
        column("rate_bp", Integer()),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "code")],
        checks={
            "rate_bp": "rate_bp BETWEEN 0 AND 10000",
        },
    )
    create_table(
        "ingredient_allergens",
        column("ingredient_id", ulid(), to="ingredients.id"),
        column("allergen_code", code(16), to="allergens.code"),
        column("answer", code(16)),
        *edited(),
        key=("ingredient_id", "allergen_code"),
        checks={
            "answer": "answer IN ('contains', 'may_contain', 'unknown', 'none_declared')",
        },
    )
    create_table(
        "ingredient_dietary_flags",
        column("ingredient_id", ulid(), to="ingredients.id"),
        column("dietary_flag_code", code(16), to="dietary_flags.code"),
        *edited(),
        key=("ingredient_id", "dietary_flag_code"),
    )
    create_table(
        "menu_items",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("category_id", ulid(), to="menu_categories.id"),
        column("name", words(80)),
        column("short_name", words(18)),
        column("description", words(400)),
        column("colour", fixed(7)),
        column("position", Integer()),
        column("prep_group_id", ulid(), to="prep_groups.id"),
        column("recipe_id", ulid(), to="recipes.id"),
        column("tax_eat_in_id", ulid(), to="tax_rates.id"),
        column("tax_take_away_id", ulid(), to="tax_rates.id"),
        column("sold_out", Boolean()),
        column("remaining", Integer(), null=True),
        column("barcode", code(20), null=True),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        checks={
            "remaining": "remaining IS NULL OR remaining >= 0",
        },
    )
    create_index("ix_menu_items_category_id_position", "menu_items", "category_id", "position")
    create_table(
        "modifiers",
        column("id", ulid()),
        column("modifier_group_id", ulid(), to="modifier_groups.id"),
        column("name", words(60)),
        column("effect", code(12)),
        column("price_minor", BigInteger()),
        column("is_default", Boolean()),
        column("position", Integer()),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("modifier_group_id", "name")],
        checks={
            "effect": "effect IN ('added', 'removed', 'changed')",
        },
    )
    create_table(
        "recipe_components",
        column("id", ulid()),
        column("recipe_id", ulid(), to="recipes.id"),
        column("position", Integer()),
        column("ingredient_id", ulid(), to="ingredients.id", null=True),
        column("part_recipe_id", ulid(), to="recipes.id", null=True),
        column("quantity", quantity()),
        column("unit", code(12)),
        column("yield_percent", Integer()),
        column("separable", Boolean()),
        *edited(),
        unique=[("recipe_id", "position")],
        checks={
            "not_itself": "part_recipe_id IS NULL OR part_recipe_id <> recipe_id",
            "one_part": "(ingredient_id IS NULL AND part_recipe_id IS NOT NULL) OR (ingredient_id IS NOT NULL AND part_recipe_id IS NULL)",
            "unit": "unit IN ('g', 'ml', 'piece', 'slice', 'portion')",
            "yield_percent": "yield_percent BETWEEN 1 AND 100",
        },
    )
    create_index("ix_recipe_components_part_recipe_id", "recipe_components", "part_recipe_id")
    create_table(
        "recipe_steps",
        column("id", ulid()),
        column("recipe_id", ulid(), to="recipes.id"),
        column("position", Integer()),
        column("words", words(400)),
        *edited(),
        unique=[("recipe_id", "position")],
    )
    create_table(
        "menu_item_modifier_groups",
        column("menu_item_id", ulid(), to="menu_items.id"),
        column("modifier_group_id", ulid(), to="modifier_groups.id"),
        column("position", Integer()),
        *edited(),
        key=("menu_item_id", "modifier_group_id"),
    )
    create_table(
        "menu_item_prices",
        column("id", ulid()),
        column("menu_item_id", ulid(), to="menu_items.id"),
        column("price_minor", BigInteger()),
        column("valid_from", UtcDateTime()),
        *edited(),
        unique=[("menu_item_id", "valid_from")],
        checks={
            "price_minor": "price_minor >= 0",
        },
    )
    create_table(
        "modifier_components",
        column("id", ulid()),
        column("modifier_id", ulid(), to="modifiers.id"),
        column("action", code(12)),
        column("ingredient_id", ulid(), to="ingredients.id", null=True),
        column("recipe_id", ulid(), to="recipes.id", null=True),
        column("quantity", quantity(), null=True),
        column("unit", code(12), null=True),
        *edited(),
        checks={
            "action": "action IN ('add', 'remove')",
            "one_part": "(ingredient_id IS NULL AND recipe_id IS NOT NULL) OR (ingredient_id IS NOT NULL AND recipe_id IS NULL)",
            "quantity_of_added": "action = 'remove' OR (quantity IS NOT NULL AND unit IS NOT NULL)",
        },
    )
    create_index("ix_modifier_components_modifier_id", "modifier_components", "modifier_id")
