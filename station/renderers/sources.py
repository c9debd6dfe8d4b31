"""Files that others replace whole: status files and the snapshot. Read again when the file is another one."""

from collections.abc import Callable
from pathlib import Path
from typing import Generic

from station.data.queries.screens import load_shop
from station.data.session import open_snapshot, reading
from station.domain.menu import Shop
from station.errors import DataError
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

    def __init__(self, path: Path, code: str, load: Callable[[Path, str], Shop] | None = None) -> None:
        self._path, self._code = path, code
        self._load = load or read_shop
        self._stamp: _Stamp | None = None
        self.shop: Shop | None = None
        self.problem = ""

    def poll(self) -> bool:
        """True when the shop or the problem is another than before. What could not be read is tried again."""
        stamp = _stamp(self._path)
        before = (self.shop, self.problem)
        if stamp is None:
            self.problem = f"the snapshot {self._path} is not there yet: it comes when the master can be reached"
        elif stamp != self._stamp or self.problem:
            try:
                self.shop, self.problem = self._load(self._path, self._code), ""
            except DataError as error:
                self.problem = str(error)
        self._stamp = stamp
        return before != (self.shop, self.problem)


def read_shop(path: Path, code: str) -> Shop:
    """Raises DataError."""
    engine = open_snapshot(path)
    try:
        with reading(engine) as conn:
            return load_shop(conn, code)
    finally:
        engine.dispose()


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
