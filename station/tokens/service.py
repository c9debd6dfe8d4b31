"""Sees when tokens come to the pass, for the speed of service."""

import logging
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from station.domain.cards import Card
from station.domain.floor import PASS
from station.domain.speed import Passed
from station.domain.token import Key
from station.local.service import add_passed, passed_on

_log = logging.getLogger("tokens")


class ServiceWatch:
    """Of one expediter. What stood on the pass when it began was made at a time that nobody saw."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._day = ""
        self._seen: set[Key] = set()
        self._began = False

    def look(self, cards: Iterable[Card], now: datetime, day: str) -> None:
        """After each look at the floor. A token that was recalled and comes again counts as it first came."""
        passing = [card for card in cards if card.spot.place == PASS]
        if day != self._day:
            self._day = day
            self._seen = {(one.order, one.part) for one in passed_on(self._data_dir, day)}
        new = [card for card in passing if card.key not in self._seen]
        self._seen |= {card.key for card in new}
        began, self._began = self._began, True
        if not began:
            return
        for card in new:
            self._keep(card, now)

    def _keep(self, card: Card, now: datetime) -> None:
        body = card.body
        if body.training:
            return
        passed = Passed(
            order=body.order,
            part=body.part,
            at=now,
            seconds=max(0.0, (now - body.wanted_at).total_seconds()),
            station="" if body.given is None else body.given.station,
            items=tuple(dict.fromkeys(line.name for line in body.lines if line.count)),
        )
        try:
            add_passed(self._data_dir, self._day, passed)
        except OSError as error:
            _log.warning("service=not kept %s", error)
