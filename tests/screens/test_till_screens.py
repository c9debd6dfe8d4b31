"""Every state of the till and the log-in, on a large and on a small screen: nothing too small, clipped or out of reach."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pygame
import pytest
from ulid import ULID

from station.data.master import init_master, seed_master
from station.data.queries.screens import load_shop
from station.data.session import open_engine
from station.domain.clashes import clashes
from station.domain.menu import Shop
from station.local.status import LinkStatus, TokensStatus, Trouble
from station.renderers import focus as keyboard
from station.renderers import theme as look
from station.renderers.fonts import Fonts
from station.renderers.login import LoginRole
from station.renderers.paint import Painter
from station.renderers.role import Held, Tap
from station.renderers.scene import Box, Found, Label, Rect, Scene
from station.renderers.theme import theme_for, tile_colour
from station.renderers.till import TillRole
from station.renderers.till_forms import Asking
from station.renderers.till_layout import areas
from station.renderers.till_state import Till
from station.renderers.world import World
from tests.screens.till_scenes import SCENES, kept_at

SIZES = ((1920, 1080), (1366, 768), (1024, 768))
STATES = (
    "empty",
    "choosing",
    "order",
    "long order",
    "allergies",
    "guest",
    "telling",
    "paying",
    "typing",
    "sent",
    "ending",
    "finding",
    "trouble",
    "help",
    "message",
    *SCENES,
)
ROLE = TillRole()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    url = f"sqlite:///{tmp_path_factory.mktemp('master') / 'master.db'}"
    init_master(url)
    seed_master(url)
    with open_engine(url).connect() as connection:
        return load_shop(connection, "till1")


@pytest.fixture(scope="module")
def fonts() -> Iterator[Fonts]:
    yield Fonts()
    pygame.font.quit()


class Desk:
    count = 41

    def new_id(self) -> str:
        return str(ULID()).lower()

    def next_number(self, name: str) -> int:
        self.count += 1
        return self.count


def make_world(shop: Shop, fonts: Fonts, size: tuple[int, int]) -> World:
    return World(
        shop=shop,
        station="till1",
        cards={},
        recent=(),
        tokens=TokensStatus(share="ok"),
        link=LinkStatus(master="ok"),
        person=next(one for one in shop.staff if {"order.take", "menu.sold_out"} <= one.permissions),
        now=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        size=size,
        theme=theme_for(*size),
        ruler=fonts,
    )


def press(state: Till, world: World, *actions: str) -> Till:
    desk = Desk()
    for action in actions:
        found = ROLE.scene(state, world).action(action)
        assert found is not None, f"{action} is not on the screen"
        state, _ = ROLE.handle(state, Tap(action, found.hit.enabled), world, desk)
        if isinstance(state.sheet, Asking) and action in {"pay", "clashes:done"}:
            state, _ = ROLE.handle(state, Tap("mode:eat_in"), world, desk)
    return state


def add(state: Till, world: World, *names: str) -> Till:
    for name in names:
        item = next(one for one in world.shop.menu.items if one.name == name)
        state = press(state, world, f"category:{item.category_id}", f"item:{item.id}")
        if state.sheet is not None:
            state = press(state, world, "modifiers:done")
    return state


def ordered(world: World) -> Till:
    state = add(ROLE.begin(world), world, "Classic burger", "Apple, blue cheese and walnut salad", "Chips", "Cola")
    return press(state, world, "allergies", "allergy:nuts", "allergy:milk", "allergies:done")


def told(state: Till, world: World) -> Till:
    state = press(state, world, "pay")
    for clash in clashes(state.draft):
        state = press(state, world, f"clash:{clash.line_id}")
    return press(state, world, "clashes:done")


def state_of(name: str, world: World) -> tuple[Till, World]:
    if name in SCENES:
        keeper = kept_at(name, world)
        return keeper.state, keeper.world
    burger = next(one for one in world.shop.menu.items if one.name == "Classic burger")
    first = ROLE.begin(world)
    order = ordered(world)
    if name == "long order":
        plain = [one.name for one in world.shop.menu.items][::2]
        return add(order, world, *plain), world
    if name == "trouble":
        trouble = Trouble(text="Nobody took T1-042: offer the paper ticket", order="o", part="1", offer_paper=True)
        return order, replace(world, tokens=TokensStatus(share="away", since=world.now, queue=3, troubles=(trouble,)))
    if name == "ending":
        return ROLE.handle(first, Held(f"86:{burger.id}"), world, Desk())[0], world
    states = {
        "empty": lambda: first,
        "choosing": lambda: press(press(first, world, f"category:{burger.category_id}"), world, f"item:{burger.id}"),
        "order": lambda: order,
        "allergies": lambda: press(order, world, "allergies"),
        "guest": lambda: press(order, world, "guest", "type:m", "type:i", "type:a", "field:marker", "type:7"),
        "telling": lambda: press(order, world, "pay"),
        "paying": lambda: told(order, world),
        "typing": lambda: press(told(order, world), world, "pay:type:cash", "digit:7", "digit:00", "digit:0"),
        "sent": lambda: press(told(order, world), world, "tender:cash:5000"),
        "finding": lambda: press(first, world, "find", "type:b", "type:u"),
        "help": lambda: press(first, world, "daily", "help"),
        "message": lambda: press(first, world, "pay"),
    }
    return states[name](), world


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def world(request: pytest.FixtureRequest, shop: Shop, fonts: Fonts) -> World:
    return make_world(shop, fonts, request.param)


@pytest.fixture(params=[*STATES, "log-in", "log-in, optional"])
def scene(request: pytest.FixtureRequest, world: World) -> Scene:
    if request.param.startswith("log-in"):
        role = LoginRole(optional=request.param != "log-in")
        nobody = replace(world, person=None)
        return role.scene(role.begin(nobody), nobody)
    state, world = state_of(request.param, world)
    return ROLE.scene(state, world)


def test_every_hit_is_at_least_64_px_and_on_the_screen(scene: Scene) -> None:
    whole = Rect(0, 0, *scene.size)
    for found in scene.found():
        rect = found.rect
        assert min(rect.w, rect.h) >= 64, f"{found.hit.action} is {rect.w}x{rect.h}"
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.right <= whole.w
        assert rect.bottom <= whole.h, f"{found.hit.action} ends below the screen"


def test_no_two_hits_share_a_pixel(scene: Scene) -> None:
    """But for a sheet's own ground, the message over the screen, and the letters of a search over a small screen."""
    ground = ("stay", "close", "modifiers:cancel", "message:seen", "trouble:seen")
    by_panel = [
        [(hit, hit.rect.moved(panel.rect.x, panel.rect.y)) for hit in panel.hits if hit.action not in ground]
        for panel in scene.panels
    ]
    for hits in by_panel:
        for index, (hit, rect) in enumerate(hits):
            for other, other_rect in hits[index + 1 :]:
                assert not rect.meets(other_rect), f"{hit.action} and {other.action} overlap"


