"""A shop's day as facts, quickly made: sales of two lines, their way over the floor, and who did it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ulid import ULID

from station.domain.facts import Fact, FloorReported, OrderSent, SoldLine, Tender, TokenMoved
from station.domain.menu import MenuItem, Shop
from station.domain.token import Body, Line

FACTS_AN_ORDER = 4


def facts_of_a_day(shop: Shop, count: int, began: datetime) -> Iterator[tuple[Fact, str | None, datetime]]:
    """`count` facts in order, each with who did it and when; a second lies between two."""
    items = [item for item in shop.menu.items if not item.groups or all(not group.minimum for group in item.groups)]
    person = shop.staff[0].id
    for number in range(count):
        at = began + timedelta(seconds=number)
        order, step = divmod(number, FACTS_AN_ORDER)
        if step == 0:
            sale = _sale(shop, [items[order % len(items)], items[(order + 7) % len(items)]], order, at)
            fact_id = new_id(at)
            yield sale, person, at
        elif step == 1:
            yield _report(sale, fact_id, hop=1, source="", to="inbox", verb="send"), None, at
        elif step == 2:
            yield TokenMoved(order=sale.order, part="1", place="stations/grill1", to="pass", verb="bump"), person, at
        else:
            yield _report(sale, fact_id, hop=2, source="stations/grill1", to="pass", verb="bump"), None, at


def new_id(at: datetime) -> str:
    return str(ULID.from_datetime(at)).lower()


def _sale(shop: Shop, items: list[MenuItem], number: int, at: datetime) -> OrderSent:
    lines = tuple(_line(item, at) for item in items)
    total, tax = sum(line.total_minor for line in lines), sum(line.tax_minor for line in lines)
    order = new_id(at)
    token = Body(
        order=order,
        number=f"b-{number % 1000:03d}",
        mode="eat_in",
        placed_at=at,
        placed_by=shop.staff[0].name,
        placed_on="till1",
        lines=tuple(Line(id=one.id, item=one.item, name=one.name, count=one.count, group=one.group) for one in lines),
    )
    return OrderSent(
        order=order,
        number=token.number,
        business_day=shop.business_day_id,
        mode="eat_in",
        lines=lines,
        tenders=(Tender(id=new_id(at), kind="card", amount_minor=total, given_minor=total),),
        total_minor=total,
        tax_minor=tax,
        currency=shop.menu.currency,
        token=token,
    )


def _line(item: MenuItem, at: datetime) -> SoldLine:
    return SoldLine(
        id=new_id(at),
        item=item.id,
        recipe=item.recipe_id,
        name=item.name,
        count=2,
        unit_minor=item.price_minor,
        total_minor=2 * item.price_minor,
        tax_bp=item.tax_eat_in_bp,
        tax_minor=2 * item.price_minor * item.tax_eat_in_bp // (10_000 + item.tax_eat_in_bp),
        group=item.prep_group,
        allergens={code: str(answer) for code, answer in item.allergens.items()},
    )


def _report(sale: OrderSent, fact: str, *, hop: int, source: str, to: str, verb: str) -> FloorReported:
    return FloorReported(
        fact=fact, order=sale.order, part="1", revision=0, hop=hop, source=source, to=to, verb=verb, outcome="done"
    )
