"""What was sold and where its tokens are. A line keeps its name, price, rate and allergens as they were at the sale."""

from sqlalchemy import Column, Index, Table, UniqueConstraint

from station.data.tables.columns import at, check, flag, free_text, key, minor, one_of, text, to, whole
from station.data.tables.metadata import METADATA
from station.data.types import code, fixed, ulid, words

PLACE = 40
PART = 40
VERB = 20

orders = Table(
    "orders",
    METADATA,
    key(),
    to("shops"),
    to("business_days"),
    to("stations"),
    to("staff", null=True),
    Column("number", code(13), nullable=False),
    Column("mode", code(), nullable=False),
    at("placed_at"),
    at("due_at", null=True),
    minor("total_minor"),
    minor("tax_minor"),
    minor("rounding_minor", default=0),
    Column("currency", fixed(3), nullable=False),
    Column("customer_name", words(400), nullable=False, default=""),
    Column("customer_allergies", code(400), nullable=False, default=""),
    free_text("note"),
    flag("training"),
    # The order that this one changes after it was sent: what came to it, and what was voided before it was paid.
    # No foreign key: whoever changed it may tell of it before whoever took it.
    Column("changes_id", ulid(), nullable=True),
    # Deposits that the guest got back with it, for packaging from before.
    minor("deposits_back_minor", null=True, default=0),
    one_of("mode", ("eat_in", "take_away")),
    # Not unique: a till that lost its counter must still be able to store what it sold.
    Index(None, "business_day_id", "number", info={"serves": "floor.sent_orders"}),
)

order_lines = Table(
    "order_lines",
    METADATA,
    key(),
    to("orders"),
    whole("position"),
    to("menu_items"),
    to("recipes"),
    text("name", 120),
    whole("count"),
    minor("unit_minor"),
    minor("total_minor"),
    whole("tax_bp"),
    minor("tax_minor"),
    Column("prep_group", code(), nullable=False),
    whole("weight", default=1),
    free_text("note"),
    # JSON: code to answer, for every code that was not "none declared".
    Column("allergens", words(2000), nullable=False),
    # For the packaging of each one, above the line's total: neither taxed nor discounted.
    minor("deposit_minor", null=True, default=0),
    # The line that this one voids: its price is below zero, its note the reason.
    Column("voids_id", ulid(), nullable=True),
    UniqueConstraint("order_id", "position"),
    check("count", "count BETWEEN 1 AND 999"),
    check("tax_bp", "tax_bp BETWEEN 0 AND 10000"),
    check("total", "total_minor = count * unit_minor"),
)

order_line_modifiers = Table(
    "order_line_modifiers",
    METADATA,
    key(),
    to("order_lines"),
    to("modifiers"),
    text("name", 120),
    Column("effect", code(), nullable=False),
    whole("count", default=1),
    minor("price_minor", default=0),
    one_of("effect", ("added", "removed", "changed")),
)

order_discounts = Table(
    "order_discounts",
    METADATA,
    key(),
    to("orders"),
    to("order_lines", null=True),
    to("business_days"),
    to("discounts", null=True),
    text("name", 60),
    minor("amount_minor"),
    free_text("reason"),
    to("staff", null=True),
    to("staff", name="approved_by", null=True),
    at("at"),
    # Of the line's tax, so much is not due any more.
    whole("tax_bp", null=True, default=0),
    minor("tax_minor", null=True, default=0),
    check("amount_minor", "amount_minor > 0"),
)

# No foreign keys to the order: the station that cooked may tell of it before the till that sold it could.
order_tokens = Table(
    "order_tokens",
    METADATA,
    key(),
    Column("order_id", ulid(), nullable=False),
    Column("part", code(PART), nullable=False),
    whole("token_revision", default=0),
    whole("hop", default=0),
    Column("place", code(PLACE), nullable=False),
    at("seen_at"),
    UniqueConstraint("order_id", "part"),
)

token_moves = Table(
    "token_moves",
    METADATA,
    key(),
    Column("order_id", ulid(), nullable=False),
    Column("part", code(PART), nullable=False),
    whole("token_revision"),
    whole("hop"),
    Column("source", code(PLACE), nullable=False),
    Column("destination", code(PLACE), nullable=False),
    Column("verb", code(VERB), nullable=False),
    Column("outcome", code(), nullable=False),
    free_text("why"),
    to("stations"),
    to("staff", null=True),
    # The fact that asked for it, in the journal of this station.
    Column("fact_id", ulid(), nullable=False),
    at("at"),
    one_of("outcome", ("done", "lost")),
)
