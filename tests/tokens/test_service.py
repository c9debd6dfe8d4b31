"""What the expediter's program keeps of the times to the pass."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crew import Crew, Station, moved, order

from station.domain.facts import OrderSent
from station.domain.speed import Passed
from station.local.service import passed_on, service_file

DAY = "2026-11-23"


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    made = Crew(tmp_path)
    made.work()
    yield made
    made.close()


def kept(station: Station) -> tuple[Passed, ...]:
    return passed_on(station.settings.journal_path.parent, DAY)


def bumped(crew: Crew) -> OrderSent:
    sent = order("grill")
    crew.till.does(sent)
    crew.work()
    crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
    crew.work()
    return sent


def test_a_token_counts_when_it_first_comes_to_the_pass(crew: Crew) -> None:
    sent = bumped(crew)
    (one,) = kept(crew.expediter)
    assert (one.order, one.station, one.items) == (sent.order, "grill1", ("Item grill",))
    assert one.seconds == (one.at - sent.token.placed_at).total_seconds()
    crew.expediter.does(moved(sent, "1", "pass", "stations/grill1", "recall"))
    crew.work()
    crew.grill.does(moved(sent, "1", "stations/grill1", "pass", "bump"))
    crew.work()
    assert kept(crew.expediter) == (one,)


def test_a_restart_counts_nothing_twice_and_nothing_whose_time_nobody_saw(crew: Crew, tmp_path: Path) -> None:
    bumped(crew)
    unseen = order("grill")
    crew.till.does(unseen)
    crew.work()
    off = crew.expediter
    crew.all = (crew.till, crew.grill, crew.fry)
    crew.grill.does(moved(unseen, "1", "stations/grill1", "pass", "bump"))
    crew.work()
    again = Station(tmp_path, "pass1", "expediter", dispatch=True)
    crew.all = (crew.till, crew.grill, crew.fry, again)
    crew.work()
    assert len(kept(again)) == 1
    bumped(crew)
    assert len(kept(again)) == 2
    off.sync.close()


def test_a_torn_line_and_another_day_are_passed_over(crew: Crew) -> None:
    folder = crew.expediter.settings.journal_path.parent
    (folder / "service-2026-11-22.jsonl").write_text("{}\n")
    bumped(crew)
    assert not (folder / "service-2026-11-22.jsonl").exists()
    with service_file(folder, DAY).open("ab") as file:
        file.write(b'{"order":"01')
    assert len(kept(crew.expediter)) == 1
    bumped(crew)
    assert len(kept(crew.expediter)) >= 1
