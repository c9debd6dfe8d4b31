"""What screens ask: the whole shop as one frozen record. Read from a snapshot or the master; recipes are in `cookbook.py`."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from station.data.queries.cookbook import load_added
from station.data.queries.kitchen import Kitchen, load_choices, load_kitchen
from station.data.queries.link import catalogue_version
from station.data.queries.people import load_pins, load_wallets
from station.data.queries.profile import load_profile
from station.data.tables import menu, recipes, shop, staff
from station.domain.menu import (
    Category,
    Discount,
    Menu,
    MenuItem,
    MenuModifier,
    ModifierGroup,
    Person,
    Shop,
    StationInfo,
)
from station.errors import DataError


def load_shop(conn: Connection, station_code: str, now: datetime | None = None) -> Shop:
    """Everything that this station's screen knows of its shop. `now` decides which prices have begun.

    Raises DataError when there is no such station or no business day was ever opened.
    """
    stations = shop.stations.c
    now = now or datetime.now(UTC)
    station = conn.execute(
        select(stations.shop_id, stations.id, stations.station_profile_id).where(
            stations.code == station_code, stations.retired_at.is_(None)
        )
    ).first()
    if station is None:
        raise DataError(
            f"the shop has no station {station_code!r}; add it on the manager's screen, or mend station.json"
        )
    row = conn.execute(select(shop.shops).where(shop.shops.c.id == station.shop_id)).one()
    day = _day(conn, station.shop_id)
    return Shop(
        id=row.id,
        name=row.name,
        version=catalogue_version(conn, now),
        business_day=day.business_date.isoformat(),
        business_day_id=day.id,
        menu=_menu(conn, row, now),
        staff=_staff(conn, station.shop_id),
        stations=_stations(conn, station.shop_id),
        profile=load_profile(conn, station_code, station.id, station.station_profile_id),
        day_open=day.closed_at is None,
        wallets=load_wallets(conn, station.shop_id),
        pins=load_pins(conn),
        legal_name=row.legal_name,
        address=row.address,
        tax_number=row.tax_number or "",
        receipt_footer=row.receipt_footer,
        timezone=row.timezone,
        tax_letters=_letters(conn, station.shop_id),
    )


def _letters(conn: Connection, shop_id: str) -> dict[int, str]:
    rates = menu.tax_rates.c
    rows = conn.execute(select(rates.rate_bp, rates.letter).where(rates.shop_id == shop_id).order_by(rates.code))
    return {row.rate_bp: row.letter.strip() for row in rows}


def _day(conn: Connection, shop_id: str) -> Row[*tuple[Any, ...]]:
    """The open business day, else the last one, whose date the floor's folders go on with."""
    days = shop.business_days.c
    found = conn.execute(
        select(days.id, days.business_date, days.closed_at)
        .where(days.shop_id == shop_id)
        # T-SQL sorts by values only, not by whether a condition holds.
        .order_by(case((days.closed_at.is_(None), 0), else_=1), days.business_date.desc())
        .limit(1)
    ).first()
    if found is None:
        raise DataError("no business day was ever opened; open the day on the manager's screen")
    return found


def _menu(conn: Connection, shop_row: Row[*tuple[Any, ...]], now: datetime) -> Menu:
    categories = menu.menu_categories.c
    allergens = recipes.allergens.c
    # Read to its end before the next query: SQL Server has one open answer a connection.
    names = conn.execute(select(allergens.code, allergens.name).order_by(allergens.position)).all()
    return Menu(
        currency=shop_row.currency,
        cash_rounding_minor=shop_row.cash_rounding_minor,
        categories=tuple(
            Category(row.id, row.name, row.colour)
            for row in conn.execute(
                select(categories.id, categories.name, categories.colour)
                .where(categories.shop_id == shop_row.id, categories.retired_at.is_(None))
                .order_by(categories.position, categories.name)
            )
        ),
        items=_items(conn, shop_row.id, now),
        allergen_names={row.code: row.name for row in names},
        discounts=_discounts(conn, shop_row.id, now),
    )


