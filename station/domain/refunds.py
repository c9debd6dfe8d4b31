"""Money back after payment: linked to the sale, never more than is left of it, each part of it the way it came.

Pure. What one of a line is worth is what was paid for it: its price without what was taken off, to the unit, so that refunding
one after the other gives exactly what refunding all at once does; the tax likewise. What cash had to be rounded is rounded again.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from station.domain.facts import OrderRefunded, Refunded, Tender, TenderState
from station.domain.money import round_cash, tax_contained
from station.domain.sold import LineNow, SoldOrder, goods_of
from station.errors import OrderRefused

PERMISSION: Final = "order.refund"


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of each line, by its id. `deposits`: their packaging came back, too."""

    counts: Mapping[str, int]
    deposits: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Why, with whose approval, out of which drawer, on which day. `card`: what the terminal said of money back to a card."""

    why: str
    business_day: str
    approved_by: str | None = None
    drawer: str | None = None
    card: TenderState = "approved"
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A payment that money can go back to: what it paid of goods and deposits, and in money, and has not given back yet."""

    tender: Tender
    goods_minor: int
    money_minor: int


def everything(order: SoldOrder) -> Wanted:
    """All that is left of it."""
    return Wanted({now.line.id: now.left for now in order.lines if now.left > 0})


def worth_minor(order: SoldOrder, wanted: Wanted) -> int:
    """What the guest gets for it, before the rounding of cash."""
    found = {now.line.id: now for now in order.lines}
    return sum(
        _goods(found[key], count) + (found[key].line.deposit_minor * count if wanted.deposits else 0)
        for key, count in wanted.counts.items()
    )


def ways_back(order: SoldOrder, wanted: Wanted, cash_rounding_minor: int) -> dict[str, int]:
    """How much goes back by which kind of payment."""
    found: dict[str, int] = {}
    for part in _parts(order, wanted, cash_rounding_minor, lambda: "0" * 26, Asked("-", order.sale.business_day)):
        found[part.kind] = found.get(part.kind, 0) + part.amount_minor
    return found


def refund(
    order: SoldOrder, wanted: Wanted, asked: Asked, cash_rounding_minor: int, new_id: Callable[[], str]
) -> OrderRefunded:
    """The fact that gives it back. Raises OrderRefused when there is not so much left of it, when nobody says why, or nothing is due."""
    if not asked.why.strip():
        raise OrderRefused("say why the money goes back")
    found = {now.line.id: now for now in order.lines}
    for key, count in wanted.counts.items():
        if key not in found or not 0 < count <= found[key].left:
            raise OrderRefused("there is not so much left of that order to refund; look at it again")
    if worth_minor(order, wanted) > sum(source.goods_minor for source in sources(order)):
        if order.unsettled:
            raise OrderRefused(
                "a part of it was paid by a card that nobody knows of yet: say first what became of that"
            )
        raise OrderRefused(
            "a part of it was paid with packaging that came back: refund less, and pay that out by itself"
        )
    parts = tuple(_parts(order, wanted, cash_rounding_minor, new_id, asked))
    if not parts:
        raise OrderRefused(
            "nothing was paid for that, or it is less than the smallest coin; there is nothing to refund"
        )
    return OrderRefunded(
        order=order.sale.order,
        number=order.number,
        business_day=asked.business_day,
        parts=parts,
        why=asked.why.strip(),
        approved_by=asked.approved_by,
        drawer=asked.drawer,
    )


def sources(order: SoldOrder) -> tuple[Source, ...]:
    """The payments that are not used up, in the order in which they were taken."""
    back = [part for refund in order.refunds for part in refund.parts]
    found = []
    rounding = order.rounding_minor
    last_cash = next((tender.id for tender in reversed(order.tenders) if tender.kind == "cash"), "")
    for tender in order.tenders:
        if tender.state != "approved":
            continue
        mine = [part for part in back if part.payment == tender.id]
        paid = tender.amount_minor - (rounding if tender.id == last_cash else 0)
        goods = paid - sum(goods_of(part) + part.deposit_minor for part in mine)
        money = tender.amount_minor - sum(part.amount_minor for part in mine)
        if goods > 0:
            found.append(Source(tender, goods, money))
    return tuple(found)


def _goods(now: LineNow, count: int) -> int:
    """What `count` more of it are worth, after those that went back already."""
    kept = now.line.count - now.voided
    before, after = now.refunded, now.refunded + count
    return _share(now.due_minor, after, kept) - _share(now.due_minor, before, kept)


def _share(minor: int, count: int, of: int) -> int:
    return (2 * minor * count + of) // (2 * of) if of else 0


def _parts(
    order: SoldOrder, wanted: Wanted, step_minor: int, new_id: Callable[[], str], asked: Asked
) -> Iterator[Refunded]:
    """Line by line out of one payment after the other; the largest part out of a cash payment has its rounding."""
    by_payment: dict[str, list[Refunded]] = {}
    open_ones = {source.tender.id: source for source in sources(order)}
    left = {key: source.goods_minor for key, source in open_ones.items()}
    for now in order.lines:
        count = wanted.counts.get(now.line.id, 0)
        if count <= 0:
            continue
        deposit = now.line.deposit_minor * count if wanted.deposits else 0
        for part in _of_line(now, count, _goods(now, count), deposit, left):
            tender = open_ones[part.payment].tender
            state, reference = (asked.card, asked.reference) if tender.kind == "card" else ("approved", "")
            made = msgspec.structs.replace(part, id=new_id(), kind=tender.kind, state=state, reference=reference)
            by_payment.setdefault(tender.id, []).append(made)
    for key, parts in by_payment.items():
        yield from _rounded(parts, open_ones[key], left[key], step_minor)


def _of_line(now: LineNow, count: int, goods: int, deposit: int, left: dict[str, int]) -> Iterator[Refunded]:
    """`left` is used up."""
    begun = now.refunded_minor
    for key, room in list(left.items()):
        from_goods = min(goods, room)
        from_deposit = min(deposit, room - from_goods)
        if from_goods + from_deposit <= 0:
            continue
        left[key] -= from_goods + from_deposit
        goods, deposit = goods - from_goods, deposit - from_deposit
        due, rate = now.due_minor, now.line.tax_bp
        tax = tax_contained(due - begun, rate) - tax_contained(due - begun - from_goods, rate)
        begun += from_goods
        yield Refunded(
            id=now.line.id,
            payment=key,
            line=now.line.id,
            count=count,
            amount_minor=from_goods + from_deposit,
            deposit_minor=from_deposit,
            tax_bp=rate,
            tax_minor=tax,
            kind="cash",
        )
        # The items are counted once, whatever many payments they were paid by.
        count = 0


def _rounded(parts: list[Refunded], source: Source, left_minor: int, step_minor: int) -> Iterator[Refunded]:
    """What goes back in cash is what cash can be; the last of a payment is all that it still has."""
    if source.tender.kind != "cash":
        yield from parts
        return
    due = sum(part.amount_minor for part in parts)
    paid = source.money_minor if left_minor == 0 else min(round_cash(due, step_minor), source.money_minor)
    rounding = paid - due
    largest = max(parts, key=lambda part: part.amount_minor)
    if largest.amount_minor + rounding <= 0:
        return
    for part in parts:
        more = rounding if part is largest else 0
        yield msgspec.structs.replace(
            part, amount_minor=part.amount_minor + more, rounding_minor=part.rounding_minor + more
        )
