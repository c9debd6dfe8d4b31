"""The whole screen by keyboard: shortcuts, and a focus that the arrows move over whatever a finger could touch.

A screen needs no keyboard code of its own for this: what a key does is written on the hit that it presses, and Enter
presses the hit in focus. Pure.
"""

from typing import Final, Literal

from station.domain.hands import Press
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Found, Hit, Panel, Rect, Scene, panel
from station.renderers.theme import Theme

Direction = Literal["left", "right", "up", "down"]

FOCUS_Z: Final = 30
_READ: Final = {
    "escape": "Esc",
    "page_up": "PgUp",
    "page_down": "PgDn",
    "delete": "Del",
    "=": "+",
}
_DIRECTIONS: Final[dict[str, Direction]] = {"left": "left", "right": "right", "up": "up", "down": "down"}
_NO_TARGETS: Final = ("stay", "message:seen")


def as_read(press: Press) -> str:
    """The key as it stands on a screen: "Esc", "F9", "Enter", "T"."""
    key = press.text if press.text in {"+", "-", "="} else press.key
    return _READ.get(key, key.capitalize())


def pressed_by(press: Press, scene: Scene) -> Hit | None:
    """The hit whose shortcut this key is."""
    if press.ctrl:
        return None
    key = as_read(press)
    return next((found.hit for found in reversed(scene.found()) if found.hit.key == key), None)


def direction_of(press: Press) -> Direction | None:
    return _DIRECTIONS.get(press.key)


def moved(focus: str, direction: Direction, scene: Scene) -> str:
    """The action in focus after an arrow key: the nearest hit on that side, else the same. From none: the first one."""
    targets = _reachable(scene)
    here = next((found for found in targets if found.hit.action == focus), None)
    if here is None:
        first = min(targets, key=lambda found: (found.rect.y, found.rect.x), default=None)
        return "" if first is None else first.hit.action
    others = [found for found in targets if _lies(found, here, direction)]
    nearest = min(others, key=lambda found: _distance(found.rect, here.rect, direction), default=here)
    return nearest.hit.action


def ring(focus: str, scene: Scene, theme: Theme) -> Panel | None:
    """The frame around what is in focus; None when it is not on the screen."""
    found = next((found for found in _reachable(scene) if found.hit.action == focus), None)
    if found is None:
        return None
    rect = found.rect.inset(-theme.px(3))
    rect = Rect(found.rect.x - theme.px(3), found.rect.y - theme.px(3), rect.w, rect.h)
    frame = Box(rect.at_origin(), None, theme.radius, look.TEXT, theme.px(4))
    return panel("focus", rect, Drawn((frame,)), z=FOCUS_Z)


def _reachable(scene: Scene) -> list[Found]:
    """What a finger on its middle would press; not what lies under something else."""
    return [
        found
        for found in scene.found()
        if found.hit.action not in _NO_TARGETS and scene.hit(*map(int, _middle(found.rect))) is found.hit
    ]


def _lies(found: Found, here: Found, direction: Direction) -> bool:
    """Whether it lies on that side, measured between middles, and more on that side than beside it."""
    if found is here or found.hit.action == here.hit.action:
        return False
    (x, y), (at_x, at_y) = _middle(found.rect), _middle(here.rect)
    return {
        "left": found.rect.right <= here.rect.x + here.rect.w // 2 and x < at_x,
        "right": found.rect.x >= here.rect.x + here.rect.w // 2 and x > at_x,
        "up": found.rect.bottom <= here.rect.y + here.rect.h // 2 and y < at_y,
        "down": found.rect.y >= here.rect.y + here.rect.h // 2 and y > at_y,
    }[direction]


def _distance(rect: Rect, here: Rect, direction: Direction) -> tuple[float, float]:
    """Near along the arrow; what lies off to the side counts three times, so that rows and columns are kept."""
    (x, y), (at_x, at_y) = _middle(rect), _middle(here)
    if direction in {"left", "right"}:
        aside = max(0, abs(y - at_y) - (rect.h + here.h) / 2)
        return abs(x - at_x) + 3 * aside + 0.3 * abs(y - at_y), abs(y - at_y)
    aside = max(0, abs(x - at_x) - (rect.w + here.w) / 2)
    return abs(y - at_y) + 3 * aside + 0.3 * abs(x - at_x), abs(x - at_x)


def _middle(rect: Rect) -> tuple[float, float]:
    return rect.x + rect.w / 2, rect.y + rect.h / 2
