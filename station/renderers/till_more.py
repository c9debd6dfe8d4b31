"""What is done with the whole order beside paying it: hold it, a discount, deposits back, a note; how many of a line; the diets."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from station.domain import draft as drafts
from station.domain.discounts import PERMISSION, reduced, typed, unreduced
from station.domain.draft import Reduction
from station.domain.facts import Fact
from station.domain.menu import Discount
from station.domain.money import format_rate
from station.domain.pricing import price
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.scene import Panel
from station.renderers.till_bills import bill_of
from station.renderers.till_choices import Choice, keys_sheet, tiles_sheet
from station.renderers.till_forms import Counting, Dieting, More, Paying, Reducing, Returning, Writing
from station.renderers.till_layout import money
from station.renderers.till_payment import bill_shares
from station.renderers.till_reasons import GIVEN, ask
from station.renderers.till_state import Till, said
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]
_COUNTS: Final = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24)
OPEN: Final = "open"
"""A discount that is typed and whose reason is being asked for."""


def more_sheet(till: Till, world: World) -> tuple[Panel, ...]:
    lines = bool(till.draft.lines)
    choices = [
        Choice("Hold", "hold", "it waits, on any till", enabled=lines and till.adding is None, key="H"),
        Choice(
            "Discount",
            "discount:",
            "on the whole order",
            enabled=lines and till.adding is None,
            locked=world.locked(PERMISSION),
            key="D",
        ),
        Choice("Note", "note", till.draft.note or "for the whole order", key="N"),
        Choice("Diets", "diets", ", ".join(sorted(till.diets)) or "show what suits", key="T"),
    ]
    if world.shop.menu.deposits:
        choices.append(Choice("Deposits back", "deposits", "packaging that came back", key="B"))
    choices.append(Choice("Keys", "help", "all of the till by keyboard", key="F1"))
    return tiles_sheet(world, "more", "This order", choices)


def asking_sheet(till: Till, world: World) -> tuple[Panel, ...]:
    """Asked once, before the payment: it decides the tax of every line."""
    totals = {mode: money(price(drafts.mode_changed(till.draft, mode)).total_minor, world) for mode in _MODES}
    choices = [
        Choice("Eat in", "mode:eat_in", totals["eat_in"], kind="primary", key="1"),
        Choice("Take away", "mode:take_away", totals["take_away"], kind="primary", key="2"),
    ]
    return tiles_sheet(world, "asking", "Eat in or take away?", choices)


_MODES: Final[tuple[drafts.Mode, ...]] = ("eat_in", "take_away")


def counting_sheet(till: Till, counting: Counting, world: World) -> tuple[Panel, ...]:
    line = till.draft.line(counting.line_id)
    name = "" if line is None else line.item.name
    if counting.digits:
        count = int(counting.digits)
        confirm = Choice(f"{count} × {name}", f"quantity:{count}", kind="primary", enabled=count > 0, key="Enter")
        return keys_sheet(world, "counting", f"How many {name}?", counting.digits, confirm)
    choices = [
        Choice(
            str(count),
            f"quantity:{count}",
            kind="chosen" if line is not None and line.count == count else "plain",
            key=str(count) if count < 10 else "",
        )
        for count in _COUNTS
    ]
    choices.append(Choice("More", "quantity:type", key="0"))
    if till.adding is None:
        choices.append(Choice("Discount", f"discount:{counting.line_id}", locked=world.locked(PERMISSION), key="D"))
    return tiles_sheet(world, "counting", f"How many {name}?", choices, 4)


def reducing_sheet(till: Till, reducing: Reducing, world: World) -> tuple[Panel, ...]:
    title = "Discount on the order"
    if reducing.line_id and (line := till.draft.line(reducing.line_id)) is not None:
        title = f"Discount on {line.item.name}"
    if reducing.kind:
        return _typed_discount(reducing, title, world)
    scope = "line" if reducing.line_id else "order"
    given = _given(till, reducing)
    choices = [
        Choice(f"Take back: {one.discount.name}", f"undiscount:{one.id}", kind="danger", key="") for one in given
    ]
    choices += [
        Choice(
            one.name,
            f"give:{one.id}",
            _worth(one, world),
            locked=one.permission is not None and world.locked(one.permission),
        )
        for one in world.shop.menu.discounts
        if one.scope == scope
    ]
    choices += [
        Choice("Another %", "give:percent", locked=world.locked(PERMISSION), key="P"),
        Choice("Another sum", "give:amount", locked=world.locked(PERMISSION), key="S"),
    ]
    numbered = [replace(one, key=one.key or (str(n) if n < 10 else "")) for n, one in enumerate(choices, 1)]
    return tiles_sheet(world, "reducing", title, numbered)


def _typed_discount(reducing: Reducing, title: str, world: World) -> tuple[Panel, ...]:
    value = int(reducing.digits or "0")
    percent = reducing.kind == "percent"
    shown = f"{value} %" if percent else money(value, world)
    limit = format_rate(world.shop.profile.discount_limit_bp)
    confirm = Choice(f"{shown} off", "discount:typed", kind="primary", enabled=value > 0, key="Enter")
    return keys_sheet(world, "reducing", title, shown, confirm, f"At most {limit} may come off here.")


def returning_sheet(till: Till, world: World) -> tuple[Panel, ...]:
    back = dict(till.draft.deposits_back)
    choices = []
    for index, minor in enumerate(world.shop.menu.deposits, 1):
        count = back.get(minor, 0)
        choices += [
            Choice(f"{money(minor, world)} back", f"deposit:{minor}:more", f"{count} so far", key=str(index)),
            Choice("One less", f"deposit:{minor}:less", enabled=count > 0),
        ]
    total = sum(minor * count for minor, count in back.items())
    choices.append(Choice(f"Done: {money(total, world)} back", "close", kind="primary", key="Enter"))
    return tiles_sheet(world, "returning", "What came back?", choices)


def dieting_sheet(till: Till, world: World) -> tuple[Panel, ...]:
    choices = [
        Choice(name, f"diet:{name}", kind="chosen" if name in till.diets else "plain", key=str(index))
        for index, name in enumerate(world.shop.menu.diets, 1)
    ]
    choices.append(Choice("Show everything", "diet:", enabled=bool(till.diets), key="0"))
    choices.append(Choice("Done", "close", kind="primary", key="Enter"))
    return tiles_sheet(world, "dieting", "Show only what suits", choices, 2)


def _worth(discount: Discount, world: World) -> str:
    return f"{format_rate(discount.value)} off" if discount.kind == "percent" else f"{money(discount.value, world)} off"


def _given(till: Till, reducing: Reducing) -> tuple[Reduction, ...]:
    if reducing.paying is not None:
        return reducing.paying.reductions
    line = reducing.line_id or None
    return tuple(one for one in till.draft.reductions if one.line_id == line)


def _give(till: Till, what: str, world: World, desk: Desk) -> Result:
    """`what`: the id of one of the shop's discounts, or "percent" or "amount" for one that is typed."""
    if not isinstance(till.sheet, Reducing):
        return till, ()
    if what in {"percent", "amount"}:
        world.require(PERMISSION, "give a discount")
        return replace(
            till, sheet=replace(till.sheet, kind="percent" if what == "percent" else "amount", digits="")
        ), ()
    found = next((one for one in world.shop.menu.discounts if one.id == what), None)
    if found is None:
        raise OrderRefused("that discount is no longer given; choose another")
    if found.permission is not None:
        world.require(found.permission, f"give {found.name}")
    if found.needs_reason:
        after = replace(till, approved_discount=_approver(world))
        return ask(after, f"{found.name}: why?", f"give_why:{found.id}", GIVEN, till.sheet), ()
    return _reduced(till, found, "", world, desk), ()


