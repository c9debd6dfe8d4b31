"""Orders that bridges put on the share: claimed by one expediter, answered each, and never sold twice.

    incoming/<name>.json, .sig        from a bridge; the .sig is written last
    incoming/claimed/<code>/          the same, while this station works on them
    incoming/<name>.ok, .rejected     the answer
    incoming/answered/<yyyy-mm-dd>/   the originals, once they are answered
    incoming/orders/<32 digits>       which order of this shop a bridge's order has become

Each step can be made again: a claim is one move; the order's id and number are on the share before the fact is in the journal, and the
fact is in the journal before anybody is answered.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from station.domain.bills import billed
from station.domain.facts import OrderSent
from station.domain.floor import INCOMING, TMP
from station.domain.incoming import MAX_BYTES, NAME, AtTill, IncomingOrder, Rejected, accepted, fires_at, known_as, read
from station.domain.menu import Person, Shop
from station.domain.orders import Sale, counter_name, order_number, place
from station.domain.token import Name, Ulid
from station.errors import OrderRefused
from station.local.clock import ShopClock
from station.local.journal import Journal
from station.tokens.share import Entry, Gone, Moved, NoFolder, Share

ALONE: Final = timedelta(seconds=60)
"""How long a file may wait for the one that belongs to it."""
KEPT: Final = timedelta(days=7)
AT_ONCE: Final = 20

_log = logging.getLogger("tokens")


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What a bridge's order has become, and at which station."""

    order: Ulid
    number: Name
    station: str


@dataclass(frozen=True, slots=True)
class _Found:
    """A name with the files of it that are there, and since when."""

    name: str
    json: Entry | None = None
    sig: Entry | None = None

    @property
    def newest(self) -> datetime:
        return max(entry.modified for entry in (self.json, self.sig) if entry is not None)


