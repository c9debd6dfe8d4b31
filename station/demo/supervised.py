"""One real supervisord for each simulated station, with the project's own supervisor.conf."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from supervisor.xmlrpc import SupervisorTransport

from station.errors import StationError

CONFIGURATION = Path(__file__).resolve().parents[2] / "supervisor.conf"
PROGRAMS = ("tokens", "link", "renderer", "replica")


@dataclass(frozen=True, slots=True)
class ProgramState:
    name: str
    state: str
    pid: int


class SupervisedStation:
    """Starts with the object; `stop` ends it and everything that it started."""

    def __init__(self, code: str, home: Path) -> None:
        self.code, self.home = code, home
        # SDL must not take this terminal's keyboard, nor another station's settings.
        environment = {
            **os.environ,
            "STATION_HOME": str(home),
            "STATION_PYTHON": sys.executable,
            "PYGAME_HIDE_SUPPORT_PROMPT": "1",
            "PYTHONUNBUFFERED": "1",
            # Nor this machine's devices from whoever sits at it.
            "STATION_INPUT": "none",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(CONFIGURATION)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def programs(self) -> list[ProgramState]:
        """Every program's state; an empty list while the supervisor does not answer yet."""
        try:
            rows: Any = self._call("getAllProcessInfo")
        except (OSError, Fault):
            return []
        return [ProgramState(row["name"], row["statename"], int(row["pid"])) for row in rows]

    def kill(self, program: str) -> int | None:
        """SIGKILL to the program; its pid, or None when it did not run."""
        pid = next((entry.pid for entry in self.programs() if entry.name == program and entry.pid), None)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        return pid

    def end(self, program: str) -> None:
        """Ends one program for good."""
        self._call("stopProcess", program)

    def stop(self) -> None:
        """SIGTERM to the supervisor, which ends its programs; SIGKILL to all when that takes over 20 s."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            for entry in self.programs():
                if entry.pid:
                    os.kill(entry.pid, signal.SIGKILL)
            self._process.kill()
            self._process.wait()

    def _call(self, method: str, *arguments: str) -> object:
        socket = f"unix://{self.home / 'run' / 'supervisor.sock'}"
        proxy = ServerProxy("http://127.0.0.1", transport=SupervisorTransport(None, None, socket))
        return getattr(proxy.supervisor, method)(*arguments)


def wait_until(ready: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Returns when `ready()` is true. Raises StationError, naming what was waited for, after so many seconds."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise StationError(f"waited {seconds:.0f} s for {what}, in vain; the stations' logs/ tell why")
        time.sleep(0.1)
