"""The rules of the four answers, as properties over all dishes that can be written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.allergens import (
    ALLERGENS,
    CODES,
    KINDS,
    KINDS_OF,
    NAMES,
    NOTHING_KNOWN,
    PARENT_OF,
    Answer,
    Carrier,
    Choice,
    answer_for,
    answer_words,
    brought_by,
    clashes,
    combined,
    declared,
    dish_answers,
    ordered_answers,
    words,
)
from station.domain.recipes import Component, Formula, Ingredient, carriers

CONTAINS, MAY, UNKNOWN, NONE = Answer.CONTAINS, Answer.MAY_CONTAIN, Answer.UNKNOWN, Answer.NONE_DECLARED
STRENGTH = {NONE: 0, MAY: 1, UNKNOWN: 2, CONTAINS: 3}

codes = st.sampled_from(sorted(NAMES))
rows = st.dictionaries(codes, st.sampled_from(list(Answer)), max_size=6)
ids = st.sampled_from("abcdefgh")


@st.composite
def carrier_lists(draw, smallest=1):
    return [
        Carrier(draw(ids), f"part {n}", declared(draw(rows), known=draw(st.booleans())), draw(st.booleans()))
        for n in range(draw(st.integers(smallest, 5)))
    ]


choices = st.builds(Choice, adds=carrier_lists(smallest=0).map(tuple), removes=st.frozensets(ids, max_size=4))


def _all(answers):
    return {code: answer_for(code, answers) for code in NAMES}


def _carrier(name, separable=False, known=True, **answers):
    return Carrier(name, name, declared({code: Answer(one) for code, one in answers.items()}, known=known), separable)


def test_there_are_the_14_of_annex_ii_in_its_order_with_the_kinds_of_1_and_8():
    assert [one.annex for one in ALLERGENS] == list(range(1, 15))
    assert {kind.parent_code for kind in KINDS} == {"gluten", "nuts"}
    assert (len(KINDS_OF["gluten"]), len(KINDS_OF["nuts"])) == (4, 8)
    assert all(kind.annex == {"gluten": 1, "nuts": 8}[kind.parent_code] for kind in KINDS)


@given(carrier_lists(), st.randoms())
def test_the_order_of_components_makes_no_difference(parts, random):
    mixed = list(parts)
    random.shuffle(mixed)
    assert dish_answers(mixed) == dish_answers(parts)


@given(carrier_lists(), carrier_lists())
def test_one_more_component_never_makes_any_answer_weaker(parts, more):
    before, after = _all(dish_answers(parts)), _all(dish_answers([*parts, *more]))
    assert all(STRENGTH[after[code]] >= STRENGTH[before[code]] for code in NAMES)


@given(carrier_lists())
def test_a_dish_is_as_strong_as_its_strongest_component(parts):
    answers = dish_answers(parts)
    for code in CODES:
        assert answer_for(code, answers) is max((answer_for(code, one.answers) for one in parts), key=STRENGTH.get)


@given(carrier_lists(), carrier_lists())
def test_recipes_of_recipes_answer_as_if_all_stood_in_one(inner, outer):
    nested = Carrier("recipe", "recipe", dish_answers(inner))
    assert _all(dish_answers([nested, *outer])) == _all(dish_answers([*inner, *outer]))


@given(carrier_lists(), codes)
def test_unknown_is_never_shown_as_none_declared(parts, code):
    answers = dish_answers([*parts, Carrier("x", "no label", NOTHING_KNOWN)])
    assert answer_for(code, answers) in {CONTAINS, UNKNOWN}
    assert code in clashes([code], answers)
    assert "No allergens declared" not in words(answers)


def test_an_unknown_component_can_hide_what_the_others_only_may_contain_but_not_what_they_contain():
    dish = [_carrier("bun", wheat="contains", sesame="may_contain"), Carrier("x", "no label", NOTHING_KNOWN)]
    answers = dish_answers(dish)
    assert (answers["wheat"], answers["gluten"], answers["sesame"]) == (CONTAINS, CONTAINS, UNKNOWN)


def test_an_unknown_component_hides_only_what_it_does_not_rule_out():
    answers = dish_answers([_carrier("rub", known=False, milk="none_declared", mustard="contains")])
    assert (answer_for("milk", answers), answers["mustard"], answers["eggs"]) == (NONE, CONTAINS, UNKNOWN)


def test_a_dish_that_nobody_wrote_down_is_unknown_in_everything():
    assert _all(dish_answers([])) == dict.fromkeys(NAMES, UNKNOWN)
    assert _all(ordered_answers([], [Choice(adds=(_carrier("egg", eggs="contains"),))])) == dict.fromkeys(
        NAMES, UNKNOWN
    )


@given(carrier_lists())
def test_a_kind_speaks_for_what_it_is_a_kind_of(parts):
    answers = dish_answers(parts)
    for kind, parent in PARENT_OF.items():
        if answer_for(kind, answers) in {CONTAINS, MAY}:
            assert STRENGTH[answer_for(parent, answers)] >= STRENGTH[answer_for(kind, answers)]
        if answer_for(kind, answers) is not NONE:
            assert answer_for(parent, answers) is not NONE


def test_a_component_that_names_only_the_kind_carries_the_allergen_too():
    assert dish_answers([Carrier("x", "rye bread", {"rye": CONTAINS})]) == {"gluten": CONTAINS, "rye": CONTAINS}


def test_gluten_from_a_cereal_that_is_not_named_could_be_any_of_them():
    unnamed, rye = (
        dish_answers([_carrier("crumbs", gluten="contains")]),
        dish_answers([_carrier("rye", rye="contains")]),
    )
    assert clashes(["wheat"], unnamed) == {"wheat": UNKNOWN}
    assert clashes(["wheat", "rye", "gluten"], rye) == {"rye": CONTAINS, "gluten": CONTAINS}


def test_a_kind_that_only_may_be_in_it_does_not_say_which_one_is():
    answers = dish_answers([_carrier("mix", nuts="contains", almonds="may_contain")])
    assert clashes(["almonds", "walnuts", "nuts"], answers) == {"almonds": MAY, "walnuts": UNKNOWN, "nuts": CONTAINS}


@given(carrier_lists(), st.lists(choices, max_size=3), st.randoms())
def test_choices_in_any_order_give_the_same_dish(parts, taken, random):
    mixed = list(taken)
    random.shuffle(mixed)
    assert ordered_answers(parts, mixed) == ordered_answers(parts, taken)


@given(carrier_lists(), st.frozensets(ids))
def test_leaving_out_never_makes_an_answer_stronger(parts, removes):
    before, after = _all(dish_answers(parts)), _all(ordered_answers(parts, [Choice(removes=removes)]))
    assert all(STRENGTH[after[code]] <= STRENGTH[before[code]] for code in NAMES)


@given(carrier_lists(), st.frozensets(ids), codes)
def test_leaving_out_lowers_contains_only_if_no_other_component_carries_it(parts, removes, code):
    after = answer_for(code, ordered_answers(parts, [Choice(removes=removes)]))
    if any(answer_for(code, one.answers) is CONTAINS for one in parts if one.id not in removes):
        assert after is CONTAINS


@given(carrier_lists(), st.frozensets(ids), codes)
def test_leaving_out_never_goes_below_may_contain_unless_what_carried_it_is_separable(parts, removes, code):
    before = answer_for(code, dish_answers(parts))
    after = answer_for(code, ordered_answers(parts, [Choice(removes=removes)]))
    carried_by = [one for one in parts if answer_for(code, one.answers) is not NONE]
    if before is not NONE and any(not one.separable for one in carried_by):
        assert after is not NONE


@given(carrier_lists(), st.frozensets(ids), codes)
def test_leaving_out_what_is_not_separable_keeps_unknown_unknown(parts, removes, code):
    fixed = [Carrier(one.id, one.name, one.answers) for one in parts]
    if answer_for(code, dish_answers(fixed)) is UNKNOWN:
        assert answer_for(code, ordered_answers(fixed, [Choice(removes=removes)])) is UNKNOWN


@given(carrier_lists(), choices, choices, codes)
def test_what_one_choice_adds_no_other_takes_away(parts, adding, removing, code):
    if any(answer_for(code, one.answers) is CONTAINS for one in adding.adds):
        assert answer_for(code, ordered_answers(parts, [adding, removing])) is CONTAINS


def test_a_slice_of_cheese_goes_without_a_trace_and_a_sauce_leaves_one():
    dish = [
        _carrier("cheddar", separable=True, milk="contains"),
        _carrier("sauce", eggs="contains"),
        _carrier("bun", wheat="contains"),
    ]
    assert "milk" not in ordered_answers(dish, [Choice(removes=frozenset({"cheddar"}))])
    assert ordered_answers(dish, [Choice(removes=frozenset({"sauce"}))])["eggs"] is MAY
    assert ordered_answers([dish[0]], [Choice(removes=frozenset({"cheddar"}))]) == {}


@given(carrier_lists(), st.lists(choices, max_size=3))
def test_answers_list_no_code_that_is_none_declared(parts, taken):
    assert NONE not in ordered_answers(parts, taken).values()


@given(carrier_lists(), st.sets(codes))
def test_a_clash_is_everything_but_none_declared(parts, allergies):
    answers = dish_answers(parts)
    assert clashes(allergies, answers) == {
        code: answer_for(code, answers) for code in allergies if answer_for(code, answers) is not NONE
    }


def test_an_allergy_that_is_not_among_ours_clashes_with_everything():
    assert clashes(["kiwi"], {}) == {"kiwi": UNKNOWN}


@given(carrier_lists())
def test_each_answer_names_the_components_that_bring_it_and_the_first_is_as_strong(parts):
    answers, sources = dish_answers(parts), brought_by(parts)
    assert set(sources) == set(answers)
    for code in CODES:
        if code in sources:
            assert answers[code] in {source.answer for source in sources[code]}
            assert NONE not in {source.answer for source in sources[code]}


@given(carrier_lists())
def test_the_words_name_each_of_the_14_at_most_once_and_never_promise(parts):
    answers = dish_answers(parts)
    text = "\n".join(words(answers))
    assert "free" not in text.lower()
    heads = {CONTAINS: "Contains: ", MAY: "May contain: ", UNKNOWN: "Unknown: "}
    lines = {line.split(": ")[0] + ": ": line for line in words(answers) if ": " in line}
    for code in CODES:
        answer = answer_for(code, answers)
        if answer is NONE:
            assert NAMES[code] not in text
        else:
            assert NAMES[code] in lines[heads[answer]] or "all 14" in lines[heads[answer]]


def test_the_words_read_well():
    answers = {"gluten": CONTAINS, "wheat": CONTAINS, "nuts": MAY, "milk": CONTAINS, "eggs": UNKNOWN}
    assert words(answers) == (
        "Contains: Cereals containing gluten (wheat), Milk",
        "May contain: Nuts (kind not named)",
        "Unknown: Eggs",
    )
    assert words({}) == ("No allergens declared",)
    assert words(NOTHING_KNOWN) == ("Unknown: all 14 allergens",)
    assert words({"milk": CONTAINS}, {"milk": "Lait"}) == ("Contains: Lait",)


@pytest.mark.parametrize("answer", list(Answer))
def test_no_sentence_about_one_answer_promises_more_than_is_known(answer):
    assert "free" not in answer_words("milk", answer).lower()
    assert "Milk" in answer_words("milk", answer)


@given(st.lists(st.sampled_from(list(Answer)), min_size=1))
def test_contains_beats_unknown_beats_may_contain_beats_none_declared(answers):
    assert combined(answers) is max(answers, key=STRENGTH.get)


def test_formulas_reckon_from_ingredients_through_recipes_to_the_dish():
    egg = Ingredient("egg", "Eggs", declared({"eggs": CONTAINS}, known=True))
    chips = Ingredient("chips", "Chips", declared({}, known=True))
    formulas = {
        "dish": Formula("dish", "Dish", (Component("aioli", separable=True), Component(chips))),
        "aioli": Formula("aioli", "Aioli", (Component("mayo"),)),
        "mayo": Formula("mayo", "Mayonnaise", (Component(egg),)),
    }
    found, answers = carriers(formulas)
    assert answers["dish"] == {"eggs": CONTAINS}
    assert [source.name for source in brought_by(found["dish"])["eggs"]] == ["Aioli"]
