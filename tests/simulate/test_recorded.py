"""A rush that really was: whole orders from the parts that were handed over, as they were before anybody cooked them."""

import sys
from datetime import date
from pathlib import Path

import msgspec
import pytest

from station.domain.changes import children
from station.domain.facts import TokenDispatched
from station.domain.routing import Load
from station.domain.token import encode, name_of
from station.errors import StationError
from station.simulate.plan import Plan, run
from station.simulate.recorded import from_floor, orders_of

sys.path.insert(0, str(Path(__file__).parent))
from rushes import order

KEY = b"k" * 32
DAY = date(2026, 11, 23)


def split(body, **lines_of):
    """The parts of the order at these stations, everything ticked, as they lie in done/."""
    fact = TokenDispatched(order=body.order, part="1", place="inbox", stations=lines_of, why={})
    parts = [part for _, part in children(body, fact, by="x", at=body.placed_at)]
    return [
        msgspec.structs.replace(
            part, lines=tuple(msgspec.structs.replace(line, done=line.count) for line in part.lines)
        )
        for part in parts
    ]


@pytest.fixture
def floor(tmp_path):
    """A floor with two orders handed over, one of them in two parts."""
    one, two = order(1, 0, ("grill", (1, 1)), ("fry", (1,))).body, order(2, 60, ("grill", (1,) * 4)).body
    done = tmp_path / "floor" / "done" / DAY.isoformat()
    done.mkdir(parents=True)
    (done.parent / "2026-11-01").mkdir()
    for part in [
        *split(one, grill1=(one.lines[0].id,), fry1=(one.lines[1].id,)),
        *split(two, grill2=(two.lines[0].id,)),
    ]:
        (done / str(name_of(part, 5))).write_bytes(encode(part, KEY))
    return tmp_path / "floor", (one, two)


def test_parts_are_one_order_again_with_nothing_cooked(floor) -> None:
    folder, orders = floor
    found = from_floor(folder, KEY)
    assert sorted(found.bodies, key=lambda body: body.order) == sorted(orders, key=lambda body: body.order)
    assert found.stations == (
        Load("fry1", frozenset({"fry"})),
        Load("grill1", frozenset({"grill"})),
        Load("grill2", frozenset({"grill"})),
    )


def test_a_line_that_was_split_by_hand_is_one_line_again() -> None:
    body = order(1, 0, ("grill", (1,) * 5)).body
    line = body.lines[0]
    parts = [
        msgspec.structs.replace(body, part=part, lines=(msgspec.structs.replace(line, count=count, done=count),))
        for part, count in (("1-1", 2), ("1-2", 3))
    ]
    assert orders_of(parts) == [body]


def test_a_folder_of_tokens_will_do_and_strangers_in_it_are_counted(floor) -> None:
    folder, _ = floor
    day = folder / "done" / DAY.isoformat()
    (day / "torn.sss").write_bytes(b"SSS/1 ")
    found = from_floor(day, KEY)
    assert (len(found.bodies), found.unread) == (2, 1)
    assert found == from_floor(folder, KEY, DAY)


def test_a_recorded_rush_goes_through_the_shops_own_stations(floor) -> None:
    report = run(Plan(layout="shop", recorded=from_floor(floor[0], KEY), seeds=2))
    assert [station.code for station in report.stations] == ["fry1", "grill1", "grill2"]
    assert [each.placed_s for each in report.first.orders] == [0.0, 60.0]
    assert all(len(each.first.made) == 7 for each in report.outcomes)


@pytest.mark.parametrize(
    ("key", "day", "sentence"),
    [
        (b"x" * 32, None, "signature does not fit.*is it this shop's key"),
        (KEY, date(2026, 11, 1), "holds no token"),
        (KEY, date(2026, 12, 24), "holds no token"),
    ],
)
def test_what_cannot_be_read_is_said(floor, key, day, sentence) -> None:
    with pytest.raises(StationError, match=sentence):
        from_floor(floor[0], key, day)


def test_what_is_no_floor_is_said(tmp_path, floor) -> None:
    with pytest.raises(StationError, match="is no folder"):
        from_floor(tmp_path / "nowhere", KEY)
    with pytest.raises(StationError, match="is no floor"):
        from_floor(floor[0] / "done" / DAY.isoformat(), KEY, DAY)
    (tmp_path / "new" / "done").mkdir(parents=True)
    with pytest.raises(StationError, match="nothing was handed over"):
        from_floor(tmp_path / "new", KEY)
