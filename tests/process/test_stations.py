"""Real stations under a real supervisor, their programs killed at random while people work; and nothing lost.

What people do is put into the stations' journals, as the screens put it there; everything after that is the programs'.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

import pytest
from ulid import ULID

from station.demo.shop import DemoShop, Size, open_shop
from station.demo.supervised import PROGRAMS, SupervisedStation, wait_until
from station.domain.facts import Entry, FloorReported, LineTicked, OrderSent, TokenMoved
from station.domain.floor import PASS, day_place, station_place
from station.domain.token import Body, Key, Line
from station.local.journal import Journal
from station.local.mirror import Mirror
from station.local.status import TokensStatus, read_status
from station.tokens.check import check
from station.tokens.directory import DirectoryShare

SEED = random.SystemRandom().getrandbits(32)
BUSY_S = 15.0
DONE = day_place("done", date(2026, 11, 23))


def new_id() -> str:
    return str(ULID()).lower()


def order(number: int, *groups: str) -> OrderSent:
    lines = tuple(Line(id=new_id(), item=new_id(), name=f"Item {group}", count=2, group=group) for group in groups)
    body = Body(
        order=new_id(),
        number=f"t1-{number:03d}",
        mode="eat_in",
        placed_at=datetime.now(UTC),
        placed_by="Mia",
        placed_on="till1",
        lines=lines,
    )
    return OrderSent(
        order=body.order,
        number=body.number.upper(),
        business_day=new_id(),
        mode="eat_in",
        lines=(),
        tenders=(),
        total_minor=0,
        tax_minor=0,
        currency="EUR",
        token=body,
    )


@dataclass
class Post:
    """One station: its programs, its journal as a screen has it, and its mirror."""

    code: str
    shop: DemoShop
    programs: SupervisedStation
    journal: Journal
    mirror: Mirror
    touched: set[Key] = field(default_factory=set)

    def work(self, place: str, to: str) -> None:
        """Ticks and moves on what is new in a place, once each."""
        self.mirror.refresh()
        for key, card in self.mirror.cards.items():
            if card.spot.place != place or key in self.touched:
                continue
            self.touched.add(key)
            now = datetime.now(UTC)
            about = {"order": key[0], "part": key[1], "place": place}
            if to == PASS:
                for line in card.body.lines:
                    self.journal.append(LineTicked(**about, line=line.id, done=line.count), None, now)
            verb = "bump" if to == PASS else "hand_over"
            self.journal.append(TokenMoved(**about, to=to, verb=verb), None, now)

    def status(self) -> TokensStatus:
        return read_status(self.shop.home(self.code) / "run" / "tokens.json", TokensStatus)

    def entries(self) -> list[Entry]:
        return self.journal.since(0, limit=100_000)

    def reports(self, *verbs: str) -> list[FloorReported]:
        facts = [entry.fact for entry in self.entries()]
        return [fact for fact in facts if isinstance(fact, FloorReported) and fact.verb in verbs]


@pytest.fixture
def posts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Post]]:
    roles = {"till1": "till", "grill1": "prep", "fry1": "prep", "pass1": "expediter"}
    # A short name: the supervisor's socket has its path in 108 bytes.
    shop = open_shop(tmp_path_factory.mktemp("s") / "shop", headless=True, stations=roles, size=Size(1280, 800))
    made: dict[str, Post] = {}
    try:
        for code in roles:
            home = shop.home(code)
            programs = SupervisedStation(code, home)
            journal = Journal(home / "data" / "journal.db", code)
            made[code] = Post(code, shop, programs, journal, Mirror(home / "data" / "mirror", shop.key))
        everyone = [post.status for post in made.values()]
        wait_until(
            lambda: all(status().share == "ok" and len(status().presence) == len(roles) for status in everyone),
            seconds=60,
            what="all stations to find each other",
        )
        yield made
    finally:
        close(made)
        shop.close()


def close(posts: dict[str, Post]) -> None:
    with ThreadPoolExecutor() as all_at_once:
        list(all_at_once.map(lambda post: post.programs.stop(), posts.values()))


def test_an_order_is_dispatched_by_the_till_when_the_expediters_programs_are_dead(posts: dict[str, Post]) -> None:
    till, expediter = posts["till1"], posts["pass1"]
    expediter.programs.end("tokens")
    wait_until((till.shop.home("till1") / "data" / "snapshot.db").exists, seconds=20, what="a snapshot")
    times = []
    for number in (1, 2):
        till.journal.append(order(number, "grill"), None, datetime.now(UTC))
        sent_at = time.monotonic()
        wait_until(lambda n=number: len(till.reports("dispatched")) == n, seconds=15, what="the till to dispatch")
        times.append(time.monotonic() - sent_at)
    assert len(list((till.shop.floor / "stations" / "grill1").iterdir())) == 2
    # Two seconds for the expediter to do it; the rest is this machine's.
    assert min(times) < 4, times
    assert [report.outcome for report in till.reports("dispatched")] == ["done", "done"]


class Shift:
    """People at their posts, and a hand that kills programs until it is `quiet`."""

    def __init__(self, posts: dict[str, Post], chance: random.Random) -> None:
        self.posts, self.chance = posts, chance
        self.kills: Counter[str] = Counter()
        self._quiet, self._over = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=each) for each in (self._kill, self._work)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.quieten()
        self._over.set()
        for thread in self._threads:
            thread.join()

    def quieten(self) -> None:
        self._quiet.set()

    def _kill(self) -> None:
        while not self._quiet.wait(self.chance.uniform(0.2, 1.0)):
            program = self.chance.choice(("tokens", *PROGRAMS))
            if self.chance.choice(list(self.posts.values())).programs.kill(program) is not None:
                self.kills[program] += 1

    def _work(self) -> None:
        while not self._over.wait(0.1):
            for code in ("grill1", "fry1"):
                self.posts[code].work(station_place(code), PASS)
            self.posts["pass1"].work(PASS, DONE)


def test_programs_killed_at_random_lose_no_order_and_do_none_twice(posts: dict[str, Post]) -> None:
    chance = random.Random(SEED)
    till, floor = posts["till1"], posts["till1"].shop.floor
    sent: list[OrderSent] = []
    with Shift(posts, chance) as shift:
        ends = time.monotonic() + BUSY_S
        while time.monotonic() < ends:
            sent.append(order(len(sent) + 1, *chance.choice((("grill",), ("fry",), ("grill", "fry")))))
            till.journal.append(sent[-1], None, datetime.now(UTC))
            time.sleep(chance.uniform(0.1, 0.6))
        shift.quieten()
        expected = Counter((fact.order, part) for fact in sent for part in parts_of(fact))
        wait_until(
            lambda: handed_over(floor) == expected and not any(post.journal.pending() for post in posts.values()),
            seconds=60,
            what=f"every part of every order to be handed over once (seed {SEED})",
        )
    assert shift.kills["tokens"] >= 5, shift.kills
    close(posts)
    for post in posts.values():
        assert post.journal.broken_at() is None
        # Two may dispatch at once, and one of them is first. Everything else was done by one person at one place.
        lost = [report for report in post.reports("send", "ticked", "bump", "hand_over") if report.outcome == "lost"]
        assert lost == [], (post.code, SEED)
    assert handed_over(floor) == expected
    assert {path.name.split(".")[5] for path in (floor / DONE).iterdir()} == {"n0"}
    verdict = check(DirectoryShare(floor), till.shop.key, deep=True)
    assert verdict.ok, verdict
    assert (verdict.parts, verdict.quarantined) == (expected.total(), ())
    assert len({report.fact for post in posts.values() for report in post.reports("bump")}) == expected.total()


def handed_over(floor: Path) -> Counter[tuple[str, str]]:
    """How often each part of each order stands in `done/`."""
    return Counter((name[0], name[2][1:]) for name in (path.name.split(".") for path in (floor / DONE).glob("*.sss")))


def parts_of(fact: OrderSent) -> list[str]:
    """An order for two groups that no single station can cook is split."""
    return ["1"] if len(fact.token.lines) == 1 else ["1-1", "1-2"]