def test_every_hit_has_a_label_and_its_action_is_its_own(scene: Scene) -> None:
    actions = [found.hit.action for found in scene.found() if found.hit.action not in {"stay", "close"}]
    assert all(found.hit.label for found in scene.found())
    seen = {action for action in actions if actions.count(action) > 1}
    assert seen <= {"modifiers:cancel"}


def test_no_shortcut_stands_on_two_hits(scene: Scene) -> None:
    keys = {}
    for found in scene.found():
        if found.hit.key:
            keys.setdefault(found.hit.key, set()).add(found.hit.action)
    assert {key: actions for key, actions in keys.items() if len(actions) > 1} == {}


def test_every_text_lies_inside_its_panel_and_is_not_flat(scene: Scene) -> None:
    for panel in scene.panels:
        inside = panel.rect.at_origin()
        for op in panel.ops:
            if isinstance(op, Label) and op.text:
                assert op.rect.w > 0
                assert op.rect.y + op.rect.h // 2 >= 0
                assert op.rect.bottom <= inside.bottom + 2, f"{op.text!r} ends below {panel.key}"
                assert op.rect.right <= inside.right + 2, f"{op.text!r} ends beside {panel.key}"


def test_prices_and_sums_are_never_cut(scene: Scene, fonts: Fonts) -> None:
    for panel in scene.panels:
        for op in panel.ops:
            if isinstance(op, Label) and op.tabular:
                width = fonts.width(op.text, op.size, op.weight, tabular=True)
                assert width <= op.rect.w + 1, f"{op.text!r} needs {width} px and has {op.rect.w}"


