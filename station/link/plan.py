"""What the link does next: bring facts, look at the catalogue, or wait because the master is away.

Pure: the clocks' times are arguments. While the master is away it is tried again after a pause that doubles from half a
second to 15 s; when it is back, everything that waited goes in order.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

LOOK_EVERY_S: Final = 2.0
"""How often it is asked whether the catalogue changed."""
REST_S: Final = 0.5
FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Plan:
    """`away_since`: shop's or wall time since which the master gave no answer (None: it answers).

    `tried`: whether it was ever asked. `retry_at_s` and `look_at_s` are on the machine's monotonic clock.
    """

    tried: bool = False
    away_since: datetime | None = None
    message: str = ""
    pause_s: float = FIRST_PAUSE_S
    retry_at_s: float = 0.0
    look_at_s: float = 0.0

    def may_try(self, now_s: float) -> bool:
        return self.away_since is None or now_s >= self.retry_at_s

    def must_look(self, now_s: float) -> bool:
        return now_s >= self.look_at_s

    def rest_s(self, now_s: float) -> float:
        """How long nothing needs to be done, unless facts come."""
        if self.away_since is None:
            return REST_S
        return max(0.05, min(REST_S, self.retry_at_s - now_s))


def looked(plan: Plan, now_s: float) -> Plan:
    return replace(plan, look_at_s=now_s + LOOK_EVERY_S)


def answered(plan: Plan) -> Plan:
    """The master did what was asked."""
    return Plan(tried=True, look_at_s=0.0 if plan.away_since is not None else plan.look_at_s)


def failed(plan: Plan, now_s: float, now: datetime, message: str) -> Plan:
    """The master did not answer, or said no. The first moment of it stays, and the pause doubles."""
    first = plan.away_since is None
    pause_s = FIRST_PAUSE_S if first else min(plan.pause_s * 2, LONGEST_PAUSE_S)
    return Plan(
        tried=True,
        away_since=now if first else plan.away_since,
        message=message,
        pause_s=pause_s,
        retry_at_s=now_s + pause_s,
    )
