"""Splitting a card on the prep display: what of it goes, then to which station. Pure."""

from dataclasses import replace

from station.domain import splitting
from station.domain.cards import Card
from station.domain.facts import SplitOff, TokenSplit
from station.domain.floor import station_place
from station.domain.menu import StationInfo
from station.domain.token import Line
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.prep_state import PrepState, Result, closed, mine, number_of, refused, said
from station.renderers.scene import Box, Drawn, Hit, Label, Panel, Rect
from station.renderers.widgets.button import button
from station.renderers.widgets.listing import Row, pager
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import counted, station_name
from station.renderers.world import World


def splittable(card: Card) -> tuple[Line, ...]:
    """The lines of which something is still to be made."""
    return tuple(line for line in card.body.lines if splitting.left_of(line))


def take(state: PrepState, line_id: str, change: int, world: World) -> PrepState:
    """One more or one less of a line goes."""
    card = _card(state, world)
    if card is None:
        return closed(state)
    off = splitting.with_more(card.body.lines, dict(state.off), line_id, change)
    after = replace(state, off=tuple(off.items()))
    if change > 0 and off == dict(state.off):
        return said(after, "At least one item stays; to move all of it, transfer the order", world)
    return after


def toggle(state: PrepState, line_id: str, world: World) -> PrepState:
    """All that is left of a line goes, or nothing of it."""
    if dict(state.off).get(line_id):
        return replace(state, off=tuple((key, count) for key, count in state.off if key != line_id))
    card = _card(state, world)
    left = 0 if card is None else sum(splitting.left_of(line) for line in card.body.lines if line.id == line_id)
    return take(state, line_id, left, world)


def halve(state: PrepState, world: World) -> PrepState:
    """Half of it, such that the least loaded station that can make any of it can make all that goes."""
    card = _card(state, world)
    if card is None:
        return closed(state)
    able = [station.groups for station, _, _ in _there(card, world)]
    off = splitting.half(card.body.lines, able)
    if not off:
        return said(state, f"No other station can make any of {number_of(card)} now", world)
    return replace(state, off=tuple(off.items()))


def go_on(state: PrepState, world: World) -> PrepState:
    """From what goes to where it goes."""
    if not state.off:
        return said(state, "Say first how many of which item shall go", world)
    return replace(state, overlay="split_to", choice=0, page=0)


def targets(state: PrepState, card: Card, world: World) -> tuple[tuple[StationInfo, int | None, str], ...]:
    """Each station, its active items, and why it cannot take this part ("" when it can)."""
    return floor.split_targets(world, card, splitting.groups_of(card.body.lines, dict(state.off)))


