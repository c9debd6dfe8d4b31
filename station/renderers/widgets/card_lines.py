"""The lines of a card: how many, what, and every wish under it, each with a sign of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec

from station.domain.token import Line, Modifier
from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Rect, Shape, Weight
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

SIGNS: dict[str, tuple[Shape, Colour]] = {
    "added": ("plus", look.ADDED),
    "removed": ("minus", look.REMOVED),
    "changed": ("change", look.CHANGED),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a card that is never cut, drawn from (0, 0)."""

    height: int
    drawn: Drawn


@dataclass(frozen=True, slots=True)
class Lead:
    """The column of counts, as wide on every line of a card. `touch`: how much of a line's left ticks only one.

    `size`: the type of a count of which some are done.
    """

    width: int
    touch: int
    size: int


def lead_of(lines: Sequence[Line], width: int, side: int, world: World) -> Lead:
    """`side`: how far the card reaches beyond its lines at the left; a finger may land there too.

    The column does not change while lines are ticked, so nothing on the card jumps.
    """
    theme = world.theme
    size = theme.title if width >= theme.px(350) else theme.body
    counts = [line.count for line in lines if line.count > 1]
    one = world.ruler.width("00" if max(counts, default=0) > 9 else "0", theme.title, "bold", tabular=True)
    widest = max((world.ruler.width(f"{n}/{n}", size, "bold", tabular=True) for n in counts), default=0)
    column = max(one + theme.px(6), widest) + theme.px(28)
    if not counts:
        return Lead(column, 0, size)
    column = max(column, theme.touch - side)
    return Lead(column, side + column, size)


