"""How cards fill columns: oldest first, downwards, the left column first. Pure numbers.

A card stays whole where it can: it goes to the next column rather than being cut. One that is taller than a column
begins where there is room for a good piece of it and continues in the next columns. The first card that does not fit
waits, and so does every one after it, since a younger card before an older one would be cooked first.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """A card's heights: its head, each block under it, and the head and foot of a piece that continues."""

    head: int
    blocks: tuple[int, ...]
    again: int
    foot: int

    @property
    def height(self) -> int:
        return self.head + sum(self.blocks)


@dataclass(frozen=True, slots=True)
class Piece:
    """A card's blocks from `first` to before `last`, at `y` of a column. `more`: it continues elsewhere."""

    card: int
    column: int
    y: int
    height: int
    first: int
    last: int
    more: bool


def flow(cards: Sequence[Wanted], columns: int, height: int, gap: int) -> tuple[tuple[Piece, ...], int]:
    """The pieces that are shown, and how many of the cards are at least begun."""
    pieces: list[Piece] = []
    column, y = 0, 0
    for index, card in enumerate(cards):
        if card.height <= height:
            if y + card.height > height:
                column, y = column + 1, 0
            if column >= columns:
                return tuple(pieces), index
            pieces.append(Piece(index, column, y, card.height, 0, len(card.blocks), more=False))
            y += card.height + gap
            continue
        if height - y < max(card.head + card.foot + sum(card.blocks[:2]), height // 3):
            column, y = column + 1, 0
        if column >= columns:
            return tuple(pieces), index
        column, y = _cut(pieces, index, card, column, y, columns, height)
        y += gap
    return tuple(pieces), len(cards)


def _cut(
    pieces: list[Piece], index: int, card: Wanted, column: int, y: int, columns: int, height: int
) -> tuple[int, int]:
    """Lays a card over as many columns as it needs, and tells where it ends."""
    first = 0
    while True:
        used = card.head if first == 0 else card.again
        last = first
        while last < len(card.blocks):
            after = used + card.blocks[last]
            foot = card.foot if last + 1 < len(card.blocks) else 0
            if y + after + foot > height and last > first:
                break
            used, last = after, last + 1
        more = last < len(card.blocks)
        tall = min(height - y, used + (card.foot if more else 0))
        pieces.append(Piece(index, column, y, tall, first, last, more))
        if not more or column + 1 >= columns:
            return column, y + tall
        first, column, y = last, column + 1, 0