def test_the_arrows_reach_everything_that_a_finger_reaches(scene: Scene) -> None:
    wanted = {
        found.hit.action
        for found in scene.found()
        if found.hit.action not in {"stay", "message:seen"} and scene.hit(*_middle(found.rect)) == found.hit
    }
    reached = {keyboard.moved("", "down", scene)}
    waiting = list(reached)
    while waiting:
        here = waiting.pop()
        for arrow in ("left", "right", "up", "down"):
            there = keyboard.moved(here, arrow, scene)  # type: ignore[arg-type]
            if there not in reached:
                reached.add(there)
                waiting.append(there)
    assert wanted - reached == set()


def test_it_can_be_drawn(scene: Scene, fonts: Fonts) -> None:
    surface = pygame.Surface(scene.size)
    assert Painter(surface, fonts).paint(scene, 0.0) == [Rect(0, 0, *scene.size)]
    colours = {tuple(surface.get_at((x, y))) for x in range(0, scene.size[0], 37) for y in range(0, scene.size[1], 23)}
    assert len(colours) > 3


def test_tiles_stay_where_they_are_whatever_is_on_the_order(world: World) -> None:
    first = ROLE.begin(world)
    category = world.shop.menu.categories[0]
    state = press(ordered(world), world, f"category:{category.id}")
    places = {
        found.hit.action: found.rect
        for found in ROLE.scene(first, world).found()
        if found.hit.action.startswith("item:")
    }
    assert places == {
        found.hit.action: found.rect
        for found in ROLE.scene(state, world).found()
        if found.hit.action.startswith("item:")
    }


def test_tiles_are_alike_in_every_category_and_leave_no_row_empty(world: World) -> None:
    """A category of seven must not shrink to seven stamps, nor another one's tiles move elsewhere."""
    categories = world.shop.menu.categories
    menu = areas(world).menu
    first = {}
    lowest = 0
    for category in categories:
        state = press(ROLE.begin(world), world, f"category:{category.id}")
        tiles = [found.rect for found in ROLE.scene(state, world).found() if found.hit.action.startswith("item:")]
        assert len(tiles) == sum(item.category_id == category.id for item in world.shop.menu.items)
        first[tiles[0]] = category.name
        lowest = max(lowest, *(rect.bottom for rect in tiles))
    assert len(first) == 1
    assert menu.bottom - lowest < menu.h // 5
    assert lowest <= menu.bottom


def test_the_category_that_is_on_is_the_only_tab_in_its_whole_colour(world: World) -> None:
    for category in world.shop.menu.categories:
        state = press(ROLE.begin(world), world, f"category:{category.id}")
        (bar,) = [panel for panel in ROLE.scene(state, world).panels if panel.key == "tabs"]
        colour = tile_colour(category.colour)
        full = [op.rect for op in bar.ops if isinstance(op, Box) and op.fill == colour and op.rect.h >= 64]
        shelf = [op.rect for op in bar.ops if isinstance(op, Box) and op.fill == colour and op.rect.w == bar.rect.w]
        assert len(full) == 1
        assert len(shelf) == 1
        assert shelf[0].y == full[0].bottom
        bold = [op.text for op in bar.ops if isinstance(op, Label) and op.weight == "bold"]
        assert " ".join(bold) == category.name


