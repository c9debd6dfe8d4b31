"""The one MetaData, and how its constraints are named: `pk_`, `fk_`, `uq_`, `ck_`, `ix_`, then the table.

An index that is no rule says beside it which query of `data/queries/` it serves; a test looks whether the query exists and
uses it. An index without a query costs every insert and helps nobody.
"""

from typing import Final

from sqlalchemy import MetaData

METADATA: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
SCHEMA_VERSION: Final = 3
"""The newest revision in `data/migrations/versions/`."""
