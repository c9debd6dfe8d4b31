"""Which device is what: scanner, keyboard, bump bar, touch screen, mouse, or none of a station's business. Pure.

What this station's list says counts first. A device is found in it by its serial and its place together; by its serial alone
only when the serial is the device's own, since two of the same make have the same words there and a cheap scanner shares
them with a cheap keyboard.

Otherwise names, makers and abilities tell. A scanner is called so, or its maker makes nothing else that types. Whatever else
has all letters is a keyboard: a scanner that is taken for a keyboard can be adopted, a keyboard that is taken for a scanner
would have nobody's keys arrive.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from evdev import ecodes

from station.input.touch import AS_IT_IS, Fit, Span

Kind = Literal["scanner", "keyboard", "bumpbar", "touch", "mouse", "ignored"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
TYPING: Final[frozenset[Kind]] = frozenset({"scanner", "keyboard", "bumpbar"})

_SCANNER_WORDS: Final = re.compile(r"bar ?code|scanner|imager|\bscan\b|\bqr\b", re.IGNORECASE)
# Makers of scanners and of nothing that people type on (the USB ID list, usb.ids, 2025-07).
_SCANNER_MAKERS: Final[Mapping[int, str]] = {
    0x0536: "Hand Held Products",
    0x05E0: "Zebra",
    0x05F9: "Datalogic",
    0x065A: "Opticon",
    0x067E: "Intermec",
    0x076D: "Denso",
    0x080C: "Datalogic",
    0x0C2E: "Honeywell",
    0x1EAB: "Newland",
    0x27DD: "Mindeo",
}
_BUMP_WORDS: Final = re.compile(r"bump", re.IGNORECASE)
_LETTERS: Final = frozenset(ecodes.ecodes[f"KEY_{letter}"] for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_DIGITS: Final = frozenset(ecodes.ecodes[f"KEY_{digit}"] for digit in range(10))
_KEYPAD: Final = frozenset(ecodes.ecodes[f"KEY_KP{digit}"] for digit in range(10))
_ENTERS: Final = frozenset({ecodes.KEY_ENTER, ecodes.KEY_KPENTER})
_PENS: Final = frozenset({ecodes.BTN_TOOL_PEN, ecodes.BTN_STYLUS})


@dataclass(frozen=True, slots=True)
class Description:
    """A device as the kernel and udev describe it.

    `serial` is ID_SERIAL, `path` ID_PATH; `own_serial`: the serial is of this one device, not of its make. `axes` are its
    absolute axes with their ends. Names are cut and made printable by whoever reads them from the device.
    """

    name: str
    vendor: int = 0
    product: int = 0
    serial: str = ""
    path: str = ""
    own_serial: bool = False
    keys: frozenset[int] = frozenset()
    rels: frozenset[int] = frozenset()
    axes: Mapping[int, Span] = field(default_factory=dict)
    props: frozenset[int] = frozenset()

    @property
    def id(self) -> str:
        return device_id(self.serial, self.path)


@dataclass(frozen=True, slots=True)
class Adopted:
    """What this station's list says of one device."""

    serial: str
    path: str
    kind: Kind
    name: str
    fit: Fit = AS_IT_IS

    @property
    def id(self) -> str:
        return device_id(self.serial, self.path)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the device is taken for, and why, for people."""

    kind: Kind
    why: str
    fit: Fit = AS_IT_IS


def device_id(serial: str, path: str) -> str:
    """Eight characters that stay the same for this device in this place."""
    return hashlib.sha256(f"{serial}\0{path}".encode()).hexdigest()[:8]


def classify(device: Description, adopted: Iterable[Adopted] = (), scanners: Collection[str] = ()) -> Verdict:
    """This station's list first, then the scanners that the profile names, then what the device says of itself."""
    entry = listed(device, adopted)
    if entry is None:
        return Verdict("scanner", "named by the profile") if _named(device, scanners) else _guessed(device)
    if not _able(device, entry.kind):
        return Verdict("ignored", f"listed as {entry.kind}, which this part of the device cannot be")
    return Verdict(entry.kind, "listed", entry.fit)


