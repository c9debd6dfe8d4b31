"""What benches type: the same keys as a scanner's, whichever way they come."""

from datetime import UTC, datetime

import pytest
from evdev import ecodes as e

from station.bench.typist import Typist, typing_ms
from station.domain.hands import Scan
from station.domain.scans import rotating_code, static_code
from station.errors import StationError
from station.input.devices import classify
from station.input.piped import Pipes, open_piped
from station.input.scanner import Scanner
from station.input.virtual import KernelScanner, PipeScanner, typed

STATIC = static_code(bytes(range(16)))


def scanned(opened):
    scanner = Scanner("1a2b3c4d")
    return [hand for item in opened.read() for hand in scanner.feed(item)]


@pytest.mark.parametrize("code", [STATIC, rotating_code("40718263", b"k" * 20, datetime.now(UTC)), "aZ09 -_!~"])
def test_a_code_that_goes_down_a_pipe_comes_out_as_evdev_reads_it(tmp_path, code):
    sender = PipeScanner(tmp_path, "one")
    (node,) = Pipes(tmp_path).nodes()
    opened = open_piped(node)
    opened.grab()
    assert classify(opened.description).kind == "scanner"
    assert opened.read() == []
    Typist(sender, report_s=0.0).type(code)
    assert scanned(opened) == [Scan(code=code, scanner="1a2b3c4d")]
    opened.close()
    sender.close()
    assert Pipes(tmp_path).nodes() == []


def test_two_pipes_are_two_devices(tmp_path):
    senders = [PipeScanner(tmp_path, name) for name in ("one", "other")]
    found = [open_piped(node) for node in Pipes(tmp_path).nodes()]
    assert len({opened.description.id for opened in found}) == 2
    for each in (*found, *senders):
        each.close()


class FakeUInput:
    def __init__(self, able, **words):
        self.able, self.words, self.told = able, words, []

    def write(self, *event):
        self.told.append(event)

    def syn(self):
        self.told.append("syn")

    def close(self):
        self.told.append("close")


def test_where_the_kernel_makes_devices_each_report_is_one_key_and_its_end():
    made = []
    scanner = KernelScanner("counter", lambda *a, **k: made.append(FakeUInput(*a, **k)) or made[0])
    Typist(scanner, report_s=0.0).type("A")
    scanner.close()
    shift, a, enter = e.KEY_LEFTSHIFT, e.KEY_A, e.KEY_ENTER
    changes = [(shift, 1), (a, 1), (a, 0), (shift, 0), (enter, 1), (enter, 0)]
    assert made[0].told == [*(one for change in changes for one in ((e.EV_KEY, *change), "syn")), "close"]
    assert {key for change in changes for key in change[:1]} <= set(made[0].able[e.EV_KEY])


def test_a_kernel_that_makes_none_says_so_in_one_sentence():
    def refuse(*_, **__):
        raise OSError(13, "Permission denied")

    with pytest.raises(StationError, match="run this as root"):
        KernelScanner("counter", refuse)


def test_the_longest_code_takes_two_reports_a_key_and_two_a_shift():
    assert len(typed("AB1")) == 10
    assert typing_ms("SW7" + "Z" * 26, 8) == 8 * (4 * 28 + 2)
    assert typing_ms("SR" + "0" * 16, 8) == 8 * (4 * 2 + 2 * 16)
    assert typing_ms(STATIC, 8) <= typing_ms("SW7" + "Z" * 26, 8)
