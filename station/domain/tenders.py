"""Paying: what is still due, what cash comes to, what change is given, how a bill is split, and when an order may close.

Pure. An order closes only when its tenders equal its total (with the rounding of its cash on its own line). Change
comes from cash only. Cash is rounded only on what is left for it after the other tenders. Each tender has a ULID that
it keeps, so that saying it twice charges once. A card of which nobody knows whether it went through pays, too: the guest has gone
with the food, and the till shows it until somebody knows. Tips come on top of all this, and are no part of it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from station.domain.facts import Tender, TenderState
from station.domain.money import decimals, round_cash
from station.errors import OrderRefused

# Notes that a guest is likely to hand over, in hundredths; yen and their like come in the same figures.
_NOTES = (500, 1_000, 2_000, 5_000, 10_000, 20_000)
_STEPS = (100, 500, 1_000)
MAX_SHARES: Final = 20


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid: `exact_minor` by card or voucher, `cash_minor` in cash."""

    exact_minor: int
    cash_minor: int

    @property
    def rounding_minor(self) -> int:
        return self.cash_minor - self.exact_minor


def due(total_minor: int, tenders: Iterable[Tender], cash_rounding_minor: int) -> Due:
    """What is left after the tenders that paid. Once cash has paid all that it can, nothing is left."""
    paid = tuple(tenders)
    left = total_minor - paid_minor(paid)
    in_cash = round_cash(left, cash_rounding_minor)
    if any(tender.kind == "cash" for tender in paid) and in_cash <= 0:
        return Due(0, 0)
    return Due(max(0, left), max(0, in_cash))


def part_of(open_due: Due, part_minor: int, cash_rounding_minor: int) -> Due:
    """So much of what is due, for one of several who pay. A last part that is all that is left is that, to the unit."""
    exact = min(part_minor, open_due.exact_minor)
    if exact == open_due.exact_minor:
        return open_due
    return Due(exact, min(round_cash(exact, cash_rounding_minor), open_due.cash_minor))


def equal_parts(total_minor: int, payers: int, cash_rounding_minor: int) -> tuple[int, ...]:
    """The total in equal parts that cash can pay; what is left over stands on the last. Raises OrderRefused for too many."""
    if not 2 <= payers <= MAX_SHARES:
        raise OrderRefused(f"a bill is split among 2 to {MAX_SHARES}")
    each = total_minor // payers // cash_rounding_minor * cash_rounding_minor
    return (*([each] * (payers - 1)), total_minor - each * (payers - 1))


def paid_minor(tenders: Iterable[Tender]) -> int:
    """What was paid, or perhaps was: a declined tender paid nothing."""
    return sum(tender.amount_minor for tender in tenders if tender.state != "declined")


def open_cards(tenders: Iterable[Tender]) -> tuple[Tender, ...]:
    """Those of which nobody knows whether they went through."""
    return tuple(tender for tender in tenders if tender.state == "unknown")


def cash(open_due: Due, given_minor: int, tender_id: str, *, tip_minor: int = 0, share: str = "") -> Tender:
    """Cash for all that is due here, with its change. `given_minor`: all that was handed over, the tip in it.

    Raises OrderRefused when too little was given.
    """
    given = given_minor - tip_minor
    if given < open_due.cash_minor:
        raise OrderRefused("that is less than what is due; take more, or another way to pay")
    return Tender(
        id=tender_id,
        kind="cash",
        amount_minor=open_due.cash_minor,
        given_minor=given,
        change_minor=given - open_due.cash_minor,
        tip_minor=tip_minor,
        share=share,
    )


def card(
    open_due: Due,
    tender_id: str,
    reference: str = "",
    *,
    state: TenderState = "approved",
    tip_minor: int = 0,
    share: str = "",
) -> Tender:
    """A card on the standalone terminal: exactly what is due, never with change. `state`: what the cashier saw there."""
    amount = open_due.exact_minor
    return Tender(
        id=tender_id,
        kind="card",
        amount_minor=amount,
        given_minor=amount,
        reference=reference,
        state=state,
        tip_minor=tip_minor,
        share=share,
    )


def voucher(open_due: Due, worth_minor: int, tender_id: str, reference: str = "", *, share: str = "") -> Tender:
    """A voucher pays up to what it is worth, and never more than is due: nothing comes back of it."""
    amount = min(worth_minor, open_due.exact_minor)
    if amount <= 0:
        raise OrderRefused("a voucher of nothing pays nothing; type what it is worth")
    return Tender(
        id=tender_id, kind="voucher", amount_minor=amount, given_minor=amount, reference=reference, share=share
    )


def rounding_of(total_minor: int, tenders: Iterable[Tender]) -> int:
    """The line that cash rounding adds to the order: nothing unless cash was taken."""
    paid = tuple(tenders)
    return paid_minor(paid) - total_minor if any(tender.kind == "cash" for tender in paid) else 0


def check_closes(total_minor: int, tenders: Collection[Tender], cash_rounding_minor: int) -> None:
    """Raises OrderRefused unless the tenders pay the order: no less, no more, and change from cash only."""
    paid = tuple(tenders)
    _check_each(paid)
    in_cash = [tender for tender in paid if tender.kind == "cash"]
    left = total_minor - paid_minor(tender for tender in paid if tender.kind != "cash")
    wanted = round_cash(left, cash_rounding_minor) if in_cash and left >= 0 else left
    if paid_minor(in_cash) != wanted:
        raise OrderRefused("the payments are not the order's total; take the payment again")


def _check_each(paid: Sequence[Tender]) -> None:
    if any(tender.change_minor and tender.kind != "cash" for tender in paid):
        raise OrderRefused("change comes from cash only; take the exact amount by card")
    if any(tender.given_minor - tender.change_minor != tender.amount_minor for tender in paid):
        raise OrderRefused("what was given less the change is not what was paid; take the payment again")
    if any(tender.tip_minor < 0 or (tender.state == "declined" and tender.tip_minor) for tender in paid):
        raise OrderRefused("a tip is what is given on top, by a payment that went through; take the payment again")
    if any(tender.state != "approved" and tender.kind != "card" for tender in paid):
        raise OrderRefused("only a card can be declined or unknown; take the payment again")
    if len({tender.id for tender in paid}) != len(paid):
        raise OrderRefused("the same payment is there twice; take the payment again")


def quick_cash(cash_minor: int, currency: str) -> tuple[int, ...]:
    """What a guest probably hands over for this, beyond the exact amount: the next whole sums, then the next notes.

    18.40 gives 19.00, 20.00, 50.00 and 100.00.
    """
    scale = 10 if decimals(currency) == 3 else 1
    amounts = {-(-cash_minor // (step * scale)) * step * scale for step in _STEPS}
    amounts |= {note * scale for note in _NOTES}
    return tuple(sorted(amount for amount in amounts if amount > cash_minor))[:4]
