"""An order that was changed after it was sent: only what changed goes to the kitchen, wherever its parts are by then."""

import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

from crew import NOW, Crew, moved, new_id, order

from station.domain.facts import LineTicked, OrderChanged, SplitOff, Take, TokenSplit
from station.domain.floor import Spot
from station.domain.taking import plan
from station.domain.token import Body, Change, Line, name_of
from station.local.mirror import Mirror
from station.tokens import dispatch
from station.tokens.floor import Floor

CHANGE = Change(what="changed by the guest", at=NOW)
GRILL = "stations/grill1"


@pytest.fixture
def crew(tmp_path, monkeypatch):
    monkeypatch.setattr(dispatch, "STUCK_AGAIN_S", 0.0)
    made = Crew(tmp_path)
    made.work()
    yield made
    made.close()


def changed(sent, *takes, token=None, cancel=False):
    return OrderChanged(
        change=new_id(),
        order=sent.order,
        number=sent.number,
        business_day=sent.business_day,
        mode="eat_in",
        at=NOW,
        currency="EUR",
        takes=takes,
        token=token,
        cancel=cancel,
        why="Wrong item",
    )


def several(count=3):
    """An order of so many of one line, at the grill."""
    sent = order("grill")
    line = msgspec.structs.replace(sent.token.lines[0], count=count)
    return msgspec.structs.replace(sent, token=msgspec.structs.replace(sent.token, lines=(line,)))


def on_screen(station):
    """By part: place, and (count, done, was) of each line."""
    mirror = Mirror(station.settings.mirror_path, b"k" * 32)
    found = {
        card.body.part: (card.spot.place, [(line.count, line.done, line.was) for line in card.body.lines])
        for card in mirror.cards.values()
    }
    mirror.close()
    return found


def at_grill(crew, sent):
    crew.till.does(sent)
    crew.work()
    assert crew.grill.cards() == {"1": GRILL}
    return sent.token.lines[0].id


def test_the_kitchen_sees_the_old_count_and_the_new_one(crew):
    sent = several(3)
    line = at_grill(crew, sent)
    crew.till.does(changed(sent, Take(line=line, before=3, left=1)))
    crew.work()
    assert on_screen(crew.grill) == {"1": (GRILL, [(1, 0, 3)])}
    assert ("change", "done") in crew.till.reports()


def test_what_is_cancelled_as_a_whole_leaves_the_station_and_stays_to_be_answered(crew):
    sent = several(2)
    line = at_grill(crew, sent)
    crew.till.does(changed(sent, Take(line=line, before=2, left=0), cancel=True))
    crew.work()
    assert on_screen(crew.grill) == {"1": ("void/2026-11-23", [(2, 0, None)])}
    assert crew.expediter.cards() == {}


def test_what_comes_to_it_is_another_part_of_the_same_order_and_goes_where_it_is_made(crew):
    sent = several(2)
    at_grill(crew, sent)
    more = msgspec.structs.replace(
        sent.token, part="2", lines=(msgspec.structs.replace(sent.token.lines[0], id=new_id(), group="fry", count=1),)
    )
    crew.till.does(changed(sent, token=more))
    crew.work()
    assert crew.grill.cards() == {"1": GRILL}
    assert crew.fry.cards() == {"2": "stations/fry1"}


def test_what_was_ticked_is_taken_last(crew):
    sent = several(3)
    line = at_grill(crew, sent)
    crew.grill.does(LineTicked(order=sent.order, part="1", place=GRILL, line=line, done=2))
    crew.work()
    crew.till.does(changed(sent, Take(line=line, before=3, left=2)))
    crew.work()
    assert on_screen(crew.grill) == {"1": (GRILL, [(2, 2, 3)])}
    crew.till.does(changed(sent, Take(line=line, before=2, left=1)))
    crew.work()
    assert on_screen(crew.grill) == {"1": (GRILL, [(1, 1, 3)])}


def test_a_part_that_is_split_loses_it_where_least_is_done(crew):
    sent = several(4)
    line = at_grill(crew, sent)
    crew.grill.does(
        TokenSplit(order=sent.order, part="1", place=GRILL, off=(SplitOff(line=line, count=2),), to="pass", why="split")
    )
    crew.work()
    crew.till.does(changed(sent, Take(line=line, before=4, left=1)))
    crew.work()
    # Both at the grill are gone as a whole, and one of the two on the pass.
    assert crew.grill.cards()["1-1"] == "void/2026-11-23"
    assert on_screen(crew.expediter)["1-2"] == ("pass", [(1, 0, 2)])


