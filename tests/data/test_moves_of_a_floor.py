"""Whatever is done with tokens on a real floor stands in the master as one move: what, from where to where, by whom, and why."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from station.data import followed
from station.data.session import reading
from station.data.tables import ledger, orders
from station.domain.facts import (
    LineTicked,
    SplitOff,
    TokenAcknowledged,
    TokenHeld,
    TokenMoved,
    TokenRushed,
    TokenSplit,
    TokenTransferred,
    VoidAcknowledged,
)
from station.tokens import firing

sys.path.insert(0, str(Path(__file__).parents[1] / "tokens"))
from crew import Crew, Flaky

GRILL = "stations/grill1"
DONE, VOID = "done/2026-11-23", "void/2026-11-23"


class Shift:
    """People at the stations of one floor, and what the master knows once all of it was brought."""

    def __init__(self, root, engine, day):
        Flaky.away = False
        self.crew, self.engine, self.day = Crew(root), engine, day
        self.people = {person.name: person.id for person in day.shop.staff}
        self.names = {person.id: person.name for person in day.shop.staff}
        self.crew.work(2)

    def does(self, who, station, fact, rounds=3):
        station.journal.append(fact, self.people[who], station.clock.now())
        # As if some time had passed: what was dispatched a moment ago is not dispatched again.
        self.crew.expediter.sync._dispatcher._tried_s.clear()
        self.crew.work(rounds)

    def sells(self, *sold, name="one"):
        sent = self.day.sale(*sold, name=name)
        self.does("Amina", self.crew.till, sent, 6)
        return sent.order

    def moves(self, order):
        """By verb: (who, why, from, to, outcome) of each move of this order, as the master has them."""
        for station in self.crew.all:
            facts = list(station.journal.since(0))
            assert followed.store(self.engine, station.settings.code, facts).refused == ()
        moves = orders.token_moves
        with reading(self.engine) as conn:
            rows = conn.execute(select(moves).where(moves.c.order_id == order).order_by(moves.c.at, moves.c.hop)).all()
        found = {}
        for row in rows:
            seen = (self.names.get(row.staff_id), row.why, row.source, row.destination, row.outcome)
            found.setdefault(row.verb, []).append(seen)
        return found

    def close(self):
        for station in self.crew.all:
            station.sync.close()


@pytest.fixture
def shift(tmp_path, engine, day, monkeypatch):
    monkeypatch.setattr(firing, "SURE_S", 0.0)
    made = Shift(tmp_path, engine, day)
    yield made
    made.close()


def move(order, place, to, verb, why="", part="1", **more):
    return TokenMoved(order=order, part=part, place=place, to=to, verb=verb, why=why, **more)


def test_each_thing_that_is_done_is_one_move_that_says_who_and_why(shift):
    order = shift.sells(("Classic burger", 2))
    (line,) = shift.day.sale(("Classic burger", 2)).lines
    crew, about = shift.crew, {"order": order, "part": "1"}
    kofi, amina = ("Kofi", crew.grill), ("Amina", crew.expediter)
    shift.does(*amina, TokenRushed(**about, place=GRILL, rush=True))
    shift.does(*kofi, TokenAcknowledged(**about, place=GRILL, what="allergy"))
    shift.does(*kofi, LineTicked(**about, place=GRILL, line=line.id, done=1))
    shift.does(*kofi, move(order, GRILL, "pass", "bump"))
    shift.does(*kofi, move(order, "pass", GRILL, "undo"))
    shift.does(*amina, TokenHeld(**about, place=GRILL, why="held by Amina"))
    shift.does(*amina, move(order, "hold", "inbox", "fire", "fired by Amina"), 6)
    shift.does(*amina, move(order, GRILL, "inbox", "rescue", "rescued by Amina"), 6)
    shift.does(*amina, TokenTransferred(**about, place=GRILL, station="fry1", why="transferred by Amina"))
    shift.does(*amina, move(order, "stations/fry1", "pass", "bump"))
    shift.does(*amina, move(order, "pass", DONE, "hand_over", "in parts by Amina"))
    shift.does(*amina, move(order, DONE, "pass", "recall", "recalled by Amina"))
    shift.does(*amina, move(order, "pass", VOID, "void", "Guest left by Amina; made: waste", made=True))
    assert crew.expediter.sync._floor.check(deep=True).ok
    moves = shift.moves(order)
    assert {verb: [seen[0] for seen in told] for verb, told in moves.items()} == {
        "send": ["Amina"],
        "dispatched": [None, None, None],
        "rushed": ["Amina"],
        "acknowledged": ["Kofi"],
        "ticked": ["Kofi"],
        "bump": ["Kofi", "Amina"],
        "undo": ["Kofi"],
        "held": ["Amina"],
        "fire": ["Amina"],
        "rescue": ["Amina"],
        "transferred": ["Amina"],
        "hand_over": ["Amina"],
        "recall": ["Amina"],
        "void": ["Amina"],
    }
    assert moves["held"] == [("Amina", "held by Amina", GRILL, "hold", "done")]
    assert moves["fire"] == [("Amina", "fired by Amina", "hold", "inbox", "done")]
    assert moves["rescue"] == [("Amina", "rescued by Amina", GRILL, "inbox", "done")]
    assert moves["transferred"] == [("Amina", "transferred by Amina", GRILL, "stations/fry1", "done")]
    assert moves["hand_over"] == [("Amina", "in parts by Amina", "pass", DONE, "done")]
    assert moves["recall"] == [("Amina", "recalled by Amina", DONE, "pass", "done")]
    assert moves["void"] == [("Amina", "Guest left by Amina; made: waste", "pass", VOID, "done")]
    assert all(why for _, why, *_ in moves["dispatched"])


def test_a_course_that_fires_by_itself_names_no_person_but_says_why(shift):
    order = shift.sells(("Classic burger", 2))
    (line,) = shift.day.sale(("Classic burger", 2)).lines
    crew = shift.crew
    off = (SplitOff(line=line.id, count=1),)
    split = TokenSplit(
        order=order, part="1", place=GRILL, off=off, to="hold", why="course 2, split by Amina", course=True
    )
    shift.does("Amina", crew.expediter, split)
    shift.does("Kofi", crew.grill, move(order, GRILL, "pass", "bump", part="1-1"), 6)
    moves = shift.moves(order)
    assert moves["split"] == [("Amina", "course 2, split by Amina", GRILL, GRILL, "done")]
    assert moves["fire"] == [(None, "part 1-1 is made", "hold", "inbox", "done")]
    with reading(shift.engine) as conn:
        token = orders.order_tokens.c
        places = dict(conn.execute(select(token.part, token.place).where(token.order_id == order)).all())
    assert places == {"1": "parents", "1-1": "pass", "1-2": GRILL}


def test_what_was_held_until_a_time_says_so(shift):
    order = shift.sells(("Classic burger", 1))
    expediter = shift.crew.expediter
    at = expediter.clock.now() - timedelta(seconds=1)
    held = TokenHeld(order=order, part="1", place=GRILL, until=at, why="held until 12:40 by Amina")
    shift.does("Amina", expediter, held, 6)
    moves = shift.moves(order)
    assert moves["held"] == [("Amina", "held until 12:40 by Amina", GRILL, "hold", "done")]
    ((who, why, *_),) = moves["fire"]
    assert (who, why) == (None, "its time has come")


def test_whether_a_void_order_is_waste_stands_in_the_audit_and_the_cooks_answer_after_it(shift):
    order = shift.sells(("Classic burger", 1))
    crew = shift.crew
    shift.does("Amina", crew.expediter, move(order, GRILL, VOID, "void", "Guest left by Amina", made=False))
    shift.does("Kofi", crew.grill, VoidAcknowledged(order=order, part="1", place=VOID, made=True))
    shift.moves(order)
    events = ledger.audit_events
    with reading(shift.engine) as conn:
        rows = conn.execute(select(events).where(events.c.subject_id == order).order_by(events.c.at)).all()
    told = [(row.kind, shift.names.get(row.staff_id), '"made":' + row.body.partition('"made":')[2][:4]) for row in rows]
    assert ("token.moved", "Amina", '"made":fals') in told
    assert told[-1] == ("void.acknowledged", "Kofi", '"made":true')


def test_two_that_do_the_same_are_two_moves_of_which_one_is_lost(shift):
    order = shift.sells(("Classic burger", 1))
    crew = shift.crew
    shift.does("Kofi", crew.grill, move(order, GRILL, "pass", "bump"))
    shift.does("Amina", crew.expediter, move(order, "pass", DONE, "hand_over"))
    shift.does("Amina", crew.expediter, move(order, DONE, "pass", "recall", "recalled by Amina"))
    shift.does("Kofi", crew.grill, move(order, DONE, "pass", "recall", "recalled by Kofi"))
    told = shift.moves(order)["recall"]
    assert [(who, outcome) for who, _, _, _, outcome in told] == [("Amina", "done"), ("Kofi", "lost")]
