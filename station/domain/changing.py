"""An order is changed after it was sent: what comes to it, and what the kitchen shall leave, become one fact.

Pure. Only what changed goes to the kitchen: what is added as another part of the same order, what is taken away as a smaller count of
the line that is there already. Where nothing was paid yet what is taken away is voided, below zero, and the bill is put right; where it was
paid, it is refunded, which is a fact of its own (`domain/refunds.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from station.domain import token
from station.domain.bills import Bill, bill_token
from station.domain.clashes import Clash, clashes
from station.domain.draft import Draft
from station.domain.facts import AllergyConfirmed, OrderChanged, OrderSent, SoldLine, Take, Tender
from station.domain.money import tax_contained
from station.domain.orders import Sale, check_sendable, sold_lines, token_line
from station.domain.pricing import price
from station.domain.tenders import check_closes, rounding_of
from station.errors import OrderRefused

PERMISSION: Final = "line.void"


NOTHING: Final = Draft()


@dataclass(frozen=True, slots=True)
class Before:
    """The order as it is: how it was sent, of each line how many are left, and the number of its next part."""

    sale: OrderSent
    lines: tuple[SoldLine, ...]
    next_part: str


@dataclass(frozen=True, slots=True)
class Wish:
    """`left`: of each line that changes, how many shall be left. `added`: what comes to it. `why`: of what is taken away."""

    left: Mapping[str, int]
    added: Draft = NOTHING
    why: str = ""
    approved_by: str | None = None

    @property
    def is_empty(self) -> bool:
        return not self.left and not self.added.lines


@dataclass(frozen=True, slots=True)
class Paying:
    """How what was added is paid, with which cash rounding."""

    tenders: tuple[Tender, ...]
    cash_rounding_minor: int


def cancelled(before: Before) -> Mapping[str, int]:
    """Nothing is left of it."""
    return {line.id: 0 for line in before.lines}


def change_unpaid(
    before: Before,
    bill: Bill,
    bill_was: str,
    wish: Wish,
    sale: Sale,
    new_id: Callable[[], str],
    confirmed: Sequence[Clash] = (),
) -> OrderChanged:
    """The change of an order whose bill is open: what is taken away is voided. Raises OrderRefused."""
    _check(before, wish)
    voids = tuple(_void(line, wish.left[line.id], wish.why, new_id()) for line in before.lines if line.id in wish.left)
    fact = _changed(before, wish, sale, (*voids, *_added(wish.added, new_id)), confirmed)
    after = Bill(bill.sale, (*bill.changes, fact), bill.staff or sale.staff.id)
    if not after.lines:
        return msgspec.structs.replace(fact, bill_was=bill_was, cancel=True)
    return msgspec.structs.replace(fact, bill=bill_token(after, new_id(), after.staff), bill_was=bill_was)


def change_paid(
    before: Before,
    wish: Wish,
    sale: Sale,
    paying: Paying,
    new_id: Callable[[], str],
    confirmed: Sequence[Clash] = (),
) -> OrderChanged:
    """The change of an order that was paid: what is added is paid, what is taken away only leaves the kitchen. Raises OrderRefused."""
    _check(before, wish)
    fact = _changed(before, wish, sale, _added(wish.added, new_id), confirmed)
    if not fact.lines:
        return fact
    check_closes(fact.total_minor, paying.tenders, paying.cash_rounding_minor)
    rounding = rounding_of(fact.total_minor, paying.tenders)
    return msgspec.structs.replace(fact, tenders=paying.tenders, rounding_minor=rounding, drawer=sale.drawer)


def _check(before: Before, wish: Wish) -> None:
    if wish.is_empty:
        raise OrderRefused("nothing is changed; tap what shall be more or less")
    there = {line.id: line.count for line in before.lines}
    for key, left in wish.left.items():
        if key not in there or not 0 <= left < there[key]:
            raise OrderRefused("the order has changed meanwhile; look at it again")
    if wish.left and not wish.why.strip():
        raise OrderRefused("say why it is taken away")
    if wish.added.lines:
        check_sendable(wish.added)
    if wish.added.reductions or wish.added.deposits_back:
        raise OrderRefused("discounts and deposits go on an order of their own")


def _changed(
    before: Before, wish: Wish, sale: Sale, lines: tuple[SoldLine, ...], confirmed: Sequence[Clash]
) -> OrderChanged:
    added = tuple(line for line in lines if line.voids is None)
    told = {clash.line_id for clash in confirmed}
    return OrderChanged(
        change=sale.order,
        order=before.sale.order,
        number=before.sale.number,
        business_day=sale.business_day_id,
        mode=before.sale.mode,
        at=sale.at,
        lines=lines,
        total_minor=sum(line.total_minor + line.deposit_minor * line.count for line in lines),
        tax_minor=sum(line.tax_minor for line in lines),
        currency=before.sale.currency,
        confirmed=tuple(
            AllergyConfirmed(line=clash.line_id, answers={code: str(answer) for code, answer in clash.answers})
            for clash in clashes(wish.added)
            if clash.line_id in told
        ),
        token=_token(before, added, sale) if added else None,
        takes=tuple(
            Take(line=line.id, before=line.count, left=wish.left[line.id])
            for line in before.lines
            if line.id in wish.left
        ),
        cancel=not added and all(wish.left.get(line.id) == 0 for line in before.lines),
        why=wish.why.strip(),
        approved_by=wish.approved_by,
        training=sale.training,
        on=sale.station,
        by=sale.staff.id,
    )


def _added(draft: Draft, new_id: Callable[[], str]) -> tuple[SoldLine, ...]:
    return sold_lines(price(draft), new_id) if draft.lines else ()


def _void(line: SoldLine, left: int, why: str, key: str) -> SoldLine:
    """So many of the line fewer; its tax is what the line's tax is less then."""
    count = line.count - left
    before, after = line.unit_minor * line.count, line.unit_minor * left
    return SoldLine(
        id=key,
        item=line.item,
        recipe=line.recipe,
        name=line.name,
        count=count,
        unit_minor=-line.unit_minor,
        total_minor=-line.unit_minor * count,
        tax_bp=line.tax_bp,
        tax_minor=tax_contained(after, line.tax_bp) - tax_contained(before, line.tax_bp),
        group=line.group,
        weight=line.weight,
        note=why.strip(),
        deposit_minor=-line.deposit_minor,
        voids=line.id,
    )


def _token(before: Before, added: Sequence[SoldLine], sale: Sale) -> token.Body:
    """Another part of the same order, as old as the change."""
    was = before.sale.token
    return token.Body(
        order=was.order,
        number=was.number,
        part=before.next_part,
        mode=was.mode,
        placed_at=sale.at,
        placed_by=sale.staff.name,
        placed_on=sale.station,
        training=sale.training,
        customer=was.customer,
        lines=tuple(map(token_line, added)),
        changes=(token.Change(what="added to the order", by=sale.staff.name, at=sale.at),),
    )
