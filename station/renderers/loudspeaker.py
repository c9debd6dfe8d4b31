"""The child that plays `sound`'s tones: `python -m station.renderers.loudspeaker`, one letter a tone on its standard input.

SDL's mixer is opened for the first tone, and closed after a while without any, since an open one wakes the machine forty times a
second. Of tones that came meanwhile the newest is played. Ends with its input.
"""

import logging
import os
import select
import sys
import time
from collections.abc import Mapping
from typing import Final

import pygame

from station.daemon import setup_logging
from station.renderers.sound import RATE, TONES, Tone, letter, wave

QUIET_S: Final = 20.0
_RETRY_S: Final = 60.0
_BUFFER: Final = 1_024
_BY_LETTER: Final[Mapping[bytes, Tone]] = {letter(tone): tone for tone in TONES}


class Loudspeaker:
    """Silent, and told once, while there is no device; looked for again with a tone a minute later."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._sounds: dict[Tone, pygame.mixer.Sound] = {}
        self._refused_s = -_RETRY_S
        self._told = ""

    @property
    def open(self) -> bool:
        return bool(self._sounds)

    def play(self, tone: Tone) -> None:
        if self.open or self._opened():
            pygame.mixer.stop()
            self._sounds[tone].play()

    def close(self) -> None:
        self._sounds = {}
        pygame.mixer.quit()

    def _opened(self) -> bool:
        if time.monotonic() - self._refused_s < _RETRY_S:
            return False
        try:
            pygame.mixer.init(RATE, -16, 1, _BUFFER, allowedchanges=0)
            self._sounds = {tone: pygame.mixer.Sound(buffer=wave(tone)) for tone in TONES}
        except (pygame.error, NotImplementedError) as error:
            self._refused_s = time.monotonic()
            if str(error) != self._told:
                self._log.warning("sound=none why=%r", str(error))
            self._told = str(error)
            return False
        if self._told:
            self._log.info("sound=there")
        self._told = ""
        return True


def main() -> None:
    speaker = Loudspeaker(setup_logging("loudspeaker"))
    told = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([told], [], [], QUIET_S if speaker.open else None)
        if not ready:
            speaker.close()
            continue
        letters = os.read(told, 64)
        if not letters:
            return
        tone = _BY_LETTER.get(letters[-1:])
        if tone is not None:
            speaker.play(tone)


if __name__ == "__main__":
    main()
