"""A demo shop's till whose journal is a real one, and a printer on the loopback that does what printers do."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from station.bench.scratch import ScratchStation
from station.data.snapshot import Snapshots
from station.local.journal import Journal
from tests.renderers.keeper import Keeper
from tests.renderers.test_till import make_world


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    home = tmp_path_factory.mktemp("demo-shop")
    ScratchStation(home, "till1", "till").make_snapshot()
    return Snapshots(home / "data" / "snapshot.db", "till1").load()


@pytest.fixture
def shop(demo):
    return replace(demo, profile=replace(demo.profile, printer="", printers=(), drawer=True))


class Counter(Keeper):
    """Somebody who may do everything, at a till of the demo shop. What they do stands in `journal` too."""

    def __init__(self, shop, journal):
        self.journal = journal
        boss = next(one for one in shop.staff if "report.z" in one.permissions)
        super().__init__(make_world(shop=shop, person=boss, now=datetime.now(UTC)))

    def record(self, *facts):
        super().record(*facts)
        if facts:
            self.journal.append_all([(fact, self.world.person.id) for fact in facts], self.world.now)

    def add(self, *names):
        for name in names:
            item = next(one for one in self.world.shop.menu.items if one.name == name)
            self.tap(f"category:{item.category_id}", f"item:{item.id}")
            if "modifiers:done" in self.actions():
                self.tap("modifiers:done")
        return self

    def floated(self):
        return self.tap("daily", "amount:float").digits("150").tap("digit:00", "amount_done").later(10)

    def sell(self, *names, how=("tender:cash:exact",)):
        return self.add(*names).tap("pay", *how, "next")


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "data" / "journal.db", "till1")
    yield made
    made.close()


@pytest.fixture
def till(shop, journal):
    return Counter(shop, journal)


class PaperPrinter:
    """A network printer: prints what it gets, answers what it is asked.

    `paper`: how many bytes it has paper for (None: enough); `mute`: it never answers; `hold`: it takes nothing until this is cleared.
    """

    def __init__(self):
        self.printed = bytearray()
        self.jobs = []
        self.paper = None
        self.mute = False
        self.hold = threading.Event()
        self.hold.set()
        self.opened = False
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._ended = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self):
        return f"tcp:127.0.0.1:{self.port}"

    def close(self):
        self._ended = True
        self.hold.set()
        self._server.close()
        self._thread.join(5)

    def _serve(self):
        self._server.settimeout(0.05)
        while not self._ended:
            try:
                caller, _ = self._server.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            with caller:
                self._listen(caller)

    def _listen(self, caller):
        caller.settimeout(0.05)
        job = bytearray()
        while not self._ended:
            self.hold.wait()
            try:
                data = caller.recv(4096)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            self._take(data, job, caller)
        if job:
            self.jobs.append(bytes(job))

    def _take(self, data, job, caller):
        out = self.paper is not None and len(self.printed) >= self.paper
        for ask, answer in (
            (b"\x10\x04\x02", bytes([0x12 | (0x20 if out else 0) | (0x04 if self.opened else 0)])),
            (b"\x10\x04\x04", bytes([0x12 | (0x60 if out else 0)])),
        ):
            if ask in data:
                data = data.replace(ask, b"")
                self._answer(caller, answer)
        done = b"\x1dr\x01" in data
        data = data.replace(b"\x1dr\x01", b"")
        room = len(data) if self.paper is None else max(0, self.paper - len(self.printed))
        self.printed += data[:room]
        job += data[:room]
        if done:
            ran_out = self.paper is not None and len(self.printed) >= self.paper
            self._answer(caller, b"\x0c" if ran_out else b"\x00")

    def _answer(self, caller, answer):
        if not self.mute:
            caller.sendall(answer)


@pytest.fixture
def printer():
    made = PaperPrinter()
    yield made
    made.close()


@contextmanager
def nobody():
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield f"tcp:127.0.0.1:{port}"


def with_printer(shop, *addresses, **other):
    return replace(shop, profile=replace(shop.profile, printer=addresses[0], printers=addresses[1:], **other))
