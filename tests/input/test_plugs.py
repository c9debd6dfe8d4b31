"""Which devices are plugged in, as udev says, or as far as it says anything."""

from types import SimpleNamespace

import pytest
import pyudev

from station.input import plugs
from station.input.plugs import Udev


class FakeUdevDevice(dict):
    def __init__(self, *, ready=True, usb=None, **words):
        super().__init__(words)
        self.is_initialized, self._usb = ready, usb

    def find_parent(self, *_):
        return self._usb


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine's /dev/input and /sys/class/input; `machine.plug(name, …)` is what udev knows of a device."""
    known = {}
    folder, classes, udevd = tmp_path / "dev", tmp_path / "class", tmp_path / "udevd"
    monkeypatch.setattr(plugs, "_FOLDER", folder)
    monkeypatch.setattr(plugs, "_CLASS", classes)
    monkeypatch.setattr(plugs, "_UDEVD", udevd)

    def from_sys_path(_, path):
        if path not in known:
            raise pyudev.DeviceNotFoundAtPathError(path)
        return known[path]

    monkeypatch.setattr(pyudev.Devices, "from_sys_path", from_sys_path)

    def plug(name, number, device):
        path = tmp_path / "sys" / f"input{number}" / name
        path.mkdir(parents=True)
        folder.mkdir(exist_ok=True)
        classes.mkdir(exist_ok=True)
        (folder / name).touch()
        (classes / name).unlink(missing_ok=True)
        (classes / name).symlink_to(path)
        known[str(path)] = device

    return SimpleNamespace(plug=plug, folder=folder, udevd=udevd, known=known)


def test_a_machine_without_devices_has_none(machine):
    assert Udev().nodes() == []


def test_a_device_has_its_serial_its_place_and_its_power(machine):
    usb = SimpleNamespace(sys_path="/sys/devices/usb1/1-2")
    words = {"ID_SERIAL": "ACME_0042", "ID_SERIAL_SHORT": "0042", "ID_PATH": "pci-usb-0:2:1.0"}
    machine.plug("event3", 7, FakeUdevDevice(usb=usb, **words))
    (node,) = Udev().nodes()
    assert (node.serial, node.path, node.own_serial) == ("ACME_0042", "pci-usb-0:2:1.0", True)
    assert str(node.power) == "/sys/devices/usb1/1-2/power/control"
    assert node.file.endswith("/event3")


def test_a_serial_that_udev_makes_up_for_all_is_none(machine):
    machine.plug("event0", 1, FakeUdevDevice(ID_SERIAL="noserial", ID_PATH="platform-i8042-serio-0"))
    assert [node.serial for node in Udev().nodes()] == [""]


def test_a_device_that_is_plugged_in_anew_is_another_one(machine):
    machine.plug("event3", 7, FakeUdevDevice(ID_SERIAL="A"))
    udev = Udev()
    first = udev.nodes()
    assert udev.nodes() == first
    machine.plug("event3", 8, FakeUdevDevice(ID_SERIAL="B"))
    assert [node.serial for node in udev.nodes()] == ["B"]


def test_a_device_that_udev_is_not_done_with_is_waited_for_but_not_for_ever(machine, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(plugs.time, "monotonic", lambda: now[0])
    machine.udevd.touch()
    device = FakeUdevDevice(ready=False)
    machine.plug("event3", 7, device)
    udev = Udev()
    assert udev.nodes() == []
    now[0] += plugs._PATIENCE_S + 0.1
    assert len(udev.nodes()) == 1


def test_without_a_running_udevd_devices_are_taken_as_they_are(machine):
    machine.plug("event3", 7, FakeUdevDevice(ready=False))
    assert len(Udev().nodes()) == 1


def test_a_device_that_goes_while_it_is_looked_at_is_not_there(machine):
    machine.plug("event3", 7, FakeUdevDevice())
    machine.plug("event4", 8, FakeUdevDevice(ID_SERIAL="B"))
    machine.known.pop(next(path for path in machine.known if path.endswith("event3")))
    (machine.folder / "js0").touch()
    assert [node.serial for node in Udev().nodes()] == ["B"]
