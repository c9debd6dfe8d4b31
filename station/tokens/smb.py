"""The share over SMB 3: every operation one compound, every wait with an end, nothing late after a reconnect.

A move opens its source sharing only READ, so of several movers one gets the handle; renames it without replacing; and
flushes the same handle, without which the rename would not survive a power cut.

A request that gets no answer leaves the connection behind: it is dropped, and the next one names it as the previous
session, so that the server ends it (and whatever it still had under way) before it answers.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from station.errors import OutcomeUnknown, ShareAway, ShareError, ShareFull
from station.tokens import ntstatus, smb_wire
from station.tokens.share import READ_LIMIT, Entry, Gone, Moved, NoFolder, Taken
from station.tokens.smb_address import SmbAddress
from station.tokens.smb_link import LOST, Answer, Link, brief, connect
from station.tokens.smb_watch import SmbWatcher

__all__ = ["SmbAddress", "SmbShare", "open_share"]

_ANSWER_S: Final = 10.0
_LISTING_ROOM: Final = 1 << 20
_FORBIDDEN: Final = frozenset('\\:*?"<>|') | {chr(code) for code in range(32)}


def open_share(address: SmbAddress, *, answer_s: float = _ANSWER_S) -> "SmbShare":
    """A connected share. Raises ShareError with one sentence that says what to correct, or ShareAway."""
    share = SmbShare(address, answer_s=answer_s)
    share.reconnect()
    return share


class SmbShare:
    """Implements `station.tokens.share.Share`. Not connected before the first `reconnect`."""

    def __init__(self, address: SmbAddress, *, answer_s: float = _ANSWER_S) -> None:
        self.address = address
        self._answer_s = answer_s
        self._prefix = "".join(f"{part}\\" for part in address.folder.split("/") if part)
        self._link: Link | None = None
        self._linked = threading.Condition()
        self._to_sever: list[int] = []
        self._severed: set[int] = set()
        self._watchers: list[SmbWatcher] = []
        self._closed = False

    @property
    def session(self) -> str:
        link = self._link
        return f"{link.session_id:016x}" if link is not None else ""

    def list(self, folder: str) -> list[Entry]:
        path = self._at(folder)
        opening = smb_wire.create(
            path, smb_wire.READ_DATA | smb_wire.READ_ATTRIBUTES, smb_wire.SHARE_ALL, smb_wire.OPEN, smb_wire.DIRECTORY
        )
        related = smb_wire.RELATED
        answers = self._ask(
            [
                opening,
                smb_wire.query_directory(related, _LISTING_ROOM),
                smb_wire.query_directory(related, 4096),
                smb_wire.close(related),
            ]
        )
        opened, first, second, closed = answers
        self._demand_folder(opened, folder)
        self._close_if_open(opened, closed)
        # The root of a disk has no `.`, so that an empty one has no such file as `*`.
        if first.status == ntstatus.NO_MORE_FILES or (first.status == ntstatus.NO_SUCH_FILE and not path):
            return []
        self._demand_folder(first, folder)
        if second.status == ntstatus.NO_MORE_FILES:
            return smb_wire.entries(first.data)
        self._demand_folder(second, folder)
        return [*self._list_long(opening, folder)]

    def read(self, path: str, limit: int = READ_LIMIT) -> bytes:
        related = smb_wire.RELATED
        opened, data, closed = self._ask(
            [
                smb_wire.create(
                    self._at(path),
                    smb_wire.READ_DATA,
                    smb_wire.SHARE_ALL,
                    smb_wire.OPEN,
                    smb_wire.NOT_DIRECTORY,
                ),
                smb_wire.read(related, limit),
                smb_wire.close(related),
            ]
        )
        if opened.status in ntstatus.NAME_GONE | ntstatus.PATH_GONE | {ntstatus.DELETE_PENDING}:
            raise Gone(f"{path} is not on the share {self.address}")
        self._demand(opened, path)
        self._close_if_open(opened, closed)
        if data.status == ntstatus.END_OF_FILE:
            return b""
        self._demand(data, path)
        return smb_wire.read_data(data.data)

    def create(self, path: str, data: bytes) -> None:
        related = smb_wire.RELATED
        opened, wrote, flushed, closed = self._change(
            [
                smb_wire.create(
                    self._at(path),
                    smb_wire.WRITE_DATA | smb_wire.READ_ATTRIBUTES | smb_wire.SYNCHRONIZE,
                    0,
                    smb_wire.CREATE,
                    smb_wire.NOT_DIRECTORY,
                ),
                smb_wire.write(related, data),
                smb_wire.flush(related),
                smb_wire.close(related),
            ],
            path,
        )
        if opened.status == ntstatus.OBJECT_NAME_COLLISION:
            raise Taken(f"{path} is on the share {self.address} already; it was left as it is")
        if opened.status in ntstatus.PATH_GONE:
            raise NoFolder(f"The folder of {path} is not on the share {self.address}")
        self._demand(opened, path)
        self._close_if_open(opened, closed)
        # The later messages of a compound run even when an earlier one failed: an empty file may stand there now.
        failed = next((answer for answer in (wrote, flushed, closed) if answer.status != ntstatus.SUCCESS), None)
        short = failed is None and smb_wire.written(wrote.data) != len(data)
        if failed is not None or short:
            with suppress(ShareError):
                self.delete(path)
        if short:
            raise ShareFull(f"The share {self.address} wrote only a part of {path}; free some space there")
        if failed is not None:
            raise self._refusal(failed, path)

    def move(self, source: str, target: str) -> Moved:
        related = smb_wire.RELATED
        opened, renamed, flushed, closed = self._change(
            [
                smb_wire.create(
                    self._at(source),
                    smb_wire.DELETE | smb_wire.WRITE_DATA | smb_wire.SYNCHRONIZE,
                    smb_wire.SHARE_READ,
                    smb_wire.OPEN,
                    smb_wire.NOT_DIRECTORY | smb_wire.WRITE_THROUGH,
                ),
                smb_wire.rename(related, self._at(target)),
                smb_wire.flush(related),
                smb_wire.close(related),
            ],
            source,
        )
        self._close_if_open(opened, closed)
        answer = opened if opened.status != ntstatus.SUCCESS else renamed
        if answer.status in ntstatus.NAME_GONE:
            return Moved.GONE
        if answer.status in ntstatus.PATH_GONE:
            return Moved.NO_FOLDER
        if answer.status in ntstatus.HELD:
            return Moved.BUSY
        if answer.status == ntstatus.OBJECT_NAME_COLLISION:
            return Moved.COLLISION
        self._demand(answer, source)
        if flushed.status != ntstatus.SUCCESS:
            self._drop()
            raise OutcomeUnknown(
                f"{source} was moved, but the share {self.address} did not confirm that it lasts; it is tried again"
            )
        return Moved.MOVED

    def delete(self, path: str) -> bool:
        return self._remove(path, smb_wire.NOT_DIRECTORY)

    def make_folder(self, path: str) -> None:
        opened = self._make_one(path)
        if opened.status in ntstatus.PATH_GONE and "/" in path:
            self.make_folder(path.rpartition("/")[0])
            opened = self._make_one(path)
        if opened.status != ntstatus.OBJECT_NAME_COLLISION:
            self._demand(opened, path)

    def remove_folder(self, path: str) -> None:
        self._remove(path, smb_wire.DIRECTORY)

    def touch(self, path: str, data: bytes) -> datetime:
        related = smb_wire.RELATED
        opened, wrote, closed = self._change(
            [
                smb_wire.create(
                    self._at(path),
                    smb_wire.WRITE_DATA | smb_wire.READ_ATTRIBUTES,
                    smb_wire.SHARE_ALL,
                    smb_wire.OVERWRITE_IF,
                    smb_wire.NOT_DIRECTORY,
                ),
                # One byte at least: a write of nothing would leave the time as it was.
                smb_wire.write(related, data or b"\n"),
                smb_wire.close(related, ask_times=True),
            ],
            path,
        )
        if opened.status in ntstatus.PATH_GONE:
            raise NoFolder(f"The folder of {path} is not on the share {self.address}")
        self._demand(opened, path)
        self._close_if_open(opened, closed)
        self._demand(wrote, path)
        self._demand(closed, path)
        return smb_wire.closed_write_time(closed.data)

    def watch(self, folder: str, recursive: bool, bell: Callable[[], None]) -> SmbWatcher:  # noqa: FBT001 - the port's
        self.list(folder)
        watcher = SmbWatcher(self, self._at(folder), recursive=recursive, bell=bell)
        self._watchers.append(watcher)
        return watcher

    def sever(self, session: str) -> None:
        number = int(session, 16) if session else 0
        if not number or number in self._severed or session == self.session:
            return
        if number not in self._to_sever:
            self._to_sever.append(number)
        self.reconnect()

    def reconnect(self) -> None:
        self._drop()
        while True:
            previous = self._to_sever[0] if self._to_sever else 0
            link = connect(self.address, self._prefix, previous, self._answer_s)
            if previous:
                self._to_sever.remove(previous)
                self._severed.add(previous)
            if not self._to_sever:
                break
            link.end()
        with self._linked:
            self._link = link
            self._linked.notify_all()

    def close(self) -> None:
        self._closed = True
        for watcher in self._watchers:
            watcher.close()
        self._watchers.clear()
        with self._linked:
            link, self._link = self._link, None
            self._linked.notify_all()
        if link is not None:
            link.end(polite=True)

    def wait_for_link(self, other_than: Link | None, stopping: Callable[[], bool]) -> Link | None:
        """For watchers: the present connection, once it is another one; None when it is time to stop."""
        with self._linked:
            self._linked.wait_for(
                lambda: stopping() or self._closed or (self._link is not None and self._link is not other_than)
            )
            return None if stopping() or self._closed else self._link

    def wake_watchers(self) -> None:
        with self._linked:
            self._linked.notify_all()

    def _at(self, path: str) -> str:
        if path and any(not part or part in {".", ".."} or _FORBIDDEN & set(part) for part in path.split("/")):
            raise ShareError(f"{path[:120]!r} is no path below the floor; nothing was done")
        return (self._prefix + path.replace("/", "\\")).rstrip("\\")

    def _ask(self, messages: Sequence[smb_wire.Message]) -> tuple[Answer, ...]:
        """The answers to a compound that changes nothing. Raises ShareAway, and leaves the connection then."""
        link = self._link
        if link is None:
            raise ShareAway(f"The share {self.address} is not connected; it is tried again")
        try:
            return link.exchange(messages)
        except LOST as error:
            self._drop()
            raise ShareAway(f"The share {self.address} does not answer; it is tried again ({brief(error)})") from error

    def _change(self, messages: Sequence[smb_wire.Message], path: str) -> tuple[Answer, ...]:
        """The same for a compound that changes something: no answer means that nobody knows."""
        link = self._link
        if link is None:
            raise ShareAway(f"The share {self.address} is not connected; it is tried again")
        try:
            return link.exchange(messages)
        except LOST as error:
            self._drop()
            raise OutcomeUnknown(
                f"The share {self.address} did not answer: {path} may be changed or not; it is tried again"
                f" ({brief(error)})"
            ) from error

    def _list_long(self, opening: smb_wire.Message, folder: str) -> tuple[Entry, ...]:
        """A folder that does not fit into one answer, read from one handle until there is no more."""
        (opened,) = self._ask([opening])
        self._demand_folder(opened, folder)
        file_id = smb_wire.created_id(opened.data)
        found: tuple[Entry, ...] = ()
        while True:
            (answer,) = self._ask([smb_wire.query_directory(file_id, _LISTING_ROOM)])
            if answer.status == ntstatus.NO_MORE_FILES:
                break
            self._demand_folder(answer, folder)
            found += tuple(smb_wire.entries(answer.data))
        self._ask([smb_wire.close(file_id)])
        return found

    def _make_one(self, path: str) -> Answer:
        opened, closed = self._change(
            [
                smb_wire.create(
                    self._at(path), smb_wire.READ_ATTRIBUTES, smb_wire.SHARE_ALL, smb_wire.CREATE, smb_wire.DIRECTORY
                ),
                smb_wire.close(smb_wire.RELATED),
            ],
            path,
        )
        self._close_if_open(opened, closed)
        return opened

    def _remove(self, path: str, kind: int) -> bool:
        opened, closed = self._change(
            [
                smb_wire.create(
                    self._at(path),
                    smb_wire.DELETE,
                    smb_wire.SHARE_ALL,
                    smb_wire.OPEN,
                    kind | smb_wire.DELETE_ON_CLOSE,
                ),
                smb_wire.close(smb_wire.RELATED),
            ],
            path,
        )
        self._close_if_open(opened, closed)
        if opened.status in ntstatus.NAME_GONE | ntstatus.PATH_GONE:
            return True
        if opened.status in ntstatus.HELD | {ntstatus.DIRECTORY_NOT_EMPTY, ntstatus.CANNOT_DELETE}:
            return False
        self._demand(opened, path)
        return True

    def _close_if_open(self, opened: Answer, closed: Answer) -> None:
        """A handle that stays open would keep everybody else from moving the file."""
        if opened.status == ntstatus.SUCCESS and closed.status != ntstatus.SUCCESS:
            self._ask([smb_wire.close(smb_wire.created_id(opened.data))])

    def _demand_folder(self, answer: Answer, folder: str) -> None:
        """A folder may go between the messages that list it, too."""
        if answer.status in ntstatus.NAME_GONE | ntstatus.PATH_GONE | {ntstatus.DELETE_PENDING}:
            raise NoFolder(f"{folder} is not on the share {self.address}")
        self._demand(answer, folder)

    def _demand(self, answer: Answer, path: str) -> None:
        if answer.status != ntstatus.SUCCESS:
            raise self._refusal(answer, path)

    def _refusal(self, answer: Answer, path: str) -> ShareError:
        if ntstatus.is_ended(answer.status):
            self._drop()
        return ntstatus.refusal(answer.status, path, str(self.address), self.address.user)

    def _drop(self) -> None:
        """Leaves the connection; the next one makes the server end it first."""
        with self._linked:
            link, self._link = self._link, None
        if link is not None:
            if link.session_id not in self._to_sever:
                self._to_sever.append(link.session_id)
            link.end()
