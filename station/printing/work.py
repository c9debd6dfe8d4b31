"""From facts to paper: what each fact of the journal prints, and whether it opens the drawer.

Reads the journal and the shop; changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

import msgspec

from station.domain.facts import (
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    Entry,
    OrderChanged,
    OrderPaid,
    OrderRefunded,
    OrderSent,
    PrintAsked,
    Tender,
    TenderTaken,
)
from station.domain.ledger import ORDER_KINDS, kept
from station.domain.menu import Shop
from station.domain.printed import Paper
from station.domain.receipt import receipt, refund_slip
from station.domain.slips import drawer_slip, kitchen_ticket, report_slip, test_page
from station.domain.sold import SoldOrder
from station.domain.takings import Takings
from station.domain.token import Body
from station.errors import PrinterError
from station.local.journal import Journal

_Kind = TypeVar("_Kind", Takings, Body)
KINDS: Final = (
    "order.sent",
    "order.changed",
    "order.paid",
    "order.refunded",
    "tender.taken",
    "drawer.opened",
    "drawer.moved",
    "drawer.counted",
    "print.asked",
    "print.dropped",
)
KICK_WITHIN: Final = timedelta(seconds=20)
"""A drawer that flies open later than this has nobody before it."""
_WAITS: Final = {True: timedelta(hours=12), False: timedelta(hours=1)}
"""How long it is worth printing: what was asked for; what prints by itself (the guest has long gone)."""


def stale(entry: Entry, now: datetime) -> bool:
    return now - entry.at > _WAITS[isinstance(entry.fact, PrintAsked)]


def prints(entry: Entry, shop: Shop) -> bool:
    """Whether anything comes out for it."""
    fact = entry.fact
    if isinstance(fact, PrintAsked | DrawerCounted):
        return True
    paid = isinstance(fact, OrderSent | OrderPaid | OrderChanged) and bool(fact.tenders)
    return shop.profile.receipts == "always" and (paid or isinstance(fact, OrderRefunded))


def kicks(entry: Entry, now: datetime, journal: Journal) -> bool:
    """Whether the drawer opens: for cash, and for what is done at the drawer itself; for each tender once."""
    if abs(now - entry.at) > KICK_WITHIN:
        return False
    fact = entry.fact
    if isinstance(fact, DrawerOpened | DrawerMoved):
        return True
    if isinstance(fact, TenderTaken):
        return fact.tender.kind == "cash"
    if isinstance(fact, OrderRefunded):
        return any(part.kind == "cash" for part in fact.parts)
    if isinstance(fact, OrderSent | OrderPaid):
        return _new_cash(fact.tenders, fact.order, journal)
    return isinstance(fact, OrderChanged) and _new_cash(fact.tenders, fact.change, journal)


def paper_of(entry: Entry, shop: Shop, journal: Journal, station: str, printer: str, *, training: bool) -> Paper | None:
    """What this fact prints; None for nothing. Raises PrinterError when what was asked for cannot be found."""
    fact = entry.fact
    if isinstance(fact, PrintAsked):
        return _asked(entry, fact, shop, journal, station, printer)
    if isinstance(fact, DrawerCounted):
        return drawer_slip(fact, shop, station, entry.at, _name(entry, shop), training=training)
    if not prints(entry, shop):
        return None
    if isinstance(fact, OrderRefunded):
        order = _order(fact.order, journal)
        return None if order is None else refund_slip(fact, order, shop, entry.at, _name(entry, shop))
    if isinstance(fact, OrderSent | OrderPaid | OrderChanged):
        order = _order(fact.order, journal)
        return None if order is None else receipt(order, shop)
    return None


def _new_cash(tenders: Sequence[Tender], order: str, journal: Journal) -> bool:
    """Cash that was not taken before as a part, when the drawer opened already."""
    in_cash = {tender.id for tender in tenders if tender.kind == "cash"}
    if not in_cash:
        return False
    taken = (entry.fact for entry in journal.about(order, ("tender.taken",)))
    return bool(in_cash - {fact.tender.id for fact in taken if isinstance(fact, TenderTaken)})


def _asked(entry: Entry, fact: PrintAsked, shop: Shop, journal: Journal, station: str, printer: str) -> Paper | None:
    if fact.what == "test":
        return test_page(shop, printer, entry.at)
    if fact.what in {"x", "z"}:
        return report_slip(_decoded(fact.text, Takings), shop)
    if fact.what == "kitchen" and fact.text:
        return kitchen_ticket(_decoded(fact.text, Body), shop)
    order = _order(fact.subject, journal)
    if order is None:
        raise PrinterError(f"the order {fact.subject} was not sold at {station.upper()}: print it where it was")
    if fact.what == "kitchen":
        return kitchen_ticket(order.sale.token, shop)
    return receipt(order, shop, copy=fact.what == "copy")


def _decoded(text: str, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as error:
        raise PrinterError(f"what was to be printed cannot be read: {error}") from error


def _order(order: str, journal: Journal) -> SoldOrder | None:
    return kept(journal.about(order, ORDER_KINDS)).orders.get(order)


def _name(entry: Entry, shop: Shop) -> str:
    return next((one.name for one in shop.staff if one.id == entry.staff), "")
