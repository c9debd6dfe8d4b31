"""What stands in an open recipe, in words and numbers: quantities, what the order changes, allergens, diets. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from station.domain.allergens import CODES, KINDS_OF, Answer, Source, answer_words
from station.domain.amounts import amount_text
from station.domain.menu import Effect, RecipePart
from station.domain.ordered import Ordered, Told, added, diets, ordered, removed, told, told_of
from station.renderers.recipe_view import Opened, RecipeView, amount_of, dishes
from station.renderers.world import World

_ANSWERS: Mapping[Answer, str] = {
    Answer.CONTAINS: "contains",
    Answer.MAY_CONTAIN: "may contain",
    Answer.UNKNOWN: "unknown",
    Answer.NONE_DECLARED: "none declared",
}
_FIRST = tuple(Answer)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One component: how much of what, or to leave it out. `sign`: added or removed by this order. `recipe_id`: it can be
    walked into.
    """

    amount: str
    name: str
    note: str = ""
    sign: Literal["", "added", "removed"] = ""
    recipe_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A modifier in the order's words; `note` says what of it the recipe does not tell."""

    effect: Effect
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class AllergenRow:
    """One of the 14. `sources`: what brings it, a line for each kind or answer. `named`: the guest named it."""

    code: str
    name: str
    answer: Answer
    words: str
    sources: tuple[str, ...] = ()
    named: bool = False


def title_of(view: RecipeView) -> str:
    if view.of_dish or view.opened is None:
        return f"{view.line.count} × {view.line.name}" if view.line.count else f"{view.line.name}, cancelled"
    return " › ".join([view.line.name, *(step.recipe.name for step in view.trail[1:])])


def made_text(opened: Opened, *, of_dish: bool) -> tuple[str, str]:
    """For how much the quantities are, and what there is to say about it besides."""
    whole = amount_text(opened.recipe.yield_quantity, opened.recipe.yield_unit)
    taken = None if opened.wanted is None else amount_text(opened.wanted, opened.recipe.yield_unit)
    if of_dish:
        return f"For {taken or whole}", f"the recipe makes {whole}"
    if opened.batch or taken is None:
        return f"One batch: {whole}", f"this order takes {taken}" if taken else "this order takes another unit of it"
    return f"For this order: {taken}", f"one batch is {whole}"


def parts_of(view: RecipeView) -> tuple[PartRow, ...]:
    """The components of what is open; of a dish as this order has it, what is added at the end."""
    opened = view.opened
    if opened is None:
        return ()
    modifiers = ordered(view.line, view.item) if view.of_dish else ()
    out = removed(modifiers)
    rows = [_part(part, opened, left_out=part.id in out) for part in opened.recipe.parts]
    return (*rows, *(_added(part, times * dishes(view)) for part, times in added(modifiers)))


def walkable(view: RecipeView) -> tuple[str, ...]:
    """The recipes that can be walked into from here, in the order of the components, each once."""
    return tuple(dict.fromkeys(row.recipe_id for row in parts_of(view) if row.recipe_id))


def changes_of(view: RecipeView) -> tuple[ChangeRow, ...]:
    """What the order changes in the dish."""
    return tuple(_change(one, in_recipe=view.opened is not None) for one in ordered(view.line, view.item))


def allergens_of(view: RecipeView, world: World) -> tuple[AllergenRow, ...]:
    """The 14, what must be told first first."""
    named = view.card.body.customer.allergies
    found = _told(view)
    rows = [_allergen(found[code], named, world) for code in CODES]
    return tuple(sorted(rows, key=lambda row: (not row.named, _FIRST.index(row.answer))))


def allergy_lines(view: RecipeView, world: World) -> tuple[str, ...]:
    """For each allergy of the guest what it means for this dish: "contains Milk (Cheddar)"."""
    found = _told(view)
    lines = []
    for code in view.card.body.customer.allergies:
        # A code that is none of ours is unknown for every dish, rather than silently harmless.
        one = found.get(code, Told(code, Answer.UNKNOWN))
        said = answer_words(code, one.answer, world.shop.menu.allergen_names)
        lines.append(f"{said[:1].upper()}{said[1:]}{f' ({_listed(one.sources)})' if one.sources else ''}")
    return tuple(lines)


def summary_of(view: RecipeView, world: World) -> tuple[str, ...]:
    """The answers in a few lines, what must be told first first."""
    rows = allergens_of(view, world)
    lines = []
    for answer in (Answer.CONTAINS, Answer.MAY_CONTAIN, Answer.UNKNOWN):
        names = [row.name for row in rows if row.answer is answer]
        if names:
            words = _ANSWERS[answer]
            told_all = len(names) == len(rows)
            lines.append(f"{words[:1].upper()}{words[1:]}: {'all 14 allergens' if told_all else ', '.join(names)}")
    return tuple(lines) or ("None of the 14 allergens is declared",)


def diet_text(view: RecipeView) -> str:
    """Dietary flags of the dish as it was ordered, or of the component that is open."""
    if view.opened is None:
        return ""
    names = diets(view.opened.recipe, ordered(view.line, view.item) if view.of_dish else ())
    return f"Diets: {', '.join(sorted(names))}" if names else "No diet is noted for it"


def _told(view: RecipeView) -> Mapping[str, Told]:
    if view.of_dish or view.opened is None:
        return told(view.line, view.item)
    return told_of(view.opened.recipe)


def _part(part: RecipePart, opened: Opened, *, left_out: bool) -> PartRow:
    if left_out:
        return PartRow("leave out", part.name, "", "removed", part.recipe_id)
    amount = amount_text(amount_of(part.quantity, opened), part.unit)
    raw = amount_text(amount_of(part.raw, opened), part.unit)
    return PartRow(amount, part.name, f"take {raw} before trimming" if raw != amount else "", "", part.recipe_id)


def _added(part: RecipePart, times: int) -> PartRow:
    return PartRow(amount_text(part.quantity * Decimal(times), part.unit), part.name, "", "added", part.recipe_id)


def _change(one: Ordered, *, in_recipe: bool) -> ChangeRow:
    modifier = one.modifier
    text = modifier.name if modifier.count <= 1 else f"{modifier.count} × {modifier.name}"
    unwritten = one.known is None and modifier.effect == "added" and in_recipe
    return ChangeRow(modifier.effect, text, "no amount is written down" if unwritten else "")


def _allergen(one: Told, named: tuple[str, ...], world: World) -> AllergenRow:
    names = world.shop.menu.allergen_names
    words = _ANSWERS[one.answer]
    if one.kinds and one.answer is not Answer.UNKNOWN:
        words = f"{words} ({', '.join(names.get(kind, kind).lower() for kind in one.kinds)})"
    return AllergenRow(
        one.code,
        names.get(one.code, one.code.replace("_", " ").capitalize()),
        one.answer,
        words,
        _sources(one),
        one.code in named or any(kind in named for kind in KINDS_OF[one.code]),
    )


def _sources(one: Told) -> tuple[str, ...]:
    """The components, those that differ from the answer itself with theirs: "Cheddar", "may contain: Brownie"."""
    lines: list[str] = []
    if one.at_sale is not None:
        lines.append(f"The guest was told at the sale: {_ANSWERS[one.at_sale]}")
    for answer in Answer:
        of_it = [source for source in one.sources if source.answer is answer]
        if of_it:
            listed = _listed(of_it)
            lines.append(listed if answer is one.answer else f"{_ANSWERS[answer]}: {listed}")
    return tuple(lines)


def _listed(sources: Iterable[Source]) -> str:
    return ", ".join(dict.fromkeys(source.name for source in sources))
