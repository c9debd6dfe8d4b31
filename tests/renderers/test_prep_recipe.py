"""The recipe of a line, on the prep display: held or by key, down into what it is made of, with what the order changes."""

import sys
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.bench import kitchen
from station.bench.cookbook import cookbook
from station.domain.allergens import Answer
from station.domain.facts import LineTicked
from station.domain.token import Modifier
from station.renderers import recipe_content as content
from station.renderers.recipe_sheet import pages
from station.renderers.recipe_view import batched, entered, left, opened_for, refreshed, tabbed
from station.renderers.scene import Picture
from station.renderers.theme import theme_for

sys.path.insert(0, str(Path(__file__).parent))

from prep_kitchen import FONTS, HERE, NOW, Desk, Kitchen, actions, name, order, texts

BOOK = cookbook()
ITEMS = {item.name: item for item in BOOK.menu.items}
OFFERED = {one.name: one for one in BOOK.menu.items[0].groups[0].modifiers}
SIZES = ((1920, 1080), (1024, 768), (3840, 2160))


def dish(what, *wishes, count=2, allergies=(), done=0, note=""):
    """An order of one line."""
    body = order(2, lines=1, allergies=allergies)
    modifiers = tuple(
        Modifier(id=kitchen.ident(n, NOW), name=wish, effect=OFFERED[wish].effect) for n, wish in enumerate(wishes)
    )
    item = ITEMS[what].id if what in ITEMS else kitchen.ident(77, NOW)
    line = msgspec.structs.replace(
        body.lines[0], name=what, item=item, count=count, modifiers=modifiers, allergens={}, done=done, note=note
    )
    return msgspec.structs.replace(body, lines=(kitchen.declared(line),))


def opened(*arguments, size=(1920, 1080), **more):
    body = dish(*arguments, **more)
    screen = Kitchen(body, size=size)
    screen.holds(f"tick:{name(body)}:{body.lines[0].id}")
    return screen


def amounts(screen):
    return {row.name: row.amount for row in content.parts_of(screen.state.recipe)}


def test_a_long_touch_on_an_item_opens_its_recipe_and_ticks_nothing():
    screen = opened("Cheeseburger")
    assert screen.facts == []
    seen = texts(screen.scene)
    assert any(text.startswith("2 × Cheeseburger") for text in seen)
    assert "For 2 portions" in seen
    assert "Toast the bun in the last minute, cut side down." in " ".join(seen)
    screen.taps("close")
    assert screen.state.recipe is None


def test_the_count_opens_it_too_and_so_does_a_key():
    body = dish("Cheeseburger")
    screen = Kitchen(body)
    screen.holds(f"one:{name(body)}:{body.lines[0].id}")
    assert screen.state.overlay == "recipe"
    screen.keys("escape", "1", "down", "i")
    assert screen.state.recipe.line.id == body.lines[0].id
    screen.keys("i")
    assert screen.state.overlay == ""


def test_whoever_is_not_logged_in_may_read_it():
    body = dish("Cheeseburger")
    screen = Kitchen(body, person=None)
    screen.holds(f"tick:{name(body)}:{body.lines[0].id}")
    assert screen.state.overlay == "recipe"
    assert not screen.state.asking


def test_quantities_are_for_as_many_as_the_line_has():
    assert amounts(opened("Cheeseburger", count=5)) == {
        "Brioche bun": "5 pieces",
        "Beef patty": "5 pieces",
        "Burger sauce": "150 g",
        "Onion": "75 g",
        "Pickles": "125 g",
        "Cheddar": "10 slices",
    }
    rows = content.parts_of(opened("Cheeseburger", count=5).state.recipe)
    assert next(row.note for row in rows if row.name == "Onion") == "take 85 g before trimming"


def test_large_amounts_are_said_in_kilograms():
    assert amounts(opened("French fries", count=5))["Chipped potatoes"] == "1.25 kg"


