"""Deposits, free choices, changes after sending, voids, tips, settled payments, and what a refund is made of"""

from sqlalchemy import BigInteger, Integer

from station.data.migrations.ops import add_column
from station.data.types import ulid

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    add_column("menu_items", "deposit_minor", BigInteger())
    add_column("modifier_groups", "free", Integer())
    add_column("orders", "changes_id", ulid())
    add_column("orders", "deposits_back_minor", BigInteger())
    add_column("order_lines", "deposit_minor", BigInteger())
    add_column("order_lines", "voids_id", ulid())
    add_column("order_discounts", "tax_bp", Integer())
    add_column("order_discounts", "tax_minor", BigInteger())
    add_column("payments", "tip_minor", BigInteger())
    add_column("payments", "rounding_minor", BigInteger())
    add_column("payments", "settles_id", ulid())
    add_column("refunds", "deposit_minor", BigInteger())
    add_column("refunds", "rounding_minor", BigInteger())
    add_column("refunds", "count", Integer())
