"""Files that others replace whole: status files and the snapshot. Read again when the file is another one."""

from pathlib import Path
from typing import Generic

from station.data.snapshot import Snapshots
from station.domain.menu import Shop
from station.local.status import Status, read_status

_Stamp = tuple[int, int, int]


class StatusFile(Generic[Status]):
    """The last status that a program of this station has told."""

    def __init__(self, path: Path, kind: type[Status]) -> None:
        self._path = path
        self._kind: type[Status] = kind
        self._stamp: _Stamp | None = None
        self.value: Status = kind()

    def poll(self) -> bool:
        """True when it says something else than before."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before, self.value = self.value, read_status(self._path, self._kind)
        return before != self.value


class ShopFile:
    """The shop as the snapshot has it. One that cannot be read changes nothing, but `problem` says why."""

    def __init__(self, path: Path, code: str) -> None:
        self._path, self._snapshots = path, Snapshots(path, code)
        self.shop: Shop | None = None
        self.problem = ""

    def poll(self) -> bool:
        """True when the shop or the problem is another than before."""
        before = (self.shop, self.problem)
        self.shop = self._snapshots.shop()
        self.problem = self._snapshots.problem
        if self.shop is None and not self.problem:
            self.problem = f"the snapshot {self._path} is not there yet: it comes when the master can be reached"
        return before != (self.shop, self.problem)


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
