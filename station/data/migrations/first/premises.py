"""The shop, its stations, its people and its ledger, as the first version had them."""

from sqlalchemy import BigInteger, Boolean, Date, Integer, SmallInteger

from station.data.migrations.ops import column, create_index, create_table, create_unique_index, edited
from station.data.types import UtcDateTime, code, counter, document, fixed, ulid, words


def create() -> None:
    create_table(
        "permissions",
        column("code", code(40)),
        column("name", words(80)),
        *edited(),
        key=("code",),
    )
    create_table(
        "releases",
        column("id", ulid()),
        column("version", code(40)),
        column("channel", code(20)),
        column("bundle_file", code(120)),
        column("size_bytes", BigInteger()),
        column("sha256", fixed(64)),
        column("signature_key_id", code(64)),
        column("compatible", code(60)),
        column("notes", words(400)),
        column("published_at", UtcDateTime()),
        column("withdrawn_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("version",)],
        checks={
            "size_bytes": "size_bytes > 0",
        },
    )
    create_table(
        "replica_changes",
        column("id", counter(), counts=True),
        column("table_name", code(64)),
        column("row_key", code(200)),
    )
    create_table(
        "roles",
        column("code", code(20)),
        column("name", words(60)),
        column("position", Integer()),
        *edited(),
        key=("code",),
    )
    create_table(
        "shops",
        column("id", ulid()),
        column("name", words(80)),
        column("legal_name", words(120)),
        column("address", words(400)),
        column("country", fixed(2)),
        column("timezone", code(60)),
        column("currency", fixed(3)),
        column("cash_rounding_minor", Integer()),
        column("tax_number", code(40), null=True),
        column("receipt_footer", words(400)),
        column("token_key_fingerprint", fixed(16), null=True),
        *edited(),
        checks={
            "cash_rounding_minor": "cash_rounding_minor IN (1, 5, 10)",
        },
    )
    create_table(
        "prep_groups",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("code", code(12)),
        column("name", words(60)),
        column("position", Integer()),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "code")],
    )
    create_table(
        "role_permissions",
        column("role_code", code(20), to="roles.code"),
        column("permission_code", code(40), to="permissions.code"),
        *edited(),
        key=("role_code", "permission_code"),
    )
    create_table(
        "staff",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("code", code(12)),
        column("name", words(60)),
        column("full_name", words(120)),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "code")],
    )
    create_table(
        "station_profiles",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("name", words(60)),
        column("role", code(12)),
        column("station_group", code(12)),
        column("orange_s", Integer()),
        column("red_s", Integer()),
        column("columns", Integer()),
        column("clock", Boolean()),
        column("sounds", Boolean()),
        column("idle_logout_s", Integer()),
        column("dispatch", Boolean()),
        column("dispatch_delay_ms", Integer()),
        column("text_scale_percent", Integer()),
        column("display_mode", code(20), null=True),
        column("rotation", Integer()),
        column("printer", code(120), null=True),
        column("drawer", Boolean()),
        column("replica_pump", Boolean()),
        column("training", Boolean()),
        column("service_from", fixed(5), null=True),
        column("service_until", fixed(5), null=True),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "name")],
        checks={
            "columns": "columns BETWEEN 1 AND 8",
            "dispatch_delay_ms": "dispatch_delay_ms BETWEEN 0 AND 60000",
            "idle_logout_s": "idle_logout_s >= 0",
            "role": "role IN ('till', 'prep', 'expediter', 'manager')",
            "rotation": "rotation IN (0, 90, 180, 270)",
            "text_scale_percent": "text_scale_percent BETWEEN 50 AND 200",
            "thresholds": "orange_s > 0 AND red_s > orange_s",
        },
    )
    create_table(
        "business_days",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("business_date", Date()),
        column("opened_at", UtcDateTime()),
        column("opened_by", ulid(), to="staff.id", null=True),
        column("closed_at", UtcDateTime(), null=True),
        column("closed_by", ulid(), to="staff.id", null=True),
        column("z_number", Integer(), null=True),
        column("gross_minor", BigInteger(), null=True),
        column("net_minor", BigInteger(), null=True),
        column("tax_minor", BigInteger(), null=True),
        column("refunds_minor", BigInteger(), null=True),
        column("discounts_minor", BigInteger(), null=True),
        column("rounding_minor", BigInteger(), null=True),
        column("grand_total_minor", BigInteger(), null=True),
        column("z_report", document(), null=True),
        *edited(),
        unique=[("shop_id", "business_date")],
        checks={
            "closed_by_z": "(closed_at IS NULL AND z_number IS NULL) OR (closed_at IS NOT NULL AND z_number IS NOT NULL)",
            "z_number": "z_number IS NULL OR z_number > 0",
        },
    )
    create_unique_index("uq_business_days_one_open", "business_days", "shop_id", only="closed_at IS NULL")
    create_unique_index(
        "uq_business_days_z_number", "business_days", "shop_id", "z_number", only="z_number IS NOT NULL"
    )
    create_table(
        "staff_pins",
        column("id", ulid()),
        column("staff_id", ulid(), to="staff.id"),
        column("argon2id", code(200)),
        column("failures", Integer()),
        column("blocked_until", UtcDateTime(), null=True),
        column("set_at", UtcDateTime()),
        *edited(),
        unique=[("staff_id",)],
        checks={
            "failures": "failures >= 0",
        },
    )
    create_table(
        "staff_roles",
        column("staff_id", ulid(), to="staff.id"),
        column("role_code", code(20), to="roles.code"),
        *edited(),
        key=("staff_id", "role_code"),
    )
    create_table(
        "stations",
        column("id", ulid()),
        column("shop_id", ulid(), to="shops.id"),
        column("code", code(12)),
        column("name", words(60)),
        column("station_profile_id", ulid(), to="station_profiles.id"),
        column("weight_percent", Integer()),
        column("address", code(45), null=True),
        column("machine", code(64), null=True),
        column("enrol_sha256", fixed(64), null=True),
        column("enrol_expires_at", UtcDateTime(), null=True),
        column("enrolled_at", UtcDateTime(), null=True),
        column("retired_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("shop_id", "code")],
        checks={
            "weight_percent": "weight_percent BETWEEN 10 AND 1000",
        },
    )
    create_table(
        "wallet_cards",
        column("id", ulid()),
        column("staff_id", ulid(), to="staff.id"),
        column("number", code(10)),
        column("kind", code(12)),
        column("secret_sha256", fixed(64)),
        column("last_step", BigInteger()),
        column("issued_at", UtcDateTime()),
        column("issued_by", ulid(), to="staff.id", null=True),
        column("revoked_at", UtcDateTime(), null=True),
        column("revoked_by", ulid(), to="staff.id", null=True),
        *edited(),
        unique=[("number",), ("secret_sha256",)],
        checks={
            "kind": "kind IN ('static', 'rotating')",
        },
    )
    create_table(
        "audit_events",
        column("id", ulid()),
        column("station_id", ulid(), to="stations.id"),
        column("seq", BigInteger()),
        column("kind", code(40)),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("approved_by", ulid(), to="staff.id", null=True),
        column("subject_id", ulid(), null=True),
        column("body", document()),
        column("at", UtcDateTime()),
        column("previous_hash", fixed(64)),
        column("hash", fixed(64)),
        unique=[("station_id", "seq")],
    )
    create_index("ix_audit_events_subject_id", "audit_events", "subject_id")
    create_table(
        "deployments",
        column("id", ulid()),
        column("release_id", ulid(), to="releases.id"),
        column("station_id", ulid(), to="stations.id"),
        column("batch", ulid()),
        column("not_before", UtcDateTime()),
        column("forced", Boolean()),
        column("priority", SmallInteger()),
        column("ordered_by", ulid(), to="staff.id", null=True),
        column("cancelled_at", UtcDateTime(), null=True),
        *edited(),
        unique=[("batch", "station_id")],
    )
    create_index("ix_deployments_station_id_not_before", "deployments", "station_id", "not_before")
    create_table(
        "login_events",
        column("id", ulid()),
        column("station_id", ulid(), to="stations.id"),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("what", code(12)),
        column("how", code(12)),
        column("permission_code", code(40), to="permissions.code", null=True),
        column("approved_by", ulid(), to="staff.id", null=True),
        column("at", UtcDateTime()),
        checks={
            "how": "how IN ('name', 'wallet', 'pin')",
            "what": "what IN ('login', 'logout', 'refused', 'approved')",
        },
    )
    create_index("ix_login_events_at", "login_events", "at")
    create_table(
        "shifts",
        column("id", ulid()),
        column("staff_id", ulid(), to="staff.id"),
        column("business_day_id", ulid(), to="business_days.id"),
        column("station_id", ulid(), to="stations.id", null=True),
        column("started_at", UtcDateTime()),
        column("ended_at", UtcDateTime(), null=True),
        column("break_minutes", Integer()),
        column("note", words(400)),
        *edited(),
        checks={
            "break_minutes": "break_minutes >= 0",
            "ends_after_start": "ended_at IS NULL OR ended_at >= started_at",
        },
    )
    create_index("ix_shifts_business_day_id", "shifts", "business_day_id")
    create_table(
        "station_heartbeats",
        column("id", ulid()),
        column("station_id", ulid(), to="stations.id"),
        column("at", UtcDateTime()),
        column("version", code(40)),
        column("slot", code(1), null=True),
        column("staff_id", ulid(), to="staff.id", null=True),
        column("share_ok", Boolean()),
        column("clock_offset_ms", Integer(), null=True),
        column("intents_queued", Integer()),
        column("facts_queued", Integer()),
        column("active_tokens", Integer()),
        column("active_items", Integer()),
        column("disk_free_bytes", BigInteger(), null=True),
        unique=[("station_id",)],
    )
    create_table(
        "station_prep_groups",
        column("station_id", ulid(), to="stations.id"),
        column("prep_group_id", ulid(), to="prep_groups.id"),
        *edited(),
        key=("station_id", "prep_group_id"),
    )
    create_table(
        "station_settings",
        column("station_id", ulid(), to="stations.id"),
        column("name", code(60)),
        column("value", words(400)),
        *edited(),
        key=("station_id", "name"),
    )
    create_table(
        "deployment_events",
        column("id", ulid()),
        column("deployment_id", ulid(), to="deployments.id"),
        column("station_id", ulid(), to="stations.id"),
        column("what", code(20)),
        column("version", code(40)),
        column("why", words(400)),
        column("at", UtcDateTime()),
        checks={
            "what": "what IN ('downloading', 'downloaded', 'installed', 'booted', 'confirmed', 'rolled_back', 'failed')",
        },
    )
    create_index("ix_deployment_events_deployment_id", "deployment_events", "deployment_id")
