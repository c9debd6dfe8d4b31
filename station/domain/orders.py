"""An order is placed: the draft, its payments and a number become one fact, with the rows of the sale and the token.

Pure: ids come from a callable, the number and the time are arguments. What was declared about allergens, the prices and
the rates are frozen here; nothing that changes on the menu later changes what was sold.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from station.domain import token
from station.domain.allergens import Answer
from station.domain.clashes import Clash, clashes, declared, unconfirmed
from station.domain.draft import Draft, incomplete
from station.domain.facts import AllergyConfirmed, OrderSent, SoldDiscount, SoldLine, SoldModifier, Tender
from station.domain.menu import Menu, Person
from station.domain.pricing import Priced, PricedLine, Share, charges, price
from station.domain.tenders import check_closes, rounding_of
from station.errors import OrderRefused, TokenError


@dataclass(frozen=True, slots=True)
class Sale:
    """Where, when and by whom it is sold. `order` is the order's ULID, `number` what people call ("t1-042")."""

    order: str
    number: str
    station: str
    staff: Person
    business_day_id: str
    at: datetime
    training: bool = False
    drawer: str | None = None


def number_prefix(code: str) -> str:
    """The letter and digits that a till's order numbers begin with: `till1` gives "t1", `counter12` "c12".

    Two tills of one shop must not share it: their codes must differ in the first letter or in the digits at the end.
    """
    digits = re.search(r"[0-9]*$", code)
    return f"{code[:1]}{digits.group()[-5:] if digits else ''}".lower()


def order_number(code: str, count: int) -> str:
    """The order's number as it stands in the token: `t1-042`. Screens show it in capitals."""
    return f"{number_prefix(code)}-{count:03d}"


def counter_name(business_day: str) -> str:
    """The journal's counter for this day's order numbers: they begin again at 1 each business day."""
    return f"orders {business_day}"


def place(
    draft: Draft,
    tenders: Collection[Tender],
    menu: Menu,
    sale: Sale,
    confirmed: Collection[Clash],
    new_id: Callable[[], str],
    *,
    later: bool = False,
) -> OrderSent:
    """The fact that sells the draft and sends it to the kitchen. `later`: it is paid later, or it is a test and never is.

    Raises OrderRefused when it is empty, when something must still be chosen, when it clashes with the guest's
    allergies and nobody confirmed it, when the payments are not its total, or when it is too long for one token.
    """
    paid = tuple(tenders)
    priced = price(draft)
    check_sendable(draft)
    check_deposits(priced)
    if open_clashes := unconfirmed(draft, confirmed):
        raise OrderRefused(f"{open_clashes[0].name} clashes with the guest's allergies; tell the guest and confirm it")
    if paid or not later:
        check_closes(priced.total_minor, paid, menu.cash_rounding_minor)
    sold = sold_lines(priced, new_id)
    body = _token(draft, sold, sale)
    _check_size(body)
    return OrderSent(
        order=sale.order,
        number=sale.number,
        business_day=sale.business_day_id,
        mode=draft.mode,
        lines=sold,
        tenders=paid,
        total_minor=priced.total_minor,
        tax_minor=priced.tax_minor,
        rounding_minor=rounding_of(priced.total_minor, paid),
        currency=menu.currency,
        confirmed=tuple(
            AllergyConfirmed(line=clash.line_id, answers={code: str(answer) for code, answer in clash.answers})
            for clash in clashes(draft)
        ),
        token=body,
        discounts=discounts_of(priced.shares, new_id),
        deposits_back_minor=priced.back_minor,
        drawer=sale.drawer if paid else None,
    )


def sold_lines(priced: Priced, new_id: Callable[[], str]) -> tuple[SoldLine, ...]:
    """The lines with all that is frozen at the sale."""
    return tuple(_sold(line, new_id) for line in priced.lines)


def discounts_of(shares: Collection[Share], new_id: Callable[[], str]) -> tuple[SoldDiscount, ...]:
    """What was taken off each line, frozen."""
    return tuple(
        SoldDiscount(
            id=new_id(),
            given=share.reduction.id,
            line=share.line_id,
            discount=share.reduction.discount.id or None,
            name=share.reduction.discount.name[:60],
            amount_minor=share.amount_minor,
            tax_bp=share.tax_bp,
            tax_minor=share.tax_minor,
            reason=share.reduction.reason,
            approved_by=share.reduction.approved_by,
        )
        for share in shares
    )


def check_deposits(priced: Priced) -> None:
    """Raises OrderRefused when the guest would get money for the order."""
    if priced.total_minor < 0:
        raise OrderRefused("the deposits that come back are more than the order; pay them out of the drawer instead")


def check_sendable(draft: Draft) -> None:
    """Raises OrderRefused when there is nothing on it, or something must still be chosen."""
    if not draft.lines:
        raise OrderRefused("there is nothing on the order yet; tap what the guest wants")
    for line in incomplete(draft):
        groups = " and ".join(group.name for group in line.open_groups)
        raise OrderRefused(f"{line.item.name}: {groups} must still be chosen; tap the line")


def check_fits(draft: Draft, sale: Sale, new_id: Callable[[], str]) -> None:
    """Raises OrderRefused when its token would be larger than a token may be: better before the guest has paid."""
    _check_size(_token(draft, sold_lines(price(draft), new_id), sale))


def _check_size(body: token.Body) -> None:
    try:
        token.encode(body, b"")
    except TokenError as error:
        raise OrderRefused("the order is too long for one ticket; send it as two orders") from error


def _sold(priced: PricedLine, new_id: Callable[[], str]) -> SoldLine:
    line = priced.line
    costs = charges(line.item, line.chosen)
    return SoldLine(
        id=line.id,
        item=line.item.id,
        recipe=line.item.recipe_id,
        name=line.item.name,
        count=line.count,
        unit_minor=priced.unit_minor,
        total_minor=priced.total_minor,
        tax_bp=priced.tax_bp,
        tax_minor=priced.tax_minor,
        group=line.item.prep_group,
        weight=line.item.weight,
        modifiers=tuple(
            SoldModifier(id=new_id(), modifier=one.id, name=one.name, effect=one.effect, price_minor=costs[one.id])
            for one in line.modifiers
        ),
        note=line.note,
        allergens={code: str(answer) for code, answer in declared(line).items()},
        deposit_minor=priced.deposit_minor,
    )


def _token(draft: Draft, sold: tuple[SoldLine, ...], sale: Sale) -> token.Body:
    return token.Body(
        order=sale.order,
        number=sale.number,
        mode=draft.mode,
        placed_at=sale.at,
        placed_by=sale.staff.name,
        placed_on=sale.station,
        training=sale.training,
        note=draft.note,
        customer=draft.customer,
        lines=tuple(token_line(line) for line in sold),
    )


def token_line(line: SoldLine) -> token.Line:
    """The line as the kitchen gets it."""
    return token.Line(
        id=line.id,
        item=line.item,
        name=line.name,
        count=line.count,
        group=line.group,
        weight=line.weight,
        modifiers=tuple(
            token.Modifier(id=one.id, name=one.name, effect=one.effect, count=one.count) for one in line.modifiers
        ),
        note=line.note,
        allergens={code: Answer(answer) for code, answer in line.allergens.items()},
    )
