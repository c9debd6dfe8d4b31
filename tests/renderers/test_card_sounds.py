"""Which cards a prep display makes a sound for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from station.bench import kitchen
from station.domain.menu import Profile
from station.renderers.card_sounds import heard, tone_of
from station.renderers.fonts import Fonts
from station.renderers.prep import PrepRole

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALL = frozenset({"new", "changed", "late"})
FIRST, SECOND = kitchen.body(1, NOW, age_s=290), kitchen.body(2, NOW, age_s=5)


def at(*placed, now=NOW, answered=frozenset()):
    world = kitchen.world(kitchen.shop(NOW), dict(kitchen.placed(*each) for each in placed), now, Fonts())
    world = replace(world, answered=answered)
    role = PrepRole()
    return heard(world, role.scene(role.begin(world), world))


HERE = "stations/grill1"


def test_a_new_card_is_heard_once_and_what_was_there_at_the_start_is_not():
    one, two = at((FIRST, HERE)), at((FIRST, HERE), (SECOND, HERE))
    assert tone_of(None, one, ALL) is None
    assert tone_of(one, two, ALL) == "new"
    assert tone_of(two, two, ALL) is None
    assert tone_of(two, one, ALL) is None, "one that goes makes no sound"
    assert tone_of(one, at((FIRST, HERE), (SECOND, "pass")), ALL) is None


def test_a_card_that_becomes_red_is_late_and_one_that_comes_red_is_new():
    before, after = at((FIRST, HERE)), at((FIRST, HERE), now=NOW + timedelta(seconds=15))
    assert tone_of(before, after, ALL) == "late"
    assert tone_of(before, after, frozenset({"new"})) is None
    assert tone_of(at(), after, ALL) == "new"


def test_a_change_and_a_cancelled_order_are_heard_before_all_else():
    lines = (msgspec.structs.replace(FIRST.lines[0], was=7), *FIRST.lines[1:])
    changed = msgspec.structs.replace(FIRST, lines=lines)
    assert tone_of(at((FIRST, HERE)), at((changed, HERE), (SECOND, HERE)), ALL) == "changed"
    void = at((FIRST, "void/2026-11-23"))
    assert tone_of(at((FIRST, HERE)), void, ALL) == "changed"
    assert tone_of(void, at((FIRST, "void/2026-11-23"), answered=frozenset({FIRST.key})), ALL) is None


@pytest.mark.parametrize(("wanted", "tone"), [(Profile("x", "prep").card_sounds, "new"), (frozenset(), None)])
def test_only_new_ones_are_heard_unless_the_profile_says_otherwise(wanted, tone):
    assert tone_of(at(), at((FIRST, HERE)), wanted) == tone


def test_a_station_without_cards_makes_none():
    world = kitchen.world(kitchen.shop(NOW), {}, NOW, Fonts(), station="till1")
    role = PrepRole()
    assert heard(world, role.scene(role.begin(world), world)) is None
