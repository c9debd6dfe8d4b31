"""The expediter's picture of the floor: the inbox and hold, a column per station, the pass, and the picked order below.

A tile is a token; its edge beats with its age, and it says why it stands where it stands. Tiles may be dragged onto a
station's column. Many stations stand in two rows, so that no column is too narrow to be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from station.domain import urgency
from station.domain.cards import Card
from station.domain.floor import HOLD, INBOX, station_of, station_place
from station.domain.menu import StationInfo
from station.domain.urgency import Level
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shape, Shown, panel
from station.renderers.widgets.bars import areas
from station.renderers.widgets.button import button
from station.renderers.widgets.text import counted, number_parts, station_name, wrapped
from station.renderers.world import World

_DISPATCH_S = 5
EDGES: dict[Level, tuple[Colour, Colour | None]] = {
    "calm": (look.LINE, None),
    "orange": (look.ORANGE_DIM, look.ORANGE_LIT),
    "red": (look.RED_DIM, look.RED_LIT),
}
GROUNDS: dict[Level, Colour] = {"calm": look.CARD, "orange": look.CARD_ORANGE, "red": look.CARD_RED}
NARROWEST = 200
"""At 1920x1080: under this the reasons would take more lines than the orders."""
_WHY_LINES = 3


@dataclass(frozen=True, slots=True)
class Column:
    """Where tokens stand, from the left: its title, its place, and for a kitchen the station."""

    key: str
    title: str
    cards: tuple[Card, ...]
    rect: Rect
    station: StationInfo | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    fault: Rect
    columns: tuple[Column, ...]
    passing: Rect
    detail: Rect


def layout(world: World, *, detailed: bool = False) -> Layout:
    """Inbox and hold share the first column; the pass is wider than the others. `detailed`: with the picked order."""
    theme = world.theme
    area = areas(world)[1]
    fault = Rect(0, area.y, area.w, theme.px(64) if fault_text(world) else 0)
    inner = Rect(0, area.y + fault.h, area.w, area.h - fault.h).inset(theme.gap)
    low = theme.px(176) if detailed else 0
    detail = Rect(inner.x, inner.bottom - low, inner.w, low)
    upper = inner.top(inner.h - low - theme.gap) if detailed else inner
    kitchens = floor.kitchens(world)
    gap = theme.px(10)
    across, unit = _across(len(kitchens), upper.w, gap, world)
    tiers = upper.split_rows(-(-len(kitchens) // across) if kitchens else 1, gap)
    held = floor.at(world, HOLD)
    first = upper.left(unit)
    waiting = first if not held else first.top((upper.h - gap) * 3 // 5)
    columns = [Column("column:inbox", "Inbox", floor.at(world, INBOX), waiting)]
    if held:
        columns.append(Column("column:hold", "Hold", held, first.below(waiting.h + gap)))
    for index, station in enumerate(kitchens):
        tier = tiers[index // across]
        rect = Rect(upper.x + (index % across + 1) * (unit + gap), tier.y, unit, tier.h)
        cards = floor.at(world, station_place(station.code))
        columns.append(Column(f"column:{station.code}", station_name(station.code), cards, rect, station))
    x = upper.x + (across + 1) * (unit + gap)
    return Layout(fault, tuple(columns), Rect(x, upper.y, upper.right - x, upper.h), detail)


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
    return panels, shown


def level_of(card: Card, world: World) -> Level:
    profile = world.shop.profile
    return urgency.level_at(card.body.placed_at, world.now, profile.orange_s, profile.red_s)


def name_of(card: Card) -> str:
    return f"{card.key[0]}:{card.key[1]}"


def shown_of(card: Card, world: World) -> Shown:
    return Shown(*card.key, card.body.number, level_of(card, world), card.spot.place, card.pending)


def nobody_for(card: Card, world: World) -> str:
    """A prep group of this order that no answering station can make; none while dispatch still has its time."""
    if world.tokens.share != "ok" or world.now - card.body.placed_at < timedelta(seconds=_DISPATCH_S):
        return ""
    able = [station.groups for station in floor.kitchens(world) if not world.silent(station.code)]
    return next((group for group in card.body.groups if not any(group in groups for groups in able)), "")


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
    items = sum(card.body.items for card in column.cards)
    size = theme.label if silent else theme.title
    width = world.ruler.width(str(items), size, "bold", tabular=True) + 2
    words = "does not answer" if silent else "item" if items == 1 else "items"
    return [
        Label(room.left(width), str(items), size, look.TEXT, "bold", tabular=True),
        Label(room.after(width + theme.px(8)), words, theme.small, look.TEXT, "medium"),
    ]


def _tile_height(column: Column, world: World) -> int:
    """The same for all tiles of a column: as high as the longest reason in it needs."""
    theme = world.theme
    lines = max((len(_why(card, column.rect.w - 2 * theme.px(8), world)) for card in column.cards), default=0)
    return max(theme.touch, theme.line(theme.title) + lines * theme.line(theme.small) + theme.px(16))


def _why(card: Card, width: int, world: World) -> tuple[str, ...]:
    """Part and reason, in as many lines as a tile of this width needs."""
    theme, body = world.theme, card.body
    inner = width - theme.px(16) - theme.px(26)
    lead = f"part {body.part}" if body.part != "1" else ""
    group = nobody_for(card, world) if card.spot.place == INBOX else ""
    given = body.given.why if body.given is not None and station_of(card.spot.place) else ""
    why = f"nobody makes {group}" if group else given
    whole = " · ".join(word for word in (lead, why) if word)
    if world.ruler.width(whole, theme.small) <= inner:
        return (whole,) if whole else ()
    # "fewest items: 4 < 7 < 9" breaks after its words, so that the comparison stays in one piece.
    head, colon, rest = why.partition(": ")
    if colon and world.ruler.width(why, theme.small) > inner:
        lines = (*wrapped(f"{head}:", inner, theme.small, "regular", world.ruler, 2), rest)
    else:
        lines = wrapped(why, inner, theme.small, "regular", world.ruler, _WHY_LINES)
    return (lead, *lines) if lead else lines


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
        _tile(state, card, Rect(left, top + index * (high + margin), width, high), world)
        for index, card in enumerate(cards)
    ]


def _tile(state: ExpediterState, card: Card, rect: Rect, world: World) -> Panel:
    """Number and items, and under them why it is here. One that nobody can make is red as a whole."""
    theme, body = world.theme, card.body
    chosen = state.picked == card.key
    level = level_of(card, world)
    edge, lit = EDGES[level]
    thick = theme.px(16) if level == "red" else theme.px(10)
    whole = rect.at_origin()
    stuck = bool(nobody_for(card, world)) and card.spot.place == INBOX
    ground = look.ALERT if stuck else GROUNDS[level]
    if world.pressed == f"pick:{name_of(card)}":
        ground = look.PRESSED
    faint = look.TEXT if stuck else look.MUTED
    bar = Rect(0, theme.px(6), thick, rect.h - theme.px(12))
    ops: list[Op] = [
        Box(
            whole,
            ground,
            theme.px(10),
            look.ACCENT if chosen else look.CARD_EDGE,
            theme.px(4) if chosen else theme.edge,
        ),
        Box(Rect(theme.px(6), bar.y, bar.w, bar.h), edge, theme.px(4), lit=lit),
    ]
    inner = Rect(theme.px(6) + thick + theme.px(10), theme.px(6), rect.w - thick - theme.px(26), rect.h - theme.px(12))
    step = theme.line(theme.title)
    _, called = number_parts(body.number)
    width = world.ruler.width(called, theme.title, "bold")
    ops.append(Label(Rect(inner.x, inner.y, width + 2, step), called, theme.title, look.TEXT, "bold", elide=False))
    count = str(body.items)
    count_w = world.ruler.width(count, theme.label, "semibold", tabular=True) + 2
    right = Rect(inner.right - count_w, inner.y, count_w, step)
    ops.append(Label(right, count, theme.label, faint, "semibold", "right", tabular=True))
    x = inner.x + width + theme.px(10)
    ops += _beside(card, Rect(x, inner.y, right.x - x - theme.px(6), step), faint, world)
    small = theme.line(theme.small)
    ops += [
        Label(Rect(inner.x, inner.y + step + n * small, inner.w, small), text, theme.small, faint)
        for n, text in enumerate(_why(card, rect.w, world))
    ]
    hit = Hit(whole, f"pick:{name_of(card)}", f"{body.number.upper()}, {counted(body.items, 'item')}", drag=True)
    beat = None if level == "calm" else level
    return panel(f"tile:{name_of(card)}", rect, Drawn(tuple(ops), (hit,)), ground=look.BAR, beat=beat)


def _beside(card: Card, room: Rect, faint: Colour, world: World) -> list[Op]:
    """Rush, allergies, on its way to the floor: as many as there is room for, the weightiest first; then the till."""
    side = world.theme.px(26)
    flags: list[tuple[Shape, Colour]] = []
    if card.body.rush:
        flags.append(("bolt", look.TEXT))
    if card.body.customer.allergies:
        flags.append(("warning", look.ALLERGY_SEEN))
    if card.pending:
        flags.append(("clock", look.MUTED))
    ops: list[Op] = []
    x = room.x
    for shape, ink in flags:
        if x + side > room.right:
            break
        ops.append(Icon(Rect(x, room.y + (room.h - side) // 2, side, side), shape, ink))
        x += side + world.theme.px(6)
    till, _ = number_parts(card.body.number)
    width = world.ruler.width(till, world.theme.label, "medium") + 2
    if till and x + width <= room.right:
        ops.append(Label(Rect(x, room.y, width, room.h), till, world.theme.label, faint, "medium"))
    return ops


def rows(place: Layout) -> Sequence[Sequence[Card]]:
    """What the arrow keys walk over: columns of tokens, from the left."""
    return [column.cards for column in place.columns if column.cards]
