"""What a station knows of the shop, as its screens need it: menu, staff, profile, stations. Read from the snapshot."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from station.domain.allergens import Answer, Carrier, Choice, Source, ordered_answers
from station.domain.pins import KeptPin
from station.domain.scans import NO_WALLETS, Wallets

Effect = Literal["added", "removed", "changed"]
Role = Literal["till", "prep", "expediter", "manager"]
Layout = Literal["columns", "grid"]


@dataclass(frozen=True, slots=True)
class RecipePart:
    """A component as a cook weighs it, for one yield of its recipe. `recipe_id`: where it has a recipe of its own.

    `id` is its ingredient's or recipe's. `raw`: how much to take when trimming and peeling are counted in. `diets`: names of
    the diets that it suits.
    """

    name: str
    quantity: Decimal
    raw: Decimal
    unit: str
    separable: bool
    recipe_id: str | None
    id: str = ""
    diets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class MenuModifier:
    """`choice`: what it does to the dish, the components that it adds and the ids of those that it leaves out.

    `adds`: what it adds to one dish, as a cook weighs it.
    """

    id: str
    name: str
    effect: Effect
    price_minor: int
    default: bool = False
    choice: Choice = field(default_factory=Choice)
    adds: tuple[RecipePart, ...] = ()


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """Between `minimum` and `maximum` of its modifiers must be chosen (minimum 0: optional); `free` of them cost nothing."""

    id: str
    name: str
    minimum: int
    maximum: int
    modifiers: tuple[MenuModifier, ...]
    free: int = 0


@dataclass(frozen=True, slots=True)
class MenuItem:
    """`allergens`: the dish's answers without modifiers, for every code that is not "none declared".

    `tax_eat_in_bp`, `tax_take_away_bp`: rates in basis points. `weight`: active items that one of it counts for.
    `left`: how many can still be sold (None: not counted). `carriers`: its components with the answers each brings.
    `dietary`: names of the diets that it suits without modifiers ("Vegan"). `deposit_minor`: for the packaging of each one that is
    taken away. `picture`: a picture's file; on a screen, where it lies on this station's disk.
    """

    id: str
    category_id: str
    name: str
    short_name: str
    price_minor: int
    colour: str
    prep_group: str
    recipe_id: str
    weight: int
    tax_eat_in_bp: int
    tax_take_away_bp: int
    sold_out: bool
    left: int | None
    groups: tuple[ModifierGroup, ...]
    allergens: Mapping[str, Answer]
    dietary: tuple[str, ...]
    carriers: tuple[Carrier, ...] = ()
    description: str = ""
    deposit_minor: int = 0
    picture: str | None = None

    def answers(self, modifiers: Iterable[MenuModifier]) -> dict[str, Answer]:
        """The answers of the dish with these modifiers: what is frozen in the token and in the sale's line."""
        return ordered_answers(self.carriers, [modifier.choice for modifier in modifiers])


@dataclass(frozen=True, slots=True)
class Category:
    id: str
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class Discount:
    """What a shop takes off: `value` is in basis points, or in minor units. `scope`: of one line, or of the whole order.

    `permission`: who may give it (None: whoever takes orders).
    """

    id: str
    name: str
    kind: Literal["percent", "amount"]
    value: int
    scope: Literal["line", "order"]
    needs_reason: bool = False
    permission: str | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """Categories and items in the order in which a till shows them. `currency` is ISO 4217."""

    currency: str
    cash_rounding_minor: int
    categories: tuple[Category, ...]
    items: tuple[MenuItem, ...]
    allergen_names: Mapping[str, str]
    discounts: tuple[Discount, ...] = ()

    @property
    def deposits(self) -> tuple[int, ...]:
        """What packaging costs here, each amount once, the smallest first."""
        return tuple(sorted({item.deposit_minor for item in self.items if item.deposit_minor}))

    @property
    def diets(self) -> tuple[str, ...]:
        """Every diet that some item suits, in the order of the shop's own list."""
        return tuple(dict.fromkeys(name for item in self.items for name in item.dietary))

    def item(self, item_id: str) -> MenuItem | None:
        return next((item for item in self.items if item.id == item_id), None)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the staff, with the name of their highest role and the permissions that all their roles add up to."""

    id: str
    name: str
    role: str
    permissions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What stations of a kind share, with this station's own settings already on top.

    `urgency`: seconds to orange and to red of prep groups that have thresholds of their own. `layout`: whether cards fill
    columns one under the other, or each has a box of the same size. `card_sounds`: for which cards a prep display makes a sound:
    "new", "changed", "late". `scanners`: what is one, whatever it says of itself ("05e0:1200", with a serial for one device).
    `discount_limit_bp`: no discount that somebody types at a till takes more than this off. `printer`: where this station prints
    ("": nowhere), `printers`: where else it may, both as addresses (docs/printing.md). `drawer`: whether a cash drawer hangs on it.
    `receipts`: whether each sale prints one, or only who asks for it gets one; `receipt_columns`: characters in a row;
    `receipt_logo`: the name of a picture.
    """

    name: str
    role: Role
    orange_s: int = 180
    red_s: int = 300
    columns: int = 4
    clock: bool = False
    sounds: bool = True
    idle_logout_s: int = 120
    dispatch: bool = False
    dispatch_delay_s: float = 0.0
    text_scale: float = 1.0
    replica_pump: bool = False
    layout: Layout = "columns"
    urgency: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    card_sounds: frozenset[str] = frozenset({"new"})
    scanners: frozenset[str] = frozenset()
    discount_limit_bp: int = 5_000
    printer: str = ""
    printers: tuple[str, ...] = ()
    drawer: bool = False
    receipts: Literal["always", "asked"] = "always"
    receipt_columns: int = 42
    receipt_logo: str = ""


@dataclass(frozen=True, slots=True)
class StationInfo:
    """A station of the shop; `groups` are the prep groups that it can cook (empty: it cooks nothing)."""

    code: str
    name: str
    role: Role
    groups: frozenset[str]
    weight_percent: int = 100


@dataclass(frozen=True, slots=True)
class Shop:
    """Everything a station's screen knows of its shop at one moment. `version` changes when anything of it does.

    `business_day`: the open one, or the last one when none is open (`day_open`): its date names the floor's folders.
    `pins`: by person what is known of their PIN; none on a prep display. `timezone`: its IANA name, for what is printed.
    `tax_letters`: what stands for a rate, in basis points, beside a receipt's lines.
    """

    id: str
    name: str
    version: str
    business_day: str
    business_day_id: str
    menu: Menu
    staff: tuple[Person, ...]
    stations: tuple[StationInfo, ...]
    profile: Profile
    day_open: bool = True
    wallets: Wallets = NO_WALLETS
    pins: Mapping[str, KeptPin] = field(default_factory=dict)
    legal_name: str = ""
    address: str = ""
    tax_number: str = ""
    receipt_footer: str = ""
    timezone: str = "UTC"
    tax_letters: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How something is made. `brought_by`: for each allergen's code, the components that bring it.

    `picture`: the name of a picture's file; on a screen, where it lies on this station's disk.
    """

    id: str
    name: str
    yield_quantity: Decimal
    yield_unit: str
    parts: tuple[RecipePart, ...]
    steps: tuple[str, ...]
    allergens: Mapping[str, Answer]
    brought_by: Mapping[str, tuple[Source, ...]]
    note: str = ""
    picture: str | None = None
