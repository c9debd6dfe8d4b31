"""Letters on the screen, for who has no keyboard: `type:<letter>`, `type:space`, `type:backspace`.

A real keyboard types the same: the hits carry no shortcuts, since the screens take typed text as it comes.
"""

from typing import Final

from station.renderers.scene import Drawn, Rect
from station.renderers.widgets.button import button
from station.renderers.world import World

_ROWS: Final = ("1234567890", "qwertyuiop", "asdfghjkl'", "zxcvbnm,.-")


def keyboard_height(world: World) -> int:
    """Five rows, none lower than a finger."""
    theme = world.theme
    return 5 * max(64, theme.px(76)) + 4 * theme.px(8)


def keyboard(area: Rect, world: World) -> Drawn:
    """Four rows of ten, and the space bar, filling the area."""
    theme = world.theme
    gap = theme.px(8)
    rows = area.split_rows(len(_ROWS) + 1, gap)
    made = Drawn()
    for row, letters in zip(rows, _ROWS, strict=False):
        for cell, letter in zip(row.split_columns(len(letters), gap), letters, strict=True):
            made += button(
                cell, letter.upper(), f"type:{letter}", theme, label=letter, pressed=world.pressed, size=theme.body
            )
    low = rows[-1]
    side = (low.w - gap) * 3 // 10
    made += button(low.left(low.w - side - gap), "Space", "type:space", theme, pressed=world.pressed)
    return made + button(
        low.after(low.w - side),
        "",
        "type:backspace",
        theme,
        icon="backspace",
        label="Take back",
        pressed=world.pressed,
    )
