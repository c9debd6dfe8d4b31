"""The real input program, with devices in the test's hands and the screen's real socket at the other end."""

import json
import signal
import stat
import sys
import time
from pathlib import Path

import pytest
from evdev import ecodes as e

from station.domain.hands import Press, Scan, ScanBroken, Touch, Wheel
from station.input.devices import device_id
from station.local.scanners import scanners_file, write_scanners

sys.path.insert(0, str(Path(__file__).parent))

from lab import ALL_KEYS, Lab, ahead, soon
from strokes import CODE, press, typed

SECRET = "SW9SECRETSECRETSECRETSECRET99"
SCANNER = "ACME Barcode Scanner"
MOUSE = {e.EV_KEY: [e.BTN_LEFT], e.EV_REL: [e.REL_X, e.REL_Y, e.REL_WHEEL]}
PANEL = {
    e.EV_KEY: [e.BTN_TOUCH],
    e.EV_ABS: [
        (e.ABS_MT_SLOT, 0, 9),
        (e.ABS_MT_POSITION_X, 0, 1000),
        (e.ABS_MT_POSITION_Y, 0, 1000),
        (e.ABS_MT_TRACKING_ID, 0, 65535),
    ],
}


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def now_events(*changes):
    now = time.monotonic()
    return [*((now, *change) for change in changes), (now, e.EV_SYN, e.SYN_REPORT, 0)]


def test_a_scan_is_one_datagram_and_its_code_stands_nowhere_else(lab):
    scanner = lab.plug(SCANNER)
    with lab.running():
        seen = lab.seen(scanner)
        assert (seen.kind, seen.problem) == ("scanner", "")
        scanner.type(SECRET)
        assert lab.hand() == Scan(code=SECRET, scanner=seen.id)
        soon(lambda: lab.seen(scanner).codes == 1, "the count")
        lab.ask(ask="list")
    assert "grab" in scanner.told()
    for written in (lab.log, *(path.read_text() for path in lab.home.rglob("*.json"))):
        assert SECRET not in written
        assert "SECRET" not in written


def test_two_scanners_at_once_are_not_mixed(lab):
    one, other = lab.plug(SCANNER), lab.plug(SCANNER)
    with lab.running():
        ids = [lab.seen(device).id for device in (one, other)]
        assert ids[0] != ids[1]
        now = ahead()
        pieces = [typed("11112222", now), typed("ABABABAB", now)]
        for first in range(0, 40, 8):
            for device, events in zip((one, other), pieces, strict=True):
                device.send(events[first : first + 8])
        for device, events in zip((one, other), pieces, strict=True):
            device.send(events[40:])
        assert {(hand.scanner, hand.code) for hand in lab.hands(2)} == {(ids[0], "11112222"), (ids[1], "ABABABAB")}


def test_a_scanner_that_is_unplugged_in_mid_code_leaves_the_others_alone_and_comes_back(lab):
    one, other = lab.plug(SCANNER, path="port-1"), lab.plug(SCANNER, path="port-2")
    with lab.running():
        ids = [lab.seen(device).id for device in (one, other)]
        one.type("SW01HALF", end=None)
        lab.unplug(one)
        assert lab.hand() == ScanBroken(why="unplugged", scanner=ids[0])
        other.type(CODE)
        assert lab.hand() == Scan(code=CODE, scanner=ids[1])
        again = lab.plug(SCANNER, path="port-1")
        assert lab.seen(again).id == ids[0]
        again.type(CODE)
        assert lab.hand() == Scan(code=CODE, scanner=ids[0])
    assert "is=unplugged" in lab.log
    assert "HALF" not in lab.log


def test_a_code_that_was_read_before_the_unplugging_counts(lab):
    scanner = lab.plug(SCANNER)
    with lab.running():
        seen = lab.seen(scanner)
        scanner.type(CODE)
        lab.unplug(scanner)
        assert lab.hand() == Scan(code=CODE, scanner=seen.id)
        assert lab.nothing_more() is None


def test_silence_cuts_a_code_without_waiting_for_another_key(lab):
    scanner = lab.plug(SCANNER)
    with lab.running():
        seen = lab.seen(scanner)
        scanner.type("NOEND", end=None, at_s=time.monotonic())
        assert lab.hand() == ScanBroken(why="silent", scanner=seen.id)


def test_ten_kilobytes_without_an_end_are_told_once(lab):
    scanner = lab.plug(SCANNER)
    with lab.running():
        seen = lab.seen(scanner)
        scanner.type("7" * 10_000, every_s=0.001, end=None)
        assert lab.hand() == ScanBroken(why="long", scanner=seen.id)
        assert lab.nothing_more(0.5) is None


def test_events_that_the_kernel_lost_spoil_the_code_and_the_device_is_asked_how_it_stands(lab):
    scanner = lab.plug(SCANNER)
    with lab.running():
        seen = lab.seen(scanner)
        scanner.said["pressed"] = [e.KEY_LEFTSHIFT]
        scanner.say()
        scanner.lose("SW")
        assert lab.hand() == ScanBroken(why="lost", scanner=seen.id)
        scanner.type("ab")
        assert lab.hand().code == "AB"


