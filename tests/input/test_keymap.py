"""One US keyboard, whatever the machine's own is."""

import string

import pytest
from evdev import ecodes

from station.input.keymap import PLAIN, SHIFTED, character


def test_every_printable_character_is_typed_by_some_key():
    typed = {*PLAIN.values(), *SHIFTED.values()}
    assert typed == {*string.ascii_letters, *string.digits, *string.punctuation, " "}


@pytest.mark.parametrize(
    ("name", "plain", "shifted"),
    [
        ("KEY_A", "a", "A"),
        ("KEY_Z", "z", "Z"),
        ("KEY_Y", "y", "Y"),
        ("KEY_M", "m", "M"),
        ("KEY_0", "0", ")"),
        ("KEY_2", "2", "@"),
        ("KEY_MINUS", "-", "_"),
        ("KEY_EQUAL", "=", "+"),
        ("KEY_LEFTBRACE", "[", "{"),
        ("KEY_RIGHTBRACE", "]", "}"),
        ("KEY_SEMICOLON", ";", ":"),
        ("KEY_APOSTROPHE", "'", '"'),
        ("KEY_GRAVE", "`", "~"),
        ("KEY_BACKSLASH", "\\", "|"),
        ("KEY_COMMA", ",", "<"),
        ("KEY_DOT", ".", ">"),
        ("KEY_SLASH", "/", "?"),
        ("KEY_SPACE", " ", " "),
        ("KEY_KP0", "0", "0"),
        ("KEY_KP7", "7", "7"),
        ("KEY_KPDOT", ".", "."),
        ("KEY_KPMINUS", "-", "-"),
        ("KEY_KPPLUS", "+", "+"),
        ("KEY_KPASTERISK", "*", "*"),
        ("KEY_KPSLASH", "/", "/"),
    ],
)
def test_a_key_types_what_a_us_keyboard_has_on_it(name, plain, shifted):
    key = ecodes.ecodes[name]
    assert character(key, shift=False, caps=False) == plain
    assert character(key, shift=True, caps=False) == shifted


def test_caps_lock_turns_letters_around_and_nothing_else():
    assert character(ecodes.KEY_A, shift=False, caps=True) == "A"
    assert character(ecodes.KEY_A, shift=True, caps=True) == "a"
    assert character(ecodes.KEY_1, shift=False, caps=True) == "1"
    assert character(ecodes.KEY_1, shift=True, caps=True) == "!"


@pytest.mark.parametrize("name", ["KEY_F1", "KEY_102ND", "KEY_LEFTSHIFT", "KEY_ENTER", "KEY_POWER", "BTN_LEFT"])
def test_other_keys_type_nothing(name):
    assert character(ecodes.ecodes[name], shift=False, caps=False) is None
