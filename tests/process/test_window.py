"""The renderer in a real window, on a display of its own."""

import json
import os
import signal
import subprocess
from datetime import UTC, datetime

import pytest

from station.bench import kitchen
from station.bench.scratch import ScratchStation


@pytest.fixture
def display():
    """A display that nobody sees; its name."""
    reader, writer = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(writer,),
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    try:
        with os.fdopen(reader) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def test_a_window_shows_the_cards_and_closes_when_the_program_is_asked_to_end(display, tmp_path, monkeypatch):
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
    station = ScratchStation(tmp_path / "grill1", "grill1", "prep", (1024, 768))
    station.make_snapshot()
    station.tell()
    settings = json.loads((station.home / "station.json").read_text())
    settings["display"] |= {"headless": False, "fullscreen": False}
    station.configure(**settings)
    station.put(kitchen.cards(datetime.now(UTC), [200.0, 20.0]).values())
    with station.running() as program:
        assert len(station.wait_until_seen()["cards"]) == 2
        assert "headless=False" in (station.home / "renderer.log").read_text()
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0
    assert "Traceback" not in (station.home / "renderer.log").read_text()