def test_a_component_with_a_recipe_is_walked_into_and_out_of_again():
    screen = opened("Cheeseburger", count=5)
    sauce = next(part.recipe_id for part in BOOK.recipes[ITEMS["Cheeseburger"].recipe_id].parts if part.recipe_id)
    screen.taps(f"into:{sauce}")
    seen = texts(screen.scene)
    assert any(text.startswith("Cheeseburger › Burger sauce") for text in seen)
    assert {"One batch: 1.5 kg", "this order takes 150 g"} <= set(seen)
    assert amounts(screen) == {"Mayonnaise": "1.2 kg", "Pickles": "240 g", "Onion": "60 g"}
    screen.taps("batch:off")
    assert amounts(screen) == {"Mayonnaise": "120 g", "Pickles": "24 g", "Onion": "6 g"}
    screen.keys("1")
    assert any("Burger sauce › Mayonnaise" in text for text in texts(screen.scene))
    screen.keys("b")
    assert amounts(screen)["Eggs"] == "½ piece"
    screen.taps("recipe_up")
    screen.keys("backspace", "backspace")
    assert screen.state.recipe.of_dish
    assert any(text.startswith("5 × Cheeseburger") for text in texts(screen.scene))


def test_what_the_order_changes_stands_in_the_quantities_with_a_sign_and_in_words():
    screen = opened("Cheeseburger", "Gluten-free bun", "Extra bacon", "Onion", "Well done", note="Cut in half")
    rows = {row.name: row for row in content.parts_of(screen.state.recipe)}
    assert (rows["Onion"].sign, rows["Onion"].amount) == ("removed", "leave out")
    assert rows["Brioche bun"].sign == "removed"
    assert (rows["Bacon"].sign, rows["Bacon"].amount) == ("added", "4 slices")
    assert (rows["Gluten-free bun"].sign, rows["Gluten-free bun"].amount) == ("added", "2 pieces")
    seen = texts(screen.scene)
    assert {"Gluten-free bun", "Extra bacon", "Onion", "Well done", "Cut in half"} <= set(seen)
    shapes = {
        op.shape
        for panel in screen.scene.panels
        if panel.key == "sheet:recipe"
        for op in panel.ops
        if hasattr(op, "shape")
    }
    assert {"plus", "minus", "change", "note"} <= shapes
    assert not any(getattr(op, "strike", False) for panel in screen.scene.panels for op in panel.ops)


def test_each_of_the_fourteen_has_an_answer_and_the_component_that_brings_it():
    screen = opened("Garden salad", "Hot")
    screen.keys("a")
    rows = content.allergens_of(screen.state.recipe, screen.world)
    assert len(rows) == 14
    told = {row.name: (row.words, row.sources) for row in rows}
    assert told["Nuts"] == ("contains (walnuts)", ("Walnuts", "unknown: Hot sauce of the month"))
    assert told["Fish"][1][0] == "Anchovies"
    assert told["Milk"] == ("unknown", ("Hot sauce of the month",))
    plain = content.allergens_of(opened("French fries").state.recipe, screen.world)
    assert {row.words for row in plain} == {"none declared"}


def test_no_screen_ever_says_that_something_is_free_from_anything():
    for what in ITEMS:
        for tab in ("a", "escape"):
            screen = opened(what, *OFFERED, allergies=("milk", "celery"))
            screen.keys(tab)
            assert not any("free" in text.lower().replace("gluten-free bun", "") for text in texts(screen.scene)), what


def test_what_the_guest_cannot_eat_stands_over_it_all_and_first_among_the_fourteen():
    screen = opened("Garden salad", allergies=("walnuts", "milk", "unheard_of"))
    lines = content.allergy_lines(screen.state.recipe, screen.world)
    assert lines == ("Contains Walnuts (Walnuts)", "Milk not declared", "Unknown whether it contains unheard_of")
    assert set(lines) <= set(texts(screen.scene))
    assert [row.name for row in content.allergens_of(screen.state.recipe, screen.world)][:2] == ["Nuts", "Milk"]


