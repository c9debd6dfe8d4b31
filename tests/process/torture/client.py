"""One station of the torture: it publishes, dispatches, cooks and hands over, and may die between any two steps."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
from journal import Intent, Journal
from ulid import ULID

from station.domain.floor import Spot, station_place
from station.domain.token import Body, Change, Line, decode, encode
from station.errors import ShareAway, ShareError, ShareFull
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor
from station.tokens.publish import spot_at
from station.tokens.share import Gone, Share
from station.tokens.smb import SmbAddress, SmbShare

KEY = b"the torture's key"
DAY = date(2026, 11, 23)
STATIONS = ("grill1", "cold1", "fry1")
ROLES = ("writer", "writer", "dispatcher", "dispatcher", "cook", "cook", "expediter")
CHANGES = ("create", "move", "delete", "make_folder", "remove_folder")
HASTE = 5.0
"""Observers' seconds are shorter here, so that roll-forwards and fences by others happen all the time."""


def new_ulid() -> str:
    return str(ULID()).lower()


class Doom:
    """Kills this very process at its n-th step: before it or after it, with nothing in between."""

    def __init__(self, steps_left: int) -> None:
        self._left = steps_left

    def step(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class DoomedShare:
    def __init__(self, share: Share, doom: Doom) -> None:
        self._share, self._doom = share, doom

    def __getattr__(self, name: str):
        act = getattr(self._share, name)
        if name not in CHANGES:
            return act

        def doomed(*args):
            self._doom.step()
            result = act(*args)
            self._doom.step()
            return result

        return doomed


class DoomedProgress:
    def __init__(self, journal: Journal, doom: Doom) -> None:
        self._journal, self._doom = journal, doom
        self.load = journal.load

    def save(self, op, step) -> None:
        self._doom.step()
        self._journal.save(op, step)
        self._doom.step()


@dataclass
class Client:
    """`draining`: finishes what it has begun, begins nothing, and does not die."""

    role: str
    address: SmbAddress | Path
    journal: Journal
    chance: random.Random
    draining: bool
    floor: Floor = field(init=False)
    share: Share = field(init=False)

    def __post_init__(self) -> None:
        doom = Doom(0 if self.draining else self.chance.randint(1, 400))
        self.share = (
            DirectoryShare(self.address) if isinstance(self.address, Path) else SmbShare(self.address, answer_s=2.0)
        )
        self.floor = Floor(
            DoomedShare(self.share, doom),
            KEY,
            DoomedProgress(self.journal, doom),
            nonce=new_ulid,
            today=lambda: DAY,
            monotonic=lambda: time.monotonic() * HASTE,
            sleep=time.sleep,
        )

    def run(self) -> None:
        connected, recovered_at = False, 0.0
        while True:
            try:
                if not connected:
                    self.share.reconnect()
                    connected = True
                self.finish()
                if self.draining:
                    return
                self.act()
                if time.monotonic() - recovered_at > 0.3:
                    self.floor.recover()
                    recovered_at = time.monotonic()
            except ShareFull:
                time.sleep(0.05)
            except ShareAway:
                connected = False
                time.sleep(0.05)

    def finish(self) -> None:
        for intent in self.journal.intents("open"):
            self.carry_out(intent)

    def carry_out(self, intent: Intent) -> None:
        bodies = [(place, decode(bytes.fromhex(data), KEY)) for place, data in intent.children]
        if intent.kind == "publish":
            self.floor.publish(intent.op, bodies[0][1])
            self.journal.end(intent.op, "done")
            return
        source = spot_at(intent.source)
        if intent.kind == "move":
            result: object = self.floor.move(intent.op, source, intent.target)
        else:
            result = self.floor.replace(intent.op, source, bodies)
        self.journal.end(intent.op, "lost" if result is None else "done")

    def intend(self, kind: str, source: str = "", target: str = "", children: list[tuple[str, Body]] = ()) -> None:
        """Recorded first, then done: what is recorded will be done."""
        signed = tuple((place, encode(body, KEY).hex()) for place, body in children)
        self.journal.intend(Intent(self.next_op, kind, source, target, signed))
        self.finish()

    def act(self) -> None:
        self.next_op = new_ulid()
        {"writer": self.write, "dispatcher": self.dispatch, "cook": self.cook, "expediter": self.hand_over}[self.role]()

    def write(self) -> None:
        lines = tuple(
            Line(id=new_ulid(), item=new_ulid(), name="Burger", count=self.chance.randint(1, 3), group="grill")
            for _ in range(self.chance.randint(2, 6))
        )
        order = Body(
            order=new_ulid(),
            number=f"t1-{self.chance.randint(1, 999):03d}",
            mode="eat_in",
            placed_at=datetime.now(UTC),
            placed_by="torture",
            placed_on="till1",
            lines=lines,
        )
        self.intend("publish", children=[("inbox", order)])
        time.sleep(self.chance.random() * 0.2)

    def dispatch(self) -> None:
        """The oldest first, as the other dispatcher does: they race for it."""
        self.on_a_token(["inbox"], self.chance.choice([self.give, self.give, self.split]), oldest=True)

    def cook(self) -> None:
        act = self.chance.choice([self.tick, self.tick, self.give, self.split, self.bump, self.bump, self.bump])
        self.on_a_token([station_place(code) for code in STATIONS], act, oldest=self.chance.random() < 0.7)

    def hand_over(self) -> None:
        act = self.chance.choice([self.done, self.done, self.done, self.recall, self.void])
        self.on_a_token(["pass"], act, oldest=True)

    def on_a_token(self, places: list[str], act: Callable[[Spot, Body], None], *, oldest: bool) -> None:
        scan = self.floor.scan(places)
        if scan.unknown:
            raise next(iter(scan.unknown.values()))
        spots = sorted(
            (Spot(place, name) for place, names in scan.names.items() for name in names), key=lambda spot: spot.name
        )
        if not spots:
            time.sleep(0.02)
            return
        spot = spots[0] if oldest else self.chance.choice(spots)
        # A token is not begun anew while a message of ours about it may still arrive: all of those have ended by now.
        with suppress(Gone):
            act(spot, self.floor.read(spot))

    def changed(self, body: Body, **changes) -> Body:
        """Every replacement leaves its id in what it makes: so the end shows who won, and who did not."""
        mark = Change(what=self.next_op, at=datetime.now(UTC))
        return msgspec.structs.replace(body, changes=(*body.changes, mark), **changes)

    def tick(self, spot: Spot, body: Body) -> None:
        lines = tuple(msgspec.structs.replace(line, done=min(line.count, line.done + 1)) for line in body.lines)
        made = self.changed(body, revision=body.revision + 1, lines=lines)
        self.intend("replace", spot.path, "", [(spot.place, made)])

    def give(self, spot: Spot, body: Body) -> None:
        made = self.changed(body, revision=body.revision + 1)
        self.intend("replace", spot.path, "", [(station_place(self.chance.choice(STATIONS)), made)])

    def split(self, spot: Spot, body: Body) -> None:
        count = min(len(body.lines), self.chance.choice([2, 2, 3]))
        if count < 2 or body.part.count("-") >= 5:
            self.bump(spot, body)
            return
        cuts = sorted(self.chance.sample(range(1, len(body.lines)), count - 1))
        pieces = [body.lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(body.lines)], strict=True)]
        children = [
            (station_place(self.chance.choice(STATIONS)), self.changed(body, part=f"{body.part}-{n}", lines=lines))
            for n, lines in enumerate(pieces, 1)
        ]
        self.intend("replace", spot.path, "", children)

    def bump(self, spot: Spot, body: Body) -> None:
        self.intend("move", spot.path, "pass")

    def recall(self, spot: Spot, body: Body) -> None:
        self.intend("move", spot.path, station_place(self.chance.choice(STATIONS)))

    def done(self, spot: Spot, body: Body) -> None:
        self.intend("move", spot.path, f"done/{DAY.isoformat()}")

    def void(self, spot: Spot, body: Body) -> None:
        self.intend("move", spot.path, f"void/{DAY.isoformat()}")


def live(role: str, address: SmbAddress | Path, path: Path, seed: int, *, draining: bool) -> None:
    """The client's whole life. Returns when it has drained; else it is killed."""
    client = Client(role, address, Journal(path), random.Random(seed), draining)
    client.run()
    with suppress(ShareError):
        client.share.close()
