"""The `station` command as a manager types it, on a floor in a folder."""

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from station import cli
from station.data.master import init_master, seed_master
from station.domain.facts import FloorReported, OrderSent
from station.domain.floor import INBOX, PASS
from station.domain.token import Body
from station.errors import StationError
from station.local.journal import Journal
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor

KEY = b"k" * 32


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "till1"
    (home / "data").mkdir(parents=True)
    (tmp_path / "floor").mkdir()
    master = f"sqlite:///{tmp_path}/master.db"
    init_master(master)
    seed_master(master)
    share = {"kind": "directory", "path": str(tmp_path / "floor")}
    (home / "station.json").write_text(json.dumps({"code": "till1", "role": "till", "share": share, "master": master}))
    (home / "secrets.json").touch(mode=0o600)
    (home / "secrets.json").write_text(json.dumps({"token_key": KEY.hex()}))
    return home


@pytest.fixture
def floor(home: Path, new_id: Callable[[], str], progress) -> Floor:
    made = Floor(
        DirectoryShare(home.parent / "floor"),
        KEY,
        progress,
        nonce=new_id,
        today=lambda: date(2026, 11, 23),
        monotonic=lambda: 0.0,
        sleep=lambda _: None,
    )
    made.prepare()
    return made


def station(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.app, [*words, "--home", str(home)])


def said(result: Result) -> str:
    return re.sub(r"\s+", " ", result.output)


def sent(home: Path, body: Body, new_id: Callable[[], str], *, published: bool) -> None:
    """The order in the till's journal, as its program leaves it."""
    journal = Journal(home / "data" / "journal.db", "till1")
    fact = OrderSent(
        order=body.order,
        number=body.number,
        business_day=new_id(),
        mode="eat_in",
        lines=(),
        tenders=(),
        total_minor=0,
        tax_minor=0,
        currency="EUR",
        token=body,
    )
    entry = journal.append(fact, None, datetime.now(UTC))
    if published:
        report = FloorReported(
            fact=entry.id,
            order=body.order,
            part="1",
            revision=0,
            hop=0,
            source="",
            to="inbox",
            verb="send",
            outcome="done",
        )
        journal.settle(entry, report, datetime.now(UTC))
    journal.close()


def test_every_command_says_what_it_is_for() -> None:
    for words in ((), ("floor",), ("master",), ("bench",), ("demo",), ("doctor",), ("show",), ("floor", "republish")):
        result = CliRunner().invoke(cli.app, [*words, "--help"])
        assert result.exit_code == 0
        assert len(said(result)) > 150


def test_ls_shows_where_every_order_is(home, floor, body, new_id) -> None:
    floor.publish(new_id(), body("Burger"), INBOX)
    floor.publish(new_id(), body("Fries", number="t1-043"), PASS)
    assert "2 orders in progress" in said(station(home, "floor", "ls"))
    rows = json.loads(station(home, "floor", "ls", "--json").output)
    assert [(row["place"], row["number"], row["items"]) for row in rows] == [
        ("inbox", "T1-042", 2),
        ("pass", "T1-043", 2),
    ]


def test_check_proves_a_whole_floor_and_finds_what_is_missing(home, floor, body, new_id) -> None:
    order = body("Burger")
    spot = floor.publish(new_id(), order)
    sent(home, order, new_id, published=True)
    good = station(home, "floor", "check")
    assert good.exit_code == 0
    assert "nothing is missing" in said(good)
    (home.parent / "floor" / spot.path).unlink()
    bad = station(home, "floor", "check")
    assert bad.exit_code == 1
    assert "missing: order T1-042" in said(bad)
    assert json.loads(station(home, "floor", "check", "--json").output)["missing"]


def test_check_finds_an_altered_and_a_double_token(home, floor, body, new_id) -> None:
    spot = floor.publish(new_id(), body("Burger"))
    path = home.parent / "floor" / spot.path
    (home.parent / "floor" / "pass" / str(spot.name.moved())).write_bytes(path.read_bytes())
    twice = station(home, "floor", "check")
    assert twice.exit_code == 1
    assert "double: " in said(twice)
    (home.parent / "floor" / "pass" / str(spot.name.moved())).unlink()
    path.write_bytes(path.read_bytes().replace(b"Burger", b"Burgur"))
    assert "altered" in said(station(home, "floor", "check"))


def test_move_takes_one_order_to_another_place(home, floor, body, new_id) -> None:
    floor.publish(new_id(), body("Burger"))
    assert "inbox → hold" in said(station(home, "floor", "move", "T1-042", "hold"))
    assert len(list((home.parent / "floor" / "hold").iterdir())) == 1
    with pytest.raises(StationError, match="no order T1-999"):
        raise station(home, "floor", "move", "T1-999", "pass").exception or AssertionError
    with pytest.raises(StationError, match="no place"):
        raise station(home, "floor", "move", "T1-042", "../etc").exception or AssertionError


def test_republish_sends_what_is_nowhere_and_never_twice(home, floor, body, new_id) -> None:
    order = body("Burger")
    sent(home, order, new_id, published=True)
    assert "T1-042 is in inbox again" in said(station(home, "floor", "republish", "T1-042"))
    with pytest.raises(StationError, match="on the floor already"):
        raise station(home, "floor", "republish", "T1-042").exception or AssertionError
    assert len(list((home.parent / "floor" / "inbox").iterdir())) == 1


def test_republish_leaves_what_is_still_waiting_here_to_its_program(home, floor, body, new_id) -> None:
    sent(home, body("Burger"), new_id, published=False)
    with pytest.raises(StationError, match="sent by itself"):
        raise station(home, "floor", "republish", "T1-042").exception or AssertionError


def test_show_tells_an_order_in_words_and_refuses_a_stranger(home, floor, body, new_id) -> None:
    spot = floor.publish(new_id(), body("Burger", "Fries"))
    path = home.parent / "floor" / spot.path
    text = said(station(home, "show", str(path)))
    assert "T1-042" in text
    assert "2 × Burger" in text
    assert json.loads(station(home, "show", "--json", str(path)).output)["number"] == "t1-042"
    path.write_bytes(b"SSS/1 nonsense")
    with pytest.raises(StationError, match="is no valid token"):
        raise station(home, "show", str(path)).exception or AssertionError


def test_doctor_finds_a_healthy_station_and_names_a_folder_that_is_gone(home, floor) -> None:
    findings = {each["what"]: each for each in json.loads(station(home, "doctor", "--json").output)}
    assert findings["share"]["verdict"] == "ok"
    assert findings["master"]["verdict"] == "ok"
    (home.parent / "floor").rename(home.parent / "elsewhere")
    ill = station(home, "doctor", "--json")
    assert ill.exit_code == 1
    assert {each["what"]: each for each in json.loads(ill.output)}["share"]["verdict"] == "wrong"


def test_a_mistake_is_one_line_on_standard_error(monkeypatch, capsys, tmp_path) -> None:
    monkeypatch.setattr(sys, "argv", ["station", "floor", "ls", "--home", str(tmp_path / "nowhere")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith("station: ")
    assert "provision it" in error
    assert error.count("\n") == 1


def test_master_init_and_seed_can_be_done_twice(tmp_path) -> None:
    url = f"sqlite:///{tmp_path}/m.db"
    runner = CliRunner()
    for _ in range(2):
        assert runner.invoke(cli.app, ["master", "init", "--url", url]).exit_code == 0
        seeded = runner.invoke(cli.app, ["master", "seed", "--url", url, "--json"])
        assert json.loads(seeded.output)["menu_items"] >= 40
