"""The shop's clock on this machine: the share's time, carried on by a timer that no clock change can turn back.

A station's wall clock may be wrong at boot or jump; the shop's time is the share's, measured by the tokens program and
carried on by CLOCK_BOOTTIME. Until the share has answered once it is the wall clock at start, carried on likewise.
"""

import time
from datetime import UTC, datetime, timedelta


def boot_s() -> float:
    """Seconds of CLOCK_BOOTTIME: the same for all programs of one machine, counting through suspend."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ShopClock:
    """Tells the shop's time; never younger than it told before, but for a correction of more than a minute."""

    def __init__(self) -> None:
        self._moment = datetime.now(UTC)
        self._at_s = boot_s()
        self._told = self._moment

    def correct(self, moment: datetime, at_s: float) -> None:
        """At `at_s` on CLOCK_BOOTTIME the shop's time was `moment`."""
        self._moment, self._at_s = moment, at_s

    def now(self) -> datetime:
        now = self._moment + timedelta(seconds=boot_s() - self._at_s)
        if timedelta(0) < self._told - now < timedelta(minutes=1):
            return self._told
        self._told = now
        return now
