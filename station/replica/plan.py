"""What the pump does next: copy what is missing, pump what changed, or leave an end that does not answer alone.

Pure. The first copy comes before the queue: what changes meanwhile waits in it, and is written over what was copied.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from station.domain import patience as waiting
from station.domain.patience import Patience
from station.local.status import ReplicaStatus

REST_S: Final = 1.0
"""How long the queue is left alone when it was empty."""
ELSEWHERE_S: Final = 15.0
"""How often a station that is not the pump looks whether it should be."""

Doing = Literal["starting", "copying", "ok"]


@dataclass(frozen=True, slots=True)
class Plan:
    """`copied` of `to_copy` rows of the first copy are there, `table` is under way; `queue` is what is left to pump."""

    ends: Patience = field(default_factory=lambda: Patience(longest_s=60.0))
    doing: Doing = "starting"
    table: str = ""
    copied: int = 0
    to_copy: int = 0
    queue: int = 0
    last: datetime | None = None

    def may_try(self, now_s: float) -> bool:
        return self.ends.may_try(now_s)

    def rest_s(self, now_s: float, *, more: bool) -> float:
        return 0.0 if more else self.ends.rest_s(now_s, REST_S)

    def status(self) -> ReplicaStatus:
        away = self.ends.away_since is not None
        return ReplicaStatus(
            state="away" if away else self.doing,
            since=self.ends.away_since,
            message=self.ends.message,
            queue=self.queue,
            table=self.table if self.doing == "copying" else "",
            copied=self.copied,
            to_copy=self.to_copy,
            last=self.last,
        )


def began(plan: Plan, to_copy: int) -> Plan:
    """Both ends are open; so many rows are left of the first copy."""
    doing: Doing = "copying" if to_copy else "ok"
    return replace(plan, ends=waiting.answered(plan.ends), doing=doing, copied=0, to_copy=to_copy)


def copied(plan: Plan, table: str, rows: int, now: datetime) -> Plan:
    return replace(plan, doing="copying", table=table, copied=plan.copied + rows, last=now if rows else plan.last)


def pumped(plan: Plan, entries: int, queue: int, now: datetime) -> Plan:
    return replace(plan, doing="ok", queue=queue, last=now if entries else plan.last)


def failed(plan: Plan, now_s: float, now: datetime, message: str) -> Plan:
    return replace(plan, ends=waiting.failed(plan.ends, now_s, now, message))
