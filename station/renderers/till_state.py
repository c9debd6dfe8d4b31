"""What a till remembers between two taps: the draft, where its screen stands, and the sheet that lies over it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from station.domain.clashes import Clash
from station.domain.draft import Draft, DraftLine
from station.domain.facts import OrderSent, SoldOut
from station.domain.menu import MenuItem
from station.local.status import Trouble
from station.renderers.world import World

FRESH_S = 60.0
"""How long what was 86'd here counts over the menu; by then a new snapshot says the same."""

Field = Literal["name", "marker", "note"]


@dataclass(frozen=True, slots=True)
class Choosing:
    """The modifiers sheet: for a new line, or for the line `line_id`."""

    item: MenuItem
    chosen: tuple[str, ...]
    line_id: str = ""
    page: int = 0


@dataclass(frozen=True, slots=True)
class Paying:
    """`typing`: another sum is being typed; `given` are its digits, in minor units."""

    typing: bool = False
    given: str = ""


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


Sheet = Billing | Choosing | Paying | Telling | Allergies | Writing | Ending | Helping


@dataclass(frozen=True, slots=True)
class Reserved:
    """The next order's ULID and number, taken when its payment begins and kept until it is sent.

    `approved`: somebody else let this payment be taken, by a person who may not alone.
    """

    order: str
    number: str
    business_day: str
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Till:
    """`category`: the tab that is open; `find`: what is searched for, over all categories.

    `selected`: the line whose buttons are open. `page`: of the tiles; `lines_top`: the first line shown (None: so that the newest
    is seen). `last`: the order sent before this one. `cleared`: the draft that was cleared, to bring it back. `seen`: the
    troubles that somebody has acknowledged. `focus`: the action that the keyboard stands on; `keys`: whether the
    keyboard was the last thing used. `owner`: whose draft it is; `held`: the held order
    that it was before. `billing`: the bill whose payment this till takes, or wants to. `later`: orders are sent without a payment,
    from an expediter; `test`: and are only for the kitchen to try.
    """

    draft: Draft = field(default_factory=Draft)
    category: str = ""
    find: str = ""
    finding: bool = False
    page: int = 0
    selected: str = ""
    lines_top: int | None = None
    sheet: Sheet | None = None
    confirmed: tuple[Clash, ...] = ()
    reserved: Reserved | None = None
    last: OrderSent | None = None
    cleared: Draft | None = None
    message: str = ""
    message_until: datetime | None = None
    seen: frozenset[str] = frozenset()
    focus: str = ""
    keys: bool = False
    owner: str = ""
    held: str = ""
    billing: str = ""
    later: bool = False
    test: bool = False

    @property
    def selected_line(self) -> DraftLine | None:
        return self.draft.line(self.selected)


def handed_on(till: Till, person: str) -> Till:
    """The till with this person at it ("": nobody): what was being rung up is held by now, and waits for its owner."""
    return till if person == till.owner else Till(category=till.category, seen=till.seen, keys=till.keys, owner=person)


def shown_items(till: Till, world: World) -> tuple[MenuItem, ...]:
    """The items under the open tab, or those that are searched for: by the beginnings of their words, then anywhere."""
    menu = world.shop.menu
    wanted = till.find.casefold().split()
    if not wanted:
        return tuple(item for item in menu.items if item.category_id == till.category)
    found = [item for item in menu.items if all(part in item.name.casefold() for part in wanted)]
    return tuple(sorted(found, key=lambda item: not _begins(item.name, wanted)))


def sold_out(item: MenuItem, world: World) -> bool:
    """Whether it is sold out now: by the menu, or as somebody has just said here."""
    said = [fact.sold_out for fact in _fresh(world) if fact.item == item.id]
    return said[0] if said else item.sold_out


def own_trouble(till: Till, world: World) -> Trouble | None:
    """The first trouble about an order that nobody has acknowledged here yet."""
    return next((one for one in world.tokens.troubles if one.order and trouble_key(one) not in till.seen), None)


def trouble_text(trouble: Trouble) -> str:
    """The sentence, and what to do about it when paper can save the order."""
    text = trouble.text[:1].upper() + trouble.text[1:]
    return f"{text}. Give the kitchen the paper" if trouble.offer_paper and "paper" not in text else text


def trouble_key(trouble: Trouble) -> str:
    return f"{trouble.order}:{trouble.part}:{trouble.text}"


def _begins(name: str, wanted: list[str]) -> bool:
    words = name.casefold().split()
    return all(any(word.startswith(part) for word in words) for part in wanted)


def _fresh(world: World) -> list[SoldOut]:
    """What was said about sold-out items lately, newest first; all that the master has not got yet is news, too."""
    waits = world.link.queue > 0
    return [
        entry.fact
        for entry in reversed(world.recent)
        if isinstance(entry.fact, SoldOut) and (waits or (world.now - entry.at).total_seconds() < FRESH_S)
    ]
