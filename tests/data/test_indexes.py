"""An index that is no rule costs every insert, so it must serve a query: one that exists, and that SQLite answers with it."""

import importlib
import inspect
import pkgutil

import pytest
from sqlalchemy import Connection, event

from station.data import queries
from station.data.queries import audit, floor
from station.data.session import reading
from station.data.tables import METADATA
from station.data.types import has_filtered_indexes

PLAIN = {
    index.name: index.info.get("serves", "")
    for table in METADATA.sorted_tables
    for index in table.indexes
    if not index.unique
}
CALLS = {"audit.refused_facts": audit.refused_facts, "floor.sent_orders": floor.sent_orders}
"""The functions that the indexes serve, each to be called with a connection."""


def test_every_index_that_is_no_rule_names_a_query():
    modules = {one.name: importlib.import_module(f"{queries.__name__}.{one.name}") for one in _modules()}
    for name, serves in PLAIN.items():
        module, _, function = serves.partition(".")
        assert module in modules, f"{name} serves {serves or 'nothing'}"
        found = getattr(modules[module], function, None)
        assert inspect.isfunction(found), f"{name} serves {serves}, which is not there"
        assert found.__module__ == modules[module].__name__


def test_each_of_them_is_looked_at_below():
    assert set(CALLS) == set(PLAIN.values())


def test_no_index_is_the_beginning_of_another_or_of_a_rule():
    for table in METADATA.sorted_tables:
        rules = [
            list(table.primary_key.columns),
            *([*one.columns] for one in table.constraints if one.name[:3] == "uq_"),
        ]
        rules += [list(one.columns) for one in table.indexes]
        for index in table.indexes:
            columns = list(index.columns)
            others = [one for one in rules if one[: len(columns)] == columns]
            assert index.unique or len(others) == 1, f"{index.name} is what another one begins with"


def test_what_is_unique_among_some_rows_is_a_rule_and_serves_none():
    filtered = [index for table in METADATA.sorted_tables for index in table.indexes if index.unique]
    assert filtered
    assert all(index.name.startswith("uq_") and "serves" not in index.info for index in filtered)
    assert all(index.ddl_if is not None and index._ddl_if.callable_ is has_filtered_indexes for index in filtered)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", PLAIN)
def test_the_query_that_an_index_serves_is_answered_with_it(engine, name):
    sent = []

    def remember(_conn, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    with reading(engine) as conn:
        sent.clear()
        CALLS[PLAIN[name]](conn)
        asked = [one for one in sent if one[0].startswith("SELECT")]
        plans = [_plan(conn, *one) for one in asked]
    event.remove(engine, "before_cursor_execute", remember)
    assert asked
    assert any(f"USING INDEX {name} (" in step for plan in plans for step in plan), plans


def _plan(conn: Connection, statement, parameters):
    return [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def _modules():
    return pkgutil.iter_modules(queries.__path__)
