"""Which device is the scanner: the one that types a whole code faster than anybody can. Pure.

People need 80 ms a key and more, a burst of a few keys apart; scanners 1 to 40. So eight characters and their end within 50 ms
each on average are no person.
"""

from typing import Final, Literal

from station.input.events import Item
from station.input.scanner import Code, Decoder

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
