"""An SDL window: the demo, a desktop; without a display the same surface with SDL's dummy driver."""

import os
from collections.abc import Sequence

import pygame

from station.domain.hands import Hand, Press, Touch, Wheel
from station.errors import StationError
from station.renderers.scene import Rect

_POLL_S = 1 / 60
_KEYS = {
    pygame.K_RETURN: "enter",
    pygame.K_KP_ENTER: "enter",
    pygame.K_ESCAPE: "escape",
    pygame.K_SPACE: "space",
    pygame.K_TAB: "tab",
    pygame.K_BACKSPACE: "backspace",
    pygame.K_DELETE: "delete",
    pygame.K_UP: "up",
    pygame.K_DOWN: "down",
    pygame.K_LEFT: "left",
    pygame.K_RIGHT: "right",
    pygame.K_PAGEUP: "page_up",
    pygame.K_PAGEDOWN: "page_down",
    pygame.K_HOME: "home",
    pygame.K_END: "end",
    **{getattr(pygame, f"K_F{n}"): f"f{n}" for n in range(1, 13)},
    **{getattr(pygame, f"K_KP{n}"): str(n) for n in range(10)},
}


class Window:
    """Raises StationError when SDL cannot open it."""

    def __init__(self, size: tuple[int, int], title: str, *, headless: bool, fullscreen: bool) -> None:
        if headless:
            os.environ["SDL_VIDEODRIVER"] = "dummy"
        # Through a renderer every small change would copy the whole window: eleven times the processor time.
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        self._headless = headless
        flags = pygame.FULLSCREEN | pygame.SCALED if fullscreen and not headless else 0
        try:
            pygame.display.init()
            self._surface = pygame.display.set_mode(size, flags)
        except pygame.error as error:
            raise StationError(
                f"no window of {size[0]}x{size[1]} can be opened: {error}; check DISPLAY, or set display.headless"
            ) from error
        pygame.display.set_caption(title)
        pygame.mouse.set_visible(not (fullscreen and not headless))

    @property
    def size(self) -> tuple[int, int]:
        return self._surface.get_size()

    @property
    def surface(self) -> pygame.Surface:
        return self._surface

    @property
    def poll_s(self) -> float | None:
        # SDL has no descriptor to wait on; without a display nobody can touch the window either.
        return None if self._headless else _POLL_S

    def hands(self) -> tuple[list[Hand], bool]:
        hands: list[Hand] = []
        closed = False
        for event in pygame.event.get():
            closed = closed or event.type == pygame.QUIT
            hand = self._hand(event)
            if hand is not None:
                hands.append(hand)
        return hands, closed

    def present(self, damage: Sequence[Rect]) -> None:
        pygame.display.update([pygame.Rect(rect) for rect in damage])

    def close(self) -> None:
        pygame.display.quit()

    def _hand(self, event: pygame.event.Event) -> Hand | None:
        if event.type in {pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP} and event.button == 1:
            phase = "down" if event.type == pygame.MOUSEBUTTONDOWN else "up"
            return Touch(phase=phase, x=self._share(event.pos, 0), y=self._share(event.pos, 1))  # type: ignore[arg-type]
        if event.type == pygame.MOUSEMOTION and event.buttons[0]:
            return Touch(phase="move", x=self._share(event.pos, 0), y=self._share(event.pos, 1))
        if event.type == pygame.MOUSEWHEEL:
            position = pygame.mouse.get_pos()
            return Wheel(steps=event.y, x=self._share(position, 0), y=self._share(position, 1))
        if event.type == pygame.KEYDOWN:
            return _press(event)
        return None

    def _share(self, position: tuple[int, int], axis: int) -> float:
        return min(1.0, max(0.0, (position[axis] + 0.5) / self.size[axis]))


def _press(event: pygame.event.Event) -> Press | None:
    key = _KEYS.get(event.key) or pygame.key.name(event.key)
    if not key or len(key) > 24:
        return None
    return Press(
        key=key,
        text=event.unicode[:8] if event.unicode.isprintable() else "",
        shift=bool(event.mod & pygame.KMOD_SHIFT),
        ctrl=bool(event.mod & pygame.KMOD_CTRL),
    )
