"""Who cooks what waits in the inbox: this program's part of it, for stations whose profile says so.

The expediter does it at once; tills when a token has waited their profile's delay, so that an order is routed even when
the expediter is off. Two dispatchers at once are harmless: one of them is first.
"""

from collections.abc import Iterable

from station.domain.facts import TokenDispatched
from station.domain.floor import INBOX, Spot, station_place
from station.domain.menu import Role, Shop
from station.domain.plan import NO_PLAN, Plan
from station.domain.routing import Load, dispatch, loads_of
from station.domain.token import Key
from station.local.clock import ShopClock, boot_s
from station.local.journal import Journal
from station.local.status import Trouble
from station.tokens.floor import Floor
from station.tokens.holding import Holding

NOBODY_TOOK_S = 10.0
NOBODY_CHOSE_S = 60.0
"""How long an order may wait for a person, while dispatch is manual, before it is told."""
STUCK_AGAIN_S = 2.0


class Dispatcher:
    """`due`: when the next round may have something to do (CLOCK_BOOTTIME)."""

    def __init__(
        self, code: str, role: Role, journal: Journal, holding: Holding, floor: Floor, clock: ShopClock
    ) -> None:
        self._code, self._role = code, role
        self._journal, self._holding, self._floor, self._clock = journal, holding, floor, clock
        self._seen_s: dict[Key, float] = {}
        self._stuck: dict[Key, str] = {}
        self._tried_s: dict[Key, float] = {}
        self._automatic = True
        self.due = float("inf")

    def round(self, shop: Shop | None, present: Iterable[str], plan: Plan = NO_PLAN) -> bool:
        """Adds a fact for each choice made; True when there are any to carry out."""
        self._automatic = plan.automatic
        waiting = [card for card in self._holding.cards() if card.spot.place == INBOX]
        now_s = boot_s()
        self._seen_s = {card.key: self._seen_s.get(card.key, now_s) for card in waiting}
        self._stuck = {key: why for key, why in self._stuck.items() if key in self._seen_s}
        self.due = now_s + STUCK_AGAIN_S if waiting else float("inf")
        if not plan.automatic:
            self._stuck = {}
        if shop is None or not shop.profile.dispatch or not waiting or not plan.automatic:
            return False
        delay_s = shop.profile.dispatch_delay_s
        ready = [card for card in waiting if now_s - self._seen_s[card.key] >= delay_s]
        if not ready:
            self.due = min(seen_s + delay_s for seen_s in self._seen_s.values())
            return False
        under_way = {
            (entry.fact.order, entry.fact.part)
            for entry in self._journal.pending()
            if isinstance(entry.fact, TokenDispatched)
        }
        # What was dispatched and still stands here lost to somebody, or nobody can take it: not again at once.
        self._tried_s = {key: at_s for key, at_s in self._tried_s.items() if now_s - at_s < STUCK_AGAIN_S}
        ready = [card for card in ready if card.key not in under_way | self._tried_s.keys()]
        if not ready:
            return False
        found = dispatch(ready, self._loads(shop, present, plan), self._clock.now(), pins=plan.pins)
        tried = {card.key for card in ready}
        self._tried_s |= dict.fromkeys(tried, now_s)
        self._stuck = {key: why for key, why in self._stuck.items() if key not in tried} | found.stuck
        for fact in found.dispatched:
            self._journal.append(fact, None, self._clock.now())
        return bool(found.dispatched)

    def troubles(self) -> list[Trouble]:
        """Tokens that nobody took: on the till that sent them, and all of them on the expediter."""
        now_s = boot_s()
        patience_s = NOBODY_TOOK_S if self._automatic else NOBODY_CHOSE_S
        return [
            Trouble(
                text=f"nobody took {card.body.number.upper()}"
                + ("" if self._automatic else ": dispatch is manual, the expediter has yet to choose")
                + (f": {why}" if (why := self._stuck.get(card.key)) else ""),
                order=card.body.order,
                part=card.body.part,
                offer_paper=card.body.placed_on == self._code,
            )
            for card in self._holding.cards()
            if card.spot.place == INBOX
            and now_s - self._seen_s.get(card.key, now_s) >= patience_s
            and (self._role != "till" or card.body.placed_on == self._code)
        ]

    def _loads(self, shop: Shop, present: Iterable[str], plan: Plan) -> tuple[Load, ...]:
        stations = [
            Load(
                station.code,
                station.groups,
                weight_percent=plan.weight_percent(station.code, station.weight_percent),
                paused=plan.paused(station.code),
            )
            for station in shop.stations
            if station.groups
        ]
        given = [card.body.given for card in self._holding.cards() if card.body.given is not None]
        return loads_of(stations, self._at_stations(stations), given, present)

    def _at_stations(self, stations: Iterable[Load]) -> list[Spot]:
        """From the mirror where it holds the stations' folders, else from one listing of each."""
        if self._role != "till":
            return list(self._holding.spots.values())
        scan = self._floor.scan([station_place(station.code) for station in stations])
        for error in scan.unknown.values():
            raise error
        return [Spot(place, name) for place, names in scan.names.items() for name in names]
