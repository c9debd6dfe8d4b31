"""The floor over a real Samba, with everything in it killed, stopped, hung and filled at random; and nothing lost.

TORTURE_SECONDS (default 60) is how long; TORTURE_SEED repeats what chance chose (not what the machine's timing did).
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from ulid import ULID

from station.demo.samba import PrivateSamba
from station.tokens.floor import Floor
from station.tokens.smb import open_share

HERE = Path(__file__).parent / "torture"
sys.path.insert(0, str(HERE))

from client import KEY  # noqa: E402 - found beside this file only after the line above
from journal import Journal  # noqa: E402 - the same
from verdict import judge  # noqa: E402 - the same

SECONDS = float(os.environ.get("TORTURE_SECONDS", "60"))
SEED = int(os.environ.get("TORTURE_SEED", "0")) or random.SystemRandom().getrandbits(32)


@pytest.fixture
def small_disk(tmp_path):
    """A file system that can be filled; large enough for a long run."""
    root = tmp_path / "disk"
    root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m,nr_inodes=0,mode=0777", "tmpfs", root], check=True)
    yield root
    subprocess.run(["umount", "-l", root], check=True)


@pytest.fixture
def server(tmp_path, small_disk):
    server = PrivateSamba(tmp_path / "server", root=small_disk)
    yield server
    server.stop()


class Chaos:
    """What happens to the server."""

    def __init__(self, server: PrivateSamba, disk: Path, seed: int) -> None:
        self.server, self.disk = server, disk
        self.chance = random.Random(seed)
        self.figures = {"connections_killed": 0, "connections_hung": 0, "servers_killed": 0, "disks_filled": 0}
        self.hung: dict[int, float] = {}
        self.full_until = 0.0

    def round(self) -> None:
        now = time.monotonic()
        for pid, until in list(self.hung.items()):
            if now >= until:
                self.signal(pid, signal.SIGCONT)
                del self.hung[pid]
        if self.full_until and now >= self.full_until:
            self.empty()
        dice = self.chance.random()
        if dice < 0.03 and (children := self.server.children()):
            self.signal(self.chance.choice(children), signal.SIGKILL)
            self.figures["connections_killed"] += 1
        elif dice < 0.10 and (children := self.server.children()):
            pid = self.chance.choice(children)
            self.signal(pid, signal.SIGSTOP)
            # Short: a slow answer. Long: the client gives up, comes back, and the old request is still in there.
            self.hung[pid] = now + self.chance.choice([0.05, 0.2, 0.5, 3.0, 6.0])
            self.figures["connections_hung"] += 1
        elif dice < 0.105:
            self.hung.clear()
            self.server.kill()
            time.sleep(self.chance.random())
            self.server.start()
            self.figures["servers_killed"] += 1
        elif dice < 0.12 and not self.full_until:
            self.fill()
            self.full_until = now + self.chance.uniform(0.3, 2.0)
            self.figures["disks_filled"] += 1

    def signal(self, pid: int, which: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, which)

    def fill(self) -> None:
        with suppress(OSError), (self.disk / "ballast").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(1 << 20))
        with suppress(OSError), (self.disk / "ballast2").open("wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(4096))

    def empty(self) -> None:
        for name in ("ballast", "ballast2"):
            (self.disk / name).unlink(missing_ok=True)
        self.full_until = 0.0

    def calm(self) -> None:
        for pid in self.hung:
            self.signal(pid, signal.SIGCONT)
        self.empty()


def hasty_floor(share, ahead: list[float]) -> Floor:
    return Floor(
        share,
        KEY,
        Journal(Path(":memory:")),
        nonce=lambda: str(ULID()).lower(),
        today=lambda: date(2026, 11, 23),
        monotonic=lambda: time.monotonic() + ahead[0],
        sleep=time.sleep,
    )


@pytest.mark.timeout(0)
def test_nothing_is_lost_doubled_or_torn_whatever_dies_when(tmp_path, server, small_disk, capsys):
    ahead = [0.0]
    share = open_share(server.address)
    hasty_floor(share, ahead).prepare()
    share.close()
    configuration = tmp_path / "torture.json"
    configuration.write_text(json.dumps({"address": asdict(server.address), "folder": str(tmp_path), "seed": SEED}))
    errors = tmp_path / "nursery.err"
    with errors.open("wb") as log:
        nursery = subprocess.Popen(
            [sys.executable, HERE / "nursery.py", configuration], stdout=subprocess.PIPE, stderr=log
        )
    chaos = Chaos(server, small_disk, SEED + 1)
    try:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            assert nursery.poll() is None, errors.read_text()
            chaos.round()
            time.sleep(0.05)
        chaos.calm()
        nursery.terminate()
        output, _ = nursery.communicate(timeout=120)
    finally:
        chaos.calm()
        if nursery.poll() is None:
            nursery.kill()
            nursery.wait()
    figures = json.loads(output)
    assert figures["failed"] == 0, errors.read_text()[-4000:]

    share = open_share(server.address)
    floor = hasty_floor(share, ahead)
    for _ in range(3):
        floor.recover()
        ahead[0] += 3
        floor.recover()
        ahead[0] += 61
    intents = [intent for path in sorted(tmp_path.glob("client*.db")) for intent in Journal(path).intents()]
    verdict, check = judge(share, intents), floor.check(deep=True)
    share.close()
    with capsys.disabled():
        sys.stdout.write(
            f"\ntorture: {SECONDS:g} s, seed {SEED}: {verdict.orders} orders, {verdict.parts} parts, {verdict.revisions}"
            f" revisions, {verdict.splits} splits, {verdict.moves} moves, {verdict.lost} lost races,"
            f" {verdict.claimed_twice} claimed twice; clients: {figures['killed_at_a_step']} killed at a step,"
            f" {figures['killed_from_outside']} from outside, {figures['stopped']} stopped; server: {chaos.figures};"
            f" missing {len(verdict.missing)}, double {len(verdict.double)}, corrupt {len(verdict.corrupt)},"
            f" wrong verdicts {len(verdict.wrong)}, in transit {len(check.transits)}\n"
        )
    assert verdict.ok, verdict
    assert check.ok, check
    assert check.transits == ()
    assert verdict.orders > SECONDS / 3
    assert figures["killed_at_a_step"] + figures["killed_from_outside"] > SECONDS / 6
