"""A line as it was ordered: what its modifiers do to the recipe, and what is told of its allergens."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.bench.cookbook import cookbook
from station.domain.allergens import CODES, NAMES, Answer, answer_for, combined
from station.domain.menu import ModifierGroup
from station.domain.ordered import added, diets, ordered, removed, told, told_of
from station.domain.token import Line, Modifier

BOOK = cookbook()
ITEMS = {item.name: item for item in BOOK.menu.items}
BURGER = ITEMS["Cheeseburger"]
OFFERED = {one.name: one for one in BURGER.groups[0].modifiers}
NAMED = st.sampled_from(sorted(OFFERED))
ANSWERS = st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(list(Answer)))


def line(*names, item=BURGER, allergens=None, count=1):
    modifiers = tuple(
        Modifier(id="01jd9q3v7k8m2n4pqrst0wxyz1", name=name, effect=OFFERED[name].effect, count=count)
        if name in OFFERED
        else Modifier(id="01jd9q3v7k8m2n4pqrst0wxyz1", name=name, effect="added")
        for name in names
    )
    frozen = item.answers([OFFERED[name] for name in names if name in OFFERED]) if allergens is None else allergens
    return Line(
        id="01jd9q3v7k8m2n4pqrst0wxyz2",
        item=item.id,
        name=item.name,
        count=2,
        group="grill",
        modifiers=modifiers,
        allergens=frozen,
    )


def test_modifiers_are_found_by_their_words_and_tell_what_they_add_and_leave_out():
    found = ordered(line("Gluten-free bun", "Extra bacon"), BURGER)
    names = {part.id: part.name for part in BOOK.recipes[BURGER.recipe_id].parts}
    assert [names[one] for one in removed(found)] == ["Brioche bun"]
    assert [(part.name, part.quantity, part.unit) for part, _ in added(found)] == [
        ("Gluten-free bun", 1, "piece"),
        ("Bacon", 2, "slice"),
    ]


def test_a_modifier_that_is_asked_for_twice_adds_twice():
    ((part, times),) = added(ordered(line("Cheddar", count=2), BURGER))
    assert (part.name, times) == ("Cheddar", 2)


def test_what_the_menu_does_not_know_any_more_or_knows_twice_is_shown_in_its_words_alone():
    (one,) = ordered(line("Gold leaf"), BURGER)
    assert one.known is None
    other = replace(OFFERED["Cheddar"], id="another", choice=OFFERED["Extra bacon"].choice)
    twice = replace(BURGER, groups=(*BURGER.groups, ModifierGroup("more", "More", 0, 1, (other,))))
    (one,) = ordered(line("Cheddar"), twice)
    assert one.known is None
    assert ordered(line("Cheddar"), None)[0].known is None


def test_what_brings_an_allergen_is_named_also_when_a_modifier_brings_it():
    assert [source.name for source in told(line(), BURGER)["milk"].sources] == ["Cheddar"]
    found = told(line("Gluten-free bun"), BURGER)
    assert (found["lupin"].answer, [one.name for one in found["lupin"].sources]) == (
        Answer.MAY_CONTAIN,
        ["Gluten-free bun"],
    )
    # The brioche bun is not put on whole and last: what is left of it is a trace.
    assert [(one.name, one.answer) for one in found["gluten"].sources] == [("trace of Brioche bun", Answer.MAY_CONTAIN)]


def test_kinds_of_cereals_and_nuts_are_named():
    assert told(line(), BURGER)["gluten"].kinds == ("wheat",)
    assert told(line(item=ITEMS["Garden salad"]), ITEMS["Garden salad"])["nuts"].kinds == ("walnuts",)


def test_when_the_recipe_was_changed_after_the_sale_the_more_careful_answer_is_told_and_what_the_guest_heard():
    found = told(line(allergens={"lupin": Answer.CONTAINS}), BURGER)
    assert (found["lupin"].answer, found["lupin"].at_sale) == (Answer.CONTAINS, None)
    assert (found["milk"].answer, found["milk"].at_sale) == (Answer.CONTAINS, Answer.NONE_DECLARED)


def test_without_the_dish_on_the_menu_the_answers_of_the_sale_stay():
    found = told(line(allergens={"milk": Answer.MAY_CONTAIN}), None)
    assert {code: one.answer for code, one in found.items() if one.answer is not Answer.NONE_DECLARED} == {
        "milk": Answer.MAY_CONTAIN
    }


def test_a_dish_suits_a_diet_only_as_it_was_ordered():
    veggie = BOOK.recipes[ITEMS["French fries"].recipe_id]
    assert diets(veggie) == {"Vegan", "Vegetarian"}
    assert diets(veggie, ordered(line("Cheddar", item=ITEMS["French fries"]), ITEMS["French fries"])) == {"Vegetarian"}
    assert diets(veggie, ordered(line("Gold leaf"), ITEMS["French fries"])) == frozenset()


@given(st.sets(NAMED), ANSWERS)
def test_no_answer_is_ever_milder_than_the_recipe_or_the_sale(names, frozen):
    names = sorted(names)
    now = BURGER.answers([OFFERED[name] for name in names])
    found = told(line(*names, allergens=frozen), BURGER)
    assert list(found)[:14] == list(CODES)
    for code, one in found.items():
        assert one.answer is combined((answer_for(code, now), answer_for(code, frozen)))


@given(st.sets(NAMED))
def test_the_till_and_the_kitchen_tell_the_same_of_the_same_dish(names):
    found = told(line(*sorted(names)), BURGER)
    assert all(one.at_sale is None for one in found.values())


@pytest.mark.parametrize("recipe", BOOK.recipes.values(), ids=lambda one: one.name)
def test_each_answer_of_a_recipe_names_what_brings_it(recipe):
    for one in told_of(recipe).values():
        if one.answer is not Answer.NONE_DECLARED and one.code in CODES:
            assert any(source.answer is one.answer for source in one.sources), (recipe.name, one)
