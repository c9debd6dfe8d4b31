"""The share as a local directory: the embedded default, and a hub whose own Samba serves the same folders.

Movers exclude each other by the rename itself: renameat2 with RENAME_NOREPLACE takes the one name away and never
replaces another. Durable by fsync of the file and of both folders. A system call is over when it returns, so no
outcome is ever late, and there is no session to sever.
"""

import ctypes
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from station.errors import OutcomeUnknown, ShareAway, ShareError, ShareFull
from station.tokens.inotify import FolderWatcher
from station.tokens.share import READ_LIMIT, Entry, Gone, Moved, NoFolder, Taken

_AT_FDCWD: Final = -100
_RENAME_NOREPLACE: Final = 1
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_libc = ctypes.CDLL(None, use_errno=True)


class DirectoryShare:
    """Implements `station.tokens.share.Share` on the folder `root`, which must be there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._watchers: list[FolderWatcher] = []
        self.reconnect()

    @property
    def session(self) -> str:
        return ""

    def list(self, folder: str) -> list[Entry]:
        with self._translated(folder, missing=NoFolder), os.scandir(self._at(folder)) as found:
            return [entry for item in found if (entry := _entry(item)) is not None]

    def read(self, path: str, limit: int = READ_LIMIT) -> bytes:
        with self._translated(path, missing=Gone), self._at(path).open("rb", buffering=0) as file:
            return file.read(limit)

    def create(self, path: str, data: bytes) -> None:
        full = self._at(path)
        with self._translated(path, missing=NoFolder):
            handle = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o664)
            try:
                _write_whole(handle, data)
                os.fsync(handle)
                _sync_folder(full.parent)
            except BaseException:
                # The name is never used again, so what is left of it may go at once: it would keep a full disk full.
                with suppress(OSError):
                    full.unlink()
                raise
            finally:
                os.close(handle)

    def move(self, source: str, target: str) -> Moved:
        before, after = self._at(source), self._at(target)
        failed = _rename(before, after)
        if failed == 0:
            _sync_move(before, after, source)
            return Moved.MOVED
        if failed == errno.EEXIST:
            # Both names may be there only when this move did not happen.
            return Moved.COLLISION if os.path.lexists(before) else Moved.GONE
        if failed in (errno.ENOENT, errno.ENOTDIR):
            self._check_root()
            if os.path.lexists(before) or not before.parent.is_dir():
                return Moved.NO_FOLDER
            return Moved.GONE
        raise self._error(OSError(failed, os.strerror(failed)), source, Gone)

    def delete(self, path: str) -> bool:
        with self._translated(path, missing=Gone), suppress(FileNotFoundError):
            self._at(path).unlink()
        self._check_root()
        return True

    def make_folder(self, path: str) -> None:
        with self._translated(path, missing=NoFolder):
            self._at(path).mkdir(parents=True, exist_ok=True)

    def remove_folder(self, path: str) -> None:
        try:
            self._at(path).rmdir()
        except FileNotFoundError:
            self._check_root()
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise self._error(error, path, NoFolder) from error

    def touch(self, path: str, data: bytes) -> datetime:
        with self._translated(path, missing=NoFolder), self._at(path).open("wb", buffering=0) as file:
            _write_whole(file.fileno(), data)
            return _instant(os.fstat(file.fileno()).st_mtime)

    def watch(self, folder: str, recursive: bool, bell: Callable[[], None]) -> FolderWatcher:  # noqa: FBT001 - the port's
        with self._translated(folder, missing=NoFolder):
            watcher = FolderWatcher(self._at(folder), recursive=recursive, bell=bell)
        self._watchers.append(watcher)
        return watcher

    def sever(self, session: str) -> None:
        """Nothing of a process that ended can still happen here."""

    def reconnect(self) -> None:
        self._check_root()

    def close(self) -> None:
        for watcher in self._watchers:
            watcher.close()
        self._watchers.clear()

    def _at(self, path: str) -> Path:
        parts = path.split("/")
        if path and any(part in {"", ".", ".."} or "\0" in part for part in parts):
            raise ShareError(f"{path[:120]!r} is no path below the floor; nothing was done")
        return self._root / path

    def _check_root(self) -> None:
        if not self._root.is_dir():
            raise ShareAway(f"The floor's folder {self._root} is not there; create it, or mount its disk")

    @contextmanager
    def _translated(self, path: str, missing: type[ShareError]) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise self._error(error, path, missing) from error

    def _error(self, error: OSError, path: str, missing: type[ShareError]) -> ShareError:
        match error.errno:
            case errno.ENOENT | errno.ENOTDIR:
                self._check_root()
                return missing(f"{path} is not on the floor {self._root}")
            case errno.EEXIST:
                return Taken(f"{path} is on the floor already; it was left as it is")
            case code if code in _FULL:
                return ShareFull(f"The disk of the floor {self._root} is full: {path} was not written; free some space")
            case errno.EROFS:
                return ShareError(f"The floor {self._root} is read-only: {path} was not changed; mount it for writing")
            case errno.EACCES | errno.EPERM:
                return ShareError(f"No right to use {path} on the floor {self._root}; give this user read and write")
            case _:
                return ShareAway(f"The floor {self._root} cannot be used now ({error.strerror}, at {path})")


def _entry(item: os.DirEntry[str]) -> Entry | None:
    """None when it went away while the folder was read: then it is not there."""
    try:
        stat = item.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return Entry(item.name, item.is_dir(follow_symlinks=False), stat.st_size, _instant(stat.st_mtime))


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _write_whole(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _rename(before: Path, after: Path) -> int:
    """0, or the error's number."""
    done = _libc.renameat2(_AT_FDCWD, os.fsencode(before), _AT_FDCWD, os.fsencode(after), _RENAME_NOREPLACE)
    return 0 if done == 0 else ctypes.get_errno()


def _sync_move(before: Path, after: Path, path: str) -> None:
    try:
        # A roll-forward may have moved it on already: its own fsync is then the later one.
        with suppress(FileNotFoundError):
            handle = os.open(after, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        with suppress(FileNotFoundError):
            _sync_folder(after.parent)
        with suppress(FileNotFoundError):
            _sync_folder(before.parent)
    except OSError as error:
        raise OutcomeUnknown(f"{path} was moved, but the disk did not confirm it ({error.strerror})") from error


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
