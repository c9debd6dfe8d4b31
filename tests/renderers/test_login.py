"""Who is at this station: a name is tapped, and that is a fact."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ulid import ULID

from station.domain.facts import StaffSeen
from station.domain.hands import Press
from station.domain.menu import Menu, Person, Profile, Shop, StationInfo
from station.local.status import LinkStatus, TokensStatus
from station.renderers.login import Login, LoginRole
from station.renderers.role import Keyed, Tap
from station.renderers.scene import Label, Weight
from station.renderers.theme import theme_for
from station.renderers.world import World

ROLE = LoginRole()


class Ruler:
    def width(self, text: str, size: int, weight: Weight = "regular", *, tabular: bool = False) -> int:
        return len(text) * size // 2


class Desk:
    def new_id(self) -> str:
        raise AssertionError("a log-in needs no id")

    def next_number(self, name: str) -> int:
        raise AssertionError("a log-in needs no number")


def people(count: int) -> tuple[Person, ...]:
    return tuple(Person(str(ULID()).lower(), f"Person {n}", "Cashier", frozenset()) for n in range(1, count + 1))


def make_world(staff: tuple[Person, ...], size: tuple[int, int] = (1920, 1080)) -> World:
    shop = Shop(
        id="shop",
        name="De Pan",
        version="1",
        business_day="2026-11-23",
        business_day_id="day",
        menu=Menu("EUR", 1, (), (), {}),
        staff=staff,
        stations=(StationInfo("till1", "Till 1", "till", frozenset()),),
        profile=Profile("till", "till"),
    )
    return World(
        shop=shop,
        station="till1",
        cards={},
        recent=(),
        tokens=TokensStatus(share="ok"),
        link=LinkStatus(master="ok"),
        person=None,
        now=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        size=size,
        theme=theme_for(*size),
        ruler=Ruler(),
    )


def test_a_tap_on_a_name_logs_that_person_in() -> None:
    staff = people(3)
    world = make_world(staff)
    found = ROLE.scene(Login(), world).action(f"login:{staff[1].id}")
    assert found is not None
    assert found.hit.label == "Person 2, Cashier"
    _, facts = ROLE.handle(Login(), Tap(found.hit.action), world, Desk())
    assert facts == (StaffSeen(staff=staff[1].id, what="login"),)


def test_a_number_key_or_arrows_and_enter_log_in_too() -> None:
    staff = people(5)
    world = make_world(staff)
    _, facts = ROLE.handle(Login(), Keyed(Press(key="3", text="3")), world, Desk())
    assert facts == (StaffSeen(staff=staff[2].id, what="login"),)
    state = Login()
    for key in ("down", "right"):
        state, facts = ROLE.handle(state, Keyed(Press(key=key)), world, Desk())
        assert facts == ()
    _, facts = ROLE.handle(state, Keyed(Press(key="enter")), world, Desk())
    assert facts == (StaffSeen(staff=staff[1].id, what="login"),)


def test_who_is_not_of_the_staff_cannot_be_logged_in() -> None:
    world = make_world(people(2))
    assert ROLE.handle(Login(), Tap(f"login:{str(ULID()).lower()}"), world, Desk())[1] == ()


def test_the_shops_name_and_time_stand_large() -> None:
    scene = ROLE.scene(Login(), make_world(people(8)))
    sizes = {op.text: op.size for panel in scene.panels for op in panel.ops if isinstance(op, Label)}
    assert sizes["De Pan"] > theme_for(1920, 1080).display
    assert scene.until == datetime(2026, 11, 23, 12, 1, tzinfo=UTC)


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
@pytest.mark.parametrize("count", [1, 8, 23, 60])
def test_everybody_can_be_reached_whatever_the_number_of_people(count: int, size: tuple[int, int]) -> None:
    staff = people(count)
    world = make_world(staff, size)
    state, reached = Login(), set()
    while True:
        scene = ROLE.scene(state, world)
        for found in scene.found():
            assert min(found.rect.w, found.rect.h) >= 64
            assert found.rect.bottom <= size[1] - world.theme.status
            reached.add(found.hit.action)
        on = next((one.hit for one in scene.found() if one.hit.key == "PgDn" and one.hit.enabled), None)
        if on is None:
            break
        state, _ = ROLE.handle(state, Tap(on.action), world, Desk())
    assert {f"login:{person.id}" for person in staff} <= reached


def test_a_page_that_is_gone_leads_back_to_the_last_one() -> None:
    world = make_world(people(60))
    fewer = replace(world, shop=replace(world.shop, staff=world.shop.staff[:2]))
    assert ROLE.notice(Login(page=2), fewer, Desk()).page == 0


def test_only_an_optional_log_in_offers_a_way_back() -> None:
    world = make_world(people(2))
    assert ROLE.scene(Login(), world).action("login:cancel") is None
    assert LoginRole(optional=True).scene(Login(), world).action("login:cancel") is not None


def test_without_any_staff_it_says_so() -> None:
    scene = ROLE.scene(Login(), make_world(()))
    assert any("staff list" in op.text for panel in scene.panels for op in panel.ops if isinstance(op, Label))
