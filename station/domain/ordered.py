"""A line as the guest ordered it, beside what the menu knows of its dish: what its modifiers add and leave out. Pure.

A token names modifiers in words. They are found by name and effect among those of the item; one that is not there any
more, or is there twice with different components, is shown in its words alone, and its allergens are those of the sale.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from station.domain.allergens import (
    KINDS_OF,
    NAMES,
    Answer,
    Answers,
    Source,
    answer_for,
    brought_by,
    chosen,
    combined,
    ordered_answers,
)
from station.domain.menu import MenuItem, MenuModifier, Recipe, RecipePart
from station.domain.token import Line, Modifier


@dataclass(frozen=True, slots=True)
class Ordered:
    """A modifier of a line; `known`: as the menu has it."""

    modifier: Modifier
    known: MenuModifier | None


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one of the 14 or of their kinds: the answer, what brings it, and what was told at the sale where that
    was less.

    `answer` is the more careful one of what the recipe says now and what was declared when it was sold. `kinds`: which
    cereals or nuts it is.
    """

    code: str
    answer: Answer
    sources: tuple[Source, ...] = ()
    at_sale: Answer | None = None
    kinds: tuple[str, ...] = ()


def ordered(line: Line, item: MenuItem | None) -> tuple[Ordered, ...]:
    """The line's modifiers, in its order."""
    offered = [] if item is None else [one for group in item.groups for one in group.modifiers]
    return tuple(Ordered(modifier, _only(modifier, offered)) for modifier in line.modifiers)


def removed(modifiers: Iterable[Ordered]) -> frozenset[str]:
    """The ids of the components that are left out."""
    return frozenset().union(*(one.known.choice.removes for one in modifiers if one.known is not None))


def added(modifiers: Iterable[Ordered]) -> tuple[tuple[RecipePart, int], ...]:
    """The components that are added to one dish, and how many times each."""
    return tuple(
        (part, max(1, one.modifier.count)) for one in modifiers if one.known is not None for part in one.known.adds
    )


def told(line: Line, item: MenuItem | None) -> dict[str, Told]:
    """What to tell of this line: the 14 in the order of Annex II, then their kinds."""
    sold = line.allergens
    if item is None:
        return _all(sold, {}, {})
    choices = [one.known.choice for one in ordered(line, item) if one.known is not None]
    now = ordered_answers(item.carriers, choices)
    carriers = chosen(item.carriers, choices)
    both = {code: combined((answer_for(code, now), answer_for(code, sold))) for code in NAMES}
    then = {code: answer_for(code, sold) for code in NAMES if answer_for(code, sold) is not both[code]}
    return _all(both, brought_by(carriers) if carriers else {}, then)


def told_of(recipe: Recipe) -> dict[str, Told]:
    """The same of a recipe by itself."""
    return _all(recipe.allergens, recipe.brought_by, {})


def diets(recipe: Recipe, modifiers: Iterable[Ordered] = ()) -> frozenset[str]:
    """The names of the diets that it suits as it was ordered: every component must, also a trace of what was left out."""
    known = tuple(modifiers)
    out = removed(known)
    parts = [part for part in recipe.parts if not (part.separable and part.id in out)]
    parts += [part for part, _ in added(known)]
    if any(one.known is None and one.modifier.effect != "removed" for one in known):
        return frozenset()
    return frozenset.intersection(*(part.diets for part in parts)) if parts else frozenset()


def _all(answers: Answers, brings: Mapping[str, tuple[Source, ...]], then: Answers) -> dict[str, Told]:
    found = {code: answer_for(code, answers) for code in NAMES}
    return {
        code: Told(
            code,
            answer,
            brings.get(code, ()),
            then.get(code),
            tuple(kind for kind in KINDS_OF.get(code, ()) if found[kind] is answer is not Answer.NONE_DECLARED),
        )
        for code, answer in found.items()
    }


def _only(modifier: Modifier, offered: Iterable[MenuModifier]) -> MenuModifier | None:
    """The one of this name and effect; None when there is none, or when it could be one of several."""
    same = [one for one in offered if (one.name, one.effect) == (modifier.name, modifier.effect)]
    alike = same and all((one.choice, one.adds) == (same[0].choice, same[0].adds) for one in same)
    return same[0] if alike else None
