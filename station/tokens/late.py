"""Orders that were sent here and have not come to the floor for too long: their paper ticket is offered."""

from collections.abc import Iterable
from datetime import datetime

from station.domain.facts import Entry, OrderSent
from station.local.clock import boot_s
from station.local.status import Trouble

SENT_LATE_S = 15.0


class LateOrders:
    """Waiting counts by this machine's timer too: the shop's clock may have been set back since the order was taken."""

    def __init__(self) -> None:
        self._since_s: dict[str, float] = {}

    def troubles(self, pending: Iterable[Entry], now: datetime) -> list[Trouble]:
        """To be asked in every round. `now` is the shop's time."""
        now_s = boot_s()
        sent = [(entry, entry.fact) for entry in pending if isinstance(entry.fact, OrderSent)]
        self._since_s = {entry.id: self._since_s.get(entry.id, now_s) for entry, _ in sent}
        return [
            Trouble(
                text=f"{fact.number} is kept here: it will be sent when the share takes it",
                order=fact.order,
                part=fact.token.part,
                offer_paper=True,
            )
            for entry, fact in sent
            if max((now - entry.at).total_seconds(), now_s - self._since_s[entry.id]) > SENT_LATE_S
        ]
