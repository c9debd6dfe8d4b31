"""What makes a station fetch anew, and what it fetches."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, delete, insert, inspect, select, update

from station.data.ids import derived_ulid
from station.data.migrate import upgrade_master
from station.data.queries.link import catalogue_version, every_snapshot_table
from station.data.session import open_engine, open_snapshot, reading, writing
from station.data.snapshot import Snapshots, build_snapshot, version_of
from station.data.tables import ledger, menu, orders, payments, shop, staff
from station.errors import DataError

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def _version(engine):
    with reading(engine) as conn:
        return catalogue_version(conn, NOW)


def test_the_version_stays_when_nothing_changes(engine):
    assert _version(engine) == _version(engine)


@pytest.mark.parametrize(
    "change",
    [
        update(menu.menu_items).where(menu.menu_items.c.name == "Cola").values(sold_out=True),
        update(staff.staff).where(staff.staff.c.code == "marc").values(name="Mark"),
        delete(shop.station_settings).where(shop.station_settings.c.name == "columns"),
        # A clock that is far behind the last change.
        update(menu.modifiers)
        .where(menu.modifiers.c.name == "Bacon")
        .values(price_minor=1, updated_at=NOW - timedelta(days=900)),
    ],
)
def test_the_version_changes_with_each_change_whatever_the_writers_clock_says(engine, change):
    before = _version(engine)
    with writing(engine) as conn:
        assert conn.execute(change).rowcount == 1
    assert _version(engine) != before


def test_the_version_changes_when_one_link_is_taken_away_and_another_put_in_its_place(engine):
    before = _version(engine)
    with writing(engine) as conn:
        gone = staff.role_permissions.c
        conn.execute(
            delete(staff.role_permissions).where(gone.role_code == "cook", gone.permission_code == "token.split")
        )
        conn.execute(insert(staff.role_permissions).values(role_code="cook", permission_code="report.x"))
    assert _version(engine) != before


def test_the_version_changes_at_the_moment_when_a_price_begins(engine):
    with writing(engine) as conn:
        item = conn.scalar(select(menu.menu_items.c.id).limit(1))
        conn.execute(
            insert(menu.menu_item_prices).values(
                id=derived_ulid(NOW, "p"), menu_item_id=item, price_minor=1, valid_from=NOW + timedelta(hours=1)
            )
        )
    with reading(engine) as conn:
        assert catalogue_version(conn, NOW) == catalogue_version(conn, NOW + timedelta(minutes=59))
        assert catalogue_version(conn, NOW) != catalogue_version(conn, NOW + timedelta(hours=1))


def test_a_snapshot_holds_no_sale_no_payment_and_no_ledger(engine, tmp_path):
    build_snapshot(engine, tmp_path / "snapshot.db")
    names = set(inspect(open_snapshot(tmp_path / "snapshot.db")).get_table_names())
    private = {t.name for area in (orders, payments, ledger) for t in vars(area).values() if isinstance(t, Table)}
    assert names == {table.name for table in every_snapshot_table()}
    assert not names & private
    assert not names & {"login_events", "shifts", "station_heartbeats"}


def test_a_snapshot_shows_the_same_shop_and_has_the_same_version_as_the_master(engine, tmp_path):
    path = tmp_path / "snapshot.db"
    version = build_snapshot(engine, path)
    assert version_of(path) == version
    shop_seen = Snapshots(path, "grill1").shop()
    assert (shop_seen.version, shop_seen.name, len(shop_seen.menu.items)) == (version, "De Pan", 45)
    assert shop_seen.profile.role == "prep"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.glob(".snap*")) == []


def test_the_takings_of_a_closed_day_stay_with_the_master(engine, tmp_path):
    with writing(engine) as conn:
        conn.execute(update(shop.business_days).values(closed_at=NOW, z_number=1, gross_minor=123_456, z_report="{}"))
        day = dict(conn.execute(select(shop.business_days)).mappings().one())
        early = {"id": derived_ulid(NOW, "old"), "business_date": date(2026, 11, 1), "z_number": 7}
        conn.execute(insert(shop.business_days).values({**day, **early}))
    build_snapshot(engine, tmp_path / "snapshot.db")
    with reading(open_snapshot(tmp_path / "snapshot.db")) as conn:
        rows = conn.execute(select(shop.business_days)).mappings().all()
    assert [(row["business_date"], row["gross_minor"], row["z_report"]) for row in rows] == [
        (date(2026, 11, 23), None, None)
    ]


def test_a_reader_sees_a_replaced_snapshot_and_nothing_before(engine, tmp_path):
    path = tmp_path / "snapshot.db"
    snapshots = Snapshots(path, "till1")
    assert snapshots.shop() is None
    build_snapshot(engine, path)
    assert snapshots.changed()
    first = snapshots.shop()
    assert not snapshots.changed()
    assert snapshots.shop() is first
    with writing(engine) as conn:
        conn.execute(update(shop.shops).values(name="De Pot"))
    assert snapshots.shop() is first
    build_snapshot(engine, path)
    assert snapshots.shop().name == "De Pot"


def test_a_broken_snapshot_leaves_what_was_known_and_says_what_is_wrong(engine, tmp_path):
    path = tmp_path / "snapshot.db"
    build_snapshot(engine, path)
    snapshots = Snapshots(path, "till1")
    known = snapshots.shop()
    path.write_bytes(b"garbage, not a database" * 100)
    assert snapshots.shop() is known
    assert "is no database" in snapshots.problem
    with pytest.raises(DataError, match="is no database"):
        snapshots.load()
    build_snapshot(engine, path)
    assert snapshots.shop().version == known.version
    assert snapshots.problem == ""


def test_a_master_without_a_shop_never_replaces_a_good_snapshot(engine, tmp_path):
    path = tmp_path / "snapshot.db"
    build_snapshot(engine, path)
    (tmp_path / "other").mkdir()
    empty = open_engine(f"sqlite:///{tmp_path}/other/master.db", create=True)
    upgrade_master(empty)
    with pytest.raises(DataError, match="no shop with stations"):
        build_snapshot(empty, path)
    assert Snapshots(path, "till1").shop().name == "De Pan"


def test_a_snapshot_that_cannot_be_written_is_named(engine):
    with pytest.raises(DataError, match="could not be written"):
        build_snapshot(engine, Path("/proc/nowhere/snapshot.db"))


def test_a_recipe_can_be_read_from_the_snapshot(engine, tmp_path):
    build_snapshot(engine, tmp_path / "snapshot.db")
    snapshots = Snapshots(tmp_path / "snapshot.db", "grill1")
    item = snapshots.shop().menu.items[0]
    assert snapshots.recipe(item.recipe_id).steps
