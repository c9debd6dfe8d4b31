"""The X report of one till, from its own journal: with the master away, and at once.

Pure. The same figures that the master makes of this till's rows.
"""

from collections.abc import Iterable, Iterator

import msgspec

from station.domain.facts import OrderRefunded, SoldLine, Tender
from station.domain.ledger import Drawer, Ledger
from station.domain.menu import Shop
from station.domain.sold import SoldOrder, goods_of
from station.domain.takings import KINDS, DrawerSum, Named, Rate, Takings, TenderSum


def till_takings(ledger: Ledger, shop: Shop, station: str) -> Takings:
    """What this till sold, took and gave back on the business day that is open."""
    day = shop.business_day_id
    orders = list(ledger.orders.values())
    sold = [one for one in orders if one.sale.business_day == day and one.sale.token.placed_on == station]
    paid_here = [one for one in orders if one.is_paid]
    changes = [change for one in orders for change in one.changes if change.business_day == day]
    lines = [*(line for one in sold for line in one.sale.lines), *(line for change in changes for line in change.lines)]
    refunds = [refund for one in orders for refund in one.refunds if refund.business_day == day]
    tenders = list(_tenders(paid_here, day))
    total = Takings(
        shop=shop.name,
        currency=shop.menu.currency,
        business_date=shop.business_day,
        station=station,
        orders=len(sold),
        items=sum(-line.count if line.voids else line.count for line in lines),
        sales_minor=sum(line.total_minor for line in lines if not line.voids),
        voids=sum(1 for line in lines if line.voids),
        voids_minor=-sum(line.total_minor for line in lines if line.voids),
        deposits_minor=sum(line.deposit_minor * line.count for line in lines),
        deposits_back_minor=sum(one.sale.deposits_back_minor for one in sold),
        discounts=_discounts(sold),
        rates=_rates(lines, sold),
        refunds=len({refund.order for refund in refunds}),
        refund_rates=_refund_rates(refunds),
        refund_deposits_minor=sum(part.deposit_minor for refund in refunds for part in refund.parts),
        refund_rounding_minor=sum(part.rounding_minor for refund in refunds for part in refund.parts),
        rounding_minor=sum(one.rounding_minor for one in paid_here if one.sale.business_day == day),
        tenders=_sums(tenders, refunds),
        unknown=sum(1 for tender in tenders if tender.state == "unknown"),
        unknown_minor=sum(tender.amount_minor for tender in tenders if tender.state == "unknown"),
        drawers=() if ledger.drawer is None else (_drawer(ledger.drawer, station, orders),),
    )
    left = total.total_minor + total.rounding_minor - total.taken_minor
    return msgspec.structs.replace(total, unpaid_minor=left)


def _tenders(orders: Iterable[SoldOrder], day: str) -> Iterator[Tender]:
    """As they were taken: what became of an unknown one since is not theirs."""
    for one in orders:
        if one.sale.business_day == day:
            yield from one.sale.tenders
            if one.payment is not None:
                yield from one.payment.tenders
        for change in one.changes:
            if change.business_day == day:
                yield from change.tenders


def _discounts(orders: Iterable[SoldOrder]) -> tuple[Named, ...]:
    amounts: dict[str, int] = {}
    given: dict[str, set[str]] = {}
    for one in orders:
        for off in one.discounts:
            amounts[off.name] = amounts.get(off.name, 0) + off.amount_minor
            given.setdefault(off.name, set()).add(one.sale.order)
    return tuple(Named(name=name, count=len(given[name]), amount_minor=amounts[name]) for name in sorted(amounts))


def _rates(lines: Iterable[SoldLine], orders: Iterable[SoldOrder]) -> tuple[Rate, ...]:
    gross: dict[int, int] = {}
    tax: dict[int, int] = {}
    for line in lines:
        gross[line.tax_bp] = gross.get(line.tax_bp, 0) + line.total_minor
        tax[line.tax_bp] = tax.get(line.tax_bp, 0) + line.tax_minor
    for one in orders:
        for off in one.discounts:
            gross[off.tax_bp] = gross.get(off.tax_bp, 0) - off.amount_minor
            tax[off.tax_bp] = tax.get(off.tax_bp, 0) - off.tax_minor
    return tuple(Rate(tax_bp=rate, gross_minor=gross[rate], tax_minor=tax[rate]) for rate in sorted(gross))


def _refund_rates(refunds: Iterable[OrderRefunded]) -> tuple[Rate, ...]:
    gross: dict[int, int] = {}
    tax: dict[int, int] = {}
    for refund in refunds:
        for part in refund.parts:
            gross[part.tax_bp] = gross.get(part.tax_bp, 0) + goods_of(part)
            tax[part.tax_bp] = tax.get(part.tax_bp, 0) + part.tax_minor
    return tuple(Rate(tax_bp=rate, gross_minor=gross[rate], tax_minor=tax[rate]) for rate in sorted(gross))


def _sums(tenders: Iterable[Tender], refunds: Iterable[OrderRefunded]) -> tuple[TenderSum, ...]:
    taken = [tender for tender in tenders if tender.state == "approved"]
    back = [part for refund in refunds for part in refund.parts if part.state != "declined"]
    return tuple(
        TenderSum(
            kind=kind,
            count=sum(1 for tender in taken if tender.kind == kind),
            amount_minor=sum(tender.amount_minor for tender in taken if tender.kind == kind),
            tips_minor=sum(tender.tip_minor for tender in taken if tender.kind == kind),
            refunds_minor=sum(part.amount_minor for part in back if part.kind == kind),
        )
        for kind in KINDS
    )


def _drawer(drawer: Drawer, station: str, orders: Iterable[SoldOrder]) -> DrawerSum:
    cash = tips = back = 0
    for one in orders:
        for fact in (one.sale, one.payment, *one.changes):
            if fact is not None and fact.drawer == drawer.session:
                in_cash = [tender for tender in fact.tenders if tender.kind == "cash"]
                cash += sum(tender.amount_minor for tender in in_cash)
                tips += sum(tender.tip_minor for tender in in_cash)
        for refund in one.refunds:
            if refund.drawer == drawer.session:
                back += sum(part.amount_minor for part in refund.parts if part.kind == "cash")
    moved = {
        move: [one for one in drawer.moves if one.move == move] for move in ("pay_in", "pay_out", "drop", "no_sale")
    }
    return DrawerSum(
        session=drawer.session,
        station=station,
        float_minor=drawer.float_minor,
        cash_minor=cash,
        tips_minor=tips,
        refunds_minor=back,
        paid_in_minor=sum(one.amount_minor for one in moved["pay_in"]),
        paid_out_minor=sum(one.amount_minor for one in moved["pay_out"]),
        drops_minor=sum(one.amount_minor for one in moved["drop"]),
        no_sales=len(moved["no_sale"]),
    )
