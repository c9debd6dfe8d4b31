"""Which of the 14 allergens a dish carries: contains, may contain, none declared, unknown.

The 14 are those of Regulation (EU) No 1169/2011, Annex II; cereals and nuts are named to the kind (Annex II, 1 and 8).
No answer ever says "free from": that nothing was declared is all that a shop can know.

The answers of a dish are made of what its components carry:

- contains beats all else;
- then unknown: a component without a specification could hide what the others only may contain;
- then may contain; and "none declared" only where every component says so;
- a kind (wheat) speaks for what it is a kind of (gluten); a component that names no kind leaves its kinds unknown;
- leaving a component out takes its answers away only if it is separable, put on last and whole. Of any other a trace
  stays: its "contains" becomes "may contain", its "unknown" stays;
- what is added by a choice is never taken away by another choice.

An answer for a code that is missing from a mapping is "none declared"; a kind whose parent is unknown is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Answer(StrEnum):
    """Ordered by what a guest must be told first; the text is what stands in a token."""

    CONTAINS = "contains"
    MAY_CONTAIN = "may_contain"
    UNKNOWN = "unknown"
    NONE_DECLARED = "none_declared"


Answers = Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Allergen:
    """`annex`: its number in Annex II. `parent_code`: of which of the 14 it is a kind (None: one of the 14)."""

    code: str
    name: str
    annex: int
    parent_code: str | None = None


ALLERGENS: Final = (
    Allergen("gluten", "Cereals containing gluten", 1),
    Allergen("crustaceans", "Crustaceans", 2),
    Allergen("eggs", "Eggs", 3),
    Allergen("fish", "Fish", 4),
    Allergen("peanuts", "Peanuts", 5),
    Allergen("soybeans", "Soybeans", 6),
    Allergen("milk", "Milk", 7),
    Allergen("nuts", "Nuts", 8),
    Allergen("celery", "Celery", 9),
    Allergen("mustard", "Mustard", 10),
    Allergen("sesame", "Sesame", 11),
    Allergen("sulphites", "Sulphur dioxide and sulphites", 12),
    Allergen("lupin", "Lupin", 13),
    Allergen("molluscs", "Molluscs", 14),
)
"""The 14, in the order of Annex II."""

KINDS: Final = (
    Allergen("wheat", "Wheat", 1, "gluten"),
    Allergen("rye", "Rye", 1, "gluten"),
    Allergen("barley", "Barley", 1, "gluten"),
    Allergen("oats", "Oats", 1, "gluten"),
    Allergen("almonds", "Almonds", 8, "nuts"),
    Allergen("hazelnuts", "Hazelnuts", 8, "nuts"),
    Allergen("walnuts", "Walnuts", 8, "nuts"),
    Allergen("cashews", "Cashews", 8, "nuts"),
    Allergen("pecans", "Pecan nuts", 8, "nuts"),
    Allergen("brazil_nuts", "Brazil nuts", 8, "nuts"),
    Allergen("pistachios", "Pistachio nuts", 8, "nuts"),
    Allergen("macadamias", "Macadamia nuts", 8, "nuts"),
)
"""The cereals and nuts that Annex II names."""

CODES: Final = tuple(allergen.code for allergen in ALLERGENS)
PARENT_OF: Final[Mapping[str, str]] = MappingProxyType(
    {kind.code: kind.parent_code for kind in KINDS if kind.parent_code is not None}
)
KINDS_OF: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {code: tuple(kind.code for kind in KINDS if kind.parent_code == code) for code in CODES}
)
_WITH_KINDS: Final = {code: kinds for code, kinds in KINDS_OF.items() if kinds}
NAMES: Final[Mapping[str, str]] = MappingProxyType({one.code: one.name for one in (*ALLERGENS, *KINDS)})
NOTHING_KNOWN: Final[Answers] = MappingProxyType(dict.fromkeys(CODES, Answer.UNKNOWN))
"""The answers of what nobody has declared anything about."""

_FIRST: Final = (Answer.CONTAINS, Answer.UNKNOWN, Answer.MAY_CONTAIN, Answer.NONE_DECLARED)
_TOLD: Final = tuple(Answer)


@dataclass(frozen=True, slots=True)
class Carrier:
    """A component of a dish and the answers that it brings. `id` is its ingredient's or recipe's."""

    id: str
    name: str
    answers: Answers
    separable: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """What one modifier does to a dish: components that it adds, ids of components that it leaves out."""

    adds: tuple[Carrier, ...] = ()
    removes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Source:
    """A component that brings an allergen, and with which answer."""

    name: str
    answer: Answer


def declared(rows: Answers, *, known: bool) -> dict[str, Answer]:
    """The answers of one ingredient from what its supplier declares.

    `known` is False where there is no specification: then every code without a row of its own is unknown.
    """
    answers = {code: rows.get(code, Answer.NONE_DECLARED if known else Answer.UNKNOWN) for code in CODES}
    for code, kinds in _WITH_KINDS.items():
        named = {kind: rows[kind] for kind in kinds if kind in rows}
        answers[code] = _rolled_up(answers[code], named.values())
        if known and answers[code] in named.values():
            answers |= named
        elif answers[code] is not Answer.NONE_DECLARED:
            # It says "gluten" and not from which cereal: it could be any that it does not rule out.
            answers |= {kind: named.get(kind, Answer.UNKNOWN) for kind in kinds}
    return _compact(answers)


def combined(answers: Iterable[Answer]) -> Answer:
    """One answer for several components."""
    found = set(answers)
    return next((answer for answer in _FIRST if answer in found), Answer.NONE_DECLARED)


def answer_for(code: str, answers: Answers) -> Answer:
    """The answer for one of the 14 or one of their kinds."""
    if code in answers:
        return answers[code]
    parent = answers.get(PARENT_OF.get(code, ""), Answer.NONE_DECLARED)
    return Answer.UNKNOWN if parent is Answer.UNKNOWN else Answer.NONE_DECLARED


def dish_answers(carriers: Sequence[Carrier]) -> dict[str, Answer]:
    """The answers of what these components make, for every code that is not "none declared".

    A dish without components is one that nobody has written down: nothing is known of it.
    """
    if not carriers:
        return dict(NOTHING_KNOWN)
    # Most components carry nothing, and a menu has thousands of them.
    telling = [one.answers for one in carriers if one.answers]
    touched = _touched(telling)
    answers = {code: combined(answer_for(code, one) for one in telling) for code in NAMES if code in touched}
    for code, kinds in _WITH_KINDS.items():
        if code in touched:
            answers[code] = _rolled_up(answers[code], [answers[kind] for kind in kinds if kind in touched])
    return _compact(answers)


def chosen(carriers: Sequence[Carrier], choices: Iterable[Choice]) -> tuple[Carrier, ...]:
    """The components of the dish as it was ordered. What is left of a removed component stays as a trace."""
    taken = list(choices)
    removed = frozenset().union(*(choice.removes for choice in taken))
    kept = (_left_out(one) if one.id in removed else one for one in carriers)
    return (*(one for one in kept if one is not None), *(added for choice in taken for added in choice.adds))


def ordered_answers(carriers: Sequence[Carrier], choices: Iterable[Choice]) -> dict[str, Answer]:
    """The answers of the dish as it was ordered."""
    left = chosen(carriers, choices)
    if carriers and not left:
        return {}
    return dish_answers(left if carriers else ())


def brought_by(carriers: Sequence[Carrier]) -> dict[str, tuple[Source, ...]]:
    """For each code that is not "none declared", the components that bring it, what must be told first first."""
    found: dict[str, tuple[Source, ...]] = {}
    for code in dish_answers(carriers):
        sources = [Source(one.name, answer_for(code, one.answers)) for one in carriers]
        telling = [source for source in sources if source.answer is not Answer.NONE_DECLARED]
        found[code] = tuple(sorted(telling, key=lambda source: _TOLD.index(source.answer)))
    return found


def clashes(allergies: Iterable[str], answers: Answers) -> dict[str, Answer]:
    """Which of a customer's allergies this clashes with: it contains, it may contain, or nobody knows.

    A code that is none of ours is unknown for every dish, rather than silently harmless.
    """
    found = {code: answer_for(code, answers) if code in NAMES else Answer.UNKNOWN for code in allergies}
    return {code: answer for code, answer in found.items() if answer is not Answer.NONE_DECLARED}


def words(answers: Answers, names: Mapping[str, str] = NAMES) -> tuple[str, ...]:
    """A line for each answer, what must be told first first: "Contains: Cereals containing gluten (wheat), Milk".

    Where nothing is declared the line says just that. No line ever promises more.
    """
    lines = []
    for answer, head in (
        (Answer.CONTAINS, "Contains"),
        (Answer.MAY_CONTAIN, "May contain"),
        (Answer.UNKNOWN, "Unknown"),
    ):
        listed = [_named(code, answer, answers, names) for code in CODES if answer_for(code, answers) is answer]
        if len(listed) == len(CODES) and answer is Answer.UNKNOWN:
            listed = ["all 14 allergens"]
        if listed:
            lines.append(f"{head}: {', '.join(listed)}")
    return tuple(lines) or ("No allergens declared",)


def answer_words(code: str, answer: Answer, names: Mapping[str, str] = NAMES) -> str:
    """One answer as a sentence for a screen: "may contain Milk"."""
    name = names.get(code, code)
    return {
        Answer.CONTAINS: f"contains {name}",
        Answer.MAY_CONTAIN: f"may contain {name}",
        Answer.UNKNOWN: f"unknown whether it contains {name}",
        Answer.NONE_DECLARED: f"{name} not declared",
    }[answer]


def _named(code: str, answer: Answer, answers: Answers, names: Mapping[str, str]) -> str:
    name = names.get(code, code)
    kinds = [names.get(kind, kind).lower() for kind in KINDS_OF[code] if answers.get(kind) is answer]
    if answer is Answer.UNKNOWN or not KINDS_OF[code]:
        return name
    return f"{name} ({', '.join(kinds) or 'kind not named'})"


def _left_out(carrier: Carrier) -> Carrier | None:
    """What stays of a component that was left out: nothing of a separable one, of any other a trace."""
    if carrier.separable:
        return None
    trace = {
        code: Answer.MAY_CONTAIN if answer is Answer.CONTAINS else answer for code, answer in carrier.answers.items()
    }
    return replace(carrier, name=f"trace of {carrier.name}", answers=trace)


def _touched(telling: Iterable[Answers]) -> set[str]:
    """Every code that one of these says something about, also by its kind or by what it is a kind of."""
    named = {code for answers in telling for code in answers}
    parents = {PARENT_OF[code] for code in named if code in PARENT_OF}
    return named | parents | {kind for code in named for kind in _WITH_KINDS.get(code, ())}


def _rolled_up(answer: Answer, kinds: Iterable[Answer]) -> Answer:
    """One of the 14 as its kinds have it. A kind that nobody named makes no declared answer unknown."""
    found = combined(kinds)
    return found if found is Answer.CONTAINS or answer is Answer.NONE_DECLARED else answer


def _compact(answers: Answers) -> dict[str, Answer]:
    """Without what goes without saying: "none declared", and unknown kinds of what is unknown itself."""
    return {
        code: answer
        for code, answer in answers.items()
        if answer is not Answer.NONE_DECLARED
        and not (answer is Answer.UNKNOWN and answers.get(PARENT_OF.get(code, "")) is Answer.UNKNOWN)
    }
