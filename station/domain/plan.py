"""What an expediter has decided about dispatch: by hand or by itself, stations that rest or take less, groups that one station makes.

Pure. It stands on the share as one small signed file, so that every station that dispatches goes by the same plan, with the master
away and after every restart. A change sets a value and adds nothing up, so making it twice does no harm.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Annotated, Final

import msgspec

from station.domain.facts import Automatic, Entry, Paused, Pinned, PlanChange, PlanChanged, Weighed
from station.domain.token import Code
from station.errors import TokenError

MAX_BYTES: Final = 16 * 1024
_MAGIC: Final = b"PLAN/1 "
_HEADER_BYTES: Final = len(_MAGIC) + 64 + 1


class StationPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`paused`: it takes no more and keeps what it has. `weight_percent`: instead of the shop's (None: the shop's)."""

    paused: bool = False
    weight_percent: Annotated[int, msgspec.Meta(ge=10, le=400)] | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`automatic`: what is in the inbox is dispatched by itself. `pins`: prep group to the station that makes all of it."""

    revision: Annotated[int, msgspec.Meta(ge=0, le=999_999_999)] = 0
    automatic: bool = True
    stations: dict[Code, StationPlan] = {}
    pins: dict[Code, Code] = {}

    def paused(self, code: str) -> bool:
        return self.stations.get(code, StationPlan()).paused

    def weight_percent(self, code: str, otherwise: int) -> int:
        """Of a station; `otherwise` is what the shop says of it."""
        own = self.stations.get(code, StationPlan()).weight_percent
        return otherwise if own is None else own


NO_PLAN: Final = Plan()
_DECODER: Final = msgspec.json.Decoder(Plan)


def changed(plan: Plan, change: PlanChange) -> Plan:
    """The plan after the change, under the same revision; equal to `plan` when it said so already."""
    if isinstance(change, Automatic):
        return msgspec.structs.replace(plan, automatic=change.automatic)
    if isinstance(change, Pinned):
        pins = {group: code for group, code in plan.pins.items() if group != change.group}
        if change.station is not None:
            pins[change.group] = change.station
        return msgspec.structs.replace(plan, pins=dict(sorted(pins.items())))
    before = plan.stations.get(change.station, StationPlan())
    if isinstance(change, Paused):
        after = msgspec.structs.replace(before, paused=change.paused)
    else:
        after = msgspec.structs.replace(before, weight_percent=change.weight_percent)
    stations = {code: one for code, one in plan.stations.items() if code != change.station}
    if after != StationPlan():
        stations[change.station] = after
    return msgspec.structs.replace(plan, stations=dict(sorted(stations.items())))


def expected(plan: Plan, pending: Iterable[Entry]) -> Plan:
    """The plan once everything that was decided here is on the share."""
    for entry in pending:
        if isinstance(entry.fact, PlanChanged):
            plan = changed(plan, entry.fact.change)
    return plan


def words(change: PlanChange) -> str:
    """What it says, for a record: "grill1 paused"."""
    if isinstance(change, Automatic):
        return "dispatch is automatic" if change.automatic else "dispatch is manual"
    if isinstance(change, Pinned):
        return f"{change.group} is not pinned" if change.station is None else f"{change.group} goes to {change.station}"
    if isinstance(change, Weighed):
        of_shop = change.weight_percent is None
        return f"{change.station} takes {'its usual share' if of_shop else f'{change.weight_percent} %'}"
    return f"{change.station} {'paused' if change.paused else 'takes orders again'}"


def file_name(revision: int) -> str:
    return f"{revision:09d}.plan"


def revision_of(name: str) -> int | None:
    """Of a plan's file name; None when it is none."""
    stem, _, ending = name.partition(".")
    return int(stem) if ending == "plan" and len(stem) == 9 and stem.isascii() and stem.isdigit() else None


def encode(plan: Plan, key: bytes) -> bytes:
    """The file's bytes, signed. Raises TokenError when they would be more than 16 KiB."""
    text = msgspec.json.encode(plan)
    if _HEADER_BYTES + len(text) > MAX_BYTES:
        raise TokenError(f"the plan would have {_HEADER_BYTES + len(text)} bytes, over {MAX_BYTES}: unpin some groups")
    return _MAGIC + _signature(text, key) + b"\n" + text


def decode(data: bytes, key: bytes, revision: int) -> Plan:
    """The plan of a file that is named for this revision. Raises TokenError that says what is wrong with it."""
    if not MAX_BYTES >= len(data) > _HEADER_BYTES or not data.startswith(_MAGIC):
        raise TokenError("it is torn, too large, or no plan")
    text = data[_HEADER_BYTES:]
    if not hmac.compare_digest(data[len(_MAGIC) : _HEADER_BYTES], _signature(text, key) + b"\n"):
        raise TokenError("the signature does not fit the text: altered, torn, or signed with another shop's key")
    try:
        plan = _DECODER.decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise TokenError(f"the text is signed but malformed: {error}") from error
    if plan.revision != revision:
        raise TokenError(f"it is revision {plan.revision}, and named as {revision}")
    return plan


def _signature(text: bytes, key: bytes) -> bytes:
    return hmac.new(key, _MAGIC + text, hashlib.sha256).hexdigest().encode()
