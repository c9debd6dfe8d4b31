"""The expediter's picture of the floor: the inbox and hold, a column per station, the pass, and the picked order below.

A tile is a token; its edge beats with its age, and it says why it stands where it stands. Tiles may be dragged onto a
station's column. Many stations stand in two rows, so that no column is too narrow to be read.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from station.domain.cards import Card
from station.domain.floor import HOLD, INBOX, station_place
from station.domain.menu import StationInfo
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.expediter_blocks import Block, arranged, drawn_block
from station.renderers.expediter_find import keeps, narrowed, strip_height
from station.renderers.expediter_plan_sheets import plan_words
from station.renderers.expediter_tile import nobody_for, shown_of, tile, why_lines
from station.renderers.scene import Box, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shape, Shown, panel
from station.renderers.widgets.bars import areas
from station.renderers.widgets.button import button
from station.renderers.widgets.text import station_name
from station.renderers.world import World

NARROWEST = 200
"""At 1920x1080: under this the reasons would take more lines than the orders."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where tokens stand, from the left: its title, its place, and for a kitchen the station."""

    key: str
    title: str
    cards: tuple[Card, ...]
    rect: Rect
    station: StationInfo | None = None

    @property
    def place(self) -> str:
        return station_place(self.station.code) if self.station else self.key.removeprefix("column:")


@dataclass(frozen=True, slots=True)
class Layout:
    """`blocks`: the stations, where they are too many for columns."""

    fault: Rect
    columns: tuple[Column, ...]
    passing: Rect
    detail: Rect
    blocks: tuple[Block, ...] = ()


