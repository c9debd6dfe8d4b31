"""What else is printed: an order for the kitchen, X and Z reports, the count of a drawer, and a test page.

Pure, as `receipt.py` is.
"""

from collections.abc import Iterator
from datetime import datetime

from station.domain.allergens import Answer
from station.domain.facts import DrawerCounted
from station.domain.menu import Shop
from station.domain.money import format_minor, format_rate
from station.domain.printed import Code, Element, Pair, Paper, Rule, Space, Table, Words
from station.domain.receipt import MODES, banner, moment
from station.domain.scans import order_code
from station.domain.takings import DrawerSum, Takings, TenderSum
from station.domain.token import Body, Line

_SIGNS = {"added": "+", "removed": "-", "changed": ">"}


def kitchen_ticket(body: Body, shop: Shop) -> Paper:
    """All that a cook needs when no screen shows the order: large, the guest's allergies first."""
    where = " - ".join(part for part in (body.customer.marker, body.customer.name) if part)
    return (
        *banner(training=body.training),
        Words(body.number.upper(), size=4, bold=True, align="center"),
        Words(MODES[body.mode].upper(), size=2, bold=True, align="center"),
        *([Words(where, size=2, align="center")] if where else []),
        Words(f"{moment(body.placed_at, shop)}  {body.placed_on.upper()}  {body.placed_by}", align="center"),
        *([Words(f"PART {body.part}", bold=True, align="center")] if body.part != "1" else []),
        *_allergies(body, shop),
        *([Words(body.note, size=2, bold=True)] if body.note else []),
        Rule(),
        *(element for line in body.lines if line.count for element in _to_make(line, shop)),
        Rule(),
        Code(order_code(body.order), "Scan at the expediter"),
        *banner(training=body.training),
    )


def report_slip(takings: Takings, shop: Shop) -> Paper:
    """An X or a Z report on paper: the same figures as on the screen and in the tables."""
    money = _Money(takings.currency)
    name = f"Z REPORT {takings.z_number}" if takings.z_number else "X REPORT"
    of = f"of {takings.station.upper()} only" if takings.station else "of the whole shop"
    return (
        Words(takings.shop or shop.name, size=2, bold=True, align="center"),
        *(Words(line, align="center") for line in (shop.legal_name, shop.tax_number) if line),
        Words(name, size=2, bold=True, align="center"),
        Words(f"Business day {takings.business_date}, {of}", align="center"),
        *([Words(" ".join(part for part in (takings.at, takings.by) if part), align="center")] if takings.at else []),
        Rule(),
        *_sold(takings, money),
        Rule(),
        *_rates(takings, money),
        Rule(),
        *(element for tender in takings.tenders for element in _tender(tender, money)),
        *_open(takings, money),
        *(element for drawer in takings.drawers for element in _drawer(drawer, money)),
        *_closed(takings, money),
        *(Words(f"!! {line}", bold=True) for line in takings.disagreements()),
    )


def drawer_slip(counted: DrawerCounted, shop: Shop, station: str, at: datetime, staff: str, *, training: bool) -> Paper:
    """For whoever takes the drawer to the office: what was counted, and what should have been in it."""
    money = _Money(shop.menu.currency)
    return (
        *banner(training=training),
        Words(f"DRAWER {station.upper()}", size=2, bold=True, align="center"),
        Words(f"{moment(at, shop)}  {staff}", align="center"),
        Rule(),
        Pair("Expected", money(counted.expected_minor)),
        Pair("Counted", money(counted.counted_minor), bold=True),
        Pair("Difference", money(counted.counted_minor - counted.expected_minor), bold=True, tall=True),
        *([Words(counted.note)] if counted.note else []),
        Space(),
        Words("Signed:   " + "_" * 20),
    )


def test_page(shop: Shop, printer: str, at: datetime) -> Paper:
    """What shows whether a printer is set up well: code pages, sizes, the code, the cut."""
    return (
        Words("PRINTER TEST", size=2, bold=True, align="center"),
        Words(shop.name, align="center"),
        Words(f"{moment(at, shop)}  {printer}", align="center"),
        Rule(),
        Words("€ 1.50  £ ¥  àâçéèêëîïôûùüÿ"),
        Words("ž š č ř ů ő ű ł ą ę  ß ä ö ü å ø æ ñ"),
        Words("Δεν  Зал  (a ? is no character of this printer)"),
        Pair("Left", "12.34 €", bold=True, tall=True),
        *(Words(f"SIZE {size}", size=size) for size in (2, 3, 4)),
        Rule(),
        Code("STATION PRINTER TEST", "The code must be sharp"),
        Words("The paper is cut below this line."),
    )


