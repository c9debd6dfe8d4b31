"""What others took from this display, said once and calmly: a cook must not look for a card that is gone. Pure.

The tokens program tells what left and where it was found. Notes wait while a sheet is open: they would lie over it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from station.domain.floor import HOLD, INBOX, PASS, station_of
from station.local.status import Left
from station.renderers.prep_state import PrepState
from station.renderers.widgets.text import station_name
from station.renderers.world import World

NOTE_S = 6.0
_WENT = {PASS: "went to the pass", HOLD: "was put on hold", INBOX: "went back to the inbox"}


def begun(state: PrepState, world: World) -> PrepState:
    """What left before this program looked is no news."""
    return replace(state, told=frozenset(map(_id, world.tokens.left)))


def noticed(state: PrepState, world: World) -> PrepState:
    """Says what is new, and ends what was said long enough."""
    ends = world.now + timedelta(seconds=NOTE_S)
    news = [left for left in world.tokens.left if _id(left) not in state.told]
    waiting = bool(state.overlay or state.message)
    kept = tuple((text, ends if waiting else until) for text, until in state.notes if until > world.now)
    notes = (*kept, *((text_of(left), ends) for left in news))
    told = frozenset(map(_id, world.tokens.left))
    if notes == state.notes and told == state.told:
        return state
    return replace(state, notes=notes, told=told)


def shown(state: PrepState) -> str:
    """All that is to be said now, in one line."""
    return "" if state.overlay or state.message else " · ".join(text for text, _ in state.notes)


def ends_at(state: PrepState) -> list[datetime]:
    return [until for _, until in state.notes]


def text_of(left: Left) -> str:
    """In a few words: T1-042 went to GRILL2."""
    stations = [station_name(code) for place in left.to if (code := station_of(place)) is not None]
    if stations:
        went = f"went to {' and '.join(stations)}"
    else:
        went = next((_WENT[place] for place in left.to if place in _WENT), "left this station")
    number = left.number.upper()
    return f"{f'Part of {number}' if left.stays else number} {went}"


def _id(left: Left) -> tuple[str, str, datetime]:
    return left.order, left.part, left.at
