"""What was handed over or voided today, to find it again and bring it back to the pass. Pure.

This station's disk keeps those that left the floor by its own hand, also over a restart; the sheet asks for them when it opens.
"""

from dataclasses import replace
from typing import Final

from station.domain.cards import Card
from station.domain.facts import Fact
from station.domain.floor import DONE, PASS
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import (
    SHOWN_LAST,
    ExpediterState,
    closed,
    moved,
    number_of,
    picked,
    refusal,
    said,
)
from station.renderers.role import Desk
from station.renderers.scene import Drawn, Label, Panel, Rect
from station.renderers.widgets.digits import digit_row, typed_box
from station.renderers.widgets.listing import Row, fits, listing, pager, rows_height
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import clock
from station.renderers.world import World

Result = tuple[ExpediterState, tuple[Fact, ...]]
_LONGEST: Final = 6


def recall(state: ExpediterState, world: World, desk: Desk) -> Result:
    """The picked part from the pass to its station; with nothing picked there, what was handed over today."""
    card = picked(state, world)
    home = None if card is None else floor.home_of(card)
    if card is not None and home is not None and card.spot.place == PASS:
        refused = refusal(state, "token.recall", f"recall {number_of(card)}", world)
        if refused is not None:
            return refused, ()
        return state, (moved(card, home, "recall", world.by("recalled")),)
    if state.overlay == "recall":
        return closed(state), ()
    handed = tuple(card for card in desk.finished() if card.spot.place.startswith(f"{DONE}/"))
    return replace(closed(state), overlay="recall", handed=handed), ()


def recall_handed(state: ExpediterState, order: str, world: World) -> Result:
    """All parts of an order that was handed over, back to the pass."""
    back = [card for card in state.handed if card.key[0] == order]
    if not back:
        return closed(state), ()
    refused = refusal(state, "token.recall", f"recall {number_of(back[0])}", world)
    if refused is not None:
        return refused, ()
    last = tuple(one for one in state.last or () if one != number_of(back[0]))
    after = replace(closed(state), handed=tuple(card for card in state.handed if card.key[0] != order), last=last)
    told = f"{number_of(back[0])} comes back to the pass"
    return said(after, told, world), tuple(moved(card, PASS, "recall", world.by("recalled")) for card in back)


def handed_orders(state: ExpediterState, world: World) -> tuple[Card, ...]:
    """One card for each order that was handed over today and is not on the floor again, the latest first."""
    found: dict[str, Card] = {}
    for card in state.handed:
        if card.key not in world.cards and state.seek in card.body.number.replace("-", ""):
            found.setdefault(card.key[0], card)
    return tuple(found.values())


def remembered(state: ExpediterState, desk: Desk) -> ExpediterState:
    """With what was handed over before this screen began; asked for once."""
    if state.last is not None:
        return state
    gone = (card for card in desk.finished() if card.spot.place.startswith(f"{DONE}/"))
    return replace(state, last=tuple(dict.fromkeys(map(number_of, gone)))[:SHOWN_LAST])


def sought(state: ExpediterState, key: str) -> ExpediterState:
    """A digit more of the number that is looked for, or one less ("back")."""
    seek = state.seek[:-1] if key == "back" else (state.seek + key)[:_LONGEST]
    return replace(state, seek=seek, choice=0)


def recall_sheet(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    theme, gap = world.theme, world.theme.px(8)
    found = handed_orders(state, world)
    keys = theme.touch + theme.pad
    rect = sheet_rect(world, 0.62, 0.9, rows_height(max(3, len(found)), world, notes=True) + 2 * keys)
    area = content_rect(world, rect)
    room = area.below(keys).top(area.h - keys)
    many = fits(room, world, notes=True)
    if len(found) > many:
        many = max(1, fits(room.top(room.h - keys), world, notes=True))
    page = state.choice // many
    rows = [
        Row(
            f"recall_handed:{card.key[0]}",
            number_of(card),
            ", ".join(f"{line.count} {line.name}" for line in card.body.lines),
            amount=f"ordered {clock(card.body.placed_at)}",
            chosen=index == state.choice,
        )
        for index, card in enumerate(found)
    ]
    row, wide = area.top(theme.touch), max(theme.px(170), 110)
    made = typed_box(row.left(wide), state.seek, world) + digit_row(row.after(wide + gap), "recall_seek", world)
    made += listing(room, rows[page * many : (page + 1) * many], world, notes=True)
    pages = -(-len(rows) // many)
    if pages > 1:
        low = Rect(room.x, room.bottom - theme.touch, room.w, theme.touch)
        made += pager(low, page, pages, world, f"recall_page:{many}")
    if not rows:
        words = f"No order with {state.seek} was handed over here today" if state.seek else _NONE
        line = theme.line(theme.label)
        text = Label(Rect(room.x, room.y + gap, room.w, line), words, theme.label, look.MUTED, "medium", "centre")
        made += Drawn((text,))
    return sheet(world, "sheet:recall", "Recall to the pass", rect, made)


_NONE: Final = "Nothing was handed over here today. An order on the pass is recalled to its station: tap it first"
