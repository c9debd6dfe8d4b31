"""Paying: what is still due, what cash comes to, what change is given, and when an order may close.

Pure. An order closes only when its tenders equal its total (with the rounding of its cash on its own line). Change
comes from cash only. Cash is rounded only on what is left for it after the other tenders. Each tender has a ULID that
it keeps, so that saying it twice charges once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from station.domain.facts import Tender
from station.domain.money import decimals, round_cash
from station.errors import OrderRefused

# Notes that a guest is likely to hand over, in hundredths; yen and their like come in the same figures.
_NOTES = (500, 1_000, 2_000, 5_000, 10_000, 20_000)
_STEPS = (100, 500, 1_000)


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be paid: `exact_minor` by card or voucher, `cash_minor` in cash."""

    exact_minor: int
    cash_minor: int

    @property
    def rounding_minor(self) -> int:
        return self.cash_minor - self.exact_minor


def due(total_minor: int, tenders: Iterable[Tender], cash_rounding_minor: int) -> Due:
    """What is left after the approved tenders. With cash among them nothing is left: cash always comes last."""
    left = max(0, total_minor - paid_minor(tenders))
    return Due(left, round_cash(left, cash_rounding_minor))


def paid_minor(tenders: Iterable[Tender]) -> int:
    """What was really paid: a declined tender paid nothing, and neither did one of which nobody knows."""
    return sum(tender.amount_minor for tender in tenders if tender.state == "approved")


def cash(open_due: Due, given_minor: int, tender_id: str) -> Tender:
    """Cash for all that is left, with its change. Raises OrderRefused when too little was given."""
    if given_minor < open_due.cash_minor:
        raise OrderRefused("that is less than what is due; take more, or another way to pay")
    return Tender(
        id=tender_id,
        kind="cash",
        amount_minor=open_due.cash_minor,
        given_minor=given_minor,
        change_minor=given_minor - open_due.cash_minor,
    )


def card(open_due: Due, tender_id: str, reference: str = "terminal") -> Tender:
    """A card payment that the cashier saw approved on the terminal: exactly what is due, never with change."""
    amount = open_due.exact_minor
    return Tender(id=tender_id, kind="card", amount_minor=amount, given_minor=amount, reference=reference)


def rounding_of(total_minor: int, tenders: Iterable[Tender]) -> int:
    """The line that cash rounding adds to the order: nothing unless cash was taken."""
    paid = tuple(tenders)
    return paid_minor(paid) - total_minor if any(tender.kind == "cash" for tender in paid) else 0


def check_closes(total_minor: int, tenders: Iterable[Tender], cash_rounding_minor: int) -> None:
    """Raises OrderRefused unless the tenders pay the order: no less, no more, and change from cash only."""
    paid = tuple(tenders)
    if any(tender.change_minor and tender.kind != "cash" for tender in paid):
        raise OrderRefused("change comes from cash only; take the exact amount by card")
    if any(tender.given_minor - tender.change_minor != tender.amount_minor for tender in paid):
        raise OrderRefused("what was given less the change is not what was paid; take the payment again")
    if len({tender.id for tender in paid}) != len(paid):
        raise OrderRefused("the same payment is there twice; take the payment again")
    in_cash = [tender for tender in paid if tender.kind == "cash"]
    others = [tender for tender in paid if tender.kind != "cash"]
    left = total_minor - paid_minor(others)
    wanted = round_cash(left, cash_rounding_minor) if in_cash and left >= 0 else left
    if len(in_cash) > 1 or paid_minor(in_cash) != wanted:
        raise OrderRefused("the payments are not the order's total; take the payment again")


def quick_cash(cash_minor: int, currency: str) -> tuple[int, ...]:
    """What a guest probably hands over for this, beyond the exact amount: the next whole sums, then the next notes.

    18.40 gives 19.00, 20.00, 50.00 and 100.00.
    """
    scale = 10 if decimals(currency) == 3 else 1
    amounts = {-(-cash_minor // (step * scale)) * step * scale for step in _STEPS}
    amounts |= {note * scale for note in _NOTES}
    return tuple(sorted(amount for amount in amounts if amount > cash_minor))[:4]
