"""The all-day totals: how many of each dish are still to be made here, over all orders; with their modifiers on demand."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from station.domain.cards import Card
from station.domain.menu import Effect
from station.domain.splitting import left_of
from station.domain.token import Line
from station.renderers import theme as look
from station.renderers.prep_state import PrepState, queue
from station.renderers.scene import Drawn, Icon, Label, Op, Panel, Rect
from station.renderers.widgets.button import button
from station.renderers.widgets.card_lines import SIGNS, Block
from station.renderers.widgets.listing import pager
from station.renderers.widgets.pages import Place, page_drawn, paged, pages_of, stacked
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import counted, wrapped
from station.renderers.world import World

Wish = tuple[Effect, str]
COLUMNS = 2
TOGETHER = 5
"""So many kinds of a dish stay with its name; more may go on in the next column."""


@dataclass(frozen=True, slots=True)
class Total:
    """A dish, how many of it, and how many of these with which wishes, the most frequent first."""

    name: str
    count: int
    wishes: tuple[tuple[tuple[Wish, ...], int], ...]


def totals(cards: Iterable[Card]) -> tuple[Total, ...]:
    """What is left to make of these cards, the most frequent dish first."""
    counts: Counter[str] = Counter()
    by_wish: dict[str, Counter[tuple[Wish, ...]]] = {}
    for card in cards:
        for line in card.body.lines:
            if left := left_of(line):
                counts[line.name] += left
                by_wish.setdefault(line.name, Counter())[_wishes(line)] += left
    return tuple(
        Total(name, count, tuple(sorted(by_wish[name].items(), key=lambda each: (-each[1], each[0]))))
        for name, count in sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    )


def all_day(state: PrepState, world: World) -> tuple[Panel, ...]:
    """The sheet."""
    theme = world.theme
    found = totals(queue(world))
    blocks, rect = _laid_out(state, found, world)
    area = _rows(world, rect)
    inner = content_rect(world, rect)
    bar = Rect(inner.x, inner.bottom - theme.touch, inner.w, theme.touch)
    drawn = button(
        bar.left(theme.px(400)),
        "Without modifiers" if state.detailed else "With modifiers",
        "detail",
        theme,
        kind="chosen" if state.detailed else "plain",
        icon="minus" if state.detailed else "plus",
        key="M",
        pressed=world.pressed,
    )
    if not found:
        empty = Label(area, "Nothing to make", theme.body, look.MUTED, "medium", "centre")
        return sheet(world, "sheet:all_day", "All-day", rect, drawn + Drawn((empty,)))
    places = _places(blocks, area)
    page = min(state.page, pages_of(places) - 1)
    drawn += page_drawn(blocks, places, page, area.split_columns(COLUMNS, theme.gap * 3))
    if pages_of(places) > 1:
        wide = min(bar.w // 2, theme.px(520))
        drawn += pager(bar.after(bar.w - wide), page, pages_of(places), world)
    title = f"All-day: {counted(sum(total.count for total in found), 'item')} to make"
    return sheet(world, "sheet:all_day", title, rect, drawn)


def pages(state: PrepState, world: World) -> int:
    blocks, rect = _laid_out(state, totals(queue(world)), world)
    return pages_of(_places(blocks, _rows(world, rect)))


def _laid_out(state: PrepState, found: tuple[Total, ...], world: World) -> tuple[list[Block], Rect]:
    """The rows, and a sheet that is as high as they need."""
    theme = world.theme
    widest = sheet_rect(world, 0.82, 0.9)
    width = content_rect(world, widest).split_columns(COLUMNS, theme.gap * 3)[0].w
    blocks = [block for total in found for block in _blocks(total, width, world, detailed=state.detailed)]
    # Two columns of a little more than half each, since a block is never parted.
    tallest = max((block.height for block in blocks), default=0)
    tall = max(theme.px(200), sum(block.height for block in blocks) // COLUMNS + tallest)
    return blocks, sheet_rect(world, 0.82, 0.9, tall + theme.touch + theme.gap)


def _rows(world: World, rect: Rect) -> Rect:
    inner = content_rect(world, rect)
    return inner.top(inner.h - world.theme.touch - world.theme.gap)


def _places(blocks: list[Block], area: Rect) -> tuple[Place, ...]:
    return paged([block.height for block in blocks], COLUMNS, area.h)


def _blocks(total: Total, width: int, world: World, *, detailed: bool) -> list[Block]:
    head = _row(str(total.count), total.name, (), width, world, head=True)
    if not detailed:
        return [head]
    rows = [_row(str(count), "" if wishes else "as it is", wishes, width, world) for wishes, count in total.wishes]
    for row in rows[:TOGETHER]:
        head = stacked(head, row)
    return [head, *rows[TOGETHER:]]


def _row(count: str, text: str, wishes: tuple[Wish, ...], width: int, world: World, *, head: bool = False) -> Block:
    theme = world.theme
    size = theme.title if head else theme.label
    step = theme.line(size) + (theme.px(6) if head else 0)
    lead = world.ruler.width("000", theme.title, "bold", tabular=True)
    x = lead + theme.pad
    ops: list[Op] = [
        Label(
            Rect(0, 0, lead, step),
            count,
            size,
            look.ACCENT if head else look.TEXT,
            "bold" if head else "semibold",
            "right",
            tabular=True,
        )
    ]
    y = 0
    if text:
        size_of_name = theme.body if head else theme.label
        names = wrapped(text, width - x, size_of_name, "semibold", world.ruler, 2)
        for name in names:
            ink = look.TEXT if head else look.MUTED
            ops.append(Label(Rect(x, y, width - x, step), name, size_of_name, ink, "semibold"))
            y += step
    side = theme.px(22)
    for effect, name in wishes:
        shape, ink = SIGNS[effect]
        ops.append(Icon(Rect(x, y + (step - side) // 2, side, side), shape, ink))
        room = width - x - side - theme.px(10)
        for line in wrapped(name, room, theme.label, "semibold", world.ruler, 2):
            ops.append(Label(Rect(x + side + theme.px(10), y, room, step), line, theme.label, ink, "semibold"))
            y += step
    return Block(max(step, y), Drawn(tuple(ops)))


def _wishes(line: Line) -> tuple[Wish, ...]:
    """Everything that makes it another than the next: the same wishes in another order are the same."""
    told: list[Wish] = [
        (one.effect, one.name if one.count <= 1 else f"{one.count} × {one.name}") for one in line.modifiers
    ]
    if line.note:
        told.append(("changed", line.note))
    return tuple(sorted(told))
