"""An order that is not sold yet and leaves its till: as a token that no kitchen sees, and back again as a draft.

Pure. The file says what the guest was told: names, prices, what was chosen. At the till that takes it up the menu of that moment says what
the rest is: an item that has gone is named and left out; clashes with the guest's allergies are to be told again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from station.domain.draft import Draft, DraftLine, Reduction
from station.domain.menu import Discount, Menu, Person
from station.domain.token import Body, Held, HeldLine, HeldReduction, Line, Modifier


@dataclass(frozen=True, slots=True)
class TakenUp:
    """`missing`: names of items that nobody can sell any more."""

    draft: Draft
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """`id`: the held order's own ULID; the sale will have another one."""

    id: str
    person: Person
    station: str
    at: datetime


def held(
    draft: Draft,
    origin: Origin,
    number: str,
    order: str | None = None,
    business_day: str = "",
    *,
    parked: bool = False,
) -> Body:
    """The draft as a token; it must have a line. `order`, `number`, `business_day`: what the sale has reserved already.

    `parked`: it waits until somebody asks for it.
    """
    return Body(
        order=origin.id,
        number=number,
        mode=draft.mode,
        placed_at=origin.at,
        placed_by=origin.person.name,
        placed_on=origin.station,
        note=draft.note,
        customer=draft.customer,
        lines=tuple(_line(line) for line in draft.lines),
        held=Held(
            staff=origin.person.id,
            lines={line.id: _kept(line) for line in draft.lines},
            order=order,
            business_day=business_day,
            parked=parked,
            reductions=tuple(map(_kept_reduction, draft.reductions)),
            deposits_back=draft.deposits_back,
        ),
    )


def taken_up(body: Body, menu: Menu) -> TakenUp:
    """The draft again, with the menu as it is now and the prices as they were told."""
    kept: Mapping[str, HeldLine] = {} if body.held is None else body.held.lines
    lines, missing = [], []
    for line in body.lines:
        item = menu.item(line.item)
        if item is None:
            missing.append(line.name)
            continue
        known = {modifier.id for group in item.groups for modifier in group.modifiers}
        told = kept.get(line.id, HeldLine(price_minor=item.price_minor))
        chosen = tuple(one for one in told.chosen if one in known)
        priced = replace(item, price_minor=told.price_minor)
        lines.append(DraftLine(line.id, priced, line.count, chosen, line.note))
    there = {line.id for line in lines}
    reductions = () if body.held is None else tuple(map(_reduction, body.held.reductions))
    draft = Draft(
        tuple(lines),
        body.mode,
        body.customer,
        body.note,
        tuple(one for one in reductions if lines and (one.line_id is None or one.line_id in there)),
        () if body.held is None else body.held.deposits_back,
    )
    return TakenUp(draft, tuple(missing))


def _line(line: DraftLine) -> Line:
    return Line(
        id=line.id,
        item=line.item.id,
        name=line.item.name,
        count=line.count,
        group=line.item.prep_group,
        weight=line.item.weight,
        modifiers=tuple(Modifier(id=one.id, name=one.name, effect=one.effect) for one in line.modifiers),
        note=line.note,
    )


def _kept_reduction(one: Reduction) -> HeldReduction:
    return HeldReduction(
        id=one.id,
        discount=one.discount.id or None,
        name=one.discount.name,
        kind=one.discount.kind,
        value=one.discount.value,
        scope=one.discount.scope,
        line=one.line_id,
        reason=one.reason,
        approved_by=one.approved_by,
    )


def _reduction(kept: HeldReduction) -> Reduction:
    # Whoever gave it was asked for a reason and a right then.
    discount = Discount(kept.discount or "", kept.name, kept.kind, kept.value, kept.scope)
    return Reduction(kept.id, discount, kept.line, kept.reason, kept.approved_by)


def _kept(line: DraftLine) -> HeldLine:
    return HeldLine(price_minor=line.item.price_minor, chosen=line.chosen)
