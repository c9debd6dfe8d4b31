"""The real renderer program on a station of its own: hands in, facts in the journal, the next frame without the card."""

import json
import signal
import socket
import sqlite3
import time
from datetime import UTC, datetime

import pytest

from station.bench import kitchen
from station.bench.scratch import ScratchStation
from station.domain.facts import StaffSeen, TokenMoved
from station.domain.floor import Spot
from station.domain.hands import Press, Touch
from station.errors import StationError
from station.local.journal import Journal
from station.local.status import TokensStatus


@pytest.fixture
def station(tmp_path):
    made = ScratchStation(tmp_path / "grill1", "grill1", "prep", (1280, 800))
    made.make_snapshot()
    made.tell()
    return made


def cards(count=3, station="grill1"):
    now = datetime.now(UTC)
    return list(kitchen.cards(now, [30.0 + n for n in range(count)], station=station).values())


def look(station):
    return station.ask(ask="describe")


def tap(station, beginning):
    seen = look(station)
    x, y, w, h = next(hit["rect"] for hit in seen["hits"] if hit["action"].startswith(beginning))
    spot = {"x": x + w / 2, "y": y + h / 2}
    station.feel(Touch(phase="down", **spot), Touch(phase="up", **spot))
    return look(station)


def soon(station, wanted, patience_s=10.0):
    ends = time.monotonic() + patience_s
    while not wanted(seen := look(station)):
        assert time.monotonic() < ends, (seen["message"], seen["cards"])
        time.sleep(0.02)
    return seen


def facts(station):
    journal = Journal(station.home / "data" / "journal.db", station.code)
    found = [(entry.fact, entry.staff) for entry in journal.since(0)]
    journal.close()
    return found


def log_in(station):
    tap(station, "login")
    return tap(station, "login:0")["person"]


def test_a_tap_on_bump_is_a_fact_in_the_journal_and_the_card_is_gone_at_the_next_look(station):
    mine = cards()
    station.put(mine)
    with station.running():
        station.wait_until_seen()
        person = log_in(station)
        first = look(station)["cards"][0]
        seen = tap(station, f"bump:{first['order']}")
        assert first["order"] not in {card["order"] for card in seen["cards"]}
        assert len(seen["cards"]) == len(mine) - 1
    login, bump = facts(station)
    assert login == (StaffSeen(staff=person["id"], what="login"), person["id"])
    assert bump[0] == TokenMoved(order=first["order"], part="1", place="stations/grill1", to="pass", verb="bump")
    assert bump[1] == person["id"]


def test_a_fact_that_the_floor_has_not_got_yet_still_holds_after_a_kill(station):
    station.put(cards())
    with station.running() as program:
        station.wait_until_seen()
        log_in(station)
        gone = look(station)["cards"][0]["order"]
        tap(station, f"bump:{gone}")
        program.send_signal(signal.SIGKILL)
        program.wait()
    with station.running():
        assert gone not in {card["order"] for card in station.wait_until_seen()["cards"]}


def test_a_card_that_comes_into_the_mirror_is_shown_at_once_and_its_first_frame_is_timed(station):
    with station.running():
        assert station.wait_until_seen()["cards"] == []
        before = time.monotonic_ns()
        card = cards(1)[0]
        station.put([card])
        seen = soon(station, lambda seen: seen["cards"])["cards"][0]
        assert before < seen["first_shown"] < time.monotonic_ns()
        assert (seen["order"], seen["number"], seen["level"]) == (card.body.order, card.body.number, "calm")
        station.mirror.move(card.spot, Spot("pass", card.spot.name.moved()))
        soon(station, lambda seen: not seen["cards"])


def test_keys_work_like_fingers(station):
    station.put(cards())
    with station.running():
        station.wait_until_seen()
        log_in(station)
        gone = look(station)["cards"][0]["order"]
        station.feel(Press(key="1"), Press(key="enter"))
        assert gone not in {card["order"] for card in look(station)["cards"]}
        station.feel(Press(key="u"))
        assert look(station)["cards"][0]["order"] == gone


def test_a_screenshot_is_a_picture_of_the_screens_size(station, tmp_path):
    with station.running():
        station.wait_until_seen()
        path = tmp_path / "now.png"
        assert station.ask(ask="screenshot", path=str(path)) == {"saved": str(path)}
        data = path.read_bytes()
        assert data.startswith(b"\x89PNG")
        assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (1280, 800)
        assert "cannot be written" in station.ask(ask="screenshot", path="/nowhere/x.png")["error"]
        assert "not understood" in station.ask(ask="dance")["error"]


def test_the_program_ends_at_once_when_it_is_asked_to_and_leaves_no_socket(station):
    with station.running() as program:
        station.wait_until_seen()
        began = time.monotonic()
        program.send_signal(signal.SIGTERM)
        assert program.wait(5) == 0
        assert time.monotonic() - began < 2
    assert not (station.home / "run" / "hands.sock").exists()
    assert "Traceback" not in (station.home / "renderer.log").read_text()


