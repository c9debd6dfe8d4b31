"""`station master backup`: a copy that holds together, made while people sell, and never in place of a better one."""

import resource
import shutil
import sqlite3
import stat
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MSSQL

from station import cli
from station.commands import master as commands
from station.data import backup, followed
from station.data.backup import Backup, make_backup
from station.data.locks import Taken, exclusively
from station.data.queries.replica import changes_waiting
from station.data.session import open_engine, reading
from station.data.tables import METADATA, ledger, orders, payments
from station.data.triggers import triggers_there
from station.domain.facts import StaffSeen
from station.errors import ConfigError, DataError

NOW = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)
DAY = timedelta(days=1)

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def master(engine, day, tmp_path):
    """The embedded shop, with something sold."""
    sold = day.entry(1, day.sale(("Classic burger", 1), ("Chips", 2)), "Amina")
    came = day.entry(2, StaffSeen(staff=day.shop.staff[0].id, what="login"))
    assert followed.store(engine, "till1", [sold, came]).new == 2
    return tmp_path / "master.db"


@pytest.fixture
def backups(tmp_path):
    return tmp_path / "backups"


def back_up(master, folder, *, keep=7, now=NOW):
    return make_backup(make_url(f"sqlite:///{master}"), str(folder), keep=keep, now=now)


def everything(engine):
    """Every row of every table but the queue, which nobody restores."""
    with reading(engine) as conn:
        return {
            table.name: sorted(repr(tuple(_plain(one) for one in row)) for row in conn.execute(select(table)))
            for table in METADATA.sorted_tables
            if table is not ledger.replica_changes
        }


def _plain(value):
    """Quantities have three digits; only SQLite says so with text."""
    return str(value).rstrip() if isinstance(value, str) or hasattr(value, "as_tuple") else value


@contextmanager
def opened(path):
    engine = open_engine(f"sqlite:///{path}")
    try:
        yield engine
    finally:
        engine.dispose()


@on_sqlite
def test_the_copy_is_a_master_with_the_same_rows_for_its_owner_only(engine, master, backups, monkeypatch):
    modes = []
    check = backup._check
    monkeypatch.setattr(backup, "_check", lambda path: (modes.append(path.stat().st_mode), check(path)))
    done = back_up(master, backups)
    path = Path(done.where)
    assert done == Backup(str(path), "", "sqlite", path.stat().st_size)
    assert (path.parent, path.name) == (backups, f"master-{NOW.date().toordinal() % 7 + 1}.db")
    assert {stat.S_IMODE(mode) for mode in [*modes, path.stat().st_mode]} == {0o600}
    assert [one.name for one in backups.iterdir()] == [path.name]
    with opened(path) as copy:
        assert everything(copy) == everything(engine)
        with reading(copy) as conn, reading(engine) as there:
            assert triggers_there(conn) == triggers_there(there)


@on_sqlite
def test_one_can_sell_with_the_copy(master, backups, day):
    with opened(back_up(master, backups).where) as copy:
        sold = day.entry(9, day.sale(("Chips", 1), name="after"), "Amina")
        assert followed.store(copy, "till1", [sold]) == followed.Stored(1, ())


@on_sqlite
@pytest.mark.timeout(60)
def test_sales_go_on_meanwhile_and_the_copy_has_one_moment_of_them(master, backups):
    with closing(sqlite3.connect(master)) as db:
        # Large enough that a copy in portions would never end: each write in between begins it anew.
        db.execute("CREATE TABLE ballast AS SELECT zeroblob(1000000) AS b FROM menu_items")
        db.commit()
    over, sold = threading.Event(), [0]

    def sell():
        with closing(sqlite3.connect(master, timeout=30)) as db:
            while not over.is_set():
                db.execute("UPDATE menu_items SET position = ?", (sold[0] + 1,))
                db.execute("UPDATE menu_categories SET position = ?", (sold[0] + 1,))
                db.commit()
                sold[0] += 1

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        while sold[0] < 5:
            assert seller.is_alive()
        before = sold[0]
        path = back_up(master, backups).where
        after = sold[0]
    finally:
        over.set()
        seller.join()
    with closing(sqlite3.connect(path)) as copy:
        places = {
            *copy.execute("SELECT position FROM menu_items"),
            *copy.execute("SELECT position FROM menu_categories"),
        }
    ((place,),) = places
    assert before <= place <= after + 1
    assert after > before


