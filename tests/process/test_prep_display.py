"""The real prep display: a long touch opens a recipe, one of several is ticked, a voided order is answered for once."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from station.bench import kitchen
from station.bench.scratch import ScratchStation
from station.data.snapshot import Snapshots
from station.domain.facts import LineTicked, StaffSeen, VoidAcknowledged
from station.domain.hands import Press, Touch
from station.domain.token import Line
from station.local.clock import boot_s
from station.local.journal import Journal
from station.local.status import Left, TokensStatus
from station.renderers.gestures import HOLD_S

VOID = "void/2026-11-23"


@pytest.fixture
def station(tmp_path):
    made = ScratchStation(tmp_path / "grill1", "grill1", "prep", (1280, 800))
    made.make_snapshot()
    made.tell()
    return made


@pytest.fixture
def body(station):
    """Five cheeseburgers of the demo shop."""
    shop = Snapshots(station.home / "data" / "snapshot.db", "grill1").shop()
    item = next(one for one in shop.menu.items if one.name == "Cheeseburger")
    now = datetime.now(UTC)
    line = Line(id=kitchen.ident(1, now), item=item.id, name=item.name, count=5, group="grill")
    return msgspec.structs.replace(kitchen.body(2, now, age_s=30, lines=1), lines=(line,))


def look(station):
    return station.ask(ask="describe")


def spot_of(station, beginning):
    x, y, w, h = next(hit["rect"] for hit in look(station)["hits"] if hit["action"].startswith(beginning))
    return {"x": x + w / 2, "y": y + h / 2}


def tap(station, beginning):
    spot = spot_of(station, beginning)
    station.feel(Touch(phase="down", **spot), Touch(phase="up", **spot))
    return look(station)


def soon(station, wanted, patience_s=10.0):
    ends = time.monotonic() + patience_s
    while not wanted(seen := look(station)):
        assert time.monotonic() < ends, (seen["message"], [hit["action"] for hit in seen["hits"]])
        time.sleep(0.02)
    return seen


def facts(station):
    journal = Journal(station.home / "data" / "journal.db", station.code)
    found = [entry.fact for entry in journal.since(0)]
    journal.close()
    return [fact for fact in found if not isinstance(fact, StaffSeen)]


def labels(seen):
    return [hit["label"] for hit in seen["hits"]]


def test_a_long_touch_opens_the_recipe_of_the_demo_shops_own_dish(station, body):
    station.put([kitchen.placed(body, "stations/grill1")[1]])
    with station.running():
        station.wait_until_seen()
        spot = spot_of(station, "tick:")
        station.feel(Touch(phase="down", **spot))
        seen = soon(station, lambda seen: any(hit["action"] == "recipe_tab:allergens" for hit in seen["hits"]))
        assert any(label.startswith("5 × Cheeseburger") for label in labels(seen))
        assert "How Burger sauce is made" in labels(seen)
        station.feel(Touch(phase="up", **spot))
        assert "How Burger sauce is made" in labels(look(station))
        tap(station, "into:")
        assert any(label.startswith("Cheeseburger › Beef patty") for label in labels(look(station)))
        station.feel(Press(key="escape"))
        assert not any(hit["action"] == "recipe_tab:make" for hit in look(station)["hits"])
    assert facts(station) == []
    assert HOLD_S < 1


def test_one_of_five_is_ticked_by_touch_and_by_key(station, body):
    station.put([kitchen.placed(body, "stations/grill1")[1]])
    with station.running():
        station.wait_until_seen()
        tap(station, "login")
        tap(station, "login:0")
        tap(station, "one:")
        station.feel(Press(key="1"), Press(key="+", text="+"))
        assert any(label == "Tick the other 3 of 5 Cheeseburger" for label in labels(look(station)))
    assert [fact.done for fact in facts(station) if isinstance(fact, LineTicked)] == [1, 2]


def test_a_voided_order_is_asked_about_until_it_is_answered_and_never_again_after_a_restart(station, body):
    station.put([kitchen.placed(body, VOID)[1]])
    with station.running():
        station.wait_until_seen()
        assert any(hit["action"].endswith(":made") for hit in look(station)["hits"])
    with station.running():
        station.wait_until_seen()
        assert [card["place"] for card in look(station)["cards"]] == [VOID]
        tap(station, "login")
        tap(station, "login:0")
        seen = tap(station, f"seen:{body.order}:1:made")
        assert seen["cards"] == []
    with station.running():
        station.wait_until_seen()
        assert look(station)["cards"] == []
    assert facts(station) == [VoidAcknowledged(order=body.order, part="1", place=VOID, made=True)]


def test_what_another_took_is_told_on_the_screen_for_some_seconds(station, body):
    with station.running():
        station.wait_until_seen()
        now = datetime.now(UTC)
        left = Left(order=body.order, part="1", number="t1-042", to=("stations/grill2",), at=now)
        station.tell(TokensStatus(share="ok", shop_time=now, monotonic_s=boot_s(), left=(left,)))
        soon(station, lambda seen: seen["message"] == "T1-042 went to GRILL2")
        soon(station, lambda seen: seen["message"] == "", patience_s=12.0)
        assert datetime.now(UTC) - now > timedelta(seconds=5)
