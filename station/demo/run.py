"""A whole shop on one machine, from opening to the last order handed over, and what it came to.

A real Samba share, a real supervisord for each station, the real screens; customers, cooks and the person at the pass
are simulated, and press what people press. At the end the floor is quiescent and left for anyone to look at.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.live import Live
from ulid import ULID

from station.demo.books import close_the_books
from station.demo.chaos import Chaos
from station.demo.eyes import Look, NotSeen, Station
from station.demo.morning import ring_up_earlier
from station.demo.people import Cashier, Cook, PassPerson, Person, Tally
from station.demo.picture import contact_sheet
from station.demo.reckoning import Summary, reckon, sent_orders
from station.demo.shop import STATIONS, DemoShop, open_shop
from station.demo.supervised import SupervisedStation, wait_until
from station.demo.table import floor_table
from station.local.clock import boot_s
from station.local.journal import Journal
from station.tokens.floor import Floor, FloorCheck
from station.tokens.progress import Step
from station.tokens.smb import open_share

TILLS = [code for code, role in STATIONS.items() if role == "till"]
PREPS = [code for code, role in STATIONS.items() if role == "prep"]
EXPEDITER = "pass1"
START_S = 120.0
PICTURE_WITHIN_S = 60.0
DRAIN_S = 120.0
PER_ITEM_S = 1.6


@dataclass(frozen=True, slots=True)
class Plan:
    """How long the doors are open, how many orders a minute, where everything goes, and whether things are broken."""

    minutes: float
    orders_per_minute: float
    out: Path
    chaos: bool
    headless: bool
    seed: int = 1


class Shift:
    """Everybody at work in one shop."""

    def __init__(self, plan: Plan, shop: DemoShop, stations: dict[str, SupervisedStation]) -> None:
        self.plan, self.shop, self.stations = plan, shop, stations
        self.tally = Tally()
        self.first_shown: dict[str, int] = {}
        self._chance = random.Random(plan.seed)
        self._stop, self._doors_close, self._cooks_start = threading.Event(), threading.Event(), threading.Event()
        self._no_more_faults = threading.Event()
        self.chaos = Chaos(stations, shop.samba, shop.mariadb, random.Random(plan.seed + 1), self._no_more_faults)
        self._people = self._hired()
        self._threads = [threading.Thread(target=each.live, name=each.code, daemon=True) for each in self._people]
        self._threads.append(threading.Thread(target=self._watch_cards, name="cards", daemon=True))
        self._chaos_thread = threading.Thread(target=self.chaos.live, name="chaos", daemon=True)

    def work(self, show: Callable[[str], None]) -> None:
        """Doors open, a picture when every colour is there, faults if planned, doors close, everything is handed over."""
        for thread in self._threads:
            thread.start()
        opened = time.monotonic()
        ends = opened + self.plan.minutes * 60
        self._photograph_in_colour(opened + min(PICTURE_WITHIN_S, self.plan.minutes * 30), show)
        self._cooks_start.set()
        if self.plan.chaos:
            self._chaos_thread.start()
        pass_seen = False
        while time.monotonic() < ends:
            show(f"open, {max(0, ends - time.monotonic()):.0f} s to go")
            pass_seen = pass_seen or self._photograph_pass()
            time.sleep(0.5)
        self._doors_close.set()
        self._no_more_faults.set()
        if self.plan.chaos:
            self._chaos_thread.join(30)
        self._finish(show)

    def end(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)

    def _hired(self) -> list[Person]:
        every_s = 60 * len(TILLS) / self.plan.orders_per_minute
        people: list[Person] = [
            Cashier(
                code,
                Station(self.shop.home(code)),
                self.shop.cards[code],
                random.Random(self._chance.random()),
                self._stop,
                every_s=every_s,
                tally=self.tally,
                doors_close=self._doors_close,
            )
            for code in TILLS
        ]
        people += [
            Cook(
                code,
                Station(self.shop.home(code)),
                self.shop.cards[code],
                random.Random(self._chance.random()),
                self._stop,
                per_item_s=PER_ITEM_S,
                tally=self.tally,
                start=self._cooks_start,
            )
            for code in PREPS
        ]
        passes = Station(self.shop.home(EXPEDITER))
        chance = random.Random(self._chance.random())
        people.append(PassPerson(EXPEDITER, passes, self.shop.cards[EXPEDITER], chance, self._stop, tally=self.tally))
        return people

    def _photograph_in_colour(self, until: float, show: Callable[[str], None]) -> None:
        """The prep display that shows most colours at once; the tills and the expediter in the same minute."""
        best: tuple[int, int, str] | None = None
        while time.monotonic() < until:
            show("the kitchen fills; cooks begin when every colour is on a screen")
            for code in PREPS:
                cards = look.cards if (look := self._look(code)) is not None else ()
                score = (len({card.level for card in cards}), min(len(cards), 8), code)
                best = score if best is None or score > best else best
            if best is not None and best[0] >= 3 and best[1] >= 5:
                break
            time.sleep(0.5)
        first = best[2] if best is not None else PREPS[0]
        self._photograph(first, "prep.png")
        self._photograph(next(code for code in PREPS if code != first), "prep-2.png")
        self._photograph(EXPEDITER, "expediter.png")
        for lines in (3, 2, 1):
            for _ in range(30):
                busy = next((code for code in TILLS if self._lines_at(code) >= lines), None)
                if busy is not None:
                    self._photograph(busy, "till.png")
                    return
                time.sleep(0.2)
        self._photograph(TILLS[0], "till.png")

    def _photograph_pass(self) -> bool:
        """The expediter's screen again, when something stands on the pass."""
        look = self._look(EXPEDITER)
        busy = look is not None and bool(look.starting("hand_over:", enabled=False))
        if busy:
            self._photograph(EXPEDITER, "expediter.png")
        return busy

    def _lines_at(self, code: str) -> int:
        """Lines of the order that is being rung up there; none while it is paid."""
        look = self._look(code)
        if look is None or look.starting("tender:", enabled=False) or look.starting("modifier:"):
            return 0
        return sum(len(button.action) == len("line:") + 26 for button in look.starting("line:"))

    def _photograph(self, code: str, name: str) -> None:
        with suppress(NotSeen):
            Station(self.shop.home(code)).photograph(self.plan.out.resolve() / name)

    def _look(self, code: str) -> Look | None:
        try:
            return Station(self.shop.home(code)).look()
        except NotSeen:
            return None

    def _watch_cards(self) -> None:
        """When each order's card was first on a prep display, as the displays themselves tell."""
        while not self._stop.wait(0.7):
            for code in PREPS:
                look = self._look(code)
                for card in look.cards if look is not None else ():
                    at_ns = card.first_shown_ns
                    if at_ns:
                        self.first_shown[card.order] = min(at_ns, self.first_shown.get(card.order, at_ns))

    def _finish(self, show: Callable[[str], None]) -> None:
        """Until the kitchen and the pass are empty and every journal is drained, or the time for it is over."""
        ends = time.monotonic() + DRAIN_S
        while time.monotonic() < ends:
            waiting = self._waiting()
            idle = all(person.idle for person in self._people if isinstance(person, Cashier))
            if waiting == 0 and idle:
                return
            show(f"doors closed, {waiting} orders on the floor")
            time.sleep(0.5)

    def _waiting(self) -> int:
        floor = self.shop.floor
        live = [*floor.glob("inbox/*.sss"), *floor.glob("pass/*.sss"), *floor.glob("stations/*/*.sss")]
        return len(live) + sum(_pending(self.shop.home(code), code) for code in STATIONS)

    def latencies_ms(self) -> list[float]:
        """Of every order whose tap and whose card were both seen. Taps and orders of a till are paired from the last."""
        found = []
        for code in TILLS:
            taps = self.tally.sent.get(code, [])
            orders = sent_orders(self.shop.home(code), code)[-len(taps) :] if taps else []
            found += [
                (self.first_shown[order] - tap_ns) / 1e6
                for order, tap_ns in zip(reversed(orders), reversed(taps), strict=False)
                if order in self.first_shown
            ]
        return [latency for latency in found if latency > 0]


