"""What the roles ask of the cards: who has how much, which order is whole, what was done here lately. Pure."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from station.domain.cards import Card
from station.domain.facts import TokenMoved
from station.domain.floor import DONE, PASS, STATIONS, VOID, Spot, day_place, station_of
from station.domain.menu import StationInfo
from station.domain.token import Key
from station.renderers.world import World


def by_age(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Rushed ones first, then the oldest: what whoever watches the whole floor looks at first."""
    return tuple(sorted(cards, key=lambda card: (not card.body.rush, card.body.wanted_at, *card.key)))


def oldest_first(cards: Iterable[Card]) -> tuple[Card, ...]:
    """As a cook's cards stand: one that is rushed is marked, and does not push the others about under their eyes."""
    return tuple(sorted(cards, key=lambda card: (card.body.wanted_at, *card.key)))


def at(world: World, place: str) -> tuple[Card, ...]:
    return by_age(card for card in world.cards.values() if card.spot.place == place)


def kitchens(world: World) -> tuple[StationInfo, ...]:
    """The stations that cook, and those that hold tokens though the shop does not know them (any more)."""
    known = tuple(station for station in world.shop.stations if station.role == "prep")
    codes = {station.code for station in known}
    strangers = {code for card in world.cards.values() if (code := station_of(card.spot.place)) is not None} - codes
    return (*known, *(StationInfo(code, code.upper(), "prep", frozenset()) for code in sorted(strangers)))


def load(world: World, code: str) -> int | None:
    """Active items of a station: its cards as they will be once all is done that was done here.

    A display mirrors only its own cards; of the other stations it knows what they say of themselves in their presence.
    None: that station has not said.
    """
    sees_all = world.here is not None and world.here.role == "expediter"
    if sees_all or code == world.station:
        return sum(card.body.items for card in world.cards.values() if station_of(card.spot.place) == code)
    return world.tokens.loads.get(code)


def load_text(items: int | None) -> str:
    """A load in words; one that is not known is not called none."""
    return "load not known" if items is None else f"{items} item" if items == 1 else f"{items} items"


def finished(card: Card) -> bool:
    """Handed over or void: not the kitchen's any more."""
    return card.spot.place.partition("/")[0] in {DONE, VOID}


def parts_of(world: World, order: str) -> tuple[Card, ...]:
    """The live parts of an order, wherever they are."""
    return tuple(
        sorted(
            (card for card in world.cards.values() if card.key[0] == order and not finished(card)),
            key=lambda card: card.body.part,
        )
    )


def targets(world: World, card: Card) -> tuple[tuple[StationInfo, int | None, str], ...]:
    """Where a card may be transferred: station, active items, and why not ("" when it may).

    The least loaded first, then those that have not told their load, those that cannot make it, and silent ones last.
    """
    return split_targets(world, card, card.body.groups)


def able(
    world: World, groups: Iterable[str], stations: Iterable[StationInfo]
) -> tuple[tuple[StationInfo, int | None, str], ...]:
    """These stations with their load and what keeps each from making these groups; in the order of `targets`."""
    wanted = tuple(groups)
    found = [(station, load(world, station.code), _objection(world, station, wanted)) for station in stations]

    def rank(each: tuple[StationInfo, int | None, str]) -> tuple[bool, bool, bool, int, str]:
        station, items, why = each
        return world.silent(station.code), bool(why), items is None, items or 0, station.code

    return tuple(sorted(found, key=rank))


def bumped_last(world: World, station: str, count: int) -> tuple[Card, ...]:
    """What left this station for the pass or the guest, the latest first; what this program saw bumped before the rest."""
    mine = [
        card
        for card in world.cards.values()
        if (card.spot.place == PASS or card.spot.place.startswith(f"{DONE}/"))
        and card.body.given is not None
        and card.body.given.station == station
    ]
    order: dict[Key, int] = {}
    for entry in world.recent:
        if isinstance(entry.fact, TokenMoved) and entry.fact.verb == "bump":
            order[entry.fact.order, entry.fact.part] = entry.seq
    mine.sort(key=lambda card: (order.get(card.key, -1), card.key), reverse=True)
    return tuple(mine[:count])


def remembered(before: tuple[Card, ...], world: World, station: str, count: int) -> tuple[Card, ...]:
    """What was bumped here lately, the latest first, with what the guest has got since: a display does not mirror that.

    A card that went from the pass to where this display cannot look was handed over.
    """
    there = {card.key: card for card in bumped_last(world, station, count)}
    known = {card.key for card in before}
    kept = [
        there.get(card.key) or replace(card, spot=Spot(done_place(world), card.spot.name))
        for card in before
        if card.key in there or card.key not in world.cards
    ]
    return (*(card for key, card in there.items() if key not in known), *kept)[:count]


def done_place(world: World) -> str:
    return day_place(DONE, date.fromisoformat(world.shop.business_day))


def void_place(world: World) -> str:
    return day_place(VOID, date.fromisoformat(world.shop.business_day))


def split_targets(world: World, card: Card, groups: Iterable[str]) -> tuple[tuple[StationInfo, int | None, str], ...]:
    """Where a part of a card may go that needs these prep groups; in the order of `targets`."""
    here = station_of(card.spot.place)
    return able(world, groups, [station for station in kitchens(world) if station.code != here])


def home_of(card: Card) -> str | None:
    """The station's place that a card was made at; None when it was given to none."""
    return None if card.body.given is None else f"{STATIONS}/{card.body.given.station}"


def _objection(world: World, station: StationInfo, groups: Iterable[str]) -> str:
    if world.silent(station.code):
        return "does not answer"
    lacking = [group for group in groups if group not in station.groups]
    return f"cannot make {' or '.join(lacking)}" if lacking else ""