def test_diets_are_those_of_the_dish_as_it_was_ordered():
    assert "Diets: Vegan, Vegetarian" in texts(opened("French fries").scene)
    assert "Diets: Vegetarian" in texts(opened("French fries", "Cheddar").scene)
    assert "No diet is noted for it" in texts(opened("French fries", "Extra bacon").scene)


def test_a_dish_that_is_on_no_menu_any_more_says_so_and_keeps_the_allergens_of_the_sale():
    body = dish("Dish of last summer")
    line = msgspec.structs.replace(body.lines[0], allergens={"milk": Answer.MAY_CONTAIN})
    screen = Kitchen(msgspec.structs.replace(body, lines=(line,)))
    screen.holds(f"tick:{name(body)}:{line.id}")
    assert any("no recipe of it" in text for text in texts(screen.scene))
    assert "May contain: Milk" in texts(screen.scene)


def test_one_more_can_be_ticked_while_reading():
    screen = opened("Cheeseburger", count=5, done=2)
    assert "2 of 5 made" in texts(screen.scene)
    (line,) = screen.state.recipe.card.body.lines
    assert [fact.done for fact in screen.keys("+", "+", "-")] == [3, 4, 3]
    assert screen.taps(f"one_less:{screen.state.recipe.card.key[0]}:1:{line.id}")[0].done == 2
    assert "2 of 5 made" in texts(screen.scene)


def test_who_reads_goes_on_reading_when_the_card_is_taken_away():
    screen = opened("Cheeseburger")
    screen.cards = {}
    screen.notice()
    assert any(text.startswith("2 × Cheeseburger") for text in texts(screen.scene))
    assert screen.keys("+") == []


def test_a_new_snapshot_is_read_where_one_stands():
    screen = opened("Cheeseburger", count=5)
    screen.keys("1", "b")
    asked = len(screen.desk.asked)
    screen.notice()
    assert len(screen.desk.asked) == asked
    sauce = screen.state.recipe.opened.recipe
    screen.desk.recipes[sauce.id] = replace(sauce, yield_quantity=Decimal(3000))
    screen.shop = replace(screen.shop, version="2")
    screen.notice()
    assert "one batch is 3 kg" in texts(screen.scene)
    assert amounts(screen)["Mayonnaise"] == "60 g"
    del screen.desk.recipes[ITEMS["Cheeseburger"].recipe_id]
    screen.shop = replace(screen.shop, version="3")
    screen.notice()
    assert any("no recipe of it" in text for text in texts(screen.scene))


def test_drawing_asks_the_desk_for_nothing():
    screen = opened("Cheeseburger")
    asked = list(screen.desk.asked)
    for _ in range(3):
        assert screen.scene.panels
    assert screen.desk.asked == asked


def test_a_picture_is_drawn_where_there_is_one_and_nothing_is_missing_where_there_is_none():
    body = dish("Cheeseburger")
    screen = Kitchen(body)
    recipe_id = ITEMS["Cheeseburger"].recipe_id
    screen.desk.recipes[recipe_id] = replace(screen.desk.recipes[recipe_id], picture="/data/pictures/burger.png")
    screen.holds(f"tick:{name(body)}:{body.lines[0].id}")
    shown = [op for panel in screen.scene.panels for op in panel.ops if isinstance(op, Picture)]
    assert [op.path for op in shown] == ["/data/pictures/burger.png"]
    assert not any(isinstance(op, Picture) for panel in opened("Cheeseburger").scene.panels for op in panel.ops)


