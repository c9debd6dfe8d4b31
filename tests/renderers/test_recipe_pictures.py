"""Recipes for a screen: read once for each snapshot, and a picture only where there is one that can be drawn."""

import pygame
import pytest
from sqlalchemy import create_engine, text

from station.bench.recipes import opening
from station.bench.scratch import ScratchStation
from station.renderers import pictures
from station.renderers.fonts import Fonts
from station.renderers.paint import Painter
from station.renderers.scene import Drawn, Picture, Rect, Scene, panel
from station.renderers.sources import ShopFile


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    made = ScratchStation(tmp_path_factory.mktemp("station"), "grill1", "prep")
    made.make_snapshot()
    return made.home / "data"


@pytest.fixture
def shop(home):
    made = ShopFile(home / "snapshot.db", "grill1", recipes=True)
    assert made.poll()
    return made


def dish(shop, name="Cheeseburger"):
    return next(item for item in shop.shop.menu.items if item.name == name)


def save(folder, name, size=(40, 20), colour=(200, 10, 10)):
    folder.mkdir(exist_ok=True)
    surface = pygame.Surface(size)
    surface.fill(colour)
    pygame.image.save(surface, folder / name)
    return folder / name


def named(home, shop, name):
    engine = create_engine(f"sqlite:///{home}/snapshot.db")
    with engine.begin() as conn:
        conn.execute(
            text("UPDATE recipes SET picture = :name WHERE id = :id"), {"name": name, "id": dish(shop).recipe_id}
        )
    engine.dispose()
    fresh = ShopFile(home / "snapshot.db", "grill1")
    fresh.poll()
    return fresh.recipe(dish(shop).recipe_id).picture


def test_recipes_are_read_with_the_shop_and_then_come_from_memory(shop, monkeypatch):
    monkeypatch.setattr("station.data.snapshot.load_cookbook", lambda _: pytest.fail("read twice"))
    found = shop.recipe(dish(shop).recipe_id)
    assert [part.name for part in found.parts][:2] == ["Brioche bun", "Beef patty, 120 g"]
    assert shop.recipe("01jd9q3v7k8m2n4pqrstvwxyz0") is None


def test_a_snapshot_that_cannot_be_read_has_no_recipes_and_stops_nothing(tmp_path):
    (tmp_path / "snapshot.db").write_bytes(b"no database")
    broken = ShopFile(tmp_path / "snapshot.db", "grill1", recipes=True)
    broken.poll()
    broken.poll()
    assert broken.recipe("01jd9q3v7k8m2n4pqrstvwxyz0") is None


def test_a_recipes_picture_is_the_file_of_that_name_below_pictures(home, shop):
    path = save(home / "pictures", "cheeseburger.png")
    assert named(home, shop, "cheeseburger.png") == str(path)


@pytest.mark.parametrize(
    "name", ["missing.png", "../snapshot.db", "UPPER.PNG", "notes.txt", "torn.png", "huge.png", ".hidden.png"]
)
def test_whatever_is_no_picture_is_a_recipe_without_one(home, shop, name, monkeypatch):
    folder = home / "pictures"
    save(folder, "huge.png")
    (folder / "torn.png").write_bytes(b"\x89PNG torn")
    (folder / "notes.txt").write_text("lettuce")
    if name == "huge.png":
        monkeypatch.setattr(pictures, "MOST_BYTES", 10)
    assert named(home, shop, name) is None


def test_a_picture_is_drawn_whole_in_the_middle_of_its_place_and_anew_when_it_is_another(tmp_path):
    path = save(tmp_path, "burger.png", (40, 20), (200, 10, 10))
    surface = pygame.Surface((100, 100))

    def painted():
        place = Rect(0, 0, 100, 100)
        op = Picture(place, str(path))
        scene = Scene((100, 100), (0, 0, 0), (panel("one", place, Drawn((op,)), ground=(0, 0, 0)),))
        Painter(surface, Fonts()).paint(scene, 0.0)
        return [surface.get_at((50, y))[:3] for y in (10, 50, 90)]

    assert painted() == [(0, 0, 0), (200, 10, 10), (0, 0, 0)]
    save(tmp_path, "burger.png", (20, 40), (10, 200, 10))
    assert painted() == [(10, 200, 10)] * 3
    path.unlink()
    assert painted() == [(0, 0, 0)] * 3


def test_the_benchmark_opens_every_dish_on_every_size_of_screen():
    *sizes, reading = opening(((1024, 768), (3840, 2160)))
    assert [result.n for result in sizes] == [45, 45]
    assert all(result.p50_ms <= result.p99_ms for result in sizes)
    assert reading.p50_ms > 0