def layout(state: ExpediterState, world: World, *, detailed: bool = False) -> Layout:
    """Inbox and hold share the first column; the pass is wider than the others. `detailed`: with the picked order."""
    theme = world.theme
    keep = keeps(state, world)
    area = areas(world)[1]
    area = area.below(strip_height(world)) if state.finding else area
    fault = Rect(0, area.y, area.w, theme.px(64) if fault_text(world) else 0)
    inner = Rect(0, area.y + fault.h, area.w, area.h - fault.h).inset(theme.gap)
    low = theme.px(176) if detailed else 0
    detail = Rect(inner.x, inner.bottom - low, inner.w, low)
    upper = inner.top(inner.h - low - theme.gap) if detailed else inner
    kitchens = floor.kitchens(world)
    gap = theme.px(10)
    across, unit = _across(len(kitchens), upper.w, gap, world)
    crowded = unit < theme.px(NARROWEST)
    if crowded:
        unit = max(theme.px(190), 150)
    tiers = upper.split_rows(-(-len(kitchens) // across) if kitchens else 1, gap)
    held = _at(world, HOLD, keep)
    first = upper.left(unit)
    apart = bool(held) and upper.h >= max(theme.px(700), 520)
    waiting = first.top((upper.h - gap) * 3 // 5) if apart else first
    title = "Inbox" if apart or not held else "Inbox, hold"
    cards = _at(world, INBOX, keep) if apart else (*_at(world, INBOX, keep), *held)
    columns = [Column("column:inbox", title, cards, waiting)]
    if apart:
        columns.append(Column("column:hold", "Hold", held, first.below(waiting.h + gap)))
    if crowded:
        wide = max(theme.px(300), 200)
        middle = Rect(first.right + gap, upper.y, upper.w - unit - wide - 2 * gap, upper.h)
        stations = [(station, _at(world, station_place(station.code), keep)) for station in kitchens]
        if narrowed(state):
            stations = [each for each in stations if each[1]]
        blocks = arranged(state, stations, middle, world)
        passing = Rect(middle.right + gap, upper.y, wide, upper.h)
        return Layout(fault, tuple(columns), passing, detail, blocks)
    for index, station in enumerate(kitchens):
        tier = tiers[index // across]
        rect = Rect(upper.x + (index % across + 1) * (unit + gap), tier.y, unit, tier.h)
        cards = _at(world, station_place(station.code), keep)
        columns.append(Column(f"column:{station.code}", station_name(station.code), cards, rect, station))
    x = upper.x + (across + 1) * (unit + gap)
    return Layout(fault, tuple(columns), Rect(x, upper.y, upper.right - x, upper.h), detail)


def _at(world: World, place: str, keep: Callable[[Card], bool]) -> tuple[Card, ...]:
    return tuple(card for card in floor.at(world, place) if keep(card))


def fault_text(world: World) -> str:
    """The red line: what the floor's own check found, else an order that no station can take."""
    if world.tokens.floor_fault:
        return world.tokens.floor_fault
    stuck = [(card, group) for card in floor.at(world, INBOX) if (group := nobody_for(card, world))]
    if not stuck:
        return ""
    card, group = stuck[0]
    more = f" (and {len(stuck) - 1} more)" if len(stuck) > 1 else ""
    return f"{card.body.number.upper()}: no station that answers can make {group}{more}. Transfer it by hand"


def fault_panel(world: World, rect: Rect) -> tuple[Panel, ...]:
    text = fault_text(world)
    if not text:
        return ()
    theme = world.theme
    side = theme.px(32)
    ops = (
        Box(rect.at_origin(), look.ALERT),
        Icon(Rect(theme.pad, (rect.h - side) // 2, side, side), "warning", look.TEXT),
        Label(
            Rect(theme.pad * 2 + side, 0, rect.w - side - theme.pad * 3, rect.h), text, theme.label, look.TEXT, "bold"
        ),
    )
    return (panel("fault", rect, Drawn(ops), ground=look.ALERT),)


def columns(state: ExpediterState, place: Layout, world: World) -> tuple[list[Panel], list[Shown]]:
    """Each column's panel, and the tiles on it."""
    panels: list[Panel] = []
    shown: list[Shown] = []
    for column in place.columns:
        head, drawn = _column(column, world)
        first, fit = _page(state, column, head, world)
        cards = column.cards[first : first + fit]
        if len(cards) < len(column.cards):
            drawn += more_button(column.key, column.rect, len(column.cards), first, len(cards), world)
        panels.append(panel(column.key, column.rect, drawn, ground=look.GROUND))
        panels += _tiles(state, column, head, cards, world)
        shown += [shown_of(card, world) for card in cards]
    for block in place.blocks:
        made, seen = drawn_block(state, block, world)
        panels += made
        shown += seen
    return panels, shown


def more_button(key: str, rect: Rect, count: int, first: int, shown: int, world: World) -> Drawn:
    """At a column's foot: how many others there are; a tap goes on to them, and from the last ones to the first."""
    theme = world.theme
    foot = Rect(theme.px(8), rect.h - theme.touch - theme.px(8), rect.w - theme.px(16), theme.touch)
    start = first + shown if first + shown < count else 0
    return button(foot, f"+{count - shown} more", f"page:{key}:{start}", theme, pressed=world.pressed)


def _column(column: Column, world: World) -> tuple[int, Drawn]:
    """The column's head with load and presence; how high it is."""
    theme, station = world.theme, column.station
    silent = station is not None and world.silent(station.code)
    rect = column.rect.at_origin()
    inner = rect.inset(theme.px(14), 0)
    high = theme.px(92)
    step, dot = theme.line(theme.label), theme.px(18)
    top = theme.px(6)
    ops: list[Op] = [
        Box(rect, look.BAR, theme.radius),
        Box(rect.top(high), look.ALERT if silent else look.HEADER, theme.radius),
        Box(Rect(0, high - theme.radius, rect.w, theme.radius), look.ALERT if silent else look.HEADER),
        Label(Rect(inner.x, top, inner.w - dot, step), column.title, theme.label, look.TEXT, "bold"),
        *_load(column, inner.below(top + step).top(high - top - step - theme.px(4)), world, silent=silent),
    ]
    if station is not None:
        known = world.tokens.share == "ok"
        shape: Shape = "cross" if silent else "dot" if known else "ring"
        ops.append(
            Icon(
                Rect(inner.right - dot, top + (step - dot) // 2, dot, dot),
                shape,
                look.GOOD if known and not silent else look.TEXT,
            )
        )
    drawn = Drawn(tuple(ops), (Hit(rect, column.key, column.title),))
    if station is None or not silent or not column.cards:
        return high, drawn
    place = Rect(theme.px(8), high + theme.px(8), rect.w - theme.px(16), theme.touch)
    drawn += button(
        place,
        "Rescue",
        f"rescue:{station.code}",
        theme,
        kind="primary",
        locked=world.locked("token.transfer"),
        pressed=world.pressed,
        label=f"Rescue the orders of {column.title}",
    )
    return high + theme.touch + theme.px(8), drawn


def _across(count: int, width: int, gap: int, world: World) -> tuple[int, int]:
    """How many stations stand beside each other, and how wide each is; in two rows when one makes them too narrow."""
    for across in (count, -(-count // 2)):
        unit = int((width - gap * (across + 1)) / (across + 1 + 1.7))
        if unit >= world.theme.px(NARROWEST):
            break
    return max(1, across), unit


def _load(column: Column, room: Rect, world: World, *, silent: bool) -> list[Op]:
    """The active items, large: the one figure that an expediter looks for. Of a silent station, that it is silent."""
    theme = world.theme
    items = sum(card.body.items for card in world.cards.values() if card.spot.place == column.place)
    size = theme.label if silent else theme.title
    width = world.ruler.width(str(items), size, "bold", tabular=True) + 2
    words = "does not answer" if silent else "item" if items == 1 else "items"
    decided, ink = _decided(column, world), look.CHANGED
    if not decided and column.station is not None:
        decided, ink = world.tokens.people.get(column.station.code, ""), look.TEXT
    rest = room.after(width + theme.px(8))
    made: list[Op] = [Label(room.left(width), str(items), size, look.TEXT, "bold", tabular=True)]
    if not decided:
        return [*made, Label(rest, words, theme.small, look.TEXT, "medium")]
    line = theme.line(theme.small)
    top = rest.y + max(0, (rest.h - 2 * line) // 2)
    return [
        *made,
        Label(Rect(rest.x, top, rest.w, line), words, theme.small, look.TEXT, "medium"),
        Label(Rect(rest.x, top + line, rest.w, line), decided, theme.small, ink, "bold"),
    ]


def _decided(column: Column, world: World) -> str:
    """What the expediter said of it: paused, half of its share; of the inbox, that it waits for a person."""
    plan = world.plan
    if column.station is not None:
        return plan_words(column.station.code, plan, column.station.weight_percent)
    return "waits for you" if column.key == "column:inbox" and not plan.automatic else ""


def _tile_height(column: Column, world: World) -> int:
    """The same for all tiles of a column: as high as the longest reason in it needs."""
    theme = world.theme
    lines = max((len(why_lines(card, column.rect.w - 2 * theme.px(8), world)) for card in column.cards), default=0)
    return max(theme.touch, theme.line(theme.title) + lines * theme.line(theme.small) + theme.px(16))


def _page(state: ExpediterState, column: Column, head: int, world: World) -> tuple[int, int]:
    """The first token that the column shows, and how many: the page with the picked one, else the chosen page."""
    gap = world.theme.px(8)
    step = _tile_height(column, world) + gap
    room = column.rect.h - head - 2 * gap
    fit = max(0, (room + gap) // step)
    if len(column.cards) <= fit:
        return 0, fit
    fit = max(1, (room - world.theme.touch) // step)
    start = dict(state.starts).get(column.key, 0)
    index = next((n for n, card in enumerate(column.cards) if card.key == state.picked), None)
    # Only as far as it must: the tile under the finger should stay near it when the columns make room for its details.
    if index is not None and not start <= index < start + fit:
        start = index if index < start else index - fit + 1
    return (start if start < len(column.cards) else 0), fit


def _tiles(state: ExpediterState, column: Column, head: int, cards: Sequence[Card], world: World) -> list[Panel]:
    margin, high = world.theme.px(8), _tile_height(column, world)
    left, top, width = column.rect.x + margin, column.rect.y + head + margin, column.rect.w - 2 * margin
    return [
        tile(state, card, Rect(left, top + index * (high + margin), width, high), world)
        for index, card in enumerate(cards)
    ]


def rows(place: Layout) -> Sequence[Sequence[Card]]:
    """What the arrow keys walk over: columns of tokens, from the left."""
    stations = (column.cards for column in place.columns if column.cards)
    return [*stations, *(block.cards for block in place.blocks if block.cards)]