class _Money:
    """Bare numbers of one currency."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def __call__(self, minor: int) -> str:
        return format_minor(minor, self._currency, sign=False)


def _allergies(body: Body, shop: Shop) -> Iterator[Element]:
    if body.customer.allergies:
        names = [shop.menu.allergen_names.get(code, code) for code in body.customer.allergies]
        yield Rule()
        yield Words(f"ALLERGY: {', '.join(names)}", size=2, bold=True)
        yield Rule()


def _to_make(line: Line, shop: Shop) -> Iterator[Element]:
    yield Words(f"{line.count} {line.name}", size=2, bold=True, hang=2)
    for one in line.modifiers:
        count = f" x{one.count}" if one.count > 1 else ""
        yield Words(f"  {_SIGNS[one.effect]} {one.name}{count}", bold=one.effect == "removed", hang=4)
    if line.note:
        yield Words(f"  {line.note}", bold=True, hang=2)
    names = shop.menu.allergen_names
    holds = [names.get(code, code) for code, answer in line.allergens.items() if answer is Answer.CONTAINS]
    if holds:
        yield Words(f"  contains {', '.join(holds)}", hang=2)


def _closed(takings: Takings, money: _Money) -> Iterator[Element]:
    if takings.z_number:
        yield Rule()
        yield Pair("GRAND TOTAL", money(takings.grand_minor), bold=True)
    if takings.carried:
        yield Rule()
        yield from (Words(f"Goes on tomorrow: {name}") for name in takings.carried)


def _sold(takings: Takings, money: _Money) -> Iterator[Element]:
    yield Pair(f"Orders {takings.orders}, items {takings.items}", "")
    yield Pair("Sales", money(takings.sales_minor))
    if takings.voids:
        yield Pair(f"Voided before payment ({takings.voids})", money(-takings.voids_minor))
    for one in takings.discounts:
        yield Pair(f"{one.name} ({one.count})", money(-one.amount_minor))
    yield Pair("Turnover", money(takings.goods_minor), bold=True)
    if takings.deposits_minor or takings.deposits_back_minor:
        yield Pair("Deposits taken", money(takings.deposits_minor))
        yield Pair("Deposits given back", money(-takings.deposits_back_minor))
    yield Pair("Sold", money(takings.total_minor), bold=True, tall=True)
    if takings.rounding_minor:
        yield Pair("Cash rounding", money(takings.rounding_minor))
    if takings.refunds:
        yield Pair(f"Refunded ({takings.refunds})", money(-takings.refunded_minor), bold=True)


def _rates(takings: Takings, money: _Money) -> Iterator[Element]:
    rows = [("Tax", "Net", "Tax", "Total")]
    rows += [
        (format_rate(rate.tax_bp), money(rate.net_minor), money(rate.tax_minor), money(rate.gross_minor))
        for rate in takings.rates
    ]
    rows.append(("All", money(takings.net_minor), money(takings.tax_minor), money(takings.goods_minor)))
    rows += [
        (
            f"Back {format_rate(rate.tax_bp)}",
            money(-rate.net_minor),
            money(-rate.tax_minor),
            money(-rate.gross_minor),
        )
        for rate in takings.refund_rates
    ]
    yield Table(tuple(rows))


def _tender(tender: TenderSum, money: _Money) -> Iterator[Element]:
    if tender.count or tender.refunds_minor:
        yield Pair(f"{tender.kind.capitalize()} ({tender.count})", money(tender.amount_minor), bold=True)
        if tender.tips_minor:
            yield Pair("  Tips on top", money(tender.tips_minor))
        if tender.refunds_minor:
            yield Pair("  Went back", money(-tender.refunds_minor))


def _open(takings: Takings, money: _Money) -> Iterator[Element]:
    if takings.unknown_minor:
        yield Pair(f"Cards nobody knew of ({takings.unknown})", money(takings.unknown_minor), bold=True)
    told = (
        ("  of them approved since", takings.approved_later_minor),
        ("  of them declined since", takings.declined_later_minor),
        ("Not paid yet, less what was of before", takings.unpaid_minor),
    )
    yield from (Pair(text, money(amount)) for text, amount in told if amount)


def _drawer(drawer: DrawerSum, money: _Money) -> Iterator[Element]:
    yield Rule()
    yield Words(f"Drawer of {drawer.station.upper()} {drawer.opened_by}".rstrip(), bold=True)
    told = (
        ("Float", drawer.float_minor),
        ("Cash", drawer.cash_minor),
        ("Tips", drawer.tips_minor),
        ("Refunds", -drawer.refunds_minor),
        ("Paid in", drawer.paid_in_minor),
        ("Paid out", drawer.paid_out_minor),
        ("To the safe", drawer.drops_minor),
    )
    yield from (Pair(f"  {text}", money(amount)) for text, amount in told if amount or text == "Float")
    if drawer.no_sales:
        yield Pair("  Opened without a sale", str(drawer.no_sales))
    if drawer.counted_minor is None:
        yield Pair("  Not counted yet", "")
        return
    yield Pair("  Expected", money(drawer.expected_minor))
    yield Pair("  Counted", money(drawer.counted_minor), bold=True)
    yield Pair("  Difference", money(drawer.variance_minor or 0), bold=True)