@on_sqlite
def test_the_last_days_are_kept_and_yesterdays_is_never_touched(master, backups):
    made = {}
    for number in range(12):
        where = Path(back_up(master, backups, keep=3, now=NOW + number * DAY).where)
        made = {path: seen for path, seen in made.items() if path != where}
        # All but the one that today replaced are as they were.
        assert {path: path.stat().st_ino for path in made} == made
        again = Path(back_up(master, backups, keep=3, now=NOW + number * DAY + timedelta(hours=20)).where)
        assert again == where
        made[where] = where.stat().st_ino
        assert set(backups.iterdir()) == set(made)
        assert len(made) == min(number + 1, 3)


@pytest.fixture
def older(master, backups):
    """What stands there already, by name; also in today's slot."""
    for number in range(7):
        back_up(master, backups, now=NOW - number * DAY)
    return {path.name: path.read_bytes() for path in backups.iterdir()}


def there(backups):
    return {path.name: path.read_bytes() for path in backups.iterdir()}


@on_sqlite
def test_a_full_disk_is_a_sentence_and_leaves_the_older_ones(master, backups, older):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(DataError, match=r"the backup .*\.new could not be made: .*; check the disk's free space"):
            back_up(master, backups)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert there(backups) == older


@on_sqlite
@pytest.mark.parametrize("folder", ["/proc", "/proc/backups", "{master}/backups"])
def test_a_folder_that_cannot_be_written_is_a_sentence(master, folder):
    with pytest.raises(
        DataError, match=r"the backup .* could not be written: [A-Z][\w ]+; check the disk and its rights"
    ):
        back_up(master, folder.format(master=master))


