"""What people did at this station, as the journal keeps it: one tagged record a fact, in order, never changed.

The facts themselves are in `sale_facts`, `money_facts` and `floor_facts`; who came and what is sold out stands here.
"""

from typing import Annotated, Literal

import msgspec

from station.domain.fact_base import FactBase
from station.domain.floor_facts import (
    Automatic,
    FloorReported,
    LineTicked,
    OrderHeld,
    Paused,
    Pinned,
    PlanChange,
    PlanChanged,
    SplitOff,
    TokenAcknowledged,
    TokenDispatched,
    TokenHeld,
    TokenMoved,
    TokenRushed,
    TokenSplit,
    TokenTransferred,
    Verb,
    VoidAcknowledged,
    Weighed,
)
from station.domain.money_facts import (
    DayClosed,
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    OrderRefunded,
    PrintAsked,
    PrintDropped,
    PrinterChosen,
    Refunded,
    TenderDropped,
    TenderSettled,
    TenderTaken,
    TrainingSwitched,
)
from station.domain.sale_facts import (
    AllergyConfirmed,
    OrderChanged,
    OrderPaid,
    OrderSent,
    SoldDiscount,
    SoldLine,
    SoldModifier,
    Take,
    Tender,
    TenderState,
)
from station.domain.token import Instant, Ulid

__all__ = [
    "FLOOR_FACTS",
    "AllergyConfirmed",
    "Automatic",
    "DayClosed",
    "DrawerCounted",
    "DrawerMoved",
    "DrawerOpened",
    "Entry",
    "Fact",
    "FloorReported",
    "LineTicked",
    "MoneyFact",
    "OrderChanged",
    "OrderHeld",
    "OrderPaid",
    "OrderRefunded",
    "OrderSent",
    "Paused",
    "Pinned",
    "PlanChange",
    "PlanChanged",
    "PrintAsked",
    "PrintDropped",
    "PrintFact",
    "PrinterChosen",
    "Refunded",
    "SoldDiscount",
    "SoldLine",
    "SoldModifier",
    "SoldOut",
    "SplitOff",
    "StaffSeen",
    "Take",
    "Tender",
    "TenderDropped",
    "TenderSettled",
    "TenderState",
    "TenderTaken",
    "TokenAcknowledged",
    "TokenDispatched",
    "TokenFact",
    "TokenHeld",
    "TokenMoved",
    "TokenRushed",
    "TokenSplit",
    "TokenTransferred",
    "TrainingSwitched",
    "Verb",
    "VoidAcknowledged",
    "Weighed",
    "kind_of",
]


class StaffSeen(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="staff.seen"):
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


class SoldOut(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="menu.sold_out"):
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
MoneyFact = (
    OrderSent
    | OrderChanged
    | OrderPaid
    | TenderTaken
    | TenderDropped
    | TenderSettled
    | OrderRefunded
    | DrawerOpened
    | DrawerMoved
    | DrawerCounted
    | DayClosed
)
PrintFact = PrintAsked | PrinterChosen | PrintDropped
Fact = (
    MoneyFact
    | PlanChanged
    | OrderHeld
    | TokenFact
    | VoidAcknowledged
    | FloorReported
    | StaffSeen
    | SoldOut
    | PrintFact
    | TrainingSwitched
)

FLOOR_FACTS = (
    OrderSent,
    OrderChanged,
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
