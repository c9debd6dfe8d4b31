"""A device that was taken, and what its events mean."""

from collections.abc import Sequence
from typing import Protocol

from station.domain.hands import Hand, Scan, ScanBroken
from station.input.devices import TYPING, Description, Verdict, is_mouse
from station.input.events import Held, Item
from station.input.keys import Keyboard
from station.input.learn import Haste
from station.input.opened import Opened
from station.input.scanner import Scanner
from station.input.touch import Mouse, Panel


class Decoder(Protocol):
    """From one device's events to hands. `due_s`: when silence will mean something."""

    @property
    def due_s(self) -> float | None: ...
    def feed(self, item: Item) -> Sequence[Hand]: ...
    def quiet(self, now_s: float) -> Sequence[Hand]: ...
    def gone(self, now_s: float) -> Sequence[Hand]: ...


class Taken:
    """Grabs the device when it is made. Raises Refused, or OSError when it went away meanwhile.

    `hasty`: it is no scanner here, but has typed like one.
    """

    def __init__(self, opened: Opened, verdict: Verdict) -> None:
        opened.grab()
        self.opened, self.verdict = opened, verdict
        self.codes = self.broken = 0
        self.hasty = False
        self._haste = Haste()
        held = opened.held()
        caps = opened.caps_light()
        if verdict.kind == "scanner":
            opened.stay_awake()
            # Nobody else switches the light of a grabbed device: off, a scanner that looks at it types as it should.
            caps = caps and not opened.show_caps(on=False)
        self._keyboard = Keyboard(held, caps=caps) if verdict.kind in TYPING - {"scanner"} else None
        self._decoders = _decoders(opened.description, verdict, held, self._keyboard, caps=caps)

    @property
    def description(self) -> Description:
        return self.opened.description

    @property
    def due_s(self) -> float | None:
        return min((due for decoder in self._decoders if (due := decoder.due_s) is not None), default=None)

    @property
    def in_code(self) -> bool:
        """Whether a scanner is in the middle of a code: what takes long must wait until it has ended."""
        return any(isinstance(decoder, Scanner) and decoder.in_code for decoder in self._decoders)

    def fileno(self) -> int:
        return self.opened.fileno()

    def feed(self, item: Item) -> list[Hand]:
        caps = self._keyboard is not None and self._keyboard.caps
        self.hasty = self.hasty or (self._keyboard is not None and self._haste.feed(item))
        hands = self._counted([hand for decoder in self._decoders for hand in decoder.feed(item)])
        if self._keyboard is not None and self._keyboard.caps != caps:
            self.opened.show_caps(on=not caps)
        return hands

    def quiet(self, now_s: float) -> list[Hand]:
        return self._counted([hand for decoder in self._decoders for hand in decoder.quiet(now_s)])

    def gone(self, now_s: float) -> list[Hand]:
        return self._counted([hand for decoder in self._decoders for hand in decoder.gone(now_s)])

    def _counted(self, hands: list[Hand]) -> list[Hand]:
        self.codes += sum(isinstance(hand, Scan) for hand in hands)
        self.broken += sum(isinstance(hand, ScanBroken) for hand in hands)
        return hands


def _decoders(
    description: Description, verdict: Verdict, held: Held, keyboard: Keyboard | None, *, caps: bool
) -> list[Decoder]:
    if verdict.kind == "scanner":
        return [Scanner(description.id, held, caps=caps)]
    if verdict.kind == "touch":
        return [Panel(description.axes, held, fit=verdict.fit)]
    if keyboard is None:
        return [Mouse()]
    return [keyboard, Mouse()] if is_mouse(description) else [keyboard]
