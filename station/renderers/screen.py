"""A screen to show scenes on: an output, the painter for it, and a count of the frames that were shown."""

import time
from pathlib import Path

import pygame

from station.errors import StationError
from station.renderers.fonts import Fonts
from station.renderers.output.port import Output
from station.renderers.paint import Painter
from station.renderers.scene import Scene


class Screen:
    def __init__(self, output: Output) -> None:
        self.output = output
        # Without Inter nothing fits, but the words that say so can still be shown.
        try:
            self.fonts = Fonts()
            self.problem = ""
        except StationError as error:
            self.fonts = Fonts(plain=True)
            self.problem = str(error)
        self._painter = Painter(output.surface, self.fonts)
        self.frames = 0

    @property
    def size(self) -> tuple[int, int]:
        return self.output.size

    def show(self, scene: Scene) -> bool:
        """Draws what changed and hands it to the display; True when there was anything."""
        damage = self._painter.paint(scene, time.monotonic())
        if not damage:
            return False
        self.output.present(damage)
        self.frames += 1
        return True

    def save(self, path: Path) -> None:
        """The screen as it is, as PNG. Raises StationError when it cannot be written."""
        try:
            pygame.image.save(self.output.surface, path)
        except (pygame.error, OSError) as error:
            raise StationError(f"the screenshot {path} cannot be written: {error}") from error

    def close(self) -> None:
        self.output.close()
