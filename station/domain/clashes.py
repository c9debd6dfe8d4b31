"""Where an order clashes with what its guest said they cannot eat, and whether somebody has taken that on by name.

Pure. Contains, may contain and unknown all clash: what nobody declared may hide anything. A confirmation belongs to
exactly what was confirmed; when the dish, its choices or the guest's allergies change it must be given again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from station.domain import allergens
from station.domain.allergens import Answer
from station.domain.draft import Draft, DraftLine

_HEADS: Final = (
    (Answer.CONTAINS, "contains"),
    (Answer.MAY_CONTAIN, "may contain"),
    (Answer.UNKNOWN, "unknown whether it contains"),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """One line against the guest's allergies: each code that clashes and what is declared for it."""

    line_id: str
    name: str
    chosen: tuple[str, ...]
    answers: tuple[tuple[str, Answer], ...]


def declared(line: DraftLine) -> dict[str, Answer]:
    """What is declared for the line as it was ordered, for every code that is not "none declared"."""
    return line.item.answers(line.modifiers)


def clash(line: DraftLine, allergies: Collection[str]) -> Clash | None:
    """The line against these allergies; None when nothing of it is declared to clash."""
    found = allergens.clashes(allergies, declared(line)) if allergies else {}
    return Clash(line.id, line.item.name, line.chosen, tuple(sorted(found.items()))) if found else None


def clashes(draft: Draft) -> tuple[Clash, ...]:
    """The lines that clash, in the order of the order."""
    found = (clash(line, draft.customer.allergies) for line in draft.lines)
    return tuple(one for one in found if one is not None)


def unconfirmed(draft: Draft, confirmed: Collection[Clash]) -> tuple[Clash, ...]:
    """The clashes that nobody has taken on as they are now."""
    return tuple(one for one in clashes(draft) if one not in confirmed)


def words(found: Clash, names: Mapping[str, str]) -> str:
    """The clash as one line for a person: "Contains Milk, Nuts; may contain Sesame; unknown whether it contains Fish"."""
    parts = [
        f"{head} {', '.join(names.get(code, code) for code, answer in found.answers if answer is told)}"
        for told, head in _HEADS
        if any(answer is told for _, answer in found.answers)
    ]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]
