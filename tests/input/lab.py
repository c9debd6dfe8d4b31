"""A station's input program as a process of its own, with fake devices in the test's hands and the screen's socket at its end."""

import contextlib
import json
import os
import socket
import struct
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

from evdev import ecodes as e
from strokes import KEY, SYN, typed

from station.domain.hands import decode_hand
from station.input.control import Question, ask
from station.local.status import InputStatus, read_status

EVENT = struct.Struct("qqHHi")
ALL_KEYS = list(range(1, 120))
PATIENCE_S = 60.0
AHEAD_S = 600.0
_PLUGS = count(1)


def ahead():
    """A moment for keys, far in the future: a code's own pauses count there, and not how long a busy machine takes."""
    return time.monotonic() + AHEAD_S


def soon(wanted, what):
    """Waits until `wanted()` is true and gives it."""
    ends = time.monotonic() + PATIENCE_S
    while not (found := wanted()):
        assert time.monotonic() < ends, f"waited in vain for {what}"
        time.sleep(0.01)
    return found


class FakePlug:
    """A device that the test plugs in. `said` is what it answers; change it and call `say`."""

    def __init__(self, folder, name, *, keys=ALL_KEYS, **said):
        number = next(_PLUGS)
        self._file = folder / f"d{number}.json"
        self.node = f"/dev/input/event{number}"
        self.said = {
            "node": self.node,
            "plug": number,
            "name": name,
            "vendor": 0,
            "product": 0,
            "serial": name.replace(" ", "_"),
            "path": f"pci-usb-0:{number}:1.0",
            "own_serial": False,
            "uniq": "",
            "power": "",
            "able": {e.EV_KEY: keys} if keys else {},
            "props": [],
            "leds": [],
            "pressed": [],
            "axes": {},
            "contacts": {},
            "busy": False,
            "refuse": 0,
            **said,
        }
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(str(self._file.with_suffix(".sock")))
        self._listener.listen(8)
        self._end = None
        self.say()

    def say(self):
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps(self.said))
        beside.replace(self._file)

    def send(self, events):
        """The program's newest opening of it gets them."""
        self._accept()
        rows = [EVENT.pack(int(at), round(at % 1 * 1e6), kind, code, value) for at, kind, code, value in events]
        self._end.settimeout(PATIENCE_S)
        for first in range(0, len(rows), 64):
            self._end.send(b"".join(rows[first : first + 64]))
        self._end.setblocking(False)

    def type(self, text, every_s=0.004, end=e.KEY_ENTER, at_s=None):
        self.send(typed(text, ahead() if at_s is None else at_s, every_s, end))

    def lose(self, text):
        """Types the beginning of a code, in the middle of which the kernel's buffer runs over."""
        now = time.monotonic()
        lost = [(now, SYN, e.SYN_DROPPED, 0), (now, KEY, e.KEY_F24, 1), (now, SYN, e.SYN_REPORT, 0)]
        self.send([*(stroke._replace(at_s=now) for stroke in typed(text, end=None)), *lost])

    def told(self):
        """What the program did to the device: grabs, lights."""
        self._accept(patient=False)
        words = []
        if self._end is None:
            return words
        with contextlib.suppress(BlockingIOError):
            while data := self._end.recv(256):
                words.append(data.decode())
        return words

    def unplug(self):
        self._accept(patient=False)
        self._file.unlink()
        if self._end is not None:
            # What was sent must still be read there: a socket that is closed with something unread in it takes it back.
            self.told()
            self._end.close()
        self._listener.close()

    def _accept(self, *, patient=True):
        """The newest connection is the one that counts: a device is opened anew when it is taken for something else."""
        self._listener.settimeout(PATIENCE_S if self._end is None and patient else 0.0)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._end, _ = self._listener.accept()
                self._end.setblocking(False)
                self._listener.settimeout(0.0)


class Lab:
    """One station's home, its screen's socket and its devices; `running` is the program."""

    def __init__(self, folder):
        self.home = folder / "home"
        self._devices = folder / "dev"
        for made in (self.home / "run", self.home / "data", self._devices):
            made.mkdir(parents=True)
        self._screen = None
        self.open_screen()

    @property
    def log(self):
        return (self.home / "input.log").read_text()

    @property
    def status(self):
        return read_status(self.home / "run" / "input.json", InputStatus)

    def open_screen(self):
        path = self.home / "run" / "hands.sock"
        path.unlink(missing_ok=True)
        self._screen = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._screen.bind(str(path))
        self._screen.settimeout(PATIENCE_S)

    def close_screen(self):
        self._screen.close()
        (self.home / "run" / "hands.sock").unlink()

    def hand(self):
        """The next thing that reaches the screen."""
        return decode_hand(self._screen.recv(4096))

    def hands(self, number):
        return [self.hand() for _ in range(number)]

    def nothing_more(self, rest_s=0.1):
        self._screen.settimeout(rest_s)
        try:
            return self.hand()
        except TimeoutError:
            return None
        finally:
            self._screen.settimeout(PATIENCE_S)

    def plug(self, name, **said):
        device = FakePlug(self._devices, name, **said)
        self.news()
        return device

    def unplug(self, device):
        device.unplug()
        self.news()

    def news(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as udev, contextlib.suppress(OSError):
            udev.sendto(b"!", str(self._devices / "udev"))

    def seen(self, device):
        """The device in the status file, once it is there."""
        return soon(lambda: next((one for one in self.status.devices if one.node == device.node), None), device.node)

    def ask(self, **question):
        answers = soon(
            lambda: ask(self.home / "run" / "input-control.sock", Question(**question), PATIENCE_S), "the program"
        )
        return list(answers)

    @contextlib.contextmanager
    def running(self, **environment):
        program = [sys.executable, str(Path(__file__).with_name("with_fakes.py")), str(self._devices)]
        (self._devices / "udev").unlink(missing_ok=True)
        inherited = {name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}}
        with (self.home / "input.log").open("ab") as log:
            process = subprocess.Popen(
                program,
                env={**inherited, "STATION_HOME": str(self.home), "PYTHONUNBUFFERED": "1", **environment},
                stdout=log,
                stderr=log,
            )
        try:
            soon(lambda: (self.home / "run" / "input.json").exists() or process.poll() is not None, "the program")
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
