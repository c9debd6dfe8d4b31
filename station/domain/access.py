"""What this station remembers of log-ins: time codes that were used, and wrong PINs in a row. Worked out from its own facts.

Pure, so that a restart, or a power cut in the middle of guessing, forgets nothing: the journal is the memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from station.domain.facts import Entry, StaffSeen
from station.domain.pins import Tries


@dataclass(frozen=True, slots=True)
class Access:
    """`used`: by card the newest time step that was accepted here.

    `tries`: wrong PINs by person, and under "" of the whole station; wrong time codes under `card_key` of the card.
    """

    used: Mapping[str, int] = field(default_factory=dict)
    tries: Mapping[str, Tries] = field(default_factory=dict)

    def tries_of(self, person: str) -> Tries:
        return self.tries.get(person, Tries())


def remembered(entries: Iterable[Entry], access: Access | None = None) -> Access:
    """With these facts, which are in order, taken in."""
    access = access or Access()
    for entry in entries:
        if isinstance(entry.fact, StaffSeen):
            access = _seen(access, entry, entry.fact)
    return access


def _seen(access: Access, entry: Entry, fact: StaffSeen) -> Access:
    if fact.card is not None and fact.what != "refused":
        access = replace(access, used={**access.used, fact.card: max(fact.step, access.used.get(fact.card, 0))})
    keys = _counted(fact)
    if not keys:
        return access
    if fact.what == "refused":
        return replace(
            access, tries={**access.tries, **{key: access.tries_of(key).after_wrong(entry.at) for key in keys}}
        )
    return replace(access, tries={key: tries for key, tries in access.tries.items() if key not in keys})


def card_key(card: str) -> str:
    return f"card:{card}"


def _counted(fact: StaffSeen) -> tuple[str, ...]:
    """Whose wrong tries this one adds to, or ends when it was right."""
    if fact.how == "pin" and fact.staff is not None:
        return ("", fact.staff) if fact.what != "logout" and fact.why != "wait" else ()
    guessed = fact.what == "refused" and fact.why == "expired"
    if fact.how == "wallet" and fact.card is not None and (guessed or fact.what in {"login", "approved"}):
        return (card_key(fact.card),)
    return ()
