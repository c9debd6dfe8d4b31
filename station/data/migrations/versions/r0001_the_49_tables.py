"""The 49 tables"""

from station.data.migrations.first import catalogue, premises, sales

revision = "0001"
down_revision = None


def upgrade() -> None:
    premises.create()
    catalogue.create()
    sales.create()
