"""A shop's description with a mistake in it: each is one sentence that says where, before anything is written."""

import shutil
from pathlib import Path

import pytest

from station.data.described.files import demo_shop, part, read_shop
from station.data.described.rows import rows_of
from station.data.tables import METADATA
from station.errors import DataError, RecipeError


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(Path(str(demo_shop())), tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def change(folder):
    def replace(name, old, new):
        text = (folder / name).read_text()
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1))

    return replace


def test_the_demo_shop_is_whole_and_always_gives_the_same_rows(folder):
    rows = rows_of(read_shop(folder))
    assert rows == rows_of(read_shop(demo_shop()))
    assert {table.name for table in rows} <= set(METADATA.tables)
    for table, entries in rows.items():
        keys = [tuple(row[column.name] for column in table.primary_key.columns) for row in entries]
        assert len(set(keys)) == len(keys), table.name
        assert all(set(row) <= set(table.c.keys()) for row in entries), table.name


@pytest.mark.parametrize(
    ("name", "old", "new", "sentence"),
    [
        ("shop.toml", 'currency = "EUR"', 'currency = "euro"', r"shop\.toml: .*currency"),
        ("shop.toml", 'currency = "EUR"', 'curency = "EUR"', r"shop\.toml: .*curency"),
        ("shop.toml", "cash_rounding_minor = 5", "cash_rounding_minor = 3", r"shop\.toml: .*cash_rounding_minor"),
        ("shop.toml", "[shop]", "[shop", r"shop\.toml: "),
        ("shop.toml", '["fry", "cold", "bar"]', '["cold", "bar"]', "no station cooks the prep group 'fry'"),
        ("shop.toml", 'groups = ["grill", "bar"]', 'groups = ["girll", "bar"]', "grill1: 'girll' is not described"),
        ("shop.toml", 'profile = "till"', 'profile = "tills"', "till1: 'tills' is not described"),
        ("staff.toml", '"token.bump", "token.transfer"', '"token.bmp"', "cook: 'token.bmp' is not described"),
        ("staff.toml", 'roles = ["cashier"]', 'roles = ["boss"]', "amina: 'boss' is not described"),
        ("ingredients.toml", '"fish"', '"fisch"', "cod_fillet: 'fisch' is not described"),
        ("preparations.toml", "4 piece eggs", "4 piece eegs", "mayonnaise: 'eegs' is neither an ingredient nor"),
        ("preparations.toml", "4 piece eggs", "4 g eggs", "mayonnaise: eggs is measured in piece, not in g"),
        ("preparations.toml", "4 piece eggs", "four eggs", "mayonnaise: 'four eggs' is no component"),
        ("modifiers.toml", "1 slice cheddar", "1 slice chedar", "burger_extras Cheddar: 'chedar' is neither"),
        ("menu/burgers.toml", 'modifiers = ["bun", "patty"', 'modifiers = ["bnu"', "classic_burger: 'bnu' is not"),
        ("menu/burgers.toml", "price_minor = 1090", "price_minor = -1", r"burgers\.toml: .*price_minor"),
    ],
)
def test_a_mistake_is_named_with_its_place(folder, change, name, old, new, sentence):
    change(name, old, new)
    with pytest.raises(DataError, match=sentence):
        rows_of(read_shop(folder))


def test_a_preparation_that_is_made_of_itself_is_refused_with_the_way_round(folder, change):
    change("preparations.toml", "4 piece eggs", "10 g garlic_aioli")
    with pytest.raises(RecipeError, match="mayonnaise → garlic_aioli → mayonnaise"):
        rows_of(read_shop(folder))


def test_a_missing_file_is_named(folder):
    (folder / "staff.toml").unlink()
    with pytest.raises(DataError, match=r"staff\.toml is missing"):
        read_shop(folder)


def test_a_component_is_read_with_what_is_trimmed_and_whether_it_can_be_left_out():
    tomato = part("30 g tomato, yield 90, separable", "burger")
    assert (tomato.key, str(tomato.quantity), tomato.unit, tomato.yield_percent, tomato.separable) == (
        "tomato",
        "30",
        "g",
        90,
        True,
    )
    assert part("1.5 ml oil", "x").yield_percent == 100
