"""Many stations on one screen: a block each with its load and worst age, and its orders as chips, the most urgent first.

A block can be folded to its head; what that frees goes to the others above and below it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from station.domain import urgency
from station.domain.cards import Card
from station.domain.menu import StationInfo
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.expediter_tile import EDGES, GROUNDS, level_of, name_of, shown_of
from station.renderers.scene import Box, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shape, Shown, drawn, panel
from station.renderers.widgets.button import button
from station.renderers.widgets.text import counted, number_parts, station_name
from station.renderers.world import World

CHIP_WIDE = 104
"""At 1920x1080: a number of three digits, large, and its edge."""


@dataclass(frozen=True, slots=True)
class Block:
    station: StationInfo
    cards: tuple[Card, ...]
    rect: Rect
    folded: bool


def arranged(
    state: ExpediterState, stations: Sequence[tuple[StationInfo, tuple[Card, ...]]], area: Rect, world: World
) -> tuple[Block, ...]:
    """The stations in columns from the left, each column sharing its height among those that are not folded.

    Where not all fit, those whose oldest order is youngest are left out; the status bar's counts are of the whole floor.
    """
    theme = world.theme
    gap, head = theme.px(8), chip_height(world)
    wide = max(_head_width(world) + 2 * (chip_width(world) + theme.px(6)), theme.px(330))
    most = max(1, (area.w + gap) // (wide + gap))
    fits = most * max(1, (area.h + gap) // (head + gap))
    if len(stations) > fits:
        late_first = sorted(
            stations, key=lambda each: min((card.body.wanted_at for card in each[1]), default=world.now)
        )
        kept = {station.code for station, _ in late_first[:fits]}
        stations = [each for each in stations if each[0].code in kept]
    across = max(1, min(len(stations), most))
    blocks: list[Block] = []
    for index, column in enumerate(area.split_columns(across, gap)):
        mine = stations[len(stations) * index // across : len(stations) * (index + 1) // across]
        blocks += _stacked(state, mine, column, world)
    return tuple(blocks)


def _stacked(
    state: ExpediterState, mine: Sequence[tuple[StationInfo, tuple[Card, ...]]], column: Rect, world: World
) -> list[Block]:
    gap, head = world.theme.px(8), chip_height(world)
    opened = [station.code for station, _ in mine if station.code not in state.folded]
    left = column.h - gap * (len(mine) - 1) - head * (len(mine) - len(opened))
    high = max(head, left // len(opened)) if opened else head
    blocks: list[Block] = []
    y = column.y
    for station, cards in mine:
        folded = station.code in state.folded
        rect = Rect(column.x, y, column.w, head if folded else high)
        blocks.append(Block(station, cards, rect, folded))
        y = rect.bottom + gap
    return blocks


def chip_height(world: World) -> int:
    return max(64, world.theme.px(64))


def chip_width(world: World) -> int:
    theme = world.theme
    return max(64, theme.px(CHIP_WIDE), world.ruler.width("000", theme.title, "bold") + theme.px(30))


def _head_width(world: World) -> int:
    theme = world.theme
    widest = max(
        (world.ruler.width(station_name(one.code), theme.label, "bold") for one in floor.kitchens(world)), default=0
    )
    return min(widest, theme.px(200)) + theme.px(22 + 30 + 22)


def drawn_block(state: ExpediterState, block: Block, world: World) -> tuple[list[Panel], list[Shown]]:
    """The head, beside it and below it chips; the last place says how many more there are."""
    theme, rect, code = world.theme, block.rect, block.station.code
    key = f"column:{code}"
    made = drawn((Box(rect.at_origin(), look.BAR, theme.radius),), (Hit(rect.at_origin(), key, station_name(code)),))
    places = [] if block.folded else _places(rect.at_origin(), world)
    made += _head(block, Rect(0, 0, rect.w if block.folded else _head_width(world), chip_height(world)), world)
    if world.silent(code) and block.cards and places:
        made += button(
            places.pop(0),
            "Rescue",
            f"rescue:{code}",
            theme,
            kind="primary",
            locked=world.locked("token.transfer"),
            label=f"Rescue the orders of {station_name(code)}",
            pressed=world.pressed,
        )
    cards = _urgent_first(block.cards, state)
    many = len(places) if len(cards) <= len(places) else max(0, len(places) - 1)
    start = dict(state.starts).get(key, 0)
    first = start if start < len(cards) and len(cards) > len(places) else 0
    shown = cards[first : first + many]
    panels = [
        _chip(state, card, place.moved(rect.x, rect.y), world) for card, place in zip(shown, places, strict=False)
    ]
    if len(shown) < len(cards) and places:
        following = first + many if first + many < len(cards) else 0
        text = f"+{len(cards) - len(shown)}"
        action = f"page:{key}:{following}"
        made += button(places[len(shown)], text, action, theme, label=f"{text} more", pressed=world.pressed)
    return [panel(key, rect, made, ground=look.GROUND), *panels], [shown_of(card, world) for card in shown]


def _places(block: Rect, world: World) -> list[Rect]:
    """Where chips go: what is left of the first row beside the head, then whole rows."""
    gap, high, wide = world.theme.px(6), chip_height(world), chip_width(world)
    places: list[Rect] = []
    for index in range(max(1, (block.h + gap) // (high + gap))):
        row = Rect(block.x, block.y + index * (high + gap), block.w, high)
        row = row.after(_head_width(world) + gap) if index == 0 else row
        count = (row.w + gap) // (wide + gap)
        if count:
            places += row.split_columns(count, gap)
    return places


def _urgent_first(cards: Sequence[Card], state: ExpediterState) -> list[Card]:
    """The picked one, rushed ones, then the oldest: what is cut off at the end is what can wait."""
    return sorted(cards, key=lambda card: (card.key != state.picked, not card.body.rush, card.body.wanted_at, card.key))


def _head(block: Block, rect: Rect, world: World) -> Drawn:
    """Code, items, presence, person; at its left edge the worst age of what stands there. A tap folds it."""
    theme, station = world.theme, block.station
    silent = world.silent(station.code)
    levels = [level_of(card, world) for card in block.cards]
    edge, lit = EDGES[max(levels, key=urgency.LEVELS.index) if levels else urgency.LEVELS[0]]
    inner = Rect(rect.x + theme.px(22), rect.y + theme.px(3), rect.w - theme.px(30), rect.h - theme.px(6))
    line, small = theme.line(theme.label), theme.line(theme.small)
    top = inner.y + max(0, (inner.h - line - small) // 2)
    dot = theme.px(16)
    known = world.tokens.share == "ok"
    ink = look.GOOD if known and not silent else look.TEXT
    shape: Shape = "cross" if silent else "dot" if known else "ring"
    action = f"fold:{station.code}"
    ground = look.ALERT if silent else look.PRESSED if world.pressed == action else look.HEADER
    mark = dot + theme.px(8)
    ops: list[Op] = [
        Box(rect, ground, theme.radius),
        Box(
            Rect(rect.x + theme.px(6), rect.y + theme.px(8), theme.px(10), rect.h - theme.px(16)),
            lit or edge,
            theme.px(4),
        ),
        Label(Rect(inner.x, top, inner.w - mark, line), station_name(station.code), theme.label, look.TEXT, "bold"),
        Icon(Rect(inner.right - dot, top + (line - dot) // 2, dot, dot), "down" if block.folded else "up", look.MUTED),
        Icon(Rect(inner.x, top + line + (small - dot) // 2, dot, dot), shape, ink),
        *_second(block, Rect(inner.x, top + line, inner.w, small).after(mark), world, silent=silent),
    ]
    words = f"{'Unfold' if block.folded else 'Fold'} {station_name(station.code)}"
    return drawn(ops, (Hit(rect, action, words),))


def _second(block: Block, room: Rect, world: World, *, silent: bool) -> list[Op]:
    """Items, and what is unusual of the station; else who is there, where there is room for it."""
    theme, station = world.theme, block.station
    if silent:
        return [Label(room, "silent", theme.small, look.TEXT, "semibold")]
    items = floor.load(world, station.code)
    plan = world.plan
    weight = plan.weight_percent(station.code, station.weight_percent)
    unusual = "paused" if plan.paused(station.code) else f"{weight} %" if weight != 100 else ""
    person = world.tokens.people.get(station.code, "")
    told = "?" if items is None else str(items)
    if unusual:
        return [Label(room, f"{told} · {unusual}", theme.small, look.CHANGED, "semibold", tabular=True)]
    texts = [f"{floor.load_text(items)} · {person}", f"{told} · {person}"] if person else []
    texts = [*texts, floor.load_text(items), told]
    text = next((one for one in texts if world.ruler.width(one, theme.small, "semibold") <= room.w), told)
    return [Label(room, text, theme.small, look.TEXT, "semibold", tabular=True)]


def _chip(state: ExpediterState, card: Card, rect: Rect, world: World) -> Panel:
    """A number to tap, and how urgent it is."""
    theme, level = world.theme, level_of(card, world)
    edge, lit = EDGES[level]
    chosen = state.picked == card.key
    thick = theme.px(12) if level == "red" else theme.px(7)
    whole = rect.at_origin()
    _, called = number_parts(card.body.number)
    action = f"pick:{name_of(card)}"
    ground = look.PRESSED if world.pressed == action else GROUNDS[level]
    x = theme.px(5) + thick + theme.px(6)
    small = theme.line(theme.small)
    number = Rect(x, 0, whole.w - x - theme.px(4), whole.h - small + theme.px(4))
    below = Rect(x, whole.h - small - max(4, theme.px(4)), number.w, small)
    flags = [words for words, on in (("rush", card.body.rush), ("allergy", bool(card.body.customer.allergies))) if on]
    texts = [" · ".join([str(card.body.items), *flags]), *flags] if flags else [counted(card.body.items, "item")]
    texts.append(str(card.body.items))
    told = next((one for one in texts if world.ruler.width(one, theme.small, "medium") <= below.w), texts[-1])
    ops = (
        Box(
            whole,
            ground,
            theme.px(10),
            look.ACCENT if chosen else look.CARD_EDGE,
            theme.px(4) if chosen else theme.edge,
        ),
        Box(Rect(theme.px(5), theme.px(5), thick, whole.h - theme.px(10)), edge, theme.px(4), lit=lit),
        Label(number, called, theme.title, look.TEXT, "bold", elide=False),
        Label(below, told, theme.small, look.MUTED, "medium"),
    )
    hit = Hit(whole, action, f"{card.body.number.upper()}, {counted(card.body.items, 'item')}", drag=True)
    beat = None if level == "calm" else level
    return panel(f"tile:{name_of(card)}", rect, Drawn(ops, (hit,)), ground=look.BAR, beat=beat)
