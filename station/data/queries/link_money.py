"""Sales, payments, refunds and drawers as rows of the master. Pure: a fact goes in, rows come out, each with its table.

A sale and what came to it later are rows of their own, which never change: what was voided is a line below zero, what went back is a
refund, what became of an unknown card is another payment that settles it. The sums of the rows are therefore the figures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Table

from station.data.tables import orders, payments
from station.domain.facts import (
    DrawerMoved,
    DrawerOpened,
    OrderChanged,
    OrderRefunded,
    OrderSent,
    SoldDiscount,
    SoldLine,
    Tender,
)

Row = dict[str, Any]
Made = tuple[Table, Row]


@dataclass(frozen=True, slots=True)
class At:
    """Where, by whom, when, and on which business day something was done."""

    shop: str
    station: str
    staff: str | None
    at: datetime
    day: str


def sale_rows(fact: OrderSent, at: At) -> Iterator[Made]:
    """The order with its lines and what was taken off them; its payments are rows by themselves."""
    body = fact.token
    yield (
        orders.orders,
        {
            **_head(fact, at),
            "id": fact.order,
            "placed_at": body.placed_at,
            "due_at": body.due_at,
            "customer_name": body.customer.name,
            "customer_allergies": ",".join(body.customer.allergies),
            "note": body.note,
            "training": body.training,
            "deposits_back_minor": fact.deposits_back_minor,
        },
    )
    yield from _lines(fact.order, fact.lines)
    yield from discount_rows(fact.order, fact.discounts, at)


def change_rows_of(fact: OrderChanged, at: At) -> Iterator[Made]:
    """What was added, and what was voided before it was paid, as a sale of its own; nothing when it is neither."""
    if not fact.sells:
        return
    yield (
        orders.orders,
        {
            **_head(fact, at),
            "id": fact.change,
            "placed_at": fact.at,
            "due_at": None,
            "customer_name": "",
            "customer_allergies": "",
            "note": fact.why,
            "training": fact.training,
            "changes_id": fact.order,
            "deposits_back_minor": 0,
        },
    )
    yield from _lines(fact.change, fact.lines)


def payment_rows(
    order: str, tenders: Sequence[Tender], at: At, drawer: str | None, *, rounding_minor: int = 0, settles: str = ""
) -> Iterator[Made]:
    """`rounding_minor`: of the order; it stands with the last payment in cash."""
    last_cash = next((tender.id for tender in reversed(tenders) if tender.kind == "cash"), "")
    for tender in tenders:
        yield (
            payments.payments,
            {
                "id": tender.id,
                "order_id": order,
                "business_day_id": at.day,
                "station_id": at.station,
                "staff_id": at.staff,
                "drawer_session_id": drawer,
                "kind": tender.kind,
                "amount_minor": tender.amount_minor,
                "given_minor": tender.given_minor,
                "change_minor": tender.change_minor,
                "reference": tender.reference,
                "state": tender.state,
                "at": at.at,
                "tip_minor": tender.tip_minor,
                "rounding_minor": rounding_minor if tender.id == last_cash else 0,
                "settles_id": settles or None,
            },
        )


def discount_rows(order: str, discounts: Sequence[SoldDiscount], at: At) -> Iterator[Made]:
    for one in discounts:
        yield (
            orders.order_discounts,
            {
                "id": one.id,
                "order_id": order,
                "order_line_id": one.line,
                "business_day_id": at.day,
                "discount_id": one.discount,
                "name": one.name,
                "amount_minor": one.amount_minor,
                "tax_bp": one.tax_bp,
                "tax_minor": one.tax_minor,
                "reason": one.reason,
                "staff_id": at.staff,
                "approved_by": one.approved_by,
                "at": at.at,
            },
        )


def refund_rows(fact: OrderRefunded, at: At) -> Iterator[Made]:
    for part in fact.parts:
        yield (
            payments.refunds,
            {
                "id": part.id,
                "order_id": fact.order,
                "payment_id": part.payment,
                "order_line_id": part.line,
                "business_day_id": at.day,
                "station_id": at.station,
                "staff_id": at.staff,
                "approved_by": fact.approved_by,
                "drawer_session_id": fact.drawer,
                "amount_minor": part.amount_minor,
                "deposit_minor": part.deposit_minor,
                "rounding_minor": part.rounding_minor,
                "count": part.count,
                "tax_bp": part.tax_bp,
                "tax_minor": part.tax_minor,
                "reason": fact.why,
                "reference": part.reference,
                "state": part.state,
                "at": at.at,
            },
        )


def drawer_row(fact: DrawerOpened, at: At) -> Made:
    return (
        payments.drawer_sessions,
        {
            "id": fact.session,
            "business_day_id": at.day,
            "station_id": at.station,
            "opened_by": at.staff,
            "opened_at": at.at,
            "float_minor": fact.float_minor,
            "note": "",
        },
    )


def movement_row(key: str, fact: DrawerMoved, at: At) -> Made:
    return (
        payments.drawer_movements,
        {
            "id": key,
            "drawer_session_id": fact.session,
            "business_day_id": at.day,
            "staff_id": at.staff,
            "approved_by": fact.approved_by,
            "kind": fact.move,
            "amount_minor": fact.amount_minor,
            "reason": fact.why,
            "at": at.at,
        },
    )


def _head(fact: OrderSent | OrderChanged, at: At) -> Row:
    return {
        "shop_id": at.shop,
        "business_day_id": at.day,
        "station_id": at.station,
        "staff_id": at.staff,
        "number": fact.number,
        "mode": fact.mode,
        "total_minor": fact.total_minor,
        "tax_minor": fact.tax_minor,
        "rounding_minor": fact.rounding_minor,
        "currency": fact.currency,
        "changes_id": None,
    }


def _lines(order: str, lines: Sequence[SoldLine]) -> Iterator[Made]:
    for position, line in enumerate(lines):
        yield (
            orders.order_lines,
            {
                "id": line.id,
                "order_id": order,
                "position": position,
                "menu_item_id": line.item,
                "recipe_id": line.recipe,
                "name": line.name,
                "count": line.count,
                "unit_minor": line.unit_minor,
                "total_minor": line.total_minor,
                "tax_bp": line.tax_bp,
                "tax_minor": line.tax_minor,
                "prep_group": line.group,
                "weight": line.weight,
                "note": line.note,
                "allergens": msgspec.json.encode(line.allergens).decode(),
                "deposit_minor": line.deposit_minor,
                "voids_id": line.voids,
            },
        )
        for modifier in line.modifiers:
            yield (
                orders.order_line_modifiers,
                {
                    "id": modifier.id,
                    "order_line_id": line.id,
                    "modifier_id": modifier.modifier,
                    "name": modifier.name,
                    "effect": modifier.effect,
                    "count": modifier.count,
                    "price_minor": modifier.price_minor,
                },
            )
