"""An order while it is being taken: lines, choices, eat in or take away, and for whom.

Pure and frozen: every change gives a new draft, and a change that the rules refuse raises OrderRefused with a sentence
for the cashier. A line keeps the menu item as it was when it was added, so a price that changes in the middle of an
order does not change what the customer was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import msgspec

from station.domain.menu import Discount, MenuItem, MenuModifier, ModifierGroup
from station.domain.token import Customer
from station.errors import OrderRefused

Mode = Literal["eat_in", "take_away"]

MAX_COUNT: Final = 999
MAX_LINES: Final = 200
MAX_NOTE: Final = 400
NOBODY: Final = Customer()
"""A guest of whom nothing was noted."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """`chosen` are modifiers' ids in the order of the menu."""

    id: str
    item: MenuItem
    count: int = 1
    chosen: tuple[str, ...] = ()
    note: str = ""

    @property
    def modifiers(self) -> tuple[MenuModifier, ...]:
        return modifiers_of(self.item, self.chosen)

    @property
    def open_groups(self) -> tuple[ModifierGroup, ...]:
        return open_groups(self.item, self.chosen)


@dataclass(frozen=True, slots=True)
class Reduction:
    """A discount as it was given: on the line `line_id` (None: on the whole order), why, and with whose approval."""

    id: str
    discount: Discount
    line_id: str | None = None
    reason: str = ""
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """`deposits_back`: packaging that the guest brings back, so many of each deposit."""

    lines: tuple[DraftLine, ...] = ()
    mode: Mode = "eat_in"
    customer: Customer = NOBODY
    note: str = ""
    reductions: tuple[Reduction, ...] = ()
    deposits_back: tuple[tuple[int, int], ...] = ()

    @property
    def count(self) -> int:
        """How many items there are, of all lines."""
        return sum(line.count for line in self.lines)

    @property
    def begun(self) -> bool:
        """Whether clearing it would lose anything that somebody entered."""
        return bool(self.lines) or self.customer != NOBODY or bool(self.note) or bool(self.deposits_back)

    def line(self, line_id: str) -> DraftLine | None:
        return next((line for line in self.lines if line.id == line_id), None)


def modifiers_of(item: MenuItem, chosen: Sequence[str]) -> tuple[MenuModifier, ...]:
    """What was chosen, in the order of the menu. Ids that the item does not offer are left out."""
    return tuple(modifier for group in item.groups for modifier in group.modifiers if modifier.id in chosen)


def defaults(item: MenuItem) -> tuple[str, ...]:
    """What is chosen when nobody chooses: each group's defaults, never more than its maximum."""
    return tuple(
        modifier_id
        for group in item.groups
        for modifier_id in [modifier.id for modifier in group.modifiers if modifier.default][: group.maximum]
    )


def open_groups(item: MenuItem, chosen: Sequence[str]) -> tuple[ModifierGroup, ...]:
    """The groups in which more must be chosen before the item can be sold."""
    return tuple(group for group in item.groups if _chosen_in(group, chosen) < group.minimum)


def toggled(item: MenuItem, chosen: Sequence[str], modifier_id: str) -> tuple[str, ...]:
    """The choice after a tap on a modifier.

    Where only one may be chosen the tap replaces the other; one that must be chosen cannot be taken away, only
    replaced. Raises OrderRefused when the group is full, or when the item has no such modifier.
    """
    group = next((group for group in item.groups if any(one.id == modifier_id for one in group.modifiers)), None)
    if group is None:
        raise OrderRefused(f"{item.name} does not come with that choice; take another")
    if modifier_id in chosen:
        if group.minimum >= 1 and group.maximum == 1:
            return tuple(chosen)
        return tuple(one for one in chosen if one != modifier_id)
    kept = set(chosen)
    if group.maximum == 1:
        kept -= {one.id for one in group.modifiers}
    elif _chosen_in(group, chosen) >= group.maximum:
        raise OrderRefused(f"{group.name}: at most {group.maximum}; take one away first")
    return tuple(one.id for one in modifiers_of(item, (*kept, modifier_id)))


def add(draft: Draft, item: MenuItem, line_id: str, chosen: Sequence[str] | None = None, note: str = "") -> Draft:
    """One more of the item: on the line that is the same in everything, else as a new line at the end.

    Without `chosen` its defaults. Raises OrderRefused when it is sold out or too few are left.
    """
    new = DraftLine(line_id, item, 1, defaults(item) if chosen is None else tuple(chosen), note.strip()[:MAX_NOTE])
    same = next((line for line in draft.lines if _alike(line, new)), None)
    if same is not None:
        return count_changed(draft, same.id, same.count + 1)
    _check_left(draft, item, 1)
    if len(draft.lines) >= MAX_LINES:
        raise OrderRefused(f"an order has at most {MAX_LINES} lines; send this one and begin another")
    return replace(draft, lines=(*draft.lines, new))


