"""The parts of a card that are no lines: rush, how it is served, allergies, changes, and that it was cancelled."""

from station.domain.token import Body
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Icon, Label, Op, Rect, Shape
from station.renderers.widgets.card_lines import Block, words_block
from station.renderers.widgets.text import wrapped
from station.renderers.world import World


def rush(width: int, world: World) -> Block:
    """White over the whole card, to be seen from the other end of the kitchen; orange and red are for time alone."""
    theme = world.theme
    band = Rect(0, theme.px(8), width, theme.line(theme.title) + theme.px(8))
    side = theme.px(38)
    word = world.ruler.width("RUSH", theme.title, "bold")
    left = (width - word - 2 * side - theme.px(28)) // 2
    y = band.y + (band.h - side) // 2
    ops: tuple[Op, ...] = (
        Box(band, look.TEXT, theme.px(8)),
        Icon(Rect(left, y, side, side), "bolt", look.PLATE),
        Label(Rect(left + side + theme.px(14), band.y, word + 2, band.h), "RUSH", theme.title, look.PLATE, "bold"),
        Icon(Rect(left + side + word + theme.px(28), y, side, side), "bolt", look.PLATE),
    )
    return Block(band.bottom, Drawn(ops))


def cancelled(name: str, width: int, world: World) -> Block:
    """The whole order is void: whether it was made must be said once, then the card goes."""
    theme = world.theme
    line = theme.line(theme.title)
    side, pad = theme.px(34), theme.px(12)
    band = Rect(0, theme.px(8), width, line + theme.px(8))
    large = side + 3 * pad + world.ruler.width("CANCELLED", theme.title, "bold") <= width
    size = theme.title if large else theme.body
    ops: list[Op] = [
        Box(band, look.CHANGED, theme.px(8)),
        Icon(Rect(pad, band.y + (band.h - side) // 2, side, side), "cross", look.PLATE),
        Label(Rect(side + 2 * pad, band.y, width - side - 3 * pad, band.h), "CANCELLED", size, look.PLATE, "bold"),
    ]
    y = band.bottom + theme.px(6)
    low = theme.line(theme.label)
    ops.append(Label(Rect(0, y, width, low), "Was it made?", theme.label, look.TEXT, "semibold"))
    y += low + theme.px(4)
    answers: tuple[tuple[str, str, Shape, str], ...] = (
        ("made", "Made: waste", "trash", "W"),
        ("unmade", "Not started", "cross", "N"),
    )
    hits: list[Hit] = []
    gap = theme.px(8)
    room = (width - gap) // 2
    beside = max(world.ruler.width(text, theme.label, "semibold") for _, text, _, _ in answers) + theme.px(68) <= room
    for index, (what, text, shape, key) in enumerate(answers):
        place = (
            Rect(index * (room + gap), y, room, theme.touch)
            if beside
            else Rect(0, y + index * (theme.touch + gap), width, theme.touch)
        )
        action = f"seen:{name}:{what}"
        fill = look.PRESSED if world.pressed == action else look.RAISED
        icon = theme.px(26)
        ops += [
            Box(place, fill, theme.radius, look.ACCENT, theme.px(3)),
            Icon(Rect(place.x + pad, place.y + (place.h - icon) // 2, icon, icon), shape, look.TEXT),
            Label(place.after(icon + 2 * pad), text, theme.label, look.TEXT, "semibold"),
        ]
        hits.append(Hit(place, action, f"Cancelled order: {text}", key=key))
    y += theme.touch if beside else 2 * theme.touch + gap
    return Block(y + theme.px(6), Drawn(tuple(ops), tuple(hits)))


def about(body: Body, part: str, width: int, world: World) -> Block:
    """How it is served, to whom, and which part of the order this is (`part`, in words)."""
    theme = world.theme
    line = theme.line(theme.label)
    away = body.mode == "take_away"
    words = ["Take away" if away else "Eat in", body.customer.marker, body.customer.name]
    side = theme.px(26)
    top = theme.px(8)
    ops: list[Op] = [
        Icon(Rect(0, top + (line - side) // 2, side, side), "bag" if away else "plate", look.TEXT),
        Label(
            Rect(side + theme.px(10), top, width - side - theme.px(10), line),
            " · ".join(word for word in words if word),
            theme.label,
            look.TEXT,
            "semibold",
        ),
    ]
    height = top + line
    for text in wrapped(part[:1].upper() + part[1:], width, theme.label, "medium", world.ruler, 2):
        ops.append(Label(Rect(0, height, width, line), text, theme.label, look.MUTED, "medium"))
        height += line
    return Block(height + theme.px(6), Drawn(tuple(ops)))


def allergies(name: str, body: Body, text: str, width: int, world: World) -> Block:
    """Violet and to be tapped until somebody has seen it; afterwards a line that stays. `text`: their names."""
    theme = world.theme
    if "allergy" in body.acknowledged:
        return words_block(f"Allergy: {text}", "warning", look.ALLERGY_SEEN, width, world)
    step, small = theme.line(theme.body), theme.line(theme.small)
    side = theme.px(36)
    x = side + theme.px(30)
    lines = wrapped(f"Allergy: {text}", width - x - theme.px(10), theme.body, "bold", world.ruler, 4)
    asks = "Tap when you have read it"
    if world.ruler.width(asks, theme.small, "medium") > width - x - 4:
        asks = "Tap when read"
    height = max(theme.touch, step * len(lines) + small + theme.px(20))
    top = (height - step * len(lines) - small) // 2
    rect = Rect(0, 0, width, height)
    ops: tuple[Op, ...] = (
        Box(rect, look.ALLERGY, theme.px(10)),
        Icon(Rect(theme.px(14), (height - side) // 2, side, side), "warning", look.ON_ALLERGY),
        *(
            Label(Rect(x, top + n * step, width - x - 4, step), line, theme.body, look.ON_ALLERGY, "bold")
            for n, line in enumerate(lines)
        ),
        Label(
            Rect(x, top + step * len(lines), width - x - 4, small),
            asks,
            theme.small,
            look.ON_ALLERGY,
            "medium",
        ),
    )
    hit = Hit(rect, f"seen:{name}:allergy", f"Allergy: {text}. Tap when read", key="Space")
    return Block(height + theme.px(8), Drawn(ops, (hit,)))


def changes(name: str, width: int, world: World) -> Block:
    """The order is another than when it was sent: its frame flashes until somebody has read it."""
    theme = world.theme
    rect = Rect(0, 0, width, theme.touch)
    side = theme.px(30)
    lead = theme.px(12)
    room = rect.after(lead + side + lead)
    step = theme.line(theme.label)
    lines = wrapped("Order changed: tap when read", room.w - lead, theme.label, "semibold", world.ruler, 2)
    top = (rect.h - step * len(lines)) // 2
    ops: tuple[Op, ...] = (
        Box(rect, None, theme.px(10), look.CHANGED_DIM, theme.px(5), border_lit=look.CHANGED),
        Icon(Rect(lead, (rect.h - side) // 2, side, side), "change", look.CHANGED),
        *(
            Label(Rect(room.x, top + n * step, room.w, step), line, theme.label, look.CHANGED, "semibold")
            for n, line in enumerate(lines)
        ),
    )
    hit = Hit(rect, f"seen:{name}:change", "Order changed. Tap when read", key="Space")
    return Block(rect.h + theme.px(8), Drawn(ops, (hit,)))
