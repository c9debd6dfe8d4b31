"""A look at a screen from outside, for demos, tests and benchmarks: only when the configuration asks for it.

`<run>/observe.sock`, a Unix stream socket, mode 0600. One line of JSON is asked, one line is answered, then it closes:

    {"ask": "describe"}                      what the screen shows: role, person, frame, message, hits, cards
    {"ask": "screenshot", "path": "x.png"}   the screen as it is now, saved as PNG

Rectangles are [x, y, w, h] as fractions of the screen, as touches are. `first_shown` is CLOCK_MONOTONIC in nanoseconds, just
after the frame that showed a card first was handed to the display; `person_shown` the same of the frame that first showed the
person who is there now, or that nobody is any more (0: no frame has shown anybody).
"""

import contextlib
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from station.domain.menu import Person
from station.domain.token import Key
from station.errors import StationError
from station.renderers.scene import Scene
from station.renderers.sockets import bound

_PATIENCE_S = 0.5


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ask: Literal["describe", "screenshot"]
    path: str = ""


class Observer:
    """Raises StationError when the socket cannot be made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket = bound(path, socket.SOCK_STREAM, "observing")
        self._socket.listen(8)

    def fileno(self) -> int:
        return self._socket.fileno()

    def answer(self, reply: Callable[[Ask], Mapping[str, Any]]) -> None:
        """Answers the one who waited longest: between two answers whatever was done meanwhile must have happened.

        Whoever goes away in between loses only their answer.
        """
        with contextlib.suppress(OSError):
            peer, _ = self._socket.accept()
            with peer:
                peer.settimeout(_PATIENCE_S)
                peer.sendall(msgspec.json.encode(_replied(_line(peer), reply)) + b"\n")

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self._path.unlink()


def describe(
    scene: Scene,
    *,
    station: str,
    role: str,
    person: Person | None,
    frame: int,
    first_shown: Mapping[Key, int],
    person_shown: int,
    logging_in: bool,
) -> dict[str, Any]:
    """The screen in words and numbers."""
    width, height = scene.size
    return {
        "station": station,
        "role": role,
        "person": None if person is None else {"id": person.id, "name": person.name},
        "person_shown": person_shown,
        "frame": frame,
        "size": [width, height],
        "login": logging_in,
        "message": scene.message,
        "beats": scene.beats(),
        "hits": [
            {
                "action": found.hit.action,
                "label": found.hit.label,
                "enabled": found.hit.enabled,
                "key": found.hit.key,
                "rect": [
                    round(found.rect.x / width, 5),
                    round(found.rect.y / height, 5),
                    round(found.rect.w / width, 5),
                    round(found.rect.h / height, 5),
                ],
            }
            for found in scene.found()
        ],
        "cards": [
            {
                "order": card.order,
                "part": card.part,
                "number": card.number,
                "level": card.level,
                "place": card.place,
                "pending": card.pending,
                "first_shown": first_shown.get((card.order, card.part)),
            }
            for card in scene.shown
        ],
    }


def _line(peer: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\n") and len(data) < 4_096:
        more = peer.recv(4_096)
        if not more:
            break
        data += more
    return data


def _replied(line: bytes, reply: Callable[[Ask], Mapping[str, Any]]) -> Mapping[str, Any]:
    try:
        return reply(msgspec.json.decode(line, type=Ask))
    except msgspec.MsgspecError as error:
        return {"error": f"not understood: {error}"}
    except StationError as error:
        return {"error": str(error)}
