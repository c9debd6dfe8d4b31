"""Who gets in by a scan: the shop's cards, this station's memory, and what to say when it is nobody.

A card switches to its person at once, whatever the screen shows; the same card a second time logs out. While a screen waits for an
approval, a card approves or refuses and switches nobody. What was scanned goes no further than here.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from station.domain.access import Access, card_key
from station.domain.facts import Fact, StaffSeen
from station.domain.menu import Person, Shop
from station.domain.pins import wait_s
from station.domain.scans import Identified, Refusal, Refused, identify

NOTE_S: Final = 6.0
"""How long a screen says what became of a scan."""
BROKEN: Final = "That scan did not come whole: scan again"
_SAID: Final[dict[Refusal, str]] = {
    "unknown": "Unknown card",
    "misread": "That card was not read well: scan it again",
    "revoked": "This card was blocked: ask the manager",
    "expired": "That code has run out: show the one on the phone now",
    "used": "That code was used already: wait for the next one",
    "wait": "Too many wrong codes of that card: wait, or type your PIN",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """`facts` to record, and a line to show for a while (empty: the screen itself says it)."""

    facts: tuple[Fact, ...]
    note: str


def scanned(code: str, shop: Shop, access: Access, *, present: str | None, now: datetime, shop_key: bytes) -> Answer:
    """`present`: who is logged in here."""
    found = _whose(code, shop, access, now, shop_key)
    if isinstance(found, Answer):
        return found
    card, person = found
    if person.id == present:
        out = StaffSeen(staff=person.id, what="logout", how="wallet", card=card.card, step=card.step)
        return Answer((out,), f"{person.name} is logged out")
    seen = StaffSeen(staff=person.id, what="login", how="wallet", card=card.card, step=card.step)
    return Answer((seen,), f"{person.name} is logged in")


def approved(code: str, shop: Shop, access: Access, permission: str, *, now: datetime, shop_key: bytes) -> Answer:
    """Whoever scanned lets this one thing be done, if they may themselves."""
    found = _whose(code, shop, access, now, shop_key)
    if isinstance(found, Answer):
        return found
    card, person = found
    if permission not in person.permissions:
        refused = StaffSeen(
            staff=person.id, what="refused", how="wallet", card=card.card, why="not_permitted", permission=permission
        )
        return Answer((refused,), f"{person.name} may not approve this either")
    seen = StaffSeen(
        staff=person.id, what="approved", how="wallet", card=card.card, step=card.step, permission=permission
    )
    return Answer((seen,), f"Approved by {person.name}")


def _whose(code: str, shop: Shop, access: Access, now: datetime, shop_key: bytes) -> tuple[Identified, Person] | Answer:
    """The card and its person, or why not."""
    found = identify(code, shop.wallets, now, used=access.used, shop_key=shop_key)
    if found.card is not None and wait_s(access.tries_of(card_key(found.card)), now) > 0:
        # Whether this code was right is told to nobody: a time code has eight digits only, and could be tried out.
        found = Refused("wait", found.card, found.staff)
    if isinstance(found, Refused):
        refused = StaffSeen(staff=found.staff, what="refused", how="wallet", card=found.card, why=found.why)
        return Answer((refused,), _SAID[found.why])
    person = next((person for person in shop.staff if person.id == found.staff), None)
    if person is None:
        return Answer((StaffSeen(what="refused", how="wallet", card=found.card, why="unknown"),), _SAID["unknown"])
    return found, person
