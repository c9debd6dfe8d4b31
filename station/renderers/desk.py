"""What this station's roles may ask for beyond what they are told: ids, numbers, PINs, recipes, and what its disk keeps of today."""

from pathlib import Path

from ulid import ULID

from station.data.pin_hashes import right_pin
from station.domain.cards import Card
from station.domain.floor import DONE
from station.domain.ledger import ORDER_KINDS, kept
from station.domain.menu import Recipe
from station.domain.pins import KeptPin, wait_s
from station.domain.sold import SoldOrder
from station.domain.speed import Passed
from station.local.clock import ShopClock
from station.local.journal import Journal
from station.local.mirror import Mirror
from station.local.service import passed_on
from station.renderers.records import Records
from station.renderers.sources import ShopFile


class StationDesk:
    """See `role.Desk`. `data_dir`: where the journal stands, too."""

    def __init__(
        self,
        data_dir: Path,
        journal: Journal,
        mirror: Mirror,
        shop: ShopFile,
        records: Records,
        clock: ShopClock,
        shop_key: bytes,
    ) -> None:
        self._data_dir, self._journal, self._mirror, self._shop = data_dir, journal, mirror, shop
        self._records, self._clock, self._key = records, clock, shop_key

    def new_id(self) -> str:
        return str(ULID.from_datetime(self._clock.now())).lower()

    def next_number(self, name: str) -> int:
        return self._journal.next_number(name)

    def recipe(self, recipe_id: str) -> Recipe | None:
        return self._shop.recipe(recipe_id)

    def sold(self, order: str) -> SoldOrder | None:
        found = self._records.ledger.orders.get(order)
        if found is not None:
            return found
        return kept(self._journal.about(order, ORDER_KINDS)).orders.get(order)

    def finished(self) -> tuple[Card, ...]:
        shop = self._shop.shop
        return () if shop is None else self._mirror.finished(f"{DONE}/{shop.business_day}")

    def passed(self) -> tuple[Passed, ...]:
        shop = self._shop.shop
        return () if shop is None else passed_on(self._data_dir, shop.business_day)

    def right_pin(self, person: str, pin: str) -> bool:
        kept = self._kept(person)
        return right_pin(pin, None if kept is None else kept.argon2id, self._key)

    def pin_wait_s(self, person: str) -> float:
        tries, now, kept = self._records.access, self._clock.now(), self._kept(person)
        elsewhere = None if kept is None else kept.blocked_until
        elsewhere_s = 0.0 if elsewhere is None else (elsewhere - now).total_seconds()
        return max(wait_s(tries.tries_of(person), now), wait_s(tries.tries_of(""), now), elsewhere_s)

    def _kept(self, person: str) -> KeptPin | None:
        return None if self._shop.shop is None else self._shop.shop.pins.get(person)
