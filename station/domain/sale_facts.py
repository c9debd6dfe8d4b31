"""What was sold, changed after it was sent, and paid: everything that is frozen at that moment."""

from typing import Annotated, Literal

import msgspec

from station.domain.fact_base import FactBase, Minor
from station.domain.token import Body, Code, Count, Instant, Name, Text, Ulid

TenderState = Literal["approved", "declined", "unknown"]


class SoldModifier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    id: Ulid
    modifier: Ulid
    name: Name
    effect: Literal["added", "removed", "changed"]
    count: Count = 1
    price_minor: Minor = 0


class SoldLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line as it was sold: name, unit price (with its modifiers), rate and tax are frozen here.

    `total_minor` = count x unit_minor; `tax_minor` is contained in it, rounded half up per line. `deposit_minor`: for the packaging of
    each, on top of it. `voids`: the line of the same order that this one takes back, below zero, before it was paid.
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
    deposit_minor: Minor = 0
    voids: Ulid | None = None


class SoldDiscount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was taken off a line, by one discount: the part of an order's discount that falls on it stands here too.

    `tax_minor`: so much less tax is due, at the line's rate. `given`: which of them belong together.
    """

    id: Ulid
    given: Ulid
    line: Ulid
    discount: Ulid | None = None
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    amount_minor: Annotated[int, msgspec.Meta(gt=0)]
    tax_bp: int
    tax_minor: Minor
    reason: Text = ""
    approved_by: Ulid | None = None


class Tender(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One payment towards an order. Change comes from cash only: `amount_minor` = given - change.

    `tip_minor` comes on top, and is in neither of them. `share`: whose part of a split bill it pays.
    """

    id: Ulid
    kind: Literal["cash", "card", "voucher"]
    amount_minor: Minor
    given_minor: Minor
    change_minor: Minor = 0
    reference: Text = ""
    state: TenderState = "approved"
    tip_minor: Minor = 0
    share: Text = ""


class AllergyConfirmed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whoever sent the order told the guest what this line is declared to hold, of what the guest cannot eat."""

    line: Ulid
    answers: dict[str, str]


class OrderSent(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="order.sent"):
    """Sold and sent to the kitchen: the rows of the sale and the token to publish, as one fact.

    `held`: the held order that it was before. `bill`: nothing is paid yet; the token of its bill, which waits for a till.
    `drawer`: the drawer's session in which it was paid. `total_minor` counts discounts and deposits in.
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
    discounts: tuple[SoldDiscount, ...] = ()
    deposits_back_minor: Minor = 0
    drawer: Ulid | None = None


class Take(msgspec.Struct, frozen=True, kw_only=True):
    """Of one line of an order that was sent: so many were to be made before, and so many `left` are now, in all its parts."""

    line: Ulid
    before: Count
    left: Count


class OrderChanged(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="order.changed"):
    """An order was changed after it was sent: what came to it, what the kitchen shall not make any more, or all of it.

    `change` is the id of the change, under which what was added (and, where nothing was paid yet, what was voided, below zero)
    is sold; `order` the one that was sent. `token`: what the kitchen shall make besides, as another part of the same order.
    `takes`: what it shall leave. `bill`: for an unpaid order, the bill that takes the place of `bill_was`. `cancel`: nothing is left.
    `on`, `by`: where and by whom it was changed, as whoever is paid for the order tells of it too.
    """

    change: Ulid
    order: Ulid
    number: Name
    business_day: Ulid
    mode: Literal["eat_in", "take_away"]
    at: Instant
    lines: tuple[SoldLine, ...] = ()
    tenders: tuple[Tender, ...] = ()
    total_minor: Minor = 0
    tax_minor: Minor = 0
    rounding_minor: Minor = 0
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    confirmed: tuple[AllergyConfirmed, ...] = ()
    token: Body | None = None
    takes: tuple[Take, ...] = ()
    cancel: bool = False
    why: Text = ""
    approved_by: Ulid | None = None
    drawer: Ulid | None = None
    bill: Body | None = None
    bill_was: Ulid | None = None
    training: bool = False
    on: Code | None = None
    by: Ulid | None = None

    @property
    def sells(self) -> bool:
        """Whether it is a sale of its own: something came to the order, or was voided before it was paid."""
        return bool(self.lines)


class OrderPaid(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="order.paid"):
    """An order that the kitchen had before it was paid, is paid now. `bill`: the id of its bill on the floor.

    `sale`: all of it, since whoever took the payment may tell the master of it before whoever took the order. `took`: who that was.
    """

    order: Ulid
    bill: Ulid
    tenders: tuple[Tender, ...]
    rounding_minor: Minor = 0
    sale: OrderSent
    changes: tuple[OrderChanged, ...] = ()
    took: Ulid | None = None
    discounts: tuple[SoldDiscount, ...] = ()
    drawer: Ulid | None = None

    @property
    def total_minor(self) -> int:
        """What was to be paid."""
        off = sum(one.amount_minor for one in self.discounts)
        return self.sale.total_minor + sum(change.total_minor for change in self.changes) - off
