"""An order that was sold here, as it stands now: its lines with what was voided, taken from the kitchen and refunded of each.

Pure: put together from the facts of this till's journal (`domain/ledger.py`), and asked by whoever changes, refunds or reprints it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from station.domain.bills import next_part
from station.domain.facts import (
    OrderChanged,
    OrderPaid,
    OrderRefunded,
    OrderSent,
    Refunded,
    SoldDiscount,
    SoldLine,
    Tender,
)


@dataclass(frozen=True, slots=True)
class LineNow:
    """`voided`, `refunded`: so many of it. `in_kitchen`: so many are to be made, or were.

    `due_minor`: what was paid for all of it, without deposits; `refunded_minor`: how much of that went back.
    """

    line: SoldLine
    due_minor: int
    voided: int = 0
    refunded: int = 0
    refunded_minor: int = 0
    in_kitchen: int = 0

    @property
    def left(self) -> int:
        """So many were sold, and neither voided nor refunded."""
        return self.line.count - self.voided - self.refunded


@dataclass(frozen=True, slots=True)
class SoldOrder:
    """`staff`, `at`: who sold it, and when it was paid or sent here. `settled`: by the id of the tender that nobody knew of."""

    sale: OrderSent
    staff: str | None
    at: datetime
    changes: tuple[OrderChanged, ...] = ()
    payment: OrderPaid | None = None
    refunds: tuple[OrderRefunded, ...] = ()
    settled: Mapping[str, Tender] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return self.sale.number

    @property
    def is_paid(self) -> bool:
        """Whether its money was taken here; of an order that waits with its bill it is not, or not here."""
        return self.sale.bill is None or self.payment is not None

    @property
    def cancelled(self) -> bool:
        return any(change.cancel for change in self.changes)

    @property
    def tenders(self) -> tuple[Tender, ...]:
        """Every payment, in its order; what became of an unknown one since in its place."""
        paid = () if self.payment is None else self.payment.tenders
        taken = (*self.sale.tenders, *paid, *(one for change in self.changes for one in change.tenders))
        return tuple(self.settled.get(tender.id, tender) for tender in taken)

    @property
    def unsettled(self) -> tuple[Tender, ...]:
        return tuple(tender for tender in self.tenders if tender.state == "unknown")

    @property
    def discounts(self) -> tuple[SoldDiscount, ...]:
        return (*self.sale.discounts, *(() if self.payment is None else self.payment.discounts))

    @property
    def rounding_minor(self) -> int:
        paid = 0 if self.payment is None else self.payment.rounding_minor
        return self.sale.rounding_minor + paid + sum(change.rounding_minor for change in self.changes)

    @property
    def total_minor(self) -> int:
        """What was sold in all, after discounts and with deposits, before refunds."""
        later = 0 if self.payment is None else sum(one.amount_minor for one in self.payment.discounts)
        return self.sale.total_minor + sum(change.total_minor for change in self.changes) - later

    @property
    def refunded_minor(self) -> int:
        return sum(refund.total_minor for refund in self.refunds)

    @property
    def next_part(self) -> str:
        return next_part(self.changes)

    @property
    def lines(self) -> tuple[LineNow, ...]:
        """Those that were sold, in their order; what was voided stands in the line that it voids."""
        sold = [*self.sale.lines, *(line for change in self.changes for line in change.lines)]
        voided = _sums((line.voids, line.count) for line in sold if line.voids is not None)
        off = _sums((one.line, one.amount_minor) for one in self.discounts)
        parts = [part for refund in self.refunds for part in refund.parts]
        back = _sums((part.line, part.count) for part in parts)
        money = _sums((part.line, goods_of(part)) for part in parts)
        kitchen = {take.line: take.left for change in self.changes for take in change.takes}
        return tuple(
            LineNow(
                line,
                line.unit_minor * (line.count - voided.get(line.id, 0)) - off.get(line.id, 0),
                voided.get(line.id, 0),
                back.get(line.id, 0),
                money.get(line.id, 0),
                kitchen.get(line.id, line.count),
            )
            for line in sold
            if line.voids is None
        )


def goods_of(part: Refunded) -> int:
    """What of a refund was for what was sold: neither deposits nor what cash rounding made of it."""
    return part.amount_minor - part.deposit_minor - part.rounding_minor


def _sums(pairs: Iterable[tuple[str | None, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, amount in pairs:
        if key is not None:
            found[key] = found.get(key, 0) + amount
    return found
