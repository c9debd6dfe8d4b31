"""From the first revision to the newest: the schema of the tables' descriptions, no row lost, and never anything half done."""

import re
import sqlite3
import sys
import threading
import uuid
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Integer, column, insert, inspect, select, table, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlglot import exp

sys.path.insert(0, str(Path(__file__).parents[1]))
import masters as there
from masters import KINDS, MASTER_KINDS, drop_database, mariadb_url, reachable

from station.data import migrate
from station.data.ids import derived_ulid
from station.data.locks import Taken, exclusively
from station.data.migrate import Upgrade, newest_revision, planned_sql, upgrade_master, upgrade_replica
from station.data.migrations import ops
from station.data.replica_tables import REPLICA
from station.data.server import make_database, suit_keys
from station.data.session import APPLICATION_ID, VERSION_TABLE, open_engine, outside_transactions, reading, writing
from station.data.tables import METADATA, SCHEMA_VERSION
from station.data.triggers import triggers_there, triggers_wanted
from station.data.types import MSSQL_BINARY, UtcDateTime
from station.demo.mariadb import PrivateMariaDB
from station.errors import DataError

NOW = datetime(2026, 11, 23, 10, 0, 0, 123_000, tzinfo=UTC)
EVERYTHING = 10**9


class Blanks:
    """Engines on new empty databases."""

    def __init__(self, folder, request):
        self._folder, self._request = folder, request
        self._engines, self._urls = [], []

    def __call__(self, kind):
        name = f"migrated_{uuid.uuid4().hex[:8]}"
        if kind == "sqlite":
            url = make_url(f"sqlite:///{self._folder}/{name}.db")
        elif kind == "mariadb":
            url = mariadb_url(self._request.getfixturevalue("mariadb"), name)
        else:
            url = reachable(make_url(there.MSSQL_URL)).set(database=name)
            try:
                make_database(url)
            except DataError as error:
                pytest.skip(f"this needs a database of its own on the T-SQL server: {error}")
            self._urls.append(url)
        self._engines.append(open_engine(url, create=True))
        return self._engines[-1]

    def close(self):
        for engine in self._engines:
            engine.dispose()
        for url in self._urls:
            drop_database(url)


@pytest.fixture
def blank(request, tmp_path):
    made = Blanks(tmp_path, request)
    yield made
    made.close()


@pytest.fixture(scope="module")
def said(request, tmp_path_factory):
    """What a database looks like that was made from the tables' descriptions in one go."""
    blanks = Blanks(tmp_path_factory.mktemp("said"), request)

    @cache
    def describe(kind):
        engine = blanks(kind)
        suit_keys(engine)
        _metadata(kind).create_all(engine)
        return description(engine)

    yield describe
    blanks.close()


def _metadata(kind):
    return REPLICA if kind == "mariadb" else METADATA


def _upgrade(engine):
    return (upgrade_replica if engine.dialect.name == "mysql" else upgrade_master)(engine)


def _upgrade_to(engine, revision):
    """As far as a program of that time would have gone."""
    suit_keys(engine)
    config = migrate._config()
    with writing(engine) as conn:
        config.attributes.update(connection=conn, transactional=engine.dialect.name != "mysql")
        command.upgrade(config, f"{revision:04d}")
        if engine.dialect.name == "sqlite":
            conn.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
            conn.exec_driver_sql(f"PRAGMA user_version = {revision}")


def description(engine):
    """Every table with all that it has, and every rule and index by its name."""
    if engine.dialect.name == "mssql":
        with reading(engine) as conn:
            return {what: sorted(map(tuple, conn.execute(text(query))), key=repr) for what, query in _CATALOGUE.items()}
    look = inspect(engine)
    return {name: _of_table(look, name) for name in look.get_table_names() if name != VERSION_TABLE}


