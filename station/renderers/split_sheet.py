"""What of an order goes to another station, on a sheet that prep displays and expediters share: lines, how many of each, half of it all."""

from station.domain import splitting
from station.domain.cards import Card
from station.domain.token import Line
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Panel, Rect
from station.renderers.widgets.button import button
from station.renderers.widgets.listing import pager
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import counted
from station.renderers.world import World


def splittable(card: Card) -> tuple[Line, ...]:
    """The lines of which something is still to be made."""
    return tuple(line for line in card.body.lines if splitting.left_of(line))


def all_or_none(card: Card, off: splitting.Off, line_id: str) -> dict[str, int]:
    """All that is left of a line goes, as far as it may; or nothing of it, where some did."""
    if off.get(line_id):
        return {key: count for key, count in off.items() if key != line_id}
    left = sum(splitting.left_of(line) for line in card.body.lines if line.id == line_id)
    return splitting.with_more(card.body.lines, off, line_id, left)


def half(card: Card, world: World) -> dict[str, int]:
    """Half of it, such that the least loaded station that can make any of it can make all that goes; nothing when none can."""
    able = [station.groups for station, _, why in floor.split_targets(world, card, ()) if not why]
    return splitting.half(card.body.lines, able)


def split_sheet(card: Card, off: splitting.Off, choice: int, world: World, pages: str = "page") -> tuple[Panel, ...]:
    """`choice`: the line that the keyboard is on; `pages`: the action that turns a page. What goes: a tap on a line takes all that is left of it, minus and plus one; or half of it all."""
    theme = world.theme
    lines = splittable(card)
    rect, area, step = _room(len(lines), world)
    per = lines_a_page(card, world)
    first = min(choice, max(0, len(lines) - 1)) // per * per
    drawn = Drawn()
    for index, line in enumerate(lines[first : first + per]):
        row = Rect(area.x, area.y + index * step, area.w, theme.touch)
        drawn += _line(line, first + index, row, off, world, chosen=first + index == choice)
    if per < len(lines):
        bar = Rect(area.x, area.bottom - theme.touch - step, area.w, theme.touch)
        drawn += pager(bar, first // per, -(-len(lines) // per), world, pages)
    low = Rect(area.x, area.bottom - theme.touch, area.w, theme.touch)
    drawn += _buttons(low, off, world)
    return sheet(world, "sheet:split", f"Split {card.body.number.upper()}: what goes elsewhere?", rect, drawn)


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


def _line(line: Line, index: int, row: Rect, off: splitting.Off, world: World, *, chosen: bool) -> Drawn:
    theme = world.theme
    side, gap = theme.touch, theme.px(8)
    going, left = off.get(line.id, 0), splitting.left_of(line)
    name = row.left(row.w - 3 * side - 3 * gap)
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


def _buttons(low: Rect, off: splitting.Off, world: World) -> Drawn:
    theme = world.theme
    side = max(theme.touch * 2, theme.px(200))
    count = sum(off.values())
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
