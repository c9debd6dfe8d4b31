"""From the switch to the role: on old and new firmware, on each kind of graphics, with nothing else in reach."""

import pytest

pytestmark = pytest.mark.machine_tests


@pytest.mark.parametrize("role", ["till", "prep", "expediter"])
def test_it_powers_straight_into_its_role(boot, role):
    machine = boot(role, {"till": "till1", "prep": "grill1", "expediter": "pass1"}[role]).up()
    out, code = machine.run("tail -n 1 /run/station/logs/renderer.log")
    assert code == 0
    assert f"role={role}" in out


def test_uefi_too(boot):
    boot(uefi=True).up()


@pytest.mark.parametrize(("vga", "output"), [("bochs-display", "kms"), ("VGA", "kms")])
def test_other_graphics_too(boot, vga, output):
    machine = boot(vga=vga).up()
    out, _ = machine.run("grep -h output= /run/station/logs/renderer.log")
    assert f"output={output}" in out


def test_the_plain_frame_buffer_shows_the_same(boot):
    machine = boot(display={"output": "fbdev"}).up()
    out, _ = machine.run("grep -h output= /run/station/logs/renderer.log")
    assert "output=fbdev" in out


def test_a_scan_logs_in_also_after_the_scanner_was_plugged_in_again(boot):
    machine = boot().up()
    for replug in (False, True):
        if replug:
            machine.ask("device_del", id="hands")
            machine.run("sleep 2")
            machine.ask("device_add", driver="usb-kbd", id="hands", bus="usb.0")
            machine.run("sleep 6")
        machine.type(machine.card)
        out, _ = machine.run(
            "sleep 3; python3 -c \"import sqlite3; print(sqlite3.connect('/data/station/data/journal.db')"
            ".execute('select count(*) from facts where kind = ?', ('staff.seen',)).fetchone()[0])\""
        )
        assert int(out.split()[-1]) >= (2 if replug else 1)