@on_sqlite
@pytest.mark.parametrize("damage", ["a page", "most of it"])
def test_a_damaged_master_does_not_take_a_good_ones_place(master, backups, older, damage):
    with closing(sqlite3.connect(master)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = dict(db.execute("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"))
    raw = bytearray(master.read_bytes())
    for root in list(roots.values()) if damage == "most of it" else [roots["order_lines"]]:
        if root > 1:
            raw[(root - 1) * 4096 : root * 4096] = b"\xa5" * 4096
    master.write_bytes(raw)
    with pytest.raises(DataError, match="damage"):
        back_up(master, backups)
    assert there(backups) == older


@on_sqlite
def test_rows_that_lack_what_they_refer_to_are_no_backup(master, backups, older):
    with closing(sqlite3.connect(master)) as db:
        db.execute("DELETE FROM orders")
        db.commit()
    with pytest.raises(DataError, match="does not hold together"):
        back_up(master, backups)
    assert there(backups) == older


@on_sqlite
def test_what_a_dead_one_left_is_cleared_away(master, backups):
    backups.mkdir()
    slot = NOW.date().toordinal() % 7 + 1
    for leftover in (f"master-{slot}.new", f"master-{slot}.new-journal"):
        (backups / leftover).write_bytes(b"half a backup")
    back_up(master, backups)
    assert [one.name for one in backups.iterdir()] == [f"master-{slot}.db"]


@on_sqlite
def test_two_at_once_are_one_and_a_sentence(engine, master, backups):
    with (
        exclusively(engine, "backup"),
        pytest.raises(Taken, match="another program is making a backup of the database"),
    ):
        back_up(master, backups)
    assert not backups.exists()
    assert back_up(master, backups).kind == "sqlite"


@on_sqlite
@pytest.mark.parametrize("name", ["our shop.db", "50%25.db", "what?.db", "shop#1.db"])
def test_a_master_with_an_odd_name_is_found(master, backups, name):
    odd = master.with_name(name)
    with closing(sqlite3.connect(master)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(master, odd)
    url = make_url("sqlite://").set(database=str(odd))
    with opened(make_backup(url, str(backups), keep=7, now=NOW).where) as copy, reading(copy) as conn:
        assert conn.scalar(select(func.count()).select_from(orders.orders)) == 1


@pytest.mark.parametrize("engine", ["mariadb", MSSQL], indirect=True)
def test_rows_of_another_server_become_a_master_that_holds_together(engine, day, tmp_path):
    sold = day.entry(1, day.sale(("Classic burger", 1), ("Chips", 2)), "Amina")
    followed.store(engine, "till1", [sold, day.entry(2, StaffSeen(staff=day.shop.staff[0].id, what="login"))])
    path = tmp_path / "copy.db"
    backup._copy_rows(engine, path)
    backup._check(path)
    with opened(path) as copy:
        assert everything(copy) == everything(engine)
        with reading(copy) as conn:
            assert (triggers_there(conn), changes_waiting(conn)) == (set(), 0)
            assert conn.scalar(select(payments.payments.c.amount_minor)) == sold.fact.total_minor
        later = day.entry(3, day.sale(("Chips", 1), name="later"), "Amina")
        assert followed.store(copy, "till1", [later]).refused == ()


@pytest.mark.parametrize("engine", ["mariadb"], indirect=True)
def test_a_table_that_comes_short_is_no_backup(engine, tmp_path, monkeypatch):
    count = backup.count_rows
    monkeypatch.setattr(backup, "count_rows", lambda conn, table: count(conn, table) + (table.name == "staff"))
    with pytest.raises(DataError, match=r"of the table staff only \d+ of \d+ rows came; make the backup once more"):
        backup._copy_rows(engine, tmp_path / "copy.db")


@pytest.mark.parametrize("engine", [MSSQL], indirect=True)
def test_a_server_writes_its_own_backup_or_gives_its_rows(engine, masters, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    url = masters.url("mssql")
    done = make_backup(url, None, keep=7, now=NOW)
    name = f"{url.database}-{NOW.date().toordinal() % 7 + 1}"
    if done.kind == "bak":
        assert (done.on, done.size_bytes) == (url.host, None)
        assert done.where.endswith(f"{name}.bak")
        return
    assert (done.where, done.on, done.kind) == (f"{name}.db", "", "sqlite")
    assert [one.name for one in tmp_path.iterdir()] == [f"{name}.db"]
    assert stat.S_IMODE(Path(done.where).stat().st_mode) == 0o600
    with opened(tmp_path / done.where) as copy:
        assert everything(copy) == everything(engine)


@pytest.mark.parametrize("engine", [MSSQL], indirect=True)
def test_two_at_once_on_a_server_are_one_and_a_sentence(engine, masters, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with (
        exclusively(engine, "backup"),
        pytest.raises(Taken, match="another program is making a backup of the database"),
    ):
        make_backup(masters.url("mssql"), None, keep=7, now=NOW)
    assert list(tmp_path.glob("*.db")) == []


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("D:\\backup", "D:\\backup\\station-1.bak"),
        ("C:\\Program Files\\SQL\\Backup\\", "C:\\Program Files\\SQL\\Backup\\station-1.bak"),
        ("\\\\nas\\backup", "\\\\nas\\backup\\station-1.bak"),
        ("/var/opt/mssql/data", "/var/opt/mssql/data/station-1.bak"),
    ],
)
def test_a_path_on_the_server_is_written_as_that_server_writes_it(folder, path):
    assert backup._beneath(folder, "station-1.bak") == path


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        ("00:00:00", 3.5 * 3600),
        ("03:29:59", 1),
        ("03:30:00", 24 * 3600),
        ("03:30:01", 24 * 3600 - 1),
        ("23:59:59", 3.5 * 3600 + 1),
    ],
)
def test_at_waits_for_the_next_such_time_today_or_tomorrow(now, seconds):
    moment = datetime.fromisoformat(f"2026-12-31T{now}+01:00")
    assert commands._until("03:30", moment) == seconds


@pytest.mark.parametrize("at", ["24:00", "3.30", "half past three", ""])
def test_a_time_that_is_none_is_refused(at):
    with pytest.raises(ConfigError, match=r"is no time of the day: write e\.g\. 03:30"):
        commands._until(at, NOW)


@on_sqlite
def test_the_command_waits_then_makes_one_and_ends(master, tmp_path, monkeypatch):
    rested = []
    monkeypatch.setattr(commands.time, "sleep", rested.append)
    monkeypatch.chdir(tmp_path)
    words = ["master", "backup", "--url", f"sqlite:///{master}", "--at", "03:30"]
    done = CliRunner().invoke(cli.app, words)
    assert done.exit_code == 0, done.output
    assert len(rested) == 1
    assert 0 < rested[0] <= 24 * 3600
    (path,) = (tmp_path / "backups").iterdir()
    assert f"Backup made and checked: backups/{path.name}, " in done.output
    assert CliRunner().invoke(cli.app, [*words, "--keep", "1"]).exit_code == 2
