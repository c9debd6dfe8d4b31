"""What this station remembers of log-ins: time codes that were used, and wrong PINs in a row. Worked out from its own facts.

Pure, so that a restart, or a power cut in the middle of guessing, forgets nothing: the journal is the memory.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from station.domain.facts import Entry, StaffSeen
from station.domain.pins import Tries


@dataclass(frozen=True, slots=True)
class Access:
    """`used`: by card the newest time step that was accepted here. `tries`: by person, and under "" of the whole station."""

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
    if fact.what in {"login", "approved"} and fact.card is not None and fact.step:
        access = replace(access, used={**access.used, fact.card: max(fact.step, access.used.get(fact.card, 0))})
    if fact.how != "pin" or fact.staff is None:
        return access
    if fact.what == "login":
        return replace(access, tries={key: tries for key, tries in access.tries.items() if key not in {"", fact.staff}})
    if fact.what == "refused":
        wrong = {key: access.tries_of(key).after_wrong(entry.at) for key in ("", fact.staff)}
        return replace(access, tries={**access.tries, **wrong})
    return access
