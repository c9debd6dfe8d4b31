"""An item to sell: its name large, its price in the lower right corner, what is wrong with it in the lower left."""

from collections.abc import Sequence

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Picture, Rect
from station.renderers.theme import tile_colour
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

LINES = 3


def name_size(names: Sequence[str], rect: Rect, world: World) -> int:
    """The larger of two type sizes in which every name fits a tile like this one, so that all tiles are set alike."""
    theme = world.theme
    inner = _inner(rect, world)
    room = inner.h - theme.line(theme.body)
    for name in names:
        lines = wrapped(name, inner.w, theme.title, "semibold", world.ruler, LINES)
        high = theme.line(theme.title) * len(lines)
        if high > room or any(world.ruler.width(line, theme.title, "semibold") > inner.w for line in lines):
            return theme.body
    return theme.title


def item_tile(
    rect: Rect,
    text: str,
    price: str,
    action: str,
    world: World,
    *,
    size: int,
    colour: str,
    note: str = "",
    enabled: bool = True,
    key: str = "",
    show_key: bool = False,
    hold: str = "",
    alarm: bool = False,
    picture: str | None = None,
) -> Drawn:
    """`show_key`: the shortcut stands in the corner, for who works by keyboard. `alarm`: the note is about an allergy."""
    theme = world.theme
    ground = tile_colour(colour) if enabled else look.BAR
    ink = look.TEXT if enabled else look.OFF
    if world.pressed == action and enabled:
        ground = look.mix(ground, look.TEXT, 0.25)
    inner = _inner(rect, world)
    small = theme.label if size == theme.body else theme.body
    step, foot = theme.line(size), theme.line(small)
    above = 0
    if picture is not None and inner.h - foot - step > theme.px(56):
        above = inner.h - foot - step - theme.px(4)
    room = max(1, min(LINES, (inner.h - foot - above) // step))
    ops: list[Op] = [Box(rect, ground, theme.radius, None if enabled else look.CARD_EDGE, theme.edge)]
    if above and picture is not None:
        shown = Rect(rect.x, rect.y, rect.w, theme.px(12) + above)
        ops.append(Picture(shown, picture))
        inner = inner.below(above + theme.px(4))
    corner = theme.px(26) if show_key and key else 0
    for n, line in enumerate(wrapped(text, inner.w - corner, size, "semibold", world.ruler, room)):
        ops.append(Label(Rect(inner.x, inner.y + n * step, inner.w - corner, step), line, size, ink, "semibold"))
    if corner:
        place = Rect(inner.right - corner, inner.y, corner, step)
        ops.append(Label(place, key, theme.label, ink, "bold", "right"))
    low = Rect(inner.x, inner.bottom - foot, inner.w, foot)
    width = world.ruler.width(price, small, "medium", tabular=True) + 2
    ops.append(Label(low.after(low.w - width), price, small, ink, "medium", "right", strike=not enabled, tabular=True))
    if note:
        beside = low.left(low.w - width - theme.px(8))
        if alarm:
            ops.append(
                Box(Rect(beside.x - theme.px(8), beside.y, beside.w + theme.px(8), beside.h), look.ALLERGY, theme.px(6))
            )
        ops.append(Label(beside, note, theme.label, look.ON_ALLERGY if alarm else ink, "semibold"))
    said = ", ".join(part for part in (text, note, price) if part)
    return Drawn(tuple(ops), (Hit(rect, action, said, enabled, key, hold),))


def _inner(rect: Rect, world: World) -> Rect:
    return rect.inset(world.theme.px(16), world.theme.px(12))
