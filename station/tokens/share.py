"""The port to the floor's storage: a few primitives that a file server and a local directory can both keep.

Paths are text below the floor's root, with `/` between their parts (`stations/grill1/<name>`). Every call may raise
ShareAway (nothing was done, or nothing can be known), and every call that changes something may raise OutcomeUnknown
(it may have happened, and may still happen). After either, `reconnect` before the next call.

A primitive returns only when what it did survives a power cut of the server, except where its text says otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from station.domain.token import MAX_BYTES
from station.errors import ShareError

READ_LIMIT: Final = MAX_BYTES + 1
"""One byte more than a token may have, so that an oversized one is seen to be so."""


class NoFolder(ShareError):
    """The folder is not there. Not the same as empty."""


class Gone(ShareError):
    """The file is not there (any more): somebody else was first."""


class Taken(ShareError):
    """A file of that name is there already; it was left as it is."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as a listing shows it; `modified` is on the share's clock (UTC)."""

    name: str
    is_folder: bool
    size: int
    modified: datetime


class Moved(Enum):
    """How a move ended. Only MOVED changed anything."""

    MOVED = "moved"
    GONE = "gone"
    """The source's name is not there: somebody else moved it."""
    NO_FOLDER = "no folder"
    """The source's or the target's folder is not there."""
    BUSY = "busy"
    """Somebody else holds the source; it may be gone in a moment, or free."""
    COLLISION = "collision"
    """The target's name is taken; nothing was replaced."""


class Watcher(Protocol):
    def close(self) -> None:
        """No bell rings after this returned. Never raises."""


class Share(Protocol):
    """A folder tree that several machines work in at once. One thread at a time, except for watchers."""

    @property
    def session(self) -> str:
        """Names the present connection; a later one can make the server end it by `sever`. Empty when there is none."""

    def list(self, folder: str) -> list[Entry]:
        """Everything in the folder, in no order. Raises NoFolder; a folder that can't be read raises, and is never []."""

    def read(self, path: str, limit: int = READ_LIMIT) -> bytes:
        """The first `limit` bytes. Never hinders a mover. Raises Gone."""

    def create(self, path: str, data: bytes) -> None:
        """A new file with exactly these bytes, whole. Raises Taken, NoFolder, ShareFull.

        After any other error a part of it may stand there: a name whose create did not return is never to be used.
        """

    def move(self, source: str, target: str) -> Moved:
        """Renames a file, never onto another. Of any number of movers of one source exactly one gets MOVED.

        One round trip. Nothing but MOVED, GONE, NO_FOLDER, BUSY and COLLISION is an answer; all else raises.
        """

    def delete(self, path: str) -> bool:
        """Whether the file is gone now (it may have been before); False when somebody holds it. Not durable."""

    def make_folder(self, path: str) -> None:
        """The folder and those above it; one that is there already is fine. Durable with the first file in it."""

    def remove_folder(self, path: str) -> None:
        """Removes it when it is empty; else, or when it is not there, does nothing. Not durable."""

    def touch(self, path: str, data: bytes) -> datetime:
        """Writes the file anew and returns the share's clock at that moment (UTC). Not durable, not atomic."""

    def watch(self, folder: str, recursive: bool, bell: Callable[[], None]) -> Watcher:  # noqa: FBT001 - named in the port
        """Rings the bell, from a thread of its own, soon after a name came or went, an overflow, or a lost connection.

        It lives through `reconnect`. A change in the first milliseconds may be missed, and a bell may ring for nothing:
        watch, then list, and list again every second or two. Raises NoFolder.
        """

    def sever(self, session: str) -> None:
        """Makes the server finish or drop whatever that earlier session of ours still had under way. Idempotent."""

    def reconnect(self) -> None:
        """Ends this connection, so that nothing of it can still happen, and begins another. Raises ShareAway."""

    def close(self) -> None:
        """Never raises."""
