"""The replica's triggers: whoever changes a row, in whatever way, leaves its key in the queue, once and only then."""

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, delete, event, insert, select, update
from sqlalchemy.dialects import mssql, sqlite

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MASTER_KINDS

from station.data.ids import derived_ulid
from station.data.queries.link_facts import store_facts
from station.data.session import reading, writing
from station.data.tables import METADATA, ledger, recipes, shop
from station.data.triggers import (
    Trigger,
    follow_changes,
    followed_tables,
    forget_changes,
    is_followed,
    key_columns,
    row_key,
    split_key,
    triggers_there,
    triggers_wanted,
)
from station.data.types import ulid

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUEUE = ledger.replica_changes
SETTINGS = shop.station_settings
GROUPS = shop.prep_groups
MASTERS = pytest.mark.parametrize("engine", MASTER_KINDS, indirect=True)


def told(engine, work):
    """The entries that `work` left in the queue."""
    with writing(engine) as conn:
        conn.execute(delete(QUEUE))
    with writing(engine) as conn:
        work(conn)
    return waiting(engine)


def waiting(engine):
    with reading(engine) as conn:
        return sorted(map(tuple, conn.execute(select(QUEUE.c.table_name, QUEUE.c.row_key).where(QUEUE.c.id > 0))))


@pytest.fixture
def station(engine):
    with reading(engine) as conn:
        return conn.scalars(select(shop.stations.c.id).order_by(shop.stations.c.code)).first()


@pytest.fixture
def group(engine):
    """Makes rows of a table with a key of one column."""
    with reading(engine) as conn:
        shop_id = conn.scalars(select(shop.shops.c.id)).one()

    def make(code):
        return {"id": derived_ulid(NOW, "group", code), "shop_id": shop_id, "code": code, "name": code, "position": 9}

    return make


def settings(station, *names):
    """Rows of a table with a key of two columns."""
    return [{"station_id": station, "name": name, "value": "1"} for name in names]


def keys_of(station, *names):
    return sorted(("station_settings", f"{station}|{name}") for name in names)


@MASTERS
def test_every_table_but_the_queue_has_its_triggers(engine):
    wanted = list(triggers_wanted(engine.dialect.name))
    assert {one.on.name for one in wanted} == METADATA.tables.keys() - {"replica_changes"}
    with reading(engine) as conn:
        assert triggers_there(conn) == {one.name for one in wanted}


@MASTERS
def test_a_row_that_is_added_is_told_once(engine, group, station):
    one = group("oven")
    assert told(engine, lambda conn: conn.execute(insert(GROUPS).values(one))) == [("prep_groups", one["id"])]
    (row,) = settings(station, "x.one")
    assert told(engine, lambda conn: conn.execute(insert(SETTINGS).values(row))) == keys_of(station, "x.one")


@MASTERS
def test_rows_that_are_added_in_one_statement_are_each_told_once(engine, group, station):
    some = [group(f"oven{number}") for number in range(5)]
    expected = sorted(("prep_groups", row["id"]) for row in some)
    assert told(engine, lambda conn: conn.execute(insert(GROUPS).values(some))) == expected
    names = ("x.one", "x.two", "x.three")
    rows = settings(station, *names)
    assert told(engine, lambda conn: conn.execute(insert(SETTINGS).values(rows))) == keys_of(station, *names)


@MASTERS
def test_a_row_that_is_changed_or_taken_away_is_told_once_and_its_neighbours_are_not(engine, station):
    _put(engine, settings(station, "x.one", "x.two"))
    this = SETTINGS.c.name == "x.one"
    assert told(engine, lambda c: c.execute(update(SETTINGS).where(this).values(value="2"))) == keys_of(
        station, "x.one"
    )
    assert told(engine, lambda c: c.execute(delete(SETTINGS).where(this))) == keys_of(station, "x.one")


@MASTERS
def test_every_row_of_every_table_is_told_once_when_one_statement_changes_them_all(engine, day):
    sent = day.entry(1, day.sale(("Classic burger", 2)), "Amina")
    with writing(engine) as conn:
        store_facts(conn, "till1", [sent, day.entry(2, day.report(sent, "inbox", hop=1))])
    tables = [table for table in followed_tables() if _keys(engine, table)]
    assert len(tables) > 30
    for table in tables:
        plain = next(column for column in table.c if not column.primary_key and not column.foreign_keys)
        entries = told(engine, lambda conn, of=table, same=plain: conn.execute(update(of).values({same: same})))
        keys = _keys(engine, table)
        assert entries == sorted((table.name, row_key(table, key)) for key in keys)
        assert sorted(split_key(table, key) for _, key in entries) == sorted(keys)


