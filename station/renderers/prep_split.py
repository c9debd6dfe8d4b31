"""Splitting a card on the prep display: what of it goes, then to which station. Pure."""

from dataclasses import replace

from station.domain import splitting
from station.domain.cards import Card
from station.domain.facts import SplitOff, TokenSplit
from station.domain.floor import station_place
from station.domain.menu import StationInfo
from station.renderers import floor_view as floor
from station.renderers.prep_state import PrepState, Result, closed, mine, number_of, refused, said
from station.renderers.split_sheet import all_or_none, half
from station.renderers.widgets.listing import Row
from station.renderers.widgets.text import counted, station_name
from station.renderers.world import World


def take(state: PrepState, line_id: str, change: int, world: World) -> PrepState:
    """One more or one less of a line goes."""
    card = _card(state, world)
    if card is None:
        return closed(state)
    off = splitting.with_more(card.body.lines, dict(state.off), line_id, change)
    return _with(state, off, world) if change > 0 else replace(state, off=tuple(off.items()))


def toggle(state: PrepState, line_id: str, world: World) -> PrepState:
    """All that is left of a line goes, or nothing of it."""
    card = _card(state, world)
    if card is None:
        return closed(state)
    return _with(state, all_or_none(card, dict(state.off), line_id), world)


def halve(state: PrepState, world: World) -> PrepState:
    card = _card(state, world)
    if card is None:
        return closed(state)
    off = half(card, world)
    if not off:
        return said(state, f"No other station can make any of {number_of(card)} now", world)
    return replace(state, off=tuple(off.items()))


def _with(state: PrepState, off: splitting.Off, world: World) -> PrepState:
    """With what goes now; when nothing more could, it is said why."""
    after = replace(state, off=tuple(off.items()))
    if dict(off) == dict(state.off):
        return said(after, "At least one item stays; to move all of it, transfer the order", world)
    return after


def go_on(state: PrepState, world: World) -> PrepState:
    """From what goes to where it goes."""
    if not state.off:
        return said(state, "Say first how many of which item shall go", world)
    return replace(state, overlay="split_to", choice=0, page=0)


def targets(state: PrepState, card: Card, world: World) -> tuple[tuple[StationInfo, int | None, str], ...]:
    """Each station, its active items, and why it cannot take this part ("" when it can)."""
    return floor.split_targets(world, card, splitting.groups_of(card.body.lines, dict(state.off)))


def split(state: PrepState, code: str, world: World) -> Result:
    card = _card(state, world)
    if card is None:
        return said(closed(state), "That order has moved on already", world), ()
    why_not = next((why for station, _, why in targets(state, card, world) if station.code == code), "is not known")
    if why_not:
        return said(state, f"{station_name(code)} {why_not}", world), ()
    stopped = refused(state, "token.split", f"split {number_of(card)}", world)
    if stopped is not None:
        return stopped, ()
    order, part = card.key
    fact = TokenSplit(
        order=order,
        part=part,
        place=card.spot.place,
        off=tuple(SplitOff(line=line, count=count) for line, count in state.off),
        to=station_place(code),
        why=world.by(f"split by hand at {station_name(world.station)}"),
    )
    items = counted(sum(count for _, count in state.off), "item")
    return said(closed(state), f"{items} of {number_of(card)} to {station_name(code)}", world), (fact,)


def rows(state: PrepState, card: Card, world: World) -> list[Row]:
    """The stations to choose from."""
    return [
        Row(
            f"split_to:{station.code}",
            station_name(station.code),
            why or station.name,
            lead=str(index + 1) if index < 9 else "",
            amount=floor.load_text(items),
            enabled=not why,
            chosen=index == state.choice and not why,
            key=str(index + 1) if index < 9 else "",
        )
        for index, (station, items, why) in enumerate(targets(state, card, world))
    ]


def _card(state: PrepState, world: World) -> Card | None:
    return None if state.moving is None else mine(state.moving, world)
