"""From fingers to meaning: touches over a scene become taps, long touches, drags.

A tap counts when the finger is lifted on the hit it was put down on. A finger that left its hit meant something else,
unless the hit may be dragged: then the hit where it is lifted is the target. One finger at a time; a second one is
ignored, as greasy hands lean on screens. Pure: time is an argument.
"""

from dataclasses import dataclass, replace

from station.domain.hands import Press, Touch, Wheel
from station.renderers.role import Dragged, Event, Held, Keyed, Tap, Wheeled
from station.renderers.scene import Hit, Scene

HOLD_S = 0.6


@dataclass(frozen=True, slots=True)
class Finger:
    """The finger that is down: where it went down, on what, since when; `spent` after its long touch counted."""

    pointer: int
    hit: Hit | None
    at_s: float
    spent: bool = False


def feel(
    finger: Finger | None, hand: Touch | Wheel | Press, scene: Scene, now_s: float
) -> tuple[Finger | None, Event | None]:
    """The finger after this, and what was meant by it, if anything yet. `now_s` is a monotonic time."""
    if isinstance(hand, Press):
        return finger, Keyed(hand)
    hit = _under(hand, scene)
    if isinstance(hand, Wheel):
        return finger, Wheeled("" if hit is None else hit.action, hand.steps)
    if hand.phase == "down":
        if finger is not None and finger.pointer != hand.pointer:
            return finger, None
        return Finger(hand.pointer, hit, now_s), None
    if finger is None or finger.pointer != hand.pointer or hand.phase == "move":
        return finger, None
    # A panel that was unplugged under a finger: nothing was meant.
    return None, None if hand.phase == "cancel" else _lifted(finger, hit)


def held(finger: Finger | None, now_s: float) -> tuple[Finger | None, Event | None]:
    """A long touch, once it has lasted long enough."""
    due = held_at(finger)
    if finger is None or finger.hit is None or due is None or now_s < due:
        return finger, None
    return replace(finger, spent=True), Held(finger.hit.hold)


def held_at(finger: Finger | None) -> float | None:
    """When the finger that is down becomes a long touch; None when it cannot."""
    if finger is None or finger.spent or finger.hit is None or not finger.hit.hold:
        return None
    return finger.at_s + HOLD_S


def pressed(finger: Finger | None) -> str:
    """The action under the finger that is down, for the button to look pressed."""
    if finger is None or finger.hit is None or finger.spent:
        return ""
    return finger.hit.action


def _lifted(finger: Finger, hit: Hit | None) -> Event | None:
    if finger.spent or finger.hit is None or hit is None:
        return None
    # The screen may have been drawn anew between down and up: the action tells whether it is the same thing.
    if hit.action == finger.hit.action:
        return Tap(hit.action, hit.enabled)
    return Dragged(finger.hit.action, hit.action) if finger.hit.drag else None


def _under(hand: Touch | Wheel, scene: Scene) -> Hit | None:
    width, height = scene.size
    return scene.hit(min(width - 1, int(hand.x * width)), min(height - 1, int(hand.y * height)))
