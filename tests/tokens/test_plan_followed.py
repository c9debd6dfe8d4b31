"""The expediter's plan as the stations' programs follow it: paused, by hand, and after a restart."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crew import Crew, Station, order

from station.domain.facts import Automatic, Paused, PlanChanged
from station.tokens import dispatch


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    made = Crew(tmp_path)
    yield made
    made.close()


def test_by_hand_nothing_is_dispatched_until_it_is_automatic_again(crew: Crew) -> None:
    crew.work()
    crew.expediter.does(PlanChanged(change=Automatic(automatic=False)))
    crew.work()
    crew.till.does(order("grill"))
    crew.work()
    assert crew.expediter.cards() == {"1": "inbox"}
    assert not crew.till.status().plan.automatic
    assert crew.expediter.reports() == [("plan", "done")]
    crew.expediter.does(PlanChanged(change=Automatic(automatic=True)))
    crew.work()
    assert crew.expediter.cards() == {"1": "stations/grill1"}


def test_a_paused_station_gets_nothing_and_the_order_says_why_it_waits(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatch, "NOBODY_TOOK_S", 0.0)
    crew.work()
    crew.expediter.does(PlanChanged(change=Paused(station="grill1", paused=True)))
    crew.work()
    crew.till.does(order("grill"))
    crew.work()
    assert crew.expediter.cards() == {"1": "inbox"}
    assert "GRILL1 is paused" in crew.expediter.status().troubles[0].text


def test_a_station_that_starts_again_goes_by_the_plan(crew: Crew, tmp_path: Path) -> None:
    crew.work()
    crew.expediter.does(PlanChanged(change=Automatic(automatic=False)))
    crew.work()
    again = Station(tmp_path, "pass1", "expediter", dispatch=True)
    crew.all = (crew.till, crew.grill, crew.fry, again)
    crew.till.does(order("grill"))
    crew.work()
    assert again.cards() == {"1": "inbox"}
    assert not again.status().plan.automatic
