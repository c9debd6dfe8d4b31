"""From keyboards and bump bars to presses, under the names that the renderer's own window gives them."""

import os
import sys
from pathlib import Path

import pytest
from evdev import ecodes as e

from station.domain.hands import Press
from station.input.events import Event, Held, Lost
from station.input.keys import NAMES, Keyboard

sys.path.insert(0, str(Path(__file__).parent))

from strokes import KEY, ROW, SHIFT, press, stroke


def pressed(keyboard, events):
    return [hand for event in events for hand in keyboard.feed(event)]


@pytest.mark.parametrize(
    ("key", "press_"),
    [
        (e.KEY_A, Press(key="a", text="a")),
        (e.KEY_5, Press(key="5", text="5")),
        (e.KEY_KP5, Press(key="5", text="5")),
        (e.KEY_SPACE, Press(key="space", text=" ")),
        (e.KEY_ENTER, Press(key="enter")),
        (e.KEY_KPENTER, Press(key="enter")),
        (e.KEY_ESC, Press(key="escape")),
        (e.KEY_TAB, Press(key="tab")),
        (e.KEY_BACKSPACE, Press(key="backspace")),
        (e.KEY_PAGEDOWN, Press(key="page_down")),
        (e.KEY_F1, Press(key="f1")),
        (e.KEY_F10, Press(key="f10")),
        (e.KEY_F12, Press(key="f12")),
    ],
)
def test_a_key_has_the_name_that_the_renderer_knows(key, press_):
    assert pressed(Keyboard(), press(1.0, key)) == [press_]


def test_every_key_of_the_renderers_own_window_has_the_same_name_here():
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from station.renderers.output.window import _KEYS  # noqa: PLC0415

    assert set(_KEYS.values()) <= set(NAMES.values())


def test_shift_and_control_are_told_and_control_types_nothing():
    shifted = [*stroke(1.0, SHIFT, 1), *press(1.0, ROW["a"]), *stroke(1.1, SHIFT, 0), *press(1.2, ROW["a"])]
    assert pressed(Keyboard(), shifted) == [Press(key="a", text="A", shift=True), Press(key="a", text="a")]
    control = [*stroke(1.0, e.KEY_RIGHTCTRL, 1), *press(1.0, ROW["a"])]
    assert pressed(Keyboard(), control) == [Press(key="a", ctrl=True)]


def test_a_key_that_is_held_counts_once():
    events = [*stroke(1.0, e.KEY_ENTER, 1), Event(1.3, KEY, e.KEY_ENTER, 2), *stroke(1.4, e.KEY_ENTER, 0)]
    assert pressed(Keyboard(), events) == [Press(key="enter")]


def test_caps_lock_stays_until_it_is_pressed_again():
    keyboard = Keyboard()
    events = [*press(1.0, e.KEY_CAPSLOCK), *press(1.1, ROW["a"]), *press(100.0, ROW["b"])]
    assert [hand.text for hand in pressed(keyboard, events)] == ["A", "B"]
    assert keyboard.caps


def test_a_shift_whose_release_was_lost_is_up():
    keyboard = Keyboard()
    pressed(keyboard, stroke(1.0, SHIFT, 1))
    assert pressed(keyboard, [Lost(2.0, Held()), *press(3.0, ROW["a"])]) == [Press(key="a", text="a")]


def test_keys_without_a_name_say_nothing():
    assert pressed(Keyboard(), [*press(1.0, e.KEY_POWER), *press(1.0, e.KEY_VOLUMEUP), *press(1.0, e.KEY_SYSRQ)]) == []
