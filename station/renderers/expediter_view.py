"""The expediter's picture of the floor: the inbox and hold, a column per station, the pass, and the picked order below.

A tile is a token; its edge beats with its age. Tiles may be dragged onto a station's column.
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
from station.renderers.widgets.text import counted, number_parts, station_name
from station.renderers.world import World

_DISPATCH_S = 5
EDGES: dict[Level, tuple[Colour, Colour | None]] = {
    "calm": (look.LINE, None),
    "orange": (look.ORANGE_DIM, look.ORANGE_LIT),
    "red": (look.RED_DIM, look.RED_LIT),
}


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


def layout(world: World) -> Layout:
    """Inbox and hold share the first column; the pass is wider than the others."""
    theme = world.theme
    area = areas(world)[1]
    fault = Rect(0, area.y, area.w, theme.px(64) if fault_text(world) else 0)
    inner = Rect(0, area.y + fault.h, area.w, area.h - fault.h).inset(theme.gap)
    low = theme.px(176)
    detail = Rect(inner.x, inner.bottom - low, inner.w, low)
    upper = inner.top(inner.h - low - theme.gap)
    kitchens = floor.kitchens(world)
    gap = theme.px(10)
    unit = int((upper.w - gap * (len(kitchens) + 1)) / (len(kitchens) + 1 + 1.7))
    held = floor.at(world, HOLD)
    first = upper.left(unit)
    waiting = first if not held else first.top((upper.h - gap) * 3 // 5)
    columns = [Column("column:inbox", "Inbox", floor.at(world, INBOX), waiting)]
    if held:
        columns.append(Column("column:hold", "Hold", held, first.below(waiting.h + gap)))
    for index, station in enumerate(kitchens):
        rect = Rect(upper.x + (index + 1) * (unit + gap), upper.y, unit, upper.h)
        cards = floor.at(world, station_place(station.code))
        columns.append(Column(f"column:{station.code}", station_name(station.code), cards, rect, station))
    x = upper.x + (len(kitchens) + 1) * (unit + gap)
    return Layout(fault, tuple(columns), Rect(x, upper.y, upper.right - x, upper.h), detail)


def fault_text(world: World) -> str:
    """The red line: what the floor's own check found, else an order that no station can take."""
    if world.tokens.floor_fault:
        return world.tokens.floor_fault
    if world.tokens.share != "ok":
        return ""
    stuck = [(card, group) for card in floor.at(world, INBOX) if (group := _nobody_for(card, world))]
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


def _nobody_for(card: Card, world: World) -> str:
    """A prep group of this order that no answering station can make; none while dispatch still has its time."""
    if world.now - card.body.placed_at < timedelta(seconds=_DISPATCH_S):
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
    step = theme.line(theme.label)
    top = (high - step - theme.line(theme.small)) // 2
    items = sum(card.body.items for card in column.cards)
    dot = theme.px(18)
    ops: list[Op] = [
        Box(rect, look.BAR, theme.radius),
        Box(rect.top(high), look.ALERT if silent else look.HEADER, theme.radius),
        Box(Rect(0, high - theme.radius, rect.w, theme.radius), look.ALERT if silent else look.HEADER),
        Label(Rect(inner.x, top, inner.w - dot, step), column.title, theme.label, look.TEXT, "bold"),
        Label(
            Rect(inner.x, top + step, inner.w, theme.line(theme.small)),
            "does not answer" if silent else counted(items, "item"),
            theme.small,
            look.TEXT,
            "medium",
            tabular=True,
        ),
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


def _tile_height(world: World) -> int:
    theme = world.theme
    return max(theme.touch, theme.line(theme.title) + theme.line(theme.small) + theme.px(18))


def _page(state: ExpediterState, column: Column, head: int, world: World) -> tuple[int, int]:
    """The first token that the column shows, and how many: the page with the picked one, else the chosen page."""
    gap = world.theme.px(8)
    step = _tile_height(world) + gap
    room = column.rect.h - head - 2 * gap
    fit = max(0, (room + gap) // step)
    if len(column.cards) <= fit:
        return 0, fit
    fit = max(1, (room - world.theme.touch) // step)
    start = dict(state.starts).get(column.key, 0)
    index = next((n for n, card in enumerate(column.cards) if card.key == state.picked), None)
    if index is not None and not start <= index < start + fit:
        start = index // fit * fit
    return (start if start < len(column.cards) else 0), fit


def _tiles(state: ExpediterState, column: Column, head: int, cards: Sequence[Card], world: World) -> list[Panel]:
    margin, high = world.theme.px(8), _tile_height(world)
    left, top, width = column.rect.x + margin, column.rect.y + head + margin, column.rect.w - 2 * margin
    return [
        _tile(state, card, Rect(left, top + index * (high + margin), width, high), world)
        for index, card in enumerate(cards)
    ]


def _tile(state: ExpediterState, card: Card, rect: Rect, world: World) -> Panel:
    """Number and items, and under them why it is here."""
    theme, body = world.theme, card.body
    chosen = state.picked == card.key
    level = level_of(card, world)
    edge, lit = EDGES[level]
    thick = theme.px(16) if level == "red" else theme.px(10)
    whole = rect.at_origin()
    ground = look.PRESSED if world.pressed == f"pick:{name_of(card)}" else look.CARD
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
    till, called = number_parts(body.number)
    width = world.ruler.width(called, theme.title, "bold")
    ops.append(Label(Rect(inner.x, inner.y, width + 2, step), called, theme.title, look.TEXT, "bold", elide=False))
    count = str(body.items)
    count_w = world.ruler.width(count, theme.label, "semibold", tabular=True) + 2
    right = Rect(inner.right - count_w, inner.y, count_w, step)
    ops.append(Label(right, count, theme.label, look.MUTED, "semibold", "right", tabular=True))
    ops += _flags(
        card, Rect(inner.x + width + theme.px(10), inner.y, right.x - inner.x - width - theme.px(16), step), world
    )
    why = body.given.why if body.given is not None and station_of(card.spot.place) else ""
    words = [till, f"part {body.part}" if body.part != "1" else "", why]
    text = " · ".join(word for word in words if word)
    ops.append(Label(Rect(inner.x, inner.y + step, inner.w, theme.line(theme.small)), text, theme.small, look.MUTED))
    hit = Hit(whole, f"pick:{name_of(card)}", f"{body.number.upper()}, {counted(body.items, 'item')}", drag=True)
    beat = None if level == "calm" else level
    return panel(f"tile:{name_of(card)}", rect, Drawn(tuple(ops), (hit,)), ground=look.BAR, beat=beat)


def _flags(card: Card, room: Rect, world: World) -> list[Op]:
    """Rush, allergies, on its way to the floor: as many as there is room for, the weightiest first."""
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
    return ops


def rows(place: Layout) -> Sequence[Sequence[Card]]:
    """What the arrow keys walk over: columns of tokens, from the left."""
    return [column.cards for column in place.columns if column.cards]
