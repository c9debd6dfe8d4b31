"""Which event devices are plugged in, from udev, and when that changes.

udev makes a device's node, gives it its group and finds its serial and place; before that it is not touched. On a machine without
a running udevd (a container) the nodes in /dev/input are taken as they are, and are looked for now and then.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import pyudev

from station.errors import StationError

_FOLDER: Final = Path("/dev/input")
_UDEVD: Final = Path("/run/udev/control")
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

    def fileno(self) -> int:
        number: int = self._monitor.fileno()
        return number

    def settle(self) -> None:
        while self._monitor.poll(timeout=0) is not None:
            pass

    def nodes(self) -> list[Node]:
        """Those that udev is done with."""
        try:
            names = sorted(name for name in os.listdir(_FOLDER) if _EVENT.fullmatch(name))
        except FileNotFoundError:
            return []
        return [node for name in names if (node := self._node(str(_FOLDER / name))) is not None]

    def _node(self, file: str) -> Node | None:
        try:
            device = pyudev.Devices.from_device_file(self._context, file)
        except (pyudev.DeviceNotFoundError, OSError, ValueError):
            return None
        if not device.is_initialized and _UDEVD.exists():
            return None
        usb = device.find_parent("usb", "usb_device")
        return Node(
            file=file,
            plug=device.sys_path,
            serial=device.get("ID_SERIAL", ""),
            path=device.get("ID_PATH", ""),
            own_serial=bool(device.get("ID_SERIAL_SHORT", "")),
            power=None if usb is None else Path(usb.sys_path) / "power" / "control",
        )
