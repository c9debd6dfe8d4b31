"""A whole screen of plain words: what happened, what to do, and which station this is. Never a trace, never black."""

from station.renderers import theme as look
from station.renderers.scene import Drawn, Icon, Label, Op, Rect, Ruler, Scene, panel
from station.renderers.theme import theme_for
from station.renderers.widgets.text import wrapped


def notice(size: tuple[int, int], ruler: Ruler, title: str, text: str, foot: str) -> Scene:
    """`foot` names the station and says that it goes on by itself."""
    theme = theme_for(*size)
    width = min(size[0] - 4 * theme.gap, theme.px(1240))
    lines = wrapped(text, width, theme.body, "regular", ruler, lines=8)
    step = theme.line(theme.body)
    side = theme.px(96)
    height = side + theme.pad * 2 + theme.line(theme.title) + theme.pad + step * len(lines)
    x, y = (size[0] - width) // 2, max(theme.gap, (size[1] - height) // 2 - theme.px(40))
    ops: list[Op] = [Icon(Rect(x, y, width, side), "warning", look.WARN)]
    y += side + theme.pad * 2
    ops.append(Label(Rect(x, y, width, theme.line(theme.title)), title, theme.title, look.TEXT, "bold", "centre"))
    y += theme.line(theme.title) + theme.pad
    ops += [
        Label(Rect(x, y + n * step, width, step), line, theme.body, look.MUTED, "regular", "centre")
        for n, line in enumerate(lines)
    ]
    low = Rect(x, size[1] - theme.status - theme.pad, width, theme.status)
    ops.append(Label(low, foot, theme.label, look.MUTED, "medium", "centre"))
    whole = Rect(0, 0, *size)
    return Scene(
        size, look.GROUND, (panel("notice", whole, Drawn(tuple(ops)), ground=look.GROUND),), message=f"{title}. {text}"
    )
