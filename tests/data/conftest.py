"""The databases that the queries must work on, and facts of a day.

SQLite and MariaDB are there in every run; a T-SQL server is asked when STATION_TEST_MSSQL_URL names one.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from station.data.ids import derived_ulid
from station.data.queries.screens import load_shop
from station.data.session import reading
from station.domain.facts import Entry, FloorReported, OrderSent, SoldLine, SoldModifier, Tender
from station.domain.token import Body, Customer, Line

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import KINDS, Masters

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def masters(tmp_path_factory, request):
    made = Masters(tmp_path_factory.mktemp("masters"), lambda: request.getfixturevalue("mariadb"))
    yield made
    made.close()


@pytest.fixture(params=KINDS)
def empty_engine(request, masters, tmp_path):
    """An engine on a database that has all tables and no rows."""
    engine = masters.empty(request.param, tmp_path / "master.db")
    yield engine
    engine.dispose()


@pytest.fixture(params=KINDS)
def engine(request, masters, tmp_path):
    """An engine on the demo shop, with its business day open."""
    engine = masters.seeded(request.param, tmp_path / "master.db", NOW)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine):
    with reading(engine) as connection:
        yield connection


class Day:
    """Facts as stations record them over the demo shop."""

    def __init__(self, shop):
        self.shop = shop

    def id(self, *names):
        return derived_ulid(NOW, *names)

    def entry(self, seq, fact, staff=None, name=""):
        """`staff`: somebody's name. `name` tells two stations' entries of the same number apart."""
        who = next((one.id for one in self.shop.staff if one.name == staff), staff)
        at = NOW + timedelta(seconds=seq)
        return Entry(seq=seq, id=self.id("entry", name, str(seq)), fact=fact, staff=who, at=at)

    def item(self, name):
        return next(one for one in self.shop.menu.items if one.name == name)

    def sale(self, *sold, name="one", tenders=(), training=False):
        """An order of (item name, count) pairs, paid by card when no tenders are given."""
        lines = tuple(self._line(name, position, *one) for position, one in enumerate(sold))
        total, tax = sum(line.total_minor for line in lines), sum(line.tax_minor for line in lines)
        card = Tender(id=self.id("tender", name), kind="card", amount_minor=total, given_minor=total, reference="0042")
        body = Body(
            order=self.id("order", name),
            number="t1-042",
            mode="eat_in",
            placed_at=NOW,
            placed_by="Amina",
            placed_on="till1",
            training=training,
            note="stand 7",
            customer=Customer(name="Ægir", allergies=("milk", "nuts")),
            lines=tuple(
                Line(id=one.id, item=one.item, name=one.name, count=one.count, group=one.group) for one in lines
            ),
        )
        return OrderSent(
            order=body.order,
            number=body.number,
            business_day=self.shop.business_day_id,
            mode=body.mode,
            lines=lines,
            tenders=tenders or (card,),
            total_minor=total,
            tax_minor=tax,
            currency="EUR",
            token=body,
        )

    def _line(self, order, position, name, count):
        sold = self.item(name)
        modifiers = [group.modifiers[-1] for group in sold.groups[:1]]
        return SoldLine(
            id=self.id("line", order, str(position)),
            item=sold.id,
            recipe=sold.recipe_id,
            name=sold.name,
            count=count,
            unit_minor=sold.price_minor,
            total_minor=count * sold.price_minor,
            tax_bp=sold.tax_eat_in_bp,
            tax_minor=count * sold.price_minor * 12 // 112,
            group=sold.prep_group,
            modifiers=tuple(
                SoldModifier(id=self.id("sm", order, str(position)), modifier=one.id, name=one.name, effect=one.effect)
                for one in modifiers
            ),
            allergens={code: str(answer) for code, answer in sold.allergens.items()},
        )

    def report(self, of, to, *, hop, part="1", revision=0, source="inbox", verb="bump", outcome="done"):
        """What the tokens program says became of the entry `of`."""
        return FloorReported(
            fact=of.id,
            order=of.fact.order,
            part=part,
            revision=revision,
            hop=hop,
            source=source,
            to=to,
            verb=verb,
            outcome=outcome,
        )


@pytest.fixture
def day(engine):
    with reading(engine) as connection:
        return Day(load_shop(connection, "till1", NOW))
