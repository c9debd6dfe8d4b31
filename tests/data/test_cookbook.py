"""The cookbook: every recipe at once, and what modifiers add, as a cook weighs it."""

from decimal import Decimal

from station.data.queries.cookbook import load_cookbook, load_recipe
from station.data.queries.screens import load_shop
from station.domain.ordered import ordered, told
from station.domain.token import Line, Modifier


def shop_of(conn):
    return load_shop(conn, "grill1")


def test_every_dish_has_its_recipe_and_every_component_that_has_one_leads_to_it(conn):
    book = load_cookbook(conn)
    shop = shop_of(conn)
    assert {item.recipe_id for item in shop.menu.items} <= book.keys()
    ways = [part for recipe in book.values() for part in recipe.parts if part.recipe_id is not None]
    assert ways
    assert all(part.recipe_id in book and part.id == part.recipe_id for part in ways)
    assert all(part.id for recipe in book.values() for part in recipe.parts)
    one = shop.menu.items[0].recipe_id
    assert load_recipe(conn, one) == book[one]


def test_what_modifiers_add_is_known_with_its_amount_and_what_they_leave_out_is_found_in_the_recipe(conn):
    book, shop = load_cookbook(conn), shop_of(conn)
    burger = next(item for item in shop.menu.items if item.name == "Classic burger")
    offered = {one.name: one for group in burger.groups for one in group.modifiers}
    (bacon,) = offered["Bacon"].adds
    assert (bacon.name, bacon.quantity, bacon.unit) == ("Streaky bacon, smoked", Decimal(2), "slice")
    assert offered["Well done"].adds == ()
    (bun,) = offered["Sesame bun"].adds
    assert bun.name == "Sesame bun"
    out = [part.name for part in book[burger.recipe_id].parts if part.id in offered["Sesame bun"].choice.removes]
    assert out == ["Brioche bun"]


def test_diets_of_components_are_named_as_the_menu_names_them(conn):
    book, shop = load_cookbook(conn), shop_of(conn)
    for item in shop.menu.items:
        parts = book[item.recipe_id].parts
        common = frozenset.intersection(*(part.diets for part in parts)) if parts else frozenset()
        assert common == set(item.dietary), item.name


def test_the_words_of_every_modifier_of_the_menu_find_it_again(conn):
    for item in shop_of(conn).menu.items:
        for one in (one for group in item.groups for one in group.modifiers):
            modifier = Modifier(id=one.id, name=one.name, effect=one.effect)
            line = Line(id=one.id, item=item.id, name=item.name, count=1, group=item.prep_group, modifiers=(modifier,))
            (found,) = ordered(line, item)
            assert found.known is not None, (item.name, one.name)
            answers = item.answers([one])
            for code, each in told(line, item).items():
                assert each.answer is answers.get(code, each.answer)
