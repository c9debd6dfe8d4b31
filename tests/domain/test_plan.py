"""The dispatch plan: what a change does to it, what its file proves, how dispatch goes by it, and evening the loads out."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.cards import Card
from station.domain.facts import Automatic, Paused, Pinned, PlanChange, Weighed
from station.domain.floor import INBOX, Spot, station_place
from station.domain.plan import NO_PLAN, Plan, StationPlan, changed, decode, encode, file_name, revision_of, words
from station.domain.rebalance import begun, rebalanced
from station.domain.routing import Load, NoStation, choose, dispatch
from station.domain.token import Body, Line, name_of
from station.errors import TokenError

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GRILL, FRY = frozenset({"grill"}), frozenset({"fry"})
CODES = st.sampled_from(["grill1", "grill2", "fry1"])
CHANGES: st.SearchStrategy[PlanChange] = st.one_of(
    st.builds(Paused, station=CODES, paused=st.booleans()),
    st.builds(Weighed, station=CODES, weight_percent=st.none() | st.integers(10, 400)),
    st.builds(Pinned, group=st.sampled_from(["grill", "fry"]), station=st.none() | CODES),
    st.builds(Automatic, automatic=st.booleans()),
)


def ulid(number: int) -> str:
    return f"01jd9q3v7k8m2n4pqrst0{number:05d}"


def card(number: int, place: str = INBOX, group: str = "grill", items: int = 1, done: int = 0) -> Card:
    line = Line(id=ulid(number), item=ulid(1), name="Item", count=items, done=done, group=group)
    body = Body(
        order=ulid(number),
        number=f"t1-{number:03d}",
        mode="eat_in",
        placed_at=NOW + timedelta(seconds=number),
        placed_by="Mia",
        placed_on="till1",
        lines=(line,),
    )
    return Card(Spot(place, name_of(body)), body)


def plan_of(changes: list[PlanChange]) -> Plan:
    plan = NO_PLAN
    for change in changes:
        plan = changed(plan, change)
    return plan


@given(st.lists(CHANGES, max_size=12), CHANGES)
def test_a_change_made_twice_is_made_once_and_says_what_it_does(before: list[PlanChange], change: PlanChange) -> None:
    once = changed(plan_of(before), change)
    assert changed(once, change) == once
    assert words(change)


@given(st.lists(CHANGES, max_size=12), st.integers(0, 999_999_999))
def test_a_plan_comes_back_from_its_file_as_it_was(changes: list[PlanChange], revision: int) -> None:
    plan = msgspec.structs.replace(plan_of(changes), revision=revision)
    assert decode(encode(plan, KEY), KEY, revision) == plan
    assert revision_of(file_name(revision)) == revision


def test_what_was_taken_back_leaves_nothing_behind() -> None:
    changes: list[PlanChange] = [
        Paused(station="grill1", paused=True),
        Pinned(group="fry", station="fry1"),
        Paused(station="grill1", paused=False),
        Pinned(group="fry", station=None),
    ]
    assert plan_of(changes) == NO_PLAN


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda data: b"", "torn"),
        (lambda data: data[:-1], "signature"),
        (lambda data: data.replace(b"grill1", b"grill2"), "signature"),
        (lambda data: b"SSS/1 " + data[7:], "no plan"),
        (lambda data: data + b" " * 20_000, "too large"),
    ],
)
def test_a_file_that_is_not_whole_or_not_ours_is_no_plan(spoil: object, why: str) -> None:
    data = encode(Plan(revision=3, stations={"grill1": StationPlan(paused=True)}), KEY)
    with pytest.raises(TokenError, match=why):
        decode(spoil(data), KEY, 3)  # type: ignore[operator]
    with pytest.raises(TokenError, match="named"):
        decode(data, KEY, 4)
    with pytest.raises(TokenError, match="another shop"):
        decode(data, b"x" * 32, 3)


@pytest.mark.parametrize(
    "name", ["1.plan", "00000001a.plan", "000000001.plan.tmp", "000000001", ".plan", "0000000001.plan"]
)
def test_other_names_are_no_plans(name: str) -> None:
    assert revision_of(name) is None


def test_a_paused_station_gets_nothing_and_an_order_that_only_it_could_make_says_so() -> None:
    paused, other = Load("grill1", GRILL, paused=True), Load("grill2", GRILL, items=9)
    assert choose(GRILL, [paused, other]).station == "grill2"
    with pytest.raises(NoStation, match="GRILL1 is paused"):
        choose(GRILL, [paused])
    with pytest.raises(NoStation, match="GRILL2 stopped answering; GRILL1 is paused"):
        choose(GRILL, [paused, Load("grill2", GRILL, present=False)])


def test_a_weight_is_part_of_the_reason() -> None:
    half, whole = Load("grill1", GRILL, items=2, weight_percent=50), Load("grill2", GRILL, items=3)
    choice = choose(GRILL, [half, whole])
    assert (choice.station, choice.why) == ("grill2", "fewest items: 3 < 2 at 50 %")


def test_a_pinned_group_goes_where_it_is_pinned_while_that_station_takes_orders() -> None:
    stations = [Load("grill1", GRILL, items=9), Load("grill2", GRILL)]
    pins = {"grill": "grill1"}
    choice = choose(GRILL, stations, pins=pins)
    assert (choice.station, choice.why) == ("grill1", "pinned: grill goes to GRILL1")
    for gone in (Load("grill1", GRILL, present=False), Load("grill1", GRILL, paused=True), Load("grill1", FRY)):
        assert choose(GRILL, [gone, stations[1]], pins=pins).station == "grill2"


def test_an_order_is_split_when_its_groups_are_pinned_apart() -> None:
    both = GRILL | FRY
    stations = [Load("one", both), Load("two", both)]
    mixed = card(1)
    lines = (*mixed.body.lines, msgspec.structs.replace(mixed.body.lines[0], id=ulid(77), group="fry"))
    mixed = Card(mixed.spot, msgspec.structs.replace(mixed.body, lines=lines))
    (whole,) = dispatch([mixed], stations, NOW).dispatched
    assert len(whole.stations) == 1
    (pinned,) = dispatch([mixed], stations, NOW, pins={"fry": "two"}).dispatched
    assert list(pinned.stations) == ["two"], "it stays together where that is possible"
    (apart,) = dispatch([mixed], stations, NOW, pins={"fry": "two", "grill": "one"}).dispatched
    assert apart.stations == {"one": (ulid(1),), "two": (ulid(77),)}
    assert apart.why["two"] == "pinned: fry goes to TWO"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["one", "two", "three"]),
            st.sampled_from(["grill", "fry"]),
            st.integers(1, 6),
            st.integers(0, 1),
        ),
        max_size=25,
    ),
    st.lists(st.tuples(st.booleans(), st.booleans(), st.sampled_from([50, 100, 200])), min_size=3, max_size=3),
    st.sampled_from([{}, {"grill": "one"}, {"fry": "three"}]),
)
def test_evening_out_moves_nothing_that_is_begun_and_never_makes_the_worst_station_worse(
    orders: list[tuple[str, str, int, int]], states: list[tuple[bool, bool, int]], pins: dict[str, str]
) -> None:
    cards = [
        card(n, station_place(code), group, items, min(done, items))
        for n, (code, group, items, done) in enumerate(orders)
    ]
    able = {"one": GRILL | FRY, "two": GRILL, "three": GRILL | FRY}
    items = Counter(
        {code: sum(one.body.items for one in cards if one.spot.place == station_place(code)) for code in able}
    )
    loads = [
        Load(code, groups, items=items[code], present=present, paused=paused, weight_percent=weight)
        for (code, groups), (present, paused, weight) in zip(able.items(), states, strict=True)
    ]
    burden = {load.code: load.burden for load in loads}
    worst = max(burden.values())
    by_key = {one.key: one for one in cards}
    taking = {load.code for load in loads if load.takes}
    shifts = rebalanced(cards, loads, pins)
    assert len({shift.key for shift in shifts}) == len(shifts)
    for shift in shifts:
        moved = by_key[shift.key]
        assert not begun(moved)
        assert {shift.source, shift.target} <= taking
        assert frozenset(moved.body.groups) <= able[shift.target]
        assert pins.get(moved.body.groups[0]) != shift.source
        assert shift.before == (items[shift.source], items[shift.target])
        items[shift.source] -= moved.body.items
        items[shift.target] += moved.body.items
        assert shift.after == (items[shift.source], items[shift.target])
    after = {load.code: msgspec.convert(items[load.code], int) * 100 / load.weight_percent for load in loads}
    assert max(after.values()) <= worst


def test_evening_out_takes_the_newest_and_says_the_loads() -> None:
    cards = [card(n, station_place("one"), items=2) for n in range(4)]
    shifts = rebalanced(cards, [Load("one", GRILL, items=8), Load("two", GRILL)], {})
    assert [(shift.number, shift.why) for shift in shifts] == [
        ("t1-003", "ONE 8 to 6, TWO 0 to 2"),
        ("t1-002", "ONE 6 to 4, TWO 2 to 4"),
    ]
