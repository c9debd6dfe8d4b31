"""The bill is split: among so many equally, by what each had, or by a sum. The kitchen never hears of it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from station.domain.facts import Fact
from station.domain.pricing import price
from station.errors import OrderRefused
from station.renderers.role import Desk
from station.renderers.scene import Panel
from station.renderers.till_bills import bill_of
from station.renderers.till_choices import Choice, Foot, rows_sheet, tiles_sheet
from station.renderers.till_forms import Paying, Splitting
from station.renderers.till_layout import money
from station.renderers.till_payment import all_due, bill_shares, equal_parts, one_part
from station.renderers.till_state import Till
from station.renderers.widgets.listing import Row
from station.renderers.world import World

Result = tuple[Till, tuple[Fact, ...]]
_PAYERS: Final = (2, 3, 4, 5, 6, 7, 8, 10)


def split_sheet(till: Till, splitting: Splitting, world: World) -> tuple[Panel, ...]:
    whole = all_due(replace(till, sheet=splitting.paying), world).exact_minor
    if splitting.by == "equal":
        choices = [
            Choice(f"{payers}", f"split:among:{payers}", money(whole // payers, world), key=str(payers % 10))
            for payers in _PAYERS
        ]
        return tiles_sheet(world, "splitting", f"{money(whole, world)} among how many?", choices, 4)
    if splitting.by == "items":
        return _items(till, splitting, world)
    choices = [
        Choice("Equally", "split:equal", "so many pay the same", key="1"),
        Choice("By items", "split:items", "each pays what they had", key="2"),
        Choice("By a sum", "split:sum", "one pays so much", key="3"),
        Choice("Not at all", "split:none", "one pays the rest", key="4"),
    ]
    return tiles_sheet(world, "splitting", f"Split {money(whole, world)}", choices)


def _items(till: Till, splitting: Splitting, world: World) -> tuple[Panel, ...]:
    rows = []
    for index, (key, count, name, worth) in enumerate(lines_to_pay(till, splitting.paying, world)):
        picked = splitting.counts.get(key, 0)
        note = "tap for one more" if picked < count else "tap to leave it out"
        lead = f"{picked}/{count}"
        row = Row(
            f"split:line:{key}", name, note, lead, money(worth, world), chosen=bool(picked), key=str(index % 9 + 1)
        )
        rows.append(row)
    sum_minor = worth_of(till, splitting, world)
    foot = Foot(
        (Choice(f"Pays {money(sum_minor, world)}", "split:take", kind="primary", enabled=sum_minor > 0, key="Enter"),)
    )
    return rows_sheet(world, "splitting", "What does this one pay?", rows, splitting.page, "split:page", foot=foot)


def lines_to_pay(till: Till, paying: Paying, world: World) -> list[tuple[str, int, str, int]]:
    """Of each line its id, how many, its name, and what all of it costs, discounts taken off and deposits added."""
    bill = bill_of(till, world)
    if bill is None:
        return [
            (one.line.id, one.line.count, one.line.item.name, one.due_minor + one.deposit_minor * one.line.count)
            for one in price(till.draft).lines
        ]
    off: dict[str, int] = {}
    for share in bill_shares(bill, paying.reductions):
        off[share.line_id] = off.get(share.line_id, 0) + share.amount_minor
    return [
        (line.id, line.count, line.name, line.total_minor - off.get(line.id, 0) + line.deposit_minor * line.count)
        for line in bill.lines
    ]


def worth_of(till: Till, splitting: Splitting, world: World) -> int:
    """What is picked costs; never more than is left to pay."""
    total = 0
    for key, count, _, worth in lines_to_pay(till, splitting.paying, world):
        picked = splitting.counts.get(key, 0)
        total += (2 * worth * picked + count) // (2 * count)
    return min(total, all_due(replace(till, sheet=splitting.paying), world).exact_minor)


def _split(till: Till, what: str, world: World, _desk: Desk) -> Result:
    """The sheet; and what is chosen on it: the way first, then how."""
    name, _, rest = what.partition(":")
    if isinstance(till.sheet, Paying) and not what:
        busy = till.sheet.terminal is not None or till.sheet.between is not None
        return till if busy else replace(till, sheet=Splitting(till.sheet), focus=""), ()
    if not isinstance(till.sheet, Splitting) or name not in _CHOSEN:
        return till, ()
    return _CHOSEN[name](till, till.sheet, rest, world), ()


def _by(till: Till, splitting: Splitting, _rest: str, _world: World, *, items: bool) -> Till:
    return replace(till, sheet=replace(splitting, by="items" if items else "equal"))


def _paying(till: Till, splitting: Splitting, _rest: str, _world: World) -> Till:
    return replace(till, sheet=replace(splitting.paying, parts=()))


def _by_sum(till: Till, splitting: Splitting, _rest: str, _world: World) -> Till:
    return replace(till, sheet=replace(splitting.paying, typing="part", given="", parts=()))


def _among(till: Till, splitting: Splitting, payers: str, world: World) -> Till:
    return equal_parts(replace(till, sheet=splitting.paying), int(payers), world)


def _page(till: Till, splitting: Splitting, page: str, _world: World) -> Till:
    return replace(till, sheet=replace(splitting, page=int(page)))


def _picked(till: Till, splitting: Splitting, key: str, world: World) -> Till:
    count = next((one[1] for one in lines_to_pay(till, splitting.paying, world) if one[0] == key), 0)
    now = splitting.counts.get(key, 0)
    counts = {**splitting.counts, key: 0 if now >= count else now + 1}
    return replace(till, sheet=replace(splitting, counts=counts))


def _taken(till: Till, splitting: Splitting, _rest: str, world: World) -> Till:
    minor = worth_of(till, splitting, world)
    if minor <= 0:
        raise OrderRefused("tap what this one pays")
    names = [
        f"{splitting.counts[key]} {name}"
        for key, _, name, _ in lines_to_pay(till, splitting.paying, world)
        if splitting.counts.get(key)
    ]
    return one_part(replace(till, sheet=splitting.paying), minor, ", ".join(names)[:120], world)


_CHOSEN: Final[dict[str, Callable[[Till, Splitting, str, World], Till]]] = {
    "equal": partial(_by, items=False),
    "items": partial(_by, items=True),
    "sum": _by_sum,
    "none": _paying,
    "among": _among,
    "page": _page,
    "line": _picked,
    "take": _taken,
}
ACTIONS: Final[dict[str, Callable[[Till, str, World, Desk], Result]]] = {"split": _split}