def _discounts(conn: Connection, shop_id: str, now: datetime) -> tuple[Discount, ...]:
    """Those that can be given now."""
    table = menu.discounts.c
    rows = conn.execute(
        select(menu.discounts)
        .where(table.shop_id == shop_id, table.retired_at.is_(None))
        .where((table.valid_from.is_(None)) | (table.valid_from <= now))
        .where((table.valid_until.is_(None)) | (table.valid_until > now))
        .order_by(table.name)
    )
    return tuple(
        Discount(
            row.id,
            row.name,
            row.kind,
            row.rate_bp if row.kind == "percent" else row.amount_minor,
            row.scope,
            needs_reason=row.needs_reason,
            permission=row.permission_code,
        )
        for row in rows
    )


def _items(conn: Connection, shop_id: str, now: datetime) -> tuple[MenuItem, ...]:
    kitchen = load_kitchen(conn)
    groups = _groups_by_item(conn, kitchen)
    prices = _prices(conn, now)
    flags = recipes.dietary_flags.c
    diets = {row.code: row.name for row in conn.execute(select(flags.code, flags.name).order_by(flags.position))}
    # An item without a price that has begun is not for sale yet.
    return tuple(
        _item(row, kitchen, groups.get(row.id, ()), prices[row.id], diets)
        for row in _item_rows(conn, shop_id)
        if row.id in prices
    )


def _item_rows(conn: Connection, shop_id: str) -> list[Row[*tuple[Any, ...]]]:
    item, category, group, recipe = menu.menu_items, menu.menu_categories, shop.prep_groups, recipes.recipes
    eat_in, take_away = menu.tax_rates.alias(), menu.tax_rates.alias()
    query = (
        select(
            *(item.c[name] for name in ("id", "category_id", "name", "short_name", "description", "colour")),
            *(item.c[name] for name in ("recipe_id", "sold_out", "remaining", "deposit_minor")),
            recipe.c.picture,
            group.c.code.label("prep_group"),
            recipe.c.weight,
            eat_in.c.rate_bp.label("eat_in_bp"),
            take_away.c.rate_bp.label("take_away_bp"),
        )
        .join(category, item.c.category_id == category.c.id)
        .join(group, item.c.prep_group_id == group.c.id)
        .join(recipe, item.c.recipe_id == recipe.c.id)
        .join(eat_in, item.c.tax_eat_in_id == eat_in.c.id)
        .join(take_away, item.c.tax_take_away_id == take_away.c.id)
        .where(item.c.shop_id == shop_id, item.c.retired_at.is_(None), category.c.retired_at.is_(None))
        .order_by(category.c.position, item.c.position, item.c.name)
    )
    return list(conn.execute(query).all())


def _item(
    row: Row[*tuple[Any, ...]],
    kitchen: Kitchen,
    groups: tuple[ModifierGroup, ...],
    price_minor: int,
    diets: Mapping[str, str],
) -> MenuItem:
    suited = kitchen.diets[row.recipe_id]
    return MenuItem(
        id=row.id,
        category_id=row.category_id,
        name=row.name,
        short_name=row.short_name,
        price_minor=price_minor,
        colour=row.colour,
        prep_group=row.prep_group,
        recipe_id=row.recipe_id,
        weight=row.weight,
        tax_eat_in_bp=row.eat_in_bp,
        tax_take_away_bp=row.take_away_bp,
        sold_out=row.sold_out or row.remaining == 0,
        left=row.remaining,
        groups=groups,
        allergens=kitchen.answers[row.recipe_id],
        dietary=tuple(name for code, name in diets.items() if code in suited),
        carriers=kitchen.carriers[row.recipe_id],
        description=row.description,
        deposit_minor=row.deposit_minor or 0,
        picture=row.picture,
    )


def _prices(conn: Connection, now: datetime) -> dict[str, int]:
    prices = menu.menu_item_prices.c
    query = select(prices.menu_item_id, prices.price_minor).where(prices.valid_from <= now).order_by(prices.valid_from)
    # Later ones come later, so the last one that has begun stays.
    return {row.menu_item_id: row.price_minor for row in conn.execute(query)}


