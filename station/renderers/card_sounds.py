"""Which tone a prep display makes for its cards: a new one, one that was changed or cancelled, one that has become late. Pure.

The profile says for which (`card_sounds`); only new ones unless it says otherwise. What stood there when the program began is no news.
"""

from dataclasses import dataclass

from station.domain.floor import VOID, station_place
from station.domain.token import Key
from station.renderers.scene import Scene
from station.renderers.sound import Tone
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class Heard:
    """The cards of this display: all, those with something to acknowledge, and those that are red."""

    cards: frozenset[Key]
    changed: frozenset[Key]
    late: frozenset[Key]


def heard(world: World, scene: Scene) -> Heard | None:
    """None on stations that show no cards."""
    if world.here is None or world.here.role != "prep":
        return None
    place = station_place(world.station)
    mine = {key: card for key, card in world.cards.items() if card.spot.place == place}
    cancelled = {key for key, card in world.cards.items() if card.spot.place.startswith(f"{VOID}/")}
    changed = {key for key, card in mine.items() if any(line.was is not None for line in card.body.lines)}
    late = {(card.order, card.part) for card in scene.shown if card.level == "red" and card.place == place}
    return Heard(frozenset(mine), frozenset(changed | cancelled - world.answered), frozenset(late))


def tone_of(before: Heard | None, now: Heard | None, wanted: frozenset[str]) -> Tone | None:
    """The weightiest of what has happened since."""
    if before is None or now is None:
        return None
    if "changed" in wanted and now.changed - before.changed:
        return "changed"
    # A card that is late when it comes is new: it is not told twice.
    if "late" in wanted and now.late & before.cards - before.late:
        return "late"
    return "new" if "new" in wanted and now.cards - before.cards else None
