"""The share over SMB 3: every operation one compound, every wait with an end, nothing late after a reconnect.

A move opens its source sharing only READ, so of several movers one gets the handle; renames it without replacing; and
flushes the same handle, without which the rename would not survive a power cut.

A request that gets no answer leaves the connection behind: it is dropped, and the next one names it as the previous
session, so that the server ends it (and whatever it still had under way) before it answers.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBAuthenticationError, SMBException, SMBResponseException
from smbprotocol.session import Session, SMB2SessionSetupRequest
from smbprotocol.tree import TreeConnect

from station.errors import OutcomeUnknown, ShareAway, ShareError, ShareFull
from station.tokens import ntstatus, smb_wire
from station.tokens.share import READ_LIMIT, Entry, Gone, Moved, NoFolder, Taken
from station.tokens.smb_address import SmbAddress

__all__ = ["SmbAddress", "SmbShare", "open_share"]

_ANSWER_S: Final = 10.0
_CONNECT_S: Final = 5
_KEEPALIVE_S: Final = 3
_CREDITS: Final = 256
_LISTING_ROOM: Final = 1 << 20
_FORBIDDEN: Final = frozenset('\\:*?"<>|') | {chr(code) for code in range(32)}

_LOST = (SMBException, OSError, ValueError, KeyError)
"""What smbprotocol raises when a connection is lost, refused or out of step."""


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
        self._link: _Link | None = None
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

    def watch(self, folder: str, recursive: bool, bell: Callable[[], None]) -> "SmbWatcher":  # noqa: FBT001 - the port's
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
            link = _connect(self.address, self._prefix, previous, self._answer_s)
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

    def wait_for_link(self, other_than: "_Link | None", stopping: Callable[[], bool]) -> "_Link | None":
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

    def _ask(self, messages: Sequence[smb_wire.Message]) -> "tuple[_Answer, ...]":
        """The answers to a compound that changes nothing. Raises ShareAway, and leaves the connection then."""
        link = self._link
        if link is None:
            raise ShareAway(f"The share {self.address} is not connected; it is tried again")
        try:
            return link.exchange(messages)
        except _LOST as error:
            self._drop()
            raise ShareAway(f"The share {self.address} does not answer; it is tried again ({_brief(error)})") from error

    def _change(self, messages: Sequence[smb_wire.Message], path: str) -> "tuple[_Answer, ...]":
        """The same for a compound that changes something: no answer means that nobody knows."""
        link = self._link
        if link is None:
            raise ShareAway(f"The share {self.address} is not connected; it is tried again")
        try:
            return link.exchange(messages)
        except _LOST as error:
            self._drop()
            raise OutcomeUnknown(
                f"The share {self.address} did not answer: {path} may be changed or not; it is tried again"
                f" ({_brief(error)})"
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

    def _make_one(self, path: str) -> "_Answer":
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

    def _close_if_open(self, opened: "_Answer", closed: "_Answer") -> None:
        """A handle that stays open would keep everybody else from moving the file."""
        if opened.status == ntstatus.SUCCESS and closed.status != ntstatus.SUCCESS:
            self._ask([smb_wire.close(smb_wire.created_id(opened.data))])

    def _demand_folder(self, answer: "_Answer", folder: str) -> None:
        """A folder may go between the messages that list it, too."""
        if answer.status in ntstatus.NAME_GONE | ntstatus.PATH_GONE | {ntstatus.DELETE_PENDING}:
            raise NoFolder(f"{folder} is not on the share {self.address}")
        self._demand(answer, folder)

    def _demand(self, answer: "_Answer", path: str) -> None:
        if answer.status != ntstatus.SUCCESS:
            raise self._refusal(answer, path)

    def _refusal(self, answer: "_Answer", path: str) -> ShareError:
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


class SmbWatcher:
    """A bell for one folder, armed again after each change and on each new connection."""

    def __init__(self, share: SmbShare, path: str, *, recursive: bool, bell: Callable[[], None]) -> None:
        self._share = share
        self._path = path
        self._recursive = recursive
        self._bell = bell
        self._closed = threading.Event()
        self._handle: tuple[_Link, bytes] | None = None
        armed = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(armed,), name=f"watch {path}", daemon=True)
        self._thread.start()
        armed.wait(_CONNECT_S)

    def close(self) -> None:
        self._closed.set()
        self._share.wake_watchers()
        handle = self._handle
        if handle is not None:
            link, file_id = handle
            with suppress(*_LOST):
                # Closing the folder ends the pending request, and so the thread's wait.
                link.exchange([smb_wire.close(file_id)])
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=_CONNECT_S + 1)

    def _run(self, armed: threading.Event) -> None:
        link: _Link | None = None
        while (link := self._share.wait_for_link(link, self._closed.is_set)) is not None:
            with suppress(*_LOST):
                self._follow(link, armed)
            self._handle = None
            if self._closed.is_set():
                break
            self._bell()
            if link.alive:
                # The folder went, or can't be watched: the connection is well, so try again in a while.
                self._closed.wait(1.0)
                link = None
        armed.set()

    def _follow(self, link: "_Link", armed: threading.Event) -> None:
        """Rings for each change; returns when this connection or the folder can't be watched any more."""
        (opened,) = link.exchange(
            [
                smb_wire.create(
                    self._path,
                    smb_wire.READ_DATA | smb_wire.READ_ATTRIBUTES,
                    smb_wire.SHARE_ALL,
                    smb_wire.OPEN,
                    smb_wire.DIRECTORY,
                )
            ]
        )
        if opened.status != ntstatus.SUCCESS:
            return
        file_id = smb_wire.created_id(opened.data)
        self._handle = link, file_id
        again = armed.is_set()
        while not self._closed.is_set():
            request = link.send([smb_wire.change_notify(file_id, recursive=self._recursive)])[0]
            armed.set()
            if again:
                self._bell()
            again = True
            answer = link.wait(request, None, self._closed.is_set)
            if answer.status not in {ntstatus.SUCCESS, ntstatus.NOTIFY_ENUM_DIR}:
                return


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    data: bytes


