"""What this till knows of money: orders that were sold here, payments under way, and the drawer. Put together from its journal.

Pure: facts in, a frozen ledger out; every fact gives the next one. It holds no more than this till did itself: of what others sold and
took, the master knows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from station.domain.facts import (
    DayClosed,
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    Entry,
    OrderChanged,
    OrderPaid,
    OrderRefunded,
    OrderSent,
    PrinterChosen,
    Tender,
    TenderDropped,
    TenderSettled,
    TenderTaken,
    kind_of,
)
from station.domain.sold import SoldOrder
from station.domain.token import Body

KINDS: tuple[str, ...] = (
    "order.sent",
    "order.changed",
    "order.paid",
    "order.refunded",
    "tender.taken",
    "tender.dropped",
    "tender.settled",
    "drawer.opened",
    "drawer.moved",
    "drawer.counted",
    "day.closed",
    "printer.chosen",
)
"""The kinds of facts that a ledger is made of."""
ORDER_KINDS: tuple[str, ...] = ("order.sent", "order.changed", "order.paid", "order.refunded", "tender.settled")
"""Those of them that are about one order."""


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """An order some of which was paid, and which is not closed. `tenders`: by their ids, in their order.

    `draft`: what is being paid, as a held order; `bill`: or the bill that is.
    """

    order: str
    number: str
    business_day: str
    staff: str | None
    tenders: Mapping[str, Tender]
    draft: Body | None = None
    bill: str | None = None
    change_of: str | None = None


@dataclass(frozen=True, slots=True)
class Drawer:
    """An open drawer. `cash_minor`: what came in and went out since, by sales, tips, refunds and without any."""

    session: str
    staff: str | None
    at: datetime
    business_day: str
    float_minor: int
    cash_minor: int = 0
    moves: tuple[DrawerMoved, ...] = ()

    @property
    def expected_minor(self) -> int:
        return self.float_minor + self.cash_minor


@dataclass(frozen=True, slots=True)
class Ledger:
    """`orders`: by their ULIDs, the oldest first. `asked`: the last time that somebody wanted the day closed.

    `printer`: what was chosen last ("": the profile's). `counted`: how the last drawer was closed.
    """

    orders: Mapping[str, SoldOrder] = field(default_factory=dict)
    payments: Mapping[str, OpenPayment] = field(default_factory=dict)
    drawer: Drawer | None = None
    counted: DrawerCounted | None = None
    asked: DayClosed | None = None
    printer: str = ""

    @property
    def unsettled(self) -> tuple[tuple[SoldOrder, Tender], ...]:
        """Cards of which nobody knows whether they went through, of orders that are closed."""
        return tuple((order, tender) for order in self.orders.values() for tender in order.unsettled)

    def order_of(self, number: str) -> SoldOrder | None:
        """The newest order of this number."""
        wanted = number.casefold()
        return next((one for one in reversed(list(self.orders.values())) if one.number.casefold() == wanted), None)


def kept(entries: Iterable[Entry], before: Ledger | None = None) -> Ledger:
    """The ledger after these, in their order. Anything that is no fact of money leaves it as it was."""
    ledger = Ledger() if before is None else before
    orders, payments = dict(ledger.orders), dict(ledger.payments)
    for entry in entries:
        fact = entry.fact
        _orders(entry, orders)
        _payments(entry, payments)
        ledger = replace(ledger, drawer=_drawer(entry, ledger.drawer))
        if isinstance(fact, DrawerCounted):
            ledger = replace(ledger, counted=fact)
        elif isinstance(fact, DayClosed):
            ledger = replace(ledger, asked=fact)
        elif isinstance(fact, PrinterChosen):
            ledger = replace(ledger, printer=fact.printer)
    return replace(ledger, orders=orders, payments=payments)


def concerns_money(entry: Entry) -> bool:
    """Whether a ledger changes with it."""
    return kind_of(entry.fact) in KINDS


def _orders(entry: Entry, orders: dict[str, SoldOrder]) -> None:
    fact = entry.fact
    if isinstance(fact, OrderSent):
        orders[fact.order] = SoldOrder(fact, entry.staff, entry.at)
    elif isinstance(fact, OrderPaid):
        known = orders.get(fact.order)
        base = SoldOrder(fact.sale, entry.staff, entry.at) if known is None else known
        orders.pop(fact.order, None)
        orders[fact.order] = replace(base, payment=fact, changes=fact.changes, staff=entry.staff, at=entry.at)
    elif isinstance(fact, OrderChanged) and fact.order in orders:
        known = orders[fact.order]
        orders[fact.order] = replace(known, changes=(*known.changes, fact))
    elif isinstance(fact, OrderRefunded) and fact.order in orders:
        known = orders[fact.order]
        orders[fact.order] = replace(known, refunds=(*known.refunds, fact))
    elif isinstance(fact, TenderSettled) and fact.order in orders:
        known = orders[fact.order]
        orders[fact.order] = replace(known, settled={**known.settled, fact.was: fact.tender})


def _payments(entry: Entry, payments: dict[str, OpenPayment]) -> None:
    fact = entry.fact
    if isinstance(fact, TenderTaken):
        known = payments.get(fact.order)
        if known is None:
            known = OpenPayment(
                fact.order, fact.number, fact.business_day, entry.staff, {}, bill=fact.bill, change_of=fact.change_of
            )
        draft = known.draft if fact.draft is None else fact.draft
        payments[fact.order] = replace(known, draft=draft, tenders={**known.tenders, fact.tender.id: fact.tender})
    elif isinstance(fact, TenderDropped) and fact.order in payments:
        known = payments[fact.order]
        rest = {key: tender for key, tender in known.tenders.items() if key != fact.tender}
        payments[fact.order] = replace(known, tenders=rest)
        if not any(tender.state != "declined" for tender in rest.values()):
            del payments[fact.order]
    elif isinstance(fact, OrderSent | OrderPaid):
        payments.pop(fact.order, None)
    elif isinstance(fact, OrderChanged):
        payments.pop(fact.change, None)


def _drawer(entry: Entry, drawer: Drawer | None) -> Drawer | None:
    fact = entry.fact
    if isinstance(fact, DrawerOpened):
        return Drawer(fact.session, entry.staff, entry.at, fact.business_day, fact.float_minor)
    if drawer is None:
        return None
    if isinstance(fact, DrawerCounted) and fact.session == drawer.session:
        return None
    if isinstance(fact, DrawerMoved) and fact.session == drawer.session:
        return replace(drawer, cash_minor=drawer.cash_minor + fact.amount_minor, moves=(*drawer.moves, fact))
    if getattr(fact, "drawer", None) == drawer.session:
        return replace(drawer, cash_minor=drawer.cash_minor + cash_of(fact))
    return drawer


def cash_of(fact: object) -> int:
    """What a sale, its payment or a refund puts into the drawer, the tips with it; below zero what it takes out."""
    if isinstance(fact, OrderSent | OrderPaid | OrderChanged):
        return sum(one.amount_minor + one.tip_minor for one in fact.tenders if one.kind == "cash")
    if isinstance(fact, OrderRefunded):
        return -sum(part.amount_minor for part in fact.parts if part.kind == "cash")
    return 0
