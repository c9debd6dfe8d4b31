"""The shop, its days, its stations, and which release each of them should run."""

from sqlalchemy import Column, Date, Index, SmallInteger, Table, UniqueConstraint
from sqlalchemy import text as sql

from station.data.tables.columns import (
    at,
    check,
    edited,
    flag,
    free_text,
    key,
    minor,
    one_of,
    retired,
    text,
    to,
    whole,
)
from station.data.tables.metadata import METADATA
from station.data.types import code, document, fixed, has_filtered_indexes, money

shops = Table(
    "shops",
    METADATA,
    key(),
    text("name", 80),
    text("legal_name", 120),
    free_text("address"),
    Column("country", fixed(2), nullable=False),
    Column("timezone", code(60), nullable=False),
    Column("currency", fixed(3), nullable=False),
    whole("cash_rounding_minor", default=1),
    Column("tax_number", code(40), nullable=True),
    free_text("receipt_footer"),
    # Tells a station that it holds another shop's key before its tokens are quarantined one by one.
    Column("token_key_fingerprint", fixed(16), nullable=True),
    *edited(),
    check("cash_rounding_minor", "cash_rounding_minor IN (1, 5, 10)"),
)

business_days = Table(
    "business_days",
    METADATA,
    key(),
    to("shops"),
    Column("business_date", Date, nullable=False),
    at("opened_at"),
    to("staff", name="opened_by", null=True),
    at("closed_at", null=True),
    to("staff", name="closed_by", null=True),
    # The Z report: written once, when the day closes.
    whole("z_number", null=True),
    minor("gross_minor", null=True),
    minor("net_minor", null=True),
    minor("tax_minor", null=True),
    minor("refunds_minor", null=True),
    minor("discounts_minor", null=True),
    minor("rounding_minor", null=True),
    minor("grand_total_minor", null=True),
    Column("z_report", document(), nullable=True),
    *edited(),
    UniqueConstraint("shop_id", "business_date"),
    check(
        "closed_by_z", "(closed_at IS NULL AND z_number IS NULL) OR (closed_at IS NOT NULL AND z_number IS NOT NULL)"
    ),
    check("z_number", "z_number IS NULL OR z_number > 0"),
)
# Filtered, since SQL Server takes two NULLs for equal; MySQL has no such indexes, and the replica needs none.
Index(
    "uq_business_days_z_number",
    business_days.c.shop_id,
    business_days.c.z_number,
    unique=True,
    mssql_where=sql("z_number IS NOT NULL"),
    sqlite_where=sql("z_number IS NOT NULL"),
).ddl_if(callable_=has_filtered_indexes)
Index(
    "uq_business_days_one_open",
    business_days.c.shop_id,
    unique=True,
    mssql_where=sql("closed_at IS NULL"),
    sqlite_where=sql("closed_at IS NULL"),
).ddl_if(callable_=has_filtered_indexes)

station_profiles = Table(
    "station_profiles",
    METADATA,
    key(),
    to("shops"),
    text("name", 60),
    Column("role", code(), nullable=False),
    # Dispatchers of a profile choose among the stations of its group; empty: among all of the shop.
    Column("station_group", code(), nullable=False, default=""),
    whole("orange_s", default=180),
    whole("red_s", default=300),
    whole("columns", default=4),
    flag("clock"),
    flag("sounds", default=True),
    whole("idle_logout_s", default=120),
    flag("dispatch"),
    whole("dispatch_delay_ms", default=0),
    whole("text_scale_percent", default=100),
    Column("display_mode", code(20), nullable=True),
    whole("rotation", default=0),
    Column("printer", code(120), nullable=True),
    flag("drawer"),
    flag("replica_pump"),
    flag("training"),
    # Local times of the shop; reflashing waits until the service is over.
    Column("service_from", fixed(5), nullable=True),
    Column("service_until", fixed(5), nullable=True),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "name"),
    one_of("role", ("till", "prep", "expediter", "manager")),
    check("thresholds", "orange_s > 0 AND red_s > orange_s"),
    check("columns", "columns BETWEEN 1 AND 8"),
    check("idle_logout_s", "idle_logout_s >= 0"),
    check("dispatch_delay_ms", "dispatch_delay_ms BETWEEN 0 AND 60000"),
    check("text_scale_percent", "text_scale_percent BETWEEN 50 AND 200"),
    check("rotation", "rotation IN (0, 90, 180, 270)"),
)

stations = Table(
    "stations",
    METADATA,
    key(),
    to("shops"),
    Column("code", code(), nullable=False),
    text("name", 60),
    to("station_profiles"),
    # What load is worth here: 200 takes twice as many items before it counts as equally busy.
    whole("weight_percent", default=100),
    Column("address", code(45), nullable=True),
    Column("machine", code(64), nullable=True),
    # The station card's one-time code, by its hash.
    Column("enrol_sha256", fixed(64), nullable=True),
    at("enrol_expires_at", null=True),
    at("enrolled_at", null=True),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "code"),
    check("weight_percent", "weight_percent BETWEEN 10 AND 1000"),
)

station_settings = Table(
    "station_settings",
    METADATA,
    to("stations", pair=True),
    Column("name", code(60), primary_key=True),
    text("value", 400),
    *edited(),
)

prep_groups = Table(
    "prep_groups",
    METADATA,
    key(),
    to("shops"),
    Column("code", code(), nullable=False),
    text("name", 60),
    whole("position"),
    retired(),
    *edited(),
    UniqueConstraint("shop_id", "code"),
)

station_prep_groups = Table(
    "station_prep_groups",
    METADATA,
    to("stations", pair=True),
    to("prep_groups", pair=True),
    *edited(),
)

station_heartbeats = Table(
    "station_heartbeats",
    METADATA,
    key(),
    to("stations"),
    at("at"),
    Column("version", code(40), nullable=False),
    Column("slot", code(1), nullable=True),
    to("staff", null=True),
    flag("share_ok"),
    whole("clock_offset_ms", null=True),
    whole("intents_queued", default=0),
    whole("facts_queued", default=0),
    whole("active_tokens", default=0),
    whole("active_items", default=0),
    Column("disk_free_bytes", money(), nullable=True),
    # One row a station: the last it said. What happened over time stands in the ledger.
    UniqueConstraint("station_id"),
)

releases = Table(
    "releases",
    METADATA,
    key(),
    Column("version", code(40), nullable=False),
    Column("channel", code(20), nullable=False),
    Column("bundle_file", code(120), nullable=False),
    Column("size_bytes", money(), nullable=False),
    Column("sha256", fixed(64), nullable=False),
    Column("signature_key_id", code(64), nullable=False),
    Column("compatible", code(60), nullable=False),
    free_text("notes"),
    at("published_at"),
    at("withdrawn_at", null=True),
    *edited(),
    UniqueConstraint("version"),
    check("size_bytes", "size_bytes > 0"),
)

deployments = Table(
    "deployments",
    METADATA,
    key(),
    to("releases"),
    to("stations"),
    # Rows that were asked for in one go (a group, all) share it.
    Column("batch", fixed(26), nullable=False),
    at("not_before"),
    flag("forced"),
    Column("priority", SmallInteger, nullable=False, default=0),
    to("staff", name="ordered_by", null=True),
    at("cancelled_at", null=True),
    *edited(),
    UniqueConstraint("batch", "station_id"),
)
