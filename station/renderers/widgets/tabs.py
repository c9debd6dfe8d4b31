"""A row of choices of which one is on."""

from collections.abc import Sequence

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Rect
from station.renderers.world import World


def tabs(rect: Rect, choices: Sequence[tuple[str, str]], chosen: str, world: World, keys: Sequence[str] = ()) -> Drawn:
    """`choices` are (action, text) in order; `chosen` is the action of the one that is on; `keys` their shortcuts."""
    theme = world.theme
    ops: list[Op] = [Box(rect, look.BAR, theme.radius)]
    hits: list[Hit] = []
    if not choices:
        return Drawn(tuple(ops))
    for index, (cell, (action, text)) in enumerate(
        zip(rect.split_columns(len(choices), theme.px(4)), choices, strict=True)
    ):
        on = action == chosen
        if on or world.pressed == action:
            ops.append(Box(cell, look.ACCENT if on else look.PRESSED, theme.radius))
        ink = look.ON_ACCENT if on else look.TEXT
        ops.append(Label(cell.inset(theme.px(8), 0), text, theme.label, ink, "semibold", "centre"))
        hits.append(Hit(cell, action, text, key=keys[index] if index < len(keys) else ""))
    return Drawn(tuple(ops), tuple(hits))
