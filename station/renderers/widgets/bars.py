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
    """A button of a toolbar. `end`: it stands at the right. `wide`: how many buttons' room it takes. `locked`: see `tool`."""

    text: str
    action: str
    icon: Shape
    key: str = ""
    enabled: bool = True
    kind: Kind = "plain"
    end: bool = False
    wide: float = 1.0
    locked: bool = False


SHOWN_S = 600
"""How long what is over is told."""


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
        ops += _told(Rect(x, 0, right - x, rect.h), text, colour, shape, world)
    return panel("status", rect, Drawn(tuple(ops)), ground=look.BAR)


def trouble(world: World) -> tuple[str, Colour, Shape]:
    """What is wrong with the world around this station, in one line; the worst of it when it is several things.

    Never in a warning colour: the station goes on working, and orange and red belong to the cards.
    """
    if world.note:
        return world.note, look.TEXT, "note"
    return _share_trouble(world) or _quiet_trouble(world) or ("", look.MUTED, "dot")


def _share_trouble(world: World) -> tuple[str, Colour, Shape] | None:
    tokens = world.tokens
    queued = f" · {tokens.queue} waiting to be sent" if tokens.queue else ""
    # What matters most comes first: on a small screen the end of the line may be cut.
    if tokens.share == "away":
        since = f" since {clock(tokens.since)}" if tokens.since else ""
        return f"Share away{since}{queued} · this station goes on", look.TEXT, "link"
    if tokens.share == "refused":
        return f"Share refused: {tokens.message or 'check the password and the path'}", look.TEXT, "warning"
    if tokens.troubles:
        text = tokens.troubles[0].text
        return text[:1].upper() + text[1:], look.TEXT, "note"
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
    if link.refused_at is not None and (world.now - link.refused_at).total_seconds() < SHOWN_S:
        return "The master set a record of this station aside: tell the manager", look.MUTED, "note"
    return None


def _told(room: Rect, text: str, colour: Colour, shape: Shape, world: World) -> list[Op]:
    """One calm line, on a plate of its own when it is about this station's orders."""
    theme = world.theme
    side, pad = theme.px(26), theme.px(12)
    # Whole parts of the line rather than half a word more.
    while " · " in text and world.ruler.width(text, theme.label, "medium") > room.w - side - 3 * pad:
        text = text.rpartition(" · ")[0]
    width = min(room.w, world.ruler.width(text, theme.label, "medium") + side + 3 * pad + 2)
    plate = Rect(room.x, theme.px(6), width, room.h - theme.px(12))
    place = Rect(plate.x + side + 2 * pad, 0, width - side - 3 * pad, room.h)
    ops: list[Op] = [Box(plate, look.RAISED, theme.px(10))] if colour == look.TEXT else []
    ops.append(Icon(Rect(plate.x + pad, (room.h - side) // 2, side, side), shape, colour))
    ops.append(Label(place, text, theme.label, colour, "medium"))
    return ops


def _tool(rect: Rect, each: Tool, world: World) -> Drawn:
    return tool(
        rect,
        each.text,
        each.action,
        each.icon,
        world.theme,
        kind=each.kind,
        enabled=each.enabled,
        locked=each.locked,
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
    if world.training:
        width = world.ruler.width("TRAINING", theme.label, "bold") + theme.pad
        chip = Rect(x, theme.px(6), width, rect.h - theme.px(12))
        ops.append(Box(chip, look.TEXT, theme.px(10)))
        ops.append(Label(chip, "TRAINING", theme.label, look.BAR, "bold", "centre"))
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
