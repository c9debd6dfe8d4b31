"""A bell that rings when a name comes to or goes from a local folder. One thread a watcher."""

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select

from inotify_simple import INotify, flags

_NAMES = (
    flags.CREATE
    | flags.MOVED_TO
    | flags.MOVED_FROM
    | flags.DELETE
    | flags.DELETE_SELF
    | flags.MOVE_SELF
    | flags.ONLYDIR
    | flags.DONT_FOLLOW
)


class FolderWatcher:
    """Raises OSError when the folder can't be watched. The kernel's overflow rings the bell too."""

    def __init__(self, folder: Path, *, recursive: bool, bell: Callable[[], None]) -> None:
        self._recursive = recursive
        self._bell = bell
        self._inotify = INotify(nonblocking=True)
        self._folders: dict[int, Path] = {}
        self._stop_read, self._stop_write = os.pipe2(os.O_CLOEXEC)
        self._closed = False
        try:
            self._add(folder)
        except OSError:
            self._release()
            raise
        self._thread = threading.Thread(target=self._run, name=f"watch {folder}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        os.write(self._stop_write, b".")
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        try:
            while True:
                ready, _, _ = select([self._inotify, self._stop_read], [], [])
                if self._stop_read in ready:
                    return
                for event in self._inotify.read(timeout=0):
                    self._follow(event.wd, event.mask, event.name)
                if not self._closed:
                    self._bell()
        finally:
            self._release()

    def _follow(self, wd: int, mask: int, name: str) -> None:
        """A new folder below is watched too; what came into it before that is why listings repeat."""
        if mask & flags.IGNORED:
            self._folders.pop(wd, None)
        elif self._recursive and mask & flags.ISDIR and mask & (flags.CREATE | flags.MOVED_TO) and wd in self._folders:
            with suppress(OSError):
                self._add(self._folders[wd] / name)

    def _add(self, folder: Path) -> None:
        self._folders[self._inotify.add_watch(folder, _NAMES)] = folder
        if self._recursive:
            for below in folder.iterdir():
                if below.is_dir() and not below.is_symlink():
                    with suppress(FileNotFoundError):
                        self._add(below)

    def _release(self) -> None:
        self._inotify.close()
        os.close(self._stop_read)
        os.close(self._stop_write)
