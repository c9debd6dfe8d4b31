"""What each tap on the till does to its state: the menu, the modifiers, the order's lines, the guest, the sheets."""

from collections.abc import Callable
from dataclasses import replace

from station.domain import draft as drafts
from station.domain.draft import Draft, DraftLine
from station.domain.facts import PrintAsked, SoldOut, StaffSeen
from station.domain.menu import MenuItem
from station.errors import OrderRefused
from station.renderers import till_after as after
from station.renderers import till_close as close
from station.renderers import till_day as day
from station.renderers import till_more as more
from station.renderers import till_orders as orders
from station.renderers import till_split as split
from station.renderers import till_waiting as waiting
from station.renderers.role import Desk
from station.renderers.till_bills import given_back
from station.renderers.till_forms import (
    Allergies,
    Choosing,
    Ending,
    Helping,
    Ordering,
    Paying,
    Reducing,
    Sheet,
    Splitting,
    Typed,
    Viewing,
    Why,
    Writing,
)
from station.renderers.till_held import ended
from station.renderers.till_menu import pages
from station.renderers.till_modifiers import page_of
from station.renderers.till_order import lines_shown
from station.renderers.till_payment import (
    dropped,
    left,
    one_part,
    pay_cash,
    pay_nothing,
    pay_voucher,
    terminal_said,
    to_terminal,
)
from station.renderers.till_reasons import answered
from station.renderers.till_sale import Result, confirm, mode_answered, pressed_pay, tell
from station.renderers.till_state import Till, own_trouble, said, sold_out, trouble_key
from station.renderers.till_typing import digit_tapped, field_chosen, letter_tapped, text_done
from station.renderers.world import World


def tapped(till: Till, action: str, world: World, desk: Desk) -> Result:
    """The till after a tap. What the rules refuse leaves it as it was, with a sentence that says why."""
    try:
        return _done(till, action, world, desk)
    except OrderRefused as refused:
        text = str(refused)
        return said(till, text[:1].upper() + text[1:], world), ()


def _done(till: Till, action: str, world: World, desk: Desk) -> Result:
    name, _, rest = action.partition(":")
    if action in _WITH_FACTS:
        return _WITH_FACTS[action](till, world)
    if action in _RESULTS:
        return _RESULTS[action](till, world, desk)
    if action in _PLAIN:
        return _PLAIN[action](till), ()
    if name in _NAMED:
        return _NAMED[name](till, rest, world, desk), ()
    return _ACTIONS[name](till, rest, world, desk) if name in _ACTIONS else (till, ())


def _why(till: Till, what: str, world: World, desk: Desk) -> Result:
    """A reason, or the wish to write one; what was to happen with it happens now."""
    if not isinstance(till.sheet, Why):
        return till, ()
    if what == "write":
        return replace(till, sheet=replace(till.sheet, writing=True), focus=""), ()
    if what != "done":
        till = replace(till, sheet=replace(till.sheet, text=what))
    then, why, back = answered(till)
    return _done(back, f"{then}:{why}", world, desk) if why else (till, ())


def _close(till: Till, world: World, _desk: Desk) -> Result:
    """The sheet that is open goes; what lies under it comes back. A bill that this till had is any till's again."""
    sheet = till.sheet
    if isinstance(sheet, Paying):
        facts = left(till, world)
        shut, moved = given_back(till, world) if till.billing else (replace(till, sheet=None), ())
        return shut, (*facts, *moved)
    under = _under(sheet)
    if under is not None:
        return replace(till, sheet=under, approved_discount=""), ()
    if till.billing and not till.changing:
        return given_back(till, world)
    return replace(till, sheet=None, approved_discount=""), ()


def _under(sheet: Sheet | None) -> Sheet | None:
    """What a sheet lies over."""
    if isinstance(sheet, Why):
        return sheet.back
    if isinstance(sheet, Splitting | Reducing):
        return sheet.paying
    return Ordering() if isinstance(sheet, Viewing) and not sheet.bill else None


