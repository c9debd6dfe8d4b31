"""`station simulate` as a manager types it."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from station import cli
from station.data.master import init_master, seed_master
from station.domain.token import Body, Given, Line, encode, name_of
from station.errors import StationError

KEY = b"k" * 32
ULID = "01jd9q3v7k8m2n4pqrst00000"
QUICK = ("--stations", "3", "--orders", "40", "--seeds", "3")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("STATION_MASTER_URL", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def home(tmp_path) -> Path:
    """A station of a seeded shop in which nothing was sold yet."""
    made = tmp_path / "pass1"
    made.mkdir()
    master = f"sqlite:///{tmp_path}/master.db"
    init_master(master)
    seed_master(master)
    share = {"kind": "directory", "path": str(tmp_path)}
    (made / "station.json").write_text(
        json.dumps({"code": "pass1", "role": "expediter", "share": share, "master": master})
    )
    (made / "secrets.json").touch(mode=0o600)
    (made / "secrets.json").write_text(json.dumps({"token_key": KEY.hex()}))
    return made


def simulate(*words):
    result = CliRunner().invoke(cli.app, ["simulate", *words])
    if isinstance(result.exception, StationError):
        raise result.exception
    return result


def said(result) -> str:
    return re.sub(r"\s+", " ", result.output)


def test_a_table_with_every_policy_and_a_sentence() -> None:
    text = said(simulate(*QUICK))
    assert text.startswith("3 stations, 40 orders, busiest at 95 %; the mean of 3 rushes")
    for title in ("Fewest items", "Fewest orders", "In turn", "By chance"):
        assert title in text
    assert re.search(r"Counting items (beats|and counting orders cannot be told apart|is \d+ s worse)", text)


def test_json_holds_all_figures_and_the_same_sentence() -> None:
    found = json.loads(simulate(*QUICK, "--json").stdout)
    assert found["seeds"] == [1, 2, 3]
    assert [policy["name"] for policy in found["policies"]] == ["items", "orders", "turns", "chance"]
    for policy in found["policies"]:
        assert {"p50_s", "p90_s", "imbalance", "busy", "most_items", "most_orders"} <= policy.keys()
        assert len(policy["by_seed"]) == 3
        assert policy["p90_s"] == pytest.approx(sum(each["p90_s"] for each in policy["by_seed"]) / 3, abs=0.01)
    verdict = found["items_against_orders"]
    assert verdict["p90"]["low_s"] <= verdict["p90"]["sooner_s"] <= verdict["p90"]["high_s"]
    assert verdict["sentence"] in said(simulate(*QUICK))


def test_one_rush_has_no_interval_and_some_policies_no_verdict() -> None:
    found = json.loads(simulate(*QUICK, "--seeds", "1", "--json").stdout)
    assert found["items_against_orders"]["p90"]["low_s"] is None
    only = json.loads(simulate(*QUICK, "--policy", "items", "--policy", "turns", "--json").stdout)
    assert only["items_against_orders"] is None
    assert [policy["name"] for policy in only["policies"]] == ["items", "turns"]


def test_options_reach_the_kitchen() -> None:
    words = ("--kitchen", "shop", "--weight", "grill1=50", "--work", "grill=90", "--hands", "2", "--no-ticks", "--json")
    found = json.loads(simulate(*QUICK, *words).stdout)
    assert found["stations"]["grill1"] == {"groups": ["bar", "grill"], "weight_percent": 50}
    assert (found["work_s"]["grill"], found["hands"], found["ticks"]) == (90, 2, False)


def test_the_picture_is_a_png_of_a_screen(tmp_path: Path) -> None:
    assert "The picture is plot.png" in said(simulate(*QUICK, "--plot", "plot.png"))
    data = (tmp_path / "plot.png").read_bytes()
    assert data.startswith(b"\x89PNG")
    assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (1920, 1080)


def test_a_recorded_rush_comes_from_a_floor_with_the_homes_key(home, tmp_path) -> None:
    done = tmp_path / "floor" / "done" / "2026-11-23"
    done.mkdir(parents=True)
    lines = tuple(Line(id=f"{ULID}{n}", item=f"{ULID}9", name="Chips", count=2, group="fry") for n in range(3))
    token = Body(
        order=f"{ULID}0",
        number="t1-001",
        mode="eat_in",
        placed_at=datetime(2026, 11, 23, 12, tzinfo=UTC),
        placed_by="Mia",
        placed_on="till1",
        lines=lines,
        given=Given(station="fry1", by="x", at=datetime(2026, 11, 23, 12, tzinfo=UTC)),
    )
    (done / str(name_of(token, 4))).write_bytes(encode(token, KEY))
    words = ("--from", "floor", "--home", str(home), "--seeds", "2", "--plot", "plot.png")
    assert "1 station, 1 order, from done/2026-11-23; the mean of 2 rushes" in said(simulate(*words))
    found = json.loads(simulate(*words, "--stations", "2", "--kitchen", "same", "--json").stdout)
    assert (found["items"], found["peak"], list(found["stations"])) == (6, None, ["prep1", "prep2"])


def test_a_day_on_which_nothing_was_sold_is_said(home) -> None:
    with pytest.raises(StationError, match="nothing was ordered there"):
        simulate("--from", str(home))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--policy", "best"), "no policy 'best'; there are items, orders, turns, chance"),
        (("--weight", "prep9=50"), "no station 'prep9'"),
        (("--weight", "prep1=5"), "from 10 to 1000"),
        (("--work", "grill"), "write NAME=NUMBER"),
        (("--work", "gril=90"), "no 'gril'; there are bar, cold, fry, grill"),
        (("--work", "grill=nan"), "from 0.1 to 7200"),
        (("--stations", "2", "--kitchen", "shop"), "none of the 2 stations cooks fry"),
        (("--plot", "plot.jpg"), "call the file plot.png"),
        (("--day", "2026-11-23"), "--from"),
        (("--from", "floor", "--peak", "80"), "--peak shapes a drawn rush"),
        (("--from", "floor"), "station.json is missing"),
        (("--from", "sqlite:///none.db"), "none.db is missing"),
    ],
)
def test_a_mistake_is_one_sentence(words, sentence) -> None:
    with pytest.raises(StationError, match=re.escape(sentence)) as raised:
        simulate(*words)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "words", [("--stations", "1"), ("--stations", "33"), ("--seeds", "0"), ("--peak", "0"), ("--tail", "0")]
)
def test_a_number_out_of_range_is_refused(words) -> None:
    assert simulate(*words).exit_code == 2
