"""The databases that the queries must work on. A new one is one more parameter of `engine`."""

from datetime import UTC, datetime

import pytest

from station.data.seed import seed_demo
from station.data.session import create_master, open_engine, reading, writing

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite"])
def empty_engine(request, tmp_path):
    """An engine on a database that has all tables and no rows."""
    engine = open_engine(f"sqlite:///{tmp_path}/master.db", create=True)
    create_master(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(empty_engine):
    """An engine on the demo shop, with its business day open."""
    with writing(empty_engine) as conn:
        seed_demo(conn, NOW)
    return empty_engine


@pytest.fixture
def conn(engine):
    with reading(engine) as connection:
        yield connection
