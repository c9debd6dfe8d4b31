"""Hands on their way to the screen: one datagram each on the renderer's `<run>/hands.sock`, never waiting.

A screen that is down loses them: nobody wants the taps of a minute ago. One that is only busy (its queue holds ten) gets them as
soon as it reads, but what waited for over a second is dropped, for the screen may show something else by then; a finger that
was lifted meanwhile is cancelled instead, or it would lie there for ever.
"""

import errno
import logging
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec

from station.domain.hands import Hand, Touch, encode_hand

LATE_S: Final = 1.0
_MOST_WAITING: Final = 512


class _Waiting(NamedTuple):
    hand: Hand
    since_s: float
    arrived: Callable[[], None] | None


class Outbox:
    """`send` tells by `arrived` that the screen's socket has taken the hand; when it is lost, nobody is told."""

    def __init__(self, path: Path, log: logging.Logger) -> None:
        self._path, self._log = path, log
        self._socket: socket.socket | None = None
        self._queue: deque[_Waiting] = deque()
        self._away = False

    def fileno(self) -> int:
        """To wait for until the screen reads again; -1 when nothing waits."""
        return self._socket.fileno() if self._socket is not None and self._queue else -1

    def send(self, hand: Hand, now_s: float, arrived: Callable[[], None] | None = None) -> None:
        last = self._queue[-1].hand if self._queue else None
        if isinstance(hand, Touch) and isinstance(last, Touch) and _goes_on(last, hand):
            # Only where the finger is now matters to a screen that was busy.
            self._queue.pop()
        if len(self._queue) < _MOST_WAITING:
            self._queue.append(_Waiting(hand, now_s, arrived))
        self.flush(now_s)

    def flush(self, now_s: float) -> None:
        """Sends what waits, as far as the screen takes it."""
        while self._queue:
            waiting = self._queue[0]
            hand = waiting.hand if now_s - waiting.since_s <= LATE_S else _late(waiting.hand)
            fate = "lost" if hand is None else self._sent(encode_hand(hand))
            if fate == "busy":
                return
            self._queue.popleft()
            if fate == "sent" and waiting.arrived is not None:
                waiting.arrived()

    def close(self) -> None:
        self._disconnect()
        self._queue.clear()

    def _sent(self, data: bytes) -> Literal["sent", "busy", "lost"]:
        problem: OSError | None = None
        for _ in range(2):
            try:
                self._connected().send(data)
            except BlockingIOError:
                return "busy"
            except OSError as error:
                # A screen that was started anew has another socket: once more.
                self._disconnect()
                problem = error
            else:
                self._tell(None)
                return "sent"
        self._tell(problem)
        return "lost"

    def _connected(self) -> socket.socket:
        if self._socket is None:
            made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
            try:
                made.connect(str(self._path))
            except OSError:
                made.close()
                raise
            self._socket = made
        return self._socket

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _tell(self, error: OSError | None) -> None:
        if (error is not None) == self._away:
            return
        self._away = error is not None
        if error is None:
            self._log.info("screen=there")
        elif error.errno in {errno.EACCES, errno.EPERM}:
            self._log.warning("screen=refuses hands_are=lost; %s is another user's: run both as one group", self._path)
        else:
            self._log.warning("screen=away hands_are=lost why=%r", error.strerror)


def _goes_on(before: Touch, after: Touch) -> bool:
    return before.phase == after.phase == "move" and before.pointer == after.pointer


def _late(hand: Hand) -> Hand | None:
    if isinstance(hand, Touch) and hand.phase in {"up", "cancel"}:
        return msgspec.structs.replace(hand, phase="cancel")
    return None
