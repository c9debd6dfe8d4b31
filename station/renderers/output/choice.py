"""Which output a station has: what its configuration says, and `auto` the first of them that works."""

import logging
from collections.abc import Callable
from typing import Final

from station.config import Display
from station.errors import StationError
from station.renderers.output.fbdev import FrameBuffer
from station.renderers.output.kms import Kms
from station.renderers.output.port import Output
from station.renderers.output.window import Window

_LOG: Final = logging.getLogger("renderer")


def open_output(display: Display, title: str, *, headless: bool) -> Output:
    """Raises StationError that says why there is no picture."""
    if display.output == "window":
        size = (display.width, display.height)
        return Window(size, title, headless=headless, fullscreen=display.fullscreen)
    wanted = (display.width, display.height) if display.forced else None
    ways: dict[str, Callable[[], Output]] = {
        "kms": lambda: Kms(wanted, display.turn),
        "fbdev": lambda: FrameBuffer(display.turn),
    }
    names = list(ways) if display.output == "auto" else [display.output]
    problems: list[str] = []
    for name in names:
        try:
            output = ways[name]()
        except StationError as error:
            problems.append(f"{name}: {error}")
            continue
        _LOG.info("output=%s size=%dx%d", name, *output.size)
        return output
    raise StationError("; ".join(problems))
