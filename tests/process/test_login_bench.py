"""The benchmark of log-ins goes the whole way: keys, the real input program, the real screen."""

import json

import pytest

from station.bench import login, login_parts
from station.bench.counter import opened, staffed
from station.data.snapshot import Snapshots
from station.domain.facts import StaffSeen
from station.local.journal import Journal

ROW = {"name", "n", "p50_ms", "p99_ms", "reference", "ratio", "budget", "ok"}


@pytest.fixture(scope="module")
def found():
    return json.loads(json.dumps(login.run(scans=10, staff=(3, 12))))


def test_its_object_has_the_form_of_every_benchmark(found):
    assert found.keys() == {"bench", "machine", "results"}
    assert found["bench"] == "login"
    assert "keys" in found["machine"].rpartition(";")[2]
    for row in found["results"]:
        assert row.keys() == ROW
        assert row["reference"].keys() == {"name", "p50_ms"}
        assert 0 < row["p50_ms"] <= row["p99_ms"]


def test_it_tells_each_size_of_staff_each_kind_of_card_and_each_setting_of_a_scanner(found):
    rows = {row["name"]: row["n"] for row in found["results"]}
    assert {name: n for name, n in rows.items() if name.startswith("last key")} == {
        "last key to name: 3 staff, static cards": 10,
        "last key to name: 12 staff, static cards": 10,
        "last key to name: 12 staff, rotating cards": 9,
        "last key to name: 12 staff, static cards, from the log-in screen": 2,
        "last key to name: 50 staff, static cards, prep display with 24 orders": 2,
    }
    assert sum(name.startswith("computed: ") and n == 0 for name, n in rows.items()) == 2 * len(login.SETTINGS_MS)


def test_the_parts_are_the_whole(found):
    parts = [row for row in found["results"] if row["name"].startswith("of it ")]
    assert [row["name"].removeprefix("of it ").rpartition(":")[0] for row in parts] == list(login_parts.PARTS)
    assert sum(row["ratio"] for row in parts) == pytest.approx(1.0, abs=0.01)


def test_each_person_is_on_the_screen_and_in_the_journal(tmp_path):
    station, members = staffed(tmp_path / "till1", 3, rotating=True)
    pictures = []
    with opened(station) as counter:
        for one, rotating in [(members[0], False), (members[1], True), (members[2], False), (members[0], True)]:
            ended_ns, shown_ns = counter.scan(one.code(rotating=rotating), one.name)
            assert ended_ns < shown_ns
            picture = tmp_path / f"{len(pictures)}.png"
            station.ask(ask="screenshot", path=str(picture))
            pictures.append(picture.read_bytes())
        counter.scan(members[0].static.code, None)
    assert len(set(pictures[:3])) == 3
    journal = Journal(station.home / "data" / "journal.db", "till1")
    seen = [entry.fact for entry in journal.since(0) if isinstance(entry.fact, StaffSeen)]
    journal.close()
    shop = Snapshots(station.home / "data" / "snapshot.db", "till1").load()
    names = {person.id: person.name for person in shop.staff}
    assert [(names[fact.staff], fact.what, fact.how) for fact in seen] == [
        *((one.name, "login", "wallet") for one in (*members, members[0])),
        (members[0].name, "logout", "wallet"),
    ]
