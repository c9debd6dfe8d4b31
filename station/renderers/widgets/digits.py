"""A line of digits for whoever has no keyboard: what was typed so far, ten keys, and one that takes back."""

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Label, Rect, drawn
from station.renderers.widgets.button import button
from station.renderers.world import World


def typed_box(rect: Rect, typed: str, world: World) -> Drawn:
    """What is looked for so far."""
    theme = world.theme
    ink = look.TEXT if typed else look.MUTED
    return drawn(
        (
            Box(rect, look.PLATE, theme.radius, look.ACCENT, theme.edge),
            Label(rect.inset(theme.px(14), 0), typed or "Number", theme.body, ink, "bold", tabular=True),
        )
    )


def digit_row(rect: Rect, action: str, world: World) -> Drawn:
    """`<action>:7`, and `<action>:back`."""
    theme = world.theme
    keys = [*((str(digit), str(digit)) for digit in (*range(1, 10), 0)), ("back", "")]
    made = Drawn()
    for cell, (key, text) in zip(rect.split_columns(len(keys), theme.px(8)), keys, strict=True):
        made += button(
            cell,
            text,
            f"{action}:{key}",
            theme,
            icon="backspace" if key == "back" else None,
            label="Take one back" if key == "back" else key,
            pressed=world.pressed,
            size=theme.title,
        )
    return made
