"""Receipts: what a guest gets for an order that was paid, the same again as a copy, and what they get for a refund.

Pure. Everything on it comes from what was frozen at the sale; nothing that the menu says today changes an old receipt.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from station.domain.allergens import Answer
from station.domain.facts import OrderRefunded, SoldDiscount, SoldLine, Tender
from station.domain.menu import Shop
from station.domain.money import RateTotal, Taxed, by_rate, format_minor, format_rate
from station.domain.printed import Code, Element, Logo, Pair, Paper, Rule, Space, Table, Words
from station.domain.scans import order_code
from station.domain.sold import SoldOrder

MODES = {"eat_in": "Eat in", "take_away": "Take away"}
_TENDERS = {"cash": "Cash", "card": "Card", "voucher": "Voucher"}
_SIGNS = {"added": "+", "removed": "-", "changed": ""}


def receipt(order: SoldOrder, shop: Shop, *, copy: bool = False) -> Paper:
    """The order as it stands now. `copy`: it was printed before."""
    training = order.sale.token.training
    return (
        *head(shop, training=training),
        *([Words("COPY", size=2, bold=True, align="center")] if copy else []),
        *_who(order, shop),
        Rule(),
        *_lines(order, shop),
        Rule(),
        *_total(order, shop),
        *_paid(order, shop),
        Rule(),
        *_taxes(order, shop),
        Rule(),
        *_allergens(_kept_lines(order), shop),
        Space(),
        Code(order_code(order.sale.order), "Scan at the counter"),
        *_foot(shop, training=training),
    )


def refund_slip(refund: OrderRefunded, order: SoldOrder, shop: Shop, at: datetime, staff: str) -> Paper:
    """What a guest gets for money that went back."""
    training = order.sale.token.training
    names = {line.id: line.name for line in _all_lines(order)}
    rows: list[Element] = []
    for part in refund.parts:
        name = names.get(part.line or "", "Amount")
        count = f"{part.count} " if part.count else ""
        rows.append(Pair(f"{count}{name}", money(-part.amount_minor, shop)))
    ways: dict[str, int] = {}
    for part in refund.parts:
        ways[part.kind] = ways.get(part.kind, 0) + part.amount_minor
    taxes = by_rate(
        Taxed(-(part.amount_minor - part.deposit_minor - part.rounding_minor), part.tax_bp, -part.tax_minor)
        for part in refund.parts
    )
    return (
        *head(shop, training=training),
        Words("REFUND", size=2, bold=True, align="center"),
        Words(f"of {refund.number.upper()}", bold=True, align="center"),
        Words(f"{moment(at, shop)}  {staff}", align="center"),
        Words(f"Why: {refund.why}"),
        Rule(),
        *rows,
        Rule(),
        Pair("REFUNDED", full(-refund.total_minor, shop), bold=True, tall=True),
        *(Pair(f"  {_TENDERS[kind]}", money(-amount, shop)) for kind, amount in ways.items()),
        Rule(),
        *_tax_table(taxes, shop),
        Space(),
        Words("Guest:" + " " * 3 + "_" * 20),
        *_foot(shop, training=training),
    )


def head(shop: Shop, *, training: bool) -> Iterator[Element]:
    """Who sells: what stands at the top of everything that a guest gets."""
    yield Logo()
    yield Words(shop.name, size=2, bold=True, align="center")
    for line in (shop.legal_name, shop.address, shop.tax_number):
        if line and line != shop.name:
            yield Words(line, align="center")
    yield from banner(training=training)


def banner(*, training: bool) -> Iterator[Element]:
    """Across whatever was made in training, so that nobody takes it for a receipt."""
    if training:
        yield Words("TRAINING", size=3, bold=True, align="center")
        yield Words("This is no receipt: nothing was sold.", align="center")


def moment(at: datetime, shop: Shop) -> str:
    """When, on the shop's own clock: `2026-11-25 12:41`."""
    return at.astimezone(ZoneInfo(shop.timezone)).strftime("%Y-%m-%d %H:%M")