def count_changed(draft: Draft, line_id: str, count: int) -> Draft:
    """The line with this count; none left of it removes it. Raises OrderRefused when there are not so many."""
    line = _line(draft, line_id)
    if count <= 0:
        return removed(draft, line_id)
    if count > MAX_COUNT:
        raise OrderRefused(f"at most {MAX_COUNT} of one line; send the rest as another order")
    if count > line.count:
        _check_left(draft, line.item, count - line.count)
    return _with(draft, replace(line, count=count))


def chosen_changed(draft: Draft, line_id: str, chosen: Sequence[str]) -> Draft:
    """The line with other choices."""
    return _with(draft, replace(_line(draft, line_id), chosen=tuple(chosen)))


def note_changed(draft: Draft, line_id: str, note: str) -> Draft:
    return _with(draft, replace(_line(draft, line_id), note=note.strip()[:MAX_NOTE]))


def removed(draft: Draft, line_id: str) -> Draft:
    """Without the line, and without what was taken off it; an order without lines has no discounts at all."""
    lines = tuple(line for line in draft.lines if line.id != line_id)
    kept = tuple(one for one in draft.reductions if one.line_id != line_id) if lines else ()
    return replace(draft, lines=lines, reductions=kept)


def repeated(draft: Draft, line_id: str, new_id: str) -> Draft:
    """The same once more as a line of its own below it, to be changed without changing the first."""
    line = _line(draft, line_id)
    _check_left(draft, line.item, 1)
    if len(draft.lines) >= MAX_LINES:
        raise OrderRefused(f"an order has at most {MAX_LINES} lines; send this one and begin another")
    at = draft.lines.index(line) + 1
    return replace(draft, lines=(*draft.lines[:at], replace(line, id=new_id, count=1), *draft.lines[at:]))


def mode_changed(draft: Draft, mode: Mode) -> Draft:
    """Eat in or take away: rates are read from the mode, so every line is taxed anew."""
    return replace(draft, mode=mode)


def customer_named(draft: Draft, name: str, marker: str) -> Draft:
    """`marker`: the number on the stand or the table that the order is carried to."""
    customer = msgspec.structs.replace(draft.customer, name=name.strip()[:60], marker=marker.strip()[:20])
    return replace(draft, customer=customer)


def allergy_toggled(draft: Draft, code: str) -> Draft:
    had = draft.customer.allergies
    allergies = tuple(one for one in had if one != code) if code in had else (*had, code)
    return replace(draft, customer=msgspec.structs.replace(draft.customer, allergies=allergies))


def deposit_back_changed(draft: Draft, deposit_minor: int, count: int) -> Draft:
    """So many of this packaging came back."""
    others = [(minor, back) for minor, back in draft.deposits_back if minor != deposit_minor]
    if count > MAX_COUNT:
        raise OrderRefused(f"at most {MAX_COUNT} of one kind; give the rest back on another order")
    return replace(draft, deposits_back=tuple(sorted([*others, (deposit_minor, count)] if count > 0 else others)))


def sold_in(draft: Draft, item_id: str) -> int:
    """How many of an item this draft already takes."""
    return sum(line.count for line in draft.lines if line.item.id == item_id)


def incomplete(draft: Draft) -> tuple[DraftLine, ...]:
    """The lines in which something must still be chosen."""
    return tuple(line for line in draft.lines if line.open_groups)


def _chosen_in(group: ModifierGroup, chosen: Sequence[str]) -> int:
    return sum(1 for modifier in group.modifiers if modifier.id in chosen)


def _alike(line: DraftLine, new: DraftLine) -> bool:
    # Not the whole item: how many are left of it changes with every sale elsewhere.
    return (
        line.item.id == new.item.id
        and line.item.price_minor == new.item.price_minor
        and line.chosen == new.chosen
        and line.note == new.note
    )


def _check_left(draft: Draft, item: MenuItem, more: int) -> None:
    if item.sold_out:
        raise OrderRefused(f"{item.name} is sold out; offer something else")
    if item.left is not None and sold_in(draft, item.id) + more > item.left:
        raise OrderRefused(f"only {item.left} of {item.name} left; offer something else")


def _line(draft: Draft, line_id: str) -> DraftLine:
    line = draft.line(line_id)
    if line is None:
        raise OrderRefused("that line is no longer on the order; look at the order again")
    return line


def _with(draft: Draft, changed: DraftLine) -> Draft:
    return replace(draft, lines=tuple(changed if line.id == changed.id else line for line in draft.lines))