def split(state: PrepState, code: str, world: World) -> Result:
    card = _card(state, world)
    if card is None:
        return said(closed(state), "That order has moved on already", world), ()
    why_not = next((why for station, _, why in targets(state, card, world) if station.code == code), "is not known")
    if why_not:
        return said(state, f"{station_name(code)} {why_not}", world), ()
    stopped = refused(state, "token.split", f"split {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
    order, part = card.key
    fact = TokenSplit(
        order=order,
        part=part,
        place=card.spot.place,
        off=tuple(SplitOff(line=line, count=count) for line, count in state.off),
        to=station_place(code),
        why=world.by(f"split by hand at {station_name(world.station)}"),
    )
    items = counted(sum(count for _, count in state.off), "item")
    return said(closed(state), f"{items} of {number_of(card)} to {station_name(code)}", world), (fact,)


def rows(state: PrepState, card: Card, world: World) -> list[Row]:
    """The stations to choose from."""
    return [
        Row(
            f"split_to:{station.code}",
            station_name(station.code),
            why or station.name,
            lead=str(index + 1) if index < 9 else "",
            amount=floor.load_text(items),
            enabled=not why,
            chosen=index == state.choice and not why,
            key=str(index + 1) if index < 9 else "",
        )
        for index, (station, items, why) in enumerate(targets(state, card, world))
    ]


def split_sheet(state: PrepState, card: Card, world: World) -> tuple[Panel, ...]:
    """What goes: a tap on a line takes all that is left of it, minus and plus one; or half of it all."""
    theme = world.theme
    lines = splittable(card)
    rect, area, step = _room(len(lines), world)
    per = lines_a_page(card, world)
    first = min(state.choice, max(0, len(lines) - 1)) // per * per
    drawn = Drawn()
    for index, line in enumerate(lines[first : first + per]):
        row = Rect(area.x, area.y + index * step, area.w, theme.touch)
        drawn += _line(line, first + index, row, state, world)
    if per < len(lines):
        bar = Rect(area.x, area.bottom - theme.touch - step, area.w, theme.touch)
        drawn += pager(bar, first // per, -(-len(lines) // per), world)
    low = Rect(area.x, area.bottom - theme.touch, area.w, theme.touch)
    drawn += _buttons(low, state, world)
    return sheet(world, "sheet:split", f"Split {number_of(card)}: what goes elsewhere?", rect, drawn)


def lines_a_page(card: Card, world: World) -> int:
    """How many lines of a card a page of its sheet has; one row is left for the pages where there are several."""
    count = len(splittable(card))
    _, area, step = _room(count, world)
    room = (area.h - step) // step
    return max(1, count if count <= room else room - 1)


def _room(count: int, world: World) -> tuple[Rect, Rect, int]:
    """The sheet, its content, and how far one row is from the next."""
    gap = world.theme.px(8)
    step = world.theme.touch + gap
    rect = sheet_rect(world, 0.62, 0.92, step * (count + 1) + gap)
    return rect, content_rect(world, rect), step


def _line(line: Line, index: int, row: Rect, state: PrepState, world: World) -> Drawn:
    theme = world.theme
    side, gap = theme.touch, theme.px(8)
    going, left = dict(state.off).get(line.id, 0), splitting.left_of(line)
    name = row.left(row.w - 3 * side - 3 * gap)
    chosen = index == state.choice
    ground = look.PRESSED if world.pressed == f"all:{line.id}" else look.RAISED
    text = name.inset(theme.pad, 0)
    lead = world.ruler.width("00", theme.title, "bold", tabular=True) + theme.px(14)
    made = Drawn(
        (
            Box(name, ground, theme.radius, look.ACCENT if chosen else None, theme.px(3)),
            Label(text.left(lead), str(left), theme.title, look.TEXT, "bold", tabular=True),
            Label(text.after(lead), line.name, theme.body, look.ACCENT if going else look.TEXT, "semibold"),
            Label(
                Rect(row.right - 2 * side - gap, row.y, side, side),
                str(going),
                theme.title,
                look.ACCENT if going else look.MUTED,
                "bold",
                "centre",
                tabular=True,
            ),
        ),
        (Hit(name, f"all:{line.id}", f"{left} {line.name}: all or none", key=str(index + 1) if index < 9 else ""),),
    )
    minus, plus = Rect(row.right - 3 * side - 2 * gap, row.y, side, side), Rect(row.right - side, row.y, side, side)
    less, more = f"One {line.name} less", f"One {line.name} more"
    made += button(minus, "", f"less:{line.id}", theme, icon="minus", label=less, key="-", pressed=world.pressed)
    return made + button(plus, "", f"more:{line.id}", theme, icon="plus", label=more, key="+", pressed=world.pressed)


def _buttons(low: Rect, state: PrepState, world: World) -> Drawn:
    theme = world.theme
    side = max(theme.touch * 2, theme.px(200))
    count = sum(count for _, count in state.off)
    text = f"Send {counted(count, 'item')} to …" if count else "Say what shall go"
    made = button(low.left(side), "Half", "half", theme, icon="split", key="H", pressed=world.pressed)
    return made + button(
        low.after(side + theme.gap),
        text,
        "split_on",
        theme,
        kind="primary",
        enabled=bool(count),
        locked=world.locked("token.split"),
        key="Enter",
        pressed=world.pressed,
    )


def _there(card: Card, world: World) -> list[tuple[StationInfo, int | None, str]]:
    """The other stations that answer, the least loaded first."""
    return [each for each in floor.split_targets(world, card, ()) if not each[2]]


def _card(state: PrepState, world: World) -> Card | None:
    return None if state.moving is None else mine(state.moving, world)
