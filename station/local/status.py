"""What the programs of this station tell its screens and commands: one small JSON file each, replaced whole."""

from datetime import datetime
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from station.domain.plan import NO_PLAN, Plan
from station.errors import JournalError


class Trouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line for a person. `order` and `part` when it is about a token, `offer_paper` when paper can save it."""

    text: str
    order: str = ""
    part: str = ""
    offer_paper: bool = False


class Left(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A token that somebody else took from this station's folder, and where it, or its parts, were found (empty: nowhere).

    `stays`: a part of it is still here.
    """

    order: str
    part: str
    number: str
    to: tuple[str, ...] = ()
    stays: bool = False
    at: datetime


class TokensStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The floor as the tokens program finds it.

    `share`: ok; away (no answer; `since` says from when); refused (it answered no: `message` says what to do);
    starting (not tried yet). `shop_time` and `monotonic_s` are one moment on the share's clock and on this machine's
    CLOCK_BOOTTIME. `presence` is each station's age in seconds on the share's clock, `loads` the active items that it
    says it has, `people` who is logged in there; `queue` counts facts not yet on the floor. `floor_fault` is the red line of the floor's own check, where this station runs it.
    `left`: what others took from a prep station lately, the latest last. `plan`: what the expediter decided about dispatch.
    """

    share: Literal["starting", "ok", "away", "refused"] = "starting"
    since: datetime | None = None
    message: str = ""
    queue: int = 0
    shop_time: datetime | None = None
    monotonic_s: float = 0.0
    drift_s: float = 0.0
    presence: dict[str, float] = {}
    loads: dict[str, int] = {}
    people: dict[str, str] = {}
    troubles: tuple[Trouble, ...] = ()
    floor_fault: str = ""
    left: tuple[Left, ...] = ()
    plan: Plan = NO_PLAN


class LinkStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The master as the link program finds it; `queue` counts facts that it has not got yet.

    `refused` counts the facts of this station that the master could not take and keeps aside; `refusal` is the last of them
    since the program started, as a sentence, and `refused_at` when that was.
    """

    master: Literal["starting", "ok", "away"] = "starting"
    since: datetime | None = None
    message: str = ""
    queue: int = 0
    refused: int = 0
    refusal: str = ""
    refused_at: datetime | None = None


class ZAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the master said to the last wish to close the day: why not, or the number and the report (JSON, `domain/takings.py`).

    `fact`: the wish. It stays on this station's disk, to be looked at and printed. `drawers`: those that are not counted, by
    session and name.
    """

    fact: str = ""
    why: str = ""
    drawers: tuple[tuple[str, str], ...] = ()
    number: int | None = None
    report: str = ""


class ReplicaStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The replica as the pump finds it.

    `state`: off (this station's profile does not ask for a pump, or no replica is configured: `message` says which), starting,
    copying (`table` is being copied for the first time; `copied` rows of `to_copy`), ok, standby (another program is the
    pump), away (`since` then, `message` why). `queue` counts changed rows that it has not got yet; `last` is when it got
    some.
    """

    state: Literal["off", "starting", "copying", "ok", "standby", "away"] = "starting"
    since: datetime | None = None
    message: str = ""
    queue: int = 0
    table: str = ""
    copied: int = 0
    to_copy: int = 0
    last: datetime | None = None


class InputDevice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device that people touch. `node` is its event node, empty when it is only listed and not plugged in.

    `problem` is why it does not work now, in words. `codes` and `broken` count what a scanner read since it was plugged in.
    """

    id: str
    name: str
    kind: str
    why: str
    node: str = ""
    serial: str = ""
    path: str = ""
    problem: str = ""
    codes: int = 0
    broken: int = 0


class InputStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The devices as the input program finds them; never what they typed.

    `takes`: all; scanners (the desktop that this station's window stands on has the rest); none. `message` is what is wrong.
    """

    state: Literal["starting", "ok"] = "starting"
    takes: Literal["all", "scanners", "none"] = "all"
    devices: tuple[InputDevice, ...] = ()
    message: str = ""


class PrinterStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The printer as its program finds it. `printer`: its address ("": none). `waiting`: what it has not printed yet.

    `state`: ok; none (no printer is configured); stuck (`message` says why, `since` then).
    """

    state: Literal["starting", "ok", "none", "stuck"] = "starting"
    printer: str = ""
    message: str = ""
    since: datetime | None = None
    waiting: int = 0


AnyStatus = TokensStatus | LinkStatus | ReplicaStatus | InputStatus | PrinterStatus | ZAnswer
Status = TypeVar("Status", TokensStatus, LinkStatus, ReplicaStatus, InputStatus, PrinterStatus, ZAnswer)


def z_file(data_dir: Path) -> Path:
    """Where the master's last answer to a wish to close the day stands."""
    return data_dir / "z.json"


def write_status(path: Path, status: AnyStatus) -> None:
    """One rename, so that a reader never sees half of it. It is made anew at each start, so it is not synced.

    Raises JournalError when this station's disk refuses.
    """
    beside = path.with_suffix(".tmp")
    try:
        beside.write_bytes(msgspec.json.encode(status))
        beside.replace(path)
    except OSError as error:
        raise JournalError(f"the status {path} could not be written: {error}; check this station's disk") from error


def read_status(path: Path, kind: type[Status]) -> Status:
    """The last status; a fresh one ("starting") when there is none or it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return kind()