def _tender(till: Till, rest: str, world: World, desk: Desk) -> Result:
    way, _, given = rest.partition(":")
    if way == "cash":
        return pay_cash(till, given, world, desk)
    if way == "voucher":
        return pay_voucher(till, given, world, desk)
    if way == "drop":
        return dropped(till, given, world, desk)
    return to_terminal(till, world, desk) if way == "card" else pay_nothing(till, world, desk)


def _pay(till: Till, what: str, world: World, desk: Desk) -> Result:
    """Inside the payment; Pay itself has no more to say."""
    if not what:
        return pressed_pay(till, world, desk)
    paying = till.sheet
    if not isinstance(paying, Paying):
        return till, ()
    name, _, value = what.partition(":")
    if name == "part":
        return one_part(till, int(value), "a part of it", world), ()
    after = _IN_PAYMENT[name](paying, value) if name in _IN_PAYMENT else paying
    return replace(till, sheet=after, focus=""), ()


def _typing(paying: Paying, what: str) -> Paying:
    kinds: dict[str, Typed] = {"cash": "cash", "voucher": "voucher", "tip": "tip", "reference": "reference"}
    return replace(paying, typing=kinds.get(what, ""), given="", listing=False)


def _inner_back(paying: Paying, _value: str) -> Paying:
    if paying.typing or paying.listing:
        return replace(paying, typing="", given="", listing=False)
    return replace(paying, parts=())


_IN_PAYMENT: dict[str, Callable[[Paying, str], Paying]] = {
    "type": _typing,
    "back": _inner_back,
    "list": lambda paying, _value: replace(paying, listing=True, typing=""),
    "next": lambda paying, _value: replace(paying, between=None),
    "tip": lambda paying, value: replace(paying, tip_minor=int(value or "0"), typing="", given=""),
    "reference": lambda paying, value: replace(paying, reference=value[:40], typing="", given=""),
}


def turned(till: Till, action: str, steps: int, world: World) -> Till:
    """The wheel over lines moves them, over tiles turns the page."""
    step = -1 if steps > 0 else 1
    if action.startswith("line") and till.sheet is None:
        first, last = lines_shown(till, world)
        if last - first == len(till.draft.lines) or (step > 0 and last == len(till.draft.lines)):
            return till
        return replace(till, lines_top=max(0, first + step))
    if action.startswith("item"):
        return replace(till, page=max(0, min(pages(till, world) - 1, till.page + step)))
    return till


def next_category(till: Till, world: World, step: int) -> Till:
    ids = [category.id for category in world.shop.menu.categories]
    if not ids:
        return till
    at = ids.index(till.category) if till.category in ids else 0
    return _category(till, ids[(at + step) % len(ids)])


def _category(till: Till, category_id: str) -> Till:
    return replace(till, category=category_id, page=0, find="", finding=False)


def _item(till: Till, item_id: str, world: World, desk: Desk) -> Till:
    item = world.shop.menu.item(item_id)
    if item is None:
        raise OrderRefused("that is no longer on the menu; look at the menu again")
    if sold_out(item, world):
        raise OrderRefused(f"{item.name} is sold out; offer something else")
    chosen = drafts.defaults(item)
    if any(group.minimum for group in item.groups):
        # Refused now if there are too few, before anything is chosen for nothing.
        drafts.add(till.draft, item, desk.new_id(), chosen)
        return replace(till, sheet=Choosing(item, chosen), focus="")
    return _added(till, item, chosen, desk)


def _added(till: Till, item: MenuItem, chosen: tuple[str, ...], desk: Desk) -> Till:
    before = {line.id: line.count for line in till.draft.lines}
    draft = drafts.add(till.draft, item, desk.new_id(), chosen)
    line = next(line for line in draft.lines if before.get(line.id) != line.count)
    return replace(
        till,
        draft=draft,
        selected=line.id,
        lines_top=None,
        sheet=None,
        find="",
        finding=False,
        last=None,
        cleared=None,
    )


