"""What the link asks of the master: which tables stations read, and whether any of their rows changed."""

import hashlib
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, cast, func, literal, select, true, union_all
from sqlalchemy.types import BigInteger

from station.data.tables import menu, recipes, shop, staff

# Whoever may sell or cook without the central PC needs these: also PIN and card hashes, to let people in.
_SNAPSHOT: Final = (
    shop.shops,
    staff.roles,
    staff.permissions,
    staff.role_permissions,
    staff.staff,
    staff.staff_roles,
    staff.wallet_cards,
    staff.staff_pins,
    shop.business_days,
    shop.station_profiles,
    shop.stations,
    shop.station_settings,
    shop.prep_groups,
    shop.station_prep_groups,
    shop.releases,
    shop.deployments,
    menu.tax_rates,
    recipes.allergens,
    recipes.dietary_flags,
    recipes.ingredients,
    recipes.ingredient_allergens,
    recipes.ingredient_dietary_flags,
    recipes.recipes,
    recipes.recipe_components,
    recipes.recipe_steps,
    menu.menu_categories,
    menu.menu_items,
    menu.menu_item_prices,
    menu.modifier_groups,
    menu.modifiers,
    recipes.modifier_components,
    menu.menu_item_modifier_groups,
    menu.discounts,
)
_Z_FIGURES: Final = frozenset(
    {
        "gross_minor",
        "net_minor",
        "tax_minor",
        "refunds_minor",
        "discounts_minor",
        "rounding_minor",
        "grand_total_minor",
        "z_report",
    }
)


def snapshot_tables() -> tuple[Table, ...]:
    """The tables that stations read, each after those that it refers to. No order, payment or ledger row is among them."""
    return _SNAPSHOT


def snapshot_columns(table: Table) -> tuple[ColumnElement[object], ...]:
    """What of a table a station gets: all of it but the takings of a closed day."""
    return tuple(column for column in table.c if table is not shop.business_days or column.name not in _Z_FIGURES)


def snapshot_rows(table: Table) -> ColumnElement[bool]:
    """Which rows of a table a station gets: all, but only the latest business day of each shop."""
    if table is not shop.business_days:
        return true()
    days = shop.business_days.alias()
    latest = select(func.max(days.c.business_date)).where(days.c.shop_id == shop.business_days.c.shop_id)
    return (shop.business_days.c.closed_at.is_(None)) | (shop.business_days.c.business_date == latest.scalar_subquery())


def catalogue_version(conn: Connection, now: datetime | None = None) -> str:
    """16 characters that change when any row that stations read is added, changed or taken away. One query.

    Each table tells how many rows it has, how often they were changed in all, and when last. A price that begins
    changes it too.
    """
    prices = menu.menu_item_prices
    begun = select(
        literal("prices begun").label("name"),
        func.count().label("rows"),
        cast(literal(0), BigInteger).label("changes"),
        func.max(prices.c.valid_from).label("last"),
    ).where(prices.c.valid_from <= (now or datetime.now(UTC)))
    parts = [
        select(
            literal(table.name).label("name"),
            func.count().label("rows"),
            func.sum(cast(table.c.revision, BigInteger)).label("changes"),
            func.max(table.c.updated_at).label("last"),
        )
        .select_from(table)
        .where(snapshot_rows(table))
        for table in _SNAPSHOT
    ]
    facts = sorted(tuple(map(str, row)) for row in conn.execute(union_all(*parts, begun)))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]
