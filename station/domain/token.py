r"""A token: one order, or one part of a split order, as one `.sss` file.

Name:  `<ulid>.<number>.p<part>.r<revision>.h<hop>.n<items>.sss`, lower case `[a-z0-9.-]` only
       (`01jd9q3v7k8m2n4pqrstvwxyz0.t1-042.p1.r2.h5.n8.sss`).
Body:  `SSS/1 <hmac-sha256 of all bytes after this line, hex>\n`, then one JSON object, at most 64 KiB in all.

Fields that this version does not know are kept: they come back in the next revision, at the object they stood in.
Pure: the key is an argument.
"""

import hashlib
import hmac
import re
from collections.abc import Hashable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Final, Literal, cast

import msgspec

from station.domain.allergens import Answer
from station.errors import TokenError

MAX_BYTES: Final = 64 * 1024
ULID_PATTERN: Final = r"[0-7][0-9a-hjkmnp-tv-z]{25}"
NUMBER_PATTERN: Final = r"[a-z0-9]{1,6}(?:-[0-9]{1,6})?"
PART_PATTERN: Final = r"[1-9][0-9]{0,2}(?:-[1-9][0-9]{0,2}){0,5}"
CODE_PATTERN: Final = r"[a-z][a-z0-9]{0,11}"

_MAGIC = b"SSS/1 "
_HEADER_BYTES = len(_MAGIC) + 64 + 1
_NAME = re.compile(
    rf"(?P<order>{ULID_PATTERN})\.(?P<number>{NUMBER_PATTERN})\.p(?P<part>{PART_PATTERN})"
    r"\.r(?P<revision>0|[1-9][0-9]{0,5})\.h(?P<hop>0|[1-9][0-9]{0,5})\.n(?P<items>0|[1-9][0-9]{0,5})\.sss"
)

Key = tuple[str, str]
"""The identity of a token: (order ULID, part)."""

