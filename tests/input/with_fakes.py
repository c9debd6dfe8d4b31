"""The real input program on devices that the test makes: `python with_fakes.py FOLDER`, with STATION_HOME as ever.

Only udev and evdev.InputDevice are others. Each device is FOLDER/<name>.json, read anew whenever it is asked something, and
FOLDER/<name>.sock, where its events come from and where its grabs and lights are told; a closed socket is an unplugged device.
A datagram on FOLDER/udev is news from udev.
"""

import errno
import json
import socket
import struct
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

from evdev import AbsInfo, InputEvent

from station.input.__main__ import Program, main
from station.input.events import Contact
from station.input.opened import open_device
from station.input.plugs import Node

EVENT = struct.Struct("qqHHi")


class FakeUdev:
    def __init__(self, folder):
        self._folder = folder
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.bind(str(folder / "udev"))

    def fileno(self):
        return self._socket.fileno()

    def settle(self):
        while True:
            try:
                self._socket.recv(1)
            except BlockingIOError:
                return

    def nodes(self):
        return [self._node(path) for path in sorted(self._folder.glob("*.json"))]

    @staticmethod
    def _node(path):
        said = json.loads(path.read_text())
        return Node(
            file=said["node"],
            plug=f"/sys/{path.stem}/{said['plug']}",
            serial=said["serial"],
            path=said["path"],
            own_serial=said["own_serial"],
            power=Path(said["power"]) if said["power"] else None,
        )


class FakeDevice:
    """Like evdev.InputDevice, as far as the program uses it."""

    def __init__(self, folder, file):
        self._path = next(path for path in folder.glob("*.json") if json.loads(path.read_text())["node"] == file)
        said = self._said()
        if said["refuse"]:
            raise OSError(said["refuse"], "refused")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.connect(str(self._path.with_suffix(".sock")))
        self._socket.setblocking(False)
        self.fd = self._socket.fileno()
        self.name, self.uniq, self.phys = said["name"], said["uniq"], "usb-fake/input0"
        self.info = SimpleNamespace(vendor=said["vendor"], product=said["product"])

    def _said(self):
        return json.loads(self._path.read_text())

    def read(self):
        data = self._socket.recv(EVENT.size * 64)
        if not data:
            raise OSError(errno.ENODEV, "No such device")
        return [InputEvent(*fields) for fields in EVENT.iter_unpack(data)]

    def capabilities(self, verbose=False, absinfo=True):
        able = {int(kind): codes for kind, codes in self._said()["able"].items()}
        return able | {3: [(int(axis), AbsInfo(0, low, high, 0, 0, 0)) for axis, low, high in able.get(3, [])]}

    def input_props(self):
        return self._said()["props"]

    def leds(self):
        return self._said()["leds"]

    def active_keys(self):
        return self._said()["pressed"]

    def absinfo(self, axis_num):
        return AbsInfo(self._said()["axes"].get(str(axis_num), 0), 0, 0, 0, 0, 0)

    def contacts(self, slots):
        found = {int(slot): Contact(*contact) for slot, contact in self._said()["contacts"].items()}
        return {slot: found.get(slot, Contact(-1, 0, 0)) for slot in range(slots)}

    def grab(self):
        if self._said()["busy"]:
            raise OSError(errno.EBUSY, "Device or resource busy")
        self._socket.send(b"grab")

    def write(self, etype, code, value):
        self._socket.send(f"write {etype} {code} {value}".encode())

    def close(self):
        self._socket.close()


def opener(folder):
    made = {}

    def make(file):
        device = FakeDevice(folder, file)
        made[device.fd] = device
        return device

    return partial(open_device, make=make, contacts=lambda fd, slots: made[fd].contacts(slots))


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    main(Program(partial(FakeUdev, FOLDER), opener(FOLDER)))
