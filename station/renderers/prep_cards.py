"""The prep display's cards: which of them are on the screen, where, and how each of them looks. Pure.

In columns cards follow one another downwards, as high as they need; in a grid each has a box of the same size, row by row.
The oldest come first. A rushed one that would have to wait is shown all the same, as the last: the youngest others wait.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from station.domain import urgency
from station.domain.cards import Card
from station.domain.menu import Profile
from station.renderers import floor_view as floor
from station.renderers.flow import Piece, Wanted, flow
from station.renderers.prep_state import PrepState, board, is_cancelled
from station.renderers.scene import Panel, Rect, Shown
from station.renderers.widgets import card as cards
from station.renderers.widgets.bars import areas
from station.renderers.world import World

FLASH_S = 2.4
"""Two beats of the pulse: long enough to be seen from the other side of the kitchen."""
MOST = 60
"""Far more than any screen holds: the rest waits anyway, and laying it out would cost time."""
BOX = 400
"""How high a grid's box is at least, at 1080p: a header and three dishes with a wish each."""


@dataclass(frozen=True, slots=True)
class Boxes:
    """Where cards go: `across` columns of `down` boxes each; in columns a box is as high as the screen."""

    area: Rect
    across: int
    down: int
    gap: int

    @property
    def width(self) -> int:
        return self.area.split_columns(self.across, self.gap)[0].w

    @property
    def height(self) -> int:
        return self.area.split_rows(self.down, self.gap)[0].h

    def place(self, piece: Piece) -> Rect:
        if self.down == 1:
            column = self.area.split_columns(self.across, self.gap)[piece.column]
            return Rect(column.x, column.y + piece.y, column.w, piece.height)
        row = self.area.split_rows(self.down, self.gap)[piece.column // self.across]
        return row.split_columns(self.across, self.gap)[piece.column % self.across]

    def fill(self, wanted: Sequence[Wanted]) -> tuple[tuple[Piece, ...], int]:
        """Pieces and how many cards are begun. A gap as high as a box leaves no room for a second card in it."""
        gap = self.gap if self.down == 1 else self.height
        return flow(wanted, self.across * self.down, self.height, gap)


@dataclass(frozen=True, slots=True)
class Laid:
    """What is on the screen, in order; how many cards wait beyond it, and the panels."""

    cards: tuple[Card, ...]
    shown: tuple[Shown, ...]
    waiting: int
    panels: tuple[Panel, ...]


def laid_out(state: PrepState, world: World) -> Laid:
    """Every card that fits, as panels."""
    boxes = boxes_of(world)
    all_cards = board(world)
    looks = [_look(state, card, index, world) for index, card in enumerate(_first(all_cards))]
    made = [cards.blocks(each, boxes.width, world) for each in looks]
    wanted = [cards.wanted(each, world) for each in made]
    chosen, pieces = fitting(wanted, [each.card.body.rush and not each.cancelled for each in looks], boxes)
    # Numbers count what is on the screen, whatever waits between.
    looks = [_numbered(looks[index], place) for place, index in enumerate(chosen)]
    made = [made[index] for index in chosen]
    goes_on = "continues at the right" if boxes.down == 1 else "continues in the next box"
    panels = tuple(
        cards.card_panel(
            looks[piece.card],
            made[piece.card],
            piece,
            boxes.place(piece),
            world,
            ends=piece.more and not any(each.card == piece.card and each.first > piece.first for each in pieces),
            goes_on=goes_on,
        )
        for piece in pieces
    )
    shown = tuple(
        Shown(*each.card.key, each.card.body.number, each.level, each.card.spot.place, each.card.pending)
        for each in looks
    )
    return Laid(tuple(each.card for each in looks), shown, len(all_cards) - len(looks), panels)


def on_screen(state: PrepState, world: World) -> tuple[Card, ...]:
    """What can be seen, in order: a card that waits beyond the screen must not be picked or bumped unseen."""
    return laid_out(state, world).cards


def boxes_of(world: World) -> Boxes:
    """As many columns as the profile says, but none narrower than a card can be read in; a grid has as many rows as fit."""
    theme, profile = world.theme, world.shop.profile
    area = areas(world)[1].inset(theme.gap)
    across = max(1, min(profile.columns, world.size[0] // theme.px(300)))
    if profile.layout == "columns":
        return Boxes(area, across, 1, theme.gap)
    return Boxes(area, across, max(1, (area.h + theme.gap) // (theme.px(BOX) + theme.gap)), theme.gap)


def fitting(
    wanted: Sequence[Wanted], rushed: Sequence[bool], boxes: Boxes
) -> tuple[tuple[int, ...], tuple[Piece, ...]]:
    """Which cards are shown, in order, and their pieces (counted among these).

    The oldest; but no more of those that are not rushed than leave room for as many rushed ones as can be shown.
    """
    pieces, begun = boxes.fill(wanted)
    best = tuple(range(begun)), pieces
    most, there = sum(rushed[:begun]), sum(rushed)
    for kept in range(begun, -1, -1):
        if most == there:
            break
        some = [index for index in range(len(wanted)) if index < kept or rushed[index]]
        pieces, fit = boxes.fill([wanted[index] for index in some])
        marked = sum(rushed[index] for index in some[:fit])
        if marked > most:
            most, best = marked, (tuple(some[:fit]), pieces)
    return best


def limits(card: Card, profile: Profile) -> tuple[float, float]:
    """When this card turns orange and red, in seconds; what was cancelled of it hurries nobody."""
    groups = {line.group for line in card.body.lines if line.count}
    return urgency.thresholds(groups, (profile.orange_s, profile.red_s), profile.urgency)


def changes_at(state: PrepState, world: World) -> list[datetime]:
    """When a card changes by itself: its level, its flash, its age in minutes."""
    profile = world.shop.profile
    moments = []
    for card in board(world):
        if is_cancelled(card, world):
            continue
        change = urgency.next_change(card.body.wanted_at, world.now, *limits(card, profile))
        if change is not None:
            moments.append(change)
        if profile.clock:
            age = world.now - card.body.wanted_at
            moments.append(world.now + timedelta(minutes=1) - age % timedelta(minutes=1))
    return moments + [ends for _, came in state.seen if (ends := came + timedelta(seconds=FLASH_S)) > world.now]


def _first(all_cards: Sequence[Card]) -> list[Card]:
    """Those that may be on the screen: the oldest, and whatever is rushed."""
    return [card for index, card in enumerate(all_cards) if index < MOST or card.body.rush]


def _numbered(shown: cards.Look, place: int) -> cards.Look:
    return replace(shown, pick=str(place + 1) if place < 9 else "")


def _look(state: PrepState, card: Card, index: int, world: World) -> cards.Look:
    profile = world.shop.profile
    cancelled = is_cancelled(card, world)
    came = dict(state.seen).get(card.key, world.now)
    minutes = int((world.now - card.body.wanted_at).total_seconds() // 60)
    chosen = state.card == card.key
    level = urgency.level_at(card.body.wanted_at, world.now, *limits(card, profile))
    return _numbered(
        cards.Look(
            card,
            "calm" if cancelled else level,
            fresh=world.now - came < timedelta(seconds=FLASH_S),
            chosen=chosen,
            line=state.line if chosen else -1,
            age=f"{max(0, minutes)} min" if profile.clock and not cancelled else "",
            others={part.body.part: cards.place_name(part.spot.place) for part in floor.parts_of(world, card.key[0])},
            cancelled=cancelled,
        ),
        index,
    )
