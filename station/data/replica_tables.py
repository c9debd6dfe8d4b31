"""The same 49 tables as a MySQL replica has them: `shop_id` first in each of them and in its key, and no rule.

One database so holds any number of shops, and a MySQL-protocol engine that shards by `shop_id` keeps each shop's rows
together. Foreign keys, checks and unique rules were the master's work; a replica that takes rows in any order cannot have them.
`replica_changes`, the master's queue, holds on the replica how far the first copy of each table came: table and last key; and
under no table's name which pump writes now.
"""

from typing import Final

from sqlalchemy import Column, Index, MetaData, PrimaryKeyConstraint, Table

from station.data.tables import METADATA
from station.data.types import ulid

SHOP: Final = "shop_id"
REPLICA: Final = MetaData()


def in_replica(table: Table) -> Table:
    """The replica's form of a master's table."""
    return REPLICA.tables[table.name]


def _form(table: Table) -> Table:
    key = [column.name for column in table.primary_key.columns]
    rest = [
        Column(column.name, column.type, nullable=column.nullable, autoincrement=False)
        for column in table.columns
        if column.name != SHOP
    ]
    form = Table(
        table.name,
        REPLICA,
        Column(SHOP, ulid(), nullable=False),
        *rest,
        PrimaryKeyConstraint(SHOP, *(name for name in key if name != SHOP)),
    )
    for index in table.indexes:
        if not index.unique:
            Index(index.name, form.c.shop_id, *(form.c[column.name] for column in index.columns if column.name != SHOP))
    return form


for _table in METADATA.sorted_tables:
    _form(_table)
