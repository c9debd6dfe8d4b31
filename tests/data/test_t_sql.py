"""Every statement that the queries send is also T-SQL and MySQL: compiled for both, and parsed as T-SQL.

What is written as T-SQL by hand (locks, server facts, rights) is found in the source and parsed too.
"""

import ast
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlglot
from sqlalchemy import CompoundSelect, Select, UpdateBase, event, text
from sqlalchemy.dialects import mssql, mysql
from sqlglot import exp

import station.data
from station.data.grants import script
from station.data.queries.audit import broken_at, refused_facts
from station.data.queries.cookbook import load_recipe
from station.data.queries.floor import sent_orders
from station.data.queries.link import catalogue_version
from station.data.queries.link_facts import refuse_fact, store_facts
from station.data.queries.profile import asks_for_pump, change_settings
from station.data.queries.replica import (
    changes_waiting,
    count_rows,
    forget_changes_taken,
    keys_by_table,
    next_changes,
    order_known,
    queue_rows,
    queued_keys,
    rows_after,
    rows_by_key,
    the_shop,
)
from station.data.queries.screens import load_shop
from station.data.rights import ROLES
from station.data.session import reading, writing
from station.data.snapshot import build_snapshot
from station.data.tables import menu, shop
from station.domain.facts import SoldOut, StaffSeen

DATA = Path(station.data.__file__).parent
OF_SQLITE = "sqlite_master"

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
def statements(engine, day, tmp_path):
    """What is executed while each query runs once."""
    seen = {}

    def remember(_conn, statement, *_):
        # SAVE TRANSACTION comes from SQLAlchemy's own dialect, and sqlglot does not know it.
        if isinstance(statement, Select | CompoundSelect | UpdateBase):
            seen[str(statement)] = statement

    event.listen(engine, "before_execute", remember)
    sent = day.entry(1, day.sale(("Chips", 2), ("Hazelnut brownie", 1)), "Amina")
    with writing(engine) as conn:
        entries = [
            sent,
            day.entry(2, day.report(sent, "inbox", hop=1)),
            day.entry(3, StaffSeen(what="refused")),
            day.entry(4, SoldOut(item=day.item("Cola").id, sold_out=True)),
            day.entry(5, day.report(sent, "pass", hop=2)),
        ]
        store_facts(conn, "till1", entries)
        change_settings(conn, "grill1", {"text_scale": "1.25"})
    with reading(engine) as conn:
        loaded = load_shop(conn, "till1", NOW)
        load_recipe(conn, loaded.menu.items[0].recipe_id)
        catalogue_version(conn, NOW)
        broken_at(conn, loaded.id)
        sent_orders(conn)
        refused_facts(conn)
        asks_for_pump(conn, "pass1")
        _what_the_pump_asks(conn)
    build_snapshot(engine, tmp_path / "snapshot.db")
    with writing(engine) as conn:
        refuse_fact(conn, "till1", day.entry(9, StaffSeen(what="refused"), name="poison"), "no reason")
        queue_rows(conn, menu.menu_items, ["one", "two"])
        forget_changes_taken(conn, next_changes(conn, 10))
    event.remove(engine, "before_execute", remember)
    assert len(seen) > 60
    return list(seen.values())


def _what_the_pump_asks(conn):
    the_shop(conn)
    changes = next_changes(conn, 50)
    keys_by_table(changes)
    changes_waiting(conn)
    order_known(conn, "none")
    for table in (menu.menu_items, shop.station_settings):
        rows = rows_after(conn, table, None, 2)
        rows_after(conn, table, rows[-1][0], 2)
        rows_by_key(conn, table, [key for key, _ in rows])
        queued_keys(conn, table)
        count_rows(conn, table)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_statement_parses_as_t_sql_and_sorts_by_values_only(statements):
    for statement in statements:
        compiled = statement.compile(dialect=mssql.dialect(), compile_kwargs={"render_postcompile": True})
        text = str(compiled)
        parsed = sqlglot.parse_one(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
        ordered = [one.this for one in parsed.find_all(exp.Ordered)]
        assert not any(isinstance(one, exp.Predicate | exp.Not) for one in ordered), text
        assert "LIMIT" not in text.upper().split()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_statement_compiles_for_mysql(statements):
    for statement in statements:
        assert str(statement.compile(dialect=mysql.dialect(), compile_kwargs={"render_postcompile": True}))


def _written_by_hand():
    for path in sorted(set(DATA.rglob("*.py")) - set(DATA.glob("tables/*"))):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text":
                written = node.args[0]
                if isinstance(written, ast.Constant) and " " in written.value and OF_SQLITE not in written.value:
                    yield pytest.param(written.value, id=f"{path.name}:{node.lineno}")


@pytest.mark.parametrize("written", list(_written_by_hand()))
def test_what_is_written_by_hand_parses_as_t_sql(written):
    if "GET_LOCK" in written or "RELEASE_LOCK" in written or written.startswith("SET FOREIGN_KEY"):
        assert sqlglot.parse(written, dialect="mysql", error_level=sqlglot.ErrorLevel.RAISE)
        return
    compiled = str(text(written).compile(dialect=mssql.dialect(paramstyle="named")))
    assert sqlglot.parse(compiled.replace(":", "@"), dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)


def test_the_rights_parse_as_t_sql():
    statements = [one for one in script(ROLES) if not one.startswith("--")]
    assert len(statements) > 300
    for one in statements:
        assert sqlglot.parse_one(one, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE), one
