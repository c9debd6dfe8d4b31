"""The sheets that come over a till, each with what it remembers between two taps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from station.domain.clashes import Clash
from station.domain.draft import Reduction
from station.domain.facts import Tender
from station.domain.menu import MenuItem
from station.domain.sold import SoldOrder

Field = Literal["name", "marker", "note"]
Typed = Literal["", "cash", "voucher", "tip", "part", "reference"]


@dataclass(frozen=True, slots=True)
class Choosing:
    """The modifiers sheet: for a new line, or for the line `line_id`."""

    item: MenuItem
    chosen: tuple[str, ...]
    line_id: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several pays: how much, and whose it is in words ("2 of 3", "2 Burger, Cola")."""

    amount_minor: int
    share: str


@dataclass(frozen=True, slots=True)
class Paying:
    """`typing`: what is being typed: a sum in cash, a voucher's worth, a tip, a part of the bill, a card's reference; `given` are its
    digits, sums in minor units. `tenders`: what was paid so far, and what was declined. `terminal`: the card that is on the terminal
    now. `parts`: who pays next, when the bill is split. `tip_minor`, `reference`: of the next payment. `reductions`: of a bill.
    `between`: what was just paid, whose change is given before anybody else pays. `listing`: what was paid so far is looked at.
    """

    typing: Typed = ""
    given: str = ""
    tenders: tuple[Tender, ...] = ()
    terminal: Tender | None = None
    parts: tuple[Part, ...] = ()
    tip_minor: int = 0
    reference: str = ""
    reductions: tuple[Reduction, ...] = ()
    between: Tender | None = None
    listing: bool = False

    @property
    def begun(self) -> bool:
        """Whether somebody has paid something, or perhaps has."""
        return self.terminal is not None or any(tender.state != "declined" for tender in self.tenders)


@dataclass(frozen=True, slots=True)
class Splitting:
    """The bill is split: among so many, or by what each had. `counts`: of each line, how many the next one pays."""

    paying: Paying
    by: Literal["", "equal", "items"] = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    page: int = 0


@dataclass(frozen=True, slots=True)
class More:
    """What is done with the whole order, but for paying it."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Eat in or take away, before it is paid."""


@dataclass(frozen=True, slots=True)
class Counting:
    """How many of a line: some numbers to tap, and digits for any other."""

    line_id: str
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Reducing:
    """A discount is chosen for a line ("": for the order). `kind`: one that is typed; `bill`: it is taken off while a bill is paid."""

    line_id: str = ""
    kind: Literal["", "percent", "amount"] = ""
    digits: str = ""
    paying: Paying | None = None


@dataclass(frozen=True, slots=True)
class Returning:
    """Packaging that came back."""


@dataclass(frozen=True, slots=True)
class Dieting:
    """Which diets the menu is looked at for."""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason is asked for: `then` is what happens with it, `back` the sheet that asked; `text` is what is being written."""

    title: str
    then: str
    back: "Sheet | None" = None
    reasons: tuple[str, ...] = ()
    text: str = ""
    writing: bool = False


@dataclass(frozen=True, slots=True)
class Ordering:
    """What was sold here today. `find`: digits of a number."""

    find: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Viewing:
    """One order that was sold. `counts`: of its lines, how many are picked; `bill`: it is not paid yet, and this is its bill."""

    order: str
    counts: Mapping[str, int] = field(default_factory=dict)
    page: int = 0
    bill: str = ""
    kitchen: bool = True
    sold: SoldOrder | None = None


@dataclass(frozen=True, slots=True)
class Settling:
    """Cards of which nobody knows whether they went through."""

    page: int = 0


@dataclass(frozen=True, slots=True)
class Daily:
    """The drawer and the day."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of money is typed, for the drawer. `why`: what it is about, where that was asked."""

    purpose: Literal["float", "pay_in", "pay_out", "drop", "count"]
    digits: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Reporting:
    """The X report of this till, or the Z that the master made."""

    kind: Literal["x", "z"] = "x"
    page: int = 0


@dataclass(frozen=True, slots=True)
class Closing:
    """The day shall be closed. `carried`: what is open, and may go on, by name; `drawers`: drawers of other tills likewise."""

    carried: frozenset[str] = frozenset()
    drawers: frozenset[str] = frozenset()
    page: int = 0


@dataclass(frozen=True, slots=True)
class Printers:
    """The printers to choose from."""


@dataclass(frozen=True, slots=True)
class Telling:
    """The clashes before payment: what the guest was told of so far."""

    told: tuple[Clash, ...] = ()


@dataclass(frozen=True, slots=True)
class Allergies:
    """The 14, to tap."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Letters: the guest's name and marker, or the note of the line `line_id`."""

    field: Field
    name: str = ""
    marker: str = ""
    note: str = ""
    line_id: str = ""

    @property
    def text(self) -> str:
        return {"name": self.name, "marker": self.marker, "note": self.note}[self.field]


@dataclass(frozen=True, slots=True)
class Ending:
    """Asks whether an item is sold out, or back."""

    item_id: str


@dataclass(frozen=True, slots=True)
class Helping:
    """The keys."""


@dataclass(frozen=True, slots=True)
class Billing:
    """What is to be paid: the list of it."""

    page: int = 0


Sheet = (
    Billing
    | Choosing
    | Paying
    | Splitting
    | Telling
    | Allergies
    | Writing
    | Ending
    | Helping
    | More
    | Asking
    | Counting
    | Reducing
    | Returning
    | Dieting
    | Why
    | Ordering
    | Viewing
    | Settling
    | Daily
    | Amount
    | Reporting
    | Closing
    | Printers
)
