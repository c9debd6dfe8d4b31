"""Of any number of movers of one token exactly one wins, from any interleaving, on each share.

Twice: with threads on connections of their own, as it happens; and message by message (system call by system call), in
every order that Hypothesis thinks of.
"""

import threading
import time
from contextlib import suppress

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.domain.floor import Spot
from station.tokens import smb_wire
from station.tokens.directory import DirectoryShare, _rename
from station.tokens.ntstatus import NAME_GONE, PATH_GONE, SHARING_VIOLATION, SUCCESS
from station.tokens.share import Moved

change = msgspec.structs.replace
RACERS = 4
quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
delays = st.lists(st.integers(0, 6), min_size=2, max_size=RACERS)


def race(acts, waits):
    """Runs all at once, each after its own short wait; returns what each returned."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number):
        gate.wait()
        time.sleep(waits[number] / 2000)
        results[number] = acts[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def shares(site):
    """One connection a racer."""
    opened = [site.open() for _ in range(RACERS)]
    opened[0].make_folder("from")
    for number in range(RACERS):
        opened[0].make_folder(f"to{number}")
    return opened


@pytest.fixture
def floors(site, floor_on):
    return [floor_on(site.open()) for _ in range(RACERS)]


def settle(share, source, target):
    """As the floor's operations do: held means try again."""
    while (moved := share.move(source, target)) is Moved.BUSY:
        time.sleep(0.001)
    return moved


class TestThreads:
    @quick
    @given(waits=delays)
    def test_movers_to_several_folders_have_one_winner(self, site, shares, new_id, waits):
        name = new_id()
        shares[0].create(f"from/{name}", b"x")
        results = race(
            [
                lambda number=number: settle(shares[number], f"from/{name}", f"to{number}/{name}")
                for number in range(len(waits))
            ],
            waits,
        )
        assert sorted(result.name for result in results) == ["GONE"] * (len(waits) - 1) + ["MOVED"]
        assert [path for path in site.files() if name in path] == [f"to{results.index(Moved.MOVED)}/{name}"]

    @quick
    @given(waits=delays)
    def test_movers_to_one_folder_have_one_winner(self, site, shares, new_id, waits):
        name = new_id()
        shares[0].create(f"from/{name}", b"x")
        results = race(
            [
                lambda number=number: settle(shares[number], f"from/{name}", f"to0/{name}")
                for number in range(len(waits))
            ],
            waits,
        )
        # A loser may have seen the winner's file under the target's name while it still held its own handle.
        assert results.count(Moved.MOVED) == 1
        assert set(results) <= {Moved.MOVED, Moved.GONE, Moved.COLLISION}
        assert [path for path in site.files() if name in path] == [f"to0/{name}"]

    @quick
    @given(waits=delays, kinds=st.lists(st.sampled_from(["move", "revise", "split"]), min_size=RACERS, max_size=RACERS))
    def test_moves_revisions_and_splits_of_one_token_have_one_winner(self, site, floors, body, new_id, waits, kinds):
        order = body()
        source = floors[0].publish(new_id(), order)

        def act(number):
            floor = floors[number]
            if kinds[number] == "move":
                return floor.move(new_id(), source, f"stations/s{number}")
            if kinds[number] == "revise":
                return floor.replace(new_id(), source, [(f"stations/s{number}", change(order, revision=1))])
            return floor.replace(
                new_id(),
                source,
                [
                    (f"stations/s{number}", change(order, part="1-1", lines=order.lines[:1])),
                    ("stations/cold", change(order, part="1-2", lines=order.lines[1:])),
                ],
            )

        results = race([lambda number=number: act(number) for number in range(len(waits))], waits)
        (winner,) = [number for number, result in enumerate(results) if result is not None]
        won = results[winner]
        spots = [won] if isinstance(won, Spot) else list(won)
        assert [path for path in site.files() if order.order in path and path.startswith("stations")] == sorted(
            spot.path for spot in spots
        )
        assert list((site.root / "transit").iterdir()) == []
        assert floors[0].check(deep=True).ok

    @quick
    @given(waits=delays)
    def test_creators_of_one_name_have_one_winner(self, site, shares, new_id, waits):
        name = new_id()

        def act(number):
            with suppress(Exception):
                shares[number].create(f"from/{name}", str(number).encode())
                return number
            return None

        results = race([lambda number=number: act(number) for number in range(len(waits))], waits)
        (winner,) = [result for result in results if result is not None]
        assert (site.root / "from" / name).read_text() == str(winner)