class Incoming:
    """Of one expediter. `round` takes what is there. It raises ShareError, after which everything is tried again."""

    def __init__(
        self, code: str, share: Share, journal: Journal, clock: ShopClock, shop_key: bytes, new_id: Callable[[], str]
    ) -> None:
        self._code, self._share, self._journal, self._clock = code, share, journal, clock
        self._key, self._id = shop_key, new_id
        self._swept: str = ""

    def round(self, shop: Shop | None, now: datetime) -> bool:
        """True when a fact was added. `now` is the share's time. Without a menu nothing is taken, and nothing is lost."""
        if shop is None:
            return False
        added = False
        for found in _pairs(self._listed(self._mine)):
            added = self._work(found.name, shop) or added
        for found in _pairs(self._listed(INCOMING))[:AT_ONCE]:
            if self._claimed(found, now):
                added = self._work(found.name, shop) or added
        self._sweep(now)
        return added

    @property
    def _mine(self) -> str:
        return f"{INCOMING}/claimed/{self._code}"

    def _listed(self, folder: str) -> list[Entry]:
        try:
            return [entry for entry in self._share.list(folder) if not entry.is_folder]
        except NoFolder:
            return []

    def _claimed(self, found: _Found, now: datetime) -> bool:
        """Whether it is this station's to answer now. The .json decides; what came alone is answered after a while."""
        late = now - found.newest >= ALONE
        if NAME.fullmatch(found.name) is None:
            if late:
                self._set_aside(found, "file names must be of a to z, 0 to 9 and -, and at most 60 long")
            return False
        if found.json is None or found.sig is None:
            if late:
                what = f"{found.name}.json" if found.json is None else f"{found.name}.sig"
                self._answer(found.name, "rejected", f"{what} did not come within {ALONE.seconds} s\n")
                self._put_away(INCOMING, found.name)
            return False
        if found.json.size > MAX_BYTES:
            self._answer(found.name, "rejected", f"the file has more than {MAX_BYTES} bytes\n")
            self._put_away(INCOMING, found.name)
            return False
        if self._move(f"{INCOMING}/{found.name}.json", f"{self._mine}/{found.name}.json") is not Moved.MOVED:
            return False
        self._move(f"{INCOMING}/{found.name}.sig", f"{self._mine}/{found.name}.sig")
        return True

    def _work(self, name: str, shop: Shop) -> bool:
        """One claimed order to its answer; True when it was new."""
        added = False
        try:
            data = self._share.read(f"{self._mine}/{name}.json", MAX_BYTES + 1)
        except Gone:
            data = b""
        try:
            order = read(data, self._signature(name), self._key)
            known, added = self._known(order, shop)
            answer = msgspec.json.encode({"order": known.order, "number": known.number.upper()}).decode()
            self._answer(name, "ok", answer + "\n")
        except Rejected as rejected:
            _log.warning("incoming=%s rejected %s", name, rejected)
            self._answer(name, "rejected", "".join(f"{reason}\n" for reason in rejected.reasons))
        self._put_away(self._mine, name)
        return added

    def _signature(self, name: str) -> str:
        """Still beside the claimed file, or where the bridge put it, when this program ended between the two moves."""
        for folder in (self._mine, INCOMING):
            try:
                return self._share.read(f"{folder}/{name}.sig", 200).decode("ascii", "replace")
            except Gone:
                continue
        return ""

    def _known(self, order: IncomingOrder, shop: Shop) -> tuple[Known, bool]:
        """What it has become, now or before. Raises Rejected."""
        path = f"{INCOMING}/orders/{known_as(order.bridge, order.id)}"
        known = self._read_known(path)
        if known is None:
            # Whether it can be one, before it takes a number.
            accepted(order, shop, self._clock.now(), self._id)
            known = self._remember(path, shop)
        if known.station != self._code or self._sold(known.order):
            return known, False
        fact = self._fact(order, known, shop)
        self._journal.append(fact, None, self._clock.now())
        _log.info("incoming=%s bridge=%s order=%s", order.id[:60], order.bridge, known.order)
        return known, True

    def _fact(self, order: IncomingOrder, known: Known, shop: Shop) -> OrderSent:
        now = self._clock.now()
        taken = accepted(order, shop, now, self._id)
        sale = Sale(
            order=known.order,
            number=known.number,
            station=self._code,
            staff=Person(known.order, order.bridge, "", frozenset()),
            business_day_id=shop.business_day_id,
            at=now,
        )
        later = isinstance(order.payment, AtTill)
        try:
            sent = place(taken.draft, taken.tenders, shop.menu, sale, (), self._id, later=later)
            token = msgspec.structs.replace(sent.token, due_at=order.due_at, fire_at=fires_at(order, now))
            sent = msgspec.structs.replace(sent, token=token)
            return billed(sent, self._id(), known.order) if later else sent
        except OrderRefused as refused:
            raise Rejected(str(refused)) from refused

    def _read_known(self, path: str) -> Known | None:
        try:
            return msgspec.json.decode(self._share.read(path, 4096), type=Known)
        except (Gone, NoFolder):
            return None
        except msgspec.MsgspecError as error:
            raise Rejected("this shop's note about the order is damaged; send it with another id") from error

    def _remember(self, path: str, shop: Shop) -> Known:
        number = order_number(self._code, self._journal.next_number(counter_name(shop.business_day)))
        known = Known(order=self._id(), number=number, station=self._code)
        if self._publish(path, msgspec.json.encode(known)):
            return known
        other = self._read_known(path)
        return known if other is None else other

    def _sold(self, order: str) -> bool:
        sent = self._journal.latest("order.sent", 500)
        return any(isinstance(entry.fact, OrderSent) and entry.fact.order == order for entry in sent)

    def _answer(self, name: str, kind: str, text: str) -> None:
        self._publish(f"{INCOMING}/{name}.{kind}", text.encode())

    def _publish(self, path: str, data: bytes) -> bool:
        """The whole file or none; False when one of that name is there already."""
        staged = f"{TMP}/{self._id()}.answer"
        self._share.create(staged, data)
        moved = self._move(staged, path)
        if moved is not Moved.MOVED:
            self._share.delete(staged)
        return moved is Moved.MOVED

    def _put_away(self, folder: str, name: str) -> None:
        day = f"{INCOMING}/answered/{self._clock.now():%Y-%m-%d}"
        for ending in ("json", "sig"):
            source = f"{folder}/{name}.{ending}"
            if folder != INCOMING and ending == "sig":
                # It may still stand where the bridge put it.
                self._move(f"{INCOMING}/{name}.sig", source)
            if self._move(source, f"{day}/{name}.{ending}") is Moved.COLLISION:
                self._move(source, f"{day}/{name}.{self._id()}.{ending}")

    def _set_aside(self, found: _Found, why: str) -> None:
        """A name that could not be answered under: only its reason, under one that can."""
        _log.warning("incoming: %r: %s", found.name[:80], why)
        self._answer(f"unnamed-{self._id()}", "rejected", f"{found.name[:200]}: {why}\n")
        for entry in (found.json, found.sig):
            if entry is not None:
                self._move(f"{INCOMING}/{entry.name}", f"{INCOMING}/answered/{self._id()}")

    def _move(self, source: str, target: str) -> Moved:
        moved = self._share.move(source, target)
        if moved is Moved.NO_FOLDER:
            self._share.make_folder(target.rpartition("/")[0])
            moved = self._share.move(source, target)
        return moved

    def _sweep(self, now: datetime) -> None:
        """Once a day: answers and notes that nobody needs any more."""
        today = f"{now:%Y-%m-%d}"
        if self._swept == today:
            return
        self._swept = today
        for folder in (INCOMING, f"{INCOMING}/orders"):
            for entry in self._listed(folder):
                old = now - entry.modified > KEPT
                if old and (folder != INCOMING or entry.name.endswith((".ok", ".rejected"))):
                    self._share.delete(f"{folder}/{entry.name}")


def _pairs(entries: list[Entry]) -> list[_Found]:
    """The names that files of orders have, oldest first."""
    found: dict[str, _Found] = {}
    for entry in entries:
        stem, dot, ending = entry.name.rpartition(".")
        if not dot or ending not in {"json", "sig"}:
            continue
        before = found.get(stem, _Found(stem))
        json = entry if ending == "json" else before.json
        found[stem] = _Found(stem, json, entry if ending == "sig" else before.sig)
    return sorted(found.values(), key=lambda one: (one.newest, one.name))
