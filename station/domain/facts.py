"""What people did at this station, as the journal keeps it: one tagged record a fact, in order, never changed.

A fact about a token names its identity and the place where the person saw it. It says what they meant ("two of this
line are done"), not what the file shall contain, so it still holds when the token was revised meanwhile.
"""

from typing import Annotated, Literal

import msgspec

from station.domain.token import Body, Code, Count, Instant, Name, Part, Text, Ulid

Verb = Literal["bump", "undo", "recall", "hand_over", "hold", "fire", "void", "rescue", "resume", "end"]
Minor = int


class _Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """Base of all facts; the tag is the journal's `kind`."""


class SoldModifier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Ulid
    modifier: Ulid
    name: Name
    effect: Literal["added", "removed", "changed"]
    count: Count = 1
    price_minor: Minor = 0


class SoldLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line as it was sold: name, unit price (with its modifiers), rate and tax are frozen here.

    `total_minor` = count x unit_minor; `tax_minor` is contained in it, rounded half up per line.
    """

    id: Ulid
    item: Ulid
    recipe: Ulid
    name: Name
    count: Annotated[int, msgspec.Meta(ge=1, le=999)]
    unit_minor: Minor
    total_minor: Minor
    tax_bp: int
    tax_minor: Minor
    group: Code
    weight: int = 1
    modifiers: tuple[SoldModifier, ...] = ()
    note: Text = ""
    allergens: dict[str, str] = {}


class Tender(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payment towards an order. Change comes from cash only: `amount_minor` = given - change."""

    id: Ulid
    kind: Literal["cash", "card", "voucher"]
    amount_minor: Minor
    given_minor: Minor
    change_minor: Minor = 0
    reference: Text = ""
    state: Literal["approved", "declined", "unknown"] = "approved"


