"""Three plain sheets of a till: things to choose from as tiles, as rows in pages, and a sum of money on keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.renderers import theme as look
from station.renderers.scene import Drawn, Label, Panel, Rect, drawn
from station.renderers.widgets.button import Kind, button
from station.renderers.widgets.keypad import keypad
from station.renderers.widgets.listing import Row, fits, listing, pager
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import wrapped
from station.renderers.widgets.tile import grid
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class Choice:
    """`note` stands small under the text; `locked`: somebody else must approve it."""

    text: str
    action: str
    note: str = ""
    kind: Kind = "plain"
    enabled: bool = True
    locked: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Foot:
    """Buttons at the foot of a sheet, the last one the largest."""

    choices: tuple[Choice, ...] = ()


def tiles_sheet(
    world: World, key: str, title: str, choices: Sequence[Choice], columns: int = 2, told: str = ""
) -> tuple[Panel, ...]:
    """`told`: a sentence over the tiles."""
    theme = world.theme
    gap = theme.px(12)
    high = max(theme.touch, theme.px(120))
    rows = -(-len(choices) // columns)
    rect = sheet_rect(world, 0.6, 0.9)
    room = content_rect(world, rect)
    lines = wrapped(told, room.w, theme.body, "medium", world.ruler, 4) if told else ()
    above = len(lines) * theme.line(theme.body) + (gap if lines else 0)
    high = min(high, (room.h - above - gap * (rows - 1)) // max(1, rows))
    rect = sheet_rect(world, 0.6, 0.9, above + rows * high + (rows - 1) * gap + theme.pad)
    room = content_rect(world, rect)
    made = _told(room, lines, world)
    area = Rect(room.x, room.y + above, room.w, rows * high + (rows - 1) * gap)
    for cell, choice in zip(grid(area, columns, rows, gap), choices, strict=False):
        made += choice_button(cell, choice, world)
    return sheet(world, key, title, rect, made)


def choice_button(cell: Rect, choice: Choice, world: World) -> Drawn:
    """A button with a note under its text where it has one."""
    theme = world.theme
    made = button(
        cell,
        "" if choice.note else choice.text,
        choice.action,
        theme,
        kind=choice.kind,
        enabled=choice.enabled,
        locked=choice.locked,
        key=choice.key,
        label=f"{choice.text}, {choice.note}" if choice.note else choice.text,
        pressed=world.pressed,
        size=theme.body,
    )
    if not choice.note:
        return made
    high, low = theme.line(theme.body), theme.line(theme.small)
    inner = cell.inset(theme.px(10), 0)
    top = cell.y + max(0, (cell.h - high - low) // 2)
    ink = look.OFF if not choice.enabled else look.ON_ACCENT if choice.kind == "primary" else look.TEXT
    soft = look.OFF if not choice.enabled else look.ON_ACCENT if choice.kind == "primary" else look.MUTED
    return made + drawn(
        (
            Label(Rect(inner.x, top, inner.w, high), choice.text, theme.body, ink, "semibold", "centre"),
            Label(Rect(inner.x, top + high, inner.w, low), choice.note, theme.small, soft, "medium", "centre"),
        )
    )


def rows_sheet(
    world: World,
    key: str,
    title: str,
    rows: Sequence[Row],
    page: int,
    pages: str,
    *,
    empty: str = "",
    foot: Foot | None = None,
    above: Drawn | None = None,
    above_height: int = 0,
) -> tuple[Panel, ...]:
    """`pages`: the action that turns the page, with its number after it. `above`: drawn over the rows, so high."""
    theme = world.theme
    rect = sheet_rect(world, 0.76, 0.9)
    room = content_rect(world, rect)
    made = Drawn() if above is None else above.moved(room.x, room.y)
    low = max(theme.touch, theme.px(92)) if foot is not None else 0
    area = Rect(room.x, room.y + above_height, room.w, room.h - above_height - (low + theme.px(12) if low else 0))
    notes = any(row.note for row in rows)
    count = fits(area, world, notes=notes)
    if len(rows) > count:
        bar = Rect(area.x, area.bottom - theme.touch, area.w, theme.touch)
        area = area.top(area.h - theme.touch - theme.px(12))
        count = fits(area, world, notes=notes)
        last = -(-len(rows) // count)
        page = min(page, last - 1)
        made += pager(bar, page, last, world, pages)
    else:
        page = 0
    if rows:
        made += listing(area, rows[page * count : (page + 1) * count], world, notes=notes)
    else:
        line = area.top(theme.line(theme.body) * 2)
        made += drawn((Label(line, empty, theme.body, look.MUTED, "medium", "centre"),))
    if foot is not None:
        made += foot_drawn(Rect(room.x, room.bottom - low, room.w, low), foot, world)
    return sheet(world, key, title, rect, made)


def foot_drawn(low: Rect, foot: Foot, world: World) -> Drawn:
    theme = world.theme
    gap = theme.px(12)
    made = Drawn()
    cells = low.split_columns(len(foot.choices), gap)
    for cell, choice in zip(cells, foot.choices, strict=True):
        made += choice_button(cell, choice, world)
    return made


def keys_sheet(
    world: World, key: str, title: str, shown: str, confirm: Choice, told: str = "", more: Sequence[Choice] = ()
) -> tuple[Panel, ...]:
    """Digits come as `digit:…`. `shown`: what was typed so far; `more`: other choices beside the confirmation."""
    theme = world.theme
    gap = theme.px(12)
    take, line = max(theme.touch, theme.px(96)), theme.line(theme.display)
    wide = min(world.size[0] - 2 * theme.gap, max(theme.px(760), 560))
    width = wide - 4 * theme.pad
    lines = wrapped(told, width, theme.label, "medium", world.ruler, 3) if told else ()
    above = len(lines) * theme.line(theme.label) + (gap if lines else 0)
    pad = 4 * max(theme.touch, theme.px(88)) + 3 * theme.px(10)
    content = above + line + gap + pad + gap + take
    high = min(world.size[1] - 2 * theme.px(8), content + theme.touch + 4 * theme.pad)
    rect = Rect((world.size[0] - wide) // 2, (world.size[1] - high) // 2, wide, high)
    room = content_rect(world, rect)
    made = _told(room, lines, world, theme.label)
    at = Rect(room.x, room.y + above, room.w, line)
    made += drawn((Label(at, shown, theme.display, look.TEXT, "bold", "centre", tabular=True),))
    low = Rect(room.x, room.bottom - take, room.w, take)
    made += keypad(Rect(room.x, at.bottom + gap, room.w, low.y - gap - at.bottom - gap), "digit", world)
    return sheet(world, key, title, rect, made + foot_drawn(low, Foot((*more, confirm)), world))


def _told(room: Rect, lines: Sequence[str], world: World, size: int = 0) -> Drawn:
    theme = world.theme
    size = size or theme.body
    step = theme.line(size)
    return drawn(
        tuple(
            Label(Rect(room.x, room.y + n * step, room.w, step), text, size, look.MUTED, "medium")
            for n, text in enumerate(lines)
        )
    )
