"""The prep display's sheets: transfer, Last 10, the all-day totals, help."""

from collections import Counter
from collections.abc import Sequence

from station.domain.cards import Card
from station.domain.floor import PASS
from station.renderers import floor_view as floor
from station.renderers import prep_actions as act
from station.renderers import theme as look
from station.renderers.prep_actions import PrepState
from station.renderers.scene import Box, Drawn, Label, Op, Panel, Rect
from station.renderers.widgets.listing import Row, listing, rows_height
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import clock, counted, station_name
from station.renderers.world import World

KEYS = (
    ("1 to 9", "pick a card"),
    ("← →", "the card before, the next one"),
    ("↑ ↓", "the line above, below"),
    ("Space", "tick the line; confirm what must be read first"),
    ("Enter", "bump the card that is picked"),
    ("U", "undo the last bump"),
    ("R or L", "Last 10, to recall"),
    ("T", "transfer the card that is picked"),
    ("A", "all-day totals"),
    ("F2", "log in or out"),
    ("Esc", "close"),
)


def sheets(state: PrepState, world: World) -> tuple[Panel, ...]:
    """The panels of the sheet that is open; none when none is."""
    if state.overlay == "transfer":
        return _transfer(state, world)
    if state.overlay == "last":
        return _last(state, world)
    if state.overlay == "all_day":
        return _all_day(world)
    return help_sheet(world, KEYS) if state.overlay == "help" else ()


def help_sheet(world: World, keys: Sequence[tuple[str, str]]) -> tuple[Panel, ...]:
    """Every key and what it does, in two columns."""
    theme = world.theme
    half = (len(keys) + 1) // 2
    rect = sheet_rect(world, 0.72, 0.86, half * theme.px(84))
    area = content_rect(world, rect)
    step = min(theme.px(84), area.h // half)
    ops: list[Op] = []
    for index, (key, what) in enumerate(keys):
        column = area.split_columns(2, theme.gap * 2)[index // half]
        y = area.y + (index % half) * step
        cap = Rect(column.x, y + theme.px(8), theme.px(120), step - theme.px(16))
        ops.append(Box(cap, look.RAISED, theme.px(10), look.LINE, theme.edge))
        ops.append(Label(cap, key, theme.label, look.TEXT, "bold", "centre"))
        ops.append(
            Label(
                Rect(cap.right + theme.pad, y, column.right - cap.right - theme.pad, step),
                what,
                theme.label,
                look.MUTED,
            )
        )
    return sheet(world, "sheet:help", "Keys", rect, Drawn(tuple(ops)))


def transfer_rows(world: World, card: Card, choice: int) -> list[Row]:
    """Each station with its active items, the least first; those that cannot take it last, with the reason."""
    return [
        Row(
            f"to:{station.code}",
            station_name(station.code),
            why or station.name,
            lead=str(index + 1),
            amount=floor.load_text(items),
            enabled=not why,
            chosen=index == choice and not why,
            key=str(index + 1),
        )
        for index, (station, items, why) in enumerate(floor.targets(world, card))
    ]


def transfer_title(card: Card, rows: Sequence[Row]) -> str:
    number = card.body.number.upper()
    return f"Transfer {number} to" if any(row.enabled for row in rows) else f"No other station can make {number} now"


def _transfer(state: PrepState, world: World) -> tuple[Panel, ...]:
    card = None if state.moving is None else world.cards.get(state.moving)
    if card is None:
        return ()
    rows = transfer_rows(world, card, state.choice)
    rect = sheet_rect(world, 0.5, 0.86, rows_height(len(rows), world, notes=True))
    return sheet(
        world, "sheet:transfer", transfer_title(card, rows), rect, listing(content_rect(world, rect), rows, world)
    )


def _last(state: PrepState, world: World) -> tuple[Panel, ...]:
    rows = [
        Row(
            f"recall:{card.key[0]}:{card.key[1]}",
            card.body.number.upper(),
            ", ".join(f"{line.count} {line.name}" for line in card.body.lines if line.count),
            lead=str(index + 1) if index < 9 else "",
            amount=f"{'on the pass' if card.spot.place == PASS else 'handed over'} · {clock(card.body.placed_at)}",
            chosen=index == state.choice,
            key=str(index + 1) if index < 9 else "",
        )
        for index, card in enumerate(state.bumped)
    ]
    tall = rows_height(max(2, min(5, len(rows))), world, notes=True)
    rect = sheet_rect(world, 0.78, 0.86, tall)
    area = content_rect(world, rect)
    if not rows:
        return sheet(world, "sheet:last", "Last 10", rect, _empty(area, "Nothing was bumped here yet", world))
    left, right = area.split_columns(2, world.theme.gap)
    drawn = listing(left, rows[:5], world) + listing(right, rows[5:], world)
    return sheet(world, "sheet:last", "Last 10: tap one to recall it", rect, drawn)


def _all_day(world: World) -> tuple[Panel, ...]:
    """How many of each dish are still to be made here, over all orders."""
    theme = world.theme
    step = theme.line(theme.title) + theme.px(6)
    totals: Counter[str] = Counter()
    for card in act.queue(world):
        for line in card.body.lines:
            totals[line.name] += max(0, line.count - line.done)
    ranked = [(name, count) for name, count in sorted(totals.items(), key=lambda each: (-each[1], each[0])) if count]
    rect = sheet_rect(world, 0.78, 0.86, step * max(3, (len(ranked) + 1) // 2))
    area = content_rect(world, rect)
    if not ranked:
        return sheet(world, "sheet:all_day", "All-day", rect, _empty(area, "Nothing to make", world))
    per = max(1, area.h // step)
    columns = area.split_columns(2, theme.gap * 2)
    ops: list[Op] = []
    for index, (name, count) in enumerate(ranked[: per * 2]):
        column = columns[index // per]
        row = Rect(column.x, area.y + index % per * step, column.w, step)
        lead = world.ruler.width("000", theme.title, "bold", tabular=True)
        ops.append(Label(row.left(lead), str(count), theme.title, look.ACCENT, "bold", "right", tabular=True))
        ops.append(Label(row.after(lead + theme.pad), name, theme.body, look.TEXT, "semibold"))
    title = f"All-day: {counted(sum(totals.values()), 'item')} to make"
    return sheet(world, "sheet:all_day", title, rect, Drawn(tuple(ops)))


def _empty(area: Rect, text: str, world: World) -> Drawn:
    return Drawn((Label(area, text, world.theme.body, look.MUTED, "medium", "centre"),))
