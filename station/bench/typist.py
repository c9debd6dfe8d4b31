"""How long a scanner types, on paper and in this program: a report after the other, each a fixed time after the last."""

import time
from typing import Final

from station.input.virtual import ENTER, VirtualScanner, typed

FASTEST_S: Final = 0.001
"""A full-speed USB device is asked for a report every millisecond at most."""


class Typist:
    def __init__(self, scanner: VirtualScanner, report_s: float = FASTEST_S) -> None:
        self._scanner, self._report_s = scanner, report_s

    def type(self, code: str) -> int:
        """Types all of it; the moment before its last key went down (CLOCK_MONOTONIC ns): the key that ends it."""
        due_s = time.monotonic()
        for change in typed(code):
            self._scanner.send(change)
            due_s += self._report_s
            time.sleep(max(0.0, due_s - time.monotonic()))
        down, up = ENTER
        ended_ns = time.monotonic_ns()
        self._scanner.send(down)
        time.sleep(self._report_s)
        self._scanner.send(up)
        return ended_ns


def typing_ms(code: str, report_ms: float) -> float:
    """From the first report to the one in which the last key goes down, as the scanner's setting has it."""
    return len(typed(code)) * report_ms
