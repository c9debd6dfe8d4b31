"""What a simulated person has: eyes that see what is on a station's screen, a finger, and a wallet card.

The eyes ask the screen's own description of itself (what can be tapped, which cards are shown); the finger and the card come to the
same socket that the input program uses. Nothing goes around the screen.
"""

import json
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from station.domain.hands import Scan, Touch, encode_hand
from station.errors import StationError

ANSWER_S = 5.0


class NotSeen(StationError):
    """The screen does not answer: it is starting, or was killed a moment ago."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something that can be tapped; x and y are its middle, as fractions of the screen."""

    action: str
    label: str
    enabled: bool
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class SeenCard:
    """A card as it is shown; `first_shown_ns` on CLOCK_MONOTONIC."""

    order: str
    part: str
    number: str
    level: str
    place: str
    first_shown_ns: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a screen."""

    person: str
    message: str
    frame: int
    buttons: tuple[Button, ...]
    cards: tuple[SeenCard, ...]

    def button(self, action: str) -> Button | None:
        return next((button for button in self.buttons if button.action == action), None)

    def starting(self, prefix: str, *, enabled: bool = True) -> list[Button]:
        return [b for b in self.buttons if b.action.startswith(prefix) and (b.enabled or not enabled)]


class Station:
    """A person in front of the station whose folder this is. Raises NotSeen while its screen is dark."""

    def __init__(self, home: Path) -> None:
        self._observe, self._hands = home / "run" / "observe.sock", home / "run" / "hands.sock"

    def look(self) -> Look:
        found = self._ask({"ask": "describe"})
        return Look(
            person=(found["person"] or {"name": ""})["name"],
            message=str(found.get("message") or ""),
            frame=int(found["frame"]),
            buttons=tuple(_button(hit) for hit in found["hits"]),
            cards=tuple(_card(card) for card in found["cards"]),
        )

    def tap(self, button: Button) -> int:
        """A finger down and up; returns the moment of the lift (CLOCK_MONOTONIC ns)."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(ANSWER_S)
            try:
                sender.connect(str(self._hands))
                sender.send(encode_hand(Touch(phase="down", x=button.x, y=button.y)))
                at_ns = time.monotonic_ns()
                sender.send(encode_hand(Touch(phase="up", x=button.x, y=button.y)))
            except OSError as error:
                raise NotSeen(f"{self._hands} takes no touch: {error}") from error
        return at_ns

    def scan(self, code: str) -> None:
        """A card held in front of this station's scanner, as the input program would tell it."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(ANSWER_S)
            try:
                sender.connect(str(self._hands))
                sender.send(encode_hand(Scan(code=code, scanner="counter")))
            except OSError as error:
                raise NotSeen(f"{self._hands} takes no scan: {error}") from error

    def photograph(self, path: Path) -> None:
        """The screen as it is now, as a PNG."""
        self._ask({"ask": "screenshot", "path": str(path)})

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asker:
            asker.settimeout(ANSWER_S)
            try:
                asker.connect(str(self._observe))
                asker.sendall(json.dumps(question).encode() + b"\n")
                asker.shutdown(socket.SHUT_WR)
                answer = b"".join(iter(lambda: asker.recv(65_536), b""))
                found: dict[str, Any] = json.loads(answer)
            except (OSError, ValueError) as error:
                raise NotSeen(f"{self._observe} does not answer: {error}") from error
        if "error" in found:
            raise NotSeen(str(found["error"]))
        return found


def _button(hit: dict[str, Any]) -> Button:
    x, y, w, h = hit["rect"]
    return Button(hit["action"], hit["label"], bool(hit["enabled"]), x + w / 2, y + h / 2)


def _card(card: dict[str, Any]) -> SeenCard:
    return SeenCard(
        card["order"], card["part"], card["number"], card["level"], card["place"], int(card["first_shown"] or 0)
    )
