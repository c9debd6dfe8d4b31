"""The till: takes the order and the money, and sends both as one fact.

Categories and items at the left, the order at the right. Sheets come over it one at a time. Everything that a finger can
reach the keyboard reaches too: each hit says its key, and the arrows go from hit to hit.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from station.domain.floor import held_place
from station.domain.hands import Press
from station.errors import OrderRefused
from station.local.status import Trouble
from station.renderers import focus as keyboard
from station.renderers import theme as look
from station.renderers.role import Desk, Event, Held, Keyed, Scanned, Tap, Wheeled
from station.renderers.scene import Box, Drawn, Icon, Label, Op, Panel, Rect, Scene, Shape, drawn, panel
from station.renderers.till_actions import next_category, tapped, turned
from station.renderers.till_after import settling_sheet
from station.renderers.till_bills import bills
from station.renderers.till_bills import settled as bills_settled
from station.renderers.till_close import closing_sheet, report_sheet
from station.renderers.till_day import amount_sheet, daily_sheet, printers_sheet
from station.renderers.till_forms import (
    Allergies,
    Amount,
    Asking,
    Billing,
    Choosing,
    Closing,
    Counting,
    Daily,
    Dieting,
    Ending,
    Helping,
    More,
    Ordering,
    Paying,
    Printers,
    Reducing,
    Reporting,
    Returning,
    Settling,
    Splitting,
    Telling,
    Viewing,
    Why,
    Writing,
)
from station.renderers.till_held import fetching, restored
from station.renderers.till_layout import areas, left_world, trouble_rect
from station.renderers.till_menu import menu_panels
from station.renderers.till_modifiers import modifiers_sheet
from station.renderers.till_more import (
    asking_sheet,
    counting_sheet,
    dieting_sheet,
    more_sheet,
    reducing_sheet,
    returning_sheet,
)
from station.renderers.till_order import order_panels
from station.renderers.till_orders import opened, ordering_sheet, viewing_sheet
from station.renderers.till_pay import pay_panels
from station.renderers.till_payment import recovered
from station.renderers.till_reasons import why_sheet
from station.renderers.till_sale import Result
from station.renderers.till_sheets import allergies_sheet, ending_sheet, help_sheet, telling_sheet, writing_sheet
from station.renderers.till_split import split_sheet
from station.renderers.till_state import Till, handed_on, own_trouble, said, shown_items, trouble_text
from station.renderers.till_typing import taken_back, takes_digits, typed
from station.renderers.till_waiting import waiting_count, waiting_sheet
from station.renderers.widgets.bars import status_bar
from station.renderers.widgets.button import Kind, button, tool
from station.renderers.widgets.card import place_name
from station.renderers.widgets.sheet import message
from station.renderers.widgets.text import counted, wrapped
from station.renderers.world import World

_WHY_NOT = {
    "pay": "There is nothing on the order yet; tap what the guest wants",
    "clear": "There is nothing to clear",
    "line:change": "This item has nothing to choose; write a note",
    "tender:": "That is less than what is due",
}
_SAYS_WHY = ("modifiers:done", "clashes:done")
"""What is done to these says itself why it may not be, and where to go."""


@dataclass(frozen=True, slots=True)
class TillRole:
    """See `role.Role`. A till always needs somebody who is logged in."""

    def begin(self, world: World) -> Till:
        return _settled(Till(), world)

    def notice(self, state: Till, world: World, desk: Desk) -> Till:  # noqa: ARG002 -- the protocol's; a till waits for taps
        return _settled(state, world)

    def handle(self, state: Till, event: Event, world: World, desk: Desk) -> Result:
        state = _settled(state, world)
        if isinstance(event, Tap):
            return _tapped(replace(state, keys=False, focus=""), event, world, desk)
        if isinstance(event, Held):
            return tapped(state, event.action, world, desk)
        if isinstance(event, Wheeled):
            return turned(state, event.action, event.steps, world), ()
        if isinstance(event, Scanned):
            return _by_receipt(state, event.order, world, desk), ()
        if isinstance(event, Keyed):
            return _keyed(replace(state, keys=True), event.press, world, desk)
        return state, ()

    def scene(self, state: Till, world: World) -> Scene:
        state = _settled(state, world)
        panels = (
            *menu_panels(state, world),
            _tools(state, world),
            *order_panels(state, world),
            *_trouble(state, world),
            status_bar(world, _summary(state)),
            *_sheet(state, world),
            *((message(left_world(world), state.message, look.ACCENT),) if state.message else ()),
        )
        scene = Scene(
            size=world.size, ground=look.GROUND, panels=panels, message=state.message, until=_until(state, world)
        )
        ring = keyboard.ring(state.focus, scene, world.theme)
        return scene if ring is None else replace(scene, panels=(*panels, ring))

    def asks_for_person(self, state: Till, world: World) -> bool:  # noqa: ARG002 -- a till never works for nobody
        return world.person is None


def _settled(state: Till, world: World) -> Till:
    """The state without what has gone meanwhile: a category, a selected line, a message that was read."""
    person = "" if world.person is None else world.person.id
    if person != state.owner:
        state = handed_on(state, person)
        if fetching(state, world) is not None:
            away = world.tokens.share != "ok"
            text = "Your order waits on the share, which is away" if away else "Fetching your order from before"
            state = said(state, text, world)
    state = recovered(bills_settled(_welcomed(_quicker(state, world), world), world), world)
    if state.changing and not state.billing:
        state = said(Till(category=state.category, owner=state.owner), "Another till has that order now", world)
    categories = world.shop.menu.categories
    if categories and all(category.id != state.category for category in categories):
        state = replace(state, category=categories[0].id, page=0)
    if state.selected and state.selected_line is None:
        state = replace(state, selected="", lines_top=None)
    if state.message_until is not None and state.message_until <= world.now:
        state = replace(state, message="", message_until=None)
    return state


def _quicker(state: Till, world: World) -> Till:
    """Without the order that was asked for, when another till has it."""
    if not state.wanted:
        return state
    card = next((one for one in world.cards.values() if one.key[0] == state.wanted), None)
    if card is not None and card.spot.place == held_place(world.station):
        return state
    return said(replace(state, wanted=""), "Another till was quicker: that order is there", world)


def _welcomed(state: Till, world: World) -> Till:
    """With the order that came for whoever is here, as soon as it is theirs."""
    came = restored(state, world)
    if came is None:
        return state
    state, missing = came
    text = f"Your order from before is here again: {counted(state.draft.count, 'item')}"
    return said(state, f"{text}. No longer on the menu: {', '.join(missing)}" if missing else text, world)


def _tapped(state: Till, tap: Tap, world: World, desk: Desk) -> Result:
    if state.message:
        state = replace(state, message="", message_until=None)
    if tap.enabled or tap.action in _SAYS_WHY or tap.action.startswith("item:"):
        return tapped(state, tap.action, world, desk)
    why = next((text for action, text in _WHY_NOT.items() if tap.action.startswith(action)), "")
    return (said(state, why, world) if why else state), ()


def _keyed(state: Till, press: Press, world: World, desk: Desk) -> Result:
    """Shortcuts first, then the focus, then letters."""
    scene = TillRole().scene(state, world)
    direction = keyboard.direction_of(press)
    if direction is not None:
        first = "" if state.focus else _first(state, world)
        return replace(state, focus=first or keyboard.moved(state.focus, direction, scene)), ()
    found = scene.action(state.focus)
    if found is not None and press.key == "enter":
        return _tapped(state, Tap(found.hit.action, found.hit.enabled), world, desk)
    if found is not None and press.key == "f12" and found.hit.hold:
        return tapped(state, found.hit.hold, world, desk)
    writing = isinstance(state.sheet, Writing) or (isinstance(state.sheet, Why) and state.sheet.writing)
    if press.key == "f1" and state.sheet is None and not state.later:
        return replace(state, sheet=Helping(), focus=""), ()
    hit = keyboard.pressed_by(press, scene)
    if hit is not None and not (writing and len(press.text) == 1 and press.text.isprintable()):
        return _tapped(state, Tap(hit.action, hit.enabled), world, desk)
    return _letter(state, press, world, desk), ()


def _first(state: Till, world: World) -> str:
    """Where the first arrow leads: the first item, or the first way to pay; "" leaves it to the focus."""
    if isinstance(state.sheet, Paying):
        return "tender:cash:exact" if not state.sheet.typing else "digit:7"
    items = shown_items(state, world) if state.sheet is None else ()
    return f"item:{items[0].id}" if items else ""


def _letter(state: Till, press: Press, world: World, desk: Desk) -> Till:
    key = press.key
    if key == "backspace":
        return taken_back(state)
    if key == "tab":
        return _next_field(state) if state.sheet else next_category(state, world, -1 if press.shift else 1)
    if key == "enter" and state.sheet is None and state.find:
        first = next(iter(shown_items(state, world)), None)
        return state if first is None else tapped(state, f"item:{first.id}", world, desk)[0]
    if press.ctrl or not press.text or not press.text.isprintable():
        return state
    if takes_digits(state) and press.text in "0123456789":
        return tapped(state, f"digit:{press.text}", world, desk)[0]
    return typed(state, press.text)


def _next_field(state: Till) -> Till:
    if not isinstance(state.sheet, Writing) or state.sheet.field == "note":
        return state
    return replace(state, sheet=replace(state.sheet, field="marker" if state.sheet.field == "name" else "name"))


def _by_receipt(state: Till, order: str, world: World, desk: Desk) -> Till:
    """The order whose receipt was scanned: to be seen and acted on where it was sold here, else where it is."""
    if state.draft.begun or state.billing or isinstance(state.sheet, Paying) or state.later:
        return said(state, _whereabouts(order, world), world)
    try:
        return opened(state, order, world, desk)
    except OrderRefused:
        return said(state, _whereabouts(order, world), world)


def _whereabouts(order: str, world: World) -> str:
    """Of a receipt's code, as far as a till sees the floor: the inbox, the pass, and what is not paid."""
    card = next((one for one in world.cards.values() if one.key[0] == order), None)
    if card is not None:
        return f"{card.body.number.upper()} is at {place_name(card.spot.place)}"
    unpaid = next((one for one in bills(world) if one.body.held is not None and one.body.held.order == order), None)
    if unpaid is not None:
        return f"{unpaid.body.number.upper()} is not paid yet: see Waiting"
    return "That order is in the kitchen, or was handed over: the expediter can tell"


