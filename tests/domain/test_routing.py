"""The dispatcher's choice: fewest active items among those who are there and can cook it, with its reason."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.cards import Card
from station.domain.changes import NotPossible, children
from station.domain.facts import SplitOff, TokenDispatched, TokenSplit, TokenTransferred
from station.domain.floor import INBOX, Spot, station_place
from station.domain.routing import Load, NoStation, choose, dispatch, loads_of
from station.domain.token import Body, Given, Line, name_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
GRILL = frozenset({"grill"})


def ulid(number: int) -> str:
    return f"01jd9q3v7k8m2n4pqrst0{number:05d}"


def line(number: int, group: str = "grill", count: int = 1, **changes: object) -> Line:
    made = Line(id=ulid(number), item=ulid(90_000 + number), name=f"Item {number}", count=count, group=group)
    return msgspec.structs.replace(made, **changes)


def body(number: int, *lines: Line, **changes: object) -> Body:
    made = Body(
        order=ulid(number),
        number=f"t1-{number:03d}",
        mode="eat_in",
        placed_at=NOW,
        placed_by="Mia",
        placed_on="till1",
        lines=lines or (line(number),),
    )
    return msgspec.structs.replace(made, **changes)


def card(made: Body, place: str = INBOX) -> Card:
    return Card(Spot(place, name_of(made)), made)


def test_fewest_active_items_wins_over_fewest_orders() -> None:
    choice = choose(GRILL, [Load("grill1", GRILL, items=8, tokens=1), Load("grill2", GRILL, items=6, tokens=3)])
    assert choice.station == "grill2"
    assert choice.why == "fewest items: 6 < 8"


def test_ties_go_to_fewer_tokens_then_the_longest_idle_then_the_code() -> None:
    assert choose(GRILL, [Load("a", GRILL, 4, 2), Load("b", GRILL, 4, 1)]).station == "b"
    early, late = NOW - timedelta(minutes=9), NOW - timedelta(minutes=1)
    assert choose(GRILL, [Load("a", GRILL, 4, 1, late), Load("b", GRILL, 4, 1, early)]).station == "b"
    assert choose(GRILL, [Load("b", GRILL), Load("a", GRILL)]).station == "a"


def test_a_station_at_half_weight_counts_its_items_double() -> None:
    loads = [Load("a", GRILL, items=3, tokens=1, weight_percent=50), Load("b", GRILL, items=5, tokens=1)]
    assert choose(GRILL, loads).station == "b"


def test_a_silent_station_gets_nothing_and_nobody_is_said_in_words() -> None:
    assert choose(GRILL, [Load("a", GRILL, present=False), Load("b", GRILL, items=99)]).station == "b"
    with pytest.raises(NoStation, match="A stopped answering"):
        choose(GRILL, [Load("a", GRILL, present=False)])
    with pytest.raises(NoStation, match="no station cooks sushi"):
        choose(frozenset({"sushi"}), [Load("a", GRILL)])


def test_what_this_round_gave_counts_already() -> None:
    cards = [card(body(number, line(number, count=2))) for number in range(1, 7)]
    found = dispatch(cards, [Load("grill1", GRILL), Load("grill2", GRILL)], NOW)
    given = [next(iter(fact.stations)) for fact in found.dispatched]
    assert given.count("grill1") == given.count("grill2") == 3


def test_an_order_that_no_single_station_can_cook_is_split_by_group() -> None:
    made = body(1, line(1, "grill"), line(2, "fry"), line(3, "grill"))
    fry = Load("fry1", frozenset({"fry", "cold"}))
    found = dispatch([card(made)], [Load("grill1", GRILL), fry], NOW)
    assert found.dispatched[0].stations == {"grill1": (ulid(1), ulid(3)), "fry1": (ulid(2),)}
    parts = children(made, found.dispatched[0], by="PASS1", at=NOW)
    assert [(place, part.part) for place, part in parts] == [("stations/grill1", "1-1"), ("stations/fry1", "1-2")]
    assert [other.place for other in parts[0][1].elsewhere] == ["stations/fry1"]
    assert parts[1][1].given is not None
    assert parts[1][1].given.station == "fry1"


@given(st.lists(st.sampled_from(["grill", "fry", "cold", "bar"]), min_size=1, max_size=8))
def test_a_dispatch_gives_every_line_to_exactly_one_who_can_cook_it(groups: list[str]) -> None:
    made = body(1, *(line(number, group) for number, group in enumerate(groups, 1)))
    able = {"grill1": GRILL, "fry1": frozenset({"fry", "cold"}), "fry2": frozenset({"fry", "bar"})}
    (fact,) = dispatch([card(made)], [Load(code, cooks) for code, cooks in able.items()], NOW).dispatched
    given = [(code, entry) for code, lines in fact.stations.items() for entry in lines]
    assert sorted(entry for _, entry in given) == sorted(entry.id for entry in made.lines)
    by_id = {entry.id: entry.group for entry in made.lines}
    assert all(by_id[entry] in able[code] for code, entry in given)


def test_one_who_can_cook_all_of_it_gets_it_whole() -> None:
    made = body(1, line(1, "fry"), line(2, "cold"))
    found = dispatch([card(made)], [Load("fry1", frozenset({"fry", "cold"})), Load("cold1", frozenset({"cold"}))], NOW)
    assert found.dispatched[0].stations == {"fry1": (ulid(1), ulid(2))}


def test_a_token_that_no_one_can_take_waits_and_hinders_no_other() -> None:
    stuck, fine = body(1, line(1, "sushi")), body(2, line(2))
    found = dispatch([card(stuck), card(fine)], [Load("grill1", GRILL)], NOW)
    assert list(found.stuck) == [stuck.key]
    assert [fact.order for fact in found.dispatched] == [fine.order]


def test_a_rush_goes_first() -> None:
    slow, rush = body(1), body(2, rush=True)
    found = dispatch([card(slow), card(rush)], [Load("grill1", GRILL)], NOW)
    assert [fact.order for fact in found.dispatched] == [rush.order, slow.order]


def test_loads_come_from_the_floor() -> None:
    given = Given(station="grill1", by="x", at=NOW)
    spots = [card(body(1, line(1, count=3)), station_place("grill1")).spot, card(body(2), "pass").spot]
    (load, other) = loads_of([Load("grill1", GRILL), Load("grill2", GRILL)], spots, [given], ["grill1"])
    assert (load.items, load.tokens, load.last_given, load.present) == (3, 1, NOW, True)
    assert (other.items, other.present) == (0, False)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=30), st.integers(2, 5))
def test_no_station_ends_more_than_one_order_above_another(counts: list[int], width: int) -> None:
    """Greedy by items: the gap never passes the largest single order."""
    cards = [card(body(number, line(number, count=count))) for number, count in enumerate(counts, 1)]
    loads = {f"s{n}": 0 for n in range(width)}
    found = dispatch(cards, [Load(code, GRILL) for code in loads], NOW)
    by_order = {made.body.order: made.body.items for made in cards}
    for fact in found.dispatched:
        loads[next(iter(fact.stations))] += by_order[fact.order]
    assert max(loads.values()) - min(loads.values()) <= max(counts)


@given(st.data())
def test_a_split_keeps_every_item_and_every_tick(data: st.DataObject) -> None:
    lines = tuple(
        line(number, count=(count := data.draw(st.integers(1, 6))), done=data.draw(st.integers(0, count)))
        for number in range(1, data.draw(st.integers(2, 5)))
    )
    made = body(1, *lines)
    off = tuple(
        SplitOff(line=entry.id, count=take) for entry in lines if (take := data.draw(st.integers(0, entry.count)))
    )
    fact = TokenSplit(order=made.order, part="1", place="stations/grill1", off=off, to="stations/grill2")
    try:
        parts = children(made, fact, by="Mia", at=NOW)
    except NotPossible:
        moved = sum(entry.count for entry in off)
        assert moved in {0, sum(entry.count for entry in lines)}
        return
    assert [part.part for _, part in parts] == ["1-1", "1-2"]
    for entry in lines:
        shares = [found for _, part in parts for found in part.lines if found.id == entry.id]
        assert sum(share.count for share in shares) == entry.count
        assert sum(share.done for share in shares) == entry.done
        assert all(0 <= share.done <= share.count for share in shares)


def test_a_transfer_says_who_gave_it_where_and_why() -> None:
    made = body(1)
    fact = TokenTransferred(order=made.order, part="1", place="stations/grill1", station="grill2", why="grill 1 is hot")
    ((place, after),) = children(made, fact, by="Aylin", at=NOW)
    assert place == "stations/grill2"
    assert after.given == Given(station="grill2", by="Aylin", why="grill 1 is hot", at=NOW)
    assert after.revision == 1
    assert after.changes[-1].what == "to grill2"


def test_a_dispatch_of_other_lines_than_there_are_is_not_possible() -> None:
    made = body(1)
    fact = TokenDispatched(order=made.order, part="1", place=INBOX, stations={"grill1": (ulid(77),)}, why={})
    with pytest.raises(NotPossible, match="other lines"):
        children(made, fact, by="x", at=NOW)
