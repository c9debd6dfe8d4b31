"""A token as a card: the number large, then what is to be made, in words and shapes.

The header beats with the card's urgency, and the number stands on a plate that does not. A tap on the header bumps, a tap on
a line ticks it, on its count one of it; a long touch on a line opens its recipe. Added, removed and changed each have a sign
of their own (plus, minus, a wave), done lines a tick, and only what was cancelled is struck through, so that nothing is told by
colour alone. A card is a head and blocks, so that it can be cut between blocks and go on in the next column. An order that was
cancelled as a whole asks whether it was made.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from station.domain.cards import Card
from station.domain.urgency import Level
from station.renderers import theme as look
from station.renderers.flow import Piece, Wanted
from station.renderers.scene import Beat, Box, Colour, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shape, Weight, panel
from station.renderers.widgets import card_blocks as parts_of_card
from station.renderers.widgets.card_lines import Block, cancelled_block, lead_of, line_block, words_block
from station.renderers.widgets.text import counted, number_parts, station_name
from station.renderers.world import World

_LIT: dict[Beat, tuple[Colour, Colour]] = {
    "orange": (look.ORANGE_DIM, look.ORANGE_LIT),
    "red": (look.RED_DIM, look.RED_LIT),
    "new": (look.NEW_DIM, look.NEW_LIT),
}
_GROUNDS: dict[Level, Colour] = {"calm": look.CARD, "orange": look.CARD_ORANGE, "red": look.CARD_RED}


@dataclass(frozen=True, slots=True)
class Look:
    """How a card is shown: what cannot be read off its token.

    `pick`: the key that picks it. `line`: the line that the keyboard is at (-1: none). `fresh`: it has just come.
    `cancelled`: it was voided while it stood here, and nobody has said yet whether it was made; then it is calm.
    """

    card: Card
    level: Level
    fresh: bool = False
    pick: str = ""
    chosen: bool = False
    line: int = -1
    age: str = ""
    others: Mapping[str, str] | None = None
    cancelled: bool = False

    @property
    def changed(self) -> bool:
        """Whether the order changed since it was sent and nobody has read it yet."""
        return any(line.was is not None for line in self.card.body.lines)

    @property
    def beat(self) -> Beat | None:
        if self.level != "calm":
            return self.level
        return "new" if self.fresh or self.changed or self.cancelled else None

    @property
    def name(self) -> str:
        return f"{self.card.key[0]}:{self.card.key[1]}"


def blocks(shown: Look, width: int, world: World) -> tuple[Block, ...]:
    """What stands under the header, for a card of this width, in the order of reading."""
    body = shown.card.body
    side = _side(world)
    inner = width - 2 * side
    made = []
    if shown.cancelled:
        made.append(parts_of_card.cancelled(shown.name, inner, world))
    elif body.rush:
        made.append(parts_of_card.rush(inner, world))
    made.append(parts_of_card.about(body, about_text(shown.card, shown.others), inner, world))
    if body.customer.allergies and not shown.cancelled:
        text = allergy_text(shown.card, world.shop.menu.allergen_names)
        made.append(parts_of_card.allergies(shown.name, body, text, inner, world))
    if shown.changed and not shown.cancelled:
        made.append(parts_of_card.changes(shown.name, inner, world))
    if body.note:
        made.append(words_block(body.note, "note", look.CHANGED, inner, world))
    lead = lead_of(body.lines, inner, side, world)
    for index, line in enumerate(body.lines):
        if shown.cancelled:
            made.append(cancelled_block(line, inner, world, name=shown.name, lead=lead, side=side, ruled=index > 0))
        else:
            chosen = shown.line == index
            made.append(
                line_block(line, inner, world, name=shown.name, lead=lead, side=side, chosen=chosen, ruled=index > 0)
            )
    return tuple(made)


def wanted(made: tuple[Block, ...], world: World) -> Wanted:
    theme = world.theme
    foot = theme.line(theme.label) + theme.px(10)
    return Wanted(_head(world) + theme.px(6), (*(block.height for block in made), theme.px(10)), theme.touch, foot)


def card_panel(
    shown: Look,
    made: tuple[Block, ...],
    piece: Piece,
    rect: Rect,
    world: World,
    *,
    ends: bool = False,
    goes_on: str = "continues at the right",
) -> Panel:
    """One piece of a card, where `flow` put it. `ends`: nothing after it is on the screen, though there may be more."""
    theme = world.theme
    parts = [_frame(shown, rect.at_origin(), world), _header(shown, rect.w, piece, world)]
    y = (_head(world) if piece.first == 0 else theme.touch) + (theme.px(6) if piece.first == 0 else 0)
    for block in made[piece.first : piece.last]:
        parts.append(block.drawn.moved(_side(world), y))
        y += block.height
    if piece.more:
        foot = theme.line(theme.label) + theme.px(10)
        place = Rect(_side(world), rect.h - foot, rect.w - 2 * _side(world), foot - theme.px(6))
        hidden = min(len(shown.card.body.lines), len(made) - piece.last)
        missing = counted(hidden, "line")
        said = (f"+{missing} not shown yet", f"+{missing} more") if ends else (goes_on, "continues")
        weight: Weight = "bold" if ends else "semibold"
        fits = world.ruler.width(said[0], theme.label, weight) <= place.w
        ink = look.ACCENT if ends else look.MUTED
        parts.append(Drawn((Label(place, said[0] if fits else said[1], theme.label, ink, weight, "right"),)))
    if shown.chosen:
        parts.append(_ring(rect.at_origin(), world))
    return panel(f"card:{shown.name}:{piece.first}", rect, *parts, ground=look.GROUND, beat=shown.beat)


def allergy_text(card: Card, names: Mapping[str, str]) -> str:
    """The customer's allergies in words; a code without a name is better than nothing."""
    return ", ".join(names.get(code, code.replace("_", " ")) for code in card.body.customer.allergies)