class TestOneFolderServedBoth:
    """A hub may work in its own folder while its Samba serves the same one to the others."""

    @quick
    @given(waits=delays)
    def test_local_movers_and_movers_over_smb_have_one_winner(self, smb_site, floor_on, new_id, waits):
        if not smb_site.opened:
            for number in range(RACERS):
                smb_site.open().make_folder(f"to{number}")
        local = DirectoryShare(smb_site.root)
        shares = [share if number % 2 else local for number, share in enumerate(smb_site.opened)]
        name = new_id()
        local.create(name, b"x")
        results = race(
            [lambda number=number: settle(shares[number], name, f"to{number}/{name}") for number in range(len(waits))],
            waits,
        )
        assert results.count(Moved.MOVED) == 1
        assert results.count(Moved.GONE) == len(waits) - 1
        assert [path for path in smb_site.files() if name in path] == [f"to{results.index(Moved.MOVED)}/{name}"]


class SmbMover:
    """A move as four messages that can be held up between any two."""

    def __init__(self, share, source, target, sharing=smb_wire.SHARE_READ):
        self.share, self.source, self.target, self.sharing = share, source, target, sharing
        self.won, self.refused, self.file_id = False, None, b""
        self.steps = iter((self.open, self.rename, self.flush, self.close))

    def step(self):
        if self.refused is None and (act := next(self.steps, None)) is not None:
            act()

    def ask(self, message):
        return self.share._link.exchange([message])[0]

    def open(self):
        answer = self.ask(smb_wire.create(self.share._at(self.source), 0x110002, self.sharing, 1, 0x42))
        self.file_id = smb_wire.created_id(answer.data)
        if answer.status != SUCCESS:
            self.refused = answer.status

    def rename(self):
        self.won = self.ask(smb_wire.rename(self.file_id, self.share._at(self.target))).status == SUCCESS

    def flush(self):
        self.ask(smb_wire.flush(self.file_id))

    def close(self):
        self.ask(smb_wire.close(self.file_id))


class DirectoryMover:
    """A move as its system calls: only the first can be raced."""

    def __init__(self, root, source, target):
        self.root, self.source, self.target = root, source, target
        self.won, self.tried = False, False

    def step(self):
        if not self.tried:
            self.tried = True
            self.won = _rename(self.root / self.source, self.root / self.target) == 0


turns = st.lists(st.integers(0, RACERS - 1), min_size=4, max_size=40)


def play(movers, order):
    """In the given order, and then each to its end."""
    for number in order:
        movers[number].step()
    for mover in movers:
        for _ in range(4):
            mover.step()


class TestMessageByMessage:
    @settings(quick, max_examples=120)
    @given(order=turns)
    def test_messages_of_smb_movers_in_any_order_have_one_winner(self, smb_site, new_id, order):
        while len(smb_site.opened) < RACERS:
            smb_site.open().make_folder(f"to{len(smb_site.opened)}")
        shares = smb_site.opened
        name = new_id()
        shares[0].create(name, b"x")
        movers = [SmbMover(share, name, f"to{number + 1}/{name}") for number, share in enumerate(shares[:RACERS])]
        play(movers, order)
        (winner,) = [number for number, mover in enumerate(movers) if mover.won]
        assert [path for path in smb_site.files() if name in path] == [f"to{winner + 1}/{name}"]
        assert {mover.refused for mover in movers} <= {None, SHARING_VIOLATION, *NAME_GONE, *PATH_GONE}

    def test_with_full_sharing_two_would_win(self, smb_site, new_id):
        """What the exclusive handle is for; and that the test above can fail."""
        shares = [smb_site.open() for _ in range(2)]
        for number in range(2):
            shares[0].make_folder(f"to{number}")
        shares[0].create("a", b"x")
        movers = [
            SmbMover(share, "a", f"to{number}/a", sharing=smb_wire.SHARE_ALL) for number, share in enumerate(shares)
        ]
        play(movers, [0, 1, 0, 1])
        assert [mover.won for mover in movers] == [True, True]

    @quick
    @given(order=turns)
    def test_system_calls_of_local_movers_in_any_order_have_one_winner(self, directory_site, new_id, order):
        share = directory_site.open()
        for number in range(RACERS):
            share.make_folder(f"to{number}")
        name = new_id()
        share.create(name, b"x")
        movers = [DirectoryMover(directory_site.root, name, f"to{number}/{name}") for number in range(RACERS)]
        play(movers, order)
        (winner,) = [number for number, mover in enumerate(movers) if mover.won]
        assert [path for path in directory_site.files() if name in path] == [f"to{winner}/{name}"]
