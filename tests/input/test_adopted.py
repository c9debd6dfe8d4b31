"""This station's own list of devices: whole on the disk, or as it was."""

import json
import os

import pytest

from station.errors import ConfigError, JournalError
from station.input.adopted import read_adopted, with_device, without_device, write_adopted
from station.input.devices import Adopted
from station.input.touch import Fit

SCANNER = Adopted("TMC_HIDKeyBoard", "pci-usb-0:1:1.0", "scanner", "HIDKeyBoard")
PANEL = Adopted("ILITEK", "pci-usb-0:3:1.0", "touch", "ILITEK", Fit(rotate=270, swap=True, invert_y=True))


def test_what_is_written_is_read_again(tmp_path):
    path = tmp_path / "data" / "devices.json"
    assert read_adopted(path) == ()
    write_adopted(path, (SCANNER, PANEL))
    assert read_adopted(path) == (SCANNER, PANEL)
    assert os.listdir(path.parent) == ["devices.json"]
    assert json.loads(path.read_text())["devices"][0] == {
        "serial": "TMC_HIDKeyBoard",
        "path": "pci-usb-0:1:1.0",
        "kind": "scanner",
        "name": "HIDKeyBoard",
    }


def test_a_device_is_on_the_list_once():
    keyboard = Adopted(SCANNER.serial, SCANNER.path, "keyboard", "")
    assert with_device((SCANNER, PANEL), keyboard) == (PANEL, keyboard)
    assert without_device((SCANNER, PANEL), SCANNER.id) == (PANEL,)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"devices": [{"serial": "S"}]}', '{"devices": [{"serial":"S","path":"P","kind":"camera"}]}']
)
def test_a_broken_list_is_told_with_its_mend(tmp_path, text):
    path = tmp_path / "devices.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="remove it and adopt anew"):
        read_adopted(path)


def test_a_disk_that_refuses_leaves_the_list_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "devices.json"
    write_adopted(path, (SCANNER,))

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalError, match="No space left"):
        write_adopted(path, (PANEL,))
    assert read_adopted(path) == (SCANNER,)
