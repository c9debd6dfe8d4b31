"""What happened with money beside the sale itself, and what is printed: payments in parts, refunds, drawers, the day."""

from typing import Annotated, Literal

import msgspec

from station.domain.fact_base import FactBase, Minor
from station.domain.sale_facts import Tender, TenderState
from station.domain.token import Body, Count, Name, Text, Ulid


class TenderTaken(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="tender.taken"):
    """A part of an order was paid, or the card is on its way through the terminal: kept before the rest of it is.

    Said again with the same tender's id it tells what became of that one. `draft`: what is being paid, as a held order, so that a till
    that lost its power knows. `bill`: it is a bill's payment.
    """

    order: Ulid
    number: Name
    business_day: Ulid
    tender: Tender
    draft: Body | None = None
    bill: Ulid | None = None
    change_of: Ulid | None = None


class TenderDropped(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="tender.dropped"):
    """A part that was paid was given back before the order was closed, or was never taken."""

    order: Ulid
    tender: Ulid
    why: Text = ""
    drawer: Ulid | None = None


class TenderSettled(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="tender.settled"):
    """It is known now what became of a card that nobody knew of when its order was closed. `tender`: the same, as it is now."""

    order: Ulid
    business_day: Ulid
    tender: Tender
    was: Ulid
    drawer: Ulid | None = None


class Refunded(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of one line and out of one payment: `amount_minor` is what the guest got, deposits and rounding in it."""

    id: Ulid
    payment: Ulid
    line: Ulid | None = None
    count: Count = 0
    amount_minor: Annotated[int, msgspec.Meta(gt=0)]
    deposit_minor: Minor = 0
    rounding_minor: Minor = 0
    tax_bp: int
    tax_minor: Minor
    kind: Literal["cash", "card", "voucher"]
    state: TenderState = "approved"
    reference: Text = ""


class OrderRefunded(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="order.refunded"):
    """Money went back to the guest of an order that was paid, each part of it the way it came."""

    order: Ulid
    number: Name
    business_day: Ulid
    parts: tuple[Refunded, ...]
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    approved_by: Ulid | None = None
    drawer: Ulid | None = None

    @property
    def total_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)


class DrawerOpened(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="drawer.opened"):
    """A drawer was put in, with this much in it."""

    session: Ulid
    business_day: Ulid
    float_minor: Annotated[int, msgspec.Meta(ge=0)]


class DrawerMoved(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="drawer.moved"):
    """Money went in or out without a sale, or the drawer was opened without one. `amount_minor`: what comes in is positive."""

    session: Ulid
    business_day: Ulid
    move: Literal["pay_in", "pay_out", "drop", "no_sale"]
    amount_minor: Minor = 0
    why: Text = ""
    approved_by: Ulid | None = None


class DrawerCounted(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="drawer.counted"):
    """The drawer was counted, blind, and is closed. `expected_minor`: what should have been in it."""

    session: Ulid
    business_day: Ulid
    counted_minor: Annotated[int, msgspec.Meta(ge=0)]
    expected_minor: Minor
    note: Text = ""


class DayClosed(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="day.closed"):
    """The business day shall be closed: its Z report is made by the master, once. `carried`: what is open and goes on, by name."""

    business_day: Ulid
    carried: tuple[Text, ...] = ()
    drawers: tuple[Ulid, ...] = ()


class PrintAsked(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="print.asked"):
    """Somebody wants it on paper: a receipt, the same again (a copy), an order for the kitchen, a report.

    `subject`: the order, or the number of the Z report. `business_day`: of an X report.
    """

    what: Literal["receipt", "copy", "kitchen", "x", "z", "drawer", "test"]
    subject: Text = ""
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""


class PrinterChosen(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="printer.chosen"):
    """What waits, and all that follows, goes to this printer ("": the profile's)."""

    printer: Text


class PrintDropped(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="print.dropped"):
    """What waits for the printer shall not be printed any more."""


class TrainingSwitched(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="training.switched"):
    """From here on nothing that is done at this station counts, or it does again."""

    on: bool
