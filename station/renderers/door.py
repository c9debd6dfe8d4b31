"""Who gets in by a scan: the shop's cards, this station's memory, and what to say when it is nobody.

A card switches to its person at once, whatever the screen shows; the same card a second time logs out. Anything that is no wallet
card is left to the role. What was scanned goes no further than here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from station.domain.access import Access
from station.domain.facts import Fact, StaffSeen
from station.domain.menu import Shop
from station.domain.scans import Identified, Refusal, identify

NOTE_S: Final = 6.0
"""How long a screen says what became of a scan."""
BROKEN: Final = "That scan did not come whole: scan again"
_SAID: Final[dict[Refusal, str]] = {
    "unknown": "Unknown card",
    "misread": "That card was not read well: scan it again",
    "revoked": "This card was blocked: ask the manager",
    "expired": "That code has run out: show the one on the phone now",
    "used": "That code was used already: wait for the next one",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`facts` to record, and a line to show for a while (empty: the screen itself says it)."""

    facts: tuple[Fact, ...]
    note: str


def scanned(code: str, shop: Shop, access: Access, *, present: str | None, now: datetime, shop_key: bytes) -> Answer:
    """`present`: who is logged in here."""
    found = identify(code, shop.wallets, now, used=access.used, shop_key=shop_key)
    if not isinstance(found, Identified):
        refused = StaffSeen(staff=found.staff, what="refused", how="wallet", card=found.card, why=found.why)
        return Answer((refused,), _SAID[found.why])
    person = next((person for person in shop.staff if person.id == found.staff), None)
    if person is None:
        return Answer((StaffSeen(what="refused", how="wallet", card=found.card, why="unknown"),), _SAID["unknown"])
    seen = StaffSeen(staff=person.id, what="login", how="wallet", card=found.card, step=found.step)
    if person.id != present:
        return Answer((seen,), f"{person.name} is logged in")
    out = StaffSeen(staff=person.id, what="logout", how="wallet", card=found.card, step=found.step)
    return Answer((out,), f"{person.name} is logged out")
