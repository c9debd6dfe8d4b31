"""What a recipe's sheet is made of: quantities, steps, changes, allergens, each as a block that is never cut."""

from collections.abc import Sequence

from station.domain.allergens import Answer
from station.renderers import theme as look
from station.renderers.recipe_content import AllergenRow, ChangeRow, PartRow
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Picture, Rect, Shape, Weight
from station.renderers.widgets.card_lines import SIGNS, Block
from station.renderers.widgets.text import wrapped
from station.renderers.world import World

_ANSWER_SHAPES: dict[Answer, Shape] = {
    Answer.CONTAINS: "warning",
    Answer.MAY_CONTAIN: "change",
    Answer.UNKNOWN: "help",
    Answer.NONE_DECLARED: "ring",
}
_LINES_A_BLOCK = 6


def heading(text: str, note: str, width: int, world: World) -> Block:
    """What the rows below are, and beside it what there is to say about it."""
    theme = world.theme
    line, small, top = theme.line(theme.body), theme.line(theme.label), theme.px(6)
    wide = world.ruler.width(text, theme.body, "bold") + theme.px(16)
    ops: list[Op] = [Label(Rect(0, top, min(width, wide), line), text, theme.body, look.TEXT, "bold")]
    height = top + line
    if note and wide + world.ruler.width(note, theme.label, "medium") <= width:
        ops.append(Label(Rect(wide, top, width - wide, line), note, theme.label, look.MUTED, "medium"))
    elif note:
        ops.append(Label(Rect(0, height, width, small), note, theme.label, look.MUTED, "medium"))
        height += small
    ops.append(Box(Rect(0, height + theme.px(4), width, theme.edge), look.LINE))
    return Block(height + theme.px(12), Drawn(tuple(ops)))


