"""Orders from outside: what a bridge of an online shop writes, and the draft that it comes to by this shop's own rules.

Pure. A bridge is somebody else's program: everything it says is checked as if a stranger had said it. What a person could not ring up at
a till is refused with all the reasons, each with its field.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from station.domain.allergens import ALLERGENS
from station.domain.clashes import clashes, words
from station.domain.draft import Draft, DraftLine, add, count_changed, defaults
from station.domain.facts import Tender
from station.domain.menu import Menu, MenuItem, Shop
from station.domain.money import format_minor
from station.domain.pricing import price
from station.domain.token import Customer
from station.errors import OrderRefused, StationError

MAX_BYTES: Final = 64 * 1024
NAME: Final = re.compile(r"[a-z0-9-]{1,60}")
BRIDGE_PATTERN: Final = r"[a-z][a-z0-9-]{0,19}"
LATEST: Final = timedelta(days=7)
LEAD: Final = timedelta(minutes=15)
"""How long before its time an order goes to the kitchen."""

_Id = Annotated[str, msgspec.Meta(pattern=r"^[0-7][0-9a-hjkmnp-tv-z]{25}$")]
_Words = Annotated[str, msgspec.Meta(max_length=400)]


class Rejected(StationError):
    """It cannot be an order of this shop; `reasons` are sentences, each with the field that it is about."""

    def __init__(self, *reasons: str) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field that the shop does not know could be one that the guest relies on: nothing is passed over."""


class IncomingLine(_Strict, frozen=True, kw_only=True):
    """`item`, `modifiers`: their ids, as `station incoming menu` lists them. Without `modifiers` the item comes with its defaults."""

    item: _Id
    count: Annotated[int, msgspec.Meta(ge=1, le=999)] = 1
    modifiers: tuple[_Id, ...] | None = None
    note: _Words = ""


class IncomingCustomer(_Strict, frozen=True, kw_only=True):
    name: Annotated[str, msgspec.Meta(max_length=60)] = ""
    marker: Annotated[str, msgspec.Meta(max_length=20)] = ""
    allergies: tuple[str, ...] = ()


class Online(_Strict, frozen=True, kw_only=True, tag="online", tag_field="kind"):
    """Paid already; `reference` is the payment's in the online shop."""

    reference: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class AtTill(_Strict, frozen=True, kw_only=True, tag="at_till", tag_field="kind"):
    """Not paid yet: its bill waits for a till."""


class IncomingOrder(_Strict, frozen=True, kw_only=True):
    """`id`: the bridge's own; the same again is the same order. `due_at`: when the guest wants it. `total_minor`: what the guest was told."""

    bridge: Annotated[str, msgspec.Meta(pattern=f"^{BRIDGE_PATTERN}$")]
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    mode: Literal["eat_in", "take_away"]
    lines: Annotated[tuple[IncomingLine, ...], msgspec.Meta(min_length=1, max_length=200)]
    total_minor: Annotated[int, msgspec.Meta(ge=0)]
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    payment: Online | AtTill
    due_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    customer: IncomingCustomer = IncomingCustomer()
    note: _Words = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The draft that it comes to, how it is paid, and what it costs."""

    draft: Draft
    tenders: tuple[Tender, ...]
    total_minor: int


_DECODER: Final = msgspec.json.Decoder(IncomingOrder, strict=True)


def bridge_key(shop_key: bytes, bridge: str) -> bytes:
    """What a bridge signs with, worked out from the shop's key; stored nowhere."""
    return hmac.new(shop_key, b"station bridge " + bridge.encode(), hashlib.sha256).digest()


def signature(data: bytes, key: bytes) -> str:
    return hmac.new(key, data, hashlib.sha256).hexdigest()


def known_as(bridge: str, order_id: str) -> str:
    """The name under which a bridge's order is remembered: 32 hexadecimal digits."""
    return hashlib.sha256(f"{bridge}\0{order_id}".encode()).hexdigest()[:32]


