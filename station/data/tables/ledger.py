"""What is only ever added: the audit, what the replica has not seen yet, and what became of deployments."""

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint

from station.data.tables.columns import at, free_text, key, one_of, to
from station.data.tables.metadata import METADATA
from station.data.types import code, counter, document, fixed, ulid

audit_events = Table(
    "audit_events",
    METADATA,
    key(),
    to("stations"),
    # The place in the station's chain: 1, 2, 3 without a gap, however often the station got a new disk.
    Column("seq", BigInteger, nullable=False),
    Column("kind", code(40), nullable=False),
    to("staff", null=True),
    to("staff", name="approved_by", null=True),
    # The order, item or person that it is about.
    Column("subject_id", ulid(), nullable=True),
    Column("body", document(), nullable=False),
    at("at"),
    # The hash of the station's row before this one, and of this one with it: a row taken out or altered shows.
    Column("previous_hash", fixed(64), nullable=False),
    Column("hash", fixed(64), nullable=False),
    UniqueConstraint("station_id", "seq"),
    Index(None, "kind", "at", info={"serves": "audit.refused_facts"}),
)

# The one key that is no ULID: triggers fill this table, and they cannot make one.
replica_changes = Table(
    "replica_changes",
    METADATA,
    Column("id", counter(), primary_key=True, autoincrement=True),
    Column("table_name", code(64), nullable=False),
    Column("row_key", code(200), nullable=False),
)

deployment_events = Table(
    "deployment_events",
    METADATA,
    key(),
    to("deployments"),
    to("stations"),
    Column("what", code(20), nullable=False),
    Column("version", code(40), nullable=False),
    free_text("why"),
    at("at"),
    one_of("what", ("downloading", "downloaded", "installed", "booted", "confirmed", "rolled_back", "failed")),
)
