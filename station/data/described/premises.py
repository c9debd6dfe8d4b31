"""Rows of the shop itself: its rates, discounts, stations, settings and people."""

from station.data.described.gathered import Gathered, fields
from station.data.tables import menu, shop, staff


def add_premises(to: Gathered) -> None:
    _shop_rows(to)
    _station_rows(to)
    _staff_rows(to)


def _shop_rows(to: Gathered) -> None:
    file = to.shop.shop
    to.add(shop.shops, id=to.shop_id, **fields(file.shop))
    for code, rate in file.tax_rates.items():
        to.add(menu.tax_rates, id=to.id("tax", code), shop_id=to.shop_id, code=code, **fields(rate))
    for position, (code, group) in enumerate(file.prep_groups.items()):
        to.add(
            shop.prep_groups,
            id=to.id("prep_group", code),
            shop_id=to.shop_id,
            code=code,
            name=group.name,
            position=position,
        )
    for key, discount in file.discounts.items():
        entry = fields(discount)
        to.known(entry["permission"], to.shop.staff.permissions, key)
        entry["permission_code"] = entry.pop("permission")
        to.add(menu.discounts, id=to.id("discount", key), shop_id=to.shop_id, **entry)


def _station_rows(to: Gathered) -> None:
    file = to.shop.shop
    for key, profile in file.profiles.items():
        to.add(shop.station_profiles, id=to.id("profile", key), shop_id=to.shop_id, **fields(profile))
    for code, station in file.stations.items():
        to.known(station.profile, file.profiles, code)
        to.add(
            shop.stations,
            id=to.id("station", code),
            shop_id=to.shop_id,
            code=code,
            name=station.name,
            station_profile_id=to.id("profile", station.profile),
        )
        for group in station.groups:
            to.known(group, file.prep_groups, code)
            to.add(
                shop.station_prep_groups,
                station_id=to.id("station", code),
                prep_group_id=to.id("prep_group", group),
            )
    for code, settings in file.settings.items():
        to.known(code, file.stations, "settings")
        for name, value in settings.items():
            to.add(shop.station_settings, station_id=to.id("station", code), name=name, value=value)


def _staff_rows(to: Gathered) -> None:
    file = to.shop.staff
    for code, name in file.permissions.items():
        to.add(staff.permissions, code=code, name=name)
    for position, (code, role) in enumerate(file.roles.items()):
        to.add(staff.roles, code=code, name=role.name, position=position)
        for permission in role.may:
            to.known(permission, file.permissions, code)
            to.add(staff.role_permissions, role_code=code, permission_code=permission)
    for code, person in file.staff.items():
        person_id = to.id("staff", code)
        to.add(
            staff.staff,
            id=person_id,
            shop_id=to.shop_id,
            code=code,
            name=person.name,
            full_name=person.full_name,
        )
        for role_code in person.roles:
            to.known(role_code, file.roles, code)
            to.add(staff.staff_roles, staff_id=person_id, role_code=role_code)
