"""An item to sell: its name large, its price in the lower right corner, what is wrong with it in the lower left."""

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Rect
from station.renderers.theme import tile_colour
from station.renderers.widgets.text import wrapped
from station.renderers.world import World


def item_tile(
    rect: Rect,
    text: str,
    price: str,
    action: str,
    world: World,
    *,
    colour: str,
    note: str = "",
    enabled: bool = True,
    key: str = "",
    show_key: bool = False,
    hold: str = "",
) -> Drawn:
    """`show_key`: the shortcut stands in the corner, for who works by keyboard."""
    theme = world.theme
    ground = tile_colour(colour) if enabled else look.BAR
    ink = look.TEXT if enabled else look.OFF
    if world.pressed == action and enabled:
        ground = look.mix(ground, look.TEXT, 0.25)
    inner = rect.inset(theme.px(16), theme.px(12))
    step, foot = theme.line(theme.body), theme.line(theme.label)
    room = max(1, min(3, (inner.h - foot) // step))
    ops: list[Op] = [Box(rect, ground, theme.radius, None if enabled else look.CARD_EDGE, theme.edge)]
    corner = theme.px(26) if show_key and key else 0
    for n, line in enumerate(wrapped(text, inner.w - corner, theme.body, "semibold", world.ruler, room)):
        ops.append(Label(Rect(inner.x, inner.y + n * step, inner.w - corner, step), line, theme.body, ink, "semibold"))
    if corner:
        place = Rect(inner.right - corner, inner.y, corner, step)
        ops.append(Label(place, key, theme.label, ink, "bold", "right"))
    low = Rect(inner.x, inner.bottom - foot, inner.w, foot)
    width = world.ruler.width(price, theme.label, "medium", tabular=True) + 2
    ops.append(
        Label(low.after(low.w - width), price, theme.label, ink, "medium", "right", strike=not enabled, tabular=True)
    )
    if note:
        ops.append(Label(low.left(low.w - width - theme.px(8)), note, theme.label, ink, "semibold"))
    said = ", ".join(part for part in (text, note, price) if part)
    return Drawn(tuple(ops), (Hit(rect, action, said, enabled, key, hold),))
