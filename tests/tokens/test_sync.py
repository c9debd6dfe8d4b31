"""The tokens program's rounds: three stations on one floor, and the share gone in between."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from station.domain.facts import LineTicked, SplitOff, TokenSplit, TokenTransferred
from station.local.clock import boot_s
from station.local.mirror import Mirror

sys.path.insert(0, str(Path(__file__).parent))

from crew import KEY, Crew, Flaky, moved, order


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    Flaky.away = False
    made = Crew(tmp_path)
    made.work(2)
    yield made
    for station in made.all:
        station.sync.close()


def test_an_order_goes_from_the_till_to_a_station_to_the_pass_to_the_customer(crew: Crew) -> None:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    assert crew.grill.cards() == {"1": "stations/grill1"}
    assert crew.till.cards() == {}
    crew.grill.does(
        LineTicked(order=sent.order, part="1", place="stations/grill1", line=sent.token.lines[0].id, done=2)
    )
    crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
    crew.work()
    assert crew.expediter.cards() == {"1": "pass"}
    crew.expediter.does(moved(sent, "1", "pass", "done/2026-11-23", "hand_over"))
    crew.work()
    assert all(station.cards() == {} for station in crew.all)
    found = crew.expediter.sync._floor.check(deep=True)
    assert (found.ok, found.orders, found.parts) == (True, 1, 1)
    assert crew.grill.reports() == [("ticked", "done"), ("bump", "done")]


def test_an_order_for_two_groups_is_split_and_its_parts_know_each_other(crew: Crew) -> None:
    crew.till.does(order("grill", "fry"))
    crew.work()
    assert crew.grill.cards() == {"1-1": "stations/grill1"}
    assert crew.fry.cards() == {"1-2": "stations/fry1"}
    mirror = Mirror(crew.fry.settings.mirror_path, KEY)
    (card,) = mirror.cards.values()
    assert [(other.part, other.place) for other in card.body.elsewhere] == [("1-1", "stations/grill1")]
    assert card.body.given is not None
    assert card.body.given.why == "the only station there for it"


def test_a_token_that_nobody_can_take_is_told_to_the_till_and_the_expediter(crew: Crew) -> None:
    crew.till.does(order("sushi"))
    crew.work(2)
    for station in (crew.till, crew.expediter):
        station.sync._dispatcher._seen_s = dict.fromkeys(station.sync._dispatcher._seen_s, boot_s() - 11)
    crew.work(2)
    assert [trouble.text for trouble in crew.expediter.status().troubles] == [
        "nobody took T1-001: no station cooks sushi"
    ]
    assert crew.till.status().troubles[0].offer_paper


def test_while_the_share_is_away_facts_wait_in_order_and_all_arrive(crew: Crew) -> None:
    first = order("grill")
    crew.till.does(first)
    crew.work()
    Flaky.away = True
    crew.work(2)
    assert crew.grill.status().share == "away"
    assert crew.grill.cards() == {"1": "stations/grill1"}
    line = first.token.lines[0].id
    crew.grill.does(LineTicked(order=first.order, part="1", place="stations/grill1", line=line, done=1))
    crew.grill.does(LineTicked(order=first.order, part="1", place="stations/grill1", line=line, done=2))
    crew.grill.does(moved(first, "1", "stations/grill1", "pass", "bump"))
    crew.till.does(order("grill"))
    crew.work(2)
    assert crew.grill.status().queue == 3
    Flaky.away = False
    for station in crew.all:
        station.sync._due.connect = 0
    crew.work(8)
    assert crew.grill.status().share == "ok"
    assert crew.grill.status().queue == 0
    assert crew.grill.reports() == [("ticked", "done"), ("ticked", "done"), ("bump", "done")]
    assert crew.expediter.sync._floor.check(deep=True).orders == 2


def test_a_station_that_dies_comes_back_with_its_floor_and_goes_on(crew: Crew) -> None:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    crew.grill.sync.close()
    crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
    crew.grill.start()
    assert crew.grill.cards() == {"1": "stations/grill1"}
    crew.work()
    assert crew.grill.reports() == [("bump", "done")]


def test_of_two_who_bump_the_same_card_one_is_told_that_it_was_gone(crew: Crew) -> None:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    bump = moved(sent, "1", "stations/grill1", "pass", "bump")
    crew.grill.does(bump)
    crew.expediter.does(bump)
    crew.work()
    assert sorted(crew.grill.reports() + [r for r in crew.expediter.reports() if r[0] == "bump"]) == [
        ("bump", "done"),
        ("bump", "lost"),
    ]


def test_a_split_and_a_transfer_by_hand_reach_both_screens(crew: Crew) -> None:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    off = (SplitOff(line=sent.token.lines[0].id, count=1),)
    crew.expediter.does(
        TokenSplit(order=sent.order, part="1", place="stations/grill1", off=off, to="stations/fry1", why="by hand")
    )
    crew.work()
    assert crew.grill.cards() == {"1-1": "stations/grill1"}
    assert crew.fry.cards() == {"1-2": "stations/fry1"}
    crew.expediter.does(TokenTransferred(order=sent.order, part="1-2", place="stations/fry1", station="grill1"))
    crew.work()
    assert crew.grill.cards() == {"1-1": "stations/grill1", "1-2": "stations/grill1"}
    assert crew.fry.cards() == {}


def test_what_is_no_token_is_quarantined_with_its_reason_and_never_cooked(crew: Crew, tmp_path: Path) -> None:
    crew.till.does(order("grill"))
    crew.work()
    floor = tmp_path / "floor"
    (real,) = (floor / "stations" / "grill1").iterdir()
    bad = {
        "01jd9q3v7k8m2n4pqrst0wxyz0.t1-042.p1.r0.h0.n1.sss": b"SSS/1 torn",
        "01jd9q3v7k8m2n4pqrst0wxyz1.t1-043.p1.r0.h0.n1.sss": real.read_bytes(),
        "shopping list.txt": b"milk",
    }
    for name, data in bad.items():
        (floor / "stations" / "grill1" / name).write_bytes(data)
    crew.work()
    assert crew.grill.cards() == {"1": "stations/grill1"}
    reasons = [path.read_text() for path in (floor / "quarantine").glob("*.why")]
    assert len(reasons) == len(bad)
    assert any("torn" in reason for reason in reasons)
    assert sum("wrongly named" in reason for reason in reasons) == 2
    kept = [path.read_bytes() for path in (floor / "quarantine").iterdir() if path.suffix != ".why"]
    assert sorted(kept) == sorted(bad.values())


def test_a_floor_that_vanished_is_refused_and_nothing_on_screen_is_lost(crew: Crew, tmp_path: Path) -> None:
    crew.till.does(order("grill"))
    crew.work()
    shutil.move(tmp_path / "floor" / "stations", tmp_path / "aside")
    crew.work(3)
    assert crew.grill.cards() == {"1": "stations/grill1"}
    shutil.rmtree(tmp_path / "floor" / "stations", ignore_errors=True)
    shutil.move(tmp_path / "aside", tmp_path / "floor" / "stations")
    for station in crew.all:
        station.sync._due.connect = station.sync._refused_until_s = 0
    crew.work(4)
    assert crew.grill.cards() == {"1": "stations/grill1"}
    assert crew.grill.status().share == "ok"
