"""Orders that are paid at the till after the kitchen has them: the bill waits on the floor, and one till takes it.

Pure. A bill is a held order (`domain/floor.py`) that carries its sale, and what was changed since. The till that has moved the bill into
its own folder takes the payment, so that two tills never take it twice; the same for a change, which puts a new bill in its place.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from station.domain.facts import OrderChanged, OrderPaid, OrderSent, SoldDiscount, SoldLine, Tender
from station.domain.tenders import check_closes, rounding_of
from station.domain.token import Body, Held, Line, encode
from station.errors import OrderRefused, TokenError

_SALE: Final = msgspec.json.Decoder(OrderSent)
_CHANGE: Final = msgspec.json.Decoder(OrderChanged)


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be paid: the order as it was sent, and every change of it. `staff`: the id of whoever took it."""

    sale: OrderSent
    changes: tuple[OrderChanged, ...] = ()
    staff: str = ""

    @property
    def total_minor(self) -> int:
        return self.sale.total_minor + sum(change.total_minor for change in self.changes)

    @property
    def lines(self) -> tuple[SoldLine, ...]:
        """What is left of it, each line with the count that is left."""
        return lines_left((*self.sale.lines, *(line for change in self.changes for line in change.lines)))

    @property
    def next_part(self) -> str:
        """The part of the order that the next addition will be in the kitchen."""
        return next_part(self.changes)


@dataclass(frozen=True, slots=True)
class Payment:
    """How it is paid: `discounts` are taken off before, `drawer` is the drawer's session."""

    tenders: tuple[Tender, ...]
    discounts: tuple[SoldDiscount, ...] = field(default=())
    drawer: str | None = None


def lines_left(lines: Sequence[SoldLine]) -> tuple[SoldLine, ...]:
    """The lines without what was voided of them; those of which nothing is left are left out."""
    voided: dict[str, int] = {}
    for line in lines:
        if line.voids is not None:
            voided[line.voids] = voided.get(line.voids, 0) + line.count
    found = []
    for line in lines:
        count = line.count - voided.get(line.id, 0)
        if line.voids is None and count > 0:
            found.append(msgspec.structs.replace(line, count=count, total_minor=line.unit_minor * count))
    return tuple(found)


def next_part(changes: Collection[OrderChanged]) -> str:
    return str(2 + sum(1 for change in changes if change.token is not None))


def billed(sent: OrderSent, bill_id: str, staff_id: str) -> OrderSent:
    """The fact, with the bill that the floor shall keep for it. `staff_id`: who took the order.

    Raises OrderRefused when it is too long.
    """
    return msgspec.structs.replace(sent, bill=bill_token(Bill(sent), bill_id, staff_id))


def bill_token(bill: Bill, bill_id: str, staff_id: str) -> Body:
    """The bill as the floor keeps it. Raises OrderRefused when it is too long."""
    token = bill.sale.token
    body = Body(
        order=bill_id,
        number=token.number,
        mode=token.mode,
        placed_at=token.placed_at,
        placed_by=token.placed_by,
        placed_on=token.placed_on,
        training=token.training,
        customer=token.customer,
        lines=tuple(
            Line(id=line.id, item=line.item, name=line.name, count=line.count, group=line.group) for line in bill.lines
        ),
        held=Held(
            staff=staff_id,
            lines={},
            order=bill.sale.order,
            sale=_json(msgspec.structs.replace(bill.sale, bill=None)),
            changes=tuple(_json(msgspec.structs.replace(change, bill=None)) for change in bill.changes),
        ),
    )
    try:
        encode(body, b"")
    except TokenError as error:
        raise OrderRefused("the order is too long for one ticket; send it as two orders") from error
    return body


def is_bill(body: Body) -> bool:
    return body.held is not None and bool(body.held.sale)


def bill_in(body: Body) -> Bill | None:
    """What a bill is about; None when this program cannot read it, or it is no bill."""
    if not is_bill(body) or body.held is None:
        return None
    try:
        changes = tuple(_CHANGE.decode(change) for change in body.held.changes)
        return Bill(_SALE.decode(body.held.sale), changes, body.held.staff)
    except msgspec.DecodeError:
        return None


def sale_of(body: Body) -> OrderSent | None:
    """The sale that a bill is about; None when this program cannot read it, or it is no bill."""
    found = bill_in(body)
    return None if found is None else found.sale


def paid(bill: Bill, bill_id: str, payment: Payment, cash_rounding_minor: int) -> OrderPaid:
    """The fact that pays it. Raises OrderRefused unless the tenders are its total."""
    total = bill.total_minor - sum(one.amount_minor for one in payment.discounts)
    check_closes(total, payment.tenders, cash_rounding_minor)
    return OrderPaid(
        order=bill.sale.order,
        bill=bill_id,
        tenders=payment.tenders,
        rounding_minor=rounding_of(total, payment.tenders),
        sale=msgspec.structs.replace(bill.sale, bill=None),
        changes=tuple(msgspec.structs.replace(change, bill=None) for change in bill.changes),
        took=bill.staff or None,
        discounts=payment.discounts,
        drawer=payment.drawer,
    )


def _json(fact: OrderSent | OrderChanged) -> str:
    return msgspec.json.encode(fact).decode()
