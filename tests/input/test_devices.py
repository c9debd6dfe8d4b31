"""Which device is what: the list first, then what a device says of itself. A keyboard is never taken for a scanner."""

import pytest
from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from station.input.devices import Adopted, Description, classify, device_id
from station.input.touch import Fit, Span

ALL_KEYS = frozenset(range(1, 120))
KEYPAD = frozenset({*range(71, 84), e.KEY_KPENTER, e.KEY_NUMLOCK})
MEDIA = frozenset({e.KEY_VOLUMEUP, e.KEY_VOLUMEDOWN, e.KEY_MUTE, e.KEY_POWER})
AXES = {e.ABS_X: Span(0, 1000), e.ABS_Y: Span(0, 1000)}
MANY = {**AXES, e.ABS_MT_SLOT: Span(0, 9), e.ABS_MT_POSITION_X: Span(0, 9), e.ABS_MT_POSITION_Y: Span(0, 9)}
DIRECT = frozenset({e.INPUT_PROP_DIRECT})
MOUSE = {"keys": frozenset({e.BTN_LEFT, e.BTN_RIGHT}), "rels": frozenset({e.REL_X, e.REL_Y, e.REL_WHEEL})}


@pytest.mark.parametrize(
    ("device", "kind"),
    [
        (
            Description("Symbol Technologies, Inc, 2008 Symbol Bar Code Scanner", 0x05E0, 0x1200, keys=ALL_KEYS),
            "scanner",
        ),
        (Description("Honeywell Imaging & Mobility 1900", 0x0C2E, 0x0901, keys=ALL_KEYS), "scanner"),
        (Description("Newland Auto-ID NLS-HR2081 Keyboard", 0x1EAB, 0x0022, keys=ALL_KEYS), "scanner"),
        (Description("Datalogic ADC, Inc. Handheld Barcode Scanner", 0x05F9, 0x2214, keys=ALL_KEYS), "scanner"),
        (Description("Optoelectronics Co., Ltd. USB Code Reader", 0x065A, 0x0001, keys=ALL_KEYS), "scanner"),
        (Description("BF SCAN SCAN KEYBOARD", 0x0483, 0x0011, keys=ALL_KEYS), "scanner"),
        (Description("Area-Imager", keys=ALL_KEYS), "scanner"),
        (Description("Barcode Reader Consumer Control", keys=MEDIA), "ignored"),
        (Description("Honeywell 1900 System Control", 0x0C2E, keys=frozenset({e.KEY_POWER})), "ignored"),
        (Description("TMC HIDKeyBoard", 0x0483, 0x5131, keys=ALL_KEYS), "keyboard"),
        (Description("AT Translated Set 2 keyboard", 1, 1, keys=ALL_KEYS), "keyboard"),
        (Description("Dell KB216 Wired Keyboard", 0x413C, keys=ALL_KEYS), "keyboard"),
        (Description("USB Receiver", 0x046D, keys=ALL_KEYS | MOUSE["keys"], rels=MOUSE["rels"]), "keyboard"),
        (Description("QEMU QEMU USB Keyboard", 0x0627, 1, keys=ALL_KEYS), "keyboard"),
        (Description("Logic Controls USB Bump Bar", keys=ALL_KEYS), "bumpbar"),
        (Description("HID Keypad", keys=KEYPAD), "bumpbar"),
        (Description("Power Button", keys=frozenset({e.KEY_POWER})), "ignored"),
        (Description("Video Bus", keys=frozenset({e.KEY_BRIGHTNESSUP})), "ignored"),
        (Description("PC Speaker"), "ignored"),
        (Description("ELO TouchSystems", keys=frozenset({e.BTN_TOUCH}), axes=AXES), "touch"),
        (Description("ILITEK Multi-Touch", keys=frozenset({e.BTN_TOUCH}), axes=MANY, props=DIRECT), "touch"),
        (Description("QEMU USB Tablet", keys=MOUSE["keys"], axes=AXES), "touch"),
        (
            Description("SynPS/2 TouchPad", keys=frozenset({e.BTN_TOUCH, e.BTN_TOOL_FINGER, e.BTN_LEFT}), axes=MANY),
            "ignored",
        ),
        (Description("Wacom", keys=frozenset({e.BTN_TOUCH, e.BTN_TOOL_PEN, e.BTN_STYLUS}), axes=AXES), "ignored"),
        (Description("Gamepad", keys=frozenset({e.BTN_SOUTH, e.BTN_START}), axes=AXES), "ignored"),
        (Description("Optical Mouse", **MOUSE), "mouse"),
    ],
    ids=lambda value: value.name if isinstance(value, Description) else None,
)
def test_a_device_is_taken_for_what_it_is(device, kind):
    verdict = classify(device)
    assert verdict.kind == kind
    assert verdict.why


