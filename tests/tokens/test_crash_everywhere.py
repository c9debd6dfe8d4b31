"""Every operation, broken at every durable step in every way, then continued: nothing lost, nothing twice, one verdict.

A step is one change on the share or one record of progress. The ways: the actor dies before it, or after it; the
share's answer is lost although it was done, or although it was not; or it is done late, after the reconnect.
"""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from station.domain.floor import Spot
from station.domain.token import Body
from station.errors import OutcomeUnknown, ShareError
from station.tokens import publish as publishing
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor, Step

KEY = b"the shop's key"
CHANGES = ("create", "move", "delete", "make_folder", "remove_folder")
WAYS = ("dies before", "dies after", "answer lost", "request lost", "late")


class Died(BaseException):
    """As SIGKILL: nothing of the actor runs any more."""


@dataclass
class Fault:
    """Strikes at the `at`-th durable step."""

    at: int
    way: str
    steps: int = 0
    struck: bool = False
    late: list[Callable[[], object]] = field(default_factory=list)

    def step(self, act, *, on_share):
        self.steps += 1
        if self.struck or self.steps != self.at:
            return act()
        self.struck = True
        if self.way == "dies before":
            raise Died
        if self.way == "dies after":
            act()
            raise Died
        if not on_share:
            return act()
        if self.way == "answer lost":
            act()
        elif self.way == "late":
            self.late.append(act)
        raise OutcomeUnknown("no answer came")


class FaultyShare:
    """A share that breaks as the fault says; what is late happens right after the reconnect."""

    def __init__(self, share, fault, session):
        self.share, self.fault, self.session = share, fault, session

    def __getattr__(self, name):
        act = getattr(self.share, name)
        if name not in CHANGES:
            return act
        return lambda *args: self.fault.step(lambda: act(*args), on_share=True)

    def sever(self, session):
        """The worst server: it ends nothing, so that late things still happen."""

    def reconnect(self):
        self.session += "'"
        for act in self.fault.late:
            # Nobody is left to hear how it ended.
            with suppress(ShareError):
                act()
        self.fault.late.clear()


class FaultyProgress:
    def __init__(self, steps, fault):
        self.steps, self.fault = steps, fault

    def load(self, op):
        return self.steps.get(op)

    def save(self, op, step):
        self.fault.step(lambda: self.steps.__setitem__(op, step), on_share=False)


class World:
    """A floor on a disk, and actors that come, die and come again."""

    def __init__(self, root: Path, new_id):
        self.share = DirectoryShare(root)
        self.root = root
        self.new_id = new_id
        self.clock = 0.0
        self.actors = itertools.count()

    def actor(self, steps: dict[str, Step], fault: Fault) -> tuple[Floor, FaultyShare]:
        share = FaultyShare(self.share, fault, f"session{next(self.actors)}")
        floor = Floor(
            share,
            KEY,
            FaultyProgress(steps, fault),
            nonce=self.new_id,
            today=lambda: date(2026, 11, 23),
            monotonic=lambda: self.clock,
            sleep=self.pass_time,
        )
        return floor, share

    def pass_time(self, seconds):
        self.clock += seconds

    def sane(self):
        return self.actor({}, Fault(0, ""))[0]

    def recover(self):
        """Somebody else goes on: sees everything, and again after three seconds, and after a minute."""
        other = self.sane()
        for _ in range(2):
            other.recover()
            self.pass_time(3)
            other.recover()
            self.pass_time(61)
            other.recover()


@dataclass(frozen=True)
class Case:
    """An operation on a token at `source`; `result` is where its tokens are when it is done, `before` when it is lost."""

    run: Callable[[Floor], object]
    result: frozenset[str]
    before: frozenset[str]


OPERATIONS = ("publish", "move", "revise", "transfer", "split in 2", "split in 3")


def prepared(world: World, body: Callable[..., Body], operation: str) -> Case:
    floor = world.sane()
    floor.prepare()
    order = body()
    if operation == "publish":
        return Case(
            lambda floor: floor.publish("op", order),
            paths([Spot("inbox", publishing.name_of(order))]),
            frozenset(),
        )
    source = floor.move("m", floor.publish("p", order), "stations/grill1")
    before = paths([source])
    if operation == "move":
        return Case(
            lambda floor: floor.move("op", source, "pass"),
            paths([Spot("pass", source.name.moved())]),
            before,
        )
    change = msgspec.structs.replace
    children = {
        "revise": [("stations/grill1", change(order, revision=1, note="ticked"))],
        "transfer": [("stations/cold1", change(order, revision=1, note="given"))],
        "split in 2": [
            ("stations/grill1", change(order, part="1-1", lines=order.lines[:1])),
            ("stations/cold1", change(order, part="1-2", lines=order.lines[1:])),
        ],
        "split in 3": [
            (f"stations/s{n}", change(order, part=f"1-{n}", lines=order.lines[n - 1 : n])) for n in (1, 2, 3)
        ],
    }[operation]
    spots = [Spot(place, publishing.name_of(made, source.name.hop + 1)) for place, made in children]
    return Case(lambda floor: floor.replace("op", source, children), paths(spots), before)


