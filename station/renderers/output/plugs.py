"""News of displays that are plugged in or out: the kernel tells everybody who listens, without any right."""

import os
import socket
from contextlib import suppress
from typing import Final

_KERNEL: Final = 1
_UEVENT: Final = 15


class DisplayNews:
    """Where the kernel does not tell it (a container), there is never any news."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        with suppress(OSError):
            made = socket.socket(
                socket.AF_NETLINK, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC, _UEVENT
            )
            made.bind((os.getpid(), _KERNEL))
            self._socket = made

    def any(self) -> bool:
        """Whether anything changed at a display since this was asked last."""
        found = False
        while self._socket is not None:
            try:
                message = self._socket.recv(8192)
            except BlockingIOError:
                break
            except OSError:
                # Too much came at once: something may have been among it.
                return True
            found = found or b"SUBSYSTEM=drm" in message
        return found

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