@given(st.text(max_size=30), st.integers(0, 0xFFFF))
def test_a_keyboard_that_does_not_call_itself_a_scanner_never_is_one(name, vendor):
    verdict = classify(Description(name, vendor, keys=ALL_KEYS))
    if verdict.kind == "scanner":
        assert "its name says" in verdict.why or "made by" in verdict.why
    else:
        assert verdict.kind in {"keyboard", "bumpbar"}


NAMELESS = Description("HIDKeyBoard", 0x0483, 0x5131, "TMC_HIDKeyBoard", "pci-usb-0:1:1.0", keys=ALL_KEYS)


def test_the_list_counts_before_anything_else():
    entry = Adopted(NAMELESS.serial, NAMELESS.path, "scanner", NAMELESS.name)
    assert classify(NAMELESS, [entry]).kind == "scanner"
    called = Description("Barcode Scanner", 0, 0, "S", "P", keys=ALL_KEYS)
    assert classify(called, [Adopted("S", "P", "keyboard", "")]).kind == "keyboard"
    assert classify(called, [Adopted("S", "P", "ignored", "")]).kind == "ignored"


def test_two_of_the_same_make_are_told_apart_by_their_place():
    other = Description("HIDKeyBoard", 0x0483, 0x5131, "TMC_HIDKeyBoard", "pci-usb-0:2:1.0", keys=ALL_KEYS)
    entry = Adopted(NAMELESS.serial, NAMELESS.path, "scanner", NAMELESS.name)
    assert classify(other, [entry]).kind == "keyboard"
    assert NAMELESS.id != other.id


def test_a_device_with_a_serial_of_its_own_is_known_in_any_place():
    entry = Adopted("ACME_0042", "pci-usb-0:1:1.0", "scanner", "ACME")
    moved = Description("ACME", serial="ACME_0042", path="pci-usb-0:4:1.0", own_serial=True, keys=ALL_KEYS)
    assert classify(moved, [entry]).kind == "scanner"


def test_a_part_of_a_listed_device_that_cannot_type_is_left_alone():
    part = Description("HIDKeyBoard Consumer Control", serial=NAMELESS.serial, path=NAMELESS.path, keys=MEDIA)
    verdict = classify(part, [Adopted(NAMELESS.serial, NAMELESS.path, "scanner", "")])
    assert verdict.kind == "ignored"
    assert "cannot" in verdict.why


def test_how_a_panel_lies_comes_from_the_list():
    panel = Description("Panel", serial="S", path="P", keys=frozenset({e.BTN_TOUCH}), axes=AXES)
    fit = Fit(rotate=90, invert_x=True)
    assert classify(panel, [Adopted("S", "P", "touch", "", fit)]).fit == fit


def test_an_id_is_short_and_stays():
    assert device_id("S", "P") == device_id("S", "P")
    assert device_id("S", "P") != device_id("SP", "")
    assert len(device_id("S", "P")) == 8


HANDHELD = Description("TMC HIDKeyBoard", 0x0483, 0x5131, "TMC_0001", keys=ALL_KEYS)


@pytest.mark.parametrize(
    ("named", "kind"),
    [
        ((), "keyboard"),
        (("0483:5131",), "scanner"),
        (("0483:5131:tmc_0001",), "scanner"),
        (("0483:5131:another",), "keyboard"),
        (("0483:5132",), "keyboard"),
    ],
)
def test_what_the_profile_names_is_a_scanner_whatever_it_says_of_itself(named, kind):
    verdict = classify(HANDHELD, scanners=named)
    assert verdict.kind == kind
    assert (verdict.why == "named by the profile") == (kind == "scanner")


def test_the_stations_own_list_counts_before_the_profile_and_what_cannot_type_is_no_scanner():
    own = [Adopted(HANDHELD.serial, HANDHELD.path, "keyboard", "desk")]
    assert classify(HANDHELD, own, ["0483:5131"]).kind == "keyboard"
    buttons = Description("TMC buttons", 0x0483, 0x5131, keys=MEDIA)
    assert classify(buttons, scanners=["0483:5131"]).kind == "ignored"
