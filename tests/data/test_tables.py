"""The schema's promises: how many tables there are, that all is named, and that three databases understand it."""

import pytest
import sqlglot
from sqlalchemy.dialects import mssql, mysql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from station.data.tables import AREAS, METADATA
from station.data.types import has_filtered_indexes

AREA_COUNTS = {"shop": 10, "staff": 9, "menu": 8, "recipes": 9, "orders": 6, "payments": 4, "ledger": 3}
DIALECTS = {"mssql": mssql.dialect, "mysql": mysql.dialect, "sqlite": sqlite.dialect}


def _tables_of(area):
    return {value.name for value in vars(area).values() if getattr(value, "metadata", None) is METADATA}


def _statements(name):
    dialect = DIALECTS[name]()
    for table in METADATA.sorted_tables:
        yield str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            if name != "mysql" or not index.name.startswith("uq_"):
                yield str(CreateIndex(index).compile(dialect=dialect))


def test_there_are_49_tables():
    assert len(METADATA.tables) == 49


def test_each_area_holds_as_many_tables_as_the_schema_page_says():
    counts = {area.__name__.rpartition(".")[2]: len(_tables_of(area)) for area in AREAS}
    assert counts == AREA_COUNTS
    assert set().union(*map(_tables_of, AREAS)) == set(METADATA.tables)


def test_every_constraint_and_index_has_a_name_that_fits_every_database_and_is_unique():
    names = [str(item.name) for table in METADATA.tables.values() for item in (*table.constraints, *table.indexes)]
    assert all(name.split("_")[0] in {"pk", "fk", "uq", "ck", "ix"} and len(name) <= 64 for name in names)
    assert len(set(names)) == len(names)


def test_no_column_has_a_server_default_since_sql_server_would_name_it_by_itself():
    columns = [column for table in METADATA.tables.values() for column in table.columns]
    assert [column for column in columns if column.server_default is not None] == []


def test_every_table_has_a_primary_key_and_every_id_is_a_ulid_but_the_replicas_queue():
    assert all(table.primary_key.columns for table in METADATA.tables.values())
    ids = {t.name: t.c.id.type for t in METADATA.tables.values() if "id" in t.c}
    assert {name for name, kind in ids.items() if getattr(kind, "length", None) != 26} == {"replica_changes"}


def test_what_people_edit_tells_when_and_how_often_it_was_changed():
    for table in METADATA.tables.values():
        stamps = {"created_at", "updated_at", "revision"} & set(table.c.keys())
        assert stamps in (set(), {"created_at", "updated_at", "revision"}), table.name


def test_money_and_order_rows_carry_their_business_day():
    for name in ("orders", "order_discounts", "payments", "refunds", "drawer_sessions", "drawer_movements"):
        assert "business_day_id" in METADATA.tables[name].c


@pytest.mark.parametrize("name", DIALECTS)
def test_the_ddl_compiles(name):
    assert sum(text.strip().startswith("CREATE TABLE") for text in _statements(name)) == 49


def test_the_ddl_for_sql_server_parses_as_t_sql():
    for text in _statements("mssql"):
        parsed = sqlglot.parse_one(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
        assert isinstance(parsed, sqlglot.exp.Create), text


def test_sql_server_gets_binary_ids_wide_text_and_millisecond_times():
    text = str(CreateTable(METADATA.tables["orders"]).compile(dialect=mssql.dialect()))
    assert "id CHAR(26) COLLATE Latin1_General_100_BIN2 NOT NULL" in text
    assert "note NVARCHAR(400)" in text
    assert "placed_at DATETIME2(3) NOT NULL" in text
    assert "total_minor BIGINT NOT NULL" in text
    components = str(CreateTable(METADATA.tables["recipe_components"]).compile(dialect=mssql.dialect()))
    assert "quantity NUMERIC(12, 3) NOT NULL" in components


def test_mysql_gets_ascii_ids_and_millisecond_times():
    text = str(CreateTable(METADATA.tables["orders"]).compile(dialect=mysql.dialect()))
    assert "id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL" in text
    assert "placed_at DATETIME(3) NOT NULL" in text


def test_mysql_gets_no_index_over_some_rows_only():
    assert not has_filtered_indexes(dialect=mysql.dialect())
    assert has_filtered_indexes(dialect=mssql.dialect())
