"""A report as one picture, in the look of the screens: what came of it in words, and a row for each policy.

At the left of a row how long orders took to the pass, for half and for nine of ten of them. At the right one line a station,
from the rush's begin to its end, the brighter the more active items stand there: a kitchen that shares its work well is
of one colour from top to bottom, one that does not has bright lines beside dark ones. Blue only: orange and red mean
a card's age in this house, and nothing else.
"""

from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from station.domain.figures import percentile
from station.renderers import theme as look
from station.renderers.output.window import Window
from station.renderers.scene import Box, Colour, Drawn, Label, Op, Rect, Ruler, Scene, drawn, panel
from station.renderers.screen import Screen
from station.renderers.theme import Theme, mix, theme_for
from station.renderers.widgets.text import counted, paragraph
from station.simulate.compare import Outcome
from station.simulate.measures import items_over_time
from station.simulate.plan import Report
from station.simulate.policies import OWN

SIZE: Final = (1920, 1080)
STEPS: Final = 10
_BINS: Final = 170
_NICE_MIN: Final = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 960)


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the columns are and what their ends mean. `full`: the items at which a line is as bright as it gets."""

    theme: Theme
    names: Rect
    times: Rect
    strips: Rect
    longest_s: float
    until_s: float
    full: float


def draw(report: Report, path: Path) -> None:
    """Writes the picture as a PNG of 1920x1080. Raises StationError when it cannot."""
    screen = Screen(Window(SIZE, "simulated", headless=True, fullscreen=False))
    try:
        screen.show(picture(report, SIZE, screen.fonts))
        screen.save(path)
    finally:
        screen.close()


def picture(report: Report, size: tuple[int, int], ruler: Ruler) -> Scene:
    theme = theme_for(*size)
    whole = Rect(0, 0, *size).inset(theme.px(56), theme.px(40))
    head, height = _head(whole, report, theme, ruler)
    foot = theme.px(96)
    body = Rect(whole.x, whole.y + height + theme.px(30), whole.w, whole.h - height - theme.px(30) - foot)
    names, gap = theme.px(310), theme.px(40)
    times = Rect(body.x + names, body.y, theme.px(470), body.h)
    strips = Rect(times.right + gap, body.y, body.right - times.right - gap, body.h)
    held = {
        outcome.policy.name: items_over_time(outcome.first, _until_s(report), min(_BINS, strips.w))
        for outcome in report.outcomes
    }
    cells = [items for rows in held.values() for row in rows.values() for items in row if items > 0.5]
    frame = _Frame(
        theme,
        Rect(body.x, body.y, names, body.h),
        times,
        strips,
        max(outcome.mean.p90_s for outcome in report.outcomes),
        _until_s(report),
        max(4.0, percentile(cells, 90)) if cells else 4.0,
    )
    made = head + _titles(frame)
    top = theme.px(44)
    rows = _rows(Rect(body.x, body.y + top, body.w, body.h - top), len(report.outcomes), theme.px(26))
    for outcome, row in zip(report.outcomes, rows, strict=True):
        made += _row(frame, row, outcome, held[outcome.policy.name], own=outcome.policy.name == OWN)
    made += _axis(frame, report, rows[-1].bottom + theme.px(8))
    made += _legend(frame, Rect(whole.x, whole.bottom - theme.px(34), whole.w, theme.px(34)))
    return Scene(size, look.GROUND, (panel("plot", Rect(0, 0, *size), made, ground=look.GROUND),))


def _head(whole: Rect, report: Report, theme: Theme, ruler: Ruler) -> tuple[Drawn, int]:
    verdict = report.verdict
    said = f"How {len(report.stations)} stations share a rush" if verdict is None else verdict.headline
    lines = [_conditions(report)]
    if verdict is not None:
        detail = verdict.detail[:1].upper() + verdict.detail[1:]
        lines = [f"{detail}.", f"{verdict.about_half} {lines[0]}"]
    made, height = paragraph(whole, said, theme.display, look.TEXT, theme, ruler, "bold")
    for text in lines:
        below, more = paragraph(whole.below(height + theme.px(4)), text, theme.label, look.MUTED, theme, ruler)
        made, height = made + below, height + theme.px(4) + more
    return made, height


def _conditions(report: Report) -> str:
    plan = report.plan
    what = plan.recorded.source if plan.recorded else f"busiest at {plan.peak * 100:.0f} %"
    cooks = {"same": "that cook everything", "lines": "in lines of one prep group", "shop": "of the shop"}
    stations, orders = counted(len(report.stations), "station"), counted(len(report.first.orders), "order")
    return f"{stations} {cooks[plan.layout]}, {orders}, {what}."


def _until_s(report: Report) -> float:
    return max(max(outcome.first.passed_s.values()) for outcome in report.outcomes)


def _rows(area: Rect, count: int, gap: int) -> list[Rect]:
    height = (area.h - gap * (count - 1)) // count
    return [Rect(area.x, area.y + n * (height + gap), area.w, height) for n in range(count)]


def _titles(frame: _Frame) -> Drawn:
    theme = frame.theme
    return drawn(
        Label(rect.top(theme.line(theme.small)), text, theme.small, look.MUTED, "medium")
        for rect, text in (
            (frame.times, "From the till to the pass, mean of all rushes"),
            (frame.strips, "Active items at each station, in the first rush"),
        )
    )


def _row(frame: _Frame, row: Rect, outcome: Outcome, held: dict[str, list[float]], *, own: bool) -> Drawn:
    theme, mean = frame.theme, outcome.mean
    name = Rect(frame.names.x, row.y, frame.names.w - theme.pad, theme.line(theme.body))
    ops: list[Op] = [Label(name, outcome.policy.title, theme.body, look.ACCENT if own else look.TEXT, "bold")]
    lines = (
        f"fullest station {1 + mean.imbalance:.1f} × the mean",
        f"longest queue {mean.most_items:.0f} items",
        f"cooks busy {mean.busy * 100:.0f} %",
    )
    step = theme.line(theme.small)
    for n, text in enumerate(lines):
        rect = Rect(name.x, name.bottom + theme.px(4) + n * step, name.w, step)
        if rect.bottom <= row.bottom:
            ops.append(Label(rect, text, theme.small, look.MUTED, tabular=True))
    thick = min(theme.px(64), (row.h - theme.px(10)) // 2)
    colour = look.ACCENT if own else look.OFF
    for n, (seconds, text) in enumerate(((mean.p50_s, "half"), (mean.p90_s, "nine of ten"))):
        bar = Rect(frame.times.x, row.y + n * (thick + theme.px(10)), frame.times.w, thick)
        ops += _bar(frame, bar, seconds, text, mix(look.GROUND, colour, 0.55) if n == 0 else colour)
    return drawn(ops) + _strip(frame, Rect(frame.strips.x, row.y, frame.strips.w, row.h), held)


def _bar(frame: _Frame, rect: Rect, seconds: float, text: str, colour: Colour) -> list[Op]:
    """The time stands behind the bar's end, so the longest bar leaves room for it."""
    theme = frame.theme
    room = theme.px(210)
    length = max(theme.px(4), round((rect.w - room) * seconds / frame.longest_s))
    label = Rect(rect.x + length + theme.px(12), rect.y, rect.w - length - theme.px(12), rect.h)
    figure = label.top(theme.line(theme.label)).moved(0, max(0, rect.h // 2 - theme.line(theme.label)))
    return [
        Box(rect.left(length), colour, theme.px(4)),
        Label(figure, clocked(seconds), theme.label, look.TEXT, "semibold", tabular=True),
        Label(figure.moved(0, figure.h - theme.px(4)), text, theme.small, look.MUTED),
    ]


def _strip(frame: _Frame, rect: Rect, held: dict[str, list[float]]) -> Drawn:
    """One line a station. Neighbours of the same brightness are one box."""
    ops: list[Op] = [Box(rect, look.PLATE)]
    gap = 2 if rect.h // len(held) >= 8 else 1
    for number, row in enumerate(held.values()):
        top = rect.y + rect.h * number // len(held)
        height = rect.y + rect.h * (number + 1) // len(held) - top - gap
        at = 0
        for step, same in groupby(round(min(1.0, items / frame.full) ** 0.7 * STEPS) for items in row):
            count = len(list(same))
            left, right = (rect.x + rect.w * n // len(row) for n in (at, at + count))
            at += count
            if step:
                ops.append(Box(Rect(left, top, right - left, height), shade(step)))
    return drawn(ops)


def _axis(frame: _Frame, report: Report, top: int) -> Drawn:
    """Minutes under the strips, and when it was busiest."""
    theme, rect = frame.theme, frame.strips
    minutes = frame.until_s / 60
    every = next((each for each in _NICE_MIN if minutes / each <= 9), _NICE_MIN[-1])
    ops: list[Op] = []
    step = theme.line(theme.small)
    for minute in range(0, int(minutes) + 1, every):
        x = rect.x + round(rect.w * minute / minutes)
        room = theme.px(120)
        where = Rect(x, top, room, step) if not minute else Rect(x - room // 2, top, room, step)
        ops.append(
            Label(
                where,
                str(minute) if minute else "0 min",
                theme.small,
                look.MUTED,
                align="centre" if minute else "left",
                tabular=True,
            )
        )
    if report.plan.recorded is None:
        left, right = (rect.x + round(rect.w * seconds / frame.until_s) for seconds in report.first.peak_s)
        line = top + step + theme.px(6)
        ops.append(Box(Rect(left, line, right - left, theme.px(4)), look.MUTED, theme.px(2)))
        ops.append(
            Label(Rect(right + theme.px(12), line - step // 2, theme.px(200), step), "peak", theme.small, look.MUTED)
        )
    return drawn(ops)


def _legend(frame: _Frame, rect: Rect) -> Drawn:
    """What the brightness of a line means."""
    theme = frame.theme
    side, x = theme.px(30), frame.names.x
    steps = (0, 2, 4, 6, 8, STEPS)
    ops: list[Op] = [
        Box(Rect(x + n * side, rect.y + theme.px(6), side - 2, rect.h - theme.px(12)), shade(step))
        for n, step in enumerate(steps)
    ]
    text = f"active items at a station: none to {frame.full:.0f} and more"
    after = x + len(steps) * side + theme.px(14)
    ops.append(Label(Rect(after, rect.y, theme.px(620), rect.h), text, theme.small, look.MUTED))
    return drawn(ops)


def shade(step: int) -> Colour:
    """From nearly the ground over the accent to white."""
    share = step / STEPS
    if not step:
        return look.PLATE
    if share <= 0.6:
        return mix(look.CARD, look.ACCENT, share / 0.6)
    return mix(look.ACCENT, look.TEXT, (share - 0.6) / 0.4)


def clocked(seconds: float) -> str:
    """Minutes and seconds: 8:23 min."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d} min"
