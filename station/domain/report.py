"""Reports as tables: the same rows whether they go on a screen, into a file for a spreadsheet, or on paper.

Pure. Amounts stay integers in minor units until they are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from station.domain.money import decimals, format_minor, format_rate
from station.domain.takings import DrawerSum, Takings

Kind = Literal["text", "number", "money"]
Cell = str | int | None


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Report:
    """`note`: of what and when. `totals`: a last row, where adding up makes sense. `warnings`: what the reader must see first."""

    title: str
    note: str
    currency: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] = ()
    warnings: tuple[str, ...] = ()

    def shown(self, row: Sequence[Cell]) -> list[str]:
        """For people: amounts with their decimals and thousands."""
        return [
            ""
            if cell is None
            else format_minor(int(cell), self.currency, sign=False)
            if column.kind == "money"
            else str(cell)
            for column, cell in zip(self.columns, row, strict=True)
        ]

    def plain(self, row: Sequence[Cell]) -> list[str]:
        """For programs: amounts as decimals with a point."""
        return [
            "" if cell is None else _decimal(int(cell), self.currency) if column.kind == "money" else str(cell)
            for column, cell in zip(self.columns, row, strict=True)
        ]


_DAY_COLUMNS: Final = (
    Column("section"),
    Column("what"),
    Column("number", "number"),
    Column("net", "money"),
    Column("tax", "money"),
    Column("amount", "money"),
)


def day_report(takings: Takings) -> Report:
    """An X or a Z report."""
    name = f"Z report {takings.z_number}" if takings.z_number else "X report"
    whose = f"till {takings.station.upper()}" if takings.station else "the whole shop"
    made = f", made {takings.at} by {takings.by}" if takings.at else ""
    return Report(
        name,
        f"{takings.shop}, business day {takings.business_date}, {whose}{made}",
        takings.currency,
        _DAY_COLUMNS,
        tuple(_day_rows(takings)),
        warnings=tuple(f"The figures do not agree: {line}" for line in takings.disagreements()),
    )


def sales_report(days: Sequence[Takings]) -> Report:
    """One row a business day."""
    columns = (
        Column("day"),
        Column("Z", "number"),
        Column("orders", "number"),
        Column("items", "number"),
        *(
            Column(name, "money")
            for name in ("turnover", "net", "tax", "discounts", "refunds", "cash", "card", "voucher")
        ),
    )
    rows = tuple(
        (
            one.business_date,
            one.z_number,
            one.orders,
            one.items,
            one.goods_minor,
            one.net_minor,
            one.tax_minor,
            one.discounts_minor,
            one.refunded_minor,
            *(_tender(one, kind) for kind in ("cash", "card", "voucher")),
        )
        for one in days
    )
    shop = days[0].shop if days else ""
    note = f"{shop}, {days[0].business_date} to {days[-1].business_date}" if days else "no business day in that time"
    return Report("Sales", note, days[0].currency if days else "EUR", columns, rows, _totals(rows, skip=2))


def table_report(
    title: str, note: str, currency: str, columns: tuple[Column, ...], rows: Iterable[tuple[Cell, ...]], *, totals: bool
) -> Report:
    """Any table; `totals`: with a last row that adds up every column but the first."""
    kept = tuple(rows)
    return Report(title, note, currency, columns, kept, _totals(kept, skip=1) if totals and kept else ())


def _totals(rows: Sequence[tuple[Cell, ...]], *, skip: int) -> tuple[Cell, ...]:
    if not rows:
        return ()
    width = len(rows[0])
    sums = [sum(cell for row in rows if isinstance(cell := row[at], int)) for at in range(skip, width)]
    return ("All", *([None] * (skip - 1)), *sums)


def _tender(takings: Takings, kind: str) -> int:
    return sum(one.amount_minor for one in takings.tenders if one.kind == kind)


def _day_rows(takings: Takings) -> Iterator[tuple[Cell, ...]]:
    yield ("Sold", "orders", takings.orders, None, None, None)
    yield ("Sold", "items", takings.items, None, None, takings.sales_minor)
    yield ("Sold", "voided before payment", takings.voids, None, None, -takings.voids_minor)
    for off in takings.discounts:
        yield ("Discounts", off.name, off.count, None, None, -off.amount_minor)
    yield ("Sold", "turnover", None, takings.net_minor, takings.tax_minor, takings.goods_minor)
    for rate in takings.rates:
        yield ("Tax", format_rate(rate.tax_bp), None, rate.net_minor, rate.tax_minor, rate.gross_minor)
    yield ("Deposits", "taken", None, None, None, takings.deposits_minor)
    yield ("Deposits", "given back", None, None, None, -takings.deposits_back_minor)
    yield ("Sold", "with deposits", None, None, None, takings.total_minor)
    yield ("Sold", "cash rounding", None, None, None, takings.rounding_minor)
    yield from _paid_rows(takings)
    for back in takings.refund_rates:
        yield (
            "Refunds",
            f"goods {format_rate(back.tax_bp)}",
            None,
            -back.net_minor,
            -back.tax_minor,
            -back.gross_minor,
        )
    yield ("Refunds", "deposits", None, None, None, -takings.refund_deposits_minor)
    yield ("Refunds", "cash rounding", None, None, None, -takings.refund_rounding_minor)
    yield ("Refunds", "all", takings.refunds, None, None, -takings.refunded_minor)
    for drawer in takings.drawers:
        yield from _drawer_rows(drawer)
    for name in takings.carried:
        yield ("Carried over", name, None, None, None, None)
    if not takings.station:
        yield ("Grand total", "before", None, None, None, takings.grand_before_minor)
        yield ("Grand total", "now", None, None, None, takings.grand_minor)


def _paid_rows(takings: Takings) -> Iterator[tuple[Cell, ...]]:
    for one in takings.tenders:
        yield ("Payments", one.kind, one.count, None, None, one.amount_minor)
        if one.tips_minor:
            yield ("Payments", f"{one.kind}, tips on top", None, None, None, one.tips_minor)
        if one.refunds_minor:
            yield ("Payments", f"{one.kind}, went back", None, None, None, -one.refunds_minor)
    if takings.unknown:
        yield ("Payments", "cards nobody knew of", takings.unknown, None, None, takings.unknown_minor)
    if takings.approved_later_minor:
        yield ("Payments", "of them approved since", None, None, None, takings.approved_later_minor)
    if takings.declined_later_minor:
        yield ("Payments", "of them declined since", None, None, None, takings.declined_later_minor)
    if takings.unpaid_minor:
        yield ("Payments", "not paid yet, less what was of before", None, None, None, takings.unpaid_minor)


def _drawer_rows(drawer: DrawerSum) -> Iterator[tuple[Cell, ...]]:
    name = " ".join(part for part in ("Drawer", drawer.station.upper(), drawer.opened_by) if part)
    told: tuple[tuple[str, int], ...] = (
        ("float", drawer.float_minor),
        ("cash", drawer.cash_minor),
        ("tips", drawer.tips_minor),
        ("refunds", -drawer.refunds_minor),
        ("paid in", drawer.paid_in_minor),
        ("paid out", drawer.paid_out_minor),
        ("to the safe", drawer.drops_minor),
        ("expected", drawer.expected_minor),
    )
    yield from ((name, what, None, None, None, amount) for what, amount in told)
    yield (name, "opened without a sale", drawer.no_sales, None, None, None)
    if drawer.counted_minor is None:
        yield (name, "not counted yet", None, None, None, None)
        return
    yield (name, "counted", None, None, None, drawer.counted_minor)
    yield (name, "difference", None, None, None, drawer.variance_minor)


def _decimal(minor: int, currency: str) -> str:
    places = decimals(currency)
    whole, rest = divmod(abs(minor), 10**places)
    sign = "-" if minor < 0 else ""
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"
