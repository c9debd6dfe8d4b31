"""The two bars that every screen has: tools at the top, and at the bottom who, where, how much, and what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Icon, Label, Op, Panel, Rect, Shape, panel
from station.renderers.theme import Theme
from station.renderers.widgets.button import Kind, tool
from station.renderers.widgets.text import clock, station_name
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class Tool:
    """A button of a toolbar. `end`: it stands at the right. `wide`: how many buttons' room it takes."""

    text: str
    action: str
    icon: Shape
    key: str = ""
    enabled: bool = True
    kind: Kind = "plain"
    end: bool = False
    wide: float = 1.0


def areas(world: World) -> tuple[Rect, Rect, Rect]:
    """The toolbar, what is between, and the status bar."""
    width, height = world.size
    theme = world.theme
    return (
        Rect(0, 0, width, theme.toolbar),
        Rect(0, theme.toolbar, width, height - theme.toolbar - theme.status),
        Rect(0, height - theme.status, width, theme.status),
    )


def toolbar(world: World, tools: Sequence[Tool]) -> Panel:
    """As many 120 px buttons as there is room for; on a narrow screen all of them shrink alike, never under 64 px."""
    theme = world.theme
    rect = areas(world)[0]
    margin, gap = theme.px(10), theme.px(8)
    units = sum(each.wide for each in tools)
    unit = min(theme.px(132), int((rect.w - 2 * margin - gap * (len(tools) - 1)) / units))
    left, right = margin, rect.w - margin
    made = Drawn()
    for each in [each for each in tools if not each.end]:
        made += _tool(Rect(left, margin // 2, int(unit * each.wide), rect.h - margin), each, world)
        left += int(unit * each.wide) + gap
    for each in reversed([each for each in tools if each.end]):
        right -= int(unit * each.wide)
        made += _tool(Rect(right, margin // 2, int(unit * each.wide), rect.h - margin), each, world)
        right -= gap
    return panel("toolbar", rect, made, ground=look.BAR)


def status_bar(world: World, summary: str, waiting: str = "") -> Panel:
    """Station, person, what is wrong (one calm line), how much there is, and the shop's time.

    `waiting` is what does not fit on the screen: it stands out.
    """
    theme = world.theme
    rect = areas(world)[2]
    ops: list[Op] = [Box(rect.at_origin(), look.BAR)]
    x = _left(world, rect, ops)
    right = _right(world, rect, summary, waiting, ops)
    text, colour, shape = trouble(world)
    if text and right - x > theme.px(120):
        side = theme.px(26)
        ops.append(Icon(Rect(x, (rect.h - side) // 2, side, side), shape, colour))
        room = Rect(x + side + theme.px(10), 0, right - x - side - theme.px(10), rect.h)
        ops.append(Label(room, text, theme.label, colour, "medium"))
    return panel("status", rect, Drawn(tuple(ops)), ground=look.BAR)


def trouble(world: World) -> tuple[str, Colour, Shape]:
    """What is wrong with the world around this station, in one line; the worst of it when it is several things."""
    return _share_trouble(world) or _quiet_trouble(world) or ("", look.MUTED, "dot")


def _share_trouble(world: World) -> tuple[str, Colour, Shape] | None:
    tokens = world.tokens
    queued = f" · {tokens.queue} waiting to be sent" if tokens.queue else ""
    if tokens.share == "away":
        since = f" since {clock(tokens.since)}" if tokens.since else ""
        return f"Share away{since}: working from this station{queued}", look.WARN, "link"
    if tokens.share == "refused":
        return f"Share refused: {tokens.message or 'check the password and the path'}", look.BAD, "warning"
    if tokens.troubles:
        return tokens.troubles[0].text, look.WARN, "warning"
    return None


def _quiet_trouble(world: World) -> tuple[str, Colour, Shape] | None:
    tokens, link = world.tokens, world.link
    if abs(tokens.drift_s) > 2:
        return f"This station's clock is {abs(tokens.drift_s):.0f} s off; the shop's time is used", look.MUTED, "clock"
    if link.master == "away":
        since = f" since {clock(link.since)}" if link.since else ""
        return f"Master away{since}: sales are kept here", look.MUTED, "link"
    if tokens.share == "starting":
        return "Looking for the share", look.MUTED, "link"
    return None


def _tool(rect: Rect, each: Tool, world: World) -> Drawn:
    return tool(
        rect,
        each.text,
        each.action,
        each.icon,
        world.theme,
        kind=each.kind,
        enabled=each.enabled,
        key=each.key,
        pressed=world.pressed,
    )


def _left(world: World, rect: Rect, ops: list[Op]) -> int:
    """Station and person; returns where they end."""
    theme = world.theme
    x = theme.pad
    code = station_name(world.station)
    width = world.ruler.width(code, theme.label, "bold")
    ops.append(Label(Rect(x, 0, width + 2, rect.h), code, theme.label, look.TEXT, "bold"))
    x += width + theme.pad
    side = theme.px(24)
    name = world.person.name if world.person else "Nobody logged in"
    width = min(world.ruler.width(name, theme.label, "medium") + 2, rect.w // 5)
    ops.append(Icon(Rect(x, (rect.h - side) // 2, side, side), "person", look.MUTED))
    ops.append(Label(Rect(x + side + theme.px(8), 0, width, rect.h), name, theme.label, look.MUTED, "medium"))
    return x + side + theme.px(8) + width + theme.pad * 2


def _right(world: World, rect: Rect, summary: str, waiting: str, ops: list[Op]) -> int:
    """Time, amounts and what waits, from the right; returns where they begin."""
    theme: Theme = world.theme
    time = clock(world.now)
    width = world.ruler.width(time, theme.label, "bold", tabular=True) + 2
    right = rect.w - theme.pad
    ops.append(
        Label(Rect(right - width, 0, width, rect.h), time, theme.label, look.TEXT, "bold", "right", tabular=True)
    )
    right -= width + theme.pad * 2
    width = world.ruler.width(summary, theme.label, "medium", tabular=True) + 2
    ops.append(Label(Rect(right - width, 0, width, rect.h), summary, theme.label, look.MUTED, "medium", tabular=True))
    right -= width + theme.pad
    if waiting:
        width = world.ruler.width(waiting, theme.label, "bold") + theme.pad * 2
        chip = Rect(right - width, theme.px(6), width, rect.h - theme.px(12))
        ops.append(Box(chip, look.ACCENT, theme.px(10)))
        ops.append(Label(chip, waiting, theme.label, look.ON_ACCENT, "bold", "centre"))
        right -= width + theme.pad
    return right - theme.pad
