"""Customers, cooks and the person at the pass: they look at a screen, decide, and tap it, as people do.

Each knows one screen and no program behind it. When a screen is dark (a program was killed) they wait and look again.
"""

import random
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from station.demo.eyes import Button, Look, NotSeen, Station

IN_S = 10.0
GLANCE_S = 0.12
"""Between a look and the next: nobody taps faster in a rush."""


@dataclass(slots=True)
class Tally:
    """What people saw happen. `sent` is when each order's last tap was done (CLOCK_MONOTONIC ns), by till, in order."""

    sent: dict[str, list[int]] = field(default_factory=dict)
    bumped: int = 0
    handed_over: int = 0


class Person(ABC):
    """Somebody at one station, with their wallet card. `work` is one glance and at most one tap."""

    def __init__(self, code: str, station: Station, card: str, chance: random.Random, stop: threading.Event) -> None:
        self.code, self.station, self._card, self._chance, self._stop = code, station, card, chance, stop

    def live(self) -> None:
        """Until the end of the shift."""
        while not self._stop.is_set():
            try:
                rest_s = self.work(self.station.look())
            except NotSeen:
                rest_s = 0.5
            self._stop.wait(rest_s)

    @abstractmethod
    def work(self, look: Look) -> float:
        """Returns how many seconds to wait before the next glance."""

    def _pick(self, buttons: Sequence[Button]) -> Button | None:
        return self._chance.choice(buttons) if buttons else None

    def _log_in(self, look: Look) -> bool:
        """Scans the own card when nobody is there, and waits for the name: the same card once more would log out."""
        if look.person:
            return False
        self.station.scan(self._card)
        ends = time.monotonic() + IN_S
        while time.monotonic() < ends and not self._stop.is_set() and not self.station.look().person:
            self._stop.wait(GLANCE_S)
        return True


class Cashier(Person):
    """Takes orders for customers who come at the given pace, pays them, sends them."""

    def __init__(
        self,
        code: str,
        station: Station,
        card: str,
        chance: random.Random,
        stop: threading.Event,
        *,
        every_s: float,
        tally: Tally,
        doors_close: threading.Event,
    ) -> None:
        super().__init__(code, station, card, chance, stop)
        self._every_s, self._tally, self._doors_close = every_s, tally, doors_close
        self._next_at = time.monotonic() + chance.uniform(0, every_s)
        self._left = 0
        self._in_hand = False

    @property
    def idle(self) -> bool:
        return not self._in_hand

    def work(self, look: Look) -> float:
        if self._log_in(look):
            return 0.4
        seen = look.button("message:seen")
        if seen is not None:
            self.station.tap(seen)
            return GLANCE_S
        after = look.button("next")
        if after is not None:
            self.station.tap(after)
            self._in_hand = False
            return GLANCE_S
        if not self._in_hand:
            return self._greet()
        return self._serve(look)

    def _greet(self) -> float:
        wait_s = self._next_at - time.monotonic()
        if wait_s > 0 or self._doors_close.is_set():
            return max(0.1, min(0.5, wait_s))
        self._in_hand = True
        self._left = self._chance.choice((1, 2, 2, 3, 3, 4))
        # Whoever was kept waiting by a killed screen is served at once; the queue does not grow for ever.
        self._next_at = max(self._next_at, time.monotonic() - 3 * self._every_s)
        self._next_at += self._chance.uniform(0.6, 1.4) * self._every_s
        return 0.0

    def _serve(self, look: Look) -> float:
        if look.starting("modifier:"):
            return self._choose(look)
        if look.starting("tender:", enabled=False):
            return self._pay(look)
        if self._answer(look):
            return GLANCE_S * 2
        items = look.starting("item:")
        if self._left > 0 and items:
            if self._chance.random() < 0.6 and (category := self._pick(look.starting("category:"))) is not None:
                self.station.tap(category)
                time.sleep(GLANCE_S)
                items = self.station.look().starting("item:") or items
            self.station.tap(self._chance.choice(items))
            self._left -= 1
            return GLANCE_S
        if self._left == 0 and self._chance.random() < 0.3 and (away := look.button("mode:take_away")) is not None:
            self.station.tap(away)
            self._left = -1
            return GLANCE_S
        confirm = self._pick(look.starting("clash:"))
        pay = look.button("pay")
        if pay is not None and pay.enabled:
            self.station.tap(pay)
        elif confirm is not None:
            self.station.tap(confirm)
        else:
            self._left = 1
        return GLANCE_S

    def _answer(self, look: Look) -> bool:
        """What a till asks on the way: what the terminal shows, where it is eaten."""
        approved, asked = look.button("terminal:approved"), look.button("mode:eat_in")
        if approved is not None:
            at_ns = self.station.tap(approved)
            self._tally.sent.setdefault(self.code, []).append(at_ns)
        elif asked is not None and look.button("pay") is None:
            self.station.tap(asked)
        else:
            return False
        return True

    def _choose(self, look: Look) -> float:
        done = look.button("modifiers:done")
        if done is not None and done.enabled and self._chance.random() < 0.6:
            self.station.tap(done)
        else:
            wanted = self._pick(look.starting("modifier:"))
            if wanted is not None:
                self.station.tap(wanted)
        return GLANCE_S

    def _pay(self, look: Look) -> float:
        cash = look.button("tender:cash:exact")
        notes = [b for b in look.starting("tender:cash:") if b.action != "tender:cash:exact"]
        card = look.button("tender:card")
        choices = [b for b in (cash, cash, self._pick(notes), card) if b is not None and b.enabled]
        if choices:
            chosen = self._chance.choice(choices)
            at_ns = self.station.tap(chosen)
            # A card is sent when the terminal has said so.
            if chosen is not card:
                self._tally.sent.setdefault(self.code, []).append(at_ns)
        return GLANCE_S * 2