@MASTERS
def test_rows_that_one_statement_takes_away_are_each_told_once(engine):
    for table in (recipes.recipe_steps, recipes.ingredient_allergens):
        keys = _keys(engine, table)
        assert len(keys) > 1
        entries = told(engine, lambda conn, of=table: conn.execute(delete(of)))
        assert entries == sorted((table.name, row_key(table, key)) for key in keys)


@MASTERS
def test_a_statement_that_meets_no_row_tells_of_none(engine):
    nobody = SETTINGS.c.name == "x.nobody"
    assert told(engine, lambda conn: conn.execute(update(SETTINGS).where(nobody).values(value="2"))) == []
    assert told(engine, lambda conn: conn.execute(delete(SETTINGS).where(nobody))) == []


@MASTERS
def test_a_key_that_is_changed_is_told_as_it_was_and_as_it_is(engine, group, station):
    row, id_after = group("oven"), derived_ulid(NOW, "another")
    _put(engine, settings(station, "x.one", "x.two", "x.same"))
    with writing(engine) as conn:
        conn.execute(insert(GROUPS).values(row))
    moved = update(GROUPS).where(GROUPS.c.id == row["id"]).values(id=id_after)
    assert told(engine, lambda conn: conn.execute(moved)) == sorted(
        [("prep_groups", row["id"]), ("prep_groups", id_after)]
    )
    renamed = update(SETTINGS).where(SETTINGS.c.name.in_(["x.one", "x.two"])).values(name=SETTINGS.c.name + "b")
    expected = keys_of(station, "x.one", "x.two", "x.oneb", "x.twob")
    assert told(engine, lambda conn: conn.execute(renamed)) == expected


@MASTERS
def test_a_row_that_changes_twice_is_told_twice_and_in_order(engine, station):
    def work(conn):
        conn.execute(insert(SETTINGS).values(settings(station, "x.one")))
        conn.execute(update(SETTINGS).where(SETTINGS.c.name == "x.one").values(value="2"))
        conn.execute(delete(SETTINGS).where(SETTINGS.c.name == "x.one"))

    assert told(engine, work) == keys_of(station, "x.one") * 3
    with reading(engine) as conn:
        ids = conn.scalars(select(QUEUE.c.id).order_by(QUEUE.c.id)).all()
    assert len(set(ids)) == 3
    assert ids[0] > 0


@MASTERS
def test_what_is_rolled_back_is_told_to_nobody(engine, station):
    def half(conn):
        conn.execute(insert(SETTINGS).values(settings(station, "x.one")))
        raise LookupError

    with pytest.raises(LookupError):
        told(engine, half)
    assert waiting(engine) == []

    def to_a_savepoint(conn):
        conn.execute(insert(SETTINGS).values(settings(station, "x.kept")))
        with pytest.raises(LookupError), conn.begin_nested():
            half(conn)

    assert told(engine, to_a_savepoint) == keys_of(station, "x.kept")


@MASTERS
def test_how_many_rows_a_statement_met_is_still_that_of_its_table(engine, station):
    counts, sent = [], []

    def work(conn):
        mine = SETTINGS.c.name.like("x.%")
        conn.execute(insert(SETTINGS).values(settings(station, "x.one", "x.two", "x.three")))
        counts.append(conn.execute(update(SETTINGS).where(mine).values(value="2")).rowcount)
        counts.append(conn.execute(update(SETTINGS).where(mine).values(name=SETTINGS.c.name + "b")).rowcount)
        counts.append(conn.execute(update(SETTINGS).where(SETTINGS.c.name == "none").values(value="2")).rowcount)
        counts.append(conn.execute(delete(SETTINGS).where(mine)).rowcount)

    def remember(_conn, _cursor, statement, *_):
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", remember)
    assert len(told(engine, work)) == 3 + 3 + 6 + 3
    event.remove(engine, "before_cursor_execute", remember)
    assert counts == [3, 3, 0, 3]
    # SQL Server forbids it on a table that has a trigger.
    assert not any(" OUTPUT " in statement for statement in sent)


@pytest.fixture
def unfollowed(engine):
    """A master whose triggers are off; on again when the test has ended, since others use it."""
    with writing(engine) as conn:
        forget_changes(conn)
    yield engine
    with writing(engine) as conn:
        follow_changes(conn)