def _give_why(till: Till, rest: str, world: World, desk: Desk) -> Result:
    key, _, why = rest.partition(":")
    if not isinstance(till.sheet, Reducing):
        return till, ()
    if key == OPEN:
        return _reduced(till, _open(till.sheet, world), why, world, desk), ()
    found = next((one for one in world.shop.menu.discounts if one.id == key), None)
    return (till, ()) if found is None else (_reduced(till, found, why, world, desk), ())


def _discount(till: Till, what: str, world: World, _desk: Desk) -> Result:
    """The sheet: for the order, for a line, for the bill that is being paid; or what was typed on it."""
    if what == "typed" and isinstance(till.sheet, Reducing):
        world.require(PERMISSION, "give a discount")
        discount = _open(till.sheet, world)
        after = replace(till, approved_discount=_approver(world))
        return ask(after, f"{discount.name}: why?", f"give_why:{OPEN}", GIVEN, till.sheet), ()
    if isinstance(till.sheet, Paying):
        if till.sheet.begun or not till.billing:
            raise OrderRefused("a part of it is paid already; a discount comes before the payment")
        return replace(till, sheet=Reducing(paying=till.sheet), focus=""), ()
    return replace(till, sheet=Reducing(what), focus=""), ()


def _open(reducing: Reducing, world: World) -> Discount:
    value = int(reducing.digits or "0") * (100 if reducing.kind == "percent" else 1)
    kind: Literal["percent", "amount"] = "percent" if reducing.kind == "percent" else "amount"
    return typed(kind, value, world.shop.menu.currency, on_line=bool(reducing.line_id))