def _groups_by_item(conn: Connection, kitchen: Kitchen) -> dict[str, tuple[ModifierGroup, ...]]:
    rows, links = menu.modifier_groups.c, menu.menu_item_modifier_groups.c
    modifiers = _modifiers(conn, kitchen)
    groups = {
        row.id: ModifierGroup(
            row.id, row.name, row.minimum, row.maximum, tuple(modifiers.get(row.id, ())), free=row.free or 0
        )
        for row in conn.execute(
            select(rows.id, rows.name, rows.minimum, rows.maximum, rows.free).where(rows.retired_at.is_(None))
        )
    }
    found: dict[str, list[ModifierGroup]] = defaultdict(list)
    for row in conn.execute(select(links.menu_item_id, links.modifier_group_id).order_by(links.position)):
        if row.modifier_group_id in groups:
            found[row.menu_item_id].append(groups[row.modifier_group_id])
    return {item_id: tuple(listed) for item_id, listed in found.items()}


def _modifiers(conn: Connection, kitchen: Kitchen) -> dict[str, list[MenuModifier]]:
    table = menu.modifiers.c
    rows = conn.execute(
        select(table.id, table.modifier_group_id, table.name, table.effect, table.price_minor, table.is_default)
        .where(table.retired_at.is_(None))
        .order_by(table.position, table.name)
    ).all()
    choices = load_choices(conn, kitchen, {row.id: row.effect for row in rows})
    added = load_added(conn, kitchen)
    found: dict[str, list[MenuModifier]] = defaultdict(list)
    for row in rows:
        found[row.modifier_group_id].append(
            MenuModifier(
                row.id,
                row.name,
                row.effect,
                row.price_minor,
                row.is_default,
                choices[row.id],
                tuple(added.get(row.id, ())),
            )
        )
    return found


def _staff(conn: Connection, shop_id: str) -> tuple[Person, ...]:
    people, roles, has, may = staff.staff.c, staff.roles.c, staff.staff_roles.c, staff.role_permissions.c
    permissions: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(
        select(has.staff_id, may.permission_code).join_from(
            staff.staff_roles, staff.role_permissions, has.role_code == may.role_code
        )
    ):
        permissions[row.staff_id].add(row.permission_code)
    highest: dict[str, str] = {
        row.staff_id: row.name
        for row in conn.execute(
            select(has.staff_id, roles.name)
            .join_from(staff.staff_roles, staff.roles, has.role_code == roles.code)
            .order_by(roles.position)
        )
    }
    rows = conn.execute(
        select(people.id, people.name)
        .where(people.shop_id == shop_id, people.retired_at.is_(None))
        .order_by(func.lower(people.name))
    )
    return tuple(
        Person(row.id, row.name, highest.get(row.id, ""), frozenset(permissions.get(row.id, ()))) for row in rows
    )


def _stations(conn: Connection, shop_id: str) -> tuple[StationInfo, ...]:
    cooks, groups, table = shop.station_prep_groups.c, shop.prep_groups.c, shop.stations.c
    codes: dict[str, set[str]] = defaultdict(set)
    for row in conn.execute(
        select(cooks.station_id, groups.code)
        .join_from(shop.station_prep_groups, shop.prep_groups, cooks.prep_group_id == groups.id)
        .where(groups.retired_at.is_(None))
    ):
        codes[row.station_id].add(row.code)
    rows = conn.execute(
        select(table.id, table.code, table.name, table.weight_percent, shop.station_profiles.c.role)
        .join(shop.station_profiles, table.station_profile_id == shop.station_profiles.c.id)
        .where(table.shop_id == shop_id, table.retired_at.is_(None))
        .order_by(table.code)
    )
    return tuple(
        StationInfo(row.code, row.name, row.role, frozenset(codes.get(row.id, ())), row.weight_percent) for row in rows
    )
