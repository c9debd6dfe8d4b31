"""Rows as they are gathered from one description: ids worked out from keys, and every key looked up."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Table

from station.data.described.files import Description
from station.data.ids import derived_ulid
from station.errors import DataError

Row = dict[str, Any]
Rows = dict[Table, list[Row]]

BORN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The moment in the ids and from which the prices hold."""


class Gathered:
    """The rows so far, by table."""

    def __init__(self, description: Description) -> None:
        self.shop = description
        self.rows: Rows = {}

    @property
    def shop_id(self) -> str:
        return self.id("shop")

    def id(self, *names: str) -> str:
        """The id of a thing from its kind and key: the same whenever the shop is described so."""
        return derived_ulid(BORN, self.shop.shop.shop.name, *names)

    def add(self, table: Table, **row: Any) -> None:
        stamps = {"created_at": BORN, "updated_at": BORN} if "revision" in table.c else {}
        self.rows.setdefault(table, []).append({**stamps, **row})

    def known(self, key: str, among: Iterable[str], owner: str) -> None:
        """Raises DataError when `owner` refers to something that is not described."""
        if key not in set(among):
            raise DataError(f"{owner}: {key!r} is not described; look for a typo")


def fields(entry: Any) -> Row:
    """A described entry's fields, where a table has columns of the same names."""
    return {name: getattr(entry, name) for name in entry.__struct_fields__}
