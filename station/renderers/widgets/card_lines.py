"""The lines of a card: how many, what, and every wish under it, each with a sign of its own."""

from dataclasses import dataclass

from station.domain.token import Line, Modifier
from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Rect, Shape, Weight
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

_SIGNS: dict[str, tuple[Shape, Colour]] = {
    "added": ("plus", look.ADDED),
    "removed": ("minus", look.REMOVED),
    "changed": ("change", look.CHANGED),
}


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a card that is never cut, drawn from (0, 0)."""

    height: int
    drawn: Drawn


def line_block(line: Line, width: int, world: World, *, action: str, digits: int, chosen: bool, ruled: bool) -> Block:
    """One line. `digits`: of the card's largest count; `ruled`: with a thin line above it."""
    theme = world.theme
    column = world.ruler.width("0" * digits, theme.title, "bold", tabular=True) + theme.px(34)
    pad = theme.px(9)
    ops = _count(line, Rect(0, pad, column - theme.px(12), theme.line(theme.body)), world)
    more, y = _named(line, Rect(column, pad, width - column, 0), world)
    ops += more
    more, y = _wishes(line, Rect(column, y, width - column, 0), world)
    ops += more
    height = max(theme.touch, y + pad)
    lifted = Drawn(tuple(ops)).moved(0, (height - y - pad) // 2)
    ground: list[Op] = []
    if chosen or world.pressed == action:
        ground.append(Box(Rect(-theme.px(4), 1, width + theme.px(8), height - 2), look.RAISED, theme.px(10)))
    if ruled:
        ground.append(Box(Rect(0, 0, width, 1), look.LINE))
    label = f"{line.count} {line.name}, done: untick" if _done(line) else f"Tick {line.count} {line.name}"
    hit = Hit(Rect(0, 0, width, height), action, label, key="Space")
    return Block(height, Drawn((*ground, *lifted.ops), (hit,)))


def words_block(text: str, shape: Shape, ink: Colour, width: int, world: World) -> Block:
    """A few words after an icon: a note, an allergy that was read."""
    theme = world.theme
    step, side = theme.line(theme.label), theme.px(26)
    x = side + theme.px(10)
    lines = wrapped(text, width - x, theme.label, "medium", world.ruler, 5)
    ops: tuple[Op, ...] = (
        Icon(Rect(0, (step - side) // 2, side, side), shape, ink),
        *(Label(Rect(x, n * step, width - x, step), line, theme.label, ink, "medium") for n, line in enumerate(lines)),
    )
    return Block(step * len(lines) + theme.px(6), Drawn(ops))


def _done(line: Line) -> bool:
    return line.done >= line.count


def _named(line: Line, at: Rect, world: World) -> tuple[list[Op], int]:
    """The dish, and what has changed about it. Lighter type when it is done; struck through when it is cancelled."""
    theme = world.theme
    room = at.w - theme.px(4)
    # One word that is wider than a narrow card is set smaller rather than cut.
    wide = any(world.ruler.width(word, theme.body, "semibold") > room for word in line.name.split())
    size = theme.label if wide else theme.body
    step = theme.line(theme.body)
    ink = look.DONE if _done(line) else look.TEXT
    weight: Weight = "regular" if _done(line) else "semibold"
    names = wrapped(line.name, room, size, "semibold", world.ruler, 3)
    ops: list[Op] = [
        Label(Rect(at.x, at.y + n * step, at.w, step), text, size, ink, weight, strike=not line.count)
        for n, text in enumerate(names)
    ]
    y = at.y + step * len(names)
    if line.was is not None:
        words = f"was {line.was}" if line.count else f"cancelled, was {line.was}"
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


def _count(line: Line, rect: Rect, world: World) -> list[Op]:
    """A tick for what is done, a cross for what is cancelled; otherwise how many are left to make. More than one stands on a plate of its own."""
    theme = world.theme
    if line.count and _done(line):
        side = theme.px(34)
        return [Icon(Rect(rect.x, rect.y + (rect.h - side) // 2, rect.w, side), "tick", look.GOOD)]
    if not line.count:
        side = theme.px(26)
        return [Icon(Rect(rect.x, rect.y + (rect.h - side) // 2, rect.w, side), "cross", look.CHANGED)]
    left = line.count - line.done
    ops: list[Op] = []
    ink = look.TEXT
    if left > 1:
        ops.append(Box(rect, look.TEXT, theme.px(8)))
        ink = look.PLATE
    ops.append(Label(rect, str(left), theme.title, ink, "bold", "centre", elide=False))
    return ops


def _modifier(modifier: Modifier, at: Rect, world: World, *, done: bool) -> tuple[list[Op], int]:
    theme = world.theme
    shape, ink = _SIGNS[modifier.effect]
    ink = look.DONE if done else ink
    step, side = theme.line(theme.label), theme.px(22)
    x = side + theme.px(10)
    text = modifier.name if modifier.count <= 1 else f"{modifier.count}x {modifier.name}"
    lines = wrapped(text, at.w - x, theme.label, "semibold", world.ruler, 2)
    ops: list[Op] = [Icon(Rect(at.x, at.y + (step - side) // 2, side, side), shape, ink)]
    weight: Weight = "regular" if done else "semibold"
    ops += [
        Label(Rect(at.x + x, at.y + n * step, at.w - x, step), line, theme.label, ink, weight)
        for n, line in enumerate(lines)
    ]
    return ops, step * len(lines)
