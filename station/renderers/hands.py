"""Where touches, keys and scans come from when no window gives them: a Unix datagram socket, one record a datagram.

`<run>/hands.sock`, mode 0600: whoever may write to it works this station as if standing at it. The input program sends
here what it reads from devices.
"""

import contextlib
import socket
from pathlib import Path

from station.domain.hands import Hand, decode_hand
from station.errors import StationError
from station.renderers.sockets import bound

_LARGEST = 2_048


class HandsSocket:
    """Bound anew at each start; a stale socket of a killed program is replaced. Raises StationError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = bound(path, socket.SOCK_DGRAM, "input")

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> tuple[list[Hand], list[str]]:
        """What came since the last call, and a line for each datagram that was nothing of the kind."""
        hands: list[Hand] = []
        complaints: list[str] = []
        while True:
            try:
                data = self._socket.recv(_LARGEST)
            except BlockingIOError:
                return hands, complaints
            try:
                hands.append(decode_hand(data))
            except StationError as error:
                complaints.append(str(error))

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self._path.unlink()