def _modifier(till: Till, name: str, world: World, _desk: Desk) -> Till:
    if not isinstance(till.sheet, Choosing):
        return till
    choosing = till.sheet
    modifier_id = name.partition(":")[2]
    before = drafts.open_groups(choosing.item, choosing.chosen)
    choosing = replace(choosing, chosen=drafts.toggled(choosing.item, choosing.chosen, modifier_id))
    after = drafts.open_groups(choosing.item, choosing.chosen)
    if after and after != before:
        choosing = replace(choosing, page=page_of(after[0], till, choosing, world))
    return replace(till, sheet=choosing)


def _modifiers(till: Till, what: str, world: World, desk: Desk) -> Till:
    if not isinstance(till.sheet, Choosing):
        return till
    choosing = till.sheet
    name, _, number = what.partition(":")
    if name == "page":
        return replace(till, sheet=replace(choosing, page=int(number)))
    if name == "cancel":
        return replace(till, sheet=None)
    if missing := drafts.open_groups(choosing.item, choosing.chosen):
        told = said(till, f"{missing[0].name} must still be chosen", world)
        return replace(told, sheet=replace(choosing, page=page_of(missing[0], till, choosing, world)))
    if choosing.line_id:
        draft = drafts.chosen_changed(till.draft, choosing.line_id, choosing.chosen)
        return replace(till, draft=draft, sheet=None)
    return _added(till, choosing.item, choosing.chosen, desk)


def _line(till: Till, what: str, _world: World, desk: Desk) -> Till:
    line = till.selected_line
    if line is None or what not in _ON_LINE:
        return replace(till, selected="" if what == till.selected else what, lines_top=None)
    return _ON_LINE[what](till, line, desk)


def _change(till: Till, line: DraftLine, _desk: Desk) -> Till:
    if not line.item.groups:
        raise OrderRefused(f"{line.item.name} has nothing to choose; write a note")
    return replace(till, sheet=Choosing(line.item, line.chosen, line.id), focus="")


def _repeat(till: Till, line: DraftLine, desk: Desk) -> Till:
    new = desk.new_id()
    return replace(till, draft=drafts.repeated(till.draft, line.id, new), selected=new)


def _counted(till: Till, line: DraftLine, by: int) -> Till:
    draft = drafts.count_changed(till.draft, line.id, line.count + by)
    return replace(till, draft=draft, cleared=_kept(till, draft))


def _removed(till: Till, line: DraftLine, _desk: Desk) -> Till:
    draft = drafts.removed(till.draft, line.id)
    return replace(till, draft=draft, selected="", cleared=_kept(till, draft))


def _kept(till: Till, after: Draft) -> Draft | None:
    """What can be brought back when the last line was taken away."""
    return None if after.lines else till.draft


_ON_LINE: dict[str, Callable[[Till, DraftLine, Desk], Till]] = {
    "less": lambda till, line, _desk: _counted(till, line, -1),
    "more": lambda till, line, _desk: _counted(till, line, +1),
    "change": _change,
    "note": lambda till, line, _desk: replace(till, sheet=Writing("note", note=line.note, line_id=line.id), focus=""),
    "repeat": _repeat,
    "remove": _removed,
}


def _clear(till: Till, world: World) -> Result:
    if not till.draft.begun:
        return till, ()
    cleared = Till(
        category=till.category,
        reserved=till.reserved,
        cleared=till.draft,
        seen=till.seen,
        keys=till.keys,
        last=till.last,
        owner=till.owner,
        later=till.later,
        test=till.test,
        diets=till.diets,
    )
    return cleared, ended(till, world, "cleared")


def _restore(till: Till) -> Till:
    return till if till.cleared is None else replace(till, draft=till.cleared, cleared=None, last=None)