def test_the_tills_trouble_is_calm_and_covers_no_tile(world: World) -> None:
    state, seen = state_of("trouble", world)
    scene = ROLE.scene(state, seen)
    (told,) = [panel for panel in scene.panels if panel.key == "trouble"]
    tiles = [found.rect for found in scene.found() if found.hit.action.startswith("item:")]
    before = [found.rect for found in ROLE.scene(state, world).found() if found.hit.action.startswith("item:")]
    assert len(tiles) == len(before) > 6
    assert not any(rect.meets(told.rect) for rect in tiles)
    warm = {look.WARN, look.BAD, look.ALERT}
    for panel in scene.panels:
        for op in panel.ops if panel.key in {"trouble", "status"} else ():
            assert (op.fill if isinstance(op, Box) else op.colour) not in warm


def test_lines_that_do_not_fit_are_reached_beside_the_total_and_the_rest_is_theirs(world: World) -> None:
    state, _ = state_of("long order", world)
    scene = ROLE.scene(state, world)
    up, pay = scene.action("lines:0") or _earlier(scene), scene.action("pay")
    assert up is not None
    assert pay is not None
    assert up.rect.bottom <= pay.rect.y
    lines = [found.rect for found in scene.found() if found.hit.action.startswith("line:")]
    free = up.rect.y - max(rect.bottom for rect in lines)
    assert free < 130 * world.theme.scale + 40


def _earlier(scene: Scene) -> Found:
    return next(found for found in scene.found() if found.hit.label == "Earlier lines")


def test_the_prices_of_the_lines_stand_under_each_other(world: World) -> None:
    (order,) = [panel for panel in ROLE.scene(ordered(world), world).panels if panel.key == "order"]
    prices = [op for op in order.ops if isinstance(op, Label) and op.tabular and op.align == "right" and "." in op.text]
    assert len({op.rect.right for op in prices[:-1]}) == 1
    assert len(prices) >= 3


def test_an_order_reads_from_the_top_count_name_price_choices_and_the_sum(shop: Shop, fonts: Fonts) -> None:
    world = make_world(shop, fonts, (1920, 1080))
    state = press(add(ROLE.begin(world), world, "Chips", "Cola"), world, "line:more", "mode:take_away")
    (order,) = [panel for panel in ROLE.scene(state, world).panels if panel.key == "order"]
    texts = [op.text.replace("\N{NO-BREAK SPACE}", " ") for op in order.ops if isinstance(op, Label)]
    assert texts[:4] == ["Eat in", "Take away", "Guest", "Allergies"]
    assert texts[4:8] == ["1×", "3.90", "Chips", "Regular"]
    assert texts[8:11] == ["2×", "5.80", "Cola"]
    assert texts[11:17] == ["Less", "More", "Change", "Note", "Repeat", "Remove"]
    assert texts[17:19] == ["9.70 €", "3 items"]
    assert texts[-1] == "Pay 9.70 €"


def write_pictures(folder: Path, world: World, fonts: Fonts) -> None:
    """For eyes: every state as a PNG."""
    for name in STATES:
        state, seen = state_of(name, world)
        surface = pygame.Surface(world.size)
        Painter(surface, fonts).paint(ROLE.scene(state, seen), 0.0)
        pygame.image.save(surface, str(folder / f"till-{name.replace(' ', '-')}-{world.size[0]}.png"))


def test_pictures_of_every_state_can_be_looked_at(world: World, fonts: Fonts, tmp_path: Path) -> None:
    write_pictures(tmp_path, world, fonts)
    assert len(list(tmp_path.glob("*.png"))) == len(STATES)


def _middle(rect: Rect) -> tuple[int, int]:
    return rect.x + rect.w // 2, rect.y + rect.h // 2
