"""What a screen gets of the demo shop."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, insert, select, update

from station.data.ids import derived_ulid
from station.data.queries.cookbook import load_recipe
from station.data.queries.screens import load_shop
from station.data.session import reading, writing
from station.data.tables import menu, recipes, shop
from station.domain.allergens import CODES, Answer, answer_for, clashes
from station.errors import DataError, RecipeError

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def loaded(conn):
    return load_shop(conn, "till1", NOW)


def _item(loaded, name):
    return next(item for item in loaded.menu.items if item.name == name)


def _modifier(item, name):
    return next(one for group in item.groups for one in group.modifiers if one.name == name)


def test_a_till_sees_about_40_items_in_6_categories_in_the_menus_order(loaded):
    assert 40 <= len(loaded.menu.items) <= 50
    assert [one.name for one in loaded.menu.categories] == [
        "Burgers",
        "Chicken & fish",
        "Salads & bowls",
        "Sides",
        "Desserts",
        "Drinks",
    ]
    order = [one.id for one in loaded.menu.categories]
    positions = [order.index(item.category_id) for item in loaded.menu.items]
    assert positions == sorted(positions)


def test_the_shop_is_complete(loaded):
    assert (loaded.menu.currency, loaded.menu.cash_rounding_minor) == ("EUR", 5)
    assert (loaded.business_day, loaded.day_open) == ("2026-11-23", True)
    assert {item.tax_eat_in_bp for item in loaded.menu.items} == {1200}
    assert {item.tax_take_away_bp for item in loaded.menu.items} == {600}
    assert len(loaded.staff) == 8
    assert {person.role for person in loaded.staff} == {"Cook", "Cashier", "Shift lead", "Manager"}
    assert max(len(person.permissions) for person in loaded.staff) == 17
    assert [one.code for one in loaded.stations] == ["fry1", "grill1", "grill2", "manager1", "pass1", "till1", "till2"]


def test_somebody_with_two_roles_has_the_permissions_of_both(loaded):
    lotte = next(person for person in loaded.staff if person.name == "Lotte")
    assert {"order.take", "token.split"} <= lotte.permissions
    assert "report.z" not in lotte.permissions


def test_every_item_is_cooked_somewhere_and_the_grills_share_their_group(loaded):
    cooks = {one.code: one.groups for one in loaded.stations if one.role == "prep"}
    assert {item.prep_group for item in loaded.menu.items} <= frozenset().union(*cooks.values())
    assert cooks["grill1"] & cooks["grill2"] == {"grill"}
    assert not {"grill"} & cooks["fry1"]


def test_all_14_allergens_are_contained_somewhere_and_every_answer_occurs(loaded):
    told = [item.answers(group.modifiers) for item in loaded.menu.items for group in item.groups or ()]
    told += [item.allergens for item in loaded.menu.items]
    assert {code for answers in told for code in CODES if answer_for(code, answers) is Answer.CONTAINS} == set(CODES)
    assert {answer_for(code, answers) for answers in told for code in CODES} == set(Answer)


def test_every_recipe_has_components_and_steps_that_a_cook_can_follow(conn, loaded):
    for item in loaded.menu.items:
        recipe = load_recipe(conn, item.recipe_id)
        assert recipe.parts, item.name
        assert recipe.steps, item.name
        assert min(map(len, recipe.steps)) >= 12, item.name


def test_no_dish_carries_a_diet_that_its_allergens_forbid(loaded):
    for item in loaded.menu.items:
        if "Vegan" in item.dietary:
            contained = {code for code, answer in item.allergens.items() if answer is Answer.CONTAINS}
            assert not contained & {"milk", "eggs", "fish", "crustaceans", "molluscs"}, item.name


def test_leaving_out_a_cheese_that_is_put_on_last_takes_its_milk_away(loaded):
    fries = _item(loaded, "Loaded chips")
    assert answer_for("milk", fries.answers([])) is Answer.CONTAINS
    # The fryers' oil may carry milk still.
    assert answer_for("milk", fries.answers([_modifier(fries, "No cheese")])) is Answer.MAY_CONTAIN


def test_leaving_out_a_sauce_leaves_a_trace_of_it(loaded):
    burger = _item(loaded, "Classic burger")
    without = burger.answers([_modifier(burger, "No sauce")])
    assert answer_for("fish", burger.answers([])) is Answer.CONTAINS
    assert answer_for("fish", without) is Answer.MAY_CONTAIN


def test_another_bun_takes_wheat_to_a_trace_and_brings_lupin(loaded):
    plain = _item(loaded, "Blue cheese burger")
    answers = plain.answers([_modifier(plain, "Lupin bun, no wheat")])
    assert answer_for("lupin", answers) is Answer.CONTAINS
    assert answer_for("wheat", answers) is Answer.MAY_CONTAIN
    assert clashes(["gluten", "lupin"], answers) == {"gluten": Answer.MAY_CONTAIN, "lupin": Answer.CONTAINS}


def test_a_glaze_without_a_label_makes_the_dish_unknown(loaded):
    wings = _item(loaded, "Chicken wings")
    answers = wings.answers([_modifier(wings, "Hot maple")])
    assert answer_for("peanuts", answers) is Answer.UNKNOWN
    assert answer_for("lupin", answers) is Answer.NONE_DECLARED


def test_an_extra_that_nobody_wrote_down_makes_the_dish_unknown(engine):
    with writing(engine) as conn:
        egg = conn.execute(select(menu.modifiers.c.id).where(menu.modifiers.c.name == "Fried egg")).scalar_one()
        conn.execute(delete(recipes.modifier_components).where(recipes.modifier_components.c.modifier_id == egg))
    with reading(engine) as conn:
        burger = _item(load_shop(conn, "till1", NOW), "Classic burger")
    assert answer_for("lupin", burger.answers([_modifier(burger, "Fried egg")])) is Answer.UNKNOWN


def test_a_recipe_tells_which_component_brings_what_and_how_much_to_weigh(conn, loaded):
    recipe = load_recipe(conn, _item(loaded, "Classic burger").recipe_id)
    assert [source.name for source in recipe.brought_by["fish"]] == ["Burger sauce"]
    tomato = next(one for one in recipe.parts if one.name == "Tomato")
    assert (tomato.quantity, tomato.raw, tomato.separable) == (Decimal("30.000"), Decimal("33.333"), True)
    sauce = next(one for one in recipe.parts if one.name == "Burger sauce")
    assert "Mayonnaise" in [one.name for one in load_recipe(conn, sauce.recipe_id).parts]
    assert load_recipe(conn, "01jd9q3v7k8m2n4pqrstvwxyz0") is None


def test_a_recipe_that_was_made_part_of_itself_is_refused_with_the_way_round(engine):
    with writing(engine) as conn:
        table = recipes.recipes.c
        mayo = conn.execute(select(table.id).where(table.name == "Mayonnaise")).scalar_one()
        aioli = conn.execute(select(table.id).where(table.name == "Garlic aioli")).scalar_one()
        conn.execute(
            insert(recipes.recipe_components).values(
                id=derived_ulid(NOW, "loop"), recipe_id=mayo, position=99, part_recipe_id=aioli, quantity=1, unit="g"
            )
        )
    with reading(engine) as conn, pytest.raises(RecipeError, match="Mayonnaise → Garlic aioli → Mayonnaise"):
        load_shop(conn, "till1", NOW)


def test_the_latest_price_that_has_begun_counts(engine):
    with writing(engine) as conn:
        item = conn.execute(select(menu.menu_items.c.id).where(menu.menu_items.c.name == "Cola")).scalar_one()
        for name, price, begins in (("now", 310, NOW - timedelta(hours=1)), ("soon", 350, NOW + timedelta(hours=1))):
            conn.execute(
                insert(menu.menu_item_prices).values(
                    id=derived_ulid(NOW, name), menu_item_id=item, price_minor=price, valid_from=begins
                )
            )
    with reading(engine) as conn:
        assert _item(load_shop(conn, "till1", NOW), "Cola").price_minor == 310
        assert _item(load_shop(conn, "till1", NOW + timedelta(hours=2)), "Cola").price_minor == 350


def test_what_is_retired_or_counted_down_to_none_is_not_sold(engine):
    with writing(engine) as conn:
        conn.execute(update(menu.menu_items).where(menu.menu_items.c.name == "Cola").values(retired_at=NOW))
        conn.execute(update(menu.menu_items).where(menu.menu_items.c.name == "Hazelnut brownie").values(remaining=0))
    with reading(engine) as conn:
        loaded = load_shop(conn, "till1", NOW)
    assert "Cola" not in [item.name for item in loaded.menu.items]
    brownie = _item(loaded, "Hazelnut brownie")
    assert (brownie.sold_out, brownie.left) == (True, 0)


def test_a_stations_own_settings_lie_on_top_of_its_profile(conn):
    assert load_shop(conn, "fry1", NOW).profile.columns == 5
    assert load_shop(conn, "grill1", NOW).profile.columns == 4
    till = load_shop(conn, "till2", NOW).profile
    assert (till.role, till.sounds, till.dispatch, till.dispatch_delay_s) == ("till", False, True, 2.0)


def test_a_setting_that_cannot_be_used_is_named(engine):
    with writing(engine) as conn:
        conn.execute(
            update(shop.station_settings).where(shop.station_settings.c.name == "columns").values(value="many")
        )
    with reading(engine) as conn, pytest.raises(DataError, match="fry1: the setting columns is 'many'"):
        load_shop(conn, "fry1", NOW)


def test_a_station_that_the_shop_does_not_have_is_named(conn):
    with pytest.raises(DataError, match="no station 'grill9'"):
        load_shop(conn, "grill9", NOW)


def test_a_closed_day_keeps_its_date_and_says_that_it_is_closed(engine):
    with writing(engine) as conn:
        conn.execute(update(shop.business_days).values(closed_at=NOW, z_number=1))
    with reading(engine) as conn:
        loaded = load_shop(conn, "till1", NOW)
    assert (loaded.business_day, loaded.day_open) == ("2026-11-23", False)


def test_ten_times_the_menu_still_loads_quickly(engine):
    """400 items have their own recipes here; beside the 45, so that the ratio and not the machine is judged."""

    def fastest():
        with reading(engine) as conn:
            times = []
            for _ in range(5):
                begin = time.perf_counter()
                loaded = load_shop(conn, "till1", NOW)
                times.append(time.perf_counter() - begin)
        return min(times), len(loaded.menu.items)

    small, few = fastest()
    with writing(engine) as conn:
        for copy in range(8):
            _copy_dishes(conn, copy)
    large, many = fastest()
    assert many == 9 * few
    assert large < 9 * small


def _copy_dishes(conn, copy):
    def new(old):
        return derived_ulid(NOW, old, str(copy))

    dishes = conn.execute(select(recipes.recipes).where(recipes.recipes.c.kind == "dish")).mappings().all()
    dishes = [dish for dish in dishes if "#" not in dish["name"]]
    ids = {dish["id"] for dish in dishes}
    conn.execute(insert(recipes.recipes), [{**d, "id": new(d["id"]), "name": f"{d['name']} #{copy}"} for d in dishes])
    for table, key in ((recipes.recipe_components, "recipe_id"), (menu.menu_items, "recipe_id")):
        rows = [row for row in conn.execute(select(table)).mappings().all() if row[key] in ids]
        conn.execute(insert(table), [{**row, "id": new(row["id"]), key: new(row[key])} for row in rows])
    items = [row for row in conn.execute(select(menu.menu_items)).mappings().all() if row["recipe_id"] in ids]
    for item in items:
        for price in conn.execute(
            select(menu.menu_item_prices).where(menu.menu_item_prices.c.menu_item_id == item["id"])
        ).mappings():
            conn.execute(
                insert(menu.menu_item_prices).values({**price, "id": new(price["id"]), "menu_item_id": new(item["id"])})
            )
        links = menu.menu_item_modifier_groups
        for link in conn.execute(select(links).where(links.c.menu_item_id == item["id"])).mappings().all():
            conn.execute(insert(links).values({**link, "menu_item_id": new(item["id"])}))
