"""How long to leave somebody alone who does not answer: a pause that doubles, up to a bound.

Pure: the clocks' times are arguments.
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Patience:
    """`away_since`: wall time since which there was no answer (None: it answers), `message` the last reason.

    `tried`: whether it was ever asked. `retry_at_s` is on the machine's monotonic clock.
    """

    first_s: float = 0.5
    longest_s: float = 15.0
    tried: bool = False
    away_since: datetime | None = None
    message: str = ""
    pause_s: float = 0.0
    retry_at_s: float = 0.0

    def may_try(self, now_s: float) -> bool:
        return self.away_since is None or now_s >= self.retry_at_s

    def rest_s(self, now_s: float, at_most_s: float) -> float:
        """How long nothing needs to be done, and never so short that it spins."""
        if self.away_since is None:
            return at_most_s
        return max(0.05, min(at_most_s, self.retry_at_s - now_s))


def answered(patience: Patience) -> Patience:
    return Patience(patience.first_s, patience.longest_s, tried=True)


def failed(patience: Patience, now_s: float, now: datetime, message: str) -> Patience:
    """No answer, or a no. The first moment of it stays, and the pause doubles."""
    first = patience.away_since is None
    pause_s = patience.first_s if first else min(patience.pause_s * 2, patience.longest_s)
    return replace(
        patience,
        tried=True,
        away_since=now if first else patience.away_since,
        message=message,
        pause_s=pause_s,
        retry_at_s=now_s + pause_s,
    )