def amounts_width(rows: Sequence[PartRow], width: int, world: World) -> int:
    """How wide the column of amounts is; at most a third of it all."""
    ruler, size = world.ruler, world.theme.body
    widest = max((ruler.width(row.amount, size, "bold", tabular=True) for row in rows), default=0)
    return min(widest + 2, width // 3)


def part_row(row: PartRow, number: int, lead: int, width: int, world: World) -> Block:
    """`number`: the key that walks into it (0: none). `lead`: how wide the column of amounts is."""
    theme = world.theme
    step, low, pad = theme.line(theme.body), theme.line(theme.label), theme.px(6)
    side = theme.px(24)
    inset = theme.px(12)
    mark = side + theme.px(8)
    right = theme.px(84) if number else 0
    x = inset + mark + lead + theme.px(16)
    room = width - x - right
    ink: Colour = {"added": look.ADDED, "removed": look.REMOVED}.get(row.sign, look.TEXT)
    names = wrapped(row.name, room, theme.body, "semibold", world.ruler, 3)
    notes = wrapped(row.note, room, theme.label, "medium", world.ruler, 2) if row.note else ()
    tall = step * len(names) + low * len(notes)
    height = max(theme.touch, tall + 2 * pad) if number else tall + 2 * pad
    top = (height - tall) // 2
    ops: list[Op] = []
    if number:
        ops.append(Box(Rect(0, theme.px(2), width, height - theme.px(4)), look.RAISED, theme.px(10)))
    if row.sign:
        shape, _ = SIGNS[row.sign]
        ops.append(Icon(Rect(inset, top + (step - side) // 2, side, side), shape, ink))
    amount = Rect(inset + mark, top, lead, step)
    ops.append(Label(amount, row.amount, theme.body, ink, "bold", "right", tabular=True))
    ops += _lines(Rect(x, top, room, step), names, theme.body, ink, "semibold")
    ops += _lines(Rect(x, top + step * len(names), room, low), notes, theme.label, look.MUTED, "medium")
    if not number:
        return Block(height, Drawn(tuple(ops)))
    key = Rect(width - right, 0, right - theme.px(40), height)
    ops.append(Label(key, str(number) if number < 10 else "", theme.label, look.MUTED, "bold", "right", tabular=True))
    ops.append(Icon(Rect(width - theme.px(34), (height - side) // 2, side, side), "right", look.ACCENT))
    hit = Hit(Rect(0, 0, width, height), f"into:{row.recipe_id}", f"How {row.name} is made", key=str(number))
    return Block(height, Drawn(tuple(ops), (hit,)))


def step_row(number: int, text: str, width: int, world: World) -> Block:
    """One step of the making, with its number."""
    theme = world.theme
    step = theme.line(theme.body)
    lead = world.ruler.width("00", theme.title, "bold", tabular=True)
    x = lead + theme.px(14)
    lines = wrapped(text, width - x, theme.body, "regular", world.ruler)
    ops: tuple[Op, ...] = (
        Label(Rect(0, 0, lead, step), str(number), theme.title, look.ACCENT, "bold", "right", tabular=True),
        *_lines(Rect(x, 0, width - x, step), lines, theme.body, look.TEXT, "regular"),
    )
    return Block(step * len(lines) + theme.px(12), Drawn(ops))


def change_row(row: ChangeRow, width: int, world: World) -> Block:
    """What the order has otherwise, in words and with its sign."""
    shape, ink = SIGNS[row.effect]
    text = f"{row.text} ({row.note})" if row.note else row.text
    return text_block(text, width, world, ink=ink, shape=shape, size=world.theme.body, weight="semibold")[0]


def text_block(
    text: str,
    width: int,
    world: World,
    *,
    ink: Colour,
    shape: Shape | None = None,
    size: int | None = None,
    weight: Weight = "medium",
) -> tuple[Block, ...]:
    """A text after an icon, in blocks of a few lines, so that a long one can go on in the next column."""
    theme = world.theme
    size = theme.label if size is None else size
    step, side = theme.line(size), theme.px(26)
    x = side + theme.px(10) if shape else 0
    lines = wrapped(text, width - x, size, weight, world.ruler)
    made = []
    for first in range(0, len(lines), _LINES_A_BLOCK):
        some = lines[first : first + _LINES_A_BLOCK]
        ops = _lines(Rect(x, 0, width - x, step), some, size, ink, weight)
        if shape and not first:
            ops.append(Icon(Rect(0, (step - side) // 2, side, side), shape, ink))
        last = first + _LINES_A_BLOCK >= len(lines)
        made.append(Block(step * len(some) + (theme.px(8) if last else 0), Drawn(tuple(ops))))
    return tuple(made)


def allergen_box(lines: Sequence[str], width: int, world: World, *, filled: bool) -> Block:
    """Violet: what the guest cannot eat (`filled`), or what the dish carries, in words."""
    theme = world.theme
    side, pad, step = theme.px(32), theme.px(12), theme.line(theme.label)
    x = pad + side + pad
    room = width - x - pad
    weight: Weight = "bold" if filled else "semibold"
    texts = [line for text in lines for line in wrapped(text, room, theme.label, weight, world.ruler)]
    height = step * len(texts) + 2 * pad
    ink = look.ON_ALLERGY if filled else look.ALLERGY_SEEN
    rect = Rect(0, 0, width, height)
    frame = (
        Box(rect, look.ALLERGY, theme.px(10)) if filled else Box(rect, None, theme.px(10), look.ALLERGY, theme.px(3))
    )
    ops: list[Op] = [frame, Icon(Rect(pad, (height - side) // 2, side, side), "warning", ink)]
    ops += _lines(Rect(x, pad, room, step), texts, theme.label, ink, weight)
    return Block(height + theme.px(10), Drawn(tuple(ops)))


def allergen_row(row: AllergenRow, width: int, world: World) -> Block:
    """One of the 14: a shape and words for the answer, and under it what brings it. One that the guest named is filled."""
    theme = world.theme
    plain = row.answer is Answer.NONE_DECLARED and not row.named
    size = theme.label if plain else theme.body
    step, low, pad, side = theme.line(size), theme.line(theme.label), theme.px(8), theme.px(28)
    x = pad + side + theme.px(12)
    room = width - x - pad
    ink = look.ON_ALLERGY if row.named else look.MUTED if plain else look.TEXT
    weight: Weight = "medium" if plain else "bold"
    heads = wrapped(f"{row.name}: {row.words}", room, size, weight, world.ruler)
    below = [line for text in row.sources for line in wrapped(text, room, theme.label, "medium", world.ruler)]
    height = step * len(heads) + low * len(below) + 2 * pad
    rect = Rect(0, theme.px(2), width, height - theme.px(4))
    ops: list[Op] = []
    if row.named:
        ops.append(Box(rect, look.ALLERGY, theme.px(10)))
    elif not plain:
        ops.append(Box(rect, look.RAISED, theme.px(10), look.ALLERGY, theme.px(3)))
    shape_ink = ink if row.named or plain else look.ALLERGY_SEEN
    ops.append(Icon(Rect(pad, pad + (step - side) // 2, side, side), _ANSWER_SHAPES[row.answer], shape_ink))
    ops += _lines(Rect(x, pad, room, step), heads, size, ink, weight)
    second = look.ON_ALLERGY if row.named else look.MUTED
    ops += _lines(Rect(x, pad + step * len(heads), room, low), below, theme.label, second, "medium")
    return Block(height + theme.px(4), Drawn(tuple(ops)))


def picture_block(path: str, width: int, world: World) -> Block:
    """The finished dish."""
    theme = world.theme
    rect = Rect(0, theme.px(6), width, min(theme.px(320), round(width * 0.66)))
    return Block(rect.h + theme.px(16), Drawn((Picture(rect, path),)))


def _lines(first: Rect, lines: Sequence[str], size: int, ink: Colour, weight: Weight) -> list[Op]:
    return [Label(first.moved(0, n * first.h), line, size, ink, weight) for n, line in enumerate(lines)]