class Cook(Person):
    """Makes the oldest order first: ticks what is ready, reads allergies when asked, bumps."""

    def __init__(
        self,
        code: str,
        station: Station,
        card: str,
        chance: random.Random,
        stop: threading.Event,
        *,
        per_item_s: float,
        tally: Tally,
        start: threading.Event,
    ) -> None:
        super().__init__(code, station, card, chance, stop)
        self._per_item_s, self._tally, self._start = per_item_s, tally, start

    def work(self, look: Look) -> float:
        if self._log_in(look):
            return 0.4
        if not look.cards or not self._start.is_set():
            return 0.3
        card = look.cards[0]
        name = f"{card.order}:{card.part}"
        unread = look.starting(f"seen:{name}")
        if unread:
            self.station.tap(unread[0])
            return GLANCE_S
        open_lines = [b for b in look.starting(f"tick:{name}:") if "done" not in b.label]
        if open_lines and self._chance.random() < 0.9:
            self.station.tap(open_lines[0])
            return self._chance.uniform(0.5, 1.5) * self._per_item_s
        bump = look.button(f"bump:{name}")
        if bump is not None:
            self.station.tap(bump)
            self._tally.bumped += 1
        return self._chance.uniform(0.3, 0.8) * self._per_item_s


class PassPerson(Person):
    """Hands over what is complete on the pass."""

    def __init__(
        self, code: str, station: Station, card: str, chance: random.Random, stop: threading.Event, *, tally: Tally
    ) -> None:
        super().__init__(code, station, card, chance, stop)
        self._tally = tally

    def work(self, look: Look) -> float:
        if self._log_in(look):
            return 0.4
        unread = look.starting("seen:")
        ready = look.starting("hand_over:")
        wanted = self._pick(unread) or self._pick(ready)
        if wanted is None:
            return 0.4
        self.station.tap(wanted)
        if wanted in ready:
            self._tally.handed_over += 1
        return self._chance.uniform(0.5, 1.5)
