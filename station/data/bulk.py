"""Many rows at once, in the way that is quick on each engine.

SQLite and MySQL take a list of rows by themselves. ODBC would send them one by one, a round trip each; there they go as
statements of many rows, as many as SQL Server takes (1,000 rows, 2,100 parameters).
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table, bindparam, case, insert, literal, update

MOST_ROWS: Final = 1_000
MOST_PARAMETERS: Final = 2_000

Item = TypeVar("Item")


def add_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts the rows, which all name the same columns, in their order."""
    if not rows:
        return
    if conn.dialect.name != "mssql":
        conn.execute(insert(table), [dict(row) for row in rows])
        return
    at_once = max(1, min(MOST_ROWS, MOST_PARAMETERS // max(1, len(table.columns))))
    for some in in_portions(rows, at_once):
        conn.execute(insert(table).values([dict(row) for row in some]))


def change_rows(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Gives these columns of the rows with these `id`s their new values."""
    if not rows:
        return
    key = table.c.id
    if conn.dialect.name != "mssql":
        changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
        values = [{"row_id": row["id"], **{f"new_{name}": row[name] for name in columns}} for row in rows]
        conn.execute(update(table).where(key == bindparam("row_id")).values(changes), values)
        return
    for some in in_portions(rows, MOST_PARAMETERS // (2 * len(columns) + 1)):
        cases = {
            name: case({row["id"]: literal(row[name], table.c[name].type) for row in some}, value=key)
            for name in columns
        }
        conn.execute(update(table).where(key.in_([row["id"] for row in some])).values(cases))


def in_portions(items: Sequence[Item], size: int) -> Iterator[list[Item]]:
    """Lists of at most so many, in order."""
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some