def _named(device: Description, scanners: Collection[str]) -> bool:
    """By its make, or by its make and its own serial; it must be able to type."""
    make = f"{device.vendor:04x}:{device.product:04x}"
    return _types(device) and not {make, f"{make}:{device.serial.lower()}"}.isdisjoint(scanners)


def listed(device: Description, adopted: Iterable[Adopted]) -> Adopted | None:
    """What the list says of this device, if anything."""
    entries = [entry for entry in adopted if entry.serial == device.serial]
    here = next((entry for entry in entries if entry.path == device.path), None)
    return entries[0] if here is None and entries and device.own_serial else here


def is_mouse(device: Description) -> bool:
    """Whether it moves a pointer, whatever else it does: some keyboards have a mouse in the same device."""
    return {ecodes.REL_X, ecodes.REL_Y} <= device.rels and ecodes.BTN_LEFT in device.keys


def _guessed(device: Description) -> Verdict:
    return _scanner(device) or _pointing(device) or _keyboard(device) or _other(device)


def _scanner(device: Description) -> Verdict | None:
    if not _types(device):
        return None
    words = _SCANNER_WORDS.search(device.name)
    if words is not None:
        return Verdict("scanner", f"its name says {words[0]!r}")
    maker = _SCANNER_MAKERS.get(device.vendor)
    return Verdict("scanner", f"made by {maker}, which makes scanners") if maker else None


def _pointing(device: Description) -> Verdict | None:
    """What a device with absolute positions is; None when it has none that matter here."""
    direct, keys = ecodes.INPUT_PROP_DIRECT in device.props, device.keys
    if _is_panel(device):
        if not direct and ecodes.BTN_TOOL_FINGER in keys:
            return Verdict("ignored", "a touchpad")
        if not direct and keys & _PENS:
            return Verdict("ignored", "a drawing tablet")
        return Verdict("touch", "it tells where a finger lies")
    if _is_absolute_pointer(device):
        return Verdict("touch", "a pointer with absolute positions")
    return None


def _keyboard(device: Description) -> Verdict | None:
    if device.keys and _BUMP_WORDS.search(device.name):
        return Verdict("bumpbar", "its name says 'bump'")
    return Verdict("keyboard", "it has all letters and is not listed") if device.keys >= _LETTERS else None


def _other(device: Description) -> Verdict:
    if is_mouse(device):
        return Verdict("mouse", "it moves and has a button")
    if _types(device):
        return Verdict("bumpbar", "it has digits and Enter, but not all letters")
    return Verdict("ignored", "it has nothing that a person would touch here")


def _able(device: Description, kind: Kind) -> bool:
    if kind == "scanner":
        return _types(device)
    if kind in TYPING:
        return bool(device.keys & (_LETTERS | _DIGITS | _KEYPAD | _ENTERS))
    if kind == "touch":
        return _is_panel(device) or _is_absolute_pointer(device)
    return kind == "ignored" or is_mouse(device)


def _types(device: Description) -> bool:
    """Whether it can type a number and end it."""
    return bool(device.keys & _ENTERS) and (device.keys >= _DIGITS or device.keys >= _KEYPAD)


def _is_panel(device: Description) -> bool:
    many = {ecodes.ABS_MT_SLOT, ecodes.ABS_MT_POSITION_X, ecodes.ABS_MT_POSITION_Y} <= device.axes.keys()
    return many or (_has_place(device) and ecodes.BTN_TOUCH in device.keys)


def _is_absolute_pointer(device: Description) -> bool:
    return _has_place(device) and ecodes.BTN_LEFT in device.keys


def _has_place(device: Description) -> bool:
    return {ecodes.ABS_X, ecodes.ABS_Y} <= device.axes.keys()