def _of_table(look, name):
    def by_name(rows, *keys):
        return sorted([tuple(repr(row.get(key)) for key in ("name", *keys)) for row in rows])

    return {
        "columns": [
            (one["name"], one["type"].compile(look.dialect), one["nullable"], one["default"], one.get("autoincrement"))
            for one in look.get_columns(name)
        ],
        "key": look.get_pk_constraint(name),
        "references": by_name(
            look.get_foreign_keys(name), "constrained_columns", "referred_table", "referred_columns", "options"
        ),
        "unique": by_name(look.get_unique_constraints(name), "column_names"),
        "checks": by_name(look.get_check_constraints(name), "sqltext"),
        "indexes": sorted(
            (one["name"], one["column_names"], one["unique"], *map(str, one.get("dialect_options", {}).values()))
            for one in look.get_indexes(name)
        ),
    }


# SQLAlchemy's inspector tells neither checks nor unique constraints of SQL Server. The catalogue tells all.
_CATALOGUE = {
    "columns": "SELECT t.name, c.column_id, c.name, y.name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity,"
    " c.collation_name FROM sys.tables t JOIN sys.columns c ON c.object_id = t.object_id"
    " JOIN sys.types y ON y.user_type_id = c.user_type_id WHERE t.name <> 'alembic_version'",
    "keys": "SELECT t.name, k.name, k.type FROM sys.key_constraints k JOIN sys.tables t ON t.object_id = k.parent_object_id"
    " WHERE t.name <> 'alembic_version'",
    "references": "SELECT t.name, f.name, k.constraint_column_id, c.name, r.name, d.name, f.delete_referential_action,"
    " f.update_referential_action FROM sys.foreign_keys f JOIN sys.tables t ON t.object_id = f.parent_object_id"
    " JOIN sys.tables r ON r.object_id = f.referenced_object_id"
    " JOIN sys.foreign_key_columns k ON k.constraint_object_id = f.object_id"
    " JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id"
    " JOIN sys.columns d ON d.object_id = k.referenced_object_id AND d.column_id = k.referenced_column_id",
    "checks": "SELECT t.name, k.name, k.definition FROM sys.check_constraints k"
    " JOIN sys.tables t ON t.object_id = k.parent_object_id",
    "indexes": "SELECT t.name, i.name, x.key_ordinal, c.name, i.is_unique, i.is_primary_key, i.is_unique_constraint,"
    " i.filter_definition FROM sys.indexes i JOIN sys.tables t ON t.object_id = i.object_id"
    " JOIN sys.index_columns x ON x.object_id = i.object_id AND x.index_id = i.index_id"
    " JOIN sys.columns c ON c.object_id = x.object_id AND c.column_id = x.column_id WHERE t.name <> 'alembic_version'",
}


def _is_empty(engine):
    with reading(engine) as conn:
        return inspect(conn).get_table_names() == []


class Operations:
    """Alembic's operations, counted; the n-th is not carried out: `breakage` happens in its place."""

    def __init__(self, op, n=EVERYTHING, breakage=None):
        self._op, self._n, self._breakage = op, n, breakage
        self.count = 0

    def __getattr__(self, name):
        made = getattr(self._op, name)
        if name not in {"create_table", "create_index", "drop_index"}:
            return made

        def counted(*args, **options):
            self.count += 1
            if self.count == self._n:
                self._breakage()
            return made(*args, **options)

        return counted


@pytest.fixture
def break_at(monkeypatch):
    """The upgrades after it fail at their n-th operation."""

    def plan(n, breakage):
        monkeypatch.setattr(ops, "op", Operations(ops.op, n, breakage))

    return plan


def _pulled_out():
    raise ConnectionAbortedError("somebody pulled the plug")


# Rows in the words of the first revision: the tables of today may have other columns.
_STAMPS = {"created_at": NOW, "updated_at": NOW, "revision": 3}
_SHOP = derived_ulid(NOW, "shop")


def _edited(name, *columns):
    times = (column("created_at", UtcDateTime()), column("updated_at", UtcDateTime()))
    return table(name, *map(column, columns), *times, column("revision", Integer()))


