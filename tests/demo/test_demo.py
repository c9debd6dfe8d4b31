"""The demo as a person runs it: a whole shop, faults on purpose, figures that add up, nothing left running."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pygame
import pytest

from station.demo.eyes import NotSeen, Station
from station.demo.shop import open_shop
from station.domain.token import parse_name
from station.errors import ConfigError

COMMAND = [sys.executable, "-c", "from station.cli import main; main()", "demo"]


def processes_of(out: Path) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(out).encode() in path.read_bytes() + (path.parent / "cmdline").read_bytes():
                found.append((path.parent / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.timeout(420)
def test_a_shop_in_which_things_are_killed_loses_and_doubles_nothing(tmp_path: Path) -> None:
    # Sockets stand below it, whose paths may have 107 bytes: a long one must do as well.
    out = tmp_path / "a folder with a name that is longer than what most people would ever choose" / "out"
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}},
        "DEMO_MINUTES": "0.6",
        "DEMO_ORDERS": "24",
        "DEMO_OUT": str(out),
        "DEMO_CHAOS": "1",
    }
    done = subprocess.run(COMMAND, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no display" in done.stdout
    summary = json.loads((out / "summary.json").read_text())
    assert summary["missing"] == summary["duplicates"] == summary["quarantined"] == 0
    assert summary["orders_placed"] > 10
    assert summary["orders_in_master"] == summary["orders_placed"]
    assert summary["rows_in_master"] > 1_500
    assert summary["replica_differs"] == 0
    assert summary["orders_placed"] == summary["tokens_published"] == summary["handed_over"] + summary["in_progress"]
    assert summary["faults_injected"] == sum(summary["faults"].values()) > 0
    finished = [parse_name(path.name) for path in (out / "floor" / "done").glob("*/*.sss")]
    assert len({name.order for name in finished}) >= summary["handed_over"]
    assert list((out / "floor" / "transit").iterdir()) == []
    for name in ("till.png", "prep.png", "expediter.png"):
        assert pygame.image.load(str(out / name)).get_size() == (1920, 1080)
    assert (out / "contact-sheet.png").exists()
    assert processes_of(out) == []
    for log in (out / "stations").glob("*/logs/*.log"):
        assert "unforeseen" not in log.read_text(), log
    assert "copied=orders" in (out / "stations" / "pass1" / "logs" / "replica.log").read_text()


def test_a_folder_with_somebodys_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(ConfigError, match=r"thesis\.odt.*empty folder"):
        open_shop(tmp_path, headless=True)
    assert (tmp_path / "thesis.odt").exists()


def test_a_dark_screen_is_not_seen(tmp_path: Path) -> None:
    with pytest.raises(NotSeen, match="does not answer"):
        Station(tmp_path).look()
