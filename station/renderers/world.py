"""What a role's screen knows at one moment. Frozen: the runner makes a new one when anything changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from station.domain.cards import Card
from station.domain.facts import Entry
from station.domain.ledger import Ledger
from station.domain.menu import Person, Shop, StationInfo
from station.domain.permissions import NotPermitted
from station.domain.plan import NO_PLAN, Plan
from station.domain.token import Key
from station.local.status import LinkStatus, PrinterStatus, TokensStatus, ZAnswer
from station.renderers.scene import Ruler
from station.renderers.theme import Theme

NO_LEDGER = Ledger()
NO_PRINTER = PrinterStatus()
NO_ANSWER = ZAnswer()
SILENT_AFTER_S = 8.0
"""A station touches its presence every 2 s; one that missed four of them does not answer any more."""


@dataclass(frozen=True, slots=True)
class World:
    """`cards`: the mirror with this station's pending facts applied. `person`: who is logged in here.

    `recent`: the newest facts of this station's journal, oldest first (a few hundred). `now`: the shop's time.
    `plan`: what was decided about dispatch, here too and not on the share yet. `pressed`: the action under the finger that is down now, for buttons to look pressed. `note`: what became of a scan, for
    a few seconds. `approved`, `approver`: the permission that somebody else has given for the one action in hand.
    `answered`: void tokens of which somebody here has said whether they were made. `ledger`: what this till sold and took.
    `printer`: how the printer stands; `z`: what the master said to the last wish to close the day. `training`: nothing of this counts.
    """

    shop: Shop
    station: str
    cards: Mapping[Key, Card]
    recent: tuple[Entry, ...]
    tokens: TokensStatus
    link: LinkStatus
    person: Person | None
    now: datetime
    size: tuple[int, int]
    theme: Theme
    ruler: Ruler
    plan: Plan = NO_PLAN
    pressed: str = ""
    note: str = ""
    approved: str = ""
    approver: Person | None = None
    answered: frozenset[Key] = frozenset()
    ledger: Ledger = NO_LEDGER
    printer: PrinterStatus = NO_PRINTER
    z: ZAnswer = NO_ANSWER
    training: bool = False

    @property
    def here(self) -> StationInfo | None:
        """This station as the shop knows it; None when the snapshot does not know it (yet)."""
        return next((station for station in self.shop.stations if station.code == self.station), None)

    def may(self, permission: str) -> bool:
        """Whether the person who is logged in has this permission, or was given it for this action; nobody has none."""
        return self.person is not None and (permission in self.person.permissions or permission == self.approved)

    def require(self, permission: str, what: str) -> None:
        """Raises NotPermitted when whoever is logged in may not do this; see there for `what`."""
        if not self.may(permission):
            raise NotPermitted("nobody" if self.person is None else self.person.name, permission, what)

    def locked(self, permission: str) -> bool:
        """Whether a screen should show that somebody else must approve this. With nobody there, somebody must log in first."""
        return self.person is not None and permission not in self.person.permissions

    def by(self, what: str) -> str:
        """Who did it, for a move's reason: "voided by Ana, approved by Ben"."""
        names = "" if self.person is None else f" by {self.person.name}"
        return what + names + ("" if self.approver is None else f", approved by {self.approver.name}")

    def silent(self, code: str) -> bool:
        """Whether a station stopped answering. While the share is away nobody knows, so nobody is called silent."""
        if self.tokens.share != "ok":
            return False
        return self.tokens.presence.get(code, SILENT_AFTER_S + 1) > SILENT_AFTER_S
