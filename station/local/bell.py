"""The journal's bell: whoever adds a fact touches a file beside it, and the program that follows wakes at once.

A missed ring costs a second, no more: followers look by themselves as well.
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from select import select

from inotify_simple import INotify, flags


def bell_of(journal: Path) -> Path:
    return journal.with_suffix(".bell")


def ring(bell: Path) -> None:
    """A lost ring is no reason to fail: the fact is in the journal already."""
    try:
        os.utime(bell)
    except OSError:
        return


class Listener:
    """Calls `rung` from a thread of its own at each ring, until closed."""

    def __init__(self, bell: Path, rung: Callable[[], None]) -> None:
        bell.parent.mkdir(parents=True, exist_ok=True)
        bell.touch()
        self._watch = INotify()
        self._watch.add_watch(bell, flags.ATTRIB)
        self._rung = rung
        self._ended, self._end = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._listen, name="journal-bell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """No ring is heard after this."""
        os.write(self._end, b".")
        self._thread.join()
        os.close(self._end)

    def _listen(self) -> None:
        # Without an end to the wait: an idle station is to wake as seldom as it can.
        while self._ended not in select([self._watch, self._ended], [], [])[0]:
            self._watch.read(timeout=0)
            self._rung()
        self._watch.close()
        os.close(self._ended)
