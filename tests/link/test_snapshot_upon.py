"""A snapshot made upon the one before: what is fetched for it, and that it is what a whole one would be."""

import random
import re
import sqlite3
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event, insert, select, update

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))
from masters import KINDS, MSSQL, Masters

from station.data import snapshot as snapshots
from station.data.ids import derived_ulid
from station.data.queries.link import catalogue_version, every_snapshot_table, snapshot_tables
from station.data.session import open_snapshot, reading, writing
from station.data.snapshot import build_snapshot, version_of
from station.data.tables import menu, shop, staff
from station.errors import DatabaseBusy
from tests.data.conftest import NOW

EDITS = {"sqlite": 40, "mysql": 30, "mssql": 25}
ITEMS, PRICES, DAYS = menu.menu_items, menu.menu_item_prices, shop.business_days
ROLES, SETTINGS = staff.staff_roles, shop.station_settings


@pytest.fixture(scope="session")
def masters(tmp_path_factory, request):
    made = Masters(tmp_path_factory.mktemp("masters"), lambda: request.getfixturevalue("mariadb"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def master(request, masters, tmp_path):
    """The demo shop, where some have a PIN."""
    engine = masters.seeded(request.param, tmp_path / "master.db", NOW)
    with writing(engine) as conn:
        for who in conn.scalars(select(staff.staff.c.id).order_by(staff.staff.c.code).limit(3)).all():
            new = {"id": derived_ulid(NOW, "pin", who), "staff_id": who, "argon2id": "$argon2id$", "set_at": NOW}
            conn.execute(insert(staff.staff_pins).values(new))
    yield engine
    engine.dispose()


@pytest.fixture
def old(master, tmp_path):
    """A whole snapshot of it."""
    build_snapshot(master, tmp_path / "snapshot.db")
    return tmp_path / "snapshot.db"


class Manager:
    """Edits one thing after the other, by chance; `touch` gives the tables that it changed."""

    def __init__(self, engine):
        self.engine, self.chance, self.count = engine, random.Random(1123), 0
        self.edits = [
            self.price, self.dearer, self.sold_out, self.new_item, self.retired, self.renamed, self.hired, self.role,
            self.setting, self.pin, self.day,
        ]  # fmt: skip

    def touch(self):
        """One to three edits in one transaction; now and then none."""
        self.count += 1
        chosen = self.chance.sample(self.edits, self.count % 4)
        with writing(self.engine) as conn:
            return {edit(conn).name for edit in chosen}

    def any_of(self, conn, table):
        return dict(self.chance.choice(conn.execute(select(table)).mappings().all()))

    def another(self, conn, table, **changes):
        """A new row like one that is there."""
        row = self.any_of(conn, table)
        new = {name: row[name] for name in row if name not in {"created_at", "updated_at", "revision"}}
        conn.execute(insert(table).values({**new, "id": self.id(table.name), **changes}))
        return table

    def changed(self, conn, table, **changes):
        conn.execute(update(table).where(table.c.id == self.any_of(conn, table)["id"]).values(changes))
        return table

    def id(self, what):
        return derived_ulid(NOW, what, str(self.count))

    def price(self, conn):
        return self.changed(conn, PRICES, price_minor=self.count)

    def dearer(self, conn):
        return self.another(conn, PRICES, price_minor=self.count, valid_from=NOW + timedelta(minutes=self.count))

    def sold_out(self, conn):
        return self.changed(conn, ITEMS, sold_out=self.chance.random() < 0.5)

    def new_item(self, conn):
        return self.another(conn, ITEMS, name=f"Ægg № {self.count}")

    def retired(self, conn):
        return self.changed(conn, ITEMS, retired_at=NOW)

    def renamed(self, conn):
        return self.changed(conn, staff.staff, name=f"Zoë {self.count}")

    def hired(self, conn):
        return self.another(conn, staff.staff, code=f"new{self.count}")

    def role(self, conn):
        """One taken from somebody and another given to somebody."""
        row, roles = self.any_of(conn, ROLES), conn.execute(select(ROLES.c.staff_id, ROLES.c.role_code)).all()
        people, codes = conn.scalars(select(staff.staff.c.id)).all(), conn.scalars(select(staff.roles.c.code)).all()
        free = sorted({(who, code) for who in people for code in codes} - {tuple(pair) for pair in roles})
        who, code = self.chance.choice(free)
        conn.execute(delete(ROLES).where(ROLES.c.staff_id == row["staff_id"], ROLES.c.role_code == row["role_code"]))
        conn.execute(insert(ROLES).values(staff_id=who, role_code=code))
        return ROLES

    def setting(self, conn):
        station = self.any_of(conn, shop.stations)["id"]
        conn.execute(insert(SETTINGS).values(station_id=station, name=f"setting{self.count}", value="4"))
        return SETTINGS

    def pin(self, conn):
        return self.changed(conn, staff.staff_pins, argon2id=f"$argon2id${self.count}")

    def day(self, conn):
        """Closed with its takings, and the next one opened."""
        closed = {"closed_at": NOW, "z_number": self.count, "gross_minor": 999_999, "z_report": "{}"}
        conn.execute(update(DAYS).where(DAYS.c.closed_at.is_(None)).values(closed))
        row = self.any_of(conn, shop.shops)
        tomorrow = date(2026, 11, 23) + timedelta(days=self.count)
        new = {"id": self.id("day"), "shop_id": row["id"], "business_date": tomorrow, "opened_at": NOW}
        conn.execute(insert(DAYS).values(new))
        return DAYS


@contextmanager
def fetched(engine):
    """The tables that are read whole meanwhile."""
    seen = set()

    def hear(_conn, _cursor, statement, *_):
        found = re.match(r"SELECT (\w+)\.\w+, ", statement)
        if found:
            seen.add(found[1])

    event.listen(engine, "before_cursor_execute", hear)
    yield seen
    event.remove(engine, "before_cursor_execute", hear)


def rows_of(path):
    """Of a file that is sound."""
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
    engine = open_snapshot(path)
    with reading(engine) as conn:
        found = {one.name: sorted(map(repr, conn.execute(select(one)).all())) for one in every_snapshot_table()}
    engine.dispose()
    return found


def whole(master, path, role="manager"):
    beside = path.with_name("whole.db")
    build_snapshot(master, beside, role)
    return rows_of(beside)


def test_after_each_edit_only_what_changed_is_fetched_and_all_is_as_in_a_whole_one(master, old):
    manager = Manager(master)
    for _ in range(EDITS[master.dialect.name]):
        touched = manager.touch()
        with fetched(master) as seen:
            version = build_snapshot(master, old, upon=True)
        assert seen == touched
        assert rows_of(old) == whole(master, old)
        with reading(master) as conn:
            assert version == version_of(old) == catalogue_version(conn)


def _older(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 1")
    db.close()


DAMAGES = {
    "missing": Path.unlink,
    "junk": lambda path: path.write_bytes(b"junk" * 5_000),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:10_000]),
    "of an older schema": _older,
    "of somebody else": lambda path: path.write_bytes(path.read_bytes().replace(b"SSS1", b"AAAA", 1)),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("master", ["sqlite"], indirect=True)
def test_upon_one_that_cannot_be_used_a_whole_one_is_made(master, old, damage):
    DAMAGES[damage](old)
    with fetched(master) as seen:
        build_snapshot(master, old, upon=True)
    assert seen == {table.name for table in every_snapshot_table()}
    assert rows_of(old) == whole(master, old)


@pytest.mark.parametrize("master", ["sqlite"], indirect=True)
def test_upon_one_with_a_page_spoilt_a_sound_one_is_made(master, old):
    size, manager = 4096, Manager(master)
    for page in manager.chance.sample(range(old.stat().st_size // size), 30):
        sound = old.read_bytes()
        junk = manager.chance.choice([manager.chance.randbytes(size), bytes(size)])
        old.write_bytes(sound[: page * size] + junk + sound[(page + 1) * size :])
        manager.touch()
        build_snapshot(master, old, upon=True)
        assert rows_of(old) == whole(master, old), page


@pytest.mark.parametrize(("before", "after"), [("manager", "prep"), ("prep", "manager"), ("till", "prep")])
def test_upon_another_roles_snapshot_each_gets_what_its_own_role_reads(master, old, before, after):
    build_snapshot(master, old, before)
    build_snapshot(master, old, after, upon=True)
    assert rows_of(old) == whole(master, old, after)
    assert (b"$argon2id" in old.read_bytes()) == (after != "prep")


def test_a_prep_displays_snapshot_has_no_pins_and_is_not_made_anew_for_one(master, old):
    def versions():
        with reading(master) as conn:
            return catalogue_version(conn, NOW, "prep"), catalogue_version(conn, NOW, "till")

    assert staff.staff_pins not in snapshot_tables("prep")
    prep, till = versions()
    manager = Manager(master)
    with writing(master) as conn:
        manager.pin(conn)
    assert versions()[0] == prep
    assert versions()[1] != till
    with fetched(master) as seen:
        build_snapshot(master, old, "prep")
    assert "staff_pins" not in seen
    assert rows_of(old)["staff_pins"] == []
    assert b"$argon2id" not in old.read_bytes()


@contextmanager
def meddling(master, times):
    """Somebody else changes an item each time when the items have just been read; `done` counts it."""
    done = []

    def meddle(_conn, _cursor, statement, *_):
        if re.match(r"SELECT menu_items\.\w+, ", statement) and len(done) < times:
            done.append(statement)
            with writing(master) as conn:
                conn.execute(update(ITEMS).values(position=len(done)))

    event.listen(master, "after_cursor_execute", meddle)
    yield done
    event.remove(master, "after_cursor_execute", meddle)


@pytest.mark.parametrize("upon", [False, True])
def test_a_snapshot_is_one_moment_even_if_the_catalogue_changes_while_it_is_read(master, old, upon):
    with writing(master) as conn:
        conn.execute(update(ITEMS).values(position=99))
    before = whole(master, old)
    with meddling(master, times=1):
        build_snapshot(master, old, upon=upon)
    # What keeps a moment for its readers gives the one before; what does not is read once more.
    assert rows_of(old) == (whole(master, old) if master.dialect.name == "mssql" else before)


@pytest.mark.parametrize("master", ["sqlite", MSSQL], indirect=True)
def test_a_catalogue_that_changes_each_time_it_is_read_is_given_up_for_now(master, old, monkeypatch):
    real, asked, sound = snapshots.catalogue_figures, [], old.read_bytes()

    def restless(conn, now, role):
        """A master that keeps a moment for its readers shows them no change: there it is made up."""
        asked.append(conn)
        made_up = {} if master.dialect.name == "mssql" else {"shops": (str(len(asked)),)}
        return {**real(conn, now, role), **made_up}

    monkeypatch.setattr(snapshots, "catalogue_figures", restless)
    with meddling(master, times=99), pytest.raises(DatabaseBusy, match="read again soon"):
        build_snapshot(master, old)
    assert len(asked) == 2 * 5
    assert old.read_bytes() == sound