def _first_rows(kind):
    """(table, rows), each after those that it refers to."""
    names = ("id", "name", "legal_name", "address", "country", "timezone", "currency", "cash_rounding_minor")
    shops = _edited("shops", *names, "receipt_footer")
    allergens = _edited("allergens", "code", "name", "parent_code", "annex_number", "position")
    groups = _edited("prep_groups", "id", "shop_id", "code", "name", "position")
    queue = table("replica_changes", *map(column, ("id", "table_name", "row_key")))
    shop = dict(zip(names, (_SHOP, "Brød & Ægg", "x", "", "BE", "Europe/Brussels", "EUR", 5), strict=True))
    rows = [
        (shops, [{**shop, "receipt_footer": "Tak\n☕", **_STAMPS}]),
        (
            allergens,
            [
                {"code": "nuts", "name": "Nuts", "parent_code": None, "annex_number": 8, "position": 8, **_STAMPS},
                {
                    "code": "almond",
                    "name": "Almonds",
                    "parent_code": "nuts",
                    "annex_number": 8,
                    "position": 1,
                    **_STAMPS,
                },
            ],
        ),
        (
            groups,
            [
                {"id": derived_ulid(NOW, name), "shop_id": _SHOP, "code": name, "name": name, "position": 1, **_STAMPS}
                for name in ("grill", "fryer")
            ],
        ),
    ]
    if kind == "mariadb":
        for one, some in rows:
            if "shop_id" not in one.c:
                one.append_column(column("shop_id"))
                for row in some:
                    row["shop_id"] = _SHOP
        return rows
    return [*rows, (queue, [{"table_name": "orders", "row_key": _SHOP}])]


def _put_rows(engine, kind):
    with writing(engine) as conn:
        for one, rows in _first_rows(kind):
            for row in rows:
                conn.execute(insert(one).values(row))


def _rows_there(engine, kind):
    with reading(engine) as conn:
        return {one.name: sorted(map(repr, conn.execute(select(one)))) for one, _ in _first_rows(kind)}


def test_there_is_one_newest_revision_and_its_number_is_that_of_the_schema():
    scripts = ScriptDirectory.from_config(migrate._config())
    assert len(scripts.get_heads()) == 1
    assert newest_revision() == SCHEMA_VERSION
    numbers = [one.revision for one in scripts.walk_revisions()]
    assert numbers == [f"{number:04d}" for number in range(SCHEMA_VERSION, 0, -1)]


@pytest.mark.parametrize("kind", KINDS)
def test_from_the_first_revision_to_the_newest_the_rows_stay_and_the_schema_becomes_that_of_the_tables(
    kind, blank, said
):
    engine = blank(kind)
    _upgrade_to(engine, 1)
    _put_rows(engine, kind)
    before = _rows_there(engine, kind)
    assert [len(rows) for rows in before.values()] == [len(rows) for _, rows in _first_rows(kind)]

    done = _upgrade(engine)
    assert (done.before, done.after) == (1, SCHEMA_VERSION)
    assert _rows_there(engine, kind) == before
    assert description(engine) == said(kind)
    assert _upgrade(engine) == Upgrade(SCHEMA_VERSION, SCHEMA_VERSION)


@pytest.mark.parametrize("kind", KINDS)
def test_alembic_finds_nothing_to_do_after_the_newest_revision(kind, blank):
    engine = blank(kind)
    assert _upgrade(engine).before == 0
    try:
        inspect(engine).get_foreign_keys("orders")
    except DBAPIError:
        pytest.skip("this server's catalogue does not tell SQLAlchemy of foreign keys; the other comparison stands")
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), _metadata(kind)) == []


@pytest.mark.parametrize("kind", MASTER_KINDS)
def test_a_new_master_has_every_trigger_and_a_replica_has_none(kind, blank):
    engine = blank(kind)
    wanted = {one.name for one in triggers_wanted(engine.dialect.name)}
    assert upgrade_master(engine) == Upgrade(0, SCHEMA_VERSION, len(wanted))
    with reading(engine) as conn:
        assert triggers_there(conn) == wanted


def _of_version_0_1_0(engine):
    """It wrote down no revision, and had no triggers."""
    _upgrade_to(engine, 1)
    _put_rows(engine, "sqlite")
    with writing(engine) as conn:
        conn.exec_driver_sql("DROP TABLE alembic_version")


