"""A master and its replica on a real MariaDB, each test with a replica of its own."""

import itertools
import sys
import time
import uuid
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select, update

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MASTER_KINDS, Masters, mariadb_url
from proxy import Proxy

from station.data.bulk import add_rows
from station.data.compared import compare
from station.data.ids import derived_ulid
from station.data.locks import Taken
from station.data.queries.replica import changes_waiting, the_shop
from station.data.replica_tables import in_replica
from station.data.replicated import Ends, pumping
from station.data.session import open_engine, reading, writing
from station.data.tables import menu, orders, shop

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
_names = itertools.count()


class Both:
    """Two ends and what happens to them. `master` and `replica` are addresses; the engines are for the test itself."""

    def __init__(self, kind, engine, master, replica):
        self.kind, self.engine, self.master, self.replica = kind, engine, master, replica
        self.cloud = open_engine(replica)
        with reading(engine) as conn:
            self.shop = the_shop(conn)

    @contextmanager
    def pumping(self, **more):
        replica = more.pop("replica", self.replica)
        with ExitStack() as held:
            for last in (*[False] * 20, True):
                try:
                    pump = held.enter_context(pumping(self.master, replica, **more))
                    break
                except Taken:
                    # A server may need a moment to see that the one before has gone.
                    if last or self.kind == "sqlite":
                        raise
                    time.sleep(0.05)
            yield pump

    @property
    def typed(self):
        """The replica's address as it may stand on a command line."""
        return self.replica._replace(password=None).render_as_string()

    def fill(self, **more):
        """The first copy and all that waits."""
        with self.pumping(**more) as pump:
            self.copy_all(pump)
            return self.drain(pump)

    @staticmethod
    def copy_all(pump):
        """Rows that were copied, by table."""
        rows = Counter()
        while (step := pump.copy()) is not None:
            rows[step.table] += step.rows
        return dict(+rows)

    @staticmethod
    def drain(pump):
        """What the pump did until nothing waited: entries, rows written, rows taken away."""
        total = (0, 0, 0)
        while (done := pump.pump()).entries:
            total = tuple(map(sum, zip(total, (done.entries, done.written, done.taken), strict=True)))
        return total

    def write(self, statement, values=None):
        with writing(self.engine) as conn:
            return conn.execute(statement, values) if values else conn.execute(statement)

    def there(self, table, *where):
        """The replica's rows of this shop, in the order of their keys."""
        form = in_replica(table)
        query = select(form).where(form.c.shop_id == self.shop.id, *where).order_by(*form.primary_key.columns)
        with reading(self.cloud) as conn:
            return conn.execute(query).all()

    def here(self, table, *where):
        with reading(self.engine) as conn:
            return conn.execute(select(table).where(*where).order_by(*table.primary_key.columns)).all()

    def on_replica(self, statement):
        with writing(self.cloud) as conn:
            return conn.execute(statement).rowcount

    def waiting(self):
        with reading(self.engine) as conn:
            return changes_waiting(conn)

    def differing(self, again=lambda: None, **more):
        """Table name to what differs, as `compare` finds it."""
        ends = Ends(self.master, self.replica, **more)
        try:
            return {one.table: one for one in compare(ends, again) if one.differing}
        finally:
            ends.close()

    def equal(self):
        return self.differing() == {} and self.counts() == self.counts(there=True)

    def counts(self, *, there=False):
        """How many rows each table of this shop has, counted without the code that is tested."""
        tables = [orders.orders, orders.order_lines, menu.menu_items, shop.stations, shop.station_settings]
        engine = self.cloud if there else self.engine
        found = {}
        with reading(engine) as conn:
            for table in tables:
                form = in_replica(table) if there else table
                query = select(func.count()).select_from(form)
                found[table.name] = conn.scalar(query.where(form.c.shop_id == self.shop.id) if there else query)
        return found

    def add_orders(self, count, name="order"):
        """Orders without lines; gives their ids."""
        with writing(self.engine) as conn:
            day, station = conn.scalar(select(shop.business_days.c.id)), conn.scalar(select(shop.stations.c.id))
            rows = [order_row(self.shop.id, day, station, f"{name} {number}", number) for number in range(count)]
            add_rows(conn, orders.orders, rows)
        return [row["id"] for row in rows]

    def rename_item(self, name, to):
        self.write(update(menu.menu_items).where(menu.menu_items.c.name == name).values(name=to))

    def setting(self, name, value, station="till1"):
        """A row whose key is two columns."""
        with writing(self.engine) as conn:
            of = conn.scalar(select(shop.stations.c.id).where(shop.stations.c.code == station))
            conn.execute(insert(shop.station_settings).values(station_id=of, name=name, value=value))
        return of

    def close(self):
        self.engine.dispose()
        self.cloud.dispose()


def order_row(shop_id, day, station, name, number):
    at = NOW + timedelta(seconds=number)
    return {
        "id": derived_ulid(at, shop_id, name),
        "shop_id": shop_id,
        "business_day_id": day,
        "station_id": station,
        "staff_id": None,
        "number": f"t1-{number % 1000:03d}",
        "mode": "eat_in",
        "placed_at": at,
        "due_at": None,
        "total_minor": number,
        "tax_minor": 0,
        "rounding_minor": 0,
        "currency": "EUR",
        "customer_name": "Ægir",
        "customer_allergies": "",
        "note": "",
        "training": False,
    }


@pytest.fixture(scope="session")
def masters(tmp_path_factory, request):
    made = Masters(tmp_path_factory.mktemp("masters"), lambda: request.getfixturevalue("mariadb"))
    yield made
    made.close()


@pytest.fixture
def replica_url(mariadb):
    """A new empty database: `replica_url()`; `port` when something stands in between."""

    def make(**changes):
        return mariadb_url(mariadb, f"replica_{uuid.uuid4().hex[:12]}", **changes)

    return make


@pytest.fixture
def make_both(masters, replica_url, tmp_path):
    """`make_both(kind)`: the demo shop, and a replica that knows nothing of it yet."""
    with ExitStack() as held:

        def make(kind, replica=None):
            path = tmp_path / f"master{next(_names)}.db"
            engine = masters.seeded(kind, path, NOW)
            master = f"sqlite:///{path}" if kind == "sqlite" else masters.url(kind)
            both = Both(kind, engine, master, replica or replica_url())
            held.callback(both.close)
            return both

        yield make


@pytest.fixture(params=MASTER_KINDS)
def both(request, make_both):
    return make_both(request.param)


@pytest.fixture
def filled(both):
    """Both ends equal and nothing waiting."""
    both.fill()
    return both


@pytest.fixture
def proxy(mariadb):
    with Proxy(mariadb.port) as between:
        yield between


@pytest.fixture
def proxied(both, proxy):
    """The address of the same replica through the proxy; it exists, so the program finds its tables there."""
    return both.replica.set(port=proxy.port)


@pytest.fixture
def statements():
    """`statements(engine)`: a list that grows with each statement that is sent there."""
    with ExitStack() as held:

        def watch(engine):
            seen = []

            def remember(_conn, _cursor, statement, *_more):
                seen.append(statement)

            event.listen(engine, "before_cursor_execute", remember)
            held.callback(event.remove, engine, "before_cursor_execute", remember)
            return seen

        yield watch
