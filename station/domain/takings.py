"""What was taken on a business day, or so far: the figures of an X and a Z report, in minor units, and how they must agree.

Pure. The same record whether it is summed up from the master's rows, the replica's, or one till's own journal.
"""

from typing import Final, Literal

import msgspec

Kind = Literal["cash", "card", "voucher"]
KINDS: Final[tuple[Kind, ...]] = ("cash", "card", "voucher")


class _Figures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base: written as JSON into the master when the day is closed."""


class Rate(_Figures, frozen=True, kw_only=True, omit_defaults=True):
    """What was sold, or refunded, at one tax rate: net + tax = gross. Deposits are at none."""

    tax_bp: int
    gross_minor: int = 0
    tax_minor: int = 0

    @property
    def net_minor(self) -> int:
        return self.gross_minor - self.tax_minor


class Named(_Figures, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    count: int
    amount_minor: int


class TenderSum(_Figures, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of payment: those that went through. `refunds_minor` went back the same way."""

    kind: Kind
    count: int = 0
    amount_minor: int = 0
    tips_minor: int = 0
    refunds_minor: int = 0


class DrawerSum(_Figures, frozen=True, kw_only=True, omit_defaults=True):
    """One drawer, from when it was put in until it was counted (`counted_minor` is None: not yet)."""

    session: str
    station: str
    opened_by: str = ""
    float_minor: int = 0
    cash_minor: int = 0
    tips_minor: int = 0
    refunds_minor: int = 0
    paid_in_minor: int = 0
    paid_out_minor: int = 0
    drops_minor: int = 0
    no_sales: int = 0
    counted_minor: int | None = None

    @property
    def expected_minor(self) -> int:
        """What should be in it. What went out is below zero already, refunds are not."""
        moved = self.paid_in_minor + self.paid_out_minor + self.drops_minor
        return self.float_minor + self.cash_minor + self.tips_minor - self.refunds_minor + moved

    @property
    def variance_minor(self) -> int | None:
        """More (or, below zero, less) than there should be; None before it was counted."""
        return None if self.counted_minor is None else self.counted_minor - self.expected_minor


class Takings(_Figures, frozen=True, kw_only=True, omit_defaults=True):
    """`station`: of one till only ("": the whole shop). `rates`: after voids and discounts, before refunds.

    `unknown_*`: cards of which nobody knew when their order was closed; `approved_later_minor` and `declined_later_minor`: what became
    of such ones since. `unpaid_minor`: what was sold and not paid, less what was paid of earlier days' orders.
    """

    shop: str = ""
    currency: str
    business_date: str
    station: str = ""
    at: str = ""
    by: str = ""
    z_number: int | None = None
    orders: int = 0
    items: int = 0
    sales_minor: int = 0
    voids: int = 0
    voids_minor: int = 0
    discounts: tuple[Named, ...] = ()
    deposits_minor: int = 0
    deposits_back_minor: int = 0
    rates: tuple[Rate, ...] = ()
    refunds: int = 0
    refund_rates: tuple[Rate, ...] = ()
    refund_deposits_minor: int = 0
    refund_rounding_minor: int = 0
    rounding_minor: int = 0
    tenders: tuple[TenderSum, ...] = ()
    unknown: int = 0
    unknown_minor: int = 0
    approved_later_minor: int = 0
    declined_later_minor: int = 0
    unpaid_minor: int = 0
    drawers: tuple[DrawerSum, ...] = ()
    carried: tuple[str, ...] = ()
    grand_before_minor: int = 0

    @property
    def discounts_minor(self) -> int:
        return sum(one.amount_minor for one in self.discounts)

    @property
    def goods_minor(self) -> int:
        """What was sold, after voids and discounts, tax in it: the turnover."""
        return self.sales_minor - self.voids_minor - self.discounts_minor

    @property
    def tax_minor(self) -> int:
        return sum(rate.tax_minor for rate in self.rates)

    @property
    def net_minor(self) -> int:
        return self.goods_minor - self.tax_minor

    @property
    def total_minor(self) -> int:
        """What guests had to pay, before cash was rounded."""
        return self.goods_minor + self.deposits_minor - self.deposits_back_minor

    @property
    def refunded_goods_minor(self) -> int:
        return sum(rate.gross_minor for rate in self.refund_rates)

    @property
    def refunded_minor(self) -> int:
        """What guests got back."""
        return self.refunded_goods_minor + self.refund_deposits_minor + self.refund_rounding_minor

    @property
    def taken_minor(self) -> int:
        """What payments paid of orders, tips not in it; unknown ones with it."""
        return sum(tender.amount_minor for tender in self.tenders) + self.unknown_minor

    @property
    def grand_minor(self) -> int:
        """Goods sold less goods refunded, since the first day: it never goes back to nothing."""
        return self.grand_before_minor + self.goods_minor - self.refunded_goods_minor

    def disagreements(self) -> tuple[str, ...]:
        """Each sum that does not agree with another one, in words; none in a sound report."""
        pairs = (
            ("the rates and the turnover", sum(rate.gross_minor for rate in self.rates), self.goods_minor),
            (
                "what was sold and what was paid",
                self.total_minor + self.rounding_minor,
                self.taken_minor + self.unpaid_minor,
            ),
            ("the refunds by payment and by rate", sum(one.refunds_minor for one in self.tenders), self.refunded_minor),
        )
        return tuple(f"{what} differ by {left - right}" for what, left, right in pairs if left != right)
