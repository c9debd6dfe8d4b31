"""People: who they are, what they may do, how they get in, and when they worked."""

from sqlalchemy import BigInteger, Column, Table, UniqueConstraint

from station.data.tables.columns import at, check, edited, free_text, key, one_of, retired, text, to, to_code, whole
from station.data.tables.metadata import METADATA
from station.data.types import code, fixed

ROLE_CODE = 20
PERMISSION_CODE = 40

staff = Table(
    "staff",
    METADATA,
    key(),
    to("shops"),
    Column("code", code(), nullable=False),
    text("name", 60),
    text("full_name", 120),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "code"),
)

roles = Table(
    "roles",
    METADATA,
    Column("code", code(ROLE_CODE), primary_key=True),
    text("name", 60),
    # Where somebody has several, the highest one stands beside the name.
    whole("position"),
    *edited(),
)

permissions = Table(
    "permissions",
    METADATA,
    Column("code", code(PERMISSION_CODE), primary_key=True),
    text("name", 80),
    *edited(),
)

role_permissions = Table(
    "role_permissions",
    METADATA,
    to_code("roles", ROLE_CODE, pair=True),
    to_code("permissions", PERMISSION_CODE, pair=True),
    *edited(),
)

staff_roles = Table(
    "staff_roles",
    METADATA,
    to("staff", pair=True),
    to_code("roles", ROLE_CODE, pair=True),
    *edited(),
)

wallet_cards = Table(
    "wallet_cards",
    METADATA,
    key(),
    to("staff"),
    Column("number", code(10), nullable=False),
    Column("kind", code(), nullable=False),
    # Of the card's secret; a rotating card's time codes are keyed by it. No card can be printed from it.
    Column("secret_sha256", fixed(64), nullable=False),
    Column("last_step", BigInteger, nullable=False, default=0),
    at("issued_at"),
    to("staff", name="issued_by", null=True),
    at("revoked_at", null=True),
    to("staff", name="revoked_by", null=True),
    *edited(),
    UniqueConstraint("number"),
    UniqueConstraint("secret_sha256"),
    one_of("kind", ("static", "rotating")),
)

staff_pins = Table(
    "staff_pins",
    METADATA,
    key(),
    to("staff"),
    Column("argon2id", code(200), nullable=False),
    whole("failures", default=0),
    at("blocked_until", null=True),
    at("set_at"),
    *edited(),
    UniqueConstraint("staff_id"),
    check("failures", "failures >= 0"),
)

login_events = Table(
    "login_events",
    METADATA,
    key(),
    to("stations"),
    # None: an unknown card or name was refused; what was scanned is never kept.
    to("staff", null=True),
    Column("what", code(), nullable=False),
    Column("how", code(), nullable=False),
    to_code("permissions", PERMISSION_CODE, null=True),
    to("staff", name="approved_by", null=True),
    at("at"),
    one_of("what", ("login", "logout", "refused", "approved")),
    one_of("how", ("name", "wallet", "pin")),
)

shifts = Table(
    "shifts",
    METADATA,
    key(),
    to("staff"),
    to("business_days"),
    to("stations", null=True),
    at("started_at"),
    at("ended_at", null=True),
    whole("break_minutes", default=0),
    free_text("note"),
    *edited(),
    check("ends_after_start", "ended_at IS NULL OR ended_at >= started_at"),
    check("break_minutes", "break_minutes >= 0"),
)