def _guest(till: Till) -> Till:
    customer = till.draft.customer
    return replace(till, sheet=Writing("name", customer.name, customer.marker), focus="")


def _ending(till: Till, item_id: str, world: World, _desk: Desk) -> Till:
    item = world.shop.menu.item(item_id)
    world.require("menu.sold_out", "mark items as sold out" if item is None else f"mark {item.name} as sold out")
    return replace(till, sheet=Ending(item_id), focus="")


def _ended(till: Till, _world: World, *, gone: bool) -> Result:
    if not isinstance(till.sheet, Ending):
        return till, ()
    return replace(till, sheet=None), (SoldOut(item=till.sheet.item_id, sold_out=gone),)


def _logged_out(till: Till, world: World) -> Result:
    if world.person is None:
        return till, ()
    return replace(till, sheet=None, focus=""), (StaffSeen(staff=world.person.id, what="logout"),)


def _acknowledged(till: Till, world: World, _desk: Desk) -> Result:
    """Seen; and where paper can save the order, its ticket is printed, if there is a printer."""
    trouble = own_trouble(till, world)
    if trouble is None:
        return till, ()
    after = replace(till, seen=till.seen | {trouble_key(trouble)})
    prints = trouble.offer_paper and world.printer.state in {"ok", "stuck"}
    return after, (PrintAsked(what="kitchen", subject=trouble.order),) if prints else ()


def _closed(till: Till) -> Till:
    return replace(till, sheet=None)


_WITH_FACTS: dict[str, Callable[[Till, World], Result]] = {
    "86:out": lambda till, world: _ended(till, world, gone=True),
    "86:back": lambda till, world: _ended(till, world, gone=False),
    "logout": _logged_out,
    "clear": _clear,
}
_PLAIN: dict[str, Callable[[Till], Till]] = {
    "find": lambda till: replace(till, finding=True, focus=""),
    "test": lambda till: replace(till, test=not till.test) if till.later else till,
    "find:done": lambda till: replace(till, find="", finding=False, page=0, focus=""),
    "guest": _guest,
    "allergies": lambda till: replace(till, sheet=Allergies(), focus=""),
    "restore": _restore,
    "next": lambda till: replace(till, last=None),
    "help": lambda till: replace(till, sheet=Helping(), focus=""),
    "allergies:done": _closed,
    "86:leave": _closed,
    "text:done": text_done,
    "message:seen": lambda till: replace(till, message="", message_until=None),
}
_RESULTS: dict[str, Callable[[Till, World, Desk], Result]] = {
    "clashes:done": confirm,
    "trouble:seen": _acknowledged,
    "close": _close,
}
_NAMED: dict[str, Callable[[Till, str, World, Desk], Till]] = {
    "category": lambda till, rest, _world, _desk: _category(till, rest),
    "item": _item,
    "items": lambda till, rest, _world, _desk: replace(till, page=int(rest)),
    "modifier": _modifier,
    "modifiers": _modifiers,
    "line": _line,
    "lines": lambda till, rest, _world, _desk: replace(till, lines_top=int(rest)),
    "allergy": lambda till, rest, _world, _desk: replace(till, draft=drafts.allergy_toggled(till.draft, rest)),
    "clash": lambda till, rest, _world, _desk: tell(till, rest),
    "field": field_chosen,
    "type": letter_tapped,
    "digit": digit_tapped,
    "86": _ending,
}
_ACTIONS: dict[str, Callable[[Till, str, World, Desk], Result]] = {
    "pay": _pay,
    "tender": _tender,
    "terminal": terminal_said,
    "why": _why,
    "mode": lambda till, rest, world, desk: mode_answered(
        till, "take_away" if rest == "take_away" else "eat_in", world, desk
    ),
    **more.ACTIONS,
    **split.ACTIONS,
    **waiting.ACTIONS,
    **orders.ACTIONS,
    **after.ACTIONS,
    **day.ACTIONS,
    **close.ACTIONS,
}
