"""How a command asks the running program: `<run>/input-control.sock`, mode 0600, packets that keep their borders.

A question is one packet of JSON, an answer one or more; the last one has `done`, `error` or `status`.

    {"ask": "list"}                                           {"status": {…}}, as in input.json
    {"ask": "learn", "seconds": 30}                           {"waiting": …}, then {"done": …} or {"error": …}
    {"ask": "set", "device": "1a2b3c4d", "kind": "scanner"}   {"done": …}
    {"ask": "forget", "device": "1a2b3c4d"}                   {"done": …}
"""

import contextlib
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from station.errors import StationError
from station.input.devices import Kind
from station.input.touch import Rotation
from station.local.status import InputStatus

_LARGEST: Final = 4_096
_LARGEST_ANSWER: Final = 262_144
MOST_ASKERS: Final = 4
LEARN_S: Final = 30.0


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """`device` is its id, or as much of it as tells it from the others."""

    ask: Literal["list", "learn", "set", "forget"]
    device: Annotated[str, msgspec.Meta(max_length=64)] = ""
    kind: Kind | None = None
    seconds: Annotated[float, msgspec.Meta(gt=0, le=600)] = LEARN_S
    rotate: Rotation = 0
    swap: bool = False
    invert_x: bool = False
    invert_y: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    waiting: str = ""
    done: str = ""
    error: str = ""
    status: InputStatus | None = None

    @property
    def last(self) -> bool:
        return not self.waiting


class Asker:
    """One command that is connected."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer

    def fileno(self) -> int:
        return self._peer.fileno()

    def question(self) -> Question | None:
        """What it asks; None when it has gone. Raises StationError when that is no question."""
        try:
            data = self._peer.recv(_LARGEST)
        except OSError:
            return None
        if not data:
            return None
        try:
            return msgspec.json.decode(data, type=Question)
        except msgspec.MsgspecError as error:
            raise StationError(f"not understood: {error}") from error

    def answer(self, answer: Answer) -> None:
        """Whoever went away loses only their answer."""
        with contextlib.suppress(OSError):
            self._peer.send(msgspec.json.encode(answer))

    def close(self) -> None:
        self._peer.close()


class Control:
    """The program's end. Made anew at each start; a stale one of a killed program is replaced. Raises StationError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK)
        try:
            path.unlink(missing_ok=True)
            mask = os.umask(0o177)
            try:
                self._socket.bind(str(path))
            finally:
                os.umask(mask)
            self._socket.listen(MOST_ASKERS)
        except OSError as error:
            self._socket.close()
            raise StationError(f"the socket {path} cannot be made: {error}; check the folder's rights") from error

    def fileno(self) -> int:
        return self._socket.fileno()

    def accepted(self) -> list[Asker]:
        """The one who waited longest, unless they have gone."""
        try:
            peer, _ = self._socket.accept()
        except OSError:
            return []
        peer.setblocking(False)
        return [Asker(peer)]

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


def ask(path: Path, question: Question, patience_s: float = 5.0) -> Iterator[Answer] | None:
    """The running program's answers, each as it comes; None when no program listens there.

    Raises StationError when it stops answering.
    """
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        peer.connect(str(path))
        peer.send(msgspec.json.encode(question))
    except (FileNotFoundError, ConnectionRefusedError):
        peer.close()
        return None
    except OSError as error:
        peer.close()
        raise StationError(f"{path}: {error.strerror}; run this as the station's own user") from error
    return _answers(peer, path, patience_s)


def _answers(peer: socket.socket, path: Path, patience_s: float) -> Iterator[Answer]:
    with peer:
        while True:
            ready, _, _ = select.select([peer], [], [], patience_s)
            data = peer.recv(_LARGEST_ANSWER) if ready else b""
            if not data:
                raise StationError(f"the input program stopped answering on {path}; see its log")
            answer = msgspec.json.decode(data, type=Answer)
            yield answer
            if answer.last:
                return
