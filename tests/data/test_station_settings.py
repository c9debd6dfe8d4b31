"""A station's own settings, changed one by one."""

import pytest

from station.data.queries.profile import change_settings
from station.data.queries.screens import load_shop
from station.data.session import reading, writing
from station.errors import DataError


def profile(engine, code):
    with reading(engine) as conn:
        return load_shop(conn, code).profile


def test_what_is_changed_is_the_stations_own_and_the_rest_stays(engine):
    before, other = profile(engine, "grill1"), profile(engine, "grill2")
    with writing(engine) as conn:
        change_settings(conn, "grill1", {"text_scale": "0.75", "clock": "true"})
        change_settings(conn, "grill1", {"text_scale": "1.25"})
    after = profile(engine, "grill1")
    assert (after.text_scale, after.clock) == (1.25, True)
    assert (after.columns, after.orange_s, after.red_s) == (before.columns, before.orange_s, before.red_s)
    assert profile(engine, "grill2") == other


def test_a_value_that_cannot_be_used_is_named_and_nothing_is_changed(engine):
    before = profile(engine, "grill1")
    with writing(engine) as conn, pytest.raises(DataError, match="columns is 'many'"):
        change_settings(conn, "grill1", {"text_scale": "2", "columns": "many"})
    assert profile(engine, "grill1") == before


def test_a_station_that_the_shop_does_not_have_is_named_before_anything_is_changed(engine):
    with writing(engine) as conn, pytest.raises(DataError, match="no station 'grill9'"):
        change_settings(conn, "grill9", {"columns": "3"})


def test_a_prep_group_can_have_thresholds_of_its_own_and_cards_a_grid(engine):
    with writing(engine) as conn:
        change_settings(conn, "grill1", {"urgency.grill": "240, 420", "urgency.bar": "60,90", "layout": "grid"})
    after = profile(engine, "grill1")
    assert after.urgency == {"grill": (240, 420), "bar": (60, 90)}
    assert after.layout == "grid"
    assert profile(engine, "grill2").urgency == {}
    assert profile(engine, "grill2").layout == "columns"


@pytest.mark.parametrize("value", ["300,180", "180", "180,180", "0,60", "60,9000", "soon,later", "60,90,120", ""])
def test_thresholds_that_cannot_be_used_are_named_with_what_they_must_be(engine, value):
    with writing(engine) as conn, pytest.raises(DataError, match=r"urgency\.grill is .* but must be seconds to orange"):
        change_settings(conn, "grill1", {"urgency.grill": value})


def test_settings_of_other_programs_are_left_alone(engine):
    before = profile(engine, "grill1")
    with writing(engine) as conn:
        change_settings(conn, "grill1", {"kiosk": "file:receipts.txt", "urgency": "anything", "layout ": "odd"})
    assert profile(engine, "grill1") == before


def test_the_cards_that_are_heard_can_be_chosen(engine):
    assert profile(engine, "grill1").card_sounds == {"new"}
    for text, wanted in (("new, late", {"new", "late"}), ("none", set()), ("changed", {"changed"})):
        with writing(engine) as conn:
            change_settings(conn, "grill1", {"card_sounds": text})
        assert profile(engine, "grill1").card_sounds == wanted
    with writing(engine) as conn, pytest.raises(DataError, match="some of new, changed and late"):
        change_settings(conn, "grill1", {"card_sounds": "loud"})


def test_a_stations_scanners_can_be_named(engine):
    assert profile(engine, "till1").scanners == frozenset()
    with writing(engine) as conn:
        change_settings(conn, "till1", {"scanners": "05E0:1200, 0483:5131:TMC-1"})
    assert profile(engine, "till1").scanners == {"05e0:1200", "0483:5131:tmc-1"}
    with writing(engine) as conn, pytest.raises(DataError, match="as lsusb shows it"):
        change_settings(conn, "till1", {"scanners": "symbol"})
