"""Which event devices are plugged in, from udev, and when that changes.

udev makes a device's node, gives it its group and finds its serial and place; it is waited for, but not for ever: a rule that fails
leaves a device unfinished, and a scanner that works without a name is better than none. On a machine without a running udevd
(a container) the nodes in /dev/input are taken as they are. Both are looked for now and then.
"""

import contextlib
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import pyudev

from station.errors import StationError

_FOLDER: Final = Path("/dev/input")
_CLASS: Final = Path("/sys/class/input")
_UDEVD: Final = Path("/run/udev/control")
_PATIENCE_S: Final = 5.0
_NO_SERIAL: Final = "noserial"
"""What udev says of every device that is not on USB: taken at its word, one adopted scanner would make scanners of all."""
_EVENT: Final = re.compile(r"event[0-9]+")


@dataclass(frozen=True, slots=True)
class Node:
    """An event device's file. `plug` is another one after every plugging in; `power` is its USB device's power/control."""

    file: str
    plug: str
    serial: str = ""
    path: str = ""
    own_serial: bool = False
    power: Path | None = None


class Plugs(Protocol):
    def fileno(self) -> int:
        """Readable when something was plugged in or out."""
        ...

    def settle(self) -> None:
        """Takes note of all that happened until now."""
        ...

    def nodes(self) -> list[Node]: ...


class Udev:
    """Raises StationError when udev's library is missing."""

    def __init__(self) -> None:
        try:
            self._context: Any = pyudev.Context()
            self._monitor: Any = pyudev.Monitor.from_netlink(self._context)
        except (ImportError, OSError) as error:
            raise StationError(f"udev cannot be asked for devices: {error}; install libudev1") from error
        self._monitor.filter_by("input")
        self._monitor.start()
        self._known: dict[str, Node | None] = {}
        self._unfinished: dict[str, float] = {}

    def fileno(self) -> int:
        number: int = self._monitor.fileno()
        return number

    def settle(self) -> None:
        # More news than the kernel keeps for us are no loss: the devices are looked for all the same.
        with contextlib.suppress(OSError):
            while self._monitor.poll(timeout=0) is not None:
                pass

    def nodes(self) -> list[Node]:
        """Those that udev is done with, or will not be. One that is known costs a look at sysfs, no more."""
        try:
            names = sorted(name for name in os.listdir(_FOLDER) if _EVENT.fullmatch(name))
        except FileNotFoundError:
            names = []
        plugs = {os.path.realpath(_CLASS / name): str(_FOLDER / name) for name in names}
        self._known = {plug: self._known.get(plug) or self._node(plug, file) for plug, file in plugs.items()}
        self._unfinished = {plug: since_s for plug, since_s in self._unfinished.items() if plug in plugs}
        return [node for node in self._known.values() if node is not None]

    def _node(self, plug: str, file: str) -> Node | None:
        try:
            device = pyudev.Devices.from_sys_path(self._context, plug)
        except (pyudev.DeviceNotFoundError, OSError):
            return None
        if self._must_wait(device, plug):
            return None
        usb = device.find_parent("usb", "usb_device")
        return Node(
            file=file,
            plug=plug,
            serial=device.get("ID_SERIAL", "").removeprefix(_NO_SERIAL),
            path=device.get("ID_PATH", ""),
            own_serial=bool(device.get("ID_SERIAL_SHORT", "")),
            power=None if usb is None else Path(usb.sys_path) / "power" / "control",
        )

    def _must_wait(self, device: Any, plug: str) -> bool:
        if device.is_initialized or not _UDEVD.exists():
            return False
        return time.monotonic() - self._unfinished.setdefault(plug, time.monotonic()) < _PATIENCE_S
