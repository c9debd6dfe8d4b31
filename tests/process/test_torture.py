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
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor, FloorCheck
from station.tokens.smb import open_share

HERE = Path(__file__).parent / "torture"
sys.path.insert(0, str(HERE))

from client import KEY  # noqa: E402 - found beside this file only after the line above
from journal import Journal  # noqa: E402 - the same
from verdict import Verdict, judge  # noqa: E402 - the same

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


class Disk:
    """A small disk that can be filled to the last byte."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def fill(self) -> None:
        for name, step in (("ballast", 1 << 20), ("ballast2", 4096)):
            with suppress(OSError), (self.root / name).open("wb", buffering=0) as ballast:
                while ballast.write(bytes(step)):
                    pass

    def empty(self) -> None:
        for name in ("ballast", "ballast2"):
            (self.root / name).unlink(missing_ok=True)


class Chaos:
    """What happens to the disk and, when there is one, to the server."""

    def __init__(self, disk: Disk, seed: int, server: PrivateSamba | None = None) -> None:
        self.server, self.disk = server, disk
        self.chance = random.Random(seed)
        self.figures = {"connections_killed": 0, "connections_hung": 0, "servers_killed": 0}
        self.figures |= {"servers_hung": 0, "disks_filled": 0}
        self.hung: dict[int, float] = {}
        self.full_until = 0.0

    def round(self) -> None:
        now = time.monotonic()
        for pid, until in list(self.hung.items()):
            if now >= until:
                self.signal(pid, signal.SIGCONT)
                del self.hung[pid]
        if self.full_until and now >= self.full_until:
            self.full_until = 0.0
            self.disk.empty()
        elif not self.full_until and self.chance.random() < 0.015:
            self.disk.fill()
            self.full_until = now + self.chance.uniform(0.3, 2.0)
            self.figures["disks_filled"] += 1
        if self.server is not None:
            self.torment(self.server, now)

    def torment(self, server: PrivateSamba, now: float) -> None:
        dice = self.chance.random()
        if dice < 0.03 and (children := server.children()):
            self.signal(self.chance.choice(children), signal.SIGKILL)
            self.figures["connections_killed"] += 1
        elif dice < 0.10 and (children := server.children()):
            pid = self.chance.choice(children)
            self.signal(pid, signal.SIGSTOP)
            # Short: a slow answer. Long: the client gives up, comes back, and the old request is still in there.
            self.hung[pid] = now + self.chance.choice([0.05, 0.2, 0.5, 3.0, 6.0])
            self.figures["connections_hung"] += 1
        elif dice < 0.102:
            # The server itself: nobody new gets in meanwhile.
            self.signal(server.pid, signal.SIGSTOP)
            self.hung[server.pid] = now + self.chance.choice([0.2, 1.0, 7.0])
            self.figures["servers_hung"] += 1
        elif dice < 0.107:
            self.hung.clear()
            server.kill()
            time.sleep(self.chance.random())
            server.start()
            self.figures["servers_killed"] += 1

    def signal(self, pid: int, which: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(pid, which)

    def calm(self) -> None:
        for pid in self.hung:
            self.signal(pid, signal.SIGCONT)
        self.hung.clear()
        self.disk.empty()


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


def torture(tmp_path, address, open_floor, trouble, seconds) -> tuple[dict, Verdict, FloorCheck]:
    """Lets the clients work for so long, with `trouble` every 50 ms; then they finish, and all is judged."""
    share, ahead = open_floor(), [0.0]
    hasty_floor(share, ahead).prepare()
    configuration = tmp_path / "torture.json"
    configuration.write_text(json.dumps({"address": address, "folder": str(tmp_path), "seed": SEED}))
    errors = tmp_path / "nursery.err"
    with errors.open("wb") as log:
        nursery = subprocess.Popen(
            [sys.executable, HERE / "nursery.py", configuration], stdout=subprocess.PIPE, stderr=log
        )
    try:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert nursery.poll() is None, errors.read_text()
            trouble.round()
            time.sleep(0.05)
        trouble.calm()
        nursery.terminate()
        output, _ = nursery.communicate(timeout=120)
    finally:
        trouble.calm()
        if nursery.poll() is None:
            nursery.kill()
            nursery.wait()
    figures = json.loads(output)
    assert figures["failed"] == 0, errors.read_text()[-4000:]

    share.close()
    share = open_floor()
    floor = hasty_floor(share, ahead)
    for _ in range(3):
        floor.recover()
        ahead[0] += 3
        floor.recover()
        ahead[0] += 61
    intents = [intent for path in sorted(tmp_path.glob("client*.db")) for intent in Journal(path).intents()]
    verdict, check = judge(share, intents), floor.check(deep=True)
    share.close()
    return figures, verdict, check


def tell(capsys, what, seconds, figures, trouble, verdict, check):
    with capsys.disabled():
        sys.stdout.write(
            f"\ntorture over {what}: {seconds:g} s, seed {SEED}: {verdict.orders} orders, {verdict.parts} parts,"
            f" {verdict.revisions} revisions, {verdict.splits} splits, {verdict.moves} moves, {verdict.lost} lost races,"
            f" {verdict.claimed_twice} claimed twice; clients: {figures['killed_at_a_step']} killed at a step,"
            f" {figures['killed_from_outside']} from outside, {figures['stopped']} stopped; {trouble.figures};"
            f" missing {len(verdict.missing)}, double {len(verdict.double)}, corrupt {len(verdict.corrupt)},"
            f" wrong verdicts {len(verdict.wrong)}, in transit {len(check.transits)}\n"
        )


def assert_whole(figures, verdict, check, seconds):
    assert verdict.ok, verdict
    assert check.ok, check
    assert check.transits == ()
    assert verdict.orders > seconds / 3
    assert figures["killed_at_a_step"] + figures["killed_from_outside"] > seconds / 6


@pytest.mark.timeout(0)
def test_nothing_is_lost_doubled_or_torn_on_samba_whatever_dies_when(tmp_path, server, small_disk, capsys):
    chaos = Chaos(Disk(small_disk), SEED + 1, server)
    figures, verdict, check = torture(
        tmp_path, asdict(server.address), lambda: open_share(server.address), chaos, SECONDS
    )
    tell(capsys, "Samba", SECONDS, figures, chaos, verdict, check)
    assert_whole(figures, verdict, check, SECONDS)


@pytest.mark.timeout(0)
def test_nothing_is_lost_doubled_or_torn_on_a_local_disk_whatever_dies_when(tmp_path, small_disk, capsys):
    seconds = SECONDS / 4
    root = small_disk / "floor"
    root.mkdir()
    chaos = Chaos(Disk(small_disk), SEED + 2)
    figures, verdict, check = torture(tmp_path, str(root), lambda: DirectoryShare(root), chaos, seconds)
    tell(capsys, "a local disk", seconds, figures, chaos, verdict, check)
    assert_whole(figures, verdict, check, seconds)
