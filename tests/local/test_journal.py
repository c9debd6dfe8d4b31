"""The journal: nothing recorded is lost, changed or told twice, whoever dies when."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from station.domain.facts import FloorReported, StaffSeen, TokenMoved
from station.errors import JournalError
from station.local.bell import Listener, bell_of
from station.local.journal import Journal

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDER = "01jd9q3v7k8m2n4pqrst0wxyz0"
BUMP = TokenMoved(order=ORDER, part="1", place="stations/grill1", to="pass", verb="bump")


def report(fact: str) -> FloorReported:
    return FloorReported(
        fact=fact,
        order=ORDER,
        part="1",
        revision=0,
        hop=3,
        source="stations/grill1",
        to="pass",
        verb="bump",
        outcome="done",
    )


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "data" / "journal.db", "grill1")


def test_facts_come_back_in_order_with_who_and_when(journal: Journal) -> None:
    first = journal.append(BUMP, "staff-1", NOW)
    second = journal.append(StaffSeen(what="logout"), None, NOW + timedelta(seconds=1))
    assert journal.since(0) == [first, second]
    assert journal.since(first.seq) == [second]
    assert journal.last() == second.seq
    assert first.fact == BUMP


def test_only_facts_for_the_floor_are_pending_until_they_are_settled(journal: Journal) -> None:
    first = journal.append(BUMP, None, NOW)
    journal.append(StaffSeen(what="logout"), None, NOW)
    third = journal.append(BUMP, None, NOW)
    assert journal.pending() == [first, third]
    journal.settle(third, report(third.id), NOW)
    assert journal.pending() == [first]
    assert journal.cursor("tokens") == 0
    journal.settle(first, report(first.id), NOW)
    assert journal.pending() == []
    assert journal.cursor("tokens") == journal.last()


def test_a_report_is_recorded_with_the_settling_or_not_at_all(journal: Journal) -> None:
    entry = journal.append(BUMP, None, NOW)
    journal.save_progress(entry.id, "staged", "n", "s", "t", "")
    journal.settle(entry, report(entry.id), NOW)
    assert [found.fact for found in journal.since(entry.seq)] == [report(entry.id)]
    assert journal.progress(entry.id) is None
    assert journal.nonces() == []


def test_a_cursor_never_goes_back(journal: Journal) -> None:
    journal.advance("link", 5)
    journal.advance("link", 3)
    assert journal.cursor("link") == 5


def test_numbers_count_up_by_name_and_outlive_a_restart(journal: Journal) -> None:
    assert [journal.next_number("t1 monday"), journal.next_number("t1 monday"), journal.next_number("t1 tuesday")] == [
        1,
        2,
        1,
    ]
    journal.close()
    assert Journal(journal.path, "grill1").next_number("t1 monday") == 3


def test_an_altered_a_removed_and_a_foreign_fact_are_found(journal: Journal) -> None:
    for _ in range(4):
        journal.append(BUMP, None, NOW)
    assert journal.broken_at() is None
    assert Journal(journal.path, "grill2").broken_at() == 1
    raw = sqlite3.connect(journal.path)
    with raw:
        raw.execute("UPDATE facts SET staff = 'somebody else' WHERE seq = 3")
    assert journal.broken_at() == 3
    with raw:
        raw.execute("DELETE FROM facts WHERE seq = 2")
    assert [(one.kind, one.seq) for one in journal.damages()] == [("missing", 2), ("altered", 3)]


def test_a_disk_that_refuses_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(JournalError, match="Nothing was recorded"):
        Journal(tmp_path / "data" / "journal.db", "grill1")


def test_a_full_disk_refuses_the_fact_and_keeps_the_others(journal: Journal) -> None:
    kept = journal.append(BUMP, None, NOW)
    journal._db.execute(f"PRAGMA max_page_count = {journal._db.execute('PRAGMA page_count').fetchone()[0]}")

    def fill() -> None:
        for _ in range(200):
            journal.append(BUMP, "x" * 30, NOW)

    with pytest.raises(JournalError, match="full"):
        fill()
    assert journal.since(0)[0] == kept
    assert journal.broken_at() is None


def test_the_bell_wakes_a_follower(journal: Journal) -> None:
    import threading  # noqa: PLC0415 - only here

    rung = threading.Event()
    listener = Listener(bell_of(journal.path), rung.set)
    journal.append(BUMP, None, NOW)
    assert rung.wait(5)
    listener.close()


_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from station.domain.facts import StaffSeen
from station.local.journal import Journal
journal = Journal(Path(sys.argv[1]), "grill1")
while True:
    print(journal.append(StaffSeen(what="login"), None, datetime.now(UTC)).id, flush=True)
"""