def test_a_unit_that_cannot_be_compared_leaves_the_batch():
    book = dict(BOOK.recipes)
    sauce = next(one for one in book.values() if one.name == "Burger sauce")
    desk = Desk()
    desk.recipes[sauce.id] = replace(sauce, yield_unit="portion", yield_quantity=Decimal(40))
    body = dish("Cheeseburger")
    screen = Kitchen(body)
    screen.desk = desk
    screen.holds(f"tick:{name(body)}:{body.lines[0].id}")
    screen.keys("1")
    assert screen.state.recipe.opened.wanted is None
    assert "One batch: 40 portions" in texts(screen.scene)
    assert screen.scene.action("batch:off") is None


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("what", sorted(ITEMS))
@pytest.mark.parametrize("tab", ["make", "allergens"])
def test_every_part_step_and_answer_stands_on_exactly_one_page(size, what, tab):
    screen = opened(what, "Hot", "Gluten-free bun", size=size, allergies=("milk",))
    screen.state = replace(screen.state, recipe=tabbed(screen.state.recipe, tab))
    count = pages(screen.state.recipe, screen.world)
    shown = []
    for _ in range(count):
        ops = [op for panel in screen.scene.panels if panel.key == "sheet:recipe" for op in panel.ops]
        shown.append(" ".join(op.text for op in ops if hasattr(op, "text")))
        screen.keys("page_down")
    recipe = screen.state.recipe.opened.recipe
    rows = content.allergens_of(screen.state.recipe, screen.world)
    wanted = recipe.steps if tab == "make" else [f"{row.name}: {row.words}" for row in rows]
    for text in wanted:
        assert sum(page.count(text) for page in shown) == 1, (text, shown)
    if tab == "make":
        for row in content.parts_of(screen.state.recipe):
            assert any(row.name in page for page in shown)


@pytest.mark.parametrize("size", SIZES)
def test_a_long_recipe_has_pages_and_a_short_one_none(size):
    long = opened("Caesar salad with grilled chicken", size=size)
    assert pages(long.state.recipe, long.world) > 1
    assert "page:1" in actions(long.scene)
    before = texts(long.scene)
    long.keys("page_down")
    assert texts(long.scene) != before
    long.keys(*["page_down"] * 9)
    assert "No diet is noted for it" in texts(long.scene)
    long.keys(*["page_up"] * 9)
    assert texts(long.scene) == before
    short = opened("French fries", size=size)
    assert not any(action.startswith("page:") for action in actions(short.scene))


WALKS = st.lists(st.sampled_from(["in", "out", "batch", "tab", "on", "back", "more", "snapshot"]), max_size=25)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(ITEMS)), st.sets(st.sampled_from(sorted(OFFERED))), st.integers(1, 20), WALKS)
def test_wherever_one_walks_the_dish_is_at_the_top_and_the_way_out_is_as_long_as_the_way_in(what, wishes, count, walk):
    desk = Desk()
    body = dish(what, *sorted(wishes), count=count)
    key, card = kitchen.placed(body, HERE)
    shop = kitchen.shop(NOW)
    world = kitchen.world(shop, {key: card}, NOW, FONTS)
    assert world.theme == theme_for(1920, 1080)
    view = opened_for(card, body.lines[0].id, world, desk)
    for step in walk:
        depth = len(view.trail)
        ways = content.walkable(view)
        if step == "in" and ways:
            view = entered(view, ways[-1], desk)
            assert len(view.trail) in {depth, depth + 1}
        elif step == "out":
            view = left(view)
            assert len(view.trail) == max(1, depth - 1)
        elif step == "batch":
            view = batched(view, on=not view.opened.batch)
        elif step == "snapshot":
            world = replace(world, shop=replace(shop, version=world.shop.version + "."))
            view = refreshed(view, world, desk)
            assert len(view.trail) == depth
        assert view.trail[0].recipe.name == what
        assert view.opened.made > 0
        for part, row in zip(view.opened.recipe.parts, content.parts_of(view), strict=False):
            assert row.name == part.name
        ids = [one.recipe.id for one in view.trail]
        assert len(set(ids)) == len(ids)


def test_ticking_from_a_recipe_is_a_fact_about_the_line():
    screen = opened("Cheeseburger", count=3)
    (fact,) = screen.keys("+")
    assert isinstance(fact, LineTicked)
    assert (fact.place, fact.done) == (HERE, 1)