@MASTERS
def test_a_shop_without_a_replica_turns_it_off_and_its_queue_is_empty(unfollowed, station):
    assert waiting(unfollowed) == []
    with reading(unfollowed) as conn:
        assert triggers_there(conn) == set()
        assert not is_followed(conn)
    _put(unfollowed, settings(station, "x.one"))
    assert waiting(unfollowed) == []


@MASTERS
def test_turned_on_again_every_change_is_told_and_a_second_time_changes_nothing(unfollowed, station):
    wanted = len(list(triggers_wanted(unfollowed.dialect.name)))
    with writing(unfollowed) as conn:
        assert follow_changes(conn) == wanted
        assert is_followed(conn)
        assert follow_changes(conn) == 0
    rows = settings(station, "x.one")
    assert told(unfollowed, lambda conn: conn.execute(insert(SETTINGS).values(rows))) == keys_of(station, "x.one")


@MASTERS
def test_one_that_is_missing_is_made_and_one_of_a_table_that_is_gone_is_dropped(engine):
    gone = Table("gone", MetaData(), Column("id", ulid(), primary_key=True))
    left = Trigger(gone, "" if engine.dialect.name == "mssql" else "insert")
    missing = next(triggers_wanted(engine.dialect.name))
    with writing(engine) as conn:
        gone.create(conn)
        conn.execute(left.ddl(conn.dialect))
        conn.exec_driver_sql(f"DROP TRIGGER {missing.name}")
        assert left.name in triggers_there(conn)
        assert follow_changes(conn) == 1
        assert triggers_there(conn) == {one.name for one in triggers_wanted(conn.dialect.name)}
        gone.drop(conn)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_all_48_tables_tell_each_kind_of_change(engine, tmp_path):
    """On rows that no rule would let in, so that every table can have some."""
    with closing(sqlite3.connect(tmp_path / "master.db", isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")

        def entries(statement, *values):
            db.execute("DELETE FROM replica_changes")
            db.execute(statement, values)
            return sorted(db.execute("SELECT table_name, row_key FROM replica_changes").fetchall())

        for table in followed_tables():
            db.execute(f"DELETE FROM {table.name}")
            columns, width = [column.name for column in table.c], len(key_columns(table))
            row, key = f"({', '.join('?' * len(columns))})", key_columns(table)[-1].name
            both = [(table.name, "|".join([value] * width)) for value in "ab"]
            values = [value for value in "ab" for _ in columns]
            added = entries(f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES {row}, {row}", *values)
            assert added == both
            assert entries(f"UPDATE {table.name} SET {columns[-1]} = {columns[-1]}") == both
            moved = (table.name, "|".join(["b"] * (width - 1) + ["c"]))
            assert entries(f"UPDATE {table.name} SET {key} = 'c' WHERE {key} = 'b'") == [both[1], moved]
            assert entries(f"DELETE FROM {table.name}") == [both[0], moved]
    assert len(followed_tables()) == 48


@given(st.data())
def test_a_key_of_the_queue_is_the_rows_key_again(data):
    table = data.draw(st.sampled_from(followed_tables()))
    *first, _ = key_columns(table)
    values = (*(data.draw(st.text(st.characters(exclude_characters="|"))) for _ in first), data.draw(st.text()))
    assert split_key(table, row_key(table, values)) == values


def test_every_key_fits_the_queue():
    room = QUEUE.c.row_key.type.length
    for table in followed_tables():
        assert len(key_columns(table)) in {1, 2}
        assert sum(column.type.length + 1 for column in key_columns(table)) - 1 <= room, table.name


@pytest.mark.parametrize("dialect", [mssql.dialect(), sqlite.dialect()], ids=lambda one: one.name)
def test_every_trigger_is_one_plain_statement_without_a_place_for_a_value(dialect):
    names = set()
    for one in triggers_wanted(dialect.name):
        statement = str(one.ddl(dialect).compile(dialect=dialect))
        assert statement.startswith(f"CREATE TRIGGER {one.name} ")
        assert not set("%?:") & set(statement), statement
        assert f"'{one.on.name}'" in statement
        names.add(one.name)
    assert len(names) == len(list(triggers_wanted(dialect.name)))
    assert max(map(len, names)) <= 63


def _put(engine, rows):
    with writing(engine) as conn:
        conn.execute(insert(SETTINGS).values(rows))


def _keys(engine, table):
    with reading(engine) as conn:
        return list(map(tuple, conn.execute(select(*key_columns(table)))))
