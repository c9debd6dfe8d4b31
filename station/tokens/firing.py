"""Fires what is held when it is due: this program's part of it, on a station that sees the whole floor.

What is due must be so for a moment: while a token is being replaced by its parts, none of them may be in sight.
"""

from station.domain.facts import TokenMoved
from station.domain.firing import due
from station.domain.floor import HOLD, INBOX
from station.domain.token import Key
from station.local.clock import ShopClock, boot_s
from station.local.journal import Journal
from station.tokens.holding import Holding

SURE_S = 2.5
AGAIN_S = 5.0


class Firing:
    def __init__(self, journal: Journal, holding: Holding, clock: ShopClock) -> None:
        self._journal, self._holding, self._clock = journal, holding, clock
        self._since_s: dict[Key, float] = {}

    def round(self) -> bool:
        """Adds a fact for each one that is due; True when there are any to carry out."""
        cards = self._holding.cards()
        if not any(card.spot.place == HOLD for card in cards):
            self._since_s = {}
            return False
        now_s = boot_s()
        found = due(cards, self._clock.now())
        self._since_s = {one.card.key: self._since_s.get(one.card.key, now_s) for one in found}
        fired = False
        for one in found:
            order, part = one.card.key
            if now_s - self._since_s[one.card.key] < SURE_S:
                continue
            fact = TokenMoved(order=order, part=part, place=HOLD, to=INBOX, verb="fire", why=one.why)
            self._journal.append(fact, None, self._clock.now())
            # Somebody else may be first; it is tried again only when it is still there after a while.
            self._since_s[one.card.key] = now_s + AGAIN_S
            fired = True
        return fired
