"""Which device is the scanner: the one that types a whole code faster than anybody can. Pure.

People need 80 ms a key and more, a burst of a few keys apart; scanners 1 to 40. So eight characters and their end within 50 ms
each on average are no person.
"""

from typing import Final, Literal

from evdev import ecodes

from station.input.events import Event, Item
from station.input.keymap import ENDS, PLAIN
from station.input.scanner import SILENCE_S, Code, Decoder

LEAST_KEYS: Final = 8
SLOWEST_KEY_S: Final = 0.05

Typist = Literal["scanner", "person"]


class Learner:
    """Listens to all devices at once; what they type is forgotten with it."""

    def __init__(self) -> None:
        self._decoders: dict[str, Decoder] = {}

    def feed(self, device: str, item: Item) -> Typist | None:
        """Who typed, when a whole code ends here; None before that, or when it was too short to tell."""
        decoder = self._decoders.setdefault(device, Decoder())
        codes = [outcome for outcome in decoder.feed(item) if isinstance(outcome, Code)]
        if not codes or codes[-1].keys < LEAST_KEYS:
            return None
        return "scanner" if codes[-1].took_s <= SLOWEST_KEY_S * codes[-1].keys else "person"


class Haste:
    """Whether what is taken for a keyboard types like a scanner: then it is one that nobody has adopted yet.

    Its codes would reach the screen as keys, so somebody should be told. Counts keys and keeps none.
    """

    def __init__(self) -> None:
        self._keys = 0
        self._began_s = self._last_s = 0.0

    def feed(self, item: Item) -> bool:
        """True when a whole code ends here that nobody can have typed by hand."""
        if not isinstance(item, Event) or item.type != ecodes.EV_KEY or item.value != 1:
            return False
        if item.at_s > self._last_s + SILENCE_S:
            self._keys = 0
        self._last_s = item.at_s
        if item.code in PLAIN:
            self._began_s = self._began_s if self._keys else item.at_s
            self._keys += 1
            return False
        if item.code not in ENDS:
            return False
        keys, self._keys = self._keys, 0
        return keys >= LEAST_KEYS and item.at_s - self._began_s <= SLOWEST_KEY_S * keys