def run(plan: Plan, console: Console) -> Summary:
    """The whole demo; raises StationError when the shop cannot be opened."""
    shop = open_shop(plan.out, headless=plan.headless)
    with _opened(plan, shop) as (stations, floor_check):
        shift = Shift(plan, shop, stations)
        with Live(console=console, refresh_per_second=2, transient=True) as live:
            try:
                shift.work(lambda note: live.update(floor_table(shop.floor, stations, note)))
            finally:
                shift.end()
        console.print(floor_table(shop.floor, stations, "The floor at the end"))
        for station in stations.values():
            station.stop()
        check = floor_check()
        homes = {code: shop.home(code) for code in STATIONS}
        books = close_the_books(shop)
        summary = reckon(homes, shop.floor, check, books, shift.latencies_ms(), shift.chaos.faults)
    summary.write(plan.out / "summary.json")
    names = ("till.png", "prep.png", "expediter.png", "prep-2.png")
    contact_sheet([plan.out / name for name in names], plan.out / "contact-sheet.png")
    return summary


@contextmanager
def _opened(plan: Plan, shop: DemoShop) -> Iterator[tuple[dict[str, SupervisedStation], Callable[[], FloorCheck]]]:
    stations: dict[str, SupervisedStation] = {}
    try:
        ring_up_earlier(shop.home(TILLS[0]), TILLS[0], shop.master_url, random.Random(plan.seed + 2))
        for code in STATIONS:
            stations[code] = SupervisedStation(code, shop.home(code))
        for code in STATIONS:
            wait_until(partial(_answers, shop.home(code)), seconds=START_S, what=f"the screen of {code}")
        yield stations, lambda: _settled(shop)
    finally:
        for station in stations.values():
            station.stop()
        shop.close()


def _answers(home: Path) -> bool:
    try:
        Station(home).look()
    except NotSeen:
        return False
    return True


def _pending(home: Path, code: str) -> int:
    journal = Journal(home / "data" / "journal.db", code)
    waiting = len(journal.pending())
    journal.close()
    return waiting


class _NoProgress:
    """The last look at the floor begins nothing that would have to be carried on."""

    def load(self, op: str) -> Step | None:
        del op
        return None

    def save(self, op: str, step: Step) -> None:
        del op, step


def _settled(shop: DemoShop) -> FloorCheck:
    """Splits that somebody was killed in are finished or cleared away, as any station would do; then the check."""
    share = open_share(shop.samba.address)
    floor = Floor(
        share,
        shop.key,
        _NoProgress(),
        nonce=lambda: str(ULID()).lower(),
        today=lambda: datetime.now(UTC).date(),
        monotonic=boot_s,
        sleep=time.sleep,
    )
    try:
        ends = time.monotonic() + 75
        while floor.recover().waiting and time.monotonic() < ends:
            time.sleep(0.5)
        return floor.check(deep=True)
    finally:
        share.close()
