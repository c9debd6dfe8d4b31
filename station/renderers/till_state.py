"""What a till remembers between two taps: the draft, where its screen stands, and the sheet that lies over it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from station.domain.clashes import Clash
from station.domain.draft import Draft, DraftLine
from station.domain.facts import OrderSent, SoldOut
from station.domain.menu import MenuItem
from station.domain.sold import SoldOrder
from station.local.status import Trouble
from station.renderers.till_forms import Sheet
from station.renderers.world import World

MESSAGE_S = 5.0
FRESH_S = 60.0
"""How long what was 86'd here counts over the menu; by then a new snapshot says the same."""


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
    from an expediter; `test`: and are only for the kitchen to try. `moded`: somebody said eat in or take away. `diets`: the menu shows
    only what suits these. `adding`: the order that was sent, to which this one comes; `changing`: the bill that is being changed.
    `wanted`: the held order that somebody asked for. `approved_discount`: who approved the one whose reason is being asked for.
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
    moded: bool = False
    diets: frozenset[str] = frozenset()
    adding: SoldOrder | None = None
    approved_discount: str = ""
    changing: str = ""
    wanted: str = ""

    @property
    def selected_line(self) -> DraftLine | None:
        return self.draft.line(self.selected)


def said(till: Till, text: str, world: World) -> Till:
    """The till, telling this for a moment."""
    return replace(till, message=text, message_until=world.now + timedelta(seconds=MESSAGE_S))


def handed_on(till: Till, person: str) -> Till:
    """The till with this person at it ("": nobody): what was being rung up is held by now, and waits for its owner."""
    if person == till.owner:
        return till
    return Till(category=till.category, seen=till.seen, keys=till.keys, owner=person, later=till.later)


def shown_items(till: Till, world: World) -> tuple[MenuItem, ...]:
    """The items under the open tab, or those that are searched for: by the beginnings of their words, then anywhere."""
    items = [item for item in world.shop.menu.items if till.diets <= set(item.dietary)]
    wanted = till.find.casefold().split()
    if not wanted:
        return tuple(item for item in items if item.category_id == till.category)
    found = [item for item in items if all(part in item.name.casefold() for part in wanted)]
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
