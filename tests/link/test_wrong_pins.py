"""Wrong PINs of all stations add up in the master, and make the person wait at every station."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from ulid import ULID

from station.bench.scratch import KEY
from station.data import followed
from station.data.master import init_master, seed_master
from station.data.personnel import Personnel
from station.data.session import open_engine, reading
from station.data.snapshot import Snapshots, build_snapshot
from station.data.tables import staff
from station.domain.facts import Entry, StaffSeen
from station.domain.pins import FREE_TRIES

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class Shop:
    def __init__(self, folder):
        self.url = f"sqlite:///{folder}/master.db"
        init_master(self.url)
        seed_master(self.url)
        people = Personnel(self.url, station="till1", shop_key=KEY, now=lambda: NOON)
        people.set_pin("sofie", "2580")
        self.sofie = next(one.id for one in people.everybody() if one.code == "sofie")
        self.people, self.engine, self.folder, self.seq = people, open_engine(self.url), folder, 0

    def entry(self, what="refused", why="wrong", at=NOON):
        self.seq += 1
        fact = StaffSeen(staff=self.sofie, what=what, how="pin", why=why if what == "refused" else "")
        return Entry(seq=self.seq, id=str(ULID()).lower(), fact=fact, staff=None, at=at)

    def bring(self, station, *entries):
        return followed.store(self.engine, station, entries)

    @property
    def kept(self):
        with reading(self.engine) as conn:
            row = conn.execute(select(staff.staff_pins).where(staff.staff_pins.c.staff_id == self.sofie)).one()
        return row.failures, row.blocked_until

    def at(self, code):
        """What this station's snapshot says of her PIN."""
        path = self.folder / f"{code}.db"
        build_snapshot(self.engine, path)
        return Snapshots(path, code).load().pins[self.sofie]


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    yield made
    made.engine.dispose()


def test_wrong_pins_of_two_stations_block_a_third_one(shop):
    shop.bring("till1", *(shop.entry() for _ in range(FREE_TRIES - 2)))
    shop.bring("till2", shop.entry())
    assert shop.kept == (FREE_TRIES - 1, None)
    shop.bring("pass1", shop.entry())
    assert shop.kept == (FREE_TRIES, NOON + timedelta(seconds=30))
    assert shop.at("till2").blocked_until == NOON + timedelta(seconds=30)
    shop.bring("till1", shop.entry(at=NOON + timedelta(seconds=60)))
    assert shop.at("till2").blocked_until == NOON + timedelta(seconds=120)


def test_the_right_pin_begins_anew_and_so_does_a_new_one(shop):
    shop.bring("till1", *(shop.entry() for _ in range(FREE_TRIES)), shop.entry("login"))
    assert shop.kept == (0, None)
    shop.bring("till1", *(shop.entry() for _ in range(FREE_TRIES)))
    shop.people.set_pin("sofie", "7395")
    assert shop.kept == (0, None)


def test_facts_that_are_brought_twice_count_once(shop):
    entries = [shop.entry() for _ in range(3)]
    shop.bring("till1", *entries)
    shop.bring("till1", *entries)
    assert shop.kept == (3, None)


def test_whoever_types_while_waiting_waits_no_longer_for_it(shop):
    shop.bring("till1", *(shop.entry() for _ in range(FREE_TRIES)), *(shop.entry(why="wait") for _ in range(9)))
    assert shop.kept == (FREE_TRIES, NOON + timedelta(seconds=30))


def test_a_prep_display_counts_no_pins(shop):
    stored = shop.bring("grill1", *(shop.entry() for _ in range(FREE_TRIES)))
    assert stored.refused == ()
    assert shop.kept == (0, None)
