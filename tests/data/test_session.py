"""Opening masters and snapshots: what is refused, and with which sentence."""

import sqlite3
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text
from sqlalchemy.dialects import mssql, mysql, sqlite
from sqlalchemy.exc import IntegrityError

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MASTER_KINDS

from station.data import engines
from station.data.ids import derived_ulid, part_ulid
from station.data.master import init_master, seed_master
from station.data.session import open_engine, open_snapshot, reading, writing
from station.data.tables import SCHEMA_VERSION, shop
from station.data.types import UtcDateTime
from station.domain.token import parse_name
from station.errors import DataError

NOW = datetime(2026, 11, 23, 10, 0, 0, 123_000, tzinfo=UTC)


def _row(**changes):
    row = {
        "id": derived_ulid(NOW, "shop"),
        "name": "Brød & Ægg",
        "legal_name": "x",
        "address": "",
        "country": "BE",
        "timezone": "Europe/Brussels",
        "currency": "EUR",
        "cash_rounding_minor": 5,
        "receipt_footer": "",
        "created_at": NOW,
    }
    return {**row, **changes}


def test_a_missing_master_is_named_and_no_empty_file_is_left_in_its_place(tmp_path):
    path = tmp_path / "master.db"
    with pytest.raises(DataError, match=r"master\.db is missing; make it with: station master init"):
        open_engine(f"sqlite:///{path}")
    assert not path.exists()


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_master_that_is_deleted_while_in_use_is_missed_and_not_written_to_in_the_dark(empty_engine, tmp_path):
    in_use = open_engine(f"sqlite:///{tmp_path}/master.db")
    (tmp_path / "master.db").unlink()
    with pytest.raises(DataError, match="cannot be opened"), writing(in_use) as conn:
        conn.execute(insert(shop.shops).values(_row()))


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "master.db"
    path.write_bytes(b"this is a letter, not a database" * 50)
    with pytest.raises(DataError, match="is no database"):
        open_engine(f"sqlite:///{path}")


def test_a_database_of_something_else_is_refused(tmp_path):
    path = tmp_path / "music.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(DataError, match="none of a shop's"):
        open_engine(f"sqlite:///{path}")
    with pytest.raises(DataError, match="none of a shop's"):
        init_master(f"sqlite:///{path}")


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("version", "mend"), [(SCHEMA_VERSION + 1, "update this station"), (0, "migrate the master")])
def test_another_schema_version_is_refused_with_what_to_do(empty_engine, tmp_path, version, mend):
    with writing(empty_engine) as conn:
        conn.exec_driver_sql(f"PRAGMA user_version = {version}")
    with pytest.raises(DataError, match=f"schema version {version}.*{mend}"):
        open_engine(f"sqlite:///{tmp_path}/master.db")