def _tools_of(state: Till, world: World) -> list[tuple[str, str, Shape, str, Kind]]:
    """What stands over the order. What waits shows when there is any."""
    if state.later:
        return [
            ("Find", "find", "list", "", "plain"),
            ("Test", "test", "tick", "F7" if not state.draft.lines else "", "chosen" if state.test else "plain"),
            ("Help", "help", "help", "F1", "plain"),
            ("Floor", "floor", "left", "F10", "plain"),
        ]
    made: list[tuple[str, str, Shape, str, Kind]] = [
        ("Find", "find", "list", "", "plain"),
        ("Orders", "orders", "note", "Ins", "danger" if world.ledger.unsettled else "plain"),
        ("Till", "daily", "plate", "Pause", "danger" if world.printer.state == "stuck" else "plain"),
        ("Log out", "logout", "person", "F10", "plain"),
    ]
    waiting = waiting_count(world)
    if waiting:
        made.insert(1, (f"Waiting {waiting}", "bills", "pause", "", "plain"))
    return made


def _tools(state: Till, world: World) -> Panel:
    theme = world.theme
    rect = areas(world).tools
    area = Rect(theme.px(14), theme.px(7), rect.w - 2 * theme.px(14), rect.h - 2 * theme.px(7))
    made = Drawn()
    shown = _tools_of(state, world)
    for cell, (text, action, icon, key, kind) in zip(area.split_columns(len(shown), theme.px(8)), shown, strict=True):
        made += tool(cell, text, action, icon, theme, key=key, kind=kind, pressed=world.pressed)
    ground = drawn((Box(rect.at_origin(), look.CARD), Box(Rect(0, 0, theme.edge, rect.h), look.CARD_EDGE)))
    return panel("tools", rect, ground, made, ground=look.CARD)


