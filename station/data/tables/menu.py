"""What is sold, at which price and rate, and how a guest may have it changed."""

from sqlalchemy import Column, Table, UniqueConstraint

from station.data.tables.columns import (
    at,
    check,
    edited,
    flag,
    free_text,
    key,
    minor,
    one_of,
    retired,
    text,
    to,
    to_code,
    whole,
)
from station.data.tables.metadata import METADATA
from station.data.tables.staff import PERMISSION_CODE
from station.data.types import code, fixed

tax_rates = Table(
    "tax_rates",
    METADATA,
    key(),
    to("shops"),
    Column("code", code(), nullable=False),
    text("name", 60),
    # Stands beside each line of a receipt.
    Column("letter", fixed(1), nullable=False),
    whole("rate_bp"),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "code"),
    check("rate_bp", "rate_bp BETWEEN 0 AND 10000"),
)

menu_categories = Table(
    "menu_categories",
    METADATA,
    key(),
    to("shops"),
    text("name", 40),
    Column("colour", fixed(7), nullable=False),
    whole("position"),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "name"),
)

menu_items = Table(
    "menu_items",
    METADATA,
    key(),
    to("shops"),
    to("menu_categories", name="category_id"),
    text("name", 80),
    text("short_name", 18),
    free_text("description"),
    Column("colour", fixed(7), nullable=False),
    whole("position"),
    to("prep_groups"),
    to("recipes"),
    to("tax_rates", name="tax_eat_in_id"),
    to("tax_rates", name="tax_take_away_id"),
    flag("sold_out"),
    # How many can still be sold; none: not counted.
    whole("remaining", null=True),
    Column("barcode", code(20), nullable=True),
    retired(),
    *edited(),
    # What a guest pays for the packaging of each one that is taken away, and gets back with it.
    minor("deposit_minor", null=True, default=0),
    check("remaining", "remaining IS NULL OR remaining >= 0"),
)

menu_item_prices = Table(
    "menu_item_prices",
    METADATA,
    key(),
    to("menu_items"),
    minor("price_minor"),
    # The latest one that has begun is the price.
    at("valid_from"),
    *edited(),
    UniqueConstraint("menu_item_id", "valid_from"),
    check("price_minor", "price_minor >= 0"),
)

modifier_groups = Table(
    "modifier_groups",
    METADATA,
    key(),
    to("shops"),
    text("name", 60),
    whole("minimum", default=0),
    whole("maximum", default=1),
    retired(),
    *edited(),
    # So many of those chosen cost nothing, the dearest first.
    whole("free", null=True, default=0),
    check("choices", "minimum >= 0 AND maximum >= 1 AND maximum >= minimum"),
)

modifiers = Table(
    "modifiers",
    METADATA,
    key(),
    to("modifier_groups"),
    text("name", 60),
    Column("effect", code(), nullable=False),
    minor("price_minor", default=0),
    flag("is_default"),
    whole("position"),
    retired(),
    *edited(),
    UniqueConstraint("modifier_group_id", "name"),
    one_of("effect", ("added", "removed", "changed")),
)

menu_item_modifier_groups = Table(
    "menu_item_modifier_groups",
    METADATA,
    to("menu_items", pair=True),
    to("modifier_groups", pair=True),
    whole("position"),
    *edited(),
)

discounts = Table(
    "discounts",
    METADATA,
    key(),
    to("shops"),
    text("name", 60),
    Column("kind", code(), nullable=False),
    whole("rate_bp", null=True),
    minor("amount_minor", null=True),
    Column("scope", code(), nullable=False),
    flag("needs_reason"),
    to_code("permissions", PERMISSION_CODE, null=True),
    at("valid_from", null=True),
    at("valid_until", null=True),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "name"),
    one_of("kind", ("percent", "amount")),
    one_of("scope", ("order", "line")),
    check(
        "one_value",
        "(kind = 'percent' AND rate_bp BETWEEN 1 AND 10000 AND amount_minor IS NULL)"
        " OR (kind = 'amount' AND amount_minor > 0 AND rate_bp IS NULL)",
    ),
)
