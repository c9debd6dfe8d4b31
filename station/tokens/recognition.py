"""Whether the folder behind the share is the floor that this station knows.

A floor forgets nothing: what left a place stands in another, in `done/`, `void/` or `parents/`. So when a share has none
of the orders that this station knows, and never had them, it is another folder, or one that was emptied; an empty
folder is a fault to confirm, and no reason to clear a screen or to send orders there.
"""

import logging
from collections.abc import Mapping

from station.domain.floor import Spot, is_held
from station.domain.token import Key
from station.errors import ShareError
from station.local.clock import boot_s
from station.local.status import Trouble
from station.tokens.floor import Floor
from station.tokens.share import NoFolder, Share
from station.tokens.survey import survey

CONFIRM_S = 60.0
"""So long it is refused; then the shop must go on, and the orders are told one by one."""

_log = logging.getLogger("tokens")


class Recognition:
    def __init__(self, floor: Floor, share: Share) -> None:
        self._floor, self._share = floor, share
        self._strange_since_s: float | None = None
        self._missed: dict[Key, Trouble] = {}

    def look(self, known: Mapping[Key, Spot]) -> None:
        """To be called on each new connection, before anything is made there. Raises ShareError while it is a stranger."""
        # Held orders are none of the kitchen's, and are not surveyed.
        known = {key: spot for key, spot in known.items() if not is_held(spot.place)}
        if self._is_ours(known):
            self._strange_since_s = None
            return
        now_s = boot_s()
        if self._strange_since_s is None:
            self._strange_since_s = now_s
        numbers = ", ".join(sorted({spot.name.number.upper() for spot in known.values()})[:5])
        if now_s - self._strange_since_s < CONFIRM_S:
            raise ShareError(
                f"The share has none of the orders that this station shows ({numbers}), and never had them: is it the"
                f" right folder? Nothing is sent there and nothing is cleared; after {CONFIRM_S:.0f} s it is taken as it is"
            )
        _log.error("floor=strange orders=%s: taken as it is after %.0f s", numbers, CONFIRM_S)
        self._strange_since_s = None
        self._missed |= {
            key: Trouble(
                text=f"{spot.name.number.upper()} was in {spot.place}, but is not on the share any more: make it from"
                f" paper, or send it again (`station floor republish {spot.name.number}` on the till)",
                order=key[0],
                part=key[1],
            )
            for key, spot in known.items()
        }

    def troubles(self, known: Mapping[Key, Spot]) -> list[Trouble]:
        """The orders that were known and are on no share, as long as they are not seen again."""
        return [trouble for key, trouble in self._missed.items() if key not in known]

    def _is_ours(self, known: Mapping[Key, Spot]) -> bool:
        if not known:
            return True
        scan = self._floor.scan(sorted({spot.place for spot in known.values()}))
        for error in scan.unknown.values():
            if not isinstance(error, NoFolder):
                raise error
        if any(name.key in known for names in scan.names.values() for name in names):
            return True
        try:
            found = survey(self._share)
        except NoFolder:
            return False
        aside = " ".join(found.quarantined)
        return not known.keys().isdisjoint(found.published) or any(order in aside for order, _ in known)
