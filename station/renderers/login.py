"""The log-in: the shop's name and time, "scan your card", and everybody's name to tap. Calm, since guests see it, too.

A card needs no touch: whoever scans it is in. A name opens the PIN pad of somebody who has a PIN; somebody who has a card and no
PIN is asked for the card. In a shop where nobody has either yet a name is enough, so that it can begin.
`optional`: the screen below works without anybody, and one may go back to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from station.domain.facts import Fact, StaffSeen
from station.domain.menu import Person
from station.renderers import focus as keyboard
from station.renderers import login_pin as pin
from station.renderers import theme as look
from station.renderers.login_scan import scan_panel
from station.renderers.login_state import Login
from station.renderers.role import Desk, Event, Keyed, Tap, Wheeled
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Panel, Rect, Scene, drawn, panel
from station.renderers.widgets.bars import status_bar
from station.renderers.widgets.button import button
from station.renderers.widgets.listing import pager
from station.renderers.widgets.text import clock, station_name
from station.renderers.world import World

Result = tuple[Login, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class LoginRole:
    """See `role.Role`."""

    optional: bool = False

    def begin(self, world: World) -> Login:  # noqa: ARG002 -- the protocol's; a log-in begins the same in every world
        return Login()

    def notice(self, state: Login, world: World, desk: Desk) -> Login:  # noqa: ARG002 -- the protocol's
        last = _layout(world)[2] - 1
        return replace(state, page=min(state.page, last)) if state.page > last else state

    def handle(self, state: Login, event: Event, world: World, desk: Desk) -> Result:
        if state.person and isinstance(event, Tap | Keyed):
            return pin.handle(state, event, world, desk)
        if isinstance(event, Tap):
            return _tapped(replace(state, focus="", problem=""), event.action, world)
        if isinstance(event, Wheeled):
            page = state.page + (-1 if event.steps > 0 else 1)
            return replace(state, page=max(0, min(_layout(world)[2] - 1, page))), ()
        return self._keyed(state, event, world) if isinstance(event, Keyed) else (state, ())

    def _keyed(self, state: Login, event: Keyed, world: World) -> Result:
        scene = self.scene(state, world)
        direction = keyboard.direction_of(event.press)
        if direction is not None:
            return replace(state, focus=keyboard.moved(state.focus, direction, scene)), ()
        if event.press.key == "enter" and state.focus:
            return _tapped(state, state.focus, world)
        hit = keyboard.pressed_by(event.press, scene)
        return (state, ()) if hit is None or not hit.enabled else _tapped(state, hit.action, world)

    def scene(self, state: Login, world: World) -> Scene:
        left, right = _areas(world)
        below = pin.pad(state, right, world) if state.person else _names(state, world)
        sides: tuple[Panel, ...] = (_told(state, right, world), below)
        if left is not None:
            sides = (scan_panel(left, world, back=self.optional), *sides)
        elif self.optional:
            sides = (*sides, _back(world))
        panels = (_head(world), *sides, status_bar(world, ""))
        scene = Scene(world.size, look.GROUND, panels, message=_asked(state, world), until=_next_minute(world))
        ring = keyboard.ring(state.focus, scene, world.theme)
        return scene if ring is None else replace(scene, panels=(*panels, ring))

    def asks_for_person(self, state: Login, world: World) -> bool:  # noqa: ARG002 -- the protocol's
        return False


def _tapped(state: Login, action: str, world: World) -> Result:
    name, _, rest = action.partition(":")
    if name == "names":
        return replace(state, page=int(rest)), ()
    person = next((person for person in world.shop.staff if person.id == rest), None)
    if name != "login" or person is None:
        return state, ()
    if person.id in world.shop.pins:
        return Login(page=state.page, person=person.id), ()
    if any(card.staff == person.id and not card.revoked for card in world.shop.wallets.by_number.values()):
        return replace(state, problem=f"{person.name} has a card: scan it"), ()
    if _with_cards(world) or world.shop.pins:
        # Where others prove who they are, a name alone would let anybody be the one who does not.
        either = " and no PIN" if world.shop.pins else ""
        return replace(state, problem=f"{person.name} has no card yet{either}: ask the manager"), ()
    return Login(), (StaffSeen(staff=person.id, what="login"),)


def _asked(state: Login, world: World) -> str:
    """What to do, or what went wrong, in one line."""
    if world.note or state.problem:
        return world.note or state.problem
    if state.person:
        return _over(state, world)
    return "Scan your card, or tap your name" if _with_cards(world) else "Tap your name"


def _over(state: Login, world: World) -> str:
    """The line over the names, or over the pad."""
    if state.problem:
        return state.problem
    if state.person:
        name = next((person.name for person in world.shop.staff if person.id == state.person), "")
        return f"{name}, type your PIN"
    return "Or tap your name" if _with_cards(world) else "Tap your name"


def _with_cards(world: World) -> bool:
    return bool(world.shop.wallets.by_number)


def _told(state: Login, right: Rect, world: World) -> Panel:
    theme = world.theme
    rect = right.top(theme.line(theme.title))
    tone = look.ACCENT if state.problem else look.MUTED
    label = Label(rect.at_origin(), _over(state, world), theme.title, tone, "bold" if state.problem else "medium")
    return panel("told", rect, drawn((label,)), ground=look.GROUND)


def _head(world: World) -> Panel:
    theme = world.theme
    rect = Rect(0, 0, world.size[0], _head_height(world))
    big = round(theme.display * 1.6)
    step, low = theme.line(big), theme.line(theme.label)
    top = max(theme.gap, (rect.h - step - low) // 2)
    side = theme.px(64)
    width = world.ruler.width(clock(world.now), big, "bold", tabular=True) + 8
    time = Rect(rect.w - side - width, top, width, step)
    name = Rect(side, top, rect.w - 2 * side - width, step)
    ops: tuple[Op, ...] = (
        Label(name, world.shop.name, big, look.TEXT, "bold"),
        Label(time, clock(world.now), big, look.TEXT, "bold", "right", tabular=True),
        Label(Rect(side, top + step, rect.w - 2 * side, low), _day(world), theme.label, look.MUTED, "medium"),
    )
    return panel("head", rect, drawn(ops), ground=look.GROUND)


def _day(world: World) -> str:
    here = world.here.name if world.here else station_name(world.station)
    return f"{here} · {world.now.astimezone():%A} {world.now.astimezone().day} {world.now.astimezone():%B}"


def _areas(world: World) -> tuple[Rect | None, Rect]:
    """Where the picture is (None: nobody has a card), and where the names are, with the line over them."""
    theme = world.theme
    side, top = theme.px(64), _head_height(world)
    whole = Rect(side, top, world.size[0] - 2 * side, world.size[1] - top - theme.status - 2 * theme.gap)
    if not _with_cards(world):
        # At the foot is the way back to the screen below, where there is one.
        return None, Rect(whole.x, whole.y, whole.w, whole.h - theme.touch - theme.gap)
    left = whole.left(round(whole.w * 0.31))
    return left, whole.after(left.w + theme.px(64))


def _layout(world: World) -> tuple[Rect, list[Rect], int]:
    """The area of the names, its cells, and how many pages there are."""
    theme = world.theme
    gap = theme.px(20)
    area = _areas(world)[1]
    area = area.below(theme.line(theme.title) + gap)
    people = max(1, len(world.shop.staff))
    columns = max(2, min(4, (area.w + gap) // (theme.px(330) + gap)))
    high = max(theme.touch + theme.px(24), theme.px(130))
    rows = -(-people // columns)
    fits = max(1, (area.h + gap) // (high + gap))
    if rows > fits:
        area = Rect(area.x, area.y, area.w, area.h - theme.touch - gap)
        fits = max(1, (area.h + gap) // (high + gap))
    rows = min(rows, fits)
    height = min(theme.px(180), (area.h + gap) // rows - gap)
    block = Rect(area.x, area.y, area.w, rows * height + (rows - 1) * gap)
    cells = [cell for row in block.split_rows(rows, gap) for cell in row.split_columns(columns, gap)]
    return area, cells, -(-people // len(cells))


def _names(state: Login, world: World) -> Panel:
    theme = world.theme
    area, cells, pages = _layout(world)
    page = min(state.page, pages - 1)
    people = world.shop.staff[page * len(cells) : (page + 1) * len(cells)]
    made = Drawn()
    for index, (person, cell) in enumerate(zip(people, cells, strict=False)):
        made += _name(person, cell, str(index + 1) if index < 9 else "", world)
    if not world.shop.staff:
        line = theme.line(theme.body)
        text = "Nobody is on the staff list yet: a manager adds people"
        made += drawn((Label(area.top(line), text, theme.body, look.MUTED, "medium", "centre"),))
    if pages > 1:
        row = Rect(area.x, area.bottom + theme.px(20), area.w, theme.touch)
        made += pager(row, page, pages, world, "names")
    return panel("names", Rect(0, 0, *world.size), made)


def _name(person: Person, cell: Rect, key: str, world: World) -> Drawn:
    theme = world.theme
    action = f"login:{person.id}"
    fill = look.PRESSED if world.pressed == action else look.RAISED
    side = min(cell.h - 2 * theme.px(24), theme.px(88))
    disc = Rect(cell.x + theme.px(24), cell.y + (cell.h - side) // 2, side, side)
    initials = "".join(word[:1] for word in person.name.split()[:2]).upper()
    x = disc.right + theme.px(20)
    width = cell.right - x - theme.px(16)
    high, low = theme.line(theme.title), theme.line(theme.label)
    top = cell.y + (cell.h - high - low) // 2
    ops = (
        Box(cell, fill, theme.radius, look.CARD_EDGE, theme.edge),
        Box(disc, look.PLATE, side // 2),
        Label(disc, initials, theme.title, look.ACCENT, "bold", "centre"),
        Label(Rect(x, top, width, high), person.name, theme.title, look.TEXT, "semibold"),
        Label(Rect(x, top + high, width, low), person.role, theme.label, look.MUTED),
    )
    return drawn(ops, (Hit(cell, action, f"{person.name}, {person.role}", key=key),))


def _back(world: World) -> Panel:
    theme = world.theme
    width, high = theme.px(320), theme.touch
    rect = Rect(world.size[0] - theme.px(64) - width, world.size[1] - theme.status - theme.gap - high, width, high)
    made = button(rect.at_origin(), "Not now", "login:cancel", theme, key="Esc", pressed=world.pressed)
    return panel("back", rect, made, z=1)


def _head_height(world: World) -> int:
    return round(world.size[1] * 0.22)


def _next_minute(world: World) -> datetime:
    """When the clock shows another time."""
    return world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
