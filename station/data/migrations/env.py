"""What Alembic runs. The connection comes from `data/migrate.py`; without one it writes the SQL for the dialect named there."""

from alembic import context

from station.data.tables import METADATA

given = context.config.attributes
if context.is_offline_mode():
    context.configure(dialect_name=given["dialect"], literal_binds=True, transactional_ddl=given["transactional"])
else:
    context.configure(
        connection=given["connection"], target_metadata=METADATA, transactional_ddl=given["transactional"]
    )
with context.begin_transaction():
    context.run_migrations()
