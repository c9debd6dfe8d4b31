"""A business day's orders as tokens, for replaying a rush: on every engine."""

from datetime import date

import msgspec
import pytest
import sqlglot
from sqlalchemy import Select, event
from sqlalchemy.dialects import mssql

from station.data.queries.link_facts import store_facts
from station.data.queries.sold import cooking_stations, sold_orders
from station.data.session import reading, writing
from station.errors import DataError

DAY = date(2026, 11, 23)


def test_orders_come_back_with_their_lines_and_training_does_not(engine, day) -> None:
    sale = day.sale(("Chips", 2), ("Hazelnut brownie", 1))
    training = day.sale(("Chips", 9), name="try", training=True)
    with writing(engine) as conn:
        store_facts(conn, "till1", [day.entry(1, sale, "Amina"), day.entry(2, training, "Amina")])
    with reading(engine) as conn:
        found, bodies = sold_orders(conn)
        assert sold_orders(conn, DAY) == (found, bodies)
        with pytest.raises(DataError, match="no business day 2020-01-01"):
            sold_orders(conn, date(2020, 1, 1))
    assert found == DAY
    (body,) = bodies
    assert (body.order, body.number, body.placed_at) == (sale.order, sale.number, sale.token.placed_at)
    assert body.lines == tuple(msgspec.structs.replace(line, modifiers=()) for line in sale.token.lines)


def test_stations_that_cook_come_with_their_groups_and_weights(conn) -> None:
    assert cooking_stations(conn) == {
        "fry1": (frozenset({"fry", "cold", "bar"}), 100),
        "grill1": (frozenset({"grill", "bar"}), 100),
        "grill2": (frozenset({"grill", "cold"}), 100),
    }


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_is_asked_is_t_sql_too(engine) -> None:
    asked = []

    def remember(_conn, statement, *_):
        if isinstance(statement, Select):
            asked.append(statement)

    event.listen(engine, "before_execute", remember)
    with reading(engine) as conn:
        sold_orders(conn)
        cooking_stations(conn)
    assert len(asked) == 4
    for statement in asked:
        sqlglot.parse_one(
            str(statement.compile(dialect=mssql.dialect(), compile_kwargs={"render_postcompile": True})), dialect="tsql"
        )
