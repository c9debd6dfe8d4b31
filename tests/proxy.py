"""A TCP proxy on loopback that harms what passes through it, at the moment that a test chooses.

One thread accepts, and each connection has one a direction. A request is one chunk from the client, as it was received:
for a client that sends a statement and waits for its answer, one statement. (Over TLS a login is several.)
Statements above 64 KiB come in several chunks.
"""

import socket
import struct
import threading
from contextlib import suppress
from typing import Literal, Self

HOST = "127.0.0.1"
_CHUNK = 65536
_ANSWER_S = 0.3
_JOIN_S = 5.0
_CONNECT_S = 5.0
_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST, and what was not sent is dropped
_LOOK_UP = struct.pack("ll", 0, 100_000)  # SO_SNDTIMEO: a send that is blocked looks up every 0.1 s

Cut = Literal["before", "after"]


class Proxy:
    """Listens on `port` and passes everything to `target_port`, until told otherwise. Its methods may be called anywhere.

    A planned cut happens once; then everything passes again, on new connections.
    """

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.delay_s = 0.0
        self._changed = threading.Condition()
        self._requests = 0
        self._plan: tuple[int, Cut] | None = None
        self._stalled = False
        self._refusing = False
        self._connections: set[_Connection] = set()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, name=f"proxy {self.port}", daemon=True)
        self._acceptor.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def requests(self) -> int:
        """How many came from clients since `reset`, those that were cut among them."""
        with self._changed:
            return self._requests

    @property
    def planned(self) -> bool:
        """Whether a cut is still to come."""
        with self._changed:
            return self._plan is not None

    def reset(self) -> None:
        with self._changed:
            self._requests = 0

    def cut_before(self, n: int) -> None:
        """The n-th request from now (1 is the next) is not passed on: its connection is cut both ways instead."""
        self._intend(n, "before")

    def cut_after(self, n: int) -> None:
        """The n-th request from now is passed on and its answer is not: then its connection is cut both ways.

        The cut waits for the answer's first bytes, 0.3 s at most; the server carries out what it received anyway.
        """
        self._intend(n, "after")

    def stall(self) -> None:
        """Connections are accepted and nothing passes, as in a network that swallows it, until `resume`.

        What was sent meanwhile passes then, late, even if its client has given up.
        """
        with self._changed:
            self._stalled = True

    def refuse(self) -> None:
        """All connections are cut, and new ones are closed at once, until `resume`."""
        with self._changed:
            self._refusing = True
        self._cut_all()

    def resume(self) -> None:
        """Ends a stall, a refusal, and a plan that nothing has met."""
        with self._changed:
            self._stalled = self._refusing = False
            self._plan = None
            self._changed.notify_all()

    def close(self) -> None:
        """Cuts everything; no thread and no socket is left."""
        with self._changed:
            self._refusing = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the acceptor, which closing would not
        self._acceptor.join(_JOIN_S)
        self._listener.close()
        self._cut_all()

    def _intend(self, n: int, cut: Cut) -> None:
        if n < 1:
            raise ValueError("requests are counted from 1")
        with self._changed:
            self._plan = (n, cut)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = self._connected()
            except OSError:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                client.close()
                continue
            connection = _Connection(self, client, server)
            with self._changed:
                self._connections.add(connection)
                connection.start()
                refusing = self._refusing
            if refusing:
                connection.cut()

    def _connected(self) -> socket.socket:
        """To the server. Raises OSError when it does not answer, or nobody is to reach it."""
        with self._changed:
            if self._refusing:
                raise ConnectionRefusedError
        server = socket.create_connection((HOST, self.target_port), timeout=_CONNECT_S)
        server.settimeout(None)
        return server

    def _cut_all(self) -> None:
        with self._changed:
            connections = list(self._connections)
        for connection in connections:
            connection.cut()
        for connection in connections:
            connection.join()

    def _fate_of_a_request(self) -> Cut | None:
        with self._changed:
            self._requests += 1
            if self._plan is None:
                return None
            left, cut = self._plan
            self._plan = (left - 1, cut) if left > 1 else None
            return cut if left == 1 else None

    def _hold(self, connection: "_Connection") -> bool:
        """Waits as long as nothing may pass. False when the connection was cut meanwhile."""
        if self.delay_s:
            connection.ended.wait(self.delay_s)
        with self._changed:
            self._changed.wait_for(lambda: connection.ended.is_set() or not self._stalled)
        return not connection.ended.is_set()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _forget(self, connection: "_Connection") -> None:
        with self._changed:
            self._connections.discard(connection)


class _Connection:
    """Two sockets and the two threads between them; the last thread closes both sockets, so no number is used twice."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.ended = threading.Event()
        self._proxy = proxy
        self._client = client
        self._server = server
        self._muted = threading.Event()
        self._answered = threading.Event()
        self._running = 2
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._requests, self._answers)]
        for end in (client, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _LOOK_UP)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def cut(self) -> None:
        """Both ends get a reset, not an end of file. Only asks for it, so a connection's own threads may call it."""
        self.ended.set()
        with self._lock:
            for end in (self._client, self._server) if self._running else ():
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RD)  # wakes its thread; tells the other side nothing
        self._proxy._wake()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(_JOIN_S)

    def _requests(self) -> None:
        while chunk := self._received(self._client, self._server):
            fate = self._proxy._fate_of_a_request()
            if fate == "before":
                self.cut()
                break
            if fate == "after":
                self._muted.set()
            if not self._proxy._hold(self) or not self._sent(self._server, chunk):
                break
            if fate == "after":
                self._answered.wait(_ANSWER_S)
                self.cut()
                break
        self._one_less()

    def _answers(self) -> None:
        while chunk := self._received(self._server, self._client):
            if self._muted.is_set():
                self._answered.set()
            elif not self._proxy._hold(self) or not self._sent(self._client, chunk):
                break
        self._answered.set()
        self._one_less()

    def _received(self, source: socket.socket, target: socket.socket) -> bytes:
        """The next chunk. Empty at the end, which is passed on as what it is: an end of file, or a reset."""
        try:
            chunk = source.recv(_CHUNK)
        except OSError:
            if self._proxy._hold(self):
                self.cut()
            return b""
        if self.ended.is_set():
            return b""
        if not chunk and self._proxy._hold(self):
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)
        return chunk

    def _sent(self, target: socket.socket, chunk: bytes) -> bool:
        left = memoryview(chunk)
        while left and not self.ended.is_set():
            try:
                left = left[target.send(left) :]
            except BlockingIOError:
                continue  # after 0.1 s
            except OSError:
                self.cut()
        return not self.ended.is_set()

    def _one_less(self) -> None:
        with self._lock:
            self._running -= 1
            if self._running:
                return
            self._client.close()
            self._server.close()
        self._proxy._forget(self)