def paths(spots) -> frozenset[str]:
    return frozenset(spot.path for spot in spots)


def live(world: World) -> frozenset[str]:
    scan = world.share.list
    places = ["inbox", "hold", "pass", *(f"stations/{entry.name}" for entry in scan("stations"))]
    return frozenset(f"{place}/{entry.name}" for place in places for entry in scan(place))


def steps_of(world, body, operation) -> int:
    fault = Fault(0, "")
    case = prepared(world, body, operation)
    case.run(world.actor({}, fault)[0])
    return fault.steps


def run_until_it_ends(world, steps, fault, run, *, others_first) -> object:
    """The actor works; when it dies another process of its takes over, when an outcome is unknown it tries again."""
    floor, share = world.actor(steps, fault)
    for _ in range(10):
        try:
            return run(floor)
        except Died:
            if others_first:
                world.recover()
            floor, share = world.actor(steps, fault)
        except OutcomeUnknown:
            if others_first:
                world.recover()
            share.reconnect()
    raise AssertionError("it never ended")


def assert_whole(world, expected_live, *, published=True):
    world.recover()
    assert live(world) == expected_live
    check = world.sane().check(deep=True)
    assert check.ok, check
    assert check.quarantined == ()
    assert check.transits == ()
    assert bool(check.orders) == published


