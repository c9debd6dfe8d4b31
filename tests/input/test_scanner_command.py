"""`station scanner …`: beside the running program and without it."""

import json
import re
import sys
import threading
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from station import cli
from station.commands import scanner as command
from station.domain.hands import Press, Scan
from station.errors import StationError

sys.path.insert(0, str(Path(__file__).parent))

from lab import PATIENCE_S, Lab, soon
from strokes import CODE
from with_fakes import FakeUdev, opener

SECRET = "SW9SECRETSECRETSECRETSECRET99"


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


@pytest.fixture
def alone(lab, monkeypatch):
    """No program runs: the command opens the devices itself."""
    monkeypatch.setattr(command, "Udev", partial(FakeUdev, lab._devices))
    monkeypatch.setattr(command, "open_device", opener(lab._devices))
    yield lab
    (lab._devices / "udev").unlink(missing_ok=True)


def station(lab, *words):
    return CliRunner().invoke(cli.app, ["scanner", *words, "--home", str(lab.home)])


def said(result):
    assert result.exit_code == 0, result.output
    return re.sub(r"\s+", " ", result.output)


def test_the_list_tells_what_is_what_and_why(lab):
    scanner = lab.plug("ACME Barcode [red]Scanner")
    with lab.running():
        seen = lab.seen(scanner)
        text = said(station(lab, "list"))
        assert seen.id in text
        assert "ACME Barcode [red]Scanner" in text
        assert "its name says 'Barcode'" in text
        rows = json.loads(said(station(lab, "list", "--json")))
        assert [(row["id"], row["kind"], row["node"]) for row in rows] == [(seen.id, "scanner", scanner.node)]


def test_a_device_that_types_a_code_quickly_is_learnt_and_stays_a_scanner(lab):
    unknown, keyboard = lab.plug("TMC HIDKeyBoard"), lab.plug("Some Keyboard")
    with lab.running():
        assert lab.seen(unknown).kind == "keyboard"
        results = []
        learner = threading.Thread(target=lambda: results.append(station(lab, "learn")))
        learner.start()
        soon(lambda: "learning=begun" in lab.log, "the lesson")
        keyboard.type("by hand", every_s=0.1)
        assert lab.nothing_more() is None
        unknown.type(SECRET)
        learner.join(PATIENCE_S)
        assert "is a scanner here from now on" in said(results[0])
        assert lab.nothing_more() is None
        soon(lambda: lab.seen(unknown).kind == "scanner", "the scanner")
        assert lab.seen(keyboard).kind == "keyboard"
        unknown.type(CODE)
        assert lab.hand() == Scan(code=CODE, scanner=lab.seen(unknown).id)
        keyboard.type("a", end=None)
        assert lab.hand() == Press(key="a", text="a")
        assert "SECRET" not in results[0].output + lab.log
    with lab.running():
        soon(lambda: lab.seen(unknown).kind == "scanner", "the scanner after a restart")


def test_a_lesson_in_which_nobody_scans_ends_and_says_so(lab):
    keyboard = lab.plug("Some Keyboard")
    with lab.running():
        lab.seen(keyboard)
        result = station(lab, "learn", "--seconds", "1")
        assert isinstance(result.exception, StationError)
        assert "no device typed a code quickly" in str(result.exception)
        keyboard.type("a", end=None)
        assert lab.hand() == Press(key="a", text="a")


def test_what_was_set_counts_at_once_and_is_forgotten_again(lab):
    unknown = lab.plug("TMC HIDKeyBoard")
    with lab.running():
        seen = lab.seen(unknown)
        assert "is scanner on this station" in said(station(lab, "set", seen.id[:5], "scanner"))
        soon(lambda: lab.seen(unknown).kind == "scanner", "the kind")
        said(station(lab, "forget", seen.id))
        soon(lambda: lab.seen(unknown).kind == "keyboard", "the kind")
        result = station(lab, "forget", seen.id)
        assert "is not on the list" in str(result.exception)


def test_a_device_that_is_not_plugged_in_is_listed_and_can_be_forgotten(lab):
    unknown = lab.plug("TMC HIDKeyBoard")
    with lab.running():
        seen = lab.seen(unknown)
        said(station(lab, "set", unknown.node.rpartition("/")[2], "scanner"))
        lab.unplug(unknown)
        soon(lambda: "listed, not plugged in" in said(station(lab, "list")), "the list")
        said(station(lab, "forget", seen.id))
        assert seen.id not in said(station(lab, "list"))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("set", "zz", "scanner"), "no device 'zz'"),
        (("set", "zz", "camera"), "there is no kind 'camera'"),
        (("set", "zz", "touch", "--rotate", "45"), "cannot be turned by 45 degrees"),
        (("forget", ""), "no device ''"),
    ],
)
def test_a_mistake_is_one_sentence(alone, words, sentence):
    assert sentence in str(station(alone, *words).exception)


def test_a_folder_that_is_no_stations_is_not_made(lab):
    result = CliRunner().invoke(cli.app, ["scanner", "list", "--home", str(lab.home / "typo")])
    assert "there is no folder" in str(result.exception)
    assert not (lab.home / "typo").exists()


def test_without_the_program_the_list_is_looked_up_here(alone):
    scanner = alone.plug("ACME Barcode Scanner")
    rows = json.loads(said(station(alone, "list", "--json")))
    assert [(row["kind"], row["node"]) for row in rows] == [("scanner", scanner.node)]
    assert scanner.told() == []


def test_without_the_program_a_scanner_is_learnt_here(alone):
    unknown = alone.plug("TMC HIDKeyBoard")
    results = []
    learner = threading.Thread(target=lambda: results.append(station(alone, "learn")))
    learner.start()
    unknown.type(SECRET)
    learner.join(PATIENCE_S)
    assert "is a scanner here from now on" in said(results[0])
    entries = json.loads((alone.home / "data" / "devices.json").read_text())["devices"]
    assert [(entry["kind"], entry["name"]) for entry in entries] == [("scanner", "TMC HIDKeyBoard")]


def test_without_the_program_a_kind_is_set_and_forgotten(alone):
    panel = alone.plug("TMC HIDKeyBoard")
    device = json.loads(said(station(alone, "list", "--json")))[0]["id"]
    (alone._devices / "udev").unlink()
    said(station(alone, "set", device, "scanner"))
    (alone._devices / "udev").unlink()
    assert json.loads(said(station(alone, "list", "--json")))[0]["kind"] == "scanner"
    assert panel.told() == []
