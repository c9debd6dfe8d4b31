"""What the link does next: bring facts, look at the catalogue, or wait because the master is away.

Pure: the clocks' times are arguments. While the master is away it is tried again after a pause that doubles from half a
second to 15 s; when it is back, everything that waited goes in order.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from station.domain import patience as waiting
from station.domain.patience import Patience

LOOK_EVERY_S: Final = 2.0
"""How often it is asked whether the catalogue changed."""
REST_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """`look_at_s`: when the catalogue is looked at again, on the machine's monotonic clock."""

    master: Patience = field(default_factory=Patience)
    look_at_s: float = 0.0

    def may_try(self, now_s: float) -> bool:
        return self.master.may_try(now_s)

    def must_look(self, now_s: float) -> bool:
        return now_s >= self.look_at_s

    def rest_s(self, now_s: float) -> float:
        """How long nothing needs to be done, unless facts come."""
        soon = REST_S if self.master.away_since else max(0.05, min(REST_S, self.look_at_s - now_s))
        return self.master.rest_s(now_s, soon)


def looked(plan: Plan, now_s: float) -> Plan:
    return replace(plan, look_at_s=now_s + LOOK_EVERY_S)


def answered(plan: Plan) -> Plan:
    """The master did what was asked; after an absence the catalogue is looked at at once."""
    back = plan.master.away_since is not None
    return Plan(waiting.answered(plan.master), 0.0 if back else plan.look_at_s)


def failed(plan: Plan, now_s: float, now: datetime, message: str) -> Plan:
    return Plan(waiting.failed(plan.master, now_s, now, message))