@pytest.mark.parametrize("others_first", [False, True], ids=["alone", "others recover first"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_broken_at_any_step_is_finished_or_undone(tmp_path, new_id, body, operation, way, others_first):
    (tmp_path / "count").mkdir()
    total = steps_of(World(tmp_path / "count", new_id), body, operation)
    assert total >= 3
    for at in range(1, total + 1):
        root = tmp_path / str(at)
        root.mkdir()
        world = World(root, new_id)
        case = prepared(world, body, operation)
        fault, steps = Fault(at, way), {}
        result = run_until_it_ends(world, steps, fault, case.run, others_first=others_first)
        told = f"{operation}, {way} step {at} of {total}"
        assert fault.struck, told
        state = steps["op"].state
        assert state == ("lost" if result is None else "done"), told
        if result is None:
            # Only the fence of somebody who gave the attempt up can have been first: the token stands where it stood.
            assert others_first, told
            assert {path.rpartition(".h")[0] for path in live(world)} == {
                path.rpartition(".h")[0] for path in case.before
            }, told
            assert_whole(world, live(world))
        else:
            assert_whole(world, case.result)
        assert case.run(world.actor(steps, Fault(0, ""))[0]) == result, f"{told}: another verdict the second time"
        assert_whole(world, live(world))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("committed", [True, False], ids=["committed", "not committed"])
def test_a_recovery_broken_at_any_step_is_finished_by_the_next(tmp_path, new_id, body, committed, way):
    for at in itertools.count(1):
        root = tmp_path / str(at)
        root.mkdir()
        world = World(root, new_id)
        case = prepared(world, body, "split in 3")
        # mkdir, three children, the record, the commit, ...
        leave_behind(world, case, at_step=6, way="dies after" if committed else "dies before")
        fault = Fault(at, way)
        floor, share = world.actor({}, fault)
        for seconds in (0, 3, 61, 61):
            world.pass_time(seconds)
            try:
                floor.recover()
            except Died:
                floor, share = world.actor({}, fault)
            except OutcomeUnknown:
                share.reconnect()
        world.recover()
        if not committed:
            # The parent stands where it stood, fenced: one hop further.
            assert {path.rpartition(".h")[0] for path in live(world)} == {
                path.rpartition(".h")[0] for path in case.before
            }
        assert_whole(world, case.result if committed else live(world))
        if not fault.struck:
            assert at > 4
            return


def leave_behind(world, case, *, at_step, way):
    with pytest.raises(Died):
        case.run(world.actor({}, Fault(at_step, way))[0])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_two_faults_in_a_row_are_no_worse_than_one(tmp_path, new_id, body, operation):
    (tmp_path / "count").mkdir()
    total = steps_of(World(tmp_path / "count", new_id), body, operation)
    for number, (first, second) in enumerate(itertools.product(range(1, total + 1), range(1, total + 1))):
        root = tmp_path / str(number)
        root.mkdir()
        world = World(root, new_id)
        case = prepared(world, body, operation)
        steps: dict[str, Step] = {}
        with pytest.raises((Died, OutcomeUnknown)):
            case.run(world.actor(steps, Fault(first, "dies after"))[0])
        result = run_until_it_ends(world, steps, Fault(second, "late"), case.run, others_first=False)
        assert result is not None
        assert_whole(world, case.result)


class TestThatTheCheckerSees:
    """The same crash, the same checker, and operations that break the rules: each must be caught."""

    def test_a_publish_that_creates_again_after_staged(self, tmp_path, new_id, body, monkeypatch):
        honest = publishing.publish

        def forgetful(hand, op, order, place):
            step = hand.progress.load(op)
            if step is not None and step.state == "staged":
                # What is left of the step says "new", so everything begins again.
                hand.progress.steps[op] = replace(step, state="new")
            return honest(hand, op, order, place)

        monkeypatch.setattr("station.tokens.floor.publish", forgetful)
        world = World(tmp_path, new_id)
        case = prepared(world, body, "publish")
        steps: dict[str, Step] = {}
        # It was published, but the answer was lost; before it is tried again, the token moves on.
        floor, _ = world.actor(steps, Fault(3, "answer lost"))
        with pytest.raises(OutcomeUnknown):
            case.run(floor)
        world.sane().move("m", Spot(*_spot(case.result)), "pass")
        case.run(world.actor(steps, Fault(0, ""))[0])
        check = world.sane().check()
        assert not check.ok
        assert len(check.double) == 1

    def test_a_replacement_that_stages_again_after_staged(self, tmp_path, new_id, body, monkeypatch):
        world = World(tmp_path, new_id)
        case = prepared(world, body, "split in 2")
        fault = Fault(5, "answer lost")
        steps: dict[str, Step] = {}
        floor, _ = world.actor(steps, fault)
        with pytest.raises(OutcomeUnknown):
            case.run(floor)
        assert steps["op"].state == "staged"
        steps.clear()
        # Its children are live by another's hand; a second attempt finds the source gone and must not say "done".
        world.recover()
        assert case.run(world.actor(steps, Fault(0, ""))[0]) is None
        assert_whole(world, case.result)

    def test_a_roll_forward_that_retires_the_parent_first(self, tmp_path, new_id, body, monkeypatch):
        def hasty(hand, transit, children):
            hand.move_into(transit.parent, transit.retired(hand.today()))
            for path, spot in children:
                hand.move_into(path, spot.path)

        monkeypatch.setattr("station.tokens.replace.roll_forward", hasty)
        monkeypatch.setattr("station.tokens.recover.resolve", _resolve_by_parent_alone)
        world = World(tmp_path, new_id)
        case = prepared(world, body, "split in 2")
        # It commits in its fifth step, makes the day's folder, and dies when the parent is retired (the eighth) while
        # the children still wait.
        run_until_it_ends(world, {}, Fault(8, "dies after"), case.run, others_first=True)
        assert world.sane().check().missing

    def test_an_abandon_without_a_fence(self, tmp_path, new_id, body, monkeypatch):
        monkeypatch.setattr("station.tokens.recover._abandon", _abandon_without_fence)
        world = World(tmp_path, new_id)
        case = prepared(world, body, "split in 2")
        fault = Fault(5, "late")
        floor, share = world.actor({}, fault)
        with pytest.raises(OutcomeUnknown):
            case.run(floor)
        # The observer clears the children away, all but the folder; then the commit comes late.
        monkeypatch.setattr(DirectoryShare, "remove_folder", lambda *_: None)
        world.recover()
        share.reconnect()
        check = world.sane().check()
        assert check.missing

    def test_a_token_that_is_torn(self, tmp_path, new_id, body):
        world = World(tmp_path, new_id)
        case = prepared(world, body, "move")
        spot = case.run(world.sane())
        (tmp_path / spot.path).write_bytes((tmp_path / spot.path).read_bytes()[:-10])
        assert not world.sane().check(deep=True).ok

    def test_a_token_that_vanished(self, tmp_path, new_id, body):
        world = World(tmp_path, new_id)
        case = prepared(world, body, "split in 3")
        spots = case.run(world.sane())
        (tmp_path / spots[1].path).unlink()
        assert world.sane().check().missing

    def test_the_last_part_that_vanished_is_missed_by_its_brothers(self, tmp_path, new_id, body):
        world = World(tmp_path, new_id)
        case = prepared(world, body, "split in 2")
        spots = case.run(world.sane())
        (tmp_path / spots[1].path).unlink()
        assert world.sane().check().missing


def _spot(only: frozenset[str]):
    (path,) = only
    spot = publishing.spot_at(path)
    return spot.place, spot.name


def _resolve_by_parent_alone(hand, transit):
    for entry in hand.share.list(transit.folder):
        hand.share.delete(f"{transit.folder}/{entry.name}")
    hand.share.remove_folder(transit.folder)
    return False


def _abandon_without_fence(hand, transit):
    _resolve_by_parent_alone(hand, transit)
    return True
