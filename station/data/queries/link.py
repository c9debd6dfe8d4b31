"""What the link asks of the master: which tables stations read, and whether any of their rows changed."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Table, cast, func, literal, select, true, union_all
from sqlalchemy.types import BigInteger

from station.data.tables import menu, recipes, shop, staff
from station.domain.menu import Role

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
_BEGUN: Final = "prices begun"
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


def snapshot_tables(role: Role) -> tuple[Table, ...]:
    """The tables that a station of this role reads, each after those that it refers to.

    No order, payment or ledger row is among them. A PIN has so few digits that its hash gives it away to whoever has time, so
    a prep display, which stands where everybody passes, does not get them: there people log in with their cards.
    """
    return tuple(table for table in _SNAPSHOT if may_read_pins(role) or table is not staff.staff_pins)


def may_read_pins(role: Role) -> bool:
    """Whether people log in by PIN at a station of this role."""
    return role != "prep"


def every_snapshot_table() -> tuple[Table, ...]:
    """The tables that a snapshot has, filled or empty."""
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


def catalogue_version(conn: Connection, now: datetime | None = None, role: Role = "manager") -> str:
    """16 characters that change when any row that stations of this role read is added, changed or taken away."""
    return version_of_figures(catalogue_figures(conn, now or datetime.now(UTC), role))


def version_of_figures(figures: Mapping[str, tuple[str, ...]]) -> str:
    return hashlib.sha256(repr(sorted(figures.items())).encode()).hexdigest()[:16]


def catalogue_figures(conn: Connection, now: datetime, role: Role) -> dict[str, tuple[str, ...]]:
    """For each table how many rows it has, how often they were changed in all, and when last. One query.

    How many prices have begun by `now` stands with the prices: one that begins changes what is sold.
    """
    prices = menu.menu_item_prices
    begun = select(
        literal(_BEGUN).label("name"),
        func.count().label("rows"),
        cast(literal(0), BigInteger).label("changes"),
        func.max(prices.c.valid_from).label("last"),
    ).where(prices.c.valid_from <= now)
    parts = [
        select(
            literal(table.name).label("name"),
            func.count().label("rows"),
            func.sum(cast(table.c.revision, BigInteger)).label("changes"),
            func.max(table.c.updated_at).label("last"),
        )
        .select_from(table)
        .where(snapshot_rows(table))
        for table in snapshot_tables(role)
    ]
    found = {row[0]: tuple(map(str, row[1:])) for row in conn.execute(union_all(*parts, begun))}
    return {**found, prices.name: (*found[prices.name], *found.pop(_BEGUN))}
