"""Where an order clashes with what its guest said they cannot eat, and whether somebody has taken that on by name.

Pure. Contains, may contain and unknown all clash: what nobody declared may hide anything. A confirmation belongs to
exactly what was confirmed; when the dish, its choices or the guest's allergies change it must be given again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from station.domain import allergens
from station.domain.allergens import Answer, Carrier
from station.domain.draft import Draft, DraftLine

_HEADS: Final = (
    (Answer.CONTAINS, "contains"),
    (Answer.MAY_CONTAIN, "may contain"),
    (Answer.UNKNOWN, "unknown whether it contains"),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """One line against the guest's allergies: each code that clashes and what is declared for it.

    `brought`: by code the components that bring it, as far as the dish names any.
    """

    line_id: str
    name: str
    chosen: tuple[str, ...]
    answers: tuple[tuple[str, Answer], ...]
    brought: tuple[tuple[str, tuple[str, ...]], ...] = ()


def declared(line: DraftLine) -> dict[str, Answer]:
    """What is declared for the line as it was ordered, for every code that is not "none declared"."""
    return line.item.answers(line.modifiers)


def clash(line: DraftLine, allergies: Collection[str]) -> Clash | None:
    """The line against these allergies; None when nothing of it is declared to clash."""
    found = allergens.clashes(allergies, declared(line)) if allergies else {}
    if not found:
        return None
    return Clash(line.id, line.item.name, line.chosen, tuple(sorted(found.items())), _brought(line, found))


def _brought(line: DraftLine, found: Mapping[str, Answer]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    components = allergens.chosen(line.item.carriers, [one.choice for one in line.modifiers])
    return tuple(
        (code, names)
        for code, answer in sorted(found.items())
        if (names := tuple(one.name for one in components if _brings(one, code, answer)))
    )


def _brings(component: Carrier, code: str, answer: Answer) -> bool:
    return code in allergens.NAMES and allergens.answer_for(code, component.answers) is answer


def clashes(draft: Draft) -> tuple[Clash, ...]:
    """The lines that clash, in the order of the order."""
    found = (clash(line, draft.customer.allergies) for line in draft.lines)
    return tuple(one for one in found if one is not None)


def unconfirmed(draft: Draft, confirmed: Collection[Clash]) -> tuple[Clash, ...]:
    """The clashes that nobody has taken on as they are now."""
    return tuple(one for one in clashes(draft) if one not in confirmed)


def words(found: Clash, names: Mapping[str, str]) -> str:
    """The clash as one line for a person: "Contains Milk (Cheddar), Nuts; may contain Sesame (Bun); unknown whether it contains Fish".

    No more than three components are named for one allergen.
    """
    by = dict(found.brought)
    parts = [
        f"{head} {', '.join(_named(code, by.get(code, ()), names) for code, answer in found.answers if answer is told)}"
        for told, head in _HEADS
        if any(answer is told for _, answer in found.answers)
    ]
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def _named(code: str, components: Sequence[str], names: Mapping[str, str]) -> str:
    name = names.get(code, code)
    told = ", ".join(dict.fromkeys(components[:3])) + ("…" if len(components) > 3 else "")
    return f"{name} ({told})" if components else name