def _reduced(till: Till, discount: Discount, why: str, world: World, desk: Desk) -> Till:
    reducing = till.sheet
    if not isinstance(reducing, Reducing):
        return till
    approver = till.approved_discount or _approver(world)
    one = Reduction(desk.new_id(), discount, reducing.line_id or None, why, approver or None)
    limit = world.shop.profile.discount_limit_bp
    cleared = replace(till, approved_discount="")
    if reducing.paying is not None:
        return _bill_reduced(cleared, reducing.paying, one, world)
    draft = reduced(till.draft, one, limit)
    return said(replace(cleared, draft=draft, sheet=None), f"{discount.name} is given", world)


def _bill_reduced(till: Till, paying: Paying, one: Reduction, world: World) -> Till:
    bill = bill_of(till, world)
    if bill is None:
        return till
    shares = bill_shares(bill, (*paying.reductions, one))
    mine = sum(share.amount_minor for share in shares if share.reduction.id == one.id)
    limit = world.shop.profile.discount_limit_bp
    whole = sum(line.total_minor for line in bill.lines)
    if not mine or (not one.discount.id and mine * 10_000 > limit * whole):
        raise OrderRefused(f"{one.discount.name}: nothing is left to take it off, or it is over {format_rate(limit)}")
    return replace(till, sheet=replace(paying, reductions=(*paying.reductions, one)), focus="")


def _undiscount(till: Till, key: str, _world: World, _desk: Desk) -> Result:
    reducing = till.sheet
    if isinstance(reducing, Reducing) and reducing.paying is not None:
        rest = tuple(one for one in reducing.paying.reductions if one.id != key)
        return replace(till, sheet=replace(reducing.paying, reductions=rest)), ()
    return replace(till, draft=unreduced(till.draft, key), sheet=None), ()


def _approver(world: World) -> str:
    return "" if world.approver is None else world.approver.id


def _quantity(till: Till, what: str, _world: World, _desk: Desk) -> Result:
    if not isinstance(till.sheet, Counting):
        return till, ()
    if what == "type":
        return replace(till, sheet=replace(till.sheet, digits="0")), ()
    draft = drafts.count_changed(till.draft, till.sheet.line_id, int(what))
    return replace(till, draft=draft, sheet=None), ()


def _deposit(till: Till, what: str, _world: World, _desk: Desk) -> Result:
    minor, _, way = what.partition(":")
    count = dict(till.draft.deposits_back).get(int(minor), 0) + (1 if way == "more" else -1)
    return replace(till, draft=drafts.deposit_back_changed(till.draft, int(minor), count), last=None), ()


def _diet(till: Till, name: str, _world: World, _desk: Desk) -> Result:
    diets = frozenset[str]() if not name else till.diets ^ {name}
    return replace(till, diets=diets, page=0, sheet=till.sheet if name else None), ()


ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {
    "more": lambda till, _rest, _world, _desk: (replace(till, sheet=More(), focus=""), ()),
    "count": lambda till, rest, _world, _desk: (replace(till, sheet=Counting(rest), selected=rest, focus=""), ()),
    "quantity": _quantity,
    "discount": _discount,
    "give": _give,
    "give_why": _give_why,
    "undiscount": _undiscount,
    "deposits": lambda till, _rest, _world, _desk: (replace(till, sheet=Returning(), focus=""), ()),
    "deposit": _deposit,
    "diets": lambda till, _rest, _world, _desk: (replace(till, sheet=Dieting(), focus=""), ()),
    "diet": _diet,
    "note": lambda till, _rest, _world, _desk: (
        replace(till, sheet=Writing("note", note=till.draft.note), focus=""),
        (),
    ),
}