def test_a_keyboard_beside_a_scanner_is_a_keyboard(lab):
    scanner, keyboard = lab.plug(SCANNER), lab.plug("AT Translated Set 2 keyboard")
    with lab.running():
        assert lab.seen(keyboard).kind == "keyboard"
        seen = lab.seen(scanner)
        keyboard.type("a7")
        assert lab.hands(3) == [Press(key="a", text="a"), Press(key="7", text="7"), Press(key="enter")]
        scanner.type("12345")
        assert lab.hand() == Scan(code="12345", scanner=seen.id)


def test_a_keyboard_that_types_like_a_scanner_is_told_of_and_stays_a_keyboard(lab):
    unknown = lab.plug("TMC HIDKeyBoard")
    with lab.running():
        lab.seen(unknown)
        unknown.type("12345678", every_s=0.1)
        assert isinstance(lab.hand(), Press)
        assert "types like a scanner" not in lab.log
        unknown.type(SECRET)
        unknown.type(SECRET)
        while (hand := lab.nothing_more()) is not None:
            assert isinstance(hand, Press)
        soon(lambda: "station scanner learn" in lab.seen(unknown).why, "the hint")
        assert lab.seen(unknown).kind == "keyboard"
    assert lab.log.count("types like a scanner") == 1
    assert "SECRET" not in lab.log


def test_a_screen_that_is_down_loses_the_code_and_the_scanner_is_not_beeped(lab):
    able = {e.EV_KEY: ALL_KEYS, e.EV_SND: [e.SND_BELL]}
    scanner = lab.plug(SCANNER, able=able)
    with lab.running():
        lab.seen(scanner)
        lab.close_screen()
        scanner.type(SECRET)
        soon(lambda: lab.seen(scanner).codes == 1, "the scan")
        assert scanner.told() == ["grab"]
        lab.open_screen()
        scanner.type(CODE)
        assert lab.hand().code == CODE
        words = []
        soon(lambda: words.extend(scanner.told()) or len(words) == 2, "both ends of the beep")
        assert words == [f"write {e.EV_SND} {e.SND_BELL} 1", f"write {e.EV_SND} {e.SND_BELL} 0"]
        assert lab.nothing_more() is None
    assert lab.log.count("screen=away") == 1
    assert "SECRET" not in lab.log


def test_a_guessing_scanner_is_slowed_down(lab):
    scanner = lab.plug(SCANNER)
    with lab.running():
        lab.seen(scanner)
        began_s = ahead()
        for number in range(40):
            scanner.type(f"{number:08d}", every_s=0.001, at_s=began_s + number / 100)
        scanner.type("LATER", at_s=began_s + 10.0)
        hands = [lab.hand()]
        while hands[-1] != Scan(code="LATER", scanner=hands[0].scanner):
            hands.append(lab.hand())
    assert sum(isinstance(hand, Scan) for hand in hands) <= 10
    assert any(isinstance(hand, ScanBroken) and hand.why == "too_fast" for hand in hands)


def test_caps_lock_lights_up_on_a_keyboard_and_is_out_on_a_scanner(lab):
    able = {e.EV_KEY: ALL_KEYS, e.EV_LED: [e.LED_CAPSL]}
    keyboard, scanner = lab.plug("Some Keyboard", able=able), lab.plug(SCANNER, able=able, leds=[e.LED_CAPSL])
    with lab.running():
        lab.seen(keyboard)
        lab.seen(scanner)
        keyboard.send(press(time.monotonic(), e.KEY_CAPSLOCK))
        keyboard.type("a")
        assert lab.hand() == Press(key="a", text="A")
        assert keyboard.told() == ["grab", f"write {e.EV_LED} {e.LED_CAPSL} 1"]
        assert scanner.told() == ["grab", f"write {e.EV_LED} {e.LED_CAPSL} 0"]
        scanner.type("aB")
        assert lab.hands(2)[1].code == "aB"


def test_fingers_and_mice_reach_the_screen(lab):
    panel, mouse = lab.plug("Touch Panel", able=PANEL, props=[e.INPUT_PROP_DIRECT]), lab.plug("Mouse", able=MOUSE)
    with lab.running():
        assert [lab.seen(device).kind for device in (panel, mouse)] == ["touch", "mouse"]
        panel.send(
            now_events(
                (e.EV_ABS, e.ABS_MT_TRACKING_ID, 1),
                (e.EV_ABS, e.ABS_MT_POSITION_X, 250),
                (e.EV_ABS, e.ABS_MT_POSITION_Y, 500),
            )
        )
        assert lab.hand() == Touch(phase="down", x=0.25, y=0.5)
        lab.unplug(panel)
        assert lab.hand() == Touch(phase="cancel", x=0.25, y=0.5)
        mouse.send(now_events((e.EV_REL, e.REL_WHEEL, 1)))
        assert lab.hand() == Wheel(steps=1, x=0.5, y=0.5)
        assert "grab" in mouse.told()


