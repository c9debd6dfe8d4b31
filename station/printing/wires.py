"""The ways to a printer: network, USB, the kernel's printer device, serial, a file. Each ends in time, whatever the printer does.

tcp:192.168.1.50[:9100]      a network printer's raw port
usb:04b8:0202                vendor and product, as `lsusb` shows them, spoken to directly
lp:/dev/usb/lp0              a USB or parallel printer by the kernel's own driver
serial:/dev/ttyS0[@9600]     with hardware flow control
file:receipts.bin            added to a file below the station's data folder: for trying things out
"""

import errno
import os
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import ioctl
from pathlib import Path
from typing import Any, Final, Protocol

import serial
import usb.core
import usb.util

from station.errors import PrinterError

CONNECT_S: Final = 4.0
STILL_S: Final = 10.0
"""So long a printer may take nothing before it counts as stuck."""
_CHUNK: Final = 2_048
_PRINTER_CLASS: Final = 7
_LPGETSTATUS: Final = 0x060B
_LP_PAPER_OUT, _LP_FINE = 0x20, 0x08


class Wire(Protocol):
    """An open way to a printer."""

    def write(self, data: bytes) -> None:
        """All of it. Raises OSError, also when the printer takes nothing for STILL_S."""

    def read(self, wait_s: float) -> bytes:
        """What it says within so many seconds; nothing when it says nothing."""

    def close(self) -> None: ...


@contextmanager
def opened(address: str, data_dir: Path) -> Iterator[Wire]:
    """The way to this printer. Raises PrinterError, also for what goes wrong while it is used."""
    kind, _, rest = address.partition(":")
    try:
        wire = _open(kind, rest, data_dir)
        try:
            yield wire
        finally:
            with suppress(OSError, usb.core.USBError):
                wire.close()
    except (OSError, usb.core.USBError, usb.core.NoBackendError, ValueError) as error:
        raise PrinterError(f"the printer {address} {_why(error)}") from error


def _open(kind: str, rest: str, data_dir: Path) -> Wire:
    if kind == "tcp":
        return _Tcp(rest)
    if kind == "usb":
        return _Usb(rest)
    if kind == "serial":
        return _Serial(rest)
    if kind == "lp":
        return _Device(Path(rest))
    return _File(data_dir / rest)


def _why(error: Exception) -> str:
    """What a person can do about it."""
    number = getattr(error, "errno", None)
    if isinstance(error, TimeoutError) or number in {errno.ETIMEDOUT, errno.EAGAIN}:
        return "does not answer; is it switched on, and its paper in?"
    if number in {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH}:
        return "cannot be reached; is it switched on, and is this its address?"
    if number in {errno.ENOENT, errno.ENODEV, errno.ENXIO}:
        return "is not there; is its cable in?"
    if number in {errno.EACCES, errno.EPERM}:
        return "does not let this station in; look at the device's owner"
    if number == errno.ENOSPC:
        return "has no room left for it"
    return f"broke off: {getattr(error, 'strerror', None) or error}"


class _Tcp:
    def __init__(self, rest: str) -> None:
        host, _, port = rest.partition(":")
        self._socket = socket.create_connection((host, int(port or 9100)), CONNECT_S)

    def write(self, data: bytes) -> None:
        self._socket.settimeout(STILL_S)
        # One call's time-out is for all that it sends, and a slow printer is no broken one.
        for at in range(0, len(data), _CHUNK):
            self._socket.sendall(data[at : at + _CHUNK])

    def read(self, wait_s: float) -> bytes:
        self._socket.settimeout(wait_s)
        try:
            found = self._socket.recv(64)
        except TimeoutError:
            return b""
        if not found:
            raise ConnectionError("the printer hung up")
        return found

    def close(self) -> None:
        self._socket.close()


class _Device:
    """The kernel's printer device; a printer without paper would keep a plain write waiting for ever."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        with suppress(OSError):
            status = ioctl(self._file, _LPGETSTATUS, b"\0\0\0\0")[0]
            if status & _LP_PAPER_OUT:
                os.close(self._file)
                raise PrinterError(f"the printer lp:{path} is out of paper; put a new roll in")

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            if not select.select([], [self._file], [], STILL_S)[1]:
                raise TimeoutError(errno.ETIMEDOUT, "it takes nothing")
            left = left[os.write(self._file, left[:_CHUNK]) :]

    def read(self, wait_s: float) -> bytes:
        if not select.select([self._file], [], [], wait_s)[0]:
            return b""
        with suppress(OSError):
            return os.read(self._file, 64)
        return b""

    def close(self) -> None:
        os.close(self._file)


class _File:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._file.flush()

    def read(self, wait_s: float) -> bytes:  # noqa: ARG002 -- a file says nothing
        return b""

    def close(self) -> None:
        self._file.close()


class _Serial:
    def __init__(self, rest: str) -> None:
        path, _, baud = rest.partition("@")
        self._port = serial.Serial(path, int(baud or 9600), timeout=1, write_timeout=STILL_S, rtscts=True)

    def write(self, data: bytes) -> None:
        try:
            for at in range(0, len(data), 256):
                self._port.write(data[at : at + 256])
        except serial.SerialTimeoutException as error:
            raise TimeoutError(errno.ETIMEDOUT, "it takes nothing") from error

    def read(self, wait_s: float) -> bytes:
        self._port.timeout = wait_s
        return bytes(self._port.read(1))

    def close(self) -> None:
        self._port.close()


class _Usb:
    """The printer interface of a USB device, taken from the kernel's driver while it is used."""

    def __init__(self, rest: str) -> None:
        vendor, product = (int(part, 16) for part in rest.split(":")[:2])
        found: Any = usb.core.find(idVendor=vendor, idProduct=product)
        if found is None:
            raise OSError(errno.ENODEV, "no such device")
        self._device = found
        interface = next(
            (one for one in found.get_active_configuration() if one.bInterfaceClass == _PRINTER_CLASS), None
        )
        if interface is None:
            raise OSError(errno.EINVAL, "the device is no printer")
        with suppress(NotImplementedError, usb.core.USBError):
            if found.is_kernel_driver_active(interface.bInterfaceNumber):
                found.detach_kernel_driver(interface.bInterfaceNumber)
        self._out, self._in = (
            next((one for one in interface if usb.util.endpoint_direction(one.bEndpointAddress) == way), None)
            for way in (usb.util.ENDPOINT_OUT, usb.util.ENDPOINT_IN)
        )

    def write(self, data: bytes) -> None:
        if self._out is None:
            raise OSError(errno.EINVAL, "the device takes nothing")
        left = memoryview(data)
        started = time.monotonic()
        while left:
            left = left[self._out.write(left[:_CHUNK], int(STILL_S * 1000)) :]
            if time.monotonic() - started > 10 * STILL_S:
                raise TimeoutError(errno.ETIMEDOUT, "it takes nothing")

    def read(self, wait_s: float) -> bytes:
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(64, int(wait_s * 1000)))
        except usb.core.USBError:
            return b""

    def close(self) -> None:
        usb.util.dispose_resources(self._device)
