"""A bell on a folder of an SMB share: CHANGE_NOTIFY, armed again after each change and on each new connection."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from station.tokens import ntstatus, smb_wire
from station.tokens.smb_link import CONNECT_S, LOST, Link


class Linked(Protocol):
    """The share, as its watchers need it."""

    def wait_for_link(self, other_than: Link | None, stopping: Callable[[], bool]) -> Link | None:
        """The present connection, once it is another one; None when it is time to stop."""

    def wake_watchers(self) -> None:
        """Makes every `wait_for_link` look again."""


class SmbWatcher:
    """A bell for one folder, armed again after each change and on each new connection."""

    def __init__(self, share: Linked, path: str, *, recursive: bool, bell: Callable[[], None]) -> None:
        self._share = share
        self._path = path
        self._recursive = recursive
        self._bell = bell
        self._closed = threading.Event()
        self._handle: tuple[Link, bytes] | None = None
        armed = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(armed,), name=f"watch {path}", daemon=True)
        self._thread.start()
        armed.wait(CONNECT_S)

    def close(self) -> None:
        self._closed.set()
        self._share.wake_watchers()
        handle = self._handle
        if handle is not None:
            link, file_id = handle
            with suppress(*LOST):
                # Closing the folder ends the pending request, and so the thread's wait.
                link.exchange([smb_wire.close(file_id)])
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=CONNECT_S + 1)

    def _run(self, armed: threading.Event) -> None:
        link: Link | None = None
        while (link := self._share.wait_for_link(link, self._closed.is_set)) is not None:
            with suppress(*LOST):
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

    def _follow(self, link: Link, armed: threading.Event) -> None:
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