class AllergyConfirmed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever sent the order told the guest what this line is declared to hold, of what the guest cannot eat."""

    line: Ulid
    answers: dict[str, str]


class OrderSent(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="order.sent"):
    """Sold and sent to the kitchen: the rows of the sale and the token to publish, as one fact.

    `held`: the held order that it was before. `bill`: nothing is paid yet; the token of its bill, which waits for a till.
    """

    order: Ulid
    number: Name
    business_day: Ulid
    mode: Literal["eat_in", "take_away"]
    lines: tuple[SoldLine, ...]
    tenders: tuple[Tender, ...]
    total_minor: Minor
    tax_minor: Minor
    rounding_minor: Minor = 0
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    confirmed: tuple[AllergyConfirmed, ...] = ()
    token: Body
    held: Ulid | None = None
    bill: Body | None = None


class OrderPaid(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="order.paid"):
    """An order that the kitchen had before it was paid, is paid now. `bill`: the id of its bill on the floor.

    `sale`: all of it, since whoever took the payment may tell the master of it before whoever took the order.
    """

    order: Ulid
    bill: Ulid
    tenders: tuple[Tender, ...]
    rounding_minor: Minor = 0
    sale: OrderSent


class OrderHeld(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="order.held"):
    """What somebody was ringing up waits for them, at no till. `replaces`: the held order that this one was before."""

    order: Ulid
    token: Body
    replaces: Ulid | None = None


class TokenMoved(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.moved"):
    """Bump, undo, recall, hand over, hold, fire, void: the token goes from one place to another, unchanged.

    `made`: of what is voided, whether it was made or begun, and is waste (None: nobody said).
    """

    order: Ulid
    part: Part
    place: Text
    to: Text
    verb: Verb
    why: Text = ""
    made: bool | None = None


class LineTicked(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.ticked"):
    """`done` is how many of the line are ticked now: saying it twice changes nothing."""

    order: Ulid
    part: Part
    place: Text
    line: Ulid
    done: Count


class TokenTransferred(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.transferred"):
    """Moved to another station by hand: the token says to whom it is given now, and why."""

    order: Ulid
    part: Part
    place: Text
    station: Code
    why: Text = ""


class TokenHeld(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.held"):
    """Kept from the kitchen: until a person fires it, or until a time."""

    order: Ulid
    part: Part
    place: Text
    until: Instant | None = None
    why: Text = ""


class SplitOff(msgspec.Struct, frozen=True, kw_only=True):
    """Some items of a line, for one of the parts."""

    line: Ulid
    count: Annotated[int, msgspec.Meta(ge=1, le=999)]


class TokenSplit(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.split"):
    """What is named goes to `to` as one part; what is left stays where it was as the other.

    `course`: what goes is held until what stays is made.
    """

    order: Ulid
    part: Part
    place: Text
    off: tuple[SplitOff, ...]
    to: Text
    why: Text = ""
    course: bool = False


class TokenDispatched(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.dispatched"):
    """The choice of a station for what waited in the inbox: one entry for each prep group's part.

    `stations` maps a station's code to the ids of the lines it shall make.
    """

    order: Ulid
    part: Part
    place: Text
    stations: dict[str, tuple[Ulid, ...]]
    why: dict[str, str]


class TokenAcknowledged(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.acknowledged"):
    """A person saw what must be seen: `what` is "allergy", "allergy_pass" or "change"."""

    order: Ulid
    part: Part
    place: Text
    what: Literal["allergy", "allergy_pass", "change"]


class TokenRushed(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="token.rushed"):
    order: Ulid
    part: Part
    place: Text
    rush: bool


class VoidAcknowledged(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="void.acknowledged"):
    """The kitchen has seen that what stood at this station was voided. `made`: it was made or begun, and is waste now.

    Nothing on the floor changes by it; `place` is where the void token stands.
    """

    order: Ulid
    part: Part
    place: Text
    made: bool


class Paused(msgspec.Struct, frozen=True, kw_only=True, tag="paused"):
    """The station takes no more, and keeps what it has; or takes orders again."""

    station: Code
    paused: bool


class Weighed(msgspec.Struct, frozen=True, kw_only=True, tag="weight"):
    """How much of its share a station takes; None: as the shop says."""

    station: Code
    weight_percent: Annotated[int, msgspec.Meta(ge=10, le=400)] | None


class Pinned(msgspec.Struct, frozen=True, kw_only=True, tag="pin"):
    """All of a prep group goes to one station; None: to whichever has least."""

    group: Code
    station: Code | None


class Automatic(msgspec.Struct, frozen=True, kw_only=True, tag="mode"):
    """What is in the inbox is dispatched by itself, or waits for a person."""

    automatic: bool


PlanChange = Paused | Weighed | Pinned | Automatic


class PlanChanged(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="plan.changed"):
    """The expediter decided something about dispatch (`domain/plan.py`)."""

    change: PlanChange


class FloorReported(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="floor.reported"):
    """What became of a fact on the floor, told by the tokens program: the rows of `token_moves` come from it.

    `outcome`: done, or lost (somebody else was first; `why` says what is known of it).
    """

    fact: Ulid
    order: Ulid
    part: Part
    revision: int
    hop: int
    source: Text
    to: Text
    verb: Text
    outcome: Literal["done", "lost"]
    why: Text = ""


class StaffSeen(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="staff.seen"):
    """Logged in or out, or was refused. What was scanned or typed is never kept.

    `card`: the wallet card, where it is known; `step`: of a rotating one, the time step that is used up now. `why`: of a refusal
    (unknown, misread, revoked, expired, used, wrong, wait, not_permitted; or what a scan broke off by). `permission`: what an
    approval was asked for; then `staff` is who was asked, and the entry's own staff is whoever was logged in and wanted it.
    """

    staff: Ulid | None = None
    what: Literal["login", "logout", "refused", "approved"]
    how: Literal["name", "wallet", "pin"] = "name"
    card: Ulid | None = None
    step: int = 0
    why: Annotated[str, msgspec.Meta(max_length=20)] = ""
    permission: Annotated[str, msgspec.Meta(max_length=40)] = ""


class SoldOut(_Fact, frozen=True, kw_only=True, omit_defaults=True, tag="menu.sold_out"):
    """86'd, or back again."""

    item: Ulid
    sold_out: bool


TokenFact = (
    TokenMoved
    | TokenHeld
    | LineTicked
    | TokenTransferred
    | TokenSplit
    | TokenDispatched
    | TokenAcknowledged
    | TokenRushed
)
Fact = (
    OrderSent | PlanChanged | OrderPaid | OrderHeld | TokenFact | VoidAcknowledged | FloorReported | StaffSeen | SoldOut
)

FLOOR_FACTS = (
    OrderSent,
    OrderHeld,
    PlanChanged,
    TokenMoved,
    TokenHeld,
    LineTicked,
    TokenTransferred,
    TokenSplit,
    TokenDispatched,
    TokenAcknowledged,
    TokenRushed,
)
"""The facts that the tokens program carries out."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it stands in the journal. `at` is the shop's time, `staff` who did it (None: a program)."""

    seq: int
    id: Ulid
    fact: Fact
    staff: str | None
    at: Instant


def kind_of(fact: Fact) -> str:
    return str(type(fact).__struct_config__.tag)
