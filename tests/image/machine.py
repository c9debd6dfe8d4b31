"""A station in QEMU, without KVM: its disk, its screen, its keyboard, and the serial line of a development image."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from PIL import Image

from image.stick import disk

PATIENCE = float(os.environ.get("STATION_IMAGE_PATIENCE", "6"))
"""Emulation on a loaded machine takes its time."""
BOOT_S = 60 * PATIENCE


def carrier(folder, bundle):
    """A disk that carries a bundle."""
    content = folder / "carried"
    content.mkdir()
    (content / "station.raucb").hardlink_to(bundle) if bundle.stat().st_dev == content.stat().st_dev else shutil.copy(
        bundle, content / "station.raucb"
    )
    path = folder / "carrier.disk"
    disk(path, "CARRIER", content, 300)
    return path


class Machine:
    """One PC. Its disk stays between starts; `start` and `kill` are its switch and its plug."""

    def __init__(self, image, folder, *extra_disks, uefi=False, vga="virtio-vga", arguments=()):
        # Sockets have short names only.
        self._run = Path(tempfile.mkdtemp(prefix="station-vm-"))
        self._disk = folder / "disk.img"
        subprocess.run(["cp", "--sparse=always", image, self._disk], check=True)
        self._extra, self._vga, self._arguments = extra_disks, vga, list(arguments)
        self._firmware = []
        if uefi:
            variables = folder / "vars.fd"
            shutil.copy("/usr/share/OVMF/OVMF_VARS_4M.fd", variables)
            self._firmware = [
                *("-drive", "if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"),
                *("-drive", f"if=pflash,format=raw,file={variables}"),
            ]
        self._qemu = None

    def start(self):
        for name in ("qmp", "serial"):
            (self._run / name).unlink(missing_ok=True)
        disks = [("-drive", f"file={self._disk},format=raw,if=virtio,cache=unsafe")]
        disks += [("-drive", f"file={one},format=raw,if=virtio,readonly=on") for one in self._extra]
        self._qemu = subprocess.Popen(
            [
                "qemu-system-x86_64",
                *("-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024", "-no-reboot"),
                *self._firmware,
                *(word for disk in disks for word in disk),
                *("-device", f"{self._vga},xres=1280,yres=800", "-display", "none"),
                *("-serial", f"unix:{self._run}/serial,server,nowait", "-qmp", f"unix:{self._run}/qmp,server,nowait"),
                *("-device", "qemu-xhci,id=usb", "-device", "usb-kbd,id=hands,bus=usb.0"),
                *("-nic", "user,model=virtio-net-pci", "-device", "i6300esb", "-action", "watchdog=shutdown"),
                *self._arguments,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self._run / "qemu.log").open("ab"),
        )
        self._until((self._run / "qmp").exists, 30)
        return self

    def kill(self):
        if self._qemu is not None:
            self._qemu.kill()
            self._qemu.wait()

    def ended(self, patience_s):
        """Waits until the machine went down by itself."""
        self._qemu.wait(patience_s)
        return self._qemu.returncode

    def close(self):
        self.kill()
        shutil.rmtree(self._run, ignore_errors=True)

    def ask(self, command, **arguments):
        with socket.socket(socket.AF_UNIX) as asker:
            asker.settimeout(60)
            asker.connect(str(self._run / "qmp"))
            file = asker.makefile("rw")
            file.readline()
            for each in ({"execute": "qmp_capabilities"}, {"execute": command, "arguments": arguments}):
                file.write(json.dumps(each) + "\n")
                file.flush()
                while True:
                    answer = json.loads(file.readline())
                    if "return" in answer or "error" in answer:
                        break
            assert "return" in answer, answer
            return answer["return"]

    def screen(self, path=None):
        """(width, height, rows of RGB bytes)."""
        target = path or self._run / "screen.png"
        self.ask("screendump", filename=str(target), format="png")
        return _png(target)

    def type(self, text):
        """As a scanner does: keys, then Enter."""
        for letter in text.lower():
            code = letter if letter.isalnum() else {"-": "minus", ".": "dot"}[letter]
            self.key(code)
        self.key("ret")

    def key(self, code):
        for down in (True, False):
            event = {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": code}}}
            self.ask("input-send-event", events=[event])
            time.sleep(0.04)

    def run(self, command, patience_s=60.0 * PATIENCE):
        """What a shell on the serial line answers."""
        mark = str(time.monotonic_ns())
        # What the line echoes has no such brackets.
        sent = f"\nprintf '<%s>' b{mark}; {command}; printf '<%s>' e{mark}:$?\n"
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._run / "serial"))
            line.settimeout(1)
            line.sendall(sent.encode())
            ends = time.monotonic() + patience_s
            heard = b""
            while time.monotonic() < ends:
                with suppress(TimeoutError):
                    heard += line.recv(65_536)
                text = heard.decode(errors="replace").replace("\r", "")
                if (found := re.search(rf"<b{mark}>(.*)<e{mark}:(\d+)>", text, re.DOTALL)) is not None:
                    return found[1], int(found[2])
        raise AssertionError(f"{command} did not end: {heard[-500:]!r}")

    def up(self):
        """Waits until the role is on the screen."""
        self._until(self.shows_role, BOOT_S)
        return self

    def shows_role(self):
        """The look of every role: its ground, a bar at the bottom, and a good deal of text."""
        self._alive()
        width, height, rows = self.screen()
        if (width, height) != (1280, 800):
            return False
        corner = tuple(rows[2][6:9])
        middle = width // 2 * 3
        bar = tuple(rows[height - 4][middle : middle + 3])
        bright = sum(row[at] > 180 for row in rows[::8] for at in range(0, len(row), 24))
        return max(corner) < 60 and max(bar) < 60 and corner != (0, 0, 0) and bright > 60

    def _alive(self):
        assert self._qemu.poll() is None, (self._run / "qemu.log").read_text()[-800:]

    def _until(self, condition, patience_s):
        ends = time.monotonic() + patience_s
        while not condition():
            assert time.monotonic() < ends, "it never came to it"
            time.sleep(0.5)


def _png(path):
    with Image.open(path) as found:
        picture = found.convert("RGB")
    width, height = picture.size
    data = picture.tobytes()
    return width, height, [data[row * width * 3 : (row + 1) * width * 3] for row in range(height)]
