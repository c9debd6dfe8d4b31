"""A crew for the tests: a till, two prep stations and an expediter on one floor, whose rounds the test calls."""

import threading
import time
from datetime import UTC, date, datetime
from pathlib import Path

from ulid import ULID

from station.config import Display, FolderShare, Settings
from station.domain.facts import (
    Fact,
    FloorReported,
    OrderSent,
    TokenMoved,
)
from station.domain.menu import Menu, Profile, Role, Shop, StationInfo
from station.domain.token import Body, Line
from station.errors import ShareAway
from station.local.clock import ShopClock, boot_s
from station.local.journal import Journal
from station.local.mirror import Mirror, MirrorWriter
from station.local.status import TokensStatus, read_status
from station.tokens.directory import DirectoryShare
from station.tokens.execution import JournalProgress
from station.tokens.floor import Floor
from station.tokens.holding import Holding
from station.tokens.picture import APART_S
from station.tokens.sync import Sync

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STATIONS = (
    StationInfo("till1", "Till 1", "till", frozenset()),
    StationInfo("grill1", "Grill 1", "prep", frozenset({"grill"})),
    StationInfo("fry1", "Fry 1", "prep", frozenset({"fry"})),
    StationInfo("pass1", "Pass", "expediter", frozenset()),
)


def new_id() -> str:
    return str(ULID()).lower()


class Flaky(DirectoryShare):
    """A directory that can be away, as a file server can."""

    away = False

    def reconnect(self) -> None:
        if Flaky.away:
            raise ShareAway("The share does not answer")
        super().reconnect()

    def list(self, folder: str):  # type: ignore[no-untyped-def]
        if Flaky.away:
            raise ShareAway("The share does not answer")
        return super().list(folder)


class Station:
    def __init__(self, root: Path, code: str, role: Role, *, dispatch: bool = False) -> None:
        self.settings = Settings(
            home=root / code,
            code=code,
            role=role,
            share=FolderShare(path=str(root / "floor")),
            master="",
            replica=None,
            display=Display(),
            headless=True,
            observe=False,
            log_level="info",
            token_key=KEY,
            share_password="",
        )
        self.settings.run_dir.mkdir(parents=True, exist_ok=True)
        self.shop = Shop(
            id=new_id(),
            name="Shop",
            version="1",
            business_day="2026-11-23",
            business_day_id=new_id(),
            menu=Menu("EUR", 1, (), (), {}),
            staff=(),
            stations=STATIONS,
            profile=Profile(name=role, role=role, dispatch=dispatch),
        )
        self.start()

    def start(self) -> None:
        settings = self.settings
        self.journal = Journal(settings.journal_path, settings.code)
        self.clock = ShopClock()
        share = Flaky(Path(settings.share.path))  # type: ignore[union-attr]
        floor = Floor(
            share,
            KEY,
            JournalProgress(self.journal),
            nonce=new_id,
            today=lambda: date(2026, 11, 23),
            monotonic=boot_s,
            sleep=time.sleep,
        )
        holding = Holding(MirrorWriter(settings.mirror_path), KEY)
        self.sync = Sync(
            settings, self.journal, holding, floor, share, lambda: self.shop, self.clock, threading.Event()
        )

    def does(self, fact: Fact) -> None:
        self.journal.append(fact, None, self.clock.now())

    def cards(self) -> dict[str, str]:
        """Part to place, as this station's screen reads its mirror."""
        mirror = Mirror(self.settings.mirror_path, KEY)
        found = {card.body.part: card.spot.place for card in mirror.cards.values()}
        mirror.close()
        return found

    def status(self) -> TokensStatus:
        return read_status(self.settings.tokens_status, TokensStatus)

    def reports(self) -> list[tuple[str, str]]:
        facts = [entry.fact for entry in self.journal.since(0)]
        return [(fact.verb, fact.outcome) for fact in facts if isinstance(fact, FloorReported)]


class Crew:
    def __init__(self, root: Path) -> None:
        (root / "floor").mkdir()
        self.till = Station(root, "till1", "till")
        self.grill = Station(root, "grill1", "prep")
        self.fry = Station(root, "fry1", "prep")
        self.expediter = Station(root, "pass1", "expediter", dispatch=True)
        self.all = (self.till, self.grill, self.fry, self.expediter)

    def close(self) -> None:
        for station in self.all:
            station.sync.close()

    def work(self, rounds: int = 6) -> None:
        for _ in range(rounds):
            for station in self.all:
                # As if the time between two looks had passed.
                station.sync._due.look = 0
                station.sync._due.presence = 0
                station.sync.step()
            if any(station.sync._holding.doubtful for station in self.all):
                time.sleep(APART_S)


def order(*groups: str) -> OrderSent:
    body = Body(
        order=new_id(),
        number="t1-001",
        mode="eat_in",
        placed_at=NOW,
        placed_by="Mia",
        placed_on="till1",
        lines=tuple(Line(id=new_id(), item=new_id(), name=f"Item {group}", count=2, group=group) for group in groups),
    )
    return OrderSent(
        order=body.order,
        number="T1-001",
        business_day=new_id(),
        mode="eat_in",
        lines=(),
        tenders=(),
        total_minor=0,
        tax_minor=0,
        currency="EUR",
        token=body,
    )


def moved(sent: OrderSent, part: str, place: str, to: str, verb: str) -> TokenMoved:
    return TokenMoved(order=sent.order, part=part, place=place, to=to, verb=verb)  # type: ignore[arg-type]
