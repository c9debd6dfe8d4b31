"""Orders and money, as the first version had them."""

from sqlalchemy import BigInteger, Boolean, Integer

from station.data.migrations.ops import column, create_index, create_table
from station.data.types import UtcDateTime, code, fixed, ulid, words


def create() -> None:
    create_table(
        "order_tokens",
        column("id", ulid()),
        column("order_id", ulid()),
        column("part", code(40)),
        column("token_revision", Integer()),
        column("hop", Integer()),
        column("place", code(40)),
        column("seen_at", UtcDateTime()),
        unique=[("order_id", "part")],
    )
    create_index("ix_order_tokens_place", "order_tokens", "place")
    create_table(
        "drawer_sessions",
        column("id", ulid()),
        column("business_day_id", ulid(), to="business_days.id"),
        column("station_id", ulid(), to="stations.id"),
        column("opened_by", ulid(), to="staff.id"),
        column("opened_at", UtcDateTime()),
        column("float_minor", BigInteger()),
        column("closed_by", ulid(), to="staff.id", null=True),
        column("closed_at", UtcDateTime(), null=True),
        column("counted_minor", BigInteger(), null=True),
        column("expected_minor", BigInteger(), null=True),
        column("note", words(400)),
        checks={
            "counted_minor": "counted_minor IS NULL OR counted_minor >= 0",
            "float_minor": "float_minor >= 0",
        },
    )
    create_index("ix_drawer_sessions_business_day_id", "drawer_sessions", "business_day_id")
    create_table(
        "orders",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("business_day_id", ulid(), to="business_days.id"),
        column("station_id", ulid(), to="stations.id"),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("number", code(13)),
        column("mode", code(12)),
        column("placed_at", UtcDateTime()),
        column("due_at", UtcDateTime(), null=True),
        column("total_minor", BigInteger()),
        column("tax_minor", BigInteger()),
        column("rounding_minor", BigInteger()),
        column("currency", fixed(3)),
        column("customer_name", words(400)),
        column("customer_allergies", code(400)),
        column("note", words(400)),
        column("training", Boolean()),
        checks={
            "mode": "mode IN ('eat_in', 'take_away')",
        },
    )
    create_index("ix_orders_business_day_id_number", "orders", "business_day_id", "number")
    create_index("ix_orders_placed_at", "orders", "placed_at")
    create_table(
        "token_moves",
        column("id", ulid()),
        column("order_id", ulid()),
        column("part", code(40)),
        column("token_revision", Integer()),
        column("hop", Integer()),
        column("source", code(40)),
        column("destination", code(40)),
        column("verb", code(20)),
        column("outcome", code(12)),
        column("why", words(400)),
        column("station_id", ulid(), to="stations.id"),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("fact_id", ulid()),
        column("at", UtcDateTime()),
        checks={
            "outcome": "outcome IN ('done', 'lost')",
        },
    )
    create_index("ix_token_moves_at", "token_moves", "at")
    create_index("ix_token_moves_order_id_part", "token_moves", "order_id", "part")
    create_table(
        "drawer_movements",
        column("id", ulid()),
        column("drawer_session_id", ulid(), to="drawer_sessions.id"),
        column("business_day_id", ulid(), to="business_days.id"),
        column("staff_id", ulid(), to="staff.id"),
        column("approved_by", ulid(), to="staff.id", null=True),
        column("kind", code(12)),
        column("amount_minor", BigInteger()),
        column("reason", words(400)),
        column("at", UtcDateTime()),
        checks={
            "kind": "kind IN ('pay_in', 'pay_out', 'drop', 'no_sale')",
            "sign": "(kind = 'pay_in' AND amount_minor > 0) OR (kind IN ('pay_out', 'drop') AND amount_minor < 0) OR (kind = 'no_sale' AND amount_minor = 0)",
        },
    )
    create_index("ix_drawer_movements_business_day_id", "drawer_movements", "business_day_id")
    create_table(
        "order_lines",
        column("id", ulid()),
        column("order_id", ulid(), to="orders.id"),
        column("position", Integer()),
        column("menu_item_id", ulid(), to="menu_items.id"),
        column("recipe_id", ulid(), to="recipes.id"),
        column("name", words(120)),
        column("count", Integer()),
        column("unit_minor", BigInteger()),
        column("total_minor", BigInteger()),
        column("tax_bp", Integer()),
        column("tax_minor", BigInteger()),
        column("prep_group", code(12)),
        column("weight", Integer()),
        column("note", words(400)),
        column("allergens", words(2000)),
        unique=[("order_id", "position")],
        checks={
            "count": "count BETWEEN 1 AND 999",
            "tax_bp": "tax_bp BETWEEN 0 AND 10000",
            "total": "total_minor = count * unit_minor",
        },
    )
    create_table(
        "payments",
        column("id", ulid()),
        column("order_id", ulid(), to="orders.id"),
        column("business_day_id", ulid(), to="business_days.id"),
        column("station_id", ulid(), to="stations.id"),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("drawer_session_id", ulid(), to="drawer_sessions.id", null=True),
        column("kind", code(12)),
        column("amount_minor", BigInteger()),
        column("given_minor", BigInteger()),
        column("change_minor", BigInteger()),
        column("reference", words(400)),
        column("state", code(12)),
        column("at", UtcDateTime()),
        checks={
            "amount": "amount_minor = given_minor - change_minor",
            "change_from_cash": "change_minor = 0 OR (kind = 'cash' AND change_minor > 0)",
            "kind": "kind IN ('cash', 'card', 'voucher')",
            "state": "state IN ('approved', 'declined', 'unknown')",
        },
    )
    create_index("ix_payments_business_day_id", "payments", "business_day_id")
    create_index("ix_payments_order_id", "payments", "order_id")
    create_table(
        "order_discounts",
        column("id", ulid()),
        column("order_id", ulid(), to="orders.id"),
        column("order_line_id", ulid(), to="order_lines.id", null=True),
        column("business_day_id", ulid(), to="business_days.id"),
        column("discount_id", ulid(), to="discounts.id", null=True),
        column("name", words(60)),
        column("amount_minor", BigInteger()),
        column("reason", words(400)),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("approved_by", ulid(), to="staff.id", null=True),
        column("at", UtcDateTime()),
        checks={
            "amount_minor": "amount_minor > 0",
        },
    )
    create_index("ix_order_discounts_order_id", "order_discounts", "order_id")
    create_table(
        "order_line_modifiers",
        column("id", ulid()),
        column("order_line_id", ulid(), to="order_lines.id"),
        column("modifier_id", ulid(), to="modifiers.id"),
        column("name", words(120)),
        column("effect", code(12)),
        column("count", Integer()),
        column("price_minor", BigInteger()),
        checks={
            "effect": "effect IN ('added', 'removed', 'changed')",
        },
    )
    create_index("ix_order_line_modifiers_order_line_id", "order_line_modifiers", "order_line_id")
    create_table(
        "refunds",
        column("id", ulid()),
        column("order_id", ulid(), to="orders.id"),
        column("payment_id", ulid(), to="payments.id"),
        column("order_line_id", ulid(), to="order_lines.id", null=True),
        column("business_day_id", ulid(), to="business_days.id"),
        column("station_id", ulid(), to="stations.id"),
        column("staff_id", ulid(), to="staff.id"),
        column("approved_by", ulid(), to="staff.id", null=True),
        column("drawer_session_id", ulid(), to="drawer_sessions.id", null=True),
        column("amount_minor", BigInteger()),
        column("tax_bp", Integer()),
        column("tax_minor", BigInteger()),
        column("reason", words(400)),
        column("reference", words(400)),
        column("state", code(12)),
        column("at", UtcDateTime()),
        checks={
            "amount_minor": "amount_minor > 0",
            "reason": "reason <> ''",
            "state": "state IN ('approved', 'declined', 'unknown')",
        },
    )
    create_index("ix_refunds_business_day_id", "refunds", "business_day_id")
    create_index("ix_refunds_payment_id", "refunds", "payment_id")
