"""Tiles: a name on a coloured ground, as large as a thumb wants it."""

from collections.abc import Sequence

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Rect
from station.renderers.theme import tile_colour
from station.renderers.widgets.text import wrapped
from station.renderers.world import World


def grid(area: Rect, columns: int, rows: int, gap: int) -> tuple[Rect, ...]:
    """Equal cells, row by row."""
    return tuple(cell for row in area.split_rows(rows, gap) for cell in row.split_columns(columns, gap))


def fitting(area: Rect, width: int, height: int, gap: int) -> tuple[int, int]:
    """How many columns and rows of at least this size fit; one at least."""
    return max(1, (area.w + gap) // (width + gap)), max(1, (area.h + gap) // (height + gap))


def tile(
    rect: Rect,
    text: str,
    action: str,
    world: World,
    *,
    colour: str = "grey",
    corner: str = "",
    note: str = "",
    enabled: bool = True,
    chosen: bool = False,
    key: str = "",
    hold: str = "",
) -> Drawn:
    """The name at the top in up to three lines; `note` at the lower left, `corner` (a price) at the lower right."""
    theme = world.theme
    ground = tile_colour(colour) if enabled else look.BAR
    ink = look.TEXT if enabled else look.OFF
    if world.pressed == action and enabled:
        ground = look.mix(ground, look.TEXT, 0.25)
    inner = rect.inset(theme.px(14), theme.px(10))
    step = theme.line(theme.label)
    foot = theme.line(theme.small) if corner or note else 0
    lines = wrapped(text, inner.w, theme.label, "semibold", world.ruler, max(1, min(3, (inner.h - foot) // step)))
    ops: list[Op] = [Box(rect, ground, theme.radius, look.ACCENT if chosen else None, theme.px(4))]
    ops += _column(Rect(inner.x, inner.y, inner.w, step), lines, theme.label, ink)
    low = Rect(inner.x, inner.bottom - foot, inner.w, foot)
    taken = 0
    if corner:
        taken = world.ruler.width(corner, theme.small, "medium", tabular=True) + theme.px(8)
        ops.append(Label(low, corner, theme.small, ink, "medium", "right", tabular=True))
    if note:
        ops.append(Label(low.left(low.w - taken), note, theme.small, ink, "semibold"))
    said = ", ".join(part for part in (text, note, corner) if part)
    return Drawn(tuple(ops), (Hit(rect, action, said, enabled, key, hold),))


def _column(first: Rect, lines: Sequence[str], size: int, ink: tuple[int, int, int]) -> list[Op]:
    return [Label(first.moved(0, n * first.h), line, size, ink, "semibold") for n, line in enumerate(lines)]
