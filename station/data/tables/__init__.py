"""The 49 tables, described once: for the master, every snapshot and the replica."""

from station.data.tables import ledger, menu, orders, payments, recipes, shop, staff
from station.data.tables.metadata import METADATA, SCHEMA_VERSION

AREAS = (shop, staff, menu, recipes, orders, payments, ledger)

__all__ = ["AREAS", "METADATA", "SCHEMA_VERSION", "ledger", "menu", "orders", "payments", "recipes", "shop", "staff"]
