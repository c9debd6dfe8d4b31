"""The prep display's sheets: transfer, Last 10, help; and which sheet is open now."""

from collections.abc import Sequence

from station.domain.cards import Card
from station.domain.floor import PASS
from station.renderers import floor_view as floor
from station.renderers import prep_split as splits
from station.renderers import theme as look
from station.renderers.prep_all_day import all_day
from station.renderers.prep_state import PrepState
from station.renderers.recipe_sheet import recipe_sheet
from station.renderers.scene import Box, Drawn, Label, Op, Panel, Rect
from station.renderers.split_sheet import split_sheet
from station.renderers.widgets.listing import Row, fits, listing, pager, rows_height
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import clock, station_name, wrapped
from station.renderers.world import World

KEYS = (
    ("1 to 9", "pick a card; in a sheet, its row"),
    ("← →", "the card before, the next one"),
    ("↑ ↓", "the line above, below"),
    ("Space", "tick the line; confirm what must be read first"),
    ("+ −", "tick one of the line, take one back"),
    ("Enter", "bump the card that is picked"),
    ("W, N", "a cancelled order: made and wasted, or not started"),
    ("U", "undo the last bump"),
    ("R or L", "Last 10, to recall"),
    ("T", "transfer the card that is picked"),
    ("S", "split it; there + − and H for half, then Enter"),
    ("I", "the recipe of the line"),
    ("1 to 9, Backspace", "in a recipe: into a component, and out of it"),
    ("A, B", "in a recipe: its allergens; one batch or this order"),
    ("A, M", "all-day totals; there M: with modifiers"),
    ("PgUp, PgDn", "pages of a sheet"),
    ("F2", "log in or out"),
    ("Esc", "close"),
)


def sheets(state: PrepState, world: World) -> tuple[Panel, ...]:
    """The panels of the sheet that is open; none when none is."""
    if state.overlay == "last":
        return _last(state, world)
    if state.overlay == "all_day":
        return all_day(state, world)
    if state.overlay == "recipe":
        return () if state.recipe is None else recipe_sheet(state.recipe, world)
    if state.overlay == "help":
        return help_sheet(world, KEYS)
    card = None if state.moving is None else world.cards.get(state.moving)
    return () if card is None else _about(state, card, world)


def _about(state: PrepState, card: Card, world: World) -> tuple[Panel, ...]:
    """The sheets that are about one card."""
    if state.overlay == "split":
        return split_sheet(card, dict(state.off), state.choice, world)
    if state.overlay == "split_to":
        rows = splits.rows(state, card, world)
        return _chooser(f"Split {card.body.number.upper()}: where to?", rows, state, world)
    if state.overlay == "transfer":
        rows = transfer_rows(world, card, state.choice)
        return _chooser(transfer_title(card, rows), rows, state, world)
    return ()


def rows_a_page(count: int, world: World) -> int:
    """How many stations a page of a chooser has."""
    _, area = _room(count, world)
    whole = fits(area, world, notes=True)
    return whole if count <= whole else max(1, fits(_above_pager(area, world), world, notes=True))


def _room(count: int, world: World) -> tuple[Rect, Rect]:
    rect = sheet_rect(world, 0.5, 0.86, rows_height(max(2, count), world, notes=True))
    return rect, content_rect(world, rect)


def _above_pager(area: Rect, world: World) -> Rect:
    return area.top(area.h - world.theme.touch - world.theme.px(8))


def _chooser(title: str, rows: Sequence[Row], state: PrepState, world: World) -> tuple[Panel, ...]:
    """The page of the rows that has the chosen one."""
    rect, area = _room(len(rows), world)
    per = rows_a_page(len(rows), world)
    page = min(state.choice, max(0, len(rows) - 1)) // per
    drawn = listing(area, rows[page * per : (page + 1) * per], world, notes=True)
    if per < len(rows):
        low = Rect(area.x, area.bottom - world.theme.touch, area.w, world.theme.touch)
        drawn += pager(low, page, -(-len(rows) // per), world)
    return sheet(world, f"sheet:{state.overlay}", title, rect, drawn)


def help_sheet(world: World, keys: Sequence[tuple[str, str]]) -> tuple[Panel, ...]:
    """Every key and what it does, in two columns."""
    theme = world.theme
    half = (len(keys) + 1) // 2
    rect = sheet_rect(world, 0.84, 0.9, half * theme.px(84))
    area = content_rect(world, rect)
    step = min(theme.px(84), area.h // half)
    widest = max(world.ruler.width(key, theme.label, "bold") for key, _ in keys) + theme.px(24)
    ops: list[Op] = []
    for index, (key, what) in enumerate(keys):
        column = area.split_columns(2, theme.gap * 2)[index // half]
        y = area.y + (index % half) * step
        cap = Rect(column.x, y + theme.px(4), max(theme.px(120), widest), step - theme.px(8))
        ops.append(Box(cap, look.RAISED, theme.px(10), look.LINE, theme.edge))
        ops.append(Label(cap, key, theme.label, look.TEXT, "bold", "centre"))
        room = Rect(cap.right + theme.pad, y, column.right - cap.right - theme.pad, step)
        lines = wrapped(what, room.w, theme.label, "regular", world.ruler, max(1, step // theme.line(theme.label)))
        high = min(theme.line(theme.label), step // len(lines))
        top = y + (step - high * len(lines)) // 2
        ops += [
            Label(Rect(room.x, top + n * high, room.w, high), line, theme.label, look.MUTED)
            for n, line in enumerate(lines)
        ]
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


def _empty(area: Rect, text: str, world: World) -> Drawn:
    return Drawn((Label(area, text, world.theme.body, look.MUTED, "medium", "centre"),))
