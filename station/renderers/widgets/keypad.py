"""Twelve large keys for numbers: `<action>:7`, `<action>:00`, `<action>:back`."""

from station.renderers.scene import Drawn, Rect
from station.renderers.widgets.button import button
from station.renderers.widgets.tile import grid
from station.renderers.world import World

_KEYS = ("7", "8", "9", "4", "5", "6", "1", "2", "3", "00", "0", "back")


def keypad(area: Rect, action: str, world: World) -> Drawn:
    """Three by four, filling the area; a telephone's order would put 7 where a till has 1."""
    theme = world.theme
    made = Drawn()
    for cell, key in zip(grid(area, 3, 4, theme.px(10)), _KEYS, strict=True):
        back = key == "back"
        made += button(
            cell,
            "" if back else key,
            f"{action}:{key}",
            theme,
            icon="backspace" if back else None,
            key="Backspace" if back else key,
            label="Take back" if back else key,
            pressed=world.pressed,
            size=theme.title,
        )
    return made
