"""Buttons, in the four kinds that the screens know: plain, the one that is expected next, the dangerous one, and quiet."""

from typing import Literal

from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Rect, Shape
from station.renderers.theme import Theme

Kind = Literal["plain", "primary", "danger", "quiet", "chosen"]

_FILLS: dict[Kind, tuple[Colour, Colour]] = {
    "plain": (look.RAISED, look.TEXT),
    "primary": (look.ACCENT, look.ON_ACCENT),
    "danger": (look.ALERT, look.TEXT),
    "quiet": (look.BAR, look.TEXT),
    "chosen": (look.PRESSED, look.TEXT),
}


def button(
    rect: Rect,
    text: str,
    action: str,
    theme: Theme,
    *,
    kind: Kind = "plain",
    icon: Shape | None = None,
    enabled: bool = True,
    key: str = "",
    pressed: str = "",
    label: str = "",
    size: int | None = None,
    locked: bool = False,
) -> Drawn:
    """Text in the middle, with an icon before it. `label` says it to a person when the text alone is too short.

    `locked`: as for a tool.
    """
    fill, colour = _colours(kind, action, pressed, enabled=enabled)
    size = theme.label if size is None else size
    ops: list[Op] = [Box(rect, fill, theme.radius, look.ACCENT if kind == "chosen" else None, theme.px(3))]
    inner = rect.inset(theme.px(10), 0)
    if icon is None:
        ops.append(Label(inner, text, size, colour, "semibold", "centre"))
    elif not text:
        ops.append(Icon(Rect(rect.x, rect.y + (rect.h - theme.px(32)) // 2, rect.w, theme.px(32)), icon, colour))
    else:
        side = theme.px(30)
        ops.append(Icon(Rect(inner.x + theme.px(4), rect.y + (rect.h - side) // 2, side, side), icon, colour))
        ops.append(Label(inner.after(side + theme.px(14)), text, size, colour, "semibold"))
    if locked and enabled:
        ops += _lock(rect, colour, theme)
    return Drawn(tuple(ops), (Hit(rect, action, label or text, enabled, key),))


def tool(
    rect: Rect,
    text: str,
    action: str,
    icon: Shape,
    theme: Theme,
    *,
    kind: Kind = "plain",
    enabled: bool = True,
    locked: bool = False,
    key: str = "",
    pressed: str = "",
) -> Drawn:
    """A toolbar's button: an icon over its word. `locked`: it can be pressed, and then somebody else must approve."""
    fill, colour = _colours(kind, action, pressed, enabled=enabled)
    if locked and enabled:
        colour = look.MUTED if kind == "plain" else colour
    side = min(theme.px(38), rect.h // 3)
    line = theme.line(theme.small)
    gap = max(2, (rect.h - side - line) // 3)
    ops = (
        Box(rect, fill, theme.radius, look.ACCENT if kind == "chosen" else None, theme.px(3)),
        Icon(Rect(rect.x, rect.y + gap, rect.w, side), icon, colour),
        Label(
            Rect(rect.x + 4, rect.bottom - gap - line, rect.w - 8, line),
            text,
            theme.small,
            colour,
            "semibold",
            "centre",
        ),
    )
    lock = _lock(rect, colour, theme) if locked and enabled else ()
    return Drawn((*ops, *lock), (Hit(rect, action, text, enabled, key),))


def _lock(rect: Rect, colour: Colour, theme: Theme) -> tuple[Op, ...]:
    side = theme.px(22)
    return (Icon(Rect(rect.right - side - theme.px(8), rect.y + theme.px(8), side, side), "lock", colour),)


def _colours(kind: Kind, action: str, pressed: str, *, enabled: bool) -> tuple[Colour, Colour]:
    if not enabled:
        return look.BAR, look.OFF
    fill, colour = _FILLS[kind]
    if pressed == action:
        return look.mix(fill, look.TEXT, 0.25), colour
    return fill, colour