def read(data: bytes, signed: str, shop_key: bytes) -> IncomingOrder:
    """The order that a file is. Raises Rejected: too large, malformed, or not signed by the bridge that it names."""
    if len(data) > MAX_BYTES:
        raise Rejected(f"the file has more than {MAX_BYTES} bytes")
    try:
        order = _DECODER.decode(data)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise Rejected(f"malformed: {error}") from error
    if not hmac.compare_digest(
        signed.strip().lower().encode(), signature(data, bridge_key(shop_key, order.bridge)).encode()
    ):
        raise Rejected(f"$.bridge: the signature is not that of the bridge {order.bridge!r} over these bytes")
    return order


def accepted(order: IncomingOrder, shop: Shop, now: datetime, new_id: Callable[[], str]) -> Accepted:
    """What a till would have come to. Raises Rejected with every reason that was found."""
    reasons = list(_objections(order, shop, now))
    draft = Draft(
        mode=order.mode,
        customer=Customer(name=order.customer.name, marker=order.customer.marker, allergies=order.customer.allergies),
        note=order.note,
    )
    for index, line in enumerate(order.lines):
        try:
            draft = _with_line(draft, line, shop.menu, new_id)
        except OrderRefused as refused:
            reasons.append(f"$.lines[{index}]: {refused}")
    if reasons:
        raise Rejected(*reasons)
    total = price(draft).total_minor
    if total != order.total_minor:
        told, is_now = (format_minor(minor, shop.menu.currency) for minor in (order.total_minor, total))
        raise Rejected(f"$.total_minor: the guest was told {told}, and it is {is_now} here; fetch the menu again")
    if found := clashes(draft):
        names = shop.menu.allergen_names
        raise Rejected(*(f"$.customer.allergies: {one.name}: {words(one, names)}; ask the guest" for one in found))
    return Accepted(draft, _tenders(order, total, new_id), total)


def fires_at(order: IncomingOrder, now: datetime) -> datetime | None:
    """When it goes to the kitchen; None: at once."""
    if order.due_at is None or order.due_at - LEAD <= now:
        return None
    return order.due_at - LEAD


def _objections(order: IncomingOrder, shop: Shop, now: datetime) -> Iterator[str]:
    if not shop.day_open:
        yield "the shop is closed: its business day has not begun"
    if order.currency != shop.menu.currency:
        yield f"$.currency: this shop takes {shop.menu.currency}"
    if order.due_at is not None and not now - LEAD <= order.due_at <= now + LATEST:
        yield "$.due_at: it is past, or more than a week away"
    known = {allergen.code for allergen in ALLERGENS} | set(shop.menu.allergen_names)
    for code in order.customer.allergies:
        if code not in known:
            yield f"$.customer.allergies: {code[:40]!r} is none of the allergens: {', '.join(sorted(known))}"


def _with_line(draft: Draft, line: IncomingLine, menu: Menu, new_id: Callable[[], str]) -> Draft:
    item = menu.item(line.item)
    if item is None:
        raise OrderRefused(f"no item {line.item} is on the menu")
    chosen = defaults(item) if line.modifiers is None else _chosen(item, line.modifiers)
    made = DraftLine(new_id(), item, 1, chosen, line.note)
    if made.open_groups:
        raise OrderRefused(f"{item.name}: {' and '.join(group.name for group in made.open_groups)} must be chosen")
    before = {one.id: one.count for one in draft.lines}
    after = add(draft, item, made.id, chosen, line.note)
    changed = next(one for one in after.lines if before.get(one.id) != one.count)
    return count_changed(after, changed.id, changed.count + line.count - 1)


def _chosen(item: MenuItem, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """In the menu's order. Raises OrderRefused for what the item does not offer, and for more than a group allows."""
    offered = {modifier.id for group in item.groups for modifier in group.modifiers}
    for modifier in wanted:
        if modifier not in offered:
            raise OrderRefused(f"{item.name} does not come with {modifier}")
    for group in item.groups:
        count = sum(1 for one in group.modifiers if one.id in wanted)
        if count > group.maximum:
            raise OrderRefused(f"{item.name}: {group.name}: at most {group.maximum}")
    return tuple(one.id for group in item.groups for one in group.modifiers if one.id in wanted)


def _tenders(order: IncomingOrder, total: int, new_id: Callable[[], str]) -> tuple[Tender, ...]:
    if isinstance(order.payment, AtTill):
        return ()
    reference = f"{order.bridge} {order.payment.reference}"
    return (Tender(id=new_id(), kind="card", amount_minor=total, given_minor=total, reference=reference),)