def test_a_master_of_version_0_1_0_is_taken_over(blank, said):
    engine = blank("sqlite")
    _of_version_0_1_0(engine)
    rows = _rows_there(engine, "sqlite")
    done = upgrade_master(engine)
    assert done == Upgrade(1, SCHEMA_VERSION, len(list(triggers_wanted("sqlite"))))
    assert _rows_there(engine, "sqlite") == rows
    assert description(engine) == said("sqlite")
    open_engine(engine.url.set(database=engine.url.database.removeprefix("file:"), query={})).dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_while_somebody_migrates_another_is_told_so_and_does_nothing(kind, blank):
    engine = blank(kind)
    with exclusively(engine, "migrate"), pytest.raises(Taken, match="another program is migrating"):
        _upgrade(engine)
    assert _is_empty(engine)
    assert _upgrade(engine).before == 0


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_that_upgrade_at_once_one_does_it_all(kind, blank, said):
    engine = blank(kind)
    ready, ends = threading.Barrier(2), []

    def upgrade():
        ready.wait()
        try:
            ends.append(_upgrade(engine).before)
        except Taken:
            ends.append("taken")
        except DataError as error:
            ends.append(str(error))

    threads = [threading.Thread(target=upgrade) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(map(str, ends)) in (["0", "taken"], ["0", str(SCHEMA_VERSION)])
    assert description(engine) == said(kind)


@pytest.fixture(scope="module")
def operations(request, tmp_path_factory):
    """How many operations a whole upgrade has: of a master, of one of version 1, of a replica."""
    blanks = Blanks(tmp_path_factory.mktemp("counted"), request)

    @cache
    def count(kind, start=0):
        engine = blanks("mariadb" if kind == "mariadb" else "sqlite")
        if start:
            _upgrade_to(engine, start)
        with pytest.MonkeyPatch.context() as patch:
            counted = Operations(ops.op)
            patch.setattr(ops, "op", counted)
            _upgrade(engine)
        assert counted.count
        return counted.count

    yield count
    blanks.close()


@pytest.mark.parametrize(("start", "part"), [(0, 0.0), (0, 0.6), (1, 0.5), (1, 1.0)])
@pytest.mark.parametrize("kind", MASTER_KINDS)
def test_an_upgrade_that_fails_in_the_middle_leaves_the_master_as_it_was(
    kind, start, part, blank, break_at, operations
):
    engine = blank(kind)
    if start:
        _upgrade_to(engine, start)
        _put_rows(engine, kind)
    before = description(engine), start and _rows_there(engine, kind)
    break_at(1 + round(part * (operations(kind, start) - 1)), _pulled_out)
    with pytest.raises(ConnectionAbortedError):
        upgrade_master(engine)
    assert (description(engine), start and _rows_there(engine, kind)) == before
    with reading(engine) as conn:
        assert migrate.stored_version(conn) == start
        assert triggers_there(conn) == set()


def _batches(script):
    return [one for one in (some.strip() for some in re.split(r"^GO$", script, flags=re.MULTILINE)) if one]


def _apply(engine, script):
    if engine.dialect.name == "sqlite":
        with closing(sqlite3.connect(engine.url.database, uri=True)) as db:
            db.executescript(script)
        return
    if not suit_keys(engine):
        script = script.replace(f" COLLATE {MSSQL_BINARY}", "")
    with outside_transactions(engine) as conn:
        for batch in _batches(script):
            conn.exec_driver_sql(batch)


@pytest.mark.parametrize(
    ("kind", "start"),
    [
        ("sqlite", "empty"),
        ("sqlite", "0.1.0"),
        ("sqlite", 1),
        pytest.param("mssql", "empty", marks=there.MSSQL.marks),
        pytest.param("mssql", 1, marks=there.MSSQL.marks),
    ],
)
def test_the_planned_sql_changes_nothing_and_does_the_whole_upgrade_when_it_is_run(kind, start, blank, said):
    engine = blank(kind)
    if start == "0.1.0":
        _of_version_0_1_0(engine)
    elif start != "empty":
        _upgrade_to(engine, start)
    before = description(engine)
    script = planned_sql(engine)
    assert description(engine) == before
    with reading(engine) as conn:
        assert migrate.stored_version(conn) == (0 if start == "empty" else 1)

    assert [
        one.name for one in triggers_wanted(engine.dialect.name) if f"CREATE TRIGGER {one.name} " not in script
    ] == []
    tables = [name for name in METADATA.tables if f"CREATE TABLE {name} (" in script]
    assert tables == (list(METADATA.tables) if start == "empty" else [])

    _apply(engine, script)
    assert description(engine) == said(kind)
    assert planned_sql(engine) == ""
    assert upgrade_master(engine) == Upgrade(SCHEMA_VERSION, SCHEMA_VERSION)
    with reading(engine) as conn:
        assert triggers_there(conn) == {one.name for one in triggers_wanted(engine.dialect.name)}


_TRIGGER = re.compile(
    r"CREATE TRIGGER tr_replica_(\w+) ON \1 AFTER INSERT, UPDATE, DELETE AS BEGIN SET NOCOUNT ON; (INSERT .*); END",
    re.DOTALL,
)


def test_each_batch_that_is_planned_for_sql_server_parses_as_t_sql(blank, monkeypatch):
    """sqlglot knows no CREATE TRIGGER: there its head is compared, and its INSERT parsed."""
    script = _planned_for_sql_server(blank, monkeypatch)
    kinds = []
    for batch in _batches(script):
        trigger = _TRIGGER.fullmatch(batch)
        assert trigger or "TRIGGER" not in batch, batch
        parsed = sqlglot.parse(trigger[2] if trigger else batch, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
        assert not any(isinstance(one, exp.Command) for one in parsed), batch
        assert not trigger or [type(one) for one in parsed] == [exp.Insert]
        kinds.append("trigger" if trigger else parsed[-1].key)
    assert kinds.count("trigger") == len(METADATA.tables) - 1
    assert kinds[-1 - kinds.count("trigger")] == "commit"
    assert "business_date DATE NOT NULL" in script


def _planned_for_sql_server(blank, monkeypatch):
    """No server is asked: the plan of an empty database depends on none."""
    engine = open_engine("mssql+pyodbc://nobody:nothing@127.0.0.1:9/shop")
    engine.dialect.server_version_info = (16, 0)
    empty = blank("sqlite")

    @contextmanager
    def elsewhere(_engine):
        with reading(empty) as conn:
            yield conn

    monkeypatch.setattr(migrate, "reading", elsewhere)
    return planned_sql(engine)


@pytest.mark.parametrize("kind", KINDS)
def test_a_newer_database_is_refused_and_left_alone(kind, blank):
    engine = blank(kind)
    _upgrade(engine)
    with writing(engine) as conn:
        newer = update(table(VERSION_TABLE, column("version_num"))).values(version_num=f"{SCHEMA_VERSION + 1:04d}")
        conn.execute(newer)
        if kind == "sqlite":
            conn.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = description(engine)
    refused = [_upgrade, migrate.check_replica if kind == "mariadb" else planned_sql]
    for upgrade in refused:
        with pytest.raises(DataError, match=f"schema version {SCHEMA_VERSION + 1}.*; update this station"):
            upgrade(engine)
    assert description(engine) == before


@pytest.mark.parametrize("part", [0.0, 0.3, 0.7, 1.0])
def test_a_replica_whose_upgrade_was_interrupted_anywhere_is_completed_by_the_next(part, blank, said, operations):
    engine = blank("mariadb")
    n = 1 + round(part * (operations("mariadb") - 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ops, "op", Operations(ops.op, n, _pulled_out))
        with pytest.raises(ConnectionAbortedError):
            upgrade_replica(engine)
    with pytest.raises(DataError, match="`station replica run` brings it up to date"):
        migrate.check_replica(engine)
    upgrade_replica(engine)
    migrate.check_replica(engine)
    assert description(engine) == said("mariadb")


def test_a_replica_whose_server_was_killed_between_two_tables_is_completed_by_the_next_upgrade(
    tmp_path, said, break_at
):
    server = PrivateMariaDB(tmp_path / "killed")
    try:
        engine = open_engine(mariadb_url(server, "shop"))
        break_at(25, server.kill)
        with pytest.raises(DataError, match=r"the connection broke|cannot be reached"):
            upgrade_replica(engine)
        server.start()
        assert 0 < len(inspect(engine).get_table_names()) < len(REPLICA.tables)
        assert upgrade_replica(engine) == Upgrade(0, SCHEMA_VERSION)
        assert description(engine) == said("mariadb")
        engine.dispose()
    finally:
        server.stop()
