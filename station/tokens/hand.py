"""How every operation touches the share: patiently, into folders that may have to be made, and never over something.

A move that finds its source held by another is tried again without limit, with a growing pause. One whose target's
name is taken is tried again too, since an earlier message of the same move may just have landed; when both names stay,
the token is there twice, and the one that was to be moved (it has the lower hop) goes to quarantine.
"""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from station.domain.floor import QUARANTINE
from station.errors import ShareAway, ShareFull
from station.tokens.progress import Progress, Step
from station.tokens.share import Moved, Share

_FIRST_PAUSE_S: Final = 0.002
_LAST_PAUSE_S: Final = 0.5
_GROWTH: Final = 1.6
_COLLISION_STAYS_S: Final = 3.0
_STRANGE = re.compile(r"[^a-zA-Z0-9.~+_-]")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Hand:
    """The share, the durable progress and the chance, days and clocks that the operations are given."""

    share: Share
    key: bytes
    progress: Progress
    nonce: Callable[[], str]
    today: Callable[[], date]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    stopping: Callable[[], bool] = lambda: False

    def move(self, source: str, target: str) -> Moved:
        """MOVED, GONE or NO_FOLDER. Raises ShareAway when it has to stop while the source is still held."""
        pause_s, collided_at = _FIRST_PAUSE_S, None
        while (moved := self.share.move(source, target)) in (Moved.BUSY, Moved.COLLISION):
            if moved is Moved.COLLISION:
                collided_at = self.monotonic() if collided_at is None else collided_at
                if self.monotonic() - collided_at >= _COLLISION_STAYS_S:
                    self.quarantine(source, f"{target} is there already: the same token stood on the floor twice")
                    return Moved.GONE
            if self.stopping():
                raise ShareAway(f"Stopped while another station held {source}; it is tried again at the next start")
            self.sleep(pause_s)
            pause_s = min(pause_s * _GROWTH, _LAST_PAUSE_S)
        return moved

    def move_into(self, source: str, target: str) -> Moved:
        """A move that makes the target's folder when it is missing: NO_FOLDER is then about the source's."""
        moved = self.move(source, target)
        if moved is Moved.NO_FOLDER:
            self.share.make_folder(target.rpartition("/")[0])
            moved = self.move(source, target)
        return moved

    def quarantine(self, path: str, why: str) -> None:
        """Sets the file aside under a name that is free for certain, with the reason beside it. Gone already is fine."""
        stem, dot, ending = path.rpartition("/")[2].rpartition(".")
        name = f"{_STRANGE.sub('_', stem or ending)[:120]}.{self.nonce()}"
        aside = f"{QUARANTINE}/{name}{_STRANGE.sub('_', dot + ending)[:12] if stem else ''}"
        # The reason first: no file is ever there without one. A full disk is no reason to leave the file in the way.
        with suppress(ShareFull):
            self.share.create(f"{aside}.why", f"{path}: {why}\n".encode())
        if self.move(path, aside) is Moved.MOVED:
            _log.error("quarantined path=%r as=%r why=%r", path, aside, why)
        else:
            self.share.delete(f"{aside}.why")

    def resume(self, op: str, step: Step) -> Step:
        """The same step, ready to be sent again: nothing that was sent on an earlier connection can still happen."""
        if step.session == self.share.session:
            return step
        if step.session:
            self.share.sever(step.session)
        return self.record(op, step)

    def record(self, op: str, step: Step) -> Step:
        """Makes the step durable, under the present connection."""
        step = replace(step, session=self.share.session)
        self.progress.save(op, step)
        return step
