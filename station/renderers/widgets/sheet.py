"""Sheets that come over a screen: a title, a way out, and room for content.

Also the strip that tells a person something for a moment.
"""

from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shape, panel
from station.renderers.widgets.bars import areas
from station.renderers.widgets.button import button
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

SHEET_Z = 10
MESSAGE_Z = 20


def sheet_rect(world: World, width: float = 0.7, height: float = 0.84, content: int | None = None) -> Rect:
    """In the middle of the screen, as a share of it; nearly all of a small one.

    `content`: how many pixels the content is high; the sheet is no higher than it needs to be.
    """
    wide, high = world.size
    narrow = wide < 1280
    w = min(wide - 2 * world.theme.gap, round(wide * (0.96 if narrow else width)))
    h = min(high - 2 * world.theme.gap, round(high * (0.94 if narrow else height)))
    if content is not None:
        h = min(h, content + world.theme.touch + world.theme.pad * 4)
    return Rect((wide - w) // 2, (high - h) // 2, w, h)


def sheet(world: World, key: str, title: str, rect: Rect, *content: Drawn, close: str = "close") -> tuple[Panel, Panel]:
    """The veil over the screen and the sheet on it. `content` is in the sheet's coordinates; see `content_rect`.

    A tap beside the sheet or on its cross asks for `close`.
    """
    theme = world.theme
    whole = Rect(0, 0, *world.size)
    veil = panel(
        f"{key}:veil",
        whole,
        Drawn((Box(whole, (0, 0, 0), alpha=168),), (Hit(whole, close, "Close", key="Esc"),)),
        z=SHEET_Z,
        modal=True,
    )
    side = theme.touch
    body = rect.at_origin()
    frame = Drawn(
        (
            Box(body, look.CARD, theme.radius * 2, look.CARD_EDGE, theme.edge),
            Label(
                Rect(theme.pad * 2, theme.pad, rect.w - side - theme.pad * 4, side),
                title,
                theme.title,
                look.TEXT,
                "bold",
            ),
        ),
        # The sheet itself takes taps too, so that one on its empty parts does not close it.
        (Hit(body, "stay", title),),
    )
    cross = button(
        Rect(rect.w - side - theme.pad, theme.pad, side, side),
        "",
        close,
        theme,
        icon="cross",
        label="Close",
        key="Esc",
        pressed=world.pressed,
    )
    return veil, panel(key, rect, frame, cross, *content, z=SHEET_Z, modal=True)


def content_rect(world: World, rect: Rect) -> Rect:
    """Where a sheet's content goes, in the sheet's own coordinates."""
    theme = world.theme
    top = theme.touch + theme.pad * 2
    return Rect(theme.pad * 2, top, rect.w - theme.pad * 4, rect.h - top - theme.pad * 2)


def message(world: World, text: str, tone: Colour = look.TEXT, shape: Shape = "warning") -> Panel:
    """A strip over the bottom of the content: what just happened or why something may not be."""
    theme = world.theme
    middle = areas(world)[1]
    width = min(middle.w - 2 * theme.gap, theme.px(1180))
    lines = wrapped(text, width - theme.px(120), theme.body, "semibold", world.ruler, lines=3)
    step = theme.line(theme.body)
    height = max(theme.touch, step * len(lines) + theme.pad * 2)
    rect = Rect((middle.w - width) // 2, middle.bottom - height - theme.gap, width, height)
    side = theme.px(38)
    x = theme.px(88)
    top = (height - step * len(lines)) // 2
    ops: tuple[Op, ...] = (
        Box(rect.at_origin(), look.RAISED, theme.radius, tone, theme.px(3)),
        Icon(Rect(theme.px(30), (height - side) // 2, side, side), shape, tone),
        *(
            Label(Rect(x, top + n * step, width - x - theme.pad, step), line, theme.body, look.TEXT, "semibold")
            for n, line in enumerate(lines)
        ),
    )
    hit = Hit(rect.at_origin(), "message:seen", text)
    return panel("message", rect, Drawn(ops, (hit,)), z=MESSAGE_Z)
