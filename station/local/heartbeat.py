"""The screen's heartbeat: a file that its program touches while it goes round, for whoever must know that it does not hang."""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_NAME: Final = "heartbeat"
_EVERY_S: Final = 1.0


class Heartbeat:
    """`beat` as often as the program goes round; the file is touched once a second at most."""

    def __init__(self, run_dir: Path) -> None:
        self._path, self._last_s = run_dir / _NAME, 0.0

    def beat(self) -> None:
        now = time.monotonic()
        if now - self._last_s < _EVERY_S:
            return
        self._last_s = now
        with suppress(OSError):
            self._path.touch()
            os.utime(self._path)


def age_s(run_dir: Path) -> float | None:
    """Seconds since the last beat; None when there was none since the machine started."""
    try:
        return max(0.0, time.time() - (run_dir / _NAME).stat().st_mtime)
    except OSError:
        return None
