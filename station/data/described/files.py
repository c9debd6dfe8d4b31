"""A shop described in TOML files, as its people would write it down: read, and every field checked.

    shop.toml          the shop, its tax rates, prep groups, discounts, profiles, stations and their own settings
    staff.toml         permissions, roles, people
    ingredients.toml   diets, and what is bought with what its suppliers declare
    preparations.toml  what the kitchen makes ahead
    modifiers.toml     how guests may have it
    menu/*.toml        one category each: its dishes with price, recipe and steps

Things refer to each other by the keys of their tables. A component is a text: `30 g tomato, yield 90, separable`.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Literal, TypeVar

import msgspec

from station.domain.menu import Effect, Role
from station.domain.token import Code
from station.errors import DataError

Key = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
Named = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Minor = Annotated[int, msgspec.Meta(ge=0)]
Unit = Literal["g", "ml", "piece", "slice", "portion"]

_COMPONENT = re.compile(
    r"(?P<quantity>\d+(?:\.\d{1,3})?) (?P<unit>[a-z]+) (?P<key>[a-z][a-z0-9_]*)"
    r"(?:, yield (?P<yield>\d{1,3}))?(?P<separable>, separable)?"
)


class _Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in a file: a field that is not known is a typo, not an extension."""


class ShopEntry(_Form, frozen=True, kw_only=True):
    name: Named
    legal_name: Named
    address: str
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
    timezone: str
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    cash_rounding_minor: Literal[1, 5, 10]
    tax_number: str
    receipt_footer: str


class TaxRate(_Form, frozen=True, kw_only=True):
    name: Named
    letter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)]
    rate_bp: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class NameOnly(_Form, frozen=True, kw_only=True):
    name: Named


class Discount(_Form, frozen=True, kw_only=True):
    name: Named
    kind: Literal["percent", "amount"]
    rate_bp: int | None = None
    amount_minor: int | None = None
    scope: Literal["order", "line"]
    needs_reason: bool
    permission: str


class ProfileEntry(_Form, frozen=True, kw_only=True):
    name: Named
    role: Role
    dispatch: bool = False
    dispatch_delay_ms: int = 0
    idle_logout_s: int = 120
    clock: bool = False
    sounds: bool = True
    columns: int = 4
    drawer: bool = False
    replica_pump: bool = False
    printer: str | None = None


class StationEntry(_Form, frozen=True, kw_only=True):
    name: Named
    profile: Key
    groups: tuple[Code, ...] = ()


class ShopFile(_Form, frozen=True, kw_only=True):
    shop: ShopEntry
    tax_rates: dict[Key, TaxRate]
    prep_groups: dict[Code, NameOnly]
    discounts: dict[Key, Discount]
    profiles: dict[Key, ProfileEntry]
    stations: dict[Code, StationEntry]
    settings: dict[Code, dict[str, str]] = {}


class RoleEntry(_Form, frozen=True, kw_only=True):
    name: Named
    may: tuple[str, ...]


class StaffEntry(_Form, frozen=True, kw_only=True):
    name: Named
    full_name: Named
    roles: tuple[Key, ...]


class StaffFile(_Form, frozen=True, kw_only=True):
    permissions: dict[str, Named]
    roles: dict[Key, RoleEntry]
    staff: dict[Code, StaffEntry]


class Diet(_Form, frozen=True, kw_only=True):
    name: Named
    implies: tuple[Key, ...] = ()


class IngredientEntry(_Form, frozen=True, kw_only=True):
    """`ruled_out`: what an ingredient without a specification cannot hide."""

    name: Named
    unit: Unit
    contains: tuple[Key, ...] = ()
    may: tuple[Key, ...] = ()
    ruled_out: tuple[Key, ...] = ()
    specification: bool = True
    diets: tuple[Key, ...] = ()


class LarderFile(_Form, frozen=True, kw_only=True):
    diets: dict[Key, Diet]
    ingredients: dict[Key, IngredientEntry]


