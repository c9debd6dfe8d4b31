"""Somebody wants what they may not do alone: a person who may scans their card, or types their PIN, for that one action.

The sheet lies over the screen that asked. What was wanted is kept as the event that asked for it, and given to the role again once
it is approved, in the world as it is then. Nobody's log-in changes; both names are in the facts. It goes away by itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from station.domain.facts import Fact, StaffSeen
from station.domain.menu import Person, Shop
from station.domain.permissions import NotPermitted
from station.renderers import focus as keyboard
from station.renderers import login_pin as pin
from station.renderers import theme as look
from station.renderers.login_state import Login
from station.renderers.role import Desk, Event, Keyed, Tap
from station.renderers.scene import Drawn, Icon, Label, Op, Panel, Rect, Scene, Weight, drawn
from station.renderers.widgets.button import button
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

WAITS_S: Final = 60.0
"""How long the sheet waits for somebody: long enough to call one, too short to be forgotten open."""
CANCEL: Final = "approval:cancel"
_NAMES: Final = 6


@dataclass(frozen=True, slots=True)
class Approval:
    """`event`: what is done once somebody has approved; `what`: the same in words that go on from "may not".

    `pad`: whose PIN is being typed, and what went wrong.
    """

    event: Event
    person: str
    permission: str
    what: str
    until: datetime
    pad: Login = Login()  # noqa: RUF009 -- frozen


def asked(event: Event, needed: NotPermitted, now: datetime) -> Approval:
    return Approval(event, needed.person, needed.permission, needed.what, now + timedelta(seconds=WAITS_S))


def approvers(shop: Shop, permission: str) -> tuple[Person, ...]:
    return tuple(person for person in shop.staff if permission in person.permissions)


def handle(state: Approval, event: Event, world: World, desk: Desk) -> tuple[Approval | None, tuple[Fact, ...]]:
    """The sheet after this (None: it is closed), and the facts; an approval among them means that it may be done."""
    if state.pad.person:
        if isinstance(event, Tap | Keyed):
            return _typed(state, event, world, desk)
        return state, ()
    if isinstance(event, Keyed):
        return _keyed(state, event, world)
    return _tapped(state, event.action, world) if isinstance(event, Tap) else (state, ())


def panels(state: Approval, world: World) -> tuple[Panel, ...]:
    """The veil and the sheet."""
    theme = world.theme
    named = _with_pin(state, world)
    rows = -(-len(named) // 2)
    asks = theme.px(170) + (theme.line(theme.label) + (rows + 1) * (theme.touch + theme.gap) if rows else 0)
    rect = sheet_rect(world, 0.56, 0.8, None if state.pad.person else asks + theme.touch + 2 * theme.pad)
    room = content_rect(world, rect)
    made = _pad(state, room, world) if state.pad.person else _ask(state, room, named, world)
    title = state.what[:1].upper() + state.what[1:]
    size = theme.title
    while size > theme.label and world.ruler.width(title, size, "bold") > rect.w - theme.touch - 4 * theme.pad:
        size -= 2
    return sheet(world, "approval", title, rect, made, close=CANCEL)


def scene(state: Approval, below: Scene, world: World) -> Scene:
    """The screen that asked, with the sheet over it."""
    until = state.until if below.until is None else min(state.until, below.until)
    over = replace(below, panels=(*below.panels, *panels(state, world)), message=_said(state, world), until=until)
    ring = keyboard.ring(state.pad.focus, over, world.theme)
    return over if ring is None else replace(over, panels=(*over.panels, ring))


def _typed(state: Approval, event: Tap | Keyed, world: World, desk: Desk) -> tuple[Approval | None, tuple[Fact, ...]]:
    if isinstance(event, Tap) and event.action == CANCEL:
        return None, ()
    pad, facts = pin.handle(state.pad, event, world, desk)
    made = tuple(_as_approval(state, fact) for fact in facts)
    return replace(state, pad=pad), made


def _as_approval(state: Approval, fact: Fact) -> Fact:
    if isinstance(fact, StaffSeen) and fact.what == "login":
        return StaffSeen(staff=fact.staff, what="approved", how="pin", permission=state.permission)
    return fact


def _keyed(state: Approval, event: Keyed, world: World) -> tuple[Approval | None, tuple[Fact, ...]]:
    if event.press.key == "escape":
        return None, ()
    over = Scene(world.size, look.GROUND, panels(state, world))
    direction = keyboard.direction_of(event.press)
    if direction is not None:
        focus = keyboard.moved(state.pad.focus, direction, over)
        return replace(state, pad=replace(state.pad, focus=focus)), ()
    if event.press.key == "enter" and state.pad.focus:
        return _tapped(state, state.pad.focus, world)
    hit = keyboard.pressed_by(event.press, over)
    return (state, ()) if hit is None else _tapped(state, hit.action, world)


def _tapped(state: Approval, action: str, world: World) -> tuple[Approval | None, tuple[Fact, ...]]:
    if action == CANCEL:
        return None, ()
    name, _, rest = action.partition(":")
    if name == "approver" and any(person.id == rest for person in _with_pin(state, world)):
        return replace(state, pad=Login(person=rest)), ()
    return state, ()


def _with_pin(state: Approval, world: World) -> tuple[Person, ...]:
    return tuple(person for person in approvers(world.shop, state.permission) if person.id in world.shop.pins)


def _said(state: Approval, world: World) -> str:
    """What the sheet says, in one line."""
    if state.pad.problem:
        return state.pad.problem
    if state.pad.person:
        name = next((person.name for person in world.shop.staff if person.id == state.pad.person), "")
        return f"{name}, type your PIN"
    if world.note:
        return world.note
    return f"{state.person} may not do this alone. {_who(state, world)}"


def _who(state: Approval, world: World) -> str:
    roles = list(dict.fromkeys(person.role for person in approvers(world.shop, state.permission)))
    if not roles:
        return "Nobody else may, either: a manager must change the roles"
    named = roles[0] if len(roles) == 1 else f"{', '.join(roles[:-1])} or {roles[-1]}"
    return f"{named}: scan your card to approve"


def _ask(state: Approval, room: Rect, named: tuple[Person, ...], world: World) -> Drawn:
    theme = world.theme
    side = min(theme.px(170), room.h // 3)
    text = Rect(room.x + side + theme.pad * 2, room.y, room.w - side - theme.pad * 2, side)
    ops: list[Op] = [Icon(Rect(room.x, room.y, side, side), "scan", look.ACCENT)]
    first = f"{state.person} may not do this alone."
    second = state.pad.problem or world.note or _who(state, world)
    lines = [(line, look.MUTED) for line in wrapped(first, text.w, theme.body, "medium", world.ruler, lines=2)]
    lines += [(line, look.ACCENT) for line in wrapped(second, text.w, theme.body, "bold", world.ruler, lines=3)]
    step = theme.line(theme.body)
    top = text.y + max(0, (text.h - step * len(lines)) // 2)
    for index, (line, colour) in enumerate(lines):
        weight: Weight = "bold" if colour == look.ACCENT else "medium"
        ops.append(Label(Rect(text.x, top + index * step, text.w, step), line, theme.body, colour, weight))
    made = drawn(tuple(ops))
    foot = Rect(room.x, room.bottom - theme.touch, room.w, theme.touch)
    if named:
        made += _names(
            Rect(room.x, room.y + side + theme.pad, room.w, foot.y - room.y - side - 2 * theme.pad), named, world
        )
    return made + button(foot, "Cancel", CANCEL, theme, key="Esc", pressed=world.pressed)


def _names(area: Rect, named: tuple[Person, ...], world: World) -> Drawn:
    """Those who may and have a PIN, for when a card is at home."""
    theme = world.theme
    low, gap = theme.line(theme.label), theme.px(10)
    made = drawn((Label(area.top(low), "Or tap your name and type your PIN", theme.label, look.MUTED, "medium"),))
    cells = area.below(low + gap)
    rows = max(1, min(-(-len(named) // 2), (cells.h + gap) // (theme.touch + gap)))
    block = cells.top(rows * theme.touch + (rows - 1) * gap)
    places = [cell for row in block.split_rows(rows, gap) for cell in row.split_columns(2, gap)]
    for index, (person, cell) in enumerate(zip(named, places, strict=False)):
        made += button(
            cell,
            person.name,
            f"approver:{person.id}",
            theme,
            icon="person",
            key=str(index + 1) if index < 9 else "",
            pressed=world.pressed,
            label=f"{person.name}, {person.role}",
        )
    return made


def _pad(state: Approval, room: Rect, world: World) -> Drawn:
    theme = world.theme
    line = theme.line(theme.body)
    told = Label(room.top(line), _said(state, world), theme.body, look.ACCENT, "bold", "centre")
    return drawn((told,)) + pin.keys(state.pad, room.below(line + theme.pad), world, ok="Approve")