def test_what_was_handed_over_cannot_be_taken_and_the_till_is_told(crew):
    sent = several(2)
    line = at_grill(crew, sent)
    for place, to, verb in ((GRILL, "pass", "bump"), ("pass", "done/2026-11-23", "hand_over")):
        crew.expediter.does(moved(sent, "1", place, to, verb))
        crew.work()
    crew.till.does(changed(sent, Take(line=line, before=2, left=0), cancel=True))
    crew.work()
    told = [entry.fact.why for entry in crew.till.journal.since(0) if getattr(entry.fact, "verb", "") == "change"]
    assert told == ["2 of it had been handed over"]


class Killed(BaseException):
    """The power goes."""


@pytest.mark.parametrize("after", range(1, 8))
def test_cut_off_between_any_two_of_its_operations_it_takes_nothing_twice(crew, monkeypatch, after):
    sent = several(6)
    line = at_grill(crew, sent)
    crew.grill.does(
        TokenSplit(order=sent.order, part="1", place=GRILL, off=(SplitOff(line=line, count=3),), to="pass", why="split")
    )
    crew.work()
    more = msgspec.structs.replace(
        sent.token, part="2", lines=(msgspec.structs.replace(sent.token.lines[0], id=new_id(), count=1),)
    )
    calls = iter(range(1, 1_000))

    def dying(real):
        def call(*given, **named):
            result = real(*given, **named)
            if next(calls) == after:
                raise Killed
            return result

        return call

    with monkeypatch.context() as patch:
        for name in ("publish", "move", "replace", "parts_of", "read"):
            patch.setattr(Floor, name, dying(getattr(Floor, name)))
        crew.till.does(changed(sent, Take(line=line, before=6, left=2), token=more))
        try:
            crew.till.sync.step()
        except Killed:
            crew.till.journal.close()
            crew.till.start()
    crew.work()
    crew.work()
    found = {**on_screen(crew.grill), **on_screen(crew.expediter)}
    left = sum(lines[0][0] for part, (place, lines) in found.items() if part.startswith("1") and "void" not in place)
    assert left == 2
    assert [part for part in found if part == "2"] == ["2"]
    faults = crew.expediter.sync._floor.check()
    assert (list(faults.missing), list(faults.double)) == ([], [])


def test_while_the_share_is_away_it_waits_and_nothing_is_lost(crew):
    from crew import Flaky  # noqa: PLC0415

    sent = several(3)
    line = at_grill(crew, sent)
    Flaky.away = True
    try:
        crew.till.does(changed(sent, Take(line=line, before=3, left=2)))
        crew.till.sync.step()
        assert crew.till.status().queue == 1
    finally:
        Flaky.away = False
    crew.till.sync._due.connect = 0
    crew.work(8)
    assert on_screen(crew.grill) == {"1": (GRILL, [(2, 0, 3)])}


def _part(number, place, lines, order_id):
    body = Body(
        order=order_id,
        number="t1-001",
        part=number,
        mode="eat_in",
        placed_at=NOW,
        placed_by="Mia",
        placed_on="till1",
        lines=tuple(
            Line(id=key, item=key, name="x", count=count, done=min(done, count), group="grill")
            for key, count, done in lines
        ),
    )
    return Spot(place, name_of(body)), body


PLACES = ("inbox", "hold", GRILL, "stations/fry1", "pass", "done/2026-11-23")
KEYS = tuple(f"01jd9q3v7k8m2n4pqrstvwxyz{n}" for n in range(3))


@settings(max_examples=300)
@given(st.data())
def test_whatever_the_parts_are_so_many_are_left_and_saying_it_again_takes_nothing(data):
    parts = []
    for number in range(1, data.draw(st.integers(1, 4)) + 1):
        lines = [(key, data.draw(st.integers(1, 5)), data.draw(st.integers(0, 5))) for key in KEYS]
        parts.append(_part(str(number), data.draw(st.sampled_from(PLACES)), lines, KEYS[0]))

    def total(of, key):
        return sum(line.count for _, body in of for line in body.lines if line.id == key)

    takes = [
        Take(line=key, before=total(parts, key), left=data.draw(st.integers(0, total(parts, key)))) for key in KEYS[:2]
    ]
    made = plan(parts, takes, CHANGE)
    after = dict(parts)
    for taken in made.taken:
        del after[taken.spot]
        if taken.body is not None:
            after[Spot(taken.spot.place, name_of(taken.body))] = taken.body
    for take in takes:
        assert total(after.items(), take.line) == take.left + made.over.get(take.line, 0)
        handed = sum(
            line.count
            for spot, body in parts
            for line in body.lines
            if line.id == take.line and spot.place.startswith("done")
        )
        assert made.over.get(take.line, 0) <= handed
    assert total(after.items(), KEYS[2]) + sum(
        total([(taken.spot, dict(parts)[taken.spot])], KEYS[2]) for taken in made.taken if taken.body is None
    ) == total(parts, KEYS[2])
    again = plan(list(after.items()), [msgspec.structs.replace(take) for take in takes], CHANGE)
    assert again.taken == ()
