"""Blocks of different heights that fill columns, and pages when the columns are full."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from station.renderers.scene import Drawn, Rect
from station.renderers.widgets.card_lines import Block


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands: on which page, in which column, how far down."""

    page: int
    column: int
    y: int


def paged(heights: Sequence[int], columns: int, height: int, breaks: Collection[int] = ()) -> tuple[Place, ...]:
    """A place for each block, in order. One that is higher than a column has a column for itself.

    `breaks`: blocks that begin a new column.
    """
    places: list[Place] = []
    page, column, y = 0, 0, 0
    for index, tall in enumerate(heights):
        if y and (y + tall > height or index in breaks):
            page, column, y = (page, column + 1, 0) if column + 1 < columns else (page + 1, 0, 0)
        places.append(Place(page, column, y))
        y += tall
    return tuple(places)


def pages_of(places: Sequence[Place]) -> int:
    """How many pages there are; one at least."""
    return max((place.page for place in places), default=0) + 1


def page_drawn(blocks: Sequence[Block], places: Sequence[Place], page: int, columns: Sequence[Rect]) -> Drawn:
    """What stands on one page."""
    made = Drawn()
    for block, place in zip(blocks, places, strict=True):
        if place.page == page:
            column = columns[place.column]
            made += block.drawn.moved(column.x, column.y + place.y)
    return made


def stacked(first: Block, second: Block) -> Block:
    """Two blocks that are never parted: a heading stays with what it is the heading of."""
    return Block(first.height + second.height, first.drawn + second.drawn.moved(0, first.height))
