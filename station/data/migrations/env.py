"""What Alembic runs. The connection comes from `data/migrate.py`; without one it writes the SQL for the dialect given there."""

from alembic import context

from station.data.tables import METADATA

given = context.config.attributes
if context.is_offline_mode():
    dialect = given["dialect"]
    context.configure(dialect_name=dialect.name, literal_binds=True, transactional_ddl=given["transactional"])
    # Of a server of unknown age SQLAlchemy thinks that it has no DATE.
    context.get_context().dialect.server_version_info = dialect.server_version_info
else:
    context.configure(
        connection=given["connection"], target_metadata=METADATA, transactional_ddl=given["transactional"]
    )
with context.begin_transaction():
    context.run_migrations()
