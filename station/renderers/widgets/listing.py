"""Rows to choose from: a name, a note under it, an amount at the right; and the pages of a list that is too long."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Hit, Label, Op, Rect, Shape
from station.renderers.widgets.button import button
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class Row:
    """`lead` stands large at the left (a key, a count, a number); an empty action makes a row that is only read."""

    action: str
    text: str
    note: str = ""
    lead: str = ""
    amount: str = ""
    enabled: bool = True
    chosen: bool = False
    key: str = ""
    tone: Colour | None = None


def row_height(world: World, *, notes: bool) -> int:
    """Never under a touch target; taller where rows have a second line."""
    theme = world.theme
    return max(theme.touch, theme.line(theme.body) + (theme.line(theme.label) if notes else 0) + theme.px(18))


def fits(area: Rect, world: World, *, notes: bool) -> int:
    """How many rows fit, one under the other; one at least."""
    gap = world.theme.px(8)
    return max(1, (area.h + gap) // (row_height(world, notes=notes) + gap))


def rows_height(count: int, world: World, *, notes: bool) -> int:
    """How high so many rows are."""
    return count * (row_height(world, notes=notes) + world.theme.px(8)) - world.theme.px(8)


def listing(area: Rect, rows: Sequence[Row], world: World, *, notes: bool | None = None) -> Drawn:
    """The rows from the top; those that do not fit are left out (see `fits` and `pager`)."""
    noted = any(row.note for row in rows) if notes is None else notes
    height, gap = row_height(world, notes=noted), world.theme.px(8)
    lead = max((world.ruler.width(row.lead, world.theme.title, "bold", tabular=True) for row in rows), default=0)
    made = Drawn()
    for index, row in enumerate(rows[: fits(area, world, notes=noted)]):
        made += _row(Rect(area.x, area.y + index * (height + gap), area.w, height), row, lead, world)
    return made


def pager(rect: Rect, page: int, pages: int, world: World, action: str = "page") -> Drawn:
    """Back, where we are, on: `<action>:<page>`, counted from 0."""
    theme = world.theme
    side = max(theme.touch, theme.px(120))
    icons: tuple[tuple[Rect, int, Shape, str], ...] = (
        (rect.left(side), page - 1, "left", "PgUp"),
        (rect.after(rect.w - side), page + 1, "right", "PgDn"),
    )
    made = Drawn((Label(rect, f"{page + 1} of {pages}", theme.label, look.MUTED, "medium", "centre", tabular=True),))
    for place, target, shape, key in icons:
        made += button(
            place,
            "",
            f"{action}:{target}",
            theme,
            icon=shape,
            enabled=0 <= target < pages,
            label="Page back" if shape == "left" else "Page on",
            key=key,
            pressed=world.pressed,
        )
    return made


def _row(rect: Rect, row: Row, lead: int, world: World) -> Drawn:
    theme = world.theme
    ground = look.PRESSED if row.action and world.pressed == row.action else look.RAISED
    ink = row.tone or (look.TEXT if row.enabled else look.OFF)
    ops: list[Op] = [Box(rect, ground, theme.radius, look.ACCENT if row.chosen else None, theme.px(3))]
    inner = rect.inset(theme.pad, 0)
    if lead:
        ops.append(Label(inner.left(lead + 2), row.lead, theme.title, ink, "bold", tabular=True))
        inner = inner.after(lead + theme.pad)
    if row.amount:
        room = world.ruler.width(row.amount, theme.body, "semibold", tabular=True) + 2
        ops.append(Label(inner.after(inner.w - room), row.amount, theme.body, ink, "semibold", "right", tabular=True))
        inner = inner.left(inner.w - room - theme.pad)
    if row.note:
        high, low = theme.line(theme.body), theme.line(theme.label)
        top = rect.y + (rect.h - high - low) // 2
        ops.append(Label(Rect(inner.x, top, inner.w, high), row.text, theme.body, ink, "semibold"))
        ops.append(Label(Rect(inner.x, top + high, inner.w, low), row.note, theme.label, look.MUTED))
    else:
        ops.append(Label(inner, row.text, theme.body, ink, "semibold"))
    said = ", ".join(part for part in (row.lead, row.text, row.note, row.amount) if part)
    return Drawn(tuple(ops), (Hit(rect, row.action, said, row.enabled, row.key),) if row.action else ())
