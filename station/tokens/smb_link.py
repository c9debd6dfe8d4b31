"""One connection to an SMB server: connected, logged in, asked, with an end to every wait.

Here smbprotocol's surprises are met (a wait without an end, a lost connection taken for an answer, a log-in that cannot
name the session before), so that the share above knows only answers and LOST.
"""

import logging
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBAuthenticationError, SMBException, SMBResponseException
from smbprotocol.session import Session, SMB2SessionSetupRequest
from smbprotocol.tree import TreeConnect

from station.errors import ShareAway, ShareError
from station.tokens import ntstatus, smb_wire
from station.tokens.smb_address import SmbAddress

CONNECT_S: Final = 5
_KEEPALIVE_S: Final = 3
_CREDITS: Final = 256

LOST = (SMBException, OSError, ValueError, KeyError)
"""What smbprotocol raises when a connection is lost, refused or out of step."""


@dataclass(frozen=True, slots=True)
class Answer:
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
            return super().receive(request, wait, timeout or CONNECT_S, **kwargs)
        except TypeError as error:
            # It takes a connection that ended without an answer for an answer.
            raise SMBException("the server ended the connection") from error

    def _check_worker_running(self) -> None:
        # It would raise whatever its receiving thread died of, be it an index out of a broken message's range.
        if self._t_exc is not None:
            raise SMBException(f"the connection broke ({type(self._t_exc).__name__})") from self._t_exc
        super()._check_worker_running()


class Link:
    """One connection, logged in to one share."""

    def __init__(self, connection: _PatientConnection, session: Session, tree: TreeConnect, answer_s: float) -> None:
        self._connection = connection
        self._tree_id = tree.tree_connect_id
        self._answer_s = answer_s
        self.session_id: int = session.session_id

    @property
    def alive(self) -> bool:
        return bool(self._connection.transport.connected)

    def exchange(self, messages: Sequence[smb_wire.Message]) -> tuple[Answer, ...]:
        """Sends a compound and takes every answer. Raises one of LOST."""
        deadline = time.monotonic() + self._answer_s
        return tuple(self.wait(request, deadline, lambda: False) for request in self.send(messages))

    def send(self, messages: Sequence[smb_wire.Message]) -> list[Any]:
        requests: list[Any] = self._connection.send_compound(messages, self.session_id, self._tree_id, related=True)
        return requests

    def wait(self, request: Any, deadline: float | None, stopping: Callable[[], bool]) -> Answer:
        """The final answer; without a deadline as long as the connection lives. Raises SMBException when it is lost."""
        while True:
            left_s = 5.0 if deadline is None else deadline - time.monotonic()
            arrived = left_s > 0 and request.response_event.wait(left_s)
            with request.response_event_lock:
                response = request.response
                status = response["status"].get_value() if response is not None else ntstatus.PENDING
                if status != ntstatus.PENDING:
                    self._connection.outstanding_requests.pop(request.message["message_id"].get_value(), None)
                    return Answer(status, response["data"].get_value())
                if not self.alive or stopping():
                    raise SMBException("the connection was lost")
                if not arrived and deadline is not None:
                    raise SMBException(f"no answer within {self._answer_s:g} s")
                request.response_event.clear()

    def end(self, *, polite: bool = False) -> None:
        """Never raises. `polite` logs off first, which waits for the server."""
        with suppress(*LOST):
            self._connection.disconnect(close=polite)


def connect(address: SmbAddress, prefix: str, previous: int, answer_s: float) -> Link:
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
    except LOST as error:
        _abandon(connection)
        raise _unreachable(address, error) from None
    return link


def _log_in(connection: _PatientConnection, address: SmbAddress, answer_s: float) -> Link:
    connection.connect(timeout=CONNECT_S)
    # Without it a compound may wait 40 ms for the acknowledgement of a watcher's message.
    connection.transport._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # noqa: SLF001 - no other way in
    session = Session(connection, address.user, address.password, require_encryption=address.encrypt)
    session.connect()
    session.password = None
    connection.echo(session.session_id, timeout=CONNECT_S, credit_request=_CREDITS)
    tree = TreeConnect(session, rf"\\{address.host}\{address.share}")
    tree.connect()
    return Link(connection, session, tree, answer_s)


def _abandon(connection: _PatientConnection) -> None:
    if connection.transport is not None:
        with suppress(*LOST):
            connection.disconnect(close=False)


def _unreachable(address: SmbAddress, error: Exception) -> ShareError:
    text = str(error)
    if "guest" in text:
        return ShareError(
            f"The share {address} takes {address.user!r} as a guest, without signing; correct the user, or forbid guests"
        )
    if "encryption is required" in text:
        return ShareError(f"The share {address} cannot encrypt; allow SMB 3 encryption on the server")
    return ShareAway(f"The share {address} cannot be reached; check the PC, the cable and the address ({brief(error)})")


def brief(error: Exception) -> str:
    return str(error).partition("\n")[0][:160] or type(error).__name__
