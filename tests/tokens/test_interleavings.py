"""Several actors on one floor, one primitive at a time, in any order that Hypothesis thinks of, any of them dying.

Each actor's operation runs in a thread that stops before every call on the share, until the test lets it make that one
call. So a whole history of the floor is a list of small decisions, and a failure comes out as the shortest such list.
"""

import itertools
import shutil
import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from station.domain.floor import Spot
from station.domain.token import Body, Line, parse_name
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor
from station.tokens.share import Gone

KEY = b"the shop's key"
ACTORS = 3
PLACES = ("stations/a", "stations/b", "pass")
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
change = msgspec.structs.replace
# Kept, since to start a thread for each operation would take longer than the operation.
THREADS = ThreadPoolExecutor(max_workers=32)


class Died(BaseException):
    """As SIGKILL."""


class Puppet:
    """An actor whose every call on the share waits for its turn. What it must remember, it remembers through death."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.steps = {}
        self.todo = None
        self.running = False
        self.dying = False
        self.go, self.paused = threading.Semaphore(0), threading.Semaphore(0)
        self.born()

    def born(self):
        self.floor = Floor(
            self,
            KEY,
            self,
            nonce=self.world.new_id,
            today=lambda: date(2026, 11, 23),
            monotonic=lambda: self.world.clock,
            sleep=lambda _: None,
        )

    session = ""

    def __getattr__(self, name):
        act = getattr(self.world.share, name)

        def in_turn(*args, **kwargs):
            self.wait_for_turn()
            return act(*args, **kwargs)

        return in_turn

    def sever(self, session):
        pass

    def load(self, op):
        return self.steps.get(op)

    def save(self, op, step):
        self.wait_for_turn()
        self.steps[op] = step

    def wait_for_turn(self):
        self.paused.release()
        self.go.acquire()
        if self.dying:
            raise Died

    def begin(self, todo):
        self.todo = todo
        self.running = True
        THREADS.submit(self.run)
        self.paused.acquire()

    def run(self):
        try:
            result = self.todo(self.floor)
        except Died:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the test, in its own thread
            self.world.errors.append(error)
            self.todo = None
        else:
            self.world.results.append(result)
            self.todo = None
        self.running = False
        self.paused.release()

    def step(self):
        self.go.release()
        self.paused.acquire()

    def die(self):
        self.dying = True
        self.step()
        self.dying = False
        self.born()

    def finish(self):
        if not self.running and self.todo is not None:
            self.begin(self.todo)
        while self.running:
            self.step()


class World:
    def __init__(self) -> None:
        # In memory: what matters here is the order of things, not the disk.
        self.root = Path(tempfile.mkdtemp(dir="/dev/shm"))
        self.share = DirectoryShare(self.root)
        self.clock = 0.0
        self.numbers = itertools.count(1)
        self.errors, self.results = [], []
        self.lines = Counter()
        self.puppets = [Puppet(self) for _ in range(ACTORS)]
        self.watcher = Puppet(self)
        for folder in ("stations/a", "stations/b"):
            self.share.make_folder(folder)
        self.watcher.begin(lambda floor: floor.prepare())
        self.watcher.finish()

    def new_id(self) -> str:
        number, text = next(self.numbers), ""
        while number:
            number, digit = divmod(number, 32)
            text = LETTERS[digit] + text
        return text.rjust(26, "0")

    def order(self) -> Body:
        lines = tuple(Line(id=self.new_id(), item=self.new_id(), name="x", count=1, group="grill") for _ in range(3))
        self.lines.update(line.id for line in lines)
        return Body(
            order=self.new_id(),
            number="t1-001",
            mode="eat_in",
            placed_at=datetime(2026, 11, 23, tzinfo=UTC),
            placed_by="x",
            placed_on="till1",
            lines=lines,
        )

    def spots(self) -> list[Spot]:
        return sorted(
            Spot(place, parse_name(entry.name)) for place in ("inbox", *PLACES) for entry in self.share.list(place)
        )

    def sane(self, act):
        """Done at once, by somebody whom nobody holds up."""
        self.results.clear()
        self.watcher.begin(act)
        self.watcher.finish()
        assert not self.errors, self.errors
        return self.results.pop()


def replacing(spot: Spot, parts: int, to: str, op: str):
    """Reads what is there and replaces it; the same children again when it is continued."""
    remembered = []

    def todo(floor):
        if not remembered:
            try:
                body = floor.read(spot)
            except Gone:
                return None
            if parts == 1 or len(body.lines) < parts:
                remembered.append([(to, change(body, revision=body.revision + 1))])
            else:
                pieces = [body.lines[n::parts] for n in range(parts)]
                remembered.append(
                    [
                        (PLACES[n % 3], change(body, part=f"{body.part}-{n + 1}", lines=lines))
                        for n, lines in enumerate(pieces)
                    ]
                )
        return floor.replace(op, spot, remembered[0])

    return todo


class FloorMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.world = World()

    def free(self):
        return [puppet for puppet in self.world.puppets if puppet.todo is None]

    def busy(self):
        return [puppet for puppet in self.world.puppets if puppet.running]

    def dead(self):
        return [puppet for puppet in self.world.puppets if not puppet.running and puppet.todo is not None]

    @precondition(lambda self: self.free())
    @rule()
    def begin_publish(self):
        order, op = self.world.order(), self.world.new_id()
        self.free()[0].begin(lambda floor: floor.publish(op, order))

    @precondition(lambda self: self.free() and self.world.spots())
    @rule(data=st.data(), to=st.sampled_from(PLACES))
    def begin_move(self, data, to):
        spot, op = data.draw(st.sampled_from(self.world.spots())), self.world.new_id()
        self.free()[0].begin(lambda floor: floor.move(op, spot, to))

    @precondition(lambda self: self.free() and self.world.spots())
    @rule(data=st.data(), to=st.sampled_from(PLACES), parts=st.integers(1, 3))
    def begin_replace(self, data, to, parts):
        spot = data.draw(st.sampled_from(self.world.spots()))
        self.free()[0].begin(replacing(spot, parts, to, self.world.new_id()))

    @precondition(lambda self: self.free())
    @rule()
    def begin_recover(self):
        self.free()[0].begin(lambda floor: floor.recover())

    @precondition(lambda self: self.busy())
    @rule(data=st.data(), count=st.integers(1, 8))
    def step(self, data, count):
        puppet = data.draw(st.sampled_from(range(len(self.busy()))))
        puppet = self.busy()[puppet]
        for _ in range(count):
            if puppet.running:
                puppet.step()

    @precondition(lambda self: self.busy())
    @rule(data=st.data())
    def die(self, data):
        self.busy()[data.draw(st.sampled_from(range(len(self.busy()))))].die()

    @precondition(lambda self: self.dead())
    @rule()
    def come_again(self):
        puppet = self.dead()[0]
        puppet.begin(puppet.todo)

    @rule(seconds=st.sampled_from([1.0, 3.0, 30.0, 61.0]))
    def time_passes(self, seconds):
        self.world.clock += seconds

    @precondition(lambda self: self.free())
    @rule()
    def all_look_and_a_minute_passes(self):
        """What is half-done now may be abandoned by anyone who looks again."""
        for puppet in self.free():
            puppet.begin(lambda floor: floor.recover())
            puppet.finish()
        self.world.clock += 61

    @rule()
    def somebody_recovers(self):
        self.world.sane(lambda floor: floor.recover())

    @invariant()
    def nobody_failed_and_nothing_is_twice(self):
        assert not self.world.errors, self.world.errors
        keys = Counter(spot.name.key for spot in self.world.spots())
        assert not [key for key, count in keys.items() if count > 1]

    def teardown(self):
        try:
            for puppet in self.world.puppets:
                puppet.finish()
            for seconds in (3, 61, 3, 61):
                self.world.clock += seconds
                self.world.sane(lambda floor: floor.recover())
            check = self.world.sane(lambda floor: floor.check(deep=True))
            assert check.ok, check
            assert check.transits == ()
            assert check.quarantined == ()
            found = Counter()
            for spot in self.world.spots():
                found.update(line.id for line in self.world.sane(lambda floor, spot=spot: floor.read(spot)).lines)
            assert found == self.world.lines
        finally:
            shutil.rmtree(self.world.root)


TestFloorMachine = FloorMachine.TestCase
TestFloorMachine.settings = settings(max_examples=100, stateful_step_count=60, deadline=None)
