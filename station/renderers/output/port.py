"""Where a drawn frame goes: an SDL window now, a station's own display later. The painter draws into `surface`."""

from collections.abc import Sequence
from typing import Protocol

import pygame

from station.domain.hands import Hand
from station.renderers.scene import Rect


class Output(Protocol):
    """`poll_s`: how long the loop may rest without asking for `hands` (None: this output has no hands of its own)."""

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def surface(self) -> pygame.Surface: ...

    @property
    def poll_s(self) -> float | None: ...

    def hands(self) -> tuple[list[Hand], bool]:
        """What people did in the window since the last call, and whether they closed it."""
        ...

    def present(self, damage: Sequence[Rect]) -> None:
        """Shows what was drawn within these rectangles."""
        ...

    def close(self) -> None: ...
