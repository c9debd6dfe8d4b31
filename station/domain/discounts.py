"""Discounts while an order is being taken: the shop's own, and those that somebody types; who may give them, and how much.

Pure. A discount stays with the order or line on which it was given, and is worked out anew with every change of it
(`domain/pricing.py`).
"""

from dataclasses import replace
from typing import Final, Literal

from station.domain.draft import Draft, Reduction
from station.domain.menu import Discount
from station.domain.money import BP, format_minor, format_rate
from station.domain.pricing import price
from station.errors import OrderRefused

PERMISSION: Final = "order.discount"
MOST: Final = 6
"""So many discounts one order may have."""


def typed(kind: Literal["percent", "amount"], value: int, currency: str, *, on_line: bool) -> Discount:
    """A discount that is none of the shop's own: always with a reason. `value`: basis points, or minor units.

    Raises OrderRefused when it is nothing, or more than all.
    """
    if value <= 0 or (kind == "percent" and value > BP):
        raise OrderRefused("type what comes off: 1 to 100 per cent, or an amount")
    name = f"{format_rate(value)} off" if kind == "percent" else f"{format_minor(value, currency)} off"
    return Discount("", name, kind, value, "line" if on_line else "order", needs_reason=True, permission=PERMISSION)


def reduced(draft: Draft, reduction: Reduction, limit_bp: int) -> Draft:
    """The draft with this discount. `limit_bp`: no discount that somebody types takes off more than this of what it is given on.

    Raises OrderRefused when it does not fit: nothing to take it off, given already, no reason where one is needed, over the limit.
    """
    discount, line_id = reduction.discount, reduction.line_id
    if not draft.lines or (line_id is not None and draft.line(line_id) is None):
        raise OrderRefused("there is nothing to take it off")
    if discount.needs_reason and not reduction.reason:
        raise OrderRefused(f"{discount.name}: say why")
    same = [one for one in draft.reductions if one.line_id == line_id and one.discount.id == discount.id]
    if discount.id and same:
        raise OrderRefused(f"{discount.name} is given already")
    if len(draft.reductions) >= MOST:
        raise OrderRefused(f"an order has at most {MOST} discounts; take one back first")
    after = replace(draft, reductions=(*draft.reductions, reduction))
    priced = price(after)
    if not priced.off(reduction.id):
        raise OrderRefused(f"{discount.name}: nothing is left to take it off")
    if not discount.id and priced.off(reduction.id) * BP > limit_bp * _before(draft, line_id):
        raise OrderRefused(
            f"more than {format_rate(limit_bp)} may not come off here; ask the manager for another limit"
        )
    return after


def unreduced(draft: Draft, reduction_id: str) -> Draft:
    """Without this discount."""
    return replace(draft, reductions=tuple(one for one in draft.reductions if one.id != reduction_id))


def _before(draft: Draft, line_id: str | None) -> int:
    return sum(one.due_minor for one in price(draft).lines if line_id in {None, one.line.id})
