"""A Samba server of one's own: on loopback, in a private folder, with one user, and nothing left when it stops.

Needs Debian's `samba` and root. Used by the demo, the benchmarks and the tests.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from station.errors import StationError
from station.tokens.smb_address import SmbAddress

USER: Final = "tester"
PASSWORD: Final = "floor-and-till"  # noqa: S105 - of a server on loopback that lives as long as its demo or test
_START_S: Final = 20.0
_PRIVATE: Final = ("private", "lock", "state", "cache", "pid", "ncalrpc", "log")


class PrivateSamba:
    """Serves `root` (default `<folder>/floor`) as the share `floor`; starts at once and answers when it returns.

    `options` are further lines for the share ("read only": "yes"). The folder is kept when it stops.
    """

    def __init__(
        self,
        folder: Path,
        port: int = 0,
        *,
        root: Path | None = None,
        options: Mapping[str, str] | None = None,
        encrypt: bool = False,
    ) -> None:
        self.folder = folder.resolve()
        self.root = (root or self.folder / "floor").resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        self._own = self.folder / "samba"
        for name in _PRIVATE:
            (self._own / name).mkdir(parents=True, exist_ok=True)
        self.port = port or _free_port()
        self.address = SmbAddress("127.0.0.1", self.port, "floor", "", USER, PASSWORD, encrypt)
        self._configure(options or {})
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    def start(self) -> None:
        if self._process is not None:
            return
        with (self._own / "log" / "smbd.out").open("ab") as log:
            self._process = subprocess.Popen(
                ["smbd", "-F", "--no-process-group", "-s", str(self._configuration)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def children(self) -> list[int]:
        """The processes that serve connections, one each: called `smbd`, or `smbd[<client>]` by newer versions."""
        below = _descendants(self.pid) if self.pid else []
        return [pid for pid in below if (name := _name_of(pid)) == "smbd" or name.startswith("smbd[")]

    def stop(self) -> None:
        """Ends it and every connection's process."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As if somebody had pulled its plug: the server and all its processes, at once."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        below = _descendants(process.pid)
        for pid in (process.pid, *below):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
                os.kill(pid, signal.SIGCONT)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        deadline = time.monotonic() + 5
        while any(map(_is_smbd, below)):
            if time.monotonic() > deadline:
                for pid in filter(_is_smbd, below):
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            time.sleep(0.01)

    @property
    def _configuration(self) -> Path:
        return self._own / "smb.conf"

    def _configure(self, options: Mapping[str, str]) -> None:
        users = self._own / "users.map"
        users.write_text(f"root = {USER}\n")
        share = {"path": str(self.root), "read only": "no", **_SHARE, **options}
        lines = [
            "[global]",
            *(f"{name} directory = {self._own / name}" for name in ("private", "lock", "state", "cache", "pid")),
            f"ncalrpc dir = {self._own / 'ncalrpc'}",
            f"log file = {self._own / 'log' / 'log.%m'}",
            f"smb ports = {self.port}",
            f"passdb backend = tdbsam:{self._own / 'private' / 'passdb.tdb'}",
            f"username map = {users}",
            *_GLOBAL,
            "[floor]",
            *(f"{name} = {value}" for name, value in share.items()),
        ]
        self._configuration.write_text("\n".join(lines) + "\n")
        self._configuration.chmod(0o600)
        done = subprocess.run(
            ["smbpasswd", "-c", str(self._configuration), "-a", "-s", "root"],
            input=f"{PASSWORD}\n{PASSWORD}\n".encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise StationError(f"Samba's user could not be made: {done.stderr.decode().strip()}; run it as root")

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + _START_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                raise StationError(f"smbd did not start; {self._own / 'log'} tells why (it needs root and a free port)")
            time.sleep(0.02)


def is_installed() -> bool:
    return shutil.which("smbd") is not None or Path("/usr/sbin/smbd").exists()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *_descendants(child)]
    return found


def _name_of(pid: int) -> str:
    """Its housekeepers call themselves smbd-notifyd and the like. Empty when it has ended."""
    with suppress(OSError):
        if "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
            return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def _is_smbd(pid: int) -> bool:
    return _name_of(pid).startswith("smbd")


# `strict sync` makes FLUSH mean something. DOS attributes cost an extended attribute a file, a quarter of a listing.
_SHARE: Final = {
    "case sensitive": "yes",
    "strict sync": "yes",
    "store dos attributes": "no",
    "map archive": "no",
}
_GLOBAL: Final = (
    "interfaces = 127.0.0.1/8",
    "bind interfaces only = yes",
    "disable netbios = yes",
    "disable spoolss = yes",
    "load printers = no",
    "server role = standalone server",
    "map to guest = never",
    "server min protocol = SMB3_00",
    "server signing = mandatory",
    "socket options = TCP_NODELAY SO_KEEPALIVE TCP_KEEPIDLE=5 TCP_KEEPINTVL=2 TCP_KEEPCNT=3",
    "max log size = 1000",
    "log level = 0",
)