def line_block(
    line: Line, width: int, world: World, *, name: str, lead: Lead, side: int, chosen: bool, ruled: bool
) -> Block:
    """One line: a tap ticks all of it, on its count only one; a long touch opens its recipe.

    `name`: the card's. `ruled`: with a thin line above it.
    """
    theme = world.theme
    tick, one, hold = f"tick:{name}:{line.id}", f"one:{name}:{line.id}", f"recipe:{name}:{line.id}"
    pad = theme.px(9)
    ops = _count(line, Rect(0, pad, lead.width - theme.px(12), theme.line(theme.body)), lead.size, world)
    more, y = _named(line, Rect(lead.width, pad, width - lead.width, 0), world)
    ops += more
    more, y = _wishes(line, Rect(lead.width, y, width - lead.width, 0), world)
    ops += more
    height = max(theme.touch, y + pad)
    lifted = Drawn(tuple(ops)).moved(0, (height - y - pad) // 2)
    ground: list[Op] = []
    if chosen or world.pressed in {tick, one}:
        ground.append(Box(Rect(-theme.px(4), 1, width + theme.px(8), height - 2), look.RAISED, theme.px(10)))
    if ruled:
        ground.append(Box(Rect(0, 0, width, 1), look.LINE))
    whole = Rect(-side, 0, width + 2 * side, height)
    hits: tuple[Hit, ...]
    if line.count <= 1:
        hits = (Hit(whole, tick, _said(line), key="Space", hold=hold),)
    else:
        left, right = whole.left(lead.touch), whole.after(lead.touch)
        hits = (
            Hit(left, one, _said_of_one(line), key="+", hold=hold),
            Hit(right, tick, _said(line), key="Space", hold=hold),
        )
    return Block(height, Drawn((*ground, *lifted.ops), hits))


def cancelled_block(line: Line, width: int, world: World, *, name: str, lead: Lead, side: int, ruled: bool) -> Block:
    """A line of an order that was cancelled as a whole: nothing to tick, but its recipe can be looked at."""
    theme = world.theme
    many = f"{line.count} {line.name}" if line.count > 1 else line.name
    shown = msgspec.structs.replace(line, name=many, count=0, done=0, was=None)
    block = line_block(shown, width, world, name=name, lead=lead, side=side, chosen=False, ruled=ruled)
    made = f", {line.done} of them made" if line.done else ""
    hit = Hit(
        Rect(-side, 0, width + 2 * side, block.height),
        f"cancelled:{name}",
        f"Cancelled: {many}{made}",
        hold=f"recipe:{name}:{line.id}",
    )
    if not line.done:
        return Block(block.height, Drawn(block.drawn.ops, (hit,)))
    low = theme.line(theme.label)
    label = Label(
        Rect(lead.width, block.height - theme.px(6), width - lead.width, low),
        f"{line.done} of {line.count} made",
        theme.label,
        look.CHANGED,
        "bold",
    )
    hit = replace(hit, rect=Rect(hit.rect.x, 0, hit.rect.w, block.height + low))
    return Block(block.height + low, Drawn((*block.drawn.ops, label), (hit,)))


def words_block(text: str, shape: Shape, ink: Colour, width: int, world: World) -> Block:
    """A few words after an icon: a note, an allergy that was read."""
    theme = world.theme
    step, side = theme.line(theme.label), theme.px(26)
    x = side + theme.px(10)
    lines = wrapped(text, width - x, theme.label, "medium", world.ruler)
    ops: tuple[Op, ...] = (
        Icon(Rect(0, (step - side) // 2, side, side), shape, ink),
        *(Label(Rect(x, n * step, width - x, step), line, theme.label, ink, "medium") for n, line in enumerate(lines)),
    )
    return Block(step * len(lines) + theme.px(6), Drawn(ops))


def _done(line: Line) -> bool:
    return line.done >= line.count


def _said(line: Line) -> str:
    if _done(line):
        return f"{line.count} {line.name}, done: untick"
    if line.done:
        return f"Tick the other {line.count - line.done} of {line.count} {line.name}"
    return f"Tick {line.count} {line.name}"


def _said_of_one(line: Line) -> str:
    if _done(line):
        return f"{line.count} {line.name}, done: take one back"
    return f"Tick one of {line.count - line.done} {line.name}"


def _named(line: Line, at: Rect, world: World) -> tuple[list[Op], int]:
    """The dish, and what has changed about it. Lighter type when it is done; struck through when it is cancelled."""
    theme = world.theme
    room = at.w - theme.px(4)
    # What is wider than a narrow card, or longer than three lines, is set smaller rather than cut.
    wide = any(world.ruler.width(word, theme.body, "semibold") > room for word in line.name.split())
    long = len(wrapped(line.name, room, theme.body, "semibold", world.ruler)) > 3
    size = theme.label if wide or long else theme.body
    step = theme.line(theme.body)
    ink = look.DONE if _done(line) else look.TEXT
    weight: Weight = "regular" if _done(line) else "semibold"
    names = wrapped(line.name, room, size, "semibold", world.ruler, 5 if long else 3)
    ops: list[Op] = [
        Label(Rect(at.x, at.y + n * step, at.w, step), text, size, ink, weight, strike=not line.count)
        for n, text in enumerate(names)
    ]
    y = at.y + step * len(names)
    if line.was is not None:
        words = f"was {line.was}, now {line.count}" if line.count else f"cancelled, was {line.was}"
        high = theme.line(theme.label)
        ops.append(Label(Rect(at.x, y, at.w, high), words, theme.label, look.CHANGED, "bold"))
        y += high
    return ops, y


def _wishes(line: Line, at: Rect, world: World) -> tuple[list[Op], int]:
    ops: list[Op] = []
    y = at.y
    for modifier in line.modifiers:
        more, high = _modifier(modifier, Rect(at.x, y, at.w, 0), world, done=_done(line))
        ops += more
        y += high
    if line.note:
        block = words_block(line.note, "note", look.CHANGED, at.w, world)
        ops += block.drawn.moved(at.x, y).ops
        y += block.height
    return ops, y


def _count(line: Line, rect: Rect, size: int, world: World) -> list[Op]:
    """A tick for what is done, a cross for what is cancelled; otherwise how many are to be made.

    More than one stands on a plate of its own; once some are done, on an open one that fills: "2/5".
    """
    theme = world.theme
    if line.count and _done(line):
        side = theme.px(34)
        return [Icon(Rect(rect.x, rect.y + (rect.h - side) // 2, rect.w, side), "tick", look.GOOD)]
    if not line.count:
        side = theme.px(26)
        return [Icon(Rect(rect.x, rect.y + (rect.h - side) // 2, rect.w, side), "cross", look.CHANGED)]
    if line.done:
        bar = Rect(rect.x, rect.bottom - theme.px(2), rect.w, theme.px(7))
        text = f"{line.done}/{line.count}"
        return [
            Box(rect, look.PLATE, theme.px(8), look.TEXT, theme.edge),
            Label(rect, text, size, look.TEXT, "bold", "centre", elide=False, tabular=True),
            Box(bar, look.HEADER, theme.px(3)),
            Box(bar.left(max(theme.px(6), rect.w * line.done // line.count)), look.GOOD, theme.px(3)),
        ]
    ops: list[Op] = []
    ink = look.TEXT
    if line.count > 1:
        ops.append(Box(rect, look.TEXT, theme.px(8)))
        ink = look.PLATE
    ops.append(Label(rect, str(line.count), theme.title, ink, "bold", "centre", elide=False))
    return ops


def _modifier(modifier: Modifier, at: Rect, world: World, *, done: bool) -> tuple[list[Op], int]:
    theme = world.theme
    shape, ink = SIGNS[modifier.effect]
    ink = look.DONE if done else ink
    step, side = theme.line(theme.label), theme.px(22)
    x = side + theme.px(10)
    text = modifier.name if modifier.count <= 1 else f"{modifier.count}x {modifier.name}"
    lines = wrapped(text, at.w - x, theme.label, "semibold", world.ruler)
    ops: list[Op] = [Icon(Rect(at.x, at.y + (step - side) // 2, side, side), shape, ink)]
    weight: Weight = "regular" if done else "semibold"
    ops += [
        Label(Rect(at.x + x, at.y + n * step, at.w - x, step), line, theme.label, ink, weight)
        for n, line in enumerate(lines)
    ]
    return ops, step * len(lines)