Ulid = Annotated[str, msgspec.Meta(pattern=f"^{ULID_PATTERN}$")]
Part = Annotated[str, msgspec.Meta(pattern=f"^{PART_PATTERN}$")]
Code = Annotated[str, msgspec.Meta(pattern=f"^{CODE_PATTERN}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=999)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Text = Annotated[str, msgspec.Meta(max_length=400)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, order=True, slots=True)
class TokenName:
    """A token's file name, taken apart. Sorts by age, since a ULID does."""

    order: str
    number: str
    part: str
    revision: int
    hop: int
    items: int

    def __str__(self) -> str:
        return f"{self.order}.{self.number}.p{self.part}.r{self.revision}.h{self.hop}.n{self.items}.sss"

    @property
    def key(self) -> Key:
        return self.order, self.part

    def moved(self) -> "TokenName":
        """The name after one move: every move adds one to the hop."""
        return replace(self, hop=self.hop + 1)


class _Open(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An object that keeps in `extra` what this version does not know; `extra` itself is never written."""

    # A name no other field can have, so that a stranger's field called "extra" is one more unknown field.
    extra: dict[str, Any] = msgspec.field(default_factory=dict, name=" ")


class Modifier(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """What was asked for, in a cook's words: something comes on, goes off, or is done otherwise."""

    id: Ulid
    name: Name
    effect: Literal["added", "removed", "changed"] = "changed"
    count: Count = 1


class Line(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """A line as the kitchen needs it: `count` are to be made, `done` of them are ticked.

    `was` is the count before the last change, until that change is acknowledged (None: nothing changed).
    `allergens` is what was declared at the sale: code to answer, for every code that is not "none declared".
    """

    id: Ulid
    item: Ulid
    name: Name
    count: Count
    done: Count = 0
    was: Count | None = None
    group: Code
    weight: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1
    modifiers: tuple[Modifier, ...] = ()
    note: Text = ""
    allergens: dict[str, Answer] = {}

    @property
    def active(self) -> int:
        """Active items of this line, weighed as its recipe says."""
        return max(0, self.count - self.done) * self.weight


class Given(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """The station a token was given to, who chose it, and why ("fewest items: 4 < 7 < 9")."""

    station: Code
    by: Name
    why: Text = ""
    at: Instant


class Customer(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """`allergies` are codes of the 14 or of their kinds that the customer named."""

    name: Text = ""
    marker: Text = ""
    allergies: tuple[str, ...] = ()


class Change(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """What one revision changed, in words, for the record and for the screens."""

    what: Name
    by: Text = ""
    at: Instant


class Elsewhere(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """Another part of the same order, and where it was sent when the order was split."""

    part: Part
    place: Text


class HeldLine(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """What a till needs of a line to go on: its price as the guest was told it, and the ids of what was chosen."""

    price_minor: int
    chosen: tuple[Ulid, ...] = ()


class HeldReduction(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """A discount that was given on an order that waits: all of it, as the shop may have other ones by then."""

    id: Ulid
    discount: Ulid | None = None
    name: Name
    kind: Literal["percent", "amount"]
    value: int
    scope: Literal["line", "order"]
    line: Ulid | None = None
    reason: Text = ""
    approved_by: Ulid | None = None


class Held(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """Of an order that was not sold yet: who began it, and by line what its token's own lines don't say.

    `order`, `business_day`: the sale's ULID, which has the token's number, where a payment was begun already. `sale`: where the
    kitchen has the order already and only the payment is open, the sale as JSON (`domain/bills.py`), and its changes since.
    `parked`: somebody put it aside; it comes back only when it is asked for. `reductions`, `deposits_back`: of the draft.
    """

    staff: Ulid
    lines: dict[Ulid, HeldLine]
    order: Ulid | None = None
    business_day: Text = ""
    sale: Annotated[str, msgspec.Meta(max_length=MAX_BYTES)] = ""
    changes: tuple[Annotated[str, msgspec.Meta(max_length=MAX_BYTES)], ...] = ()
    parked: bool = False
    reductions: tuple[HeldReduction, ...] = ()
    deposits_back: tuple[tuple[int, int], ...] = ()


class Body(_Open, frozen=True, kw_only=True, omit_defaults=True):
    """All that a display needs to cook it, without any database. `held`: it is no order for the kitchen, but one that waits at
    no till for whoever began it. `fire_at`, `fire_after`: while it is held, the time at which it goes to the kitchen by itself, or
    the part of this order that must be made first.
    """

    order: Ulid
    number: Annotated[str, msgspec.Meta(pattern=f"^{NUMBER_PATTERN}$")]
    part: Part = "1"
    revision: Annotated[int, msgspec.Meta(ge=0, le=999_999)] = 0
    mode: Literal["eat_in", "take_away"]
    placed_at: Instant
    placed_by: Name
    placed_on: Code
    due_at: Instant | None = None
    training: bool = False
    rush: bool = False
    note: Text = ""
    customer: Customer = Customer()
    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1, max_length=200)]
    given: Given | None = None
    fire_at: Instant | None = None
    fire_after: Part | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    acknowledged: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    held: Held | None = None

    @property
    def wanted_at(self) -> datetime:
        """Since when somebody waits for it: an order that was held is as old as since it was to be made.

        That is its time, where it had one; else when it was given to a station after the hold.
        """
        if self.fire_at is not None:
            return max(self.placed_at, self.fire_at)
        was_held = self.fire_after is not None or any(change.what == "held" for change in self.changes)
        return max(self.placed_at, self.given.at) if was_held and self.given is not None else self.placed_at

    @property
    def items(self) -> int:
        """Active items: what is still to be made here, weighed. Stands in the name as `n`."""
        return sum(line.active for line in self.lines)

    @property
    def key(self) -> Key:
        return self.order, self.part

    @property
    def groups(self) -> tuple[str, ...]:
        """The prep groups that its lines need, in the order of the lines, each once."""
        return tuple(dict.fromkeys(line.group for line in self.lines))


def parse_name(text: str) -> TokenName:
    """Raises TokenError when the text is no token's name."""
    match = _NAME.fullmatch(text)
    if match is None:
        raise TokenError(f"{text[:120]!r} is no token name (<ulid>.<number>.p1.r0.h0.n1.sss): wrongly named")
    return TokenName(
        order=match["order"],
        number=match["number"],
        part=match["part"],
        revision=int(match["revision"]),
        hop=int(match["hop"]),
        items=int(match["items"]),
    )


def name_of(body: Body, hop: int = 0) -> TokenName:
    """The name that belongs to a body, at this hop."""
    return TokenName(body.order, body.number, body.part, body.revision, hop, body.items)


def encode(body: Body, key: bytes) -> bytes:
    """The file's bytes, signed. Raises TokenError when they would be more than 64 KiB."""
    text = msgspec.json.encode(_closed(body))
    if _HEADER_BYTES + len(text) > MAX_BYTES:
        raise TokenError(
            f"order {body.number} would be a token of {_HEADER_BYTES + len(text)} bytes, over {MAX_BYTES}: oversized;"
            " send it as two orders"
        )
    return _MAGIC + _sign(text, key) + b"\n" + text


def decode(data: bytes, key: bytes, name: TokenName | None = None) -> Body:
    """The body of a token, checked: size, form, signature, every field, and that the name belongs to it.

    Raises TokenError that says which of these failed.
    """
    if len(data) > MAX_BYTES:
        raise TokenError(f"the file has {len(data)} bytes, over {MAX_BYTES}: oversized")
    if not data:
        raise TokenError("the file is empty: torn")
    if not data.startswith(_MAGIC):
        raise TokenError("the file does not begin with 'SSS/1 ' and a signature: unsigned or no token")
    if len(data) < _HEADER_BYTES or data[_HEADER_BYTES - 1 : _HEADER_BYTES] != b"\n":
        raise TokenError("the first line is not 'SSS/1 ' and 64 hexadecimal digits: torn or malformed")
    text = data[_HEADER_BYTES:]
    if not hmac.compare_digest(data[len(_MAGIC) : _HEADER_BYTES - 1], _sign(text, key)):
        raise TokenError("the signature does not fit the text: altered, torn, or signed with another shop's key")
    try:
        raw = msgspec.json.decode(text)
        body = msgspec.convert(raw, Body)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise TokenError(f"the text is signed but malformed: {error}") from error
    if len({line.id for line in body.lines}) != len(body.lines):
        raise TokenError("two lines have the same id: malformed")
    if any(line.done > line.count for line in body.lines):
        raise TokenError("a line has more ticks than items: malformed")
    if name is not None and name_of(body, name.hop) != name:
        raise TokenError(f"the body belongs to {name_of(body, name.hop)}: wrongly named")
    opened: Body = _with_extra(body, raw)
    return opened


def _sign(text: bytes, key: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).hexdigest().encode()


def _with_extra(value: Any, raw: dict[str, Any]) -> Any:
    """The same object, with what it does not know put into its `extra`, and so within it."""
    known = {field.encode_name for field in _fields(_form(value))}
    unknown = {key: item for key, item in raw.items() if key not in known}
    return msgspec.structs.replace(value, extra=unknown, **_nested(value, raw))


def _nested(value: Any, raw: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in _fields(_form(value)):
        inner = getattr(value, field.name)
        if isinstance(inner, _Open) and field.encode_name in raw:
            found[field.name] = _with_extra(inner, raw[field.encode_name])
        elif isinstance(inner, tuple) and inner and isinstance(inner[0], _Open):
            found[field.name] = tuple(map(_with_extra, inner, raw[field.encode_name]))
    return found


def _closed(value: Any) -> Any:
    """Plain JSON objects, with unknown fields put back where they stood."""
    if isinstance(value, _Open):
        plain = {
            field.encode_name: _closed(getattr(value, field.name))
            for field in _fields(_form(value))
            if field.name != "extra" and (field.required or getattr(value, field.name) != _default(field))
        }
        return {**value.extra, **plain}
    if isinstance(value, tuple):
        return [_closed(item) for item in value]
    return value


def _form(value: object) -> Hashable:
    return cast("Hashable", type(value))


@cache
def _fields(form: Hashable) -> tuple[msgspec.structs.FieldInfo, ...]:
    """Asked for each object of each token: the library works them out anew each time."""
    return msgspec.structs.fields(cast("type[msgspec.Struct]", form))


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
