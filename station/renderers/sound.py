"""Short tones that tell people who look at their card, not at the screen, what became of it; and cooks of their cards.

    in        two notes upwards: let in, or let something be done
    out       the same downwards: logged out
    refused   low, twice: neither
    new, changed, late   of a prep display's cards (`card_sounds`)

The screen never waits for a loudspeaker: a child process (`loudspeaker`) opens and plays, since opening one takes SDL from 20 ms to
seconds, during which nothing else of a program runs. It gets one letter a tone and ends when the screen does. A station without a
loudspeaker is silent, and its log says so once.
"""

import contextlib
import math
import os
import subprocess
import sys
import time
from array import array
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from station.domain.facts import Fact, StaffSeen

RATE: Final = 44_100
AGAIN_S: Final = 60.0
"""How long after a start the next one may be: a child that ends at once must not be started at every scan."""

Tone = Literal["in", "out", "refused", "new", "changed", "late"]
TONES: Final[tuple[Tone, ...]] = get_args(Tone)

# Each note's pitch in Hz (0: a rest) and its length in seconds. What small loudspeakers and loud kitchens let through.
NOTES: Final[Mapping[Tone, tuple[tuple[int, float], ...]]] = MappingProxyType(
    {
        "in": ((1_047, 0.07), (1_568, 0.11)),
        "out": ((1_568, 0.07), (1_047, 0.11)),
        "refused": ((330, 0.13), (0, 0.06), (330, 0.22)),
        "new": ((784, 0.09), (0, 0.04), (1_175, 0.16)),
        "changed": ((988, 0.08), (784, 0.08), (988, 0.16)),
        "late": ((523, 0.12), (0, 0.04), (523, 0.12), (392, 0.18)),
    }
)
_TOLD: Final[Mapping[str, Tone]] = {"login": "in", "approved": "in", "logout": "out", "refused": "refused"}
_END_S: Final = 2.0
_LOUD: Final = 0.6
_EDGE_S: Final = 0.005


class Sounds:
    """`play` returns at once, whatever the loudspeaker does."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._started_s = -math.inf

    def play(self, tone: Tone) -> None:
        """A tone that cannot be played is left out."""
        if self._child is None or self._child.poll() is not None:
            self._start()
        if self._child is not None and self._child.stdin is not None:
            with contextlib.suppress(OSError):
                os.write(self._child.stdin.fileno(), letter(tone))

    def close(self) -> None:
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()
            try:
                self._child.wait(_END_S)
            except subprocess.TimeoutExpired:
                # A device that hangs holds it.
                self._child.kill()
                self._child.wait()
        self._child = None

    def _start(self) -> None:
        self._child = None
        if time.monotonic() - self._started_s < AGAIN_S:
            return
        self._started_s = time.monotonic()
        # What ALSA says of machines without a sound card is long, and told in our own words.
        with contextlib.suppress(OSError):
            self._child = subprocess.Popen(
                [sys.executable, "-m", "station.renderers.loudspeaker"],
                stdin=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                env={**os.environ, "SDL_NO_SIGNAL_HANDLERS": "1"},
            )
        if self._child is not None and self._child.stdin is not None:
            os.set_blocking(self._child.stdin.fileno(), False)


def tone_for(facts: Iterable[Fact]) -> Tone | None:
    """What a scan sounds like, by what is recorded of it; None when that is nothing."""
    seen = [fact for fact in facts if isinstance(fact, StaffSeen)]
    return _TOLD.get(seen[-1].what) if seen else None


def letter(tone: Tone) -> bytes:
    """The tone's word to the child."""
    return tone[:1].encode()


def wave(tone: Tone) -> bytes:
    """The tone as signed 16-bit samples of one channel, as this machine orders bytes."""
    return array("h", [sample for hz, seconds in NOTES[tone] for sample in _note(hz, round(seconds * RATE))]).tobytes()


def _note(hz: int, length: int) -> Iterable[int]:
    edge = _EDGE_S * RATE
    for n in range(length):
        # Soft edges: a wave that is cut off clicks. A little of the octave: pure sines are hard to hear through noise.
        swell = min(1.0, n / edge, (length - n) / edge)
        angle = 2 * math.pi * hz * n / RATE
        yield round(32_767 * _LOUD * swell * (0.75 * math.sin(angle) + 0.25 * math.sin(2 * angle)))
