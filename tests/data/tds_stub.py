"""A TDS endpoint on loopback that goes just far enough with a client to disappoint it.

It speaks what [MS-TDS] has before a session: packets of an eight-byte head, PRELOGIN with its options, and the ERROR and DONE
tokens that answer a LOGIN7. `STEPS` are what a connection goes through, in order; after the last one the stub hangs up.
"""

import queue
import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Self

HOST: Final = "127.0.0.1"
_PRELOGIN, _LOGIN7, _ANSWER = 0x12, 0x10, 0x04
_OFF, _ON, _NOT_SUPPORTED = 0, 1, 2
_LAST = 0x01
_VERSION = bytes([16, 0, 0x10, 0, 0, 0])
_ERROR, _DONE = 0xAA, 0xFD
_DONE_WITH_ERROR = 2
_SEVERITY = 14

Step = Callable[["_Client"], None]


class TdsStub:
    """Listens on `port` while it is entered; every connection goes through the steps."""

    def __init__(self, *steps: Step) -> None:
        self._steps = steps
        self._over = threading.Event()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._accept, name=f"tds {self.port}", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for one in (self._listener, *self._clients):
            # A thread that waits in it wakes up.
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError, EOFError):
            for step in self._steps:
                step(_Client(client, self._over))
        client.close()


class _Client:
    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self._connection, self._over = connection, over

    def read_packet(self, kind: int) -> bytes:
        """One message, which may come in several packets."""
        body, last = b"", False
        while not last:
            head = self._exactly(8)
            if head[0] != kind:
                raise EOFError
            last = bool(head[1] & _LAST)
            body += self._exactly(int.from_bytes(head[2:4], "big") - 8)
        return body

    def send_packet(self, body: bytes) -> None:
        self.send(struct.pack(">BBHHBB", _ANSWER, _LAST, len(body) + 8, 0, 1, 0) + body)

    def send(self, raw: bytes) -> None:
        self._connection.sendall(raw)

    def wait(self) -> None:
        self._over.wait()

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            some = self._connection.recv(count - len(found))
            if not some:
                raise EOFError
            found += some
        return found


def falls_silent(client: _Client) -> None:
    """The connection stays, and nothing more comes."""
    client.wait()


def talks_rubbish(client: _Client) -> None:
    client.send(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


def without_tls(client: _Client) -> None:
    """The prelogin of a server that cannot encrypt."""
    _prelogin(client, _NOT_SUPPORTED)


def with_tls(client: _Client) -> None:
    """The prelogin of one that encrypts; what it says then is no handshake."""
    _prelogin(client, _ON)


def refuses(*errors: tuple[int, str]) -> Step:
    """After the login these errors, as (number, words)."""

    def step(client: _Client) -> None:
        client.read_packet(_LOGIN7)
        client.send_packet(b"".join(_error(*one) for one in errors) + _done())

    return step


def hears(logins: queue.Queue[bytes]) -> Step:
    """Keeps the login, and lets the client wait for an answer."""

    def step(client: _Client) -> None:
        logins.put(client.read_packet(_LOGIN7))
        client.wait()

    return step


def password_in(login: bytes) -> str:
    """What stands in a LOGIN7 where the password is: each byte's halves changed places, then it was XORed with 0xA5."""
    at, letters = struct.unpack_from("<HH", login, 44)
    hidden = bytes(one ^ 0xA5 for one in login[at : at + 2 * letters])
    return bytes((one << 4 | one >> 4) & 0xFF for one in hidden).decode("utf-16-le")


def _prelogin(client: _Client, encryption: int) -> None:
    client.read_packet(_PRELOGIN)
    client.send_packet(_options([(0, _VERSION), (1, bytes([encryption])), (4, b"\0")]))


def _options(options: Sequence[tuple[int, bytes]]) -> bytes:
    at = 5 * len(options) + 1
    heads = b""
    for token, value in options:
        heads += struct.pack(">BHH", token, at, len(value))
        at += len(value)
    return heads + b"\xff" + b"".join(value for _, value in options)


def _error(number: int, words: str) -> bytes:
    text, server = words.encode("utf-16-le"), "STUB".encode("utf-16-le")
    body = struct.pack("<IBB", number, 1, _SEVERITY)
    body += struct.pack("<H", len(words)) + text
    body += bytes([len(server) // 2]) + server + bytes([0]) + struct.pack("<I", 1)
    return struct.pack("<BH", _ERROR, len(body)) + body


def _done() -> bytes:
    return struct.pack("<BHHQ", _DONE, _DONE_WITH_ERROR, 0, 0)