def about_text(card: Card, others: Mapping[str, str] | None = None) -> str:
    """Which part this is and where the others are: "part 1-2, also at FRY1"."""
    body = card.body
    places = dict.fromkeys(
        (others or {}).get(other.part) or place_name(other.place) for other in body.elsewhere if other.part != body.part
    )
    if not places:
        return "" if body.part == "1" else f"part {body.part}"
    return f"part {body.part}, also at {' and '.join(places)}"


def place_name(place: str) -> str:
    """A place on the floor as people call it."""
    top, _, rest = place.partition("/")
    return {"stations": station_name(rest), "pass": "the pass", "hold": "hold", "inbox": "the inbox"}.get(top, top)


def _side(world: World) -> int:
    return world.theme.edge_red + world.theme.px(8)


def _head(world: World) -> int:
    return max(world.theme.touch, round(world.theme.display * 1.5))


def _frame(shown: Look, rect: Rect, world: World) -> Drawn:
    theme = world.theme
    border, lit, thick = look.CARD_EDGE, None, theme.edge
    if shown.beat is not None:
        border, lit = _LIT[shown.beat]
        thick = theme.edge_red if shown.beat == "red" else theme.edge_orange
    return Drawn((Box(rect, _GROUNDS[shown.level], theme.radius, border, thick, border_lit=lit),))


def _ring(rect: Rect, world: World) -> Drawn:
    """Round the card that the keyboard is at."""
    theme = world.theme
    return Drawn((Box(rect, None, theme.radius, look.ACCENT, theme.px(5)),))


def _header(shown: Look, width: int, piece: Piece, world: World) -> Drawn:
    """The band that beats, the plate with the number, and what must be seen at once beside it."""
    theme, body = world.theme, shown.card.body
    high = _head(world) if piece.first == 0 else theme.touch
    thick = theme.edge_red if shown.beat == "red" else theme.edge_orange if shown.beat else theme.edge
    band = Rect(thick, thick, width - 2 * thick, high - thick)
    fill, lit = (look.HEADER, None) if shown.level == "calm" else _LIT[shown.level]
    ops: list[Op] = [Box(band, fill, max(0, theme.radius - thick), lit=lit)]
    # Square lower corners, so that the band meets the card's sides.
    ops.append(Box(Rect(band.x, band.bottom - theme.radius, band.w, theme.radius), fill, lit=lit))
    size = theme.display if piece.first == 0 else theme.title
    margin = theme.px(8)
    till, called = number_parts(body.number)
    called_w = world.ruler.width(called, size, "bold")
    till_w = world.ruler.width(till, theme.label, "semibold") + theme.px(8) if till else 0
    plate = Rect(band.x + margin, band.y + margin, till_w + called_w + theme.px(28), band.h - 2 * margin)
    if shown.level != "calm":
        ops.append(Box(plate, look.PLATE, theme.px(10)))
    x = plate.x + theme.px(14)
    if till:
        ops.append(
            Label(
                Rect(x, plate.y, till_w, plate.h),
                till,
                theme.label,
                look.MUTED if shown.level != "calm" else look.TEXT,
                "semibold",
            )
        )
    called_at = Rect(x + till_w, plate.y, called_w + 2, plate.h)
    ops.append(Label(called_at, called, size, look.TEXT, "bold", elide=False, strike=shown.cancelled))
    right = Rect(plate.right, band.y + margin, band.right - margin - plate.right, band.h - 2 * margin)
    ops += _badges(shown, right, piece, world)
    whole, number = Rect(0, 0, width, high), body.number.upper()
    if shown.cancelled:
        return Drawn(tuple(ops), (Hit(whole, f"cancelled:{shown.name}", f"{number} was cancelled"),))
    return Drawn(tuple(ops), (Hit(whole, f"bump:{shown.name}", f"Bump {number}", key="Enter"),))


def _badges(shown: Look, room: Rect, piece: Piece, world: World) -> list[Op]:
    """From the right: the key that picks it, its age if the profile shows ages, on its way, training; rush where the card goes on."""
    theme, body = world.theme, shown.card.body
    words: list[tuple[str, Colour, Colour, Shape | None]] = []
    if piece.first > 0:
        words.append(("continued", look.PLATE, look.MUTED, None))
    elif shown.pick:
        words.append(
            (
                shown.pick,
                look.ACCENT if shown.chosen else look.PLATE,
                look.ON_ACCENT if shown.chosen else look.TEXT,
                None,
            )
        )
    if shown.age and piece.first == 0:
        words.append((shown.age, look.PLATE, look.TEXT, None))
    if body.rush and piece.first > 0 and not shown.cancelled:
        words.append(("", look.TEXT, look.PLATE, "bolt"))
    if shown.card.pending:
        words.append(("", look.PLATE, look.MUTED, "clock"))
    if body.training:
        words.append(("TRAINING", look.PLATE, look.CHANGED, None))
    ops: list[Op] = []
    right, high = room.right, min(room.h, theme.px(48))
    for text, ground, ink, shape in words:
        width = high if shape else max(high, world.ruler.width(text, theme.label, "bold") + theme.px(20))
        if right - width < room.x + theme.px(4):
            break
        chip = Rect(right - width, room.y + (room.h - high) // 2, width, high)
        ops.append(Box(chip, ground, theme.px(10)))
        if shape:
            ops.append(Icon(chip.inset(high // 5), shape, ink))
        else:
            ops.append(Label(chip, text, theme.label, ink, "bold", "centre"))
        right -= width + theme.px(8)
    return ops
