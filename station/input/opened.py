"""One open event device: evdev's object behind the few things that a station wants from it.

Reading never waits. What the kernel lost is told as one Lost with the device's state after it. A device that is gone raises
OSError (19, no such device) from `read`, after everything that came before.
"""

import contextlib
import errno
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Protocol

from evdev import EvdevError, InputDevice, ecodes

from station.errors import StationError
from station.input import ioctls
from station.input.devices import Description
from station.input.events import Contact, Event, Frames, Held, Item
from station.input.plugs import Node
from station.input.touch import MOST_FINGERS, Span

_BATCHES: Final = 32
_NAME_LENGTH: Final = 80


class Refused(StationError):
    """The device is there, but cannot be used now."""


class RawDevice(Protocol):
    """What is used of evdev.InputDevice; tests bring their own."""

    name: str
    uniq: str
    phys: str
    info: Any
    fd: int

    def read(self) -> Iterable[Any]: ...
    def capabilities(self, verbose: Any = ..., absinfo: Any = ...) -> Mapping[Any, Any]: ...
    def input_props(self) -> Any: ...
    def leds(self) -> Any: ...
    def active_keys(self) -> Any: ...
    def absinfo(self, axis_num: int) -> Any: ...
    def grab(self) -> None: ...
    def write(self, etype: int, code: int, value: int) -> None: ...
    def close(self) -> None: ...


Contacts = Callable[[int, int], dict[int, Contact]]
Opener = Callable[[Node], "Opened"]


def open_device(
    node: Node, make: Callable[[str], RawDevice] = InputDevice, contacts: Contacts = ioctls.contacts
) -> "Opened":
    """Raises Refused when it is not allowed, OSError when it went away meanwhile."""
    try:
        return Opened(node, make(node.file), contacts)
    except PermissionError as error:
        raise Refused(f"{node.file}: permission denied; put this program's user into the group input") from error
    except UnicodeDecodeError as error:
        raise Refused(f"{node.file}: its name is no text; it is left alone") from error


class Opened:
    """Raises OSError when the device goes away meanwhile."""

    def __init__(self, node: Node, raw: RawDevice, contacts: Contacts) -> None:
        self.node, self._raw, self._contacts = node, raw, contacts
        ioctls.prepare(raw.fd)
        able = raw.capabilities(absinfo=True)
        self._keys: frozenset[int] = frozenset(able.get(ecodes.EV_KEY, ()))
        self._lights: frozenset[int] = frozenset(able.get(ecodes.EV_LED, ()))
        self._sounds: frozenset[int] = frozenset(able.get(ecodes.EV_SND, ()))
        self._spans = {axis: Span(about.min, about.max) for axis, about in able.get(ecodes.EV_ABS, ())}
        self.description = _described(node, raw, self._keys, frozenset(able.get(ecodes.EV_REL, ())), self._spans)
        self._frames = Frames(self.held)
        self._gone: OSError | None = None

    def fileno(self) -> int:
        return self._raw.fd

    def grab(self) -> None:
        """Nobody else gets its events from now on. Raises Refused when somebody else has it."""
        try:
            self._raw.grab()
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            raise Refused(f"{self.node.file}: another program has taken it; end that one") from error

    def read(self) -> list[Item]:
        """Everything that came since, in order. Raises OSError when the device is gone."""
        if self._gone is not None:
            raise self._gone
        events: list[Event] = []
        for _ in range(_BATCHES):
            try:
                events += (Event(raw.sec + raw.usec / 1e6, raw.type, raw.code, raw.value) for raw in self._raw.read())
            except BlockingIOError:
                break
            except OSError as error:
                # What was read before it went is whole and counts.
                self._gone = error
                if events:
                    break
                raise
        return self._frames.whole(events)

    def held(self) -> Held:
        """How it stands now. Raises OSError when it is gone."""
        axes = {axis: self._raw.absinfo(axis).value for axis in self._spans if axis < ecodes.ABS_MT_SLOT}
        slot, fingers = 0, dict[int, Contact]()
        if ecodes.ABS_MT_SLOT in self._spans:
            slot = self._raw.absinfo(ecodes.ABS_MT_SLOT).value
            slots = min(MOST_FINGERS, self._spans[ecodes.ABS_MT_SLOT].high + 1)
            fingers = self._contacts(self._raw.fd, slots)
        return Held(frozenset(self._raw.active_keys()) if self._keys else frozenset(), axes, slot, fingers)

    def caps_light(self) -> bool:
        """Whether its Caps Lock light is on."""
        return ecodes.LED_CAPSL in self._lights and ecodes.LED_CAPSL in self._raw.leds()

    def show_caps(self, *, on: bool) -> bool:
        """Switches its Caps Lock light; whether it has one that can be switched."""
        return ecodes.LED_CAPSL in self._lights and self._write(ecodes.EV_LED, ecodes.LED_CAPSL, on=on)

    def signal(self, *, on: bool) -> bool:
        """Its own beeper or signal light, on or off; whether it has one."""
        if ecodes.SND_BELL in self._sounds:
            return self._write(ecodes.EV_SND, ecodes.SND_BELL, on=on)
        return ecodes.LED_MISC in self._lights and self._write(ecodes.EV_LED, ecodes.LED_MISC, on=on)

    def stay_awake(self) -> None:
        """No auto-suspend, which eats the first key; where the rights do not suffice, udev must say so."""
        if self.node.power is not None:
            with contextlib.suppress(OSError):
                self.node.power.write_text("on")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._raw.close()

    def _write(self, kind: int, code: int, *, on: bool) -> bool:
        try:
            self._raw.write(kind, code, int(on))
        except (OSError, EvdevError):
            return False
        return True


def _described(
    node: Node, raw: RawDevice, keys: frozenset[int], rels: frozenset[int], axes: Mapping[int, Span]
) -> Description:
    name = "".join(one if one.isprintable() else "?" for one in raw.name.strip()[:_NAME_LENGTH])
    # Without udev's words the kernel's own serve. A Bluetooth device has its address as `uniq`, and its adapter's as place.
    serial = node.serial or raw.uniq or f"{raw.info.vendor:04x}_{raw.info.product:04x}_{name.replace(' ', '_')}"
    return Description(
        name=name,
        vendor=raw.info.vendor,
        product=raw.info.product,
        serial=serial,
        path=node.path or raw.phys,
        own_serial=node.own_serial or bool(raw.uniq),
        keys=keys,
        rels=rels,
        axes=axes,
        props=frozenset(raw.input_props()),
    )
