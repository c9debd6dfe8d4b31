"""What of an order another station takes."""

from hypothesis import given
from hypothesis import strategies as st

from station.domain.splitting import groups_of, half, left_in, left_of, with_more
from station.domain.token import Line

GROUPS = ("grill", "fry", "cold")
IDS = [f"01jd9q3v7k8m2n4pqrst0wxy{n:02d}" for n in range(10, 40)]


def line(number, count, done=0, group="grill"):
    return Line(id=IDS[number], item=IDS[0], name="Dish", count=count, done=done, group=group)


@st.composite
def orders(draw):
    rows = draw(
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from(GROUPS)), min_size=1, max_size=8)
    )
    return [line(number, max(count, done), min(count, done), group) for number, (count, done, group) in enumerate(rows)]


STATIONS = st.lists(st.frozensets(st.sampled_from(GROUPS)), max_size=4)


def test_half_of_five_of_one_dish_is_two():
    assert half([line(0, 5)], [frozenset({"grill"})]) == {IDS[0]: 2}


def test_half_of_four_dishes_is_every_second_one():
    assert half([line(n, 1) for n in range(4)], [frozenset({"grill"})]) == {IDS[0]: 1, IDS[2]: 1}


def test_half_is_taken_from_what_the_preferred_station_can_make():
    lines = [line(0, 3, group="grill"), line(1, 3, group="fry")]
    assert half(lines, [frozenset({"fry"}), frozenset({"grill"})]) == {IDS[1]: 3}
    assert half(lines, [frozenset({"cold"})]) == {}
    assert half(lines, []) == {}


def test_what_is_done_stays():
    assert half([line(0, 6, done=4)], [frozenset({"grill"})]) == {IDS[0]: 1}


@given(orders(), STATIONS)
def test_half_never_takes_more_than_half_nor_what_one_station_cannot_make(lines, able):
    off = half(lines, able)
    left = {one.id: left_of(one) for one in lines}
    assert all(0 < count <= left[key] for key, count in off.items())
    assert sum(off.values()) <= left_in(lines) // 2
    if off:
        assert any(set(groups_of(lines, off)) <= groups for groups in able)
        assert left_in(lines) > sum(off.values())


@given(orders())
def test_when_a_station_can_make_it_all_half_is_as_much_as_can_be_without_the_larger_half(lines):
    assert sum(half(lines, [frozenset(GROUPS)]).values()) == left_in(lines) // 2


@given(orders(), st.lists(st.tuples(st.integers(0, 7), st.integers(-3, 12)), max_size=20))
def test_however_it_is_tapped_at_least_one_item_stays_and_no_line_gives_more_than_it_has(lines, taps):
    off = {}
    for number, change in taps:
        off = with_more(lines, off, lines[number % len(lines)].id, change)
        left = {one.id: left_of(one) for one in lines}
        assert all(0 < count <= left[key] for key, count in off.items())
        assert sum(off.values()) < max(1, left_in(lines))
