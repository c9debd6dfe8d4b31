"""Keeps the torture's clients alive: forks them, kills and stops them at random, and forks them again.

    nursery.py <configuration.json>

Stops on SIGTERM: kills every client, lets each finish once what it had begun, and prints one JSON object of figures.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from client import ROLES, live

from station.tokens.smb import SmbAddress


class Nursery:
    def __init__(self, configuration: dict) -> None:
        address = configuration["address"]
        self.address = Path(address) if isinstance(address, str) else SmbAddress(**address)
        self.folder = Path(configuration["folder"])
        self.chance = random.Random(configuration["seed"])
        self.clients: dict[int, int] = {}
        self.stopped: dict[int, float] = {}
        self.figures = {"clients": 0, "killed_at_a_step": 0, "killed_from_outside": 0, "stopped": 0, "failed": 0}
        self.killed_by_us: set[int] = set()
        self.ending = False

    def run(self) -> None:
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "ending", True))
        for number in range(len(ROLES)):
            self.fork(number, draining=False)
        while not self.ending:
            self.reap()
            self.torment()
            time.sleep(0.02)
        for pid in list(self.clients):
            os.kill(pid, signal.SIGCONT)
            self.kill(pid)
        self.drain()
        sys.stdout.write(json.dumps(self.figures))

    def fork(self, number: int, *, draining: bool) -> None:
        seed = self.chance.getrandbits(32)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            try:
                live(ROLES[number], self.address, self.folder / f"client{number}.db", seed, draining=draining)
                os._exit(0)
            except BaseException:  # noqa: BLE001 - a fork must never return into the nursery
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
                os._exit(1)
        self.clients[pid] = number
        self.figures["clients"] += 1

    def reap(self) -> None:
        while self.clients:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            number = self.clients.pop(pid)
            self.stopped.pop(pid, None)
            if pid not in self.killed_by_us:
                how = "killed_at_a_step" if os.waitstatus_to_exitcode(status) == -signal.SIGKILL else "failed"
                self.figures[how] += 1
            if not self.ending:
                self.fork(number, draining=False)

    def torment(self) -> None:
        now = time.monotonic()
        for pid, until in list(self.stopped.items()):
            if now >= until:
                os.kill(pid, signal.SIGCONT)
                del self.stopped[pid]
        if self.chance.random() < 0.01:
            self.kill(self.chance.choice(list(self.clients)))
        if self.chance.random() < 0.01:
            pid = self.chance.choice(list(self.clients))
            os.kill(pid, signal.SIGSTOP)
            # Longer than the others wait before they abandon what it had begun, at times.
            self.stopped[pid] = now + self.chance.choice([0.05, 0.3, 1.0, 14.0])
            self.figures["stopped"] += 1

    def kill(self, pid: int) -> None:
        if pid not in self.killed_by_us:
            self.killed_by_us.add(pid)
            self.figures["killed_from_outside"] += 1
            os.kill(pid, signal.SIGKILL)

    def drain(self) -> None:
        for pid in list(self.clients):
            os.waitpid(pid, 0)
            del self.clients[pid]
        for number in range(len(ROLES)):
            self.fork(number, draining=True)
        for pid in list(self.clients):
            _, status = os.waitpid(pid, 0)
            if os.waitstatus_to_exitcode(status) != 0:
                self.figures["failed"] += 1


if __name__ == "__main__":
    Nursery(json.loads(Path(sys.argv[1]).read_text())).run()
