"""The log-in: the shop's name and time, "scan your card", and everybody's name to tap. Calm, since guests see it, too.

A card needs no touch: whoever scans it is in. A name opens the PIN pad of somebody who has a PIN; somebody who has a card and no
PIN is asked for the card; who has neither yet is let in by their name, so that a new shop can begin.
`optional`: the screen below works without anybody, and one may go back to it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from station.domain.facts import Fact, StaffSeen
from station.domain.menu import Person
from station.renderers import focus as keyboard
from station.renderers import login_pin as pin
from station.renderers import theme as look
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
        below = pin.pad(state, world) if state.person else _names(state, world)
        panels = (_head(state, world), below, *_back(world, optional=self.optional), status_bar(world, ""))
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
    return Login(), (StaffSeen(staff=person.id, what="login"),)


def _asked(state: Login, world: World) -> str:
    """The one line that says what to do, or what went wrong."""
    if world.note or state.problem:
        return world.note or state.problem
    if state.person:
        name = next((person.name for person in world.shop.staff if person.id == state.person), "")
        return f"{name}, type your PIN"
    return "Scan your card, or tap your name" if world.shop.wallets.by_number else "Tap your name"


def _head(state: Login, world: World) -> Panel:
    theme = world.theme
    rect = Rect(0, 0, world.size[0], _head_height(world))
    big = round(theme.display * 1.6)
    step, low = theme.line(big), theme.line(theme.title)
    top = max(theme.gap, (rect.h - step - low) // 2)
    side = theme.px(64)
    width = world.ruler.width(clock(world.now), big, "bold", tabular=True) + 8
    ops: tuple[Op, ...] = (
        Label(Rect(side, top, rect.w - 2 * side - width, step), world.shop.name, big, look.TEXT, "bold"),
        Label(
            Rect(rect.w - side - width, top, width, step),
            clock(world.now),
            big,
            look.TEXT,
            "bold",
            "right",
            tabular=True,
        ),
        Label(
            Rect(side, top + step, rect.w // 2, low),
            _asked(state, world),
            theme.title,
            look.ACCENT if world.note or state.problem else look.MUTED,
            "medium",
        ),
        Label(
            Rect(rect.w // 2, top + step, rect.w // 2 - side, low),
            _day(world),
            theme.title,
            look.MUTED,
            "medium",
            "right",
        ),
    )
    return panel("head", rect, drawn(ops), ground=look.GROUND)


def _day(world: World) -> str:
    here = world.here.name if world.here else station_name(world.station)
    return f"{here} · {world.now.astimezone():%A} {world.now.astimezone().day} {world.now.astimezone():%B}"


def _layout(world: World) -> tuple[Rect, list[Rect], int]:
    """The area of the names, its cells, and how many pages there are."""
    theme = world.theme
    gap = theme.px(20)
    side = theme.px(64)
    top = _head_height(world)
    area = Rect(side, top, world.size[0] - 2 * side, world.size[1] - top - theme.status - theme.gap)
    people = max(1, len(world.shop.staff))
    columns = max(2, min(4, (area.w + gap) // (theme.px(360) + gap)))
    high = max(theme.touch + theme.px(40), theme.px(150))
    rows = -(-people // columns)
    fits = max(1, (area.h + gap) // (high + gap))
    if rows > fits:
        area = Rect(area.x, area.y, area.w, area.h - theme.touch - gap)
        fits = max(1, (area.h + gap) // (high + gap))
    rows = min(rows, fits)
    height = min(theme.px(190), (area.h + gap) // rows - gap)
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
        Box(disc, look.HEADER, side // 2),
        Label(disc, initials, theme.title, look.ACCENT, "bold", "centre"),
        Label(Rect(x, top, width, high), person.name, theme.title, look.TEXT, "semibold"),
        Label(Rect(x, top + high, width, low), person.role, theme.label, look.MUTED),
    )
    return drawn(ops, (Hit(cell, action, f"{person.name}, {person.role}", key=key),))


def _back(world: World, *, optional: bool) -> tuple[Panel, ...]:
    if not optional:
        return ()
    theme = world.theme
    rect = Rect(
        world.size[0] - theme.px(64) - theme.px(320),
        world.size[1] - theme.status - theme.gap - theme.touch,
        theme.px(320),
        theme.touch,
    )
    made = button(rect.at_origin(), "Not now", "login:cancel", theme, key="Esc", pressed=world.pressed)
    return (panel("back", rect, made, z=1),)


def _head_height(world: World) -> int:
    return round(world.size[1] * 0.26)


def _next_minute(world: World) -> datetime:
    """When the clock shows another time."""
    return world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
