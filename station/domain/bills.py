"""Orders that are paid at the till after the kitchen has them: the bill waits on the floor, and one till takes it.

Pure. A bill is a held order (`domain/floor.py`) that carries its sale; nothing of it can be changed, it is only paid. The till that has
moved the bill into its own folder takes the payment, so that two tills never take it twice.
"""

from collections.abc import Collection
from typing import Final

import msgspec

from station.domain.facts import OrderPaid, OrderSent, Tender
from station.domain.tenders import check_closes, rounding_of
from station.domain.token import Body, Held, Line, encode
from station.errors import OrderRefused, TokenError

_SALE: Final = msgspec.json.Decoder(OrderSent)


def billed(sent: OrderSent, bill_id: str, staff_id: str) -> OrderSent:
    """The fact, with the bill that the floor shall keep for it. `staff_id`: who took the order.

    Raises OrderRefused when it is too long.
    """
    token = sent.token
    bill = Body(
        order=bill_id,
        number=token.number,
        mode=token.mode,
        placed_at=token.placed_at,
        placed_by=token.placed_by,
        placed_on=token.placed_on,
        training=token.training,
        customer=token.customer,
        lines=tuple(
            Line(id=line.id, item=line.item, name=line.name, count=line.count, group=line.group) for line in token.lines
        ),
        held=Held(staff=staff_id, lines={}, order=sent.order, sale=msgspec.json.encode(sent).decode()),
    )
    try:
        encode(bill, b"")
    except TokenError as error:
        raise OrderRefused("the order is too long for one ticket; send it as two orders") from error
    return msgspec.structs.replace(sent, bill=bill)


def is_bill(body: Body) -> bool:
    return body.held is not None and bool(body.held.sale)


def sale_of(body: Body) -> OrderSent | None:
    """The sale that a bill is about; None when this program cannot read it, or it is no bill."""
    if not is_bill(body) or body.held is None:
        return None
    try:
        return _SALE.decode(body.held.sale)
    except msgspec.DecodeError:
        return None


def paid(sale: OrderSent, bill_id: str, tenders: Collection[Tender], cash_rounding_minor: int) -> OrderPaid:
    """The fact that pays it. Raises OrderRefused unless the tenders are its total."""
    given = tuple(tenders)
    check_closes(sale.total_minor, given, cash_rounding_minor)
    rounding = rounding_of(sale.total_minor, given)
    return OrderPaid(order=sale.order, bill=bill_id, tenders=given, rounding_minor=rounding, sale=sale)
