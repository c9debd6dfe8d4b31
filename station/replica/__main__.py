"""The replica program of one station: `python -m station.replica`, under its supervisor.

It runs on every station and pumps on the one whose profile says so; on the others it looks now and then whether it should.
"""

import threading
from contextlib import AbstractContextManager

from station.config import Settings, load_settings
from station.daemon import Stop, become, run, setup_logging
from station.data.addresses import pumped_master_of, replica_of
from station.data.replicated import Pump, pumping
from station.data.snapshot import pump_wanted
from station.errors import ConfigError
from station.local.clock import boot_s
from station.local.status import ReplicaStatus
from station.replica.follow import Follower
from station.replica.plan import ELSEWHERE_S


def main() -> None:
    become("replica")
    wake = threading.Event()
    stop = Stop(also=wake.set)
    stop.listen()
    wired: list[_Program] = []

    def step() -> float:
        if not wired:
            wired.append(_Program(load_settings()))
        wake.wait(wired[0].step())
        wake.clear()
        return 0.0

    setup_logging("replica")
    try:
        run("replica", step, stop)
    finally:
        for program in wired:
            program.close()


class _Program:
    def __init__(self, settings: Settings) -> None:
        setup_logging("replica", settings.log_level)
        settings.run_dir.mkdir(parents=True, exist_ok=True)
        self._settings, self._look_at_s, self._why_not = settings, 0.0, ""
        self._follower = Follower(self._pump, status=settings.replica_status, monotonic=boot_s)

    def step(self) -> float:
        if boot_s() >= self._look_at_s:
            self._why_not, self._look_at_s = _why_not(self._settings), boot_s() + ELSEWHERE_S
        if self._why_not:
            self.close()
            self._follower.tell(ReplicaStatus(state="off", message=self._why_not))
            return ELSEWHERE_S
        return self._follower.step()

    def close(self) -> None:
        self._follower.close()

    def _pump(self) -> AbstractContextManager[Pump]:
        settings = self._settings
        chain = settings.replica is not None and settings.replica.chain
        return pumping(pumped_master_of(settings), replica_of(settings), chain=chain)


def _why_not(settings: Settings) -> str:
    if not pump_wanted(settings.snapshot_path, settings.code):
        return "this station's profile does not ask for a pump"
    try:
        replica_of(settings)
    except ConfigError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
