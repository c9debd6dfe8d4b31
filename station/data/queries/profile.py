"""A station's effective configuration: its profile, with its own settings on top; and changing what is its own.

A setting is a row of `station_settings`: a name and a text. Besides the profile's own fields there are

    card_sounds        for which cards a prep display makes a sound: "new,changed,late", some of them, or "none"
    scanners           devices that are scanners, whatever they say of themselves: "05e0:1200", with ":serial" for one of them
    printer            where this station prints: "tcp:192.168.1.50", "usb:04b8:0202", … or "none" (docs/printing.md)
    printers           where else it may print, several with commas
    receipts           "always", or "asked": only who asks for a receipt gets one
    receipt_columns    characters in a row of the printer's paper: 32, 42 or 48
    receipt_logo       a picture's name, as those of recipes, for the top of receipts
    discount_limit_bp  no discount that is typed at a till takes more off: 5000 is half of it
    layout             "columns", or "grid": every card in a box of the same size
    urgency.<group>    "orange_s,red_s": from when cards with items of this prep group are orange and red
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, insert, select, update

from station.data.tables import shop
from station.domain.menu import Profile
from station.domain.printed import COLUMNS, PRINTER, PRINTER_FORMS
from station.domain.token import CODE_PATTERN
from station.errors import DataError


def load_profile(conn: Connection, station_code: str, station_id: str, profile_id: str) -> Profile:
    """Raises DataError that names the setting when its value cannot be used."""
    profiles = shop.station_profiles
    # A row's attribute "columns" would be the library's own.
    wanted = (profiles, profiles.c["columns"].label("column_count"))
    row = conn.execute(select(*wanted).where(profiles.c.id == profile_id)).one()
    profile = Profile(
        name=row.name,
        role=row.role,
        orange_s=row.orange_s,
        red_s=row.red_s,
        columns=row.column_count,
        clock=row.clock,
        sounds=row.sounds,
        idle_logout_s=row.idle_logout_s,
        dispatch=row.dispatch,
        dispatch_delay_s=row.dispatch_delay_ms / 1000,
        text_scale=row.text_scale_percent / 100,
        replica_pump=row.replica_pump,
        printer=row.printer or "",
        drawer=row.drawer,
    )
    settings = shop.station_settings.c
    own = {
        entry.name: entry.value
        for entry in conn.execute(select(settings.name, settings.value).where(settings.station_id == station_id))
    }
    return with_settings(profile, own, station_code)


def asks_for_pump(conn: Connection, station_code: str) -> bool:
    """Whether this station is to fill the replica; False for a station that the shop does not have."""
    stations = shop.stations.c
    row = conn.execute(
        select(stations.id, stations.station_profile_id).where(
            stations.code == station_code, stations.retired_at.is_(None)
        )
    ).first()
    return row is not None and load_profile(conn, station_code, row.id, row.station_profile_id).replica_pump


def with_settings(profile: Profile, own: Mapping[str, str], station_code: str) -> Profile:
    """The profile with what is this station's own. Names that are no part of a profile are other programs'."""
    changed: dict[str, Any] = {}
    urgency: dict[str, tuple[int, int]] = {}
    for name, value in own.items():
        group = _GROUP.fullmatch(name)
        form, parse = _THRESHOLDS if group is not None else _FORMS.get(name, _OTHERS)
        try:
            found = parse(value.strip() if name in _AS_WRITTEN else value.strip().lower())
        except (ValueError, KeyError) as error:
            raise DataError(
                f"station {station_code}: the setting {name} is {value!r}, but must be {form}; mend it on the"
                " manager's screen"
            ) from error
        if group is not None:
            urgency[group["group"]] = found
        elif name in _FORMS:
            changed[name] = found
    return replace(profile, **changed, urgency={**profile.urgency, **urgency})


def change_settings(conn: Connection, station_code: str, changes: Mapping[str, str]) -> None:
    """Makes these the station's own; what it has besides stays. `changes`: values by name, as a person writes them.

    Raises DataError for a station that the shop does not have and for a value that cannot be used: then nothing changed.
    """
    stations, settings = shop.stations.c, shop.station_settings
    station_id = conn.execute(select(stations.id).where(stations.code == station_code)).scalar_one_or_none()
    if station_id is None:
        raise DataError(f"there is no station {station_code!r} to change: look at the stations on the manager's screen")
    with_settings(_ANY, changes, station_code)
    for name, value in changes.items():
        mine = (settings.c.station_id == station_id, settings.c.name == name)
        if conn.execute(update(settings).where(*mine).values(value=value)).rowcount == 0:
            conn.execute(insert(settings).values(station_id=station_id, name=name, value=value))


def _from(low: float, high: float, number: Callable[[str], float]) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = number(text)
        if not low <= value <= high:
            raise ValueError(text)
        return value

    return parse


def _thresholds(text: str) -> tuple[int, int]:
    orange_s, red_s = (int(part) for part in text.split(","))
    if not 1 <= orange_s < red_s <= 3600:
        raise ValueError(text)
    return orange_s, red_s


_ANY: Final = Profile("", "prep")
_GROUP: Final = re.compile(rf"urgency\.(?P<group>{CODE_PATTERN})")
_THRESHOLDS: Final = ("seconds to orange and to red, as in 120,240, the first fewer, each from 1 to 3600", _thresholds)
_YES: Final = {"true": True, "false": False}


_SCANNER: Final = re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}(?::[!-+\--~]{1,60})?")


def _scanners(text: str) -> frozenset[str]:
    named = frozenset(word.strip() for word in text.split(",")) - {"none", ""}
    if any(_SCANNER.fullmatch(one) is None for one in named):
        raise ValueError(text)
    return named


def _printer(text: str) -> str:
    if text in {"", "none"}:
        return ""
    if PRINTER.fullmatch(text) is None:
        raise ValueError(text)
    return text


def _printers(text: str) -> tuple[str, ...]:
    return tuple(found for found in (_printer(word.strip()) for word in text.split(",")) if found)


def _picture(text: str) -> str:
    if text and not re.fullmatch(r"[a-z0-9_-]{1,80}\.(png|jpg|jpeg)", text):
        raise ValueError(text)
    return text


def _sounds(text: str) -> frozenset[str]:
    named = frozenset(word.strip() for word in text.split(",")) - {"none", ""}
    if not named <= {"new", "changed", "late"}:
        raise ValueError(text)
    return named


_FORMS: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "orange_s": ("seconds from 1 to 3600", _from(1, 3600, int)),
    "red_s": ("seconds from 1 to 3600", _from(1, 3600, int)),
    "columns": ("a number from 1 to 8", _from(1, 8, int)),
    "layout": ("columns or grid", {"columns": "columns", "grid": "grid"}.__getitem__),
    "clock": ("true or false", _YES.__getitem__),
    "sounds": ("true or false", _YES.__getitem__),
    "scanners": ("none, or vendor:product in hexadecimal as lsusb shows it, several with commas", _scanners),
    "card_sounds": ("none, or some of new, changed and late", _sounds),
    "idle_logout_s": ("seconds from 0 (never) to 86400", _from(0, 86_400, int)),
    "discount_limit_bp": ("hundredths of a per cent from 0 to 10000", _from(0, 10_000, int)),
    "dispatch": ("true or false", _YES.__getitem__),
    "dispatch_delay_s": ("seconds from 0 to 60", _from(0, 60, float)),
    "drawer": ("true or false", _YES.__getitem__),
    "printer": (f"none, or one of {PRINTER_FORMS}", _printer),
    "printers": (f"none, or some of {PRINTER_FORMS}, with commas", _printers),
    "receipts": ("always or asked", {"always": "always", "asked": "asked"}.__getitem__),
    "receipt_columns": ("32, 42 or 48", {str(number): number for number in COLUMNS}.__getitem__),
    "receipt_logo": ("the name of a picture (PNG or JPEG) in data/pictures", _picture),
    "replica_pump": ("true or false", _YES.__getitem__),
    "text_scale": ("a factor from 0.5 to 2", _from(0.5, 2, float)),
}
_AS_WRITTEN: Final = frozenset({"printer", "printers"})
"""Names of devices: their capitals matter."""
_OTHERS: Final[tuple[str, Callable[[str], Any]]] = ("anything", str)
"""For names that other programs read."""