def _trouble(state: Till, world: World) -> tuple[Panel, ...]:
    """What became of an order that was sent from here, when it is not what it should be: calm, with one thing to do."""
    trouble = own_trouble(state, world)
    if trouble is None:
        return ()
    theme = world.theme
    rect = trouble_rect(world)
    side = max(theme.touch, theme.px(170))
    icon = theme.px(40)
    room = Rect(theme.pad * 2 + icon, 0, rect.w - icon - side - theme.pad * 4, rect.h)
    text = trouble_text(trouble)
    size = theme.body if world.ruler.width(text, theme.body, "semibold") <= room.w else theme.label
    lines = wrapped(text, room.w, size, "semibold", world.ruler, 2)
    step = theme.line(size)
    top = (rect.h - step * len(lines)) // 2
    ops: tuple[Op, ...] = (
        Box(rect.at_origin(), look.RAISED, theme.radius, look.LINE, theme.edge),
        Icon(Rect(theme.pad, (rect.h - icon) // 2, icon, icon), "note", look.TEXT),
        *(
            Label(Rect(room.x, top + n * step, room.w, step), line, size, look.TEXT, "semibold")
            for n, line in enumerate(lines)
        ),
    )
    seen = button(
        Rect(rect.w - side - theme.px(12), (rect.h - theme.touch) // 2, side, theme.touch),
        _done_word(trouble, world),
        "trouble:seen",
        theme,
        kind="primary",
        key="F11",
        label=f"Seen: {text}",
        pressed=world.pressed,
    )
    return (panel("trouble", rect, drawn(ops), seen, z=4),)


def _done_word(trouble: Trouble, world: World) -> str:
    if not trouble.offer_paper:
        return "Seen"
    return "Print it" if world.printer.state in {"ok", "stuck"} else "Paper given"


def _summary(state: Till) -> str:
    return counted(state.draft.count, "item") if state.draft.lines else ""


def _sheet(state: Till, world: World) -> tuple[Panel, ...]:
    """What lies over the screen."""
    sheet = state.sheet
    return () if sheet is None else _SHEETS[type(sheet)](state, sheet, world)


_SHEETS: dict[type[Any], Callable[[Till, Any, World], tuple[Panel, ...]]] = {
    Choosing: modifiers_sheet,
    Paying: pay_panels,
    Splitting: split_sheet,
    Telling: telling_sheet,
    Billing: waiting_sheet,
    Allergies: lambda state, _sheet, world: allergies_sheet(state, world),
    Writing: writing_sheet,
    Ending: lambda _state, sheet, world: ending_sheet(sheet, world),
    Helping: lambda _state, _sheet, world: help_sheet(world),
    More: lambda state, _sheet, world: more_sheet(state, world),
    Asking: lambda state, _sheet, world: asking_sheet(state, world),
    Counting: counting_sheet,
    Reducing: reducing_sheet,
    Returning: lambda state, _sheet, world: returning_sheet(state, world),
    Dieting: lambda state, _sheet, world: dieting_sheet(state, world),
    Why: lambda _state, sheet, world: why_sheet(sheet, world),
    Ordering: lambda _state, sheet, world: ordering_sheet(sheet, world),
    Viewing: viewing_sheet,
    Settling: lambda _state, sheet, world: settling_sheet(sheet, world),
    Daily: lambda _state, _sheet, world: daily_sheet(world),
    Amount: lambda _state, sheet, world: amount_sheet(sheet, world),
    Reporting: lambda _state, sheet, world: report_sheet(sheet, world),
    Closing: lambda _state, sheet, world: closing_sheet(sheet, world),
    Printers: lambda _state, _sheet, world: printers_sheet(world),
}


def _until(state: Till, world: World) -> datetime | None:
    """The status bar's clock changes with the minute, a message ends by itself."""
    turns = world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    return turns if state.message_until is None else min(turns, state.message_until)
