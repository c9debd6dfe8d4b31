"""What others take from a prep station: where it went is told, and what was voided there stays until somebody saw it."""

import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from station.domain.facts import OrderSent, SplitOff, TokenSplit, TokenTransferred
from station.local.status import Left
from station.tokens import dispatch
from station.tokens.picture import APART_S

sys.path.insert(0, str(Path(__file__).parent))

from crew import Crew, Flaky, moved, order


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    Flaky.away = False
    made = Crew(tmp_path)
    made.work(2)
    yield made
    for station in made.all:
        station.sync.close()


def at_the_grill(crew: Crew) -> OrderSent:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    assert crew.grill.cards() == {"1": "stations/grill1"}
    return sent


def told(crew: Crew) -> list[tuple[str, tuple[str, ...], bool]]:
    return [(each.number, each.to, each.stays) for each in crew.grill.status().left]


def test_an_order_that_the_expediter_took_away_is_told_with_where_it_went(crew: Crew) -> None:
    sent = at_the_grill(crew)
    crew.expediter.does(TokenTransferred(order=sent.order, part="1", place="stations/grill1", station="fry1"))
    crew.work()
    assert crew.grill.cards() == {}
    assert told(crew) == [("t1-001", ("stations/fry1",), False)]
    assert crew.fry.status().left == ()


def test_what_this_station_moved_itself_is_no_news_to_it(crew: Crew) -> None:
    sent = at_the_grill(crew)
    crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
    crew.work()
    crew.grill.does(moved(sent, "1", "pass", "stations/grill1", "undo"))
    crew.work()
    crew.grill.does(TokenTransferred(order=sent.order, part="1", place="stations/grill1", station="fry1"))
    crew.work()
    assert crew.fry.cards() == {"1": "stations/fry1"}
    assert told(crew) == []


def test_of_a_split_by_others_it_is_told_that_a_part_stays(crew: Crew) -> None:
    sent = at_the_grill(crew)
    off = (SplitOff(line=sent.token.lines[0].id, count=1),)
    crew.expediter.does(
        TokenSplit(order=sent.order, part="1", place="stations/grill1", off=off, to="stations/fry1", why="by hand")
    )
    crew.work()
    assert crew.grill.cards() == {"1-1": "stations/grill1"}
    assert told(crew) == [("t1-001", ("stations/fry1",), True)]


@pytest.mark.parametrize(("to", "verb"), [("hold", "hold"), ("pass", "bump"), ("inbox", "rescue")])
def test_wherever_others_put_it_is_told(crew: Crew, to: str, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # However slow this machine is: the expediter does not give it back meanwhile.
    monkeypatch.setattr(dispatch, "STUCK_AGAIN_S", 600.0)
    sent = at_the_grill(crew)
    crew.expediter.does(moved(sent, "1", "stations/grill1", to, verb))
    for station in (crew.expediter, crew.grill, crew.grill, crew.grill):
        station.sync._due.look = 0
        station.sync.step()
        time.sleep(APART_S)
    assert [where for _, where, _ in told(crew)] == [(to,)]


def test_an_order_that_was_voided_here_stays_in_the_mirror_and_is_told_by_its_card_alone(crew: Crew) -> None:
    sent = at_the_grill(crew)
    crew.expediter.does(moved(sent, "1", "stations/grill1", "void/2026-11-23", "void"))
    crew.work()
    assert crew.grill.cards() == {"1": "void/2026-11-23"}
    assert crew.fry.cards() == {}
    assert told(crew) == []
    crew.grill.sync.close()
    crew.grill.start()
    crew.work()
    assert crew.grill.cards() == {"1": "void/2026-11-23"}


def test_what_was_voided_elsewhere_is_none_of_this_stations(crew: Crew) -> None:
    sent = at_the_grill(crew)
    crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
    crew.work()
    crew.expediter.does(moved(sent, "1", "pass", "void/2026-11-23", "void"))
    crew.work()
    assert crew.grill.cards() == {}
    assert told(crew) == []


def test_what_is_nowhere_to_be_found_is_told_as_gone_and_looked_for_no_longer(crew: Crew, tmp_path: Path) -> None:
    at_the_grill(crew)
    (token,) = (tmp_path / "floor" / "stations" / "grill1").iterdir()
    token.unlink()
    crew.work(12)
    assert told(crew) == [("t1-001", (), False)]
    assert crew.grill.sync._departures._missed == {}


def test_what_was_told_is_forgotten_after_a_minute(crew: Crew) -> None:
    sent = at_the_grill(crew)
    crew.expediter.does(TokenTransferred(order=sent.order, part="1", place="stations/grill1", station="fry1"))
    crew.work()
    departures = crew.grill.sync._departures
    (left,) = departures.left
    departures.left = (Left(order=left.order, part="1", number="t1-001", at=left.at - timedelta(minutes=2)),)
    crew.work(2)
    assert crew.grill.status().left == ()
