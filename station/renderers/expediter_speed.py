"""Speed of service as a picture: the hours of the day, the stations, the slowest items, against the shop's own limits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from station.domain.speed import Service, Speed, service
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState, closed
from station.renderers.role import Desk
from station.renderers.scene import Box, Colour, Drawn, Label, Op, Panel, Rect, drawn
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import counted, station_name
from station.renderers.world import World

FRESH: Final = timedelta(seconds=5)
_CALM: Final[Colour] = (96, 150, 176)
_MOST_ITEMS: Final = 8


def opened(state: ExpediterState, world: World, desk: Desk) -> ExpediterState:
    if state.overlay == "speed":
        return closed(state)
    return replace(closed(state), overlay="speed", passed=desk.passed(), passed_at=world.now)


def refreshed(state: ExpediterState, world: World, desk: Desk) -> ExpediterState:
    """The same sheet with what has come meanwhile."""
    if state.overlay != "speed" or (state.passed_at is not None and world.now - state.passed_at < FRESH):
        return state
    return replace(state, passed=desk.passed(), passed_at=world.now)


def speed_sheet(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    if state.overlay != "speed":
        return ()
    rect = sheet_rect(world, 0.92, 0.94)
    area = content_rect(world, rect)
    found = service(state.passed, world.now, hour_of)
    if found.day is None:
        line = world.theme.line(world.theme.body)
        words = "Nothing has come to the pass yet since this expediter watches"
        text = Label(
            Rect(area.x, area.y + area.h // 3, area.w, line), words, world.theme.body, look.MUTED, "medium", "centre"
        )
        return sheet(world, "sheet:speed", "Speed of service", rect, Drawn((text,)))
    gap = world.theme.px(28)
    head = world.theme.line(world.theme.display) + world.theme.line(world.theme.label)
    made = drawn(_headline(area.top(head), found, world))
    below = area.below(head + gap // 2)
    left = below.left(below.w * 11 // 20)
    right = below.after(left.w + gap)
    made += drawn(_hours(left, found, world))
    rows = len(found.stations)
    high = min(right.h * 11 // 20, (rows + 1) * _row_height(world))
    made += drawn(_bars(right.top(high), "Stations", [(station_name(k), v) for k, v in found.stations.items()], world))
    made += drawn(_bars(right.below(high + gap // 2), "Slowest items", list(found.items[:_MOST_ITEMS]), world))
    return sheet(world, "sheet:speed", "From the till to the pass", rect, made)


def hour_of(moment: datetime) -> int:
    """Where the shop is."""
    return moment.astimezone().hour


def minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _headline(rect: Rect, found: Service, world: World) -> list[Op]:
    """Now, large; today beside it."""
    theme = world.theme
    ops: list[Op] = []
    high = theme.line(theme.display)
    cells = rect.split_columns(2, theme.gap)
    for cell, name, speed in zip(cells, ("last 30 minutes", "today"), (found.live, found.day), strict=True):
        if speed is None:
            ops.append(Label(cell.top(high), "–", theme.display, look.MUTED, "bold"))
            ops.append(Label(cell.below(high), f"nothing in the {name}", theme.label, look.MUTED, "medium"))
            continue
        ops.append(
            Label(
                cell.top(high),
                minutes(speed.median_s),
                theme.display,
                _ink(speed.median_s, world),
                "bold",
                tabular=True,
            )
        )
        words = f"half of {counted(speed.count, 'order')}, {name}; nine of ten within {minutes(speed.p90_s)}"
        ops.append(Label(cell.below(high), words, theme.label, look.MUTED, "medium"))
    return ops


def _hours(rect: Rect, found: Service, world: World) -> list[Op]:
    """A column for each hour: as high as the median, with a thin one on it up to what nine of ten took."""
    theme = world.theme
    first, last = min(found.hours), max(found.hours)
    # Half a day at least, so that the first hour of the day is no wall.
    last = max(last, min(23, first + 7))
    foot, head = theme.line(theme.small), theme.line(theme.label)
    plot = Rect(rect.x + theme.px(64), rect.y + head, rect.w - theme.px(64), rect.h - head - foot - theme.px(4))
    top = _top([speed.p90_s for speed in found.hours.values()], world)
    ops: list[Op] = [
        Label(rect.top(head), "By hour", theme.label, look.TEXT, "bold"),
        Box(plot, look.PLATE, theme.px(6)),
    ]
    ops += _limits(plot, top, world)
    cells = plot.split_columns(last - first + 1, max(2, theme.px(8)))
    for hour, cell in zip(range(first, last + 1), cells, strict=True):
        low = Rect(cell.x - theme.px(20), plot.bottom + theme.px(4), cell.w + theme.px(40), foot)
        ops.append(Label(low, str(hour), theme.small, look.MUTED, "medium", "centre", tabular=True))
        speed = found.hours.get(hour)
        if speed is None:
            continue
        median, p90 = _height(speed.median_s, top, plot.h), _height(speed.p90_s, top, plot.h)
        wide = max(3, cell.w // 5)
        ops.append(Box(Rect(cell.x + (cell.w - wide) // 2, plot.bottom - p90, wide, p90), look.OFF, theme.px(2)))
        ops.append(Box(Rect(cell.x, plot.bottom - median, cell.w, median), _fill(speed.median_s, world), theme.px(4)))
    return ops


def _limits(plot: Rect, top: float, world: World) -> list[Op]:
    """The shop's own limits as lines, with their times beside them."""
    theme, profile = world.theme, world.shop.profile
    ops: list[Op] = []
    line = theme.line(theme.small)
    for limit, colour in ((profile.orange_s, look.ORANGE_LIT), (profile.red_s, look.RED_LIT)):
        y = plot.bottom - _height(limit, top, plot.h)
        ops.append(Box(Rect(plot.x, y, plot.w, max(2, theme.px(2))), colour))
        place = Rect(plot.x - theme.px(64), y - line // 2, theme.px(58), line)
        ops.append(Label(place, minutes(limit), theme.small, look.TEXT, "semibold", "right", tabular=True))
    return ops


def _bars(rect: Rect, title: str, rows: Sequence[tuple[str, Speed]], world: World) -> list[Op]:
    """A bar each: to the median, and thin on to what nine of ten took; the times at the right."""
    theme = world.theme
    head, step = theme.line(theme.label), _row_height(world)
    ops: list[Op] = [Label(rect.top(head), title, theme.label, look.TEXT, "bold")]
    fits = max(0, (rect.h - head) // step)
    shown = rows[:fits]
    if not shown:
        return ops
    name_w = min(
        rect.w * 2 // 5, max(world.ruler.width(name, theme.label, "medium") for name, _ in shown) + theme.px(12)
    )
    time_w = world.ruler.width("00:00", theme.label, "bold", tabular=True) + theme.px(8)
    room = rect.w - name_w - time_w
    top = _top([speed.p90_s for _, speed in shown], world)
    for index, (name, speed) in enumerate(shown):
        row = Rect(rect.x, rect.y + head + index * step, rect.w, step)
        bar = Rect(row.x + name_w, row.y + step // 4, room, step // 2)
        median, p90 = _height(speed.median_s, top, room), _height(speed.p90_s, top, room)
        thin = max(2, bar.h // 4)
        ops += [
            Label(row.left(name_w - theme.px(8)), name, theme.label, look.TEXT, "medium"),
            Box(Rect(bar.x, bar.y + (bar.h - thin) // 2, p90, thin), look.OFF, theme.px(2)),
            Box(Rect(bar.x, bar.y, median, bar.h), _fill(speed.median_s, world), theme.px(4)),
            Label(
                row.after(rect.w - time_w),
                minutes(speed.median_s),
                theme.label,
                look.TEXT,
                "bold",
                "right",
                tabular=True,
            ),
        ]
    return ops


def _row_height(world: World) -> int:
    return world.theme.line(world.theme.label) + world.theme.px(10)


def _top(seconds: Sequence[float], world: World) -> float:
    """What the picture's edge stands for: a little more than the worst, and never less than the shop's red."""
    return max([world.shop.profile.red_s * 1.15, *(value * 1.05 for value in seconds)])


def _height(seconds: float, top: float, pixels: int) -> int:
    return min(pixels, max(2, round(pixels * seconds / top)))


def _fill(seconds: float, world: World) -> Colour:
    profile = world.shop.profile
    return look.RED_DIM if seconds >= profile.red_s else look.ORANGE_DIM if seconds >= profile.orange_s else _CALM


def _ink(seconds: float, world: World) -> Colour:
    return look.BAD if seconds >= world.shop.profile.red_s else look.TEXT
