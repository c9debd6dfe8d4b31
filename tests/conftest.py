"""Floors to try things on: a local directory, and a real Samba on loopback. Nothing is skipped when one is missing."""

import itertools
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from ulid import ULID

from station.demo.mariadb import PrivateMariaDB
from station.demo.samba import PrivateSamba
from station.domain.floor import TOP
from station.domain.token import Body, Line
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor, Step
from station.tokens.share import Share
from station.tokens.smb import open_share

KEY = b"the shop's key"
DAY = date(2026, 11, 23)


def new_ulid() -> str:
    return str(ULID()).lower()


@dataclass
class Site:
    """A floor's folder and how to open one more connection to it."""

    root: Path
    opener: Callable[[], Share]
    opened: list[Share] = field(default_factory=list)

    def open(self) -> Share:
        share = self.opener()
        self.opened.append(share)
        return share

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())


class MemoryProgress:
    """Survives a "crash" of the actor in a test, since the test holds it."""

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    def load(self, op: str) -> Step | None:
        return self.steps.get(op)

    def save(self, op: str, step: Step) -> None:
        self.steps[op] = step


@pytest.fixture(scope="session")
def samba(tmp_path_factory) -> Iterator[PrivateSamba]:
    server = PrivateSamba(tmp_path_factory.mktemp("samba"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory) -> Iterator[PrivateMariaDB]:
    server = PrivateMariaDB(tmp_path_factory.mktemp("mariadb"))
    yield server
    server.stop()


@pytest.fixture
def directory_site(tmp_path) -> Iterator[Site]:
    root = tmp_path / "floor"
    root.mkdir()
    site = Site(root, lambda: DirectoryShare(root))
    yield site
    for share in site.opened:
        share.close()


_numbers = itertools.count()


@pytest.fixture
def smb_site(samba) -> Iterator[Site]:
    name = f"floor{next(_numbers)}-{os.getpid()}"
    root = samba.root / name
    root.mkdir()
    address = replace(samba.address, folder=name)
    site = Site(root, lambda: open_share(address))
    yield site
    for share in site.opened:
        share.close()


@pytest.fixture(params=["directory", "samba"])
def site(request) -> Site:
    """A contract's tests run on each adapter."""
    return request.getfixturevalue("directory_site" if request.param == "directory" else "smb_site")


@pytest.fixture
def share(site) -> Share:
    return site.open()


@pytest.fixture
def directory_share(directory_site) -> Share:
    return directory_site.open()


@pytest.fixture
def smb_share(smb_site) -> Share:
    return smb_site.open()


@pytest.fixture
def progress() -> MemoryProgress:
    return MemoryProgress()


@pytest.fixture
def floor_on() -> Callable[..., Floor]:
    """A floor over a share, with its top folders made. `ahead` shifts its monotonic clock by a list's one number."""

    def make(share: Share, progress: MemoryProgress | None = None, ahead: list[float] | None = None) -> Floor:
        shift = [0.0] if ahead is None else ahead
        floor = Floor(
            share,
            KEY,
            progress or MemoryProgress(),
            nonce=new_ulid,
            today=lambda: DAY,
            monotonic=lambda: time.monotonic() + shift[0],
            sleep=time.sleep,
        )
        floor.prepare()
        return floor

    return make


@pytest.fixture
def new_id() -> Callable[[], str]:
    return new_ulid


@pytest.fixture
def body() -> Callable[..., Body]:
    """A new order's body; `lines` names its lines."""

    def make(*lines: str, **changes) -> Body:
        made = tuple(
            Line(id=new_ulid(), item=new_ulid(), name=name, count=2, group="grill")
            for name in lines or ("Burger", "Fries", "Salad")
        )
        plain = Body(
            order=new_ulid(),
            number="t1-042",
            mode="eat_in",
            placed_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
            placed_by="Ada",
            placed_on="till1",
            lines=made,
        )
        return msgspec.structs.replace(plain, **changes)

    return make


@pytest.fixture
def top_folders() -> tuple[str, ...]:
    return TOP