def test_sockets_are_for_the_station_alone_and_rubbish_on_them_does_no_harm(station):
    station.put(cards())
    with station.running():
        station.wait_until_seen()
        for name in ("hands.sock", "observe.sock"):
            assert (station.home / "run" / name).stat().st_mode & 0o077 == 0
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(str(station.home / "run" / "hands.sock"))
            for rubbish in (b"", b"\xff" * 2_000, b'{"hand":"touch","phase":"down","x":7,"y":0}', b"null"):
                sender.send(rubbish)
        assert len(look(station)["cards"]) == 3
    assert "is no touch, wheel or key" in (station.home / "renderer.log").read_text()


def test_without_a_snapshot_the_screen_says_so_and_goes_on_by_itself_when_it_comes(tmp_path):
    station = ScratchStation(tmp_path / "grill1", "grill1", "prep", (1280, 800))
    station.tell()
    station.put(cards())
    with station.running():
        assert "Waiting for the menu" in station.wait_until_seen()["message"]
        station.make_snapshot()
        soon(station, lambda seen: len(seen["cards"]) == 3)


def test_a_broken_snapshot_is_one_plain_sentence_and_a_later_good_one_mends_it(tmp_path):
    station = ScratchStation(tmp_path / "grill1", "grill1", "prep", (1280, 800))
    station.tell()
    (station.home / "data" / "snapshot.db").write_bytes(b"no database at all" * 100)
    with station.running():
        assert "is no database" in station.wait_until_seen()["message"]
        (station.home / "data" / "snapshot.db").unlink()
        station.make_snapshot()
        soon(station, lambda seen: not seen["message"])
    assert "Traceback" not in (station.home / "renderer.log").read_text()


def test_a_configuration_with_a_typo_keeps_the_program_waiting_with_one_line_and_then_it_starts(station):
    good = (station.home / "station.json").read_text()
    (station.home / "station.json").write_text(json.dumps({**json.loads(good), "rolle": "prep"}))
    with station.running() as program:
        ends = time.monotonic() + 10
        log = station.home / "renderer.log"
        while "did you mean 'role'" not in log.read_text():
            assert time.monotonic() < ends, log.read_text()
            time.sleep(0.05)
        with pytest.raises(StationError):
            look(station)
        (station.home / "station.json").write_text(good)
        station.wait_until_seen()
        assert program.poll() is None
    assert "Traceback" not in log.read_text()


def test_a_journal_that_refuses_is_told_plainly_and_nothing_is_shown_as_done(station):
    station.put(cards())
    with station.running():
        station.wait_until_seen()
        log_in(station)
        with sqlite3.connect(station.home / "data" / "journal.db") as db:
            for table in ("facts", "cursors"):
                db.execute(
                    f"CREATE TRIGGER refuse_{table} BEFORE INSERT ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                )
        seen = tap(station, "bump:")
        assert "This station's disk refuses" in seen["message"]
        assert "database or disk is full" in seen["message"]
        assert seen["hits"] == []
        with sqlite3.connect(station.home / "data" / "journal.db") as db:
            for table in ("facts", "cursors"):
                db.execute(f"DROP TRIGGER refuse_{table}")
        db.close()
        seen = soon(station, lambda seen: seen["cards"])
        assert len(seen["cards"]) == 3
    assert [type(fact) for fact, _ in facts(station)] == [StaffSeen]


def test_a_locked_journal_is_told_within_seconds_and_the_screen_goes_on_when_it_is_free(station):
    station.put(cards())
    with station.running():
        station.wait_until_seen()
        log_in(station)
        db = sqlite3.connect(station.home / "data" / "journal.db", isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        seen = tap(station, "bump:")
        assert time.monotonic() - began < 6
        assert "This station's disk refuses" in seen["message"]
        db.execute("ROLLBACK")
        db.close()
        assert len(soon(station, lambda seen: seen["cards"])["cards"]) == 3
    assert [type(fact) for fact, _ in facts(station)] == [StaffSeen]


def test_the_bar_follows_what_the_tokens_program_says(station):
    station.put(cards())
    with station.running():
        station.wait_until_seen()
        frame = look(station)["frame"]
        station.tell(TokensStatus(share="away", since=datetime.now(UTC), queue=2))
        soon(station, lambda seen: seen["frame"] > frame)
        assert len(look(station)["cards"]) == 3


def test_an_expediter_hands_over_a_whole_order(tmp_path):
    station = ScratchStation(tmp_path / "pass1", "pass1", "expediter", (1280, 800))
    station.make_snapshot()
    station.tell()
    card = cards(1)[0]
    station.put([kitchen.placed(card.body, "pass")[1]])
    with station.running():
        station.wait_until_seen()
        log_in(station)
        seen = tap(station, f"hand_over:{card.body.order}")
        assert seen["cards"] == []
    move = facts(station)[-1][0]
    assert (move.verb, move.place) == ("hand_over", "pass")
    assert move.to.startswith("done/")
