"""What each station role may do in the master, and nothing more: the rights that its programs use.

A prep display reads neither payments nor PINs; only the links of tills and expediters add orders and payments; nobody alters or
removes what the audit holds; only the pump takes from the replica's queue. A test runs each role's programs and holds what they send
against this page.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Table

from station.data.queries.link import may_read_pins, snapshot_tables
from station.data.tables import METADATA, ledger, menu, orders, payments, shop, staff
from station.domain.menu import Role

LoginRole = Role | Literal["replica"]
Verb = Literal["SELECT", "INSERT", "UPDATE", "DELETE"]
ROLES: Final[tuple[LoginRole, ...]] = ("till", "prep", "expediter", "manager", "replica")
VERSION_TABLE: Final = "alembic_version"


@dataclass(frozen=True, slots=True)
class Right:
    """`columns`: only these of the table; none: all of it."""

    verb: Verb
    table: str
    columns: tuple[str, ...] = ()


def rights_of(role: LoginRole) -> tuple[Right, ...]:
    """Each right once, in a fixed order."""
    if role == "replica":
        found = {
            *_all(METADATA.tables.values(), "SELECT"),
            *_all([ledger.replica_changes], "INSERT", "UPDATE", "DELETE"),
        }
    else:
        found = {*_link(role), *_ROLE_RIGHTS[role]()}
    found.add(Right("SELECT", VERSION_TABLE))
    return tuple(sorted(found, key=lambda one: (one.table, one.verb, one.columns)))


def _link(role: Role) -> Iterator[Right]:
    """What every station's link does: fetch the snapshot, keep the audit, tell where tokens are, 86 an item."""
    yield from _all(snapshot_tables(role), "SELECT")
    yield from _all([ledger.audit_events, orders.token_moves, staff.login_events], "SELECT", "INSERT")
    yield from _all([orders.order_tokens], "SELECT", "INSERT", "UPDATE")
    yield Right("UPDATE", menu.menu_items.name, ("sold_out", "updated_at", "revision"))
    yield Right("UPDATE", staff.wallet_cards.name, ("last_step", "updated_at", "revision"))
    if may_read_pins(role):
        yield Right("UPDATE", staff.staff_pins.name, ("failures", "blocked_until", "updated_at", "revision"))


def _sells() -> Iterator[Right]:
    sold = [orders.orders, orders.order_lines, orders.order_line_modifiers, orders.order_discounts, payments.payments]
    yield from _all(sold, "INSERT")
    yield from _all([orders.orders], "SELECT")
    yield Right("UPDATE", menu.menu_items.name, ("remaining", "updated_at", "revision"))


def _till() -> Iterator[Right]:
    """It gives money back, keeps a drawer, and closes the day: whoever makes the Z report reads what it is the sum of."""
    yield from _sells()
    kept = [payments.refunds, payments.drawer_sessions, payments.drawer_movements]
    yield from _all(kept, "SELECT", "INSERT")
    yield from _all([orders.order_lines, orders.order_discounts, payments.payments], "SELECT")
    yield Right("UPDATE", payments.drawer_sessions.name, _COUNTED)
    yield Right("INSERT", shop.business_days.name)
    yield Right("UPDATE", shop.business_days.name, _HELD)
    yield Right("UPDATE", shop.business_days.name, _CLOSED)


_COUNTED: Final = ("closed_by", "closed_at", "counted_minor", "expected_minor", "note")
_HELD: Final = ("opened_at", "updated_at", "revision")
_CLOSED: Final = (
    "closed_at",
    "closed_by",
    "z_number",
    "gross_minor",
    "net_minor",
    "tax_minor",
    "refunds_minor",
    "discounts_minor",
    "rounding_minor",
    "grand_total_minor",
    "z_report",
    "updated_at",
    "revision",
)
"""Of a drawer, and of a business day: what is written when it is counted; while it is held; when it is closed."""


def _expediter() -> Iterator[Right]:
    # It takes orders by phone and from outside, some of them paid there; and the floor's check asks which orders were sent.
    yield from _sells()


def _manager() -> Iterator[Right]:
    """Reads everything, and changes what people edit; nothing that was sold, paid or audited."""
    yield from _all(METADATA.tables.values(), "SELECT")
    edited = [table for table in METADATA.tables.values() if "updated_at" in table.c]
    yield from _all(edited, "INSERT", "UPDATE")
    # Pairs are taken apart again; everything else is retired.
    yield from _all([table for table in edited if len(table.primary_key.columns) > 1], "DELETE")


_ROLE_RIGHTS: Final = {"till": _till, "prep": lambda: (), "expediter": _expediter, "manager": _manager}


def _all(tables: Iterable[Table], *verbs: Verb) -> Iterator[Right]:
    for table in tables:
        for verb in verbs:
            yield Right(verb, table.name)
