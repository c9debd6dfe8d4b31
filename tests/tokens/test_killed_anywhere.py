"""A station killed between every two of its own steps, and what its screen shows at each of them.

A fact has one effect and one report whenever the program died; and the screen, which shows the mirror with the pending
facts on it, never blinks: no card is away for a moment, comes back after its bump, or stands there twice.
"""

import itertools
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from station.domain.cards import expected
from station.domain.facts import Fact, LineTicked, OrderSent, SplitOff, TokenSplit, TokenTransferred
from station.local.mirror import Mirror
from station.tokens.picture import APART_S

sys.path.insert(0, str(Path(__file__).parent))

from crew import KEY, Flaky, Station, moved, new_id, order

HERE = "stations/grill1"
View = frozenset[tuple[str, str, int]]


class Killed(BaseException):
    """As if the process had ended here."""


class Steps:
    """Every durable step of a station: counts them, looks at the screen around each, and kills at the chosen one."""

    def __init__(self, station: Station, kill_at: int) -> None:
        self.station, self.kill_at = station, kill_at
        self.count = 0
        self.views: list[View] = []
        sync = station.sync
        for owner, names in (
            (sync._holding._mirror, ("put", "move", "drop", "begin", "end")),
            (station.journal, ("settle", "save_progress", "forget_progress")),
            (sync._share, ("create", "move", "make_folder", "remove_folder", "delete")),
        ):
            for name in names:
                setattr(owner, name, self._around(getattr(owner, name)))

    def _around(self, call: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object, **kwargs: object) -> object:
            self._moment()
            return call(*args, **kwargs)

        return step

    def _moment(self) -> None:
        self.views.append(seen(self.station))
        self.count += 1
        if self.count == self.kill_at:
            raise Killed


def seen(station: Station) -> View:
    """(part, place, ticks) of each card on the screen."""
    pending = station.journal.pending()
    mirror = Mirror(station.settings.mirror_path, KEY)
    cards = expected(mirror.cards, pending)
    mirror.close()
    return frozenset(
        (card.body.part, card.spot.place, sum(line.done for line in card.body.lines)) for card in cards.values()
    )


def mine(view: View) -> View:
    return frozenset(card for card in view if card[1] == HERE)


def bump(sent: OrderSent) -> Fact:
    return moved(sent, "1", HERE, "pass", "bump")


def tick(sent: OrderSent) -> Fact:
    return LineTicked(order=sent.order, part="1", place=HERE, line=sent.token.lines[0].id, done=2)


def transfer(sent: OrderSent) -> Fact:
    return TokenTransferred(order=sent.order, part="1", place=HERE, station="fry1")


def split(sent: OrderSent) -> Fact:
    off = (SplitOff(line=sent.token.lines[0].id, count=1),)
    return TokenSplit(order=sent.order, part="1", place=HERE, off=off, to="stations/fry1")


def card(part: str, ticks: int = 0) -> View:
    return frozenset({(part, HERE, ticks)})


CASES: dict[str, tuple[Callable[[OrderSent], Fact], list[View], set[str]]] = {
    "bump": (bump, [frozenset()], {"pass/1"}),
    "ticked": (tick, [card("1", 2)], {f"{HERE}/1"}),
    "transferred": (transfer, [frozenset()], {"stations/fry1/1"}),
    # Its parts get their names from the floor: until then the whole is shown.
    "split": (split, [card("1"), card("1-1")], {f"{HERE}/1-1", "stations/fry1/1-2"}),
}


@pytest.mark.parametrize("verb", CASES)
def test_a_fact_has_one_effect_and_one_report_whenever_the_program_dies(verb: str, tmp_path: Path) -> None:
    make, views, there = CASES[verb]
    Flaky.away = False
    for kill_at in itertools.count(1):
        root = tmp_path / str(kill_at)
        (root / "floor").mkdir(parents=True)
        station = Station(root, "grill1", "prep")
        station.sync.step()
        sent = order("grill")
        station.sync._floor.publish(new_id(), sent.token, HERE)
        settle_down(station)
        assert mine(seen(station)) == card("1")
        station.does(make(sent))
        steps = Steps(station, kill_at)
        try:
            station.sync.step()
        except Killed:
            killed = True
        else:
            killed = False
        station.journal.close()
        station.sync.close()
        station.start()
        again = Steps(station, 0)
        settle_down(station)
        shown = [mine(view) for view in steps.views + again.views]
        assert list(dict.fromkeys(shown)) == views[: len(set(shown))], (kill_at, shown)
        assert station.reports() == [(verb, "done")], kill_at
        assert station.journal.pending() == []
        assert mine(seen(station)) == views[-1]
        live = [*root.glob("floor/pass/*.sss"), *root.glob("floor/stations/*/*.sss")]
        assert {f"{path.parent.relative_to(root / 'floor')}/{path.name.split('.')[2][1:]}" for path in live} == there
        assert station.sync._floor.check(deep=True).ok
        assert station.sync._holding.operations() == []
        station.sync.close()
        station.journal.close()
        if not killed:
            assert kill_at > 6
            return


def settle_down(station: Station) -> None:
    for _ in range(3):
        station.sync._due.look = 0
        station.sync.step()
        if station.sync._holding.doubtful:
            time.sleep(APART_S)
