"""A Unix socket in the station's run folder that its owner alone may use."""

import os
import socket
from pathlib import Path

from station.errors import StationError


def bound(path: Path, kind: socket.SocketKind, what: str) -> socket.socket:
    """Made anew, mode 0600, never waiting; a stale one of a killed program is replaced.

    Raises StationError, which calls the socket `what`.
    """
    made = socket.socket(socket.AF_UNIX, kind | socket.SOCK_NONBLOCK)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        if not mask & 0o070:
            # On a station's own machine its programs are several users of one group.
            os.umask(0o117)
        try:
            made.bind(str(path))
        finally:
            os.umask(mask)
    except OSError as error:
        made.close()
        raise StationError(f"the {what} socket {path} cannot be made: {error}; check the folder's rights") from error
    return made
