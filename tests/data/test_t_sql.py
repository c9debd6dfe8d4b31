"""Every statement that the queries send is also T-SQL and MySQL: compiled for both, and parsed as T-SQL."""

from datetime import UTC, datetime

import pytest
import sqlglot
from sqlalchemy import CompoundSelect, Select, UpdateBase, event
from sqlalchemy.dialects import mssql, mysql
from sqlglot import exp

from station.data.queries.audit import broken_at
from station.data.queries.link import catalogue_version
from station.data.queries.link_facts import store_facts
from station.data.queries.profile import change_settings
from station.data.queries.screens import load_recipe, load_shop
from station.data.session import reading, writing
from station.data.snapshot import build_snapshot
from station.domain.facts import SoldOut, StaffSeen

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
    build_snapshot(engine, tmp_path / "snapshot.db")
    event.remove(engine, "before_execute", remember)
    assert len(seen) > 60
    return list(seen.values())


def test_every_statement_parses_as_t_sql_and_sorts_by_values_only(statements):
    for statement in statements:
        compiled = statement.compile(dialect=mssql.dialect(), compile_kwargs={"render_postcompile": True})
        text = str(compiled)
        parsed = sqlglot.parse_one(text, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
        ordered = [one.this for one in parsed.find_all(exp.Ordered)]
        assert not any(isinstance(one, exp.Predicate | exp.Not) for one in ordered), text
        assert "LIMIT" not in text.upper().split()


def test_every_statement_compiles_for_mysql(statements):
    for statement in statements:
        assert str(statement.compile(dialect=mysql.dialect(), compile_kwargs={"render_postcompile": True}))
