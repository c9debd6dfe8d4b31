"""When a version of the system is confirmed, when it is left, and when the watchdog is not fed."""

import os
import subprocess
import sys
import time

import pytest

from station.bench.scratch import ScratchStation
from station.local.heartbeat import Heartbeat, age_s
from station.machine import slots
from station.machine.health import PATIENCE_S, WELL_S, Health
from station.machine.signs import MUST_RUN, programs, wrong
from station.machine.watchdog import BOOT_S, SILENT_S, Keeper

ALL = dict.fromkeys(MUST_RUN, 100)


class Watched:
    """A machine whose clock and programs a test moves."""

    def __init__(self, home, *, confirmed=False):
        self.now, self.problem, self.found = 0.0, "", dict(ALL)
        self.confirms, self.restarts = [], 0
        self.health = Health(
            home,
            "B",
            running=lambda _home: self.found,
            judge=lambda _home, _found: self.problem,
            confirm=self.confirms.append,
            confirmed=lambda _slot: confirmed,
            restart=self.restart,
            now=lambda: self.now,
        )

    def restart(self):
        self.restarts += 1

    def run(self, seconds):
        ends = self.now + seconds
        while self.now < ends:
            self.now += self.health.step()


def test_a_minute_of_all_being_well_confirms_once(tmp_path):
    watched = Watched(tmp_path)
    watched.run(WELL_S - 4)
    assert watched.confirms == []
    watched.run(8)
    assert watched.confirms == ["B"]
    watched.problem = "the screen does not draw"
    watched.run(PATIENCE_S * 3)
    assert (watched.confirms, watched.restarts) == (["B"], 0), "what was confirmed is never left for this"


def test_anything_wrong_begins_the_minute_anew(tmp_path):
    watched = Watched(tmp_path)
    watched.run(WELL_S - 4)
    watched.problem = "data cannot be written: No space left on device"
    watched.run(2)
    watched.problem = ""
    watched.run(WELL_S - 4)
    assert watched.confirms == []
    watched.found = {**ALL, "renderer": 101}
    watched.run(2)
    watched.run(WELL_S - 6)
    assert watched.confirms == [], "a renderer that was started again is not well yet"
    watched.run(10)
    assert watched.confirms == ["B"]


def test_what_never_becomes_well_starts_the_machine_again_and_what_was_confirmed_does_not(tmp_path):
    watched = Watched(tmp_path)
    watched.problem = "renderer does not run"
    watched.run(PATIENCE_S - 10)
    assert watched.restarts == 0
    watched.run(20)
    assert watched.restarts == 1
    before = Watched(tmp_path, confirmed=True)
    before.problem = "renderer does not run"
    before.run(PATIENCE_S * 4)
    assert before.restarts == 0


def test_what_is_wrong_is_named(tmp_path):
    station = ScratchStation(tmp_path, "till1", "till")
    beat = Heartbeat(tmp_path / "run")
    assert wrong(tmp_path, None) == "the supervisor does not answer"
    assert wrong(tmp_path, {"tokens": 1, "input": 2}) == "renderer does not run"
    assert wrong(tmp_path, ALL) == "the screen does not draw"
    beat.beat()
    assert wrong(tmp_path, ALL) == ""
    os.utime(tmp_path / "run" / "heartbeat", (1, 1))
    assert wrong(tmp_path, ALL) == "the screen does not draw"
    Heartbeat(tmp_path / "run").beat()
    station.configure(code="till1", role="cook", share={}, master="")
    assert "station.json" in wrong(tmp_path, ALL)


def test_the_supervisor_is_asked_for_real(tmp_path):
    (tmp_path / "run").mkdir()
    assert programs(tmp_path) is None
    (tmp_path / "s.conf").write_text(
        f"[unix_http_server]\nfile={tmp_path}/run/supervisor.sock\n[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\n"
        f"pidfile={tmp_path}/pid\n[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n"
        "[program:one]\ncommand=sleep 100\nstartsecs=0\n[program:two]\ncommand=false\nstartsecs=0\nautorestart=false\n"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "-n", "-c", tmp_path / "s.conf"], stdout=subprocess.DEVNULL
    )
    try:
        ends = time.monotonic() + 20
        while not (found := programs(tmp_path) or {}).get("one"):
            assert time.monotonic() < ends
            time.sleep(0.1)
        assert set(found) == {"one"}
    finally:
        supervisor.terminate()
        supervisor.wait(10)


class Fed:
    def __init__(self):
        self.times = 0

    def feed(self):
        self.times += 1


@pytest.mark.parametrize(
    ("now", "found", "age", "fed"),
    [
        (10, ALL, None, True),
        (BOOT_S + 1, ALL, None, False),
        (BOOT_S + 1, ALL, 1.0, True),
        (BOOT_S + 1, ALL, SILENT_S + 1, False),
        (10, None, 1.0, False),
    ],
)
def test_the_watchdog_is_fed_while_the_supervisor_answers_and_the_screen_goes_round(tmp_path, now, found, age, fed):
    moment = [0.0]
    device = Fed()
    keeper = Keeper(device, tmp_path, running=lambda _: found, age=lambda _: age, now=lambda: moment[0])
    moment[0] = now
    keeper.step()
    assert bool(device.times) == fed


def test_the_slot_is_read_from_what_the_boot_loader_said(tmp_path):
    line = tmp_path / "cmdline"
    line.write_text("BOOT_IMAGE=/boot/vmlinuz station.slot=b rauc.slot=B ro quiet\n")
    assert slots.booted(line) == "B"
    line.write_text("BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro\n")
    assert slots.booted(line) == ""


def test_a_heartbeat_is_as_old_as_its_last_beat(tmp_path):
    assert age_s(tmp_path) is None
    Heartbeat(tmp_path).beat()
    assert age_s(tmp_path) < 5
