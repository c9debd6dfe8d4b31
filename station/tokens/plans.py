"""The dispatch plan on the share: `plan/<revision>.plan`, of which the highest valid one counts.

A change is made to the newest plan there is: read, written whole where nobody looks, moved to the next revision's name. Of two stations
that change it at once one finds the name taken, reads again, and changes what the other one wrote.
"""

import logging
from typing import Final

from station.domain.facts import PlanChange
from station.domain.floor import PLAN, TMP
from station.domain.plan import NO_PLAN, Plan, changed, decode, encode, file_name, revision_of
from station.errors import ShareError, TokenError
from station.tokens.hand import Hand
from station.tokens.share import Gone, Moved, NoFolder

KEPT: Final = 5
"""Older revisions that stay, to be looked at."""

_log = logging.getLogger("tokens")


class Plans:
    """One thread at a time. `read` asks the share for a listing, and for a file only when there is a new one."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._plan = NO_PLAN

    def read(self) -> Plan:
        """The plan that counts. One that is torn, altered or malformed is set aside and not obeyed."""
        for revision in reversed(self._revisions()):
            if revision == self._plan.revision:
                return self._plan
            plan = self._read(revision)
            if plan is not None:
                self._plan = plan
                return plan
        self._plan = NO_PLAN
        return NO_PLAN

    def change(self, change: PlanChange) -> Plan:
        """The plan with the change on the share; making it again changes nothing. Raises ShareError."""
        while True:
            before = self.read()
            wanted = changed(before, change)
            if wanted == before:
                return before
            if (after := self._put(wanted)) is not None:
                self._plan = after
                self._tidy(after.revision)
                return after

    def _put(self, wanted: Plan) -> Plan | None:
        """The plan under the next free revision; None when somebody else took that first."""
        hand, revision = self._hand, max([wanted.revision, *self._revisions()]) + 1
        plan = Plan(revision=revision, automatic=wanted.automatic, stations=wanted.stations, pins=wanted.pins)
        staged = f"{TMP}/{file_name(revision)}.{hand.nonce()}"
        hand.share.create(staged, encode(plan, hand.key))
        moved = self._move(staged, f"{PLAN}/{file_name(revision)}")
        if moved is Moved.MOVED:
            return plan
        hand.share.delete(staged)
        if moved is Moved.COLLISION:
            return None
        raise ShareError(f"the plan could not be put on the share ({moved.value}); it is tried again")

    def _move(self, staged: str, target: str) -> Moved:
        moved = self._hand.share.move(staged, target)
        if moved is Moved.NO_FOLDER:
            self._hand.share.make_folder(PLAN)
            moved = self._hand.share.move(staged, target)
        return moved

    def _read(self, revision: int) -> Plan | None:
        path = f"{PLAN}/{file_name(revision)}"
        try:
            return decode(self._hand.share.read(path), self._hand.key, revision)
        except Gone:
            return None
        except TokenError as error:
            self._hand.quarantine(path, f"no plan to go by: {error}")
            return None

    def _revisions(self) -> list[int]:
        try:
            entries = self._hand.share.list(PLAN)
        except NoFolder:
            return []
        return sorted(revision for entry in entries if (revision := revision_of(entry.name)) is not None)

    def _tidy(self, newest: int) -> None:
        for revision in self._revisions():
            if revision < newest - KEPT:
                self._hand.share.delete(f"{PLAN}/{file_name(revision)}")