@pytest.mark.parametrize("url", ["master.db", "sqlite://", "dbase:///x", "sqlite:///:memory:"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(DataError, match="no database address"):
        open_engine(url)


def test_a_password_in_an_address_never_stands_in_a_sentence():
    with pytest.raises(DataError) as caught:
        open_engine("dbase://station:geheim@hub/shop")
    assert "geheim" not in str(caught.value)


def test_init_and_seed_twice_are_harmless_and_change_nothing(tmp_path):
    url = f"sqlite:///{tmp_path}/new/master.db"
    assert init_master(url).tables == init_master(url).tables == 49
    first = seed_master(url, NOW)
    dump = list(sqlite3.connect(tmp_path / "new" / "master.db").iterdump())
    second = seed_master(url, NOW + timedelta(days=3))
    assert first.added == first.rows
    assert (second.rows, second.added) == (first.rows, {})
    assert list(sqlite3.connect(tmp_path / "new" / "master.db").iterdump()) == dump


def test_two_masters_seeded_at_the_same_moment_are_equal(tmp_path):
    dumps = []
    for name in ("one", "two"):
        init_master(f"sqlite:///{tmp_path}/{name}.db")
        seed_master(f"sqlite:///{tmp_path}/{name}.db", NOW)
        dumps.append(list(sqlite3.connect(tmp_path / f"{name}.db").iterdump()))
    assert dumps[0] == dumps[1]


def test_what_people_changed_survives_the_next_seed(tmp_path):
    url = f"sqlite:///{tmp_path}/master.db"
    init_master(url)
    seed_master(url, NOW)
    engine = open_engine(url)
    with writing(engine) as conn:
        conn.execute(text("UPDATE menu_items SET name = 'Our burger' WHERE name = 'Classic burger'"))
    seed_master(url, NOW)
    with reading(engine) as conn:
        assert conn.scalar(text("SELECT count(*) FROM menu_items WHERE name = 'Our burger'")) == 1


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_the_demo_never_mixes_with_a_real_shop(empty_engine, tmp_path):
    with writing(empty_engine) as conn:
        conn.execute(insert(shop.shops).values(_row()))
    with pytest.raises(DataError, match="holds the shop 'Brød & Ægg' already"):
        seed_master(f"sqlite:///{tmp_path}/master.db")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_snapshot_engine_cannot_write(engine, tmp_path):
    snapshot = open_snapshot(tmp_path / "master.db")
    with pytest.raises(DataError, match="may not be written"), writing(snapshot) as conn:
        conn.execute(text("DELETE FROM discounts"))


def test_foreign_keys_and_checks_are_enforced(engine):
    with pytest.raises(DataError, match="FOREIGN KEY"), writing(engine) as conn:
        conn.execute(text("DELETE FROM tax_rates"))
    with pytest.raises(DataError, match="ck_shops_cash_rounding_minor"), writing(engine) as conn:
        conn.execute(text("UPDATE shops SET cash_rounding_minor = 7"))


@pytest.mark.parametrize("engine", MASTER_KINDS, indirect=True)
def test_only_one_business_day_is_open_at_a_time(engine):
    with reading(engine) as conn:
        day = dict(conn.execute(select(shop.business_days)).mappings().one())
    other = {**day, "id": derived_ulid(NOW, "second"), "business_date": day["business_date"] + timedelta(days=1)}
    with pytest.raises(IntegrityError), engine.begin() as conn:
        conn.execute(insert(shop.business_days).values(other))


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_writer_waits_for_another_and_says_so_when_it_takes_too_long(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_MS", 50)
    blocker = sqlite3.connect(tmp_path / "master.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(DataError, match="busy with somebody else's change"), writing(engine):
        pytest.fail("it did not wait")
    blocker.close()


def test_half_a_change_is_none(engine):
    def half():
        with writing(engine) as conn:
            conn.execute(text("UPDATE menu_items SET name = 'half'"))
            raise LookupError

    with pytest.raises(LookupError):
        half()
    with reading(engine) as conn:
        assert conn.scalar(text("SELECT count(*) FROM menu_items WHERE name = 'half'")) == 0


def test_times_and_quantities_come_back_as_they_went_in(empty_engine):
    with writing(empty_engine) as conn:
        conn.execute(insert(shop.shops).values(_row(created_at=NOW.astimezone(timezone(timedelta(hours=5))))))
        raw = conn.execute(text("SELECT created_at FROM shops")).scalar_one()
        back = conn.execute(select(shop.shops.c.created_at)).scalar_one()
    shown = raw if isinstance(raw, str) else f"{raw.isoformat(timespec='milliseconds')}Z"
    assert shown == "2026-11-23T10:00:00.123Z"
    assert (back, back.tzinfo) == (NOW, UTC)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds the zone itself
def test_every_time_survives_to_the_millisecond_on_every_database(moment):
    kind = UtcDateTime()
    for dialect in (sqlite.dialect(), mssql.dialect(), mysql.dialect()):
        back = kind.process_result_value(kind.process_bind_param(moment, dialect), dialect)
        assert back == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())  # noqa: DTZ001 - what is tested


def test_derived_ids_are_ulids_of_their_moment_and_differ_by_their_names():
    one = derived_ulid(NOW, "item", "cola")
    assert parse_name(f"{one}.t1-1.p1.r0.h0.n1.sss").order == one
    assert one == derived_ulid(NOW, "item", "cola") != derived_ulid(NOW, "item", "water")
    assert one[:10] == part_ulid(one, "token")[:10]
    assert derived_ulid(NOW, "ab", "c") != derived_ulid(NOW, "a", "bc")


def test_quantities_are_exact(conn):
    total = conn.execute(text("SELECT quantity FROM recipe_components")).scalars().all()
    kept = str if conn.dialect.name == "sqlite" else Decimal
    assert all(isinstance(one, kept) and Decimal(one).as_tuple().exponent == -3 for one in total)