def test_a_device_that_is_not_allowed_is_told_with_its_mend_and_had_when_it_is(lab):
    scanner = lab.plug(SCANNER, refuse=13)
    with lab.running():
        assert "put this program's user into the group input" in lab.seen(scanner).problem
        lab.news()
        lab.news()
        scanner.said["refuse"] = 0
        scanner.say()
        lab.news()
        soon(lambda: not lab.seen(scanner).problem, "the device")
        scanner.type(CODE)
        assert lab.hand().code == CODE
    assert lab.log.count("permission denied") == 1


def test_a_device_that_another_program_has_is_told_once_and_left(lab):
    scanner = lab.plug(SCANNER, busy=True)
    with lab.running():
        assert "another program has taken it" in lab.seen(scanner).problem
        lab.news()
    assert lab.log.count("another program") == 1


def test_a_scanner_is_kept_awake(lab, tmp_path):
    power = tmp_path / "control"
    power.write_text("auto")
    scanner = lab.plug(SCANNER, power=str(power))
    with lab.running():
        lab.seen(scanner)
        assert power.read_text() == "on"


def test_on_a_desktop_only_scanners_are_taken_and_in_a_demo_nothing(lab):
    scanner, keyboard = lab.plug(SCANNER), lab.plug("Some Keyboard")
    with lab.running(DISPLAY=":0"):
        lab.seen(scanner)
        assert lab.status.takes == "scanners"
        assert keyboard.told() == []
        scanner.type(CODE)
        assert lab.hand().code == CODE
    with lab.running(STATION_INPUT="none"):
        assert [answer.status.devices for answer in lab.ask(ask="list")] == [()]
        assert "nothing" not in lab.log


def test_a_killed_program_leaves_nothing_that_keeps_the_next_from_its_sockets(lab):
    scanner = lab.plug(SCANNER)
    with lab.running() as program:
        lab.seen(scanner)
        mode = (lab.home / "run" / "input-control.sock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
        program.send_signal(signal.SIGKILL)
        program.wait()
    with lab.running():
        lab.ask(ask="list")
        scanner.type(CODE)
        assert lab.hand().code == CODE


def test_devices_without_a_serial_are_not_taken_for_one(lab):
    radio = [lab.plug(f"Radio {n}", serial="", path="", uniq=f"aa:bb:cc:00:00:0{n}") for n in (1, 2)]
    ps2 = [lab.plug(f"Serial port {n}", serial="", path="") for n in (1, 2)]
    with lab.running():
        ids = {lab.seen(device).id for device in (*radio, *ps2)}
        assert len(ids) == 4
        lab.ask(ask="set", device=lab.seen(radio[0]).id, kind="scanner")
        soon(lambda: lab.seen(radio[0]).kind == "scanner", "the scanner")
        assert [lab.seen(device).kind for device in (radio[1], *ps2)] == ["keyboard"] * 3


def test_without_any_device_the_program_rests(lab):
    with lab.running() as program:
        lab.ask(ask="list")
        before = _switches(program.pid)
        time.sleep(3.0)
        assert _switches(program.pid) - before < 3
    assert len(lab.log.splitlines()) < 5


def test_a_broken_list_is_told_and_the_devices_are_guessed(lab):
    (lab.home / "data" / "devices.json").write_text("{")
    scanner = lab.plug(SCANNER)
    with lab.running():
        assert lab.seen(scanner).kind == "scanner"
        assert "is no list of devices" in lab.status.message


def test_a_list_that_was_brought_while_the_program_runs_counts(lab):
    unknown = lab.plug("TMC HIDKeyBoard", serial="S", path="P")
    with lab.running():
        assert lab.seen(unknown).kind == "keyboard"
        entry = {"serial": "S", "path": "P", "kind": "scanner"}
        (lab.home / "data" / "devices.json").write_text(json.dumps({"devices": [entry]}))
        lab.news()
        soon(lambda: lab.seen(unknown).kind == "scanner", "the list")
        unknown.type(CODE)
        assert lab.hand() == Scan(code=CODE, scanner=device_id("S", "P"))


def test_a_scanner_that_the_profile_names_is_one_as_soon_as_the_station_knows(lab):
    unknown = lab.plug("TMC HIDKeyBoard", vendor=0x0483, product=0x5131, serial="S", path="P")
    with lab.running():
        assert lab.seen(unknown).kind == "keyboard"
        write_scanners(scanners_file(lab.home / "data"), frozenset({"0483:5131"}))
        lab.news()
        soon(lambda: lab.seen(unknown).kind == "scanner", "the profile's list")
        assert lab.seen(unknown).why.startswith("named by the profile")
        unknown.type(CODE)
        assert lab.hand() == Scan(code=CODE, scanner=device_id("S", "P"))


def _switches(pid):
    """How often the program woke."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary_ctxt_switches"))
