"""A day's figures and its Z report on every kind of master: two tills bring what they did, some of it at the same moment."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import func, select

from station.data import followed
from station.data.queries.takings import books_of, days_between, find_day, load_takings
from station.data.session import reading
from station.data.tables import orders, payments, shop
from station.domain.facts import (
    DayClosed,
    DrawerCounted,
    DrawerMoved,
    DrawerOpened,
    Entry,
    OrderRefunded,
    OrderSent,
    TenderSettled,
)
from station.domain.takings import Takings
from station.errors import DataError
from tests.data.conftest import NOW
from tests.figures.days import Day as Trade
from tests.figures.recomputed import agrees, recomputed


@pytest.fixture
def trade(day):
    return Trade(day.shop, random.Random(17), start=NOW).run(70)


def told(trade, only=None):
    return [
        (till.code, msgspec.json.encode(entry.fact).decode())
        for till in trade.tills
        for entry in till.entries
        if only in {None, till.code}
    ]


def bring(engine, till, entries):
    return followed.store(engine, till, entries)


def all_of(engine, trade):
    for till in trade.tills:
        for at in range(0, len(till.entries), 30):
            assert bring(engine, till.code, till.entries[at : at + 30]).refused == ()


def takings(engine, station="", date=None):
    with reading(engine) as conn:
        books = books_of(conn)
        return load_takings(books, find_day(books, date), station)


def wish(trade, number=1, **more):
    fact = DayClosed(business_day=trade.shop.business_day_id, **more)
    at = trade.at + timedelta(minutes=number)
    return Entry(seq=5_000 + number, id=trade.new_id(), fact=fact, staff=trade.staff[0].id, at=at)


def closed(engine, entry, till="till1"):
    return bring(engine, till, [entry]).days[0].closed


def test_the_rows_give_the_figures_of_the_facts(engine, trade):
    all_of(engine, trade)
    agrees(takings(engine), recomputed(told(trade)))
    agrees(takings(engine, "till2"), recomputed(told(trade), "till2"))


def test_money_facts_are_rows_each_once(engine, trade):
    trade.close_drawers()
    all_of(engine, trade)
    all_of(engine, trade)
    facts = trade.facts
    wanted = {
        payments.refunds: sum(len(fact.parts) for fact in facts if isinstance(fact, OrderRefunded)),
        payments.drawer_sessions: sum(isinstance(fact, DrawerOpened) for fact in facts),
        payments.drawer_movements: sum(isinstance(fact, DrawerMoved) for fact in facts),
        orders.order_discounts: sum(len(getattr(fact, "discounts", ())) for fact in facts),
    }
    with reading(engine) as conn:
        for table, rows in wanted.items():
            assert conn.scalar(select(func.count()).select_from(table)) == rows, table.name
        settled = conn.scalars(
            select(payments.payments.c.settles_id).where(payments.payments.c.settles_id.is_not(None))
        )
        assert sorted(settled) == sorted(fact.was for fact in facts if isinstance(fact, TenderSettled))
        session = payments.drawer_sessions.c
        counted = {row.id: row.counted_minor for row in conn.execute(select(session.id, session.counted_minor))}
        assert counted == {fact.session: fact.counted_minor for fact in facts if isinstance(fact, DrawerCounted)}
        sums = conn.execute(select(func.sum(orders.orders.c.total_minor))).scalar_one()
    sales = sum(fact.total_minor for fact in facts if isinstance(fact, OrderSent))
    assert sums == sales + sum(
        fact.total_minor for fact in facts if type(fact).__name__ == "OrderChanged" and fact.lines
    )


def test_a_day_closes_once_when_every_drawer_is_counted_or_carried(engine, trade):
    all_of(engine, trade)
    first = closed(engine, wish(trade))
    assert first.number is None
    assert "not every drawer is counted: Till 1, Till 2" in first.why
    carried = [session for session, _ in first.drawers[:1]]
    trade.close_drawers()
    bring(engine, "till2", trade.tills[1].entries)
    again = closed(engine, wish(trade, 2, drawers=tuple(carried), carried=("t1-007",)))
    assert again.number == 1
    report = msgspec.json.decode(again.report, type=Takings)
    assert report.carried == ("t1-007",)
    assert report.by == trade.staff[0].name
    with reading(engine) as conn:
        days = shop.business_days.c
        row = conn.execute(select(days.gross_minor, days.grand_total_minor).where(days.z_number == 1)).one()
        assert row == (report.goods_minor, report.grand_minor)
        books = books_of(conn)
        assert find_day(books).business_date > find_day(books, z_number=1).business_date
        assert len(days_between(books, find_day(books, z_number=1).business_date, find_day(books).business_date)) == 2
        with pytest.raises(DataError, match="there is no Z report 9"):
            find_day(books, z_number=9)
    assert closed(engine, wish(trade, 3), "till2").number == 1, "whoever asks later is told the same"


def test_two_tills_that_close_at_once_and_one_that_still_sells_make_one_report_without_a_gap(engine, trade):
    trade.close_drawers()
    all_of(engine, trade)
    more = Trade(trade.shop, random.Random(18), tills=("till2",), start=trade.at)
    more.ids = 100_000
    till = more.tills[0]
    more.open_drawer(till)
    session = more.drawer(till)
    for _ in range(12):
        more.sell(till)
    wishes = [wish(trade, number, drawers=(session,)) for number in (1, 2)]
    with ThreadPoolExecutor(3) as pool:
        late = pool.submit(lambda: [bring(engine, "till2", [entry]).refused for entry in till.entries])
        answers = list(pool.map(lambda one: closed(engine, one), wishes))
        assert not any(late.result())
    assert {one.number for one in answers} == {1}
    report = msgspec.json.decode(answers[0].report, type=Takings)
    following = takings(engine)
    sums = recomputed([*told(trade), *told(more)])[0]
    assert report.sales_minor + following.sales_minor == sums["sales"]
    assert report.orders + following.orders == sums["orders"]
    assert report.refunded_minor + following.refunded_minor == sums["refunded"]
