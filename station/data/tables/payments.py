"""Money in, money back, and the drawers. Rows are only ever added; a drawer session alone is closed in place, once."""

from sqlalchemy import Column, Table

from station.data.tables.columns import at, check, free_text, key, minor, one_of, to, whole
from station.data.tables.metadata import METADATA
from station.data.types import code, ulid, words

payments = Table(
    "payments",
    METADATA,
    key(),
    to("orders"),
    to("business_days"),
    to("stations"),
    to("staff", null=True),
    to("drawer_sessions", null=True),
    Column("kind", code(), nullable=False),
    minor("amount_minor"),
    minor("given_minor"),
    minor("change_minor", default=0),
    Column("reference", words(400), nullable=False, default=""),
    Column("state", code(), nullable=False),
    at("at"),
    # Beside the order: neither in the amount nor in what was given for it.
    minor("tip_minor", null=True, default=0),
    # So much of the amount is what cash rounding made of what was left for cash.
    minor("rounding_minor", null=True, default=0),
    # The payment whose state was unknown, and is this row's since `at`.
    Column("settles_id", ulid(), nullable=True),
    one_of("kind", ("cash", "card", "voucher")),
    one_of("state", ("approved", "declined", "unknown")),
    check("amount", "amount_minor = given_minor - change_minor"),
    check("change_from_cash", "change_minor = 0 OR (kind = 'cash' AND change_minor > 0)"),
)

refunds = Table(
    "refunds",
    METADATA,
    key(),
    to("orders"),
    to("payments"),
    to("order_lines", null=True),
    to("business_days"),
    to("stations"),
    to("staff"),
    to("staff", name="approved_by", null=True),
    to("drawer_sessions", null=True),
    # What was given back for this line, out of this payment.
    minor("amount_minor"),
    whole("tax_bp"),
    minor("tax_minor"),
    Column("reason", words(400), nullable=False),
    Column("reference", words(400), nullable=False, default=""),
    Column("state", code(), nullable=False),
    at("at"),
    # Of the amount: deposits, and what cash rounding made of it. `count`: so many of the line.
    minor("deposit_minor", null=True, default=0),
    minor("rounding_minor", null=True, default=0),
    whole("count", null=True, default=0),
    one_of("state", ("approved", "declined", "unknown")),
    check("amount_minor", "amount_minor > 0"),
    check("reason", "reason <> ''"),
)

drawer_sessions = Table(
    "drawer_sessions",
    METADATA,
    key(),
    to("business_days"),
    to("stations"),
    to("staff", name="opened_by"),
    at("opened_at"),
    minor("float_minor"),
    to("staff", name="closed_by", null=True),
    at("closed_at", null=True),
    # Counted blind, before anybody sees what was expected.
    minor("counted_minor", null=True),
    minor("expected_minor", null=True),
    free_text("note"),
    check("float_minor", "float_minor >= 0"),
    check("counted_minor", "counted_minor IS NULL OR counted_minor >= 0"),
)

drawer_movements = Table(
    "drawer_movements",
    METADATA,
    key(),
    to("drawer_sessions"),
    to("business_days"),
    to("staff"),
    to("staff", name="approved_by", null=True),
    Column("kind", code(), nullable=False),
    # Signed: what comes in is positive.
    minor("amount_minor"),
    free_text("reason"),
    at("at"),
    one_of("kind", ("pay_in", "pay_out", "drop", "no_sale")),
    check(
        "sign",
        "(kind = 'pay_in' AND amount_minor > 0) OR (kind IN ('pay_out', 'drop') AND amount_minor < 0)"
        " OR (kind = 'no_sale' AND amount_minor = 0)",
    ),
)