def test_a_writer_killed_at_any_moment_has_lost_nothing_that_it_told(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    told: list[str] = []
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            told.extend(writer.stdout.readline().strip() for _ in range(40))
            os.kill(writer.pid, signal.SIGKILL)
            told.extend(line.strip() for line in writer.stdout if len(line) == 27)
    journal = Journal(path, "grill1")
    kept = [entry.id for entry in journal.since(0, limit=100_000)]
    assert [fact for fact in kept if fact in set(told)] == told
    assert journal.broken_at() is None


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "small"
    root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(root)], check=True)
    yield root
    subprocess.run(["umount", "-l", str(root)], check=True)


def test_after_a_full_disk_the_same_connection_takes_facts_again(small_disk: Path) -> None:
    journal = Journal(small_disk / "journal.db", "grill1")
    told = [journal.append(BUMP, None, NOW)]
    stuffing = small_disk / "stuffing"
    with suppress(OSError), stuffing.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 1024)

    def go_on() -> None:
        told.extend(journal.append(BUMP, "x" * 30, NOW) for _ in range(500))

    def settle() -> None:
        for _ in range(100):
            journal.settle(told[0], report(told[0].id), NOW)

    for refused in (go_on, go_on, settle, go_on):
        with pytest.raises(JournalError, match=r"full|I/O"):
            refused()
    stuffing.unlink()
    told.append(journal.append(BUMP, None, NOW))
    assert [entry.id for entry in journal.since(0, limit=10_000) if entry.fact == BUMP] == [entry.id for entry in told]
    assert journal.broken_at() is None


def test_a_commit_that_is_refused_leaves_no_transaction_open(journal: Journal) -> None:
    told = journal.append(BUMP, None, NOW)
    # Checked at the commit only, so that it is the commit that fails, as it may on a full disk.
    journal._db.execute("CREATE TABLE later (x INTEGER REFERENCES facts (seq) DEFERRABLE INITIALLY DEFERRED)")
    journal._db.execute("PRAGMA foreign_keys=ON")
    journal._db.execute(
        "CREATE TRIGGER refuse AFTER INSERT ON facts WHEN NEW.staff = 'nobody' BEGIN INSERT INTO later VALUES (-1); END"
    )
    with pytest.raises(JournalError, match="FOREIGN KEY"):
        journal.append(BUMP, "nobody", NOW)
    later = journal.append(BUMP, None, NOW)
    assert journal.since(0) == [told, later]


def test_pending_facts_are_told_anew_whoever_settled_them(journal: Journal) -> None:
    other = Journal(journal.path, "grill1")
    entry = other.append(BUMP, None, NOW)
    assert journal.pending() == other.pending() == [entry]
    journal.pending().clear()
    assert journal.pending() == [entry]
    other.settle(entry, report(entry.id), NOW)
    assert journal.pending() == other.pending() == []


def test_what_this_version_cannot_read_is_left_out_and_waits(journal: Journal) -> None:
    first, strange, third = (journal.append(BUMP, None, NOW) for _ in range(3))
    raw = sqlite3.connect(journal.path)
    with raw:
        raw.execute("UPDATE facts SET body = ? WHERE seq = ?", (b'{"kind": "from.the.future"}', strange.seq))
    assert journal.since(0) == journal.pending() == [first, third]
    assert journal.since(0, limit=1) == [first]
    assert journal.since(first.seq, limit=1) == [third]
    (sentence,) = journal.set_aside()
    assert "from.the.future" in sentence
    journal.settle(first, None, NOW)
    assert journal.cursor("tokens") == strange.seq
    assert journal.set_aside() == [sentence]
    journal.settle(third, None, NOW)
    assert journal.pending() == []
    with raw:
        raw.execute("UPDATE facts SET body = ? WHERE seq = ?", (msgspec.json.encode(BUMP), strange.seq))
    assert journal.pending() == [strange]
    assert journal.set_aside() == []
    journal.settle(strange, report(strange.id), NOW)
    assert journal.pending() == []
