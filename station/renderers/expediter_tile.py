"""A token on the expediter's floor: its number, how much it is, how urgent, and why it stands where it stands."""

from datetime import timedelta

from station.domain import urgency
from station.domain.cards import Card
from station.domain.floor import HOLD, INBOX, station_of
from station.domain.urgency import Level
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.expediter_hold import held_words
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shape, Shown, panel
from station.renderers.widgets.text import counted, number_parts, wrapped
from station.renderers.world import World

_DISPATCH_S = 5
EDGES: dict[Level, tuple[Colour, Colour | None]] = {
    "calm": (look.LINE, None),
    "orange": (look.ORANGE_DIM, look.ORANGE_LIT),
    "red": (look.RED_DIM, look.RED_LIT),
}
GROUNDS: dict[Level, Colour] = {"calm": look.CARD, "orange": look.CARD_ORANGE, "red": look.CARD_RED}
_WHY_LINES = 3


def level_of(card: Card, world: World) -> Level:
    profile = world.shop.profile
    return urgency.level_at(card.body.wanted_at, world.now, profile.orange_s, profile.red_s)


def name_of(card: Card) -> str:
    return f"{card.key[0]}:{card.key[1]}"


def shown_of(card: Card, world: World) -> Shown:
    return Shown(*card.key, card.body.number, level_of(card, world), card.spot.place, card.pending)


def nobody_for(card: Card, world: World) -> str:
    """A prep group of this order that no station that answers and takes orders can make; none while dispatch still has its time."""
    plan = world.plan
    if (
        not plan.automatic
        or world.tokens.share != "ok"
        or world.now - card.body.placed_at < timedelta(seconds=_DISPATCH_S)
    ):
        return ""
    taking = [station for station in floor.kitchens(world) if not world.silent(station.code)]
    able = [station.groups for station in taking if not plan.paused(station.code)]
    return next((group for group in card.body.groups if not any(group in groups for groups in able)), "")


def why_lines(card: Card, width: int, world: World) -> tuple[str, ...]:
    """The reason, in as many lines as a tile of this width needs; the part too where it does not fit over it."""
    theme, body = world.theme, card.body
    inner = width - theme.px(16) - theme.px(26)
    lead = f"part {body.part}" if body.part != "1" and "part" not in _tag(card, width, world) else ""
    group = nobody_for(card, world) if card.spot.place == INBOX else ""
    given = body.given.why if body.given is not None and station_of(card.spot.place) else ""
    given = held_words(card) if card.spot.place == HOLD else given
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


def tile(state: ExpediterState, card: Card, rect: Rect, world: World) -> Panel:
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
    tag = _tag(card, rect.w, world)
    ops += _beside(card, tag, Rect(x, inner.y, right.x - x - theme.px(6), step), faint, world)
    small = theme.line(theme.small)
    ops += [
        Label(Rect(inner.x, inner.y + step + n * small, inner.w, small), text, theme.small, faint)
        for n, text in enumerate(why_lines(card, rect.w, world))
    ]
    hit = Hit(whole, f"pick:{name_of(card)}", f"{body.number.upper()}, {counted(body.items, 'item')}", drag=True)
    beat = None if level == "calm" else level
    return panel(f"tile:{name_of(card)}", rect, Drawn(tuple(ops), (hit,)), ground=look.BAR, beat=beat)


def _flags(card: Card) -> list[tuple[Shape, Colour]]:
    """Rush, allergies, on its way to the floor; the weightiest first."""
    flags: list[tuple[Shape, Colour]] = []
    if card.body.rush:
        flags.append(("bolt", look.TEXT))
    if card.body.customer.allergies:
        flags.append(("warning", look.ALLERGY_SEEN))
    if card.pending:
        flags.append(("clock", look.MUTED))
    return flags


def _tag(card: Card, width: int, world: World) -> str:
    """Which till and which part: as much of it as fits beside the number of a tile of this width."""
    theme, body = world.theme, card.body
    till, called = number_parts(body.number)
    room = width - theme.px(16) - theme.px(26) - theme.px(16) - len(_flags(card)) * theme.px(32)
    room -= world.ruler.width(called, theme.title, "bold")
    room -= world.ruler.width(str(body.items), theme.label, "semibold", tabular=True) + 4
    part = f"part {body.part}" if body.part != "1" else ""
    for tag in (" · ".join(word for word in (till, part) if word), part, till):
        if tag and world.ruler.width(tag, theme.label, "medium") + 2 <= room:
            return tag
    return ""


def _beside(card: Card, tag: str, room: Rect, faint: Colour, world: World) -> list[Op]:
    """Flags, as many as there is room for, then the tag."""
    side = world.theme.px(26)
    ops: list[Op] = []
    x = room.x
    for shape, ink in _flags(card):
        if x + side > room.right:
            break
        ops.append(Icon(Rect(x, room.y + (room.h - side) // 2, side, side), shape, ink))
        x += side + world.theme.px(6)
    if tag:
        ops.append(Label(Rect(x, room.y, room.right - x, room.h), tag, world.theme.label, faint, "medium"))
    return ops