class _PatientConnection(Connection):  # type: ignore[misc] # smbprotocol has no types
    """smbprotocol's connection with an end to every wait, and the previous session named at the log-in."""

    previous_session = 0

    def send(self, message: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(message, SMB2SessionSetupRequest):
            message["previous_session_id"] = self.previous_session
        return super().send(message, *args, **kwargs)

    def receive(self, request: Any, wait: bool = True, timeout: int | None = None, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - as it is there
        try:
            return super().receive(request, wait, timeout or _CONNECT_S, **kwargs)
        except TypeError as error:
            # It takes a connection that ended without an answer for an answer.
            raise SMBException("the server ended the connection") from error

    def _check_worker_running(self) -> None:
        # It would raise whatever its receiving thread died of, be it an index out of a broken message's range.
        if self._t_exc is not None:
            raise SMBException(f"the connection broke ({type(self._t_exc).__name__})") from self._t_exc
        super()._check_worker_running()


class _Link:
    """One connection, logged in to one share."""

    def __init__(self, connection: _PatientConnection, session: Session, tree: TreeConnect, answer_s: float) -> None:
        self._connection = connection
        self._tree_id = tree.tree_connect_id
        self._answer_s = answer_s
        self.session_id: int = session.session_id

    @property
    def alive(self) -> bool:
        return bool(self._connection.transport.connected)

    def exchange(self, messages: Sequence[smb_wire.Message]) -> tuple[_Answer, ...]:
        """Sends a compound and takes every answer. Raises one of _LOST."""
        deadline = time.monotonic() + self._answer_s
        return tuple(self.wait(request, deadline, lambda: False) for request in self.send(messages))

    def send(self, messages: Sequence[smb_wire.Message]) -> list[Any]:
        requests: list[Any] = self._connection.send_compound(messages, self.session_id, self._tree_id, related=True)
        return requests

    def wait(self, request: Any, deadline: float | None, stopping: Callable[[], bool]) -> _Answer:
        """The final answer; without a deadline as long as the connection lives. Raises SMBException when it is lost."""
        while True:
            left_s = 5.0 if deadline is None else deadline - time.monotonic()
            arrived = left_s > 0 and request.response_event.wait(left_s)
            with request.response_event_lock:
                response = request.response
                status = response["status"].get_value() if response is not None else ntstatus.PENDING
                if status != ntstatus.PENDING:
                    self._connection.outstanding_requests.pop(request.message["message_id"].get_value(), None)
                    return _Answer(status, response["data"].get_value())
                if not self.alive or stopping():
                    raise SMBException("the connection was lost")
                if not arrived and deadline is not None:
                    raise SMBException(f"no answer within {self._answer_s:g} s")
                request.response_event.clear()

    def end(self, *, polite: bool = False) -> None:
        """Never raises. `polite` logs off first, which waits for the server."""
        with suppress(*_LOST):
            self._connection.disconnect(close=polite)


def _connect(address: SmbAddress, prefix: str, previous: int, answer_s: float) -> _Link:
    # It logs whole tracebacks of lost connections, which are everyday news here and are told as sentences.
    logging.getLogger("smbprotocol").setLevel(logging.CRITICAL)
    connection = _PatientConnection(uuid4(), address.host, address.port, require_signing=True)
    connection.previous_session = previous
    connection._receive_timeout = _KEEPALIVE_S  # noqa: SLF001 - otherwise only an environment variable sets it
    try:
        link = _log_in(connection, address, answer_s)
        (opened, _) = link.exchange(
            [
                smb_wire.create(
                    prefix.rstrip("\\"),
                    smb_wire.READ_DATA,
                    smb_wire.SHARE_ALL,
                    smb_wire.OPEN,
                    smb_wire.DIRECTORY,
                ),
                smb_wire.close(smb_wire.RELATED),
            ]
        )
        if opened.status != ntstatus.SUCCESS:
            raise ntstatus.refusal(opened.status, address.folder or "(its root)", str(address), address.user)
    except SMBResponseException as error:
        _abandon(connection)
        raise ntstatus.refusal(error.status, "its root", str(address), address.user) from None
    except SMBAuthenticationError:
        _abandon(connection)
        raise ShareError(
            f"The share {address} refuses {address.user!r}; correct user and password in the configuration"
        ) from None
    except ShareError:
        _abandon(connection)
        raise
    except _LOST as error:
        _abandon(connection)
        raise _unreachable(address, error) from None
    return link


def _log_in(connection: _PatientConnection, address: SmbAddress, answer_s: float) -> _Link:
    connection.connect(timeout=_CONNECT_S)
    # Without it a compound may wait 40 ms for the acknowledgement of a watcher's message.
    connection.transport._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # noqa: SLF001 - no other way in
    session = Session(connection, address.user, address.password, require_encryption=address.encrypt)
    session.connect()
    session.password = None
    connection.echo(session.session_id, timeout=_CONNECT_S, credit_request=_CREDITS)
    tree = TreeConnect(session, rf"\\{address.host}\{address.share}")
    tree.connect()
    return _Link(connection, session, tree, answer_s)


def _abandon(connection: _PatientConnection) -> None:
    if connection.transport is not None:
        with suppress(*_LOST):
            connection.disconnect(close=False)


def _unreachable(address: SmbAddress, error: Exception) -> ShareError:
    text = str(error)
    if "guest" in text:
        return ShareError(
            f"The share {address} takes {address.user!r} as a guest, without signing; correct the user, or forbid guests"
        )
    if "encryption is required" in text:
        return ShareError(f"The share {address} cannot encrypt; allow SMB 3 encryption on the server")
    return ShareAway(
        f"The share {address} cannot be reached; check the PC, the cable and the address ({_brief(error)})"
    )


def _brief(error: Exception) -> str:
    return str(error).partition("\n")[0][:160] or type(error).__name__