def money(minor: int, shop: Shop) -> str:
    """The bare number; the total says of what."""
    return format_minor(minor, shop.menu.currency, sign=False)


def full(minor: int, shop: Shop) -> str:
    return format_minor(minor, shop.menu.currency)


def _who(order: SoldOrder, shop: Shop) -> Iterator[Element]:
    token = order.sale.token
    yield Space()
    yield Words(order.number.upper(), size=4, bold=True, align="center")
    where = " · ".join(part for part in (MODES[order.sale.mode], token.customer.marker, token.customer.name) if part)
    yield Words(where.replace("·", "-"), bold=True, align="center")
    person = next((one.name for one in shop.staff if one.id == order.staff), token.placed_by)
    yield Words(f"{moment(order.at, shop)}  {token.placed_on.upper()}  {person}", align="center")
    if order.cancelled:
        yield Words("CANCELLED", size=2, bold=True, align="center")


def _all_lines(order: SoldOrder) -> list[SoldLine]:
    return [*order.sale.lines, *(line for change in order.changes for line in change.lines)]


def _kept_lines(order: SoldOrder) -> list[SoldLine]:
    """The lines that were not voided altogether."""
    return [now.line for now in order.lines if now.line.count > now.voided]


def _lines(order: SoldOrder, shop: Shop) -> Iterator[Element]:
    off = _by_line(order.discounts)
    for line in _all_lines(order):
        word = "Voided: " if line.voids else ""
        letter = shop.tax_letters.get(line.tax_bp, "")
        yield Pair(f"{word}{line.count} {line.name}", f"{money(line.total_minor, shop)} {letter}".rstrip(), bold=True)
        if not line.voids:
            yield from _details(line, shop)
        for one in off.get(line.id, ()):
            yield Pair(f"  {one.name}", f"{money(-one.amount_minor, shop)}{' ' * (2 if letter else 0)}")
        if line.deposit_minor and line.count:
            amount = money(line.deposit_minor * line.count, shop)
            yield Pair(
                f"  Deposit {line.count} x {money(line.deposit_minor, shop)}", f"{amount}{' ' * (2 if letter else 0)}"
            )
    for name, off_minor in _of_the_whole(order.discounts):
        yield Pair(name, f"{money(-off_minor, shop)}{' ' * (2 if shop.tax_letters else 0)}")
    if order.sale.deposits_back_minor:
        yield Pair("Deposits brought back", money(-order.sale.deposits_back_minor, shop))


def _details(line: SoldLine, shop: Shop) -> Iterator[Element]:
    if line.count > 1:
        yield Words(f"  {line.count} x {money(line.unit_minor, shop)}")
    for one in line.modifiers:
        sign = _SIGNS[one.effect]
        costs = f" ({money(one.price_minor, shop)})" if one.price_minor else ""
        yield Words(f"  {sign} {one.name}{costs}" if sign else f"  {one.name}{costs}", hang=2)
    if line.note:
        yield Words(f"  {line.note}", hang=2)


def _by_line(discounts: Iterable[SoldDiscount]) -> dict[str, list[SoldDiscount]]:
    """By line what was taken off it alone."""
    kept = tuple(discounts)
    shared = _shared(kept)
    found: dict[str, list[SoldDiscount]] = {}
    for one in kept:
        if one.given not in shared:
            found.setdefault(one.line, []).append(one)
    return found


def _of_the_whole(discounts: Sequence[SoldDiscount]) -> list[tuple[str, int]]:
    """Name and amount of each discount that several lines share."""
    shared = _shared(discounts)
    found: dict[str, tuple[str, int]] = {}
    for one in discounts:
        if one.given in shared:
            found[one.given] = (one.name, found.get(one.given, ("", 0))[1] + one.amount_minor)
    return list(found.values())