class Preparation(_Form, frozen=True, kw_only=True):
    name: Named
    yield_: Annotated[str, msgspec.Meta(pattern=r"^\d+ [a-z]+$")] = msgspec.field(name="yield")
    components: tuple[str, ...]
    steps: tuple[str, ...]


class ModifierEntry(_Form, frozen=True, kw_only=True):
    name: Named
    effect: Effect
    price_minor: int = 0
    default: bool = False
    adds: tuple[str, ...] = ()
    leaves_out: tuple[Key, ...] = ()


class ModifierGroupEntry(_Form, frozen=True, kw_only=True):
    """`choose`: at least and at most so many. `free`: so many of them cost nothing, the dearest first."""

    name: Named
    choose: tuple[int, int]
    free: Minor = 0
    modifiers: tuple[ModifierEntry, ...]


class CategoryEntry(_Form, frozen=True, kw_only=True):
    name: Named
    colour: Annotated[str, msgspec.Meta(pattern="^#[0-9a-f]{6}$")]
    position: int


class Dish(_Form, frozen=True, kw_only=True):
    name: Named
    short: Annotated[str, msgspec.Meta(min_length=1, max_length=18)]
    price_minor: Minor
    group: Code
    weight: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    remaining: Minor | None = None
    deposit_minor: Minor = 0
    modifiers: tuple[Key, ...] = ()
    components: tuple[str, ...]
    steps: tuple[str, ...]
    note: str = ""


class MenuFile(_Form, frozen=True, kw_only=True):
    category: CategoryEntry
    dishes: dict[Key, Dish]


@dataclass(frozen=True, slots=True)
class Part:
    """A component as it was written: `key` names an ingredient or a preparation."""

    key: str
    quantity: Decimal
    unit: str
    yield_percent: int
    separable: bool


@dataclass(frozen=True, slots=True)
class Description:
    shop: ShopFile
    staff: StaffFile
    larder: LarderFile
    preparations: dict[str, Preparation]
    modifiers: dict[str, ModifierGroupEntry]
    menu: tuple[MenuFile, ...]

    @property
    def dishes(self) -> Iterator[tuple[str, Dish]]:
        return ((key, dish) for file in self.menu for key, dish in file.dishes.items())


def demo_shop() -> Traversable:
    """The folder of the demo shop that comes with this program."""
    return files("station.data") / "demo_shop"


def read_shop(folder: Traversable) -> Description:
    """The shop that the folder describes. Raises DataError that names the file, the field and what is wrong."""
    menu = sorted(
        (_read(path, MenuFile) for path in (folder / "menu").iterdir() if path.name.endswith(".toml")),
        key=lambda file: file.category.position,
    )
    return Description(
        shop=_read(folder / "shop.toml", ShopFile),
        staff=_read(folder / "staff.toml", StaffFile),
        larder=_read(folder / "ingredients.toml", LarderFile),
        preparations=_read(folder / "preparations.toml", dict[str, Preparation]),
        modifiers=_read(folder / "modifiers.toml", dict[str, ModifierGroupEntry]),
        menu=tuple(menu),
    )


def part(text: str, owner: str) -> Part:
    """A component from its text; `owner` is whose it is, for the sentence when it cannot be read."""
    match = _COMPONENT.fullmatch(text)
    if match is None:
        raise DataError(f"{owner}: {text!r} is no component; write it as '30 g tomato, yield 90, separable'")
    return Part(
        key=match["key"],
        quantity=Decimal(match["quantity"]),
        unit=match["unit"],
        yield_percent=int(match["yield"] or 100),
        separable=match["separable"] is not None,
    )


Read = TypeVar("Read")


def _read(path: Traversable, form: Callable[..., Read]) -> Read:
    try:
        text = path.read_bytes()
        read: Read = msgspec.toml.decode(text, type=form)
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: the shop's description is not complete") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise DataError(f"{path}: {error}") from error
    return read
