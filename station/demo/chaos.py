"""Faults on purpose: programs, the file server and the replica's server are killed or hung at random in a busy shop."""

import os
import random
import signal
import threading
from collections.abc import Mapping

from station.demo.mariadb import PrivateMariaDB
from station.demo.samba import PrivateSamba
from station.demo.supervised import PROGRAMS, SupervisedStation


class Chaos:
    """One fault every few seconds until stopped; `faults` counts them by kind."""

    def __init__(
        self,
        stations: Mapping[str, SupervisedStation],
        samba: PrivateSamba,
        mariadb: PrivateMariaDB,
        chance: random.Random,
        stop: threading.Event,
        *,
        every_s: float = 5.0,
    ) -> None:
        self._stations, self._samba, self._mariadb, self._chance, self._stop = stations, samba, mariadb, chance, stop
        self._every_s = every_s
        self.faults: dict[str, int] = {}

    def live(self) -> None:
        while not self._stop.wait(self._chance.uniform(0.5, 1.5) * self._every_s):
            if self._chance.random() < 0.6:
                self._kill_a_program()
            elif self._chance.random() < 0.25:
                self._kill_the_replica()
            elif self._chance.random() < 0.5:
                self._kill_the_server()
            else:
                self._hang_the_server()

    def _kill_a_program(self) -> None:
        program = self._chance.choice(PROGRAMS)
        station = self._stations[self._chance.choice(sorted(self._stations))]
        if station.kill(program) is not None:
            self._count(f"SIGKILL {program}")

    def _kill_the_server(self) -> None:
        self._samba.kill()
        self._count("SIGKILL smbd")
        self._stop.wait(self._chance.uniform(0.5, 6.0))
        self._samba.start()

    def _kill_the_replica(self) -> None:
        self._mariadb.kill()
        self._count("SIGKILL mariadbd")
        self._stop.wait(self._chance.uniform(0.5, 6.0))
        self._mariadb.start()

    def _hang_the_server(self) -> None:
        pids = self._samba.children()
        hung = [pid for pid in pids if self._signal(pid, signal.SIGSTOP)]
        if hung:
            self._count("SIGSTOP smbd")
        self._stop.wait(self._chance.uniform(0.5, 6.0))
        for pid in hung:
            self._signal(pid, signal.SIGCONT)

    def _count(self, what: str) -> None:
        self.faults[what] = self.faults.get(what, 0) + 1

    @staticmethod
    def _signal(pid: int, number: signal.Signals) -> bool:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return False
        return True
