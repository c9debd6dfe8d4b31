"""Recipes of recipes: their order, their cycles, their quantities."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.recipes import (
    Component,
    Formula,
    Ingredient,
    bottom_up,
    carriers,
    diets,
    raw_quantity,
    scaled,
    wanted,
)
from station.errors import RecipeError


def _formulas(parts):
    """{"a": ["b", "c"]}: `a` is made of the recipes `b` and `c`; each has an ingredient too."""
    salt = Component(Ingredient("salt", "Salt", {}, frozenset({"vegan"})))
    return {
        key: Formula(key, key.upper(), (salt, *(Component(other) for other in others))) for key, others in parts.items()
    }


@st.composite
def acyclic(draw):
    names = [f"r{n}" for n in range(draw(st.integers(1, 8)))]
    return {
        name: draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else [] for at, name in enumerate(names)
    }


@given(acyclic())
def test_each_recipe_comes_after_all_that_it_is_made_of(parts):
    order = bottom_up(_formulas(parts))
    assert sorted(order) == sorted(parts)
    assert all(order.index(other) < order.index(name) for name, others in parts.items() for other in others)


@given(acyclic(), st.data())
def test_whatever_closes_a_circle_is_refused_with_the_way_round(parts, data):
    names = list(parts)
    last = data.draw(st.sampled_from(names))
    reachable = [last]
    for name in reachable:
        reachable += [other for other in parts[name] if other not in reachable]
    first = data.draw(st.sampled_from(reachable))
    looped = {**parts, first: [*parts[first], last]}
    with pytest.raises(RecipeError) as caught:
        carriers(_formulas(looped))
    way = str(caught.value).split(": ")[1].split(";")[0].split(" → ")
    assert way[0] == way[-1]
    assert all(after.lower() in looped[before.lower()] for before, after in itertools.pairwise(way))


def test_a_component_that_is_no_recipe_is_named_with_who_wants_it():
    with pytest.raises(RecipeError, match=r"A is made of a recipe that does not exist \(gone\)"):
        bottom_up(_formulas({"a": ["gone"]}))


def test_a_recipe_suits_a_diet_only_when_all_of_it_does():
    beef = Component(Ingredient("beef", "Beef", {}))
    formulas = {**_formulas({"a": [], "b": ["a", "c"]}), "c": Formula("c", "C", (beef,)), "d": Formula("d", "D", ())}
    assert diets(formulas) == {"a": {"vegan"}, "b": frozenset(), "c": frozenset(), "d": frozenset()}


@given(st.decimals("0.001", "9999", places=3), st.integers(1, 99))
def test_a_count_of_a_recipe_that_yields_one_needs_so_many_times_as_much(quantity, count):
    assert scaled(quantity, count, Decimal(1)) == quantity * count


def test_quantities_are_rounded_half_up_to_a_thousandth():
    assert scaled(Decimal("10.000"), 1, Decimal(24)) == Decimal("0.417")
    assert scaled(Decimal("0.001"), 1, Decimal(2)) == Decimal("0.001")
    assert raw_quantity(Decimal(30), 90) == Decimal("33.333")
    assert raw_quantity(Decimal(30), 100) == Decimal("30.000")


@given(st.integers(1, 99), st.decimals("0.5", "5000", places=1))
def test_a_counted_yield_is_wanted_as_often_as_it_was_sold_and_a_weighed_one_once_for_each(count, yields):
    assert wanted(count, yields, "portion") == count
    assert wanted(count, yields, "g") == count * yields


@given(st.decimals("0.001", "5000", places=3), st.integers(1, 99), st.decimals("1", "5000", places=1))
def test_a_component_of_a_whole_yield_is_what_is_written_down(quantity, count, yields):
    assert scaled(quantity, yields, yields) == quantity
    assert scaled(quantity, count * yields, yields) == quantity * count
