"""The torture's judge can say no: operations that break a rule, crashed where it matters, and judged as the torture is."""

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from station.domain.floor import Spot
from station.domain.token import Change, encode
from station.errors import OutcomeUnknown
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor
from station.tokens.share import Moved

sys.path.insert(0, str(Path(__file__).parent / "torture"))

from client import KEY
from journal import Intent, Journal
from verdict import judge


class AnswerLost(DirectoryShare):
    """Moves the first of a target's top folder, and then says that nobody knows."""

    lose = ""

    def move(self, source, target):
        moved = super().move(source, target)
        if self.lose and target.startswith(self.lose) and moved is Moved.MOVED:
            self.lose = ""
            raise OutcomeUnknown("no answer came")
        return moved


@pytest.fixture
def journal(tmp_path):
    journal = Journal(tmp_path / "client.db")
    yield journal
    journal.close()


@pytest.fixture
def losing(directory_site):
    return AnswerLost(directory_site.root)


@pytest.fixture
def work(losing, journal, new_id):
    floor = Floor(
        losing,
        KEY,
        journal,
        nonce=new_id,
        today=lambda: date(2026, 11, 23),
        monotonic=lambda: 0.0,
        sleep=lambda _: None,
    )
    floor.prepare()
    return floor


def intend(journal, kind, children, source="", target=""):
    op = f"{kind}{len(journal.intents())}"
    journal.intend(
        Intent(op, kind, source, target, tuple((place, encode(body, KEY).hex()) for place, body in children))
    )
    return op


def forget_staged(journal, op):
    """The rule broken: it begins again although everything was staged."""
    step = journal.load(op)
    assert step.state == "staged"
    journal.save(op, replace(step, state="new"))


def crashed_publish(losing, journal, work, body, *, honest):
    order = body()
    op = intend(journal, "publish", [("inbox", order)])
    losing.lose = "inbox"
    with pytest.raises(OutcomeUnknown):
        work.publish(op, order)
    # While nobody knows, it is published, and somebody takes it on.
    (name,) = work.scan(["inbox"]).names["inbox"]
    work.move("elsewhere", Spot("inbox", name), "pass")
    if not honest:
        forget_staged(journal, op)
    work.publish(op, order)
    journal.end(op, "done")


def test_a_publish_that_keeps_the_rules_is_found_once(losing, journal, work, body):
    crashed_publish(losing, journal, work, body, honest=True)
    assert judge(losing, journal.intents()).ok


def test_a_publish_that_creates_again_after_staged_is_found_twice(losing, journal, work, body):
    crashed_publish(losing, journal, work, body, honest=False)
    verdict = judge(losing, journal.intents())
    assert not verdict.ok
    assert len(verdict.double) == 4


def crashed_revision(losing, journal, work, body, *, honest):
    order = body()
    published = intend(journal, "publish", [("inbox", order)])
    spot = work.publish(published, order)
    journal.end(published, "done")
    mark = Change(what="replace1", at=order.placed_at)
    made = msgspec.structs.replace(order, revision=1, changes=(mark,))
    op = intend(journal, "replace", [("pass", made)], spot.path)
    losing.lose = "transit"
    with pytest.raises(OutcomeUnknown):
        work.replace(op, spot, [("pass", made)])
    if not honest:
        forget_staged(journal, op)
    result = work.replace(op, spot, [("pass", made)])
    journal.end(op, "lost" if result is None else "done")
    (transits,) = [list((losing._root / "transit").iterdir())]
    for folder in transits:
        for child in folder.glob("pass~*"):
            child.rename(losing._root / "pass" / child.name.removeprefix("pass~"))


def test_a_revision_that_keeps_the_rules_is_done(losing, journal, work, body):
    crashed_revision(losing, journal, work, body, honest=True)
    assert judge(losing, journal.intents()).ok


def test_a_revision_that_begins_again_after_staged_tells_the_wrong_verdict(losing, journal, work, body):
    crashed_revision(losing, journal, work, body, honest=False)
    assert judge(losing, journal.intents()).wrong == ("replace1 says lost, but it happened",)


def test_a_lost_torn_or_unfinished_order_is_told(losing, journal, work, body, directory_site):
    spots = []
    for _ in range(3):
        order = body()
        op = intend(journal, "publish", [("inbox", order)])
        spots.append(work.publish(op, order))
    journal.end(op, "done")
    (directory_site.root / spots[0].path).unlink()
    (directory_site.root / spots[1].path).write_bytes(b"SSS/1 torn")
    verdict = judge(losing, journal.intents())
    assert (len(verdict.corrupt), len(verdict.missing), len(verdict.unfinished)) == (1, 6, 2)
