"""What is held goes to the kitchen at its time, or after the course before it; and what left the floor is found again."""

import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crew import KEY, Crew, Station, moved, order

from station.domain.facts import OrderSent, SplitOff, TokenHeld, TokenSplit
from station.domain.floor import Spot
from station.domain.token import encode, name_of
from station.local.mirror import Mirror
from station.tokens import dispatch, firing


@pytest.fixture
def crew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    monkeypatch.setattr(firing, "SURE_S", 0.0)
    monkeypatch.setattr(dispatch, "STUCK_AGAIN_S", 0.0)
    made = Crew(tmp_path)
    made.work()
    yield made
    made.close()


def on_grill(crew: Crew) -> OrderSent:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    assert crew.grill.cards() == {"1": "stations/grill1"}
    return sent


def held(crew: Crew, sent: OrderSent, seconds: float | None) -> None:
    until = None if seconds is None else crew.expediter.clock.now() + timedelta(seconds=seconds)
    crew.expediter.does(TokenHeld(order=sent.order, part="1", place="stations/grill1", until=until, why="held by Mia"))


def test_it_stays_until_its_time_and_goes_by_itself_then(crew: Crew) -> None:
    sent = on_grill(crew)
    held(crew, sent, 3600)
    crew.work()
    assert crew.expediter.cards() == {"1": "hold"}
    crew.expediter.does(
        TokenHeld(order=sent.order, part="1", place="hold", until=crew.expediter.clock.now(), why="held by Mia")
    )
    crew.work(10)
    assert crew.expediter.cards() == {"1": "stations/grill1"}
    assert ("fire", "done") in crew.expediter.reports()


def test_a_restart_of_the_expediter_forgets_no_time(crew: Crew, tmp_path: Path) -> None:
    sent = on_grill(crew)
    held(crew, sent, 0.5)
    crew.work(1)
    again = Station(tmp_path, "pass1", "expediter", dispatch=True)
    crew.all = (crew.till, crew.grill, crew.fry, again)
    crew.expediter = again
    for _ in range(20):
        crew.work()
        if again.cards() == {"1": "stations/grill1"}:
            break
    assert again.cards() == {"1": "stations/grill1"}


def test_without_a_time_it_waits_for_a_person(crew: Crew) -> None:
    sent = on_grill(crew)
    held(crew, sent, None)
    crew.work(10)
    assert crew.expediter.cards() == {"1": "hold"}
    crew.expediter.does(moved(sent, "1", "hold", "inbox", "fire"))
    crew.work()
    assert crew.expediter.cards() == {"1": "stations/grill1"}


@pytest.mark.parametrize("end", ["pass", "void"])
def test_the_second_course_goes_when_the_first_is_made_or_void(crew: Crew, end: str) -> None:
    sent = on_grill(crew)
    line = sent.token.lines[0].id
    off = (SplitOff(line=line, count=1),)
    split = TokenSplit(order=sent.order, part="1", place="stations/grill1", off=off, to="hold", course=True)
    crew.expediter.does(split)
    crew.work(10)
    assert crew.expediter.cards() == {"1-1": "stations/grill1", "1-2": "hold"}
    crew.grill.does(moved(sent, "1-1", "stations/grill1", "pass" if end == "pass" else "void/2026-11-23", "bump"))
    crew.work(10)
    assert crew.expediter.cards()["1-2"] == "stations/grill1"


def test_a_first_course_that_is_split_again_holds_the_second_until_all_of_it_is_made(crew: Crew) -> None:
    sent = order("grill", "grill")
    crew.till.does(sent)
    crew.work()
    one, two = (line.id for line in sent.token.lines)
    here = {"order": sent.order, "place": "stations/grill1"}
    course = (SplitOff(line=one, count=1),)
    crew.expediter.does(TokenSplit(**here, part="1", off=course, to="hold", course=True))
    crew.work()
    crew.grill.does(TokenSplit(**here, part="1-1", off=(SplitOff(line=two, count=1),), to="stations/grill1"))
    crew.work()
    crew.grill.does(moved(sent, "1-1-1", "stations/grill1", "pass", "bump"))
    crew.work(10)
    assert crew.expediter.cards()["1-2"] == "hold"
    crew.grill.does(moved(sent, "1-1-2", "stations/grill1", "pass", "bump"))
    crew.work(10)
    assert crew.expediter.cards()["1-2"] == "stations/grill1"


def finished(station: Station) -> list[tuple[str, str]]:
    mirror = Mirror(station.settings.mirror_path, KEY)
    found = [(card.body.order, card.spot.place) for card in mirror.finished("done/2026-11-23")]
    mirror.close()
    return found


def test_what_was_handed_over_is_found_after_a_restart_and_comes_back(crew: Crew, tmp_path: Path) -> None:
    first, second = on_grill(crew), order("grill")
    for sent in (first, second):
        if sent is second:
            crew.till.does(sent)
            crew.work()
        crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
        crew.work()
        crew.expediter.does(moved(sent, "1", "pass", "done/2026-11-23", "hand_over"))
        crew.work()
    again = Station(tmp_path, "pass1", "expediter", dispatch=True)
    crew.all = (crew.till, crew.grill, crew.fry, again)
    assert finished(again) == [(second.order, "done/2026-11-23"), (first.order, "done/2026-11-23")]
    again.does(moved(first, "1", "done/2026-11-23", "pass", "recall"))
    crew.work()
    assert again.cards() == {"1": "pass"}


def test_what_is_kept_of_other_days_goes_and_a_day_is_bounded(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("station.local.mirror.FINISHED_KEPT", 3)
    writer = crew.expediter.sync._holding._mirror
    for day in ("2026-11-22", "2026-11-23"):
        for _ in range(5):
            body = order("grill").token
            writer.finish(Spot(f"done/{day}", name_of(body)), encode(body, KEY))
    mirror = Mirror(crew.expediter.settings.mirror_path, KEY)
    assert len(mirror.finished("done/2026-11-23")) == 3
    assert mirror.finished("done/2026-11-22") == ()
    mirror.close()