def _shared(discounts: Sequence[SoldDiscount]) -> set[str]:
    lines: dict[str, set[str]] = {}
    for one in discounts:
        lines.setdefault(one.given, set()).add(one.line)
    return {given for given, those in lines.items() if len(those) > 1}


def _total(order: SoldOrder, shop: Shop) -> Iterator[Element]:
    yield Pair("TOTAL", full(order.total_minor, shop), bold=True, tall=True)
    if order.rounding_minor:
        yield Pair("Cash rounding", money(order.rounding_minor, shop))


def _paid(order: SoldOrder, shop: Shop) -> Iterator[Element]:
    for tender in order.tenders:
        yield from _tender(tender, shop)
    for refund in order.refunds:
        yield Pair("Refunded", money(-refund.total_minor, shop))
    if not order.is_paid:
        yield Words("NOT PAID YET", size=2, bold=True, align="center")


def _tender(tender: Tender, shop: Shop) -> Iterator[Element]:
    name = _TENDERS[tender.kind] + (f" ({tender.share})" if tender.share else "")
    if tender.state == "declined":
        yield Words(f"{name}: declined, nothing was paid")
        return
    yield Pair(name, money(tender.amount_minor, shop), bold=True)
    if tender.reference:
        yield Words(f"  Reference {tender.reference}", hang=2)
    if tender.state == "unknown":
        yield Words("  The terminal gave no answer yet: keep its slip.", hang=2)
    if tender.change_minor:
        yield Pair("  Given", money(tender.given_minor, shop))
        yield Pair("  Change", money(tender.change_minor, shop))
    if tender.tip_minor:
        yield Pair("  Tip", money(tender.tip_minor, shop))


def _taxes(order: SoldOrder, shop: Shop) -> Iterator[Element]:
    lines = (Taxed(line.total_minor, line.tax_bp, line.tax_minor) for line in _all_lines(order))
    off = (Taxed(-one.amount_minor, one.tax_bp, -one.tax_minor) for one in order.discounts)
    yield from _tax_table(by_rate([*lines, *off]), shop)


def _tax_table(rates: Sequence[RateTotal], shop: Shop) -> Iterator[Element]:
    rows = [("Tax", "Net", "Tax", "Total")]
    for rate in rates:
        letter = shop.tax_letters.get(rate.tax_bp, "")
        name = f"{letter} {format_rate(rate.tax_bp)}".strip()
        rows.append((name, money(rate.net_minor, shop), money(rate.tax_minor, shop), money(rate.gross_minor, shop)))
    yield Table(tuple(rows))


def _allergens(lines: Sequence[SoldLine], shop: Shop) -> Iterator[Element]:
    """What every dish is declared to hold, each dish once. Nothing says that a dish is free from anything."""
    yield Words("Allergens", bold=True)
    names = shop.menu.allergen_names
    for dish, answers in _declared(lines).items():
        holds = [names.get(code, code) for code, answer in answers.items() if answer == Answer.CONTAINS]
        may = [names.get(code, code) for code, answer in answers.items() if answer == Answer.MAY_CONTAIN]
        unknown = [names.get(code, code) for code, answer in answers.items() if answer == Answer.UNKNOWN]
        told = [f"contains {', '.join(holds)}"] if holds else []
        told += [f"may contain {', '.join(may)}"] if may else []
        told += [f"not known: {', '.join(unknown)}"] if unknown else []
        yield Words(f"{dish}: {'; '.join(told) or 'none of the 14 declared'}", hang=2)


def _declared(lines: Sequence[SoldLine]) -> dict[str, dict[str, str]]:
    """By dish and what was changed on it, its answers."""
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        if line.voids:
            continue
        key = line.name
        number = 2
        while key in found and found[key] != line.allergens:
            key = f"{line.name} ({number})"
            number += 1
        found[key] = dict(line.allergens)
    return found


def _foot(shop: Shop, *, training: bool) -> Iterator[Element]:
    if shop.receipt_footer:
        yield Space()
        yield Words(shop.receipt_footer, align="center")
    yield from banner(training=training)
