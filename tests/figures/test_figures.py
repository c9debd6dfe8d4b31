"""Totals, tax, payments, drawers and the Z report agree to the unit, whatever a day brings, by two paths that share no code."""

import random
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from station.bench.scratch import ScratchStation
from station.data.followed import Master
from station.data.queries.takings import books_of, find_day, load_takings
from station.data.replicated import pumping
from station.data.session import open_engine, reading
from station.data.snapshot import Snapshots
from station.domain.facts import DayClosed, Entry, OrderChanged, OrderPaid, OrderSent, TenderTaken
from station.domain.refunds import Asked, Wanted, everything, refund, worth_minor
from station.domain.takings import Takings
from station.domain.till_takings import till_takings
from station.errors import OrderRefused
from tests.figures.days import Day, closed_right
from tests.figures.recomputed import agrees, recomputed
from tests.masters import mariadb_url


class OpenShop:
    def __init__(self, home):
        self.station = ScratchStation(home, "till1", "till")
        self.station.make_snapshot()
        self.path = home / "data" / "snapshot.db"
        self.shop = Snapshots(self.path, "till1").load()
        self.links = {
            "till1": Master(self.station.master_url, "till"),
            "till2": Master(self.station.master_url, "till"),
        }

    def close(self):
        for link in self.links.values():
            link.close()

    def bring(self, day, chance, *, twice=0.2, within=25):
        """As links do it: in batches, tills in any order, some of it twice; each till's own in its order."""
        told = {till.code: 0 for till in day.tills}
        refused = []
        while any(told[till.code] < len(till.entries) for till in day.tills):
            till = chance.choice(day.tills)
            at = told[till.code]
            batch = till.entries[at : at + chance.randint(1, within)]
            if batch:
                refused += self.links[till.code].store(till.code, batch).refused
                if chance.random() < twice:
                    assert self.links[till.code].store(till.code, batch).new == 0
                told[till.code] = at + len(batch)
        return refused

    def takings(self, station="", date=None):
        engine = open_engine(self.station.master_url)
        try:
            with reading(engine) as conn:
                books = books_of(conn)
                return load_takings(books, find_day(books, date), station)
        finally:
            engine.dispose()


@pytest.fixture
def opened(tmp_path_factory):
    made = OpenShop(tmp_path_factory.mktemp("shop"))
    yield made
    made.close()


def told(day, only=None):
    return [
        (till.code, msgspec.json.encode(entry.fact).decode())
        for till in day.tills
        for entry in till.entries
        if only is None or till.code == only
    ]


def in_a_new_shop(work):
    def run(tmp_path_factory, seed):
        made = OpenShop(tmp_path_factory.mktemp("shop"))
        try:
            work(made, random.Random(seed))
        finally:
            made.close()

    return run


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_every_figure_of_any_day_is_what_an_independent_sum_of_the_facts_says(tmp_path_factory, seed):
    def work(opened, chance):
        day = Day(opened.shop, chance).run(90)
        if chance.random() < 0.7:
            day.close_drawers()
        assert opened.bring(day, chance) == []
        agrees(opened.takings(), recomputed(told(day)))
        for till in day.tills:
            agrees(opened.takings(till.code), recomputed(told(day), till.code))

    in_a_new_shop(work)(tmp_path_factory, seed)


def test_thousands_of_orders_agree_to_the_unit(opened):
    chance = random.Random(20_261_125)
    day = Day(opened.shop, chance).run(2_600).close_drawers()
    assert sum(isinstance(fact, OrderSent) for fact in day.facts) > 1_300
    assert {type(fact).__name__ for fact in day.facts} >= {
        "OrderSent",
        "OrderChanged",
        "OrderPaid",
        "OrderRefunded",
        "TenderTaken",
        "TenderSettled",
        "DrawerMoved",
    }
    assert opened.bring(day, chance, within=400) == []
    agrees(opened.takings(), recomputed(told(day)))


def assert_kept_parts_are_in_their_orders(facts):
    closed = {}
    for fact in facts:
        if isinstance(fact, OrderSent | OrderPaid | OrderChanged) and fact.tenders:
            closed[fact.change if isinstance(fact, OrderChanged) else fact.order] = {one.id for one in fact.tenders}
    # Of an order that was refused in the end no sale tells; of every other one each part stands in it.
    kept = [fact for fact in facts if isinstance(fact, TenderTaken) and fact.order in closed]
    assert all(fact.tender.id in closed[fact.order] for fact in kept)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_no_order_is_closed_unpaid_no_payment_counts_twice_and_nobody_gets_more_back_than_they_paid(shop, seed):
    day = Day(shop, random.Random(seed)).run(60)
    for fact in day.facts:
        if (
            (isinstance(fact, OrderSent) and fact.bill is None)
            or isinstance(fact, OrderPaid)
            or (isinstance(fact, OrderChanged) and fact.tenders)
        ):
            assert closed_right(fact)
    final = [
        tender.id
        for fact in day.facts
        if isinstance(fact, OrderSent | OrderPaid | OrderChanged)
        for tender in fact.tenders
    ]
    assert len(final) == len(set(final))
    assert_kept_parts_are_in_their_orders(day.facts)
    for till in day.tills:
        for one in till.ledger.orders.values():
            by_payment = {}
            for back in one.refunds:
                for part in back.parts:
                    by_payment[part.payment] = by_payment.get(part.payment, 0) + part.amount_minor
            amounts = {tender.id: tender.amount_minor for tender in one.tenders if tender.state != "declined"}
            assert all(given <= amounts[key] for key, given in by_payment.items())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_refunding_one_by_one_gives_what_refunding_all_at_once_gives(shop, seed):
    chance = random.Random(seed)
    exact = replace(shop, menu=replace(shop.menu, cash_rounding_minor=1))
    day = Day(exact, chance, tills=("till1",))
    till = day.tills[0]
    day.open_drawer(till)
    while not till.ledger.orders:
        with suppress(OrderRefused):
            day.sell(till)
    (order,) = till.ledger.orders.values()
    if order.unsettled or order.sale.deposits_back_minor:
        return
    at_once = worth_minor(order, everything(order))
    while (order := next(iter(till.ledger.orders.values()))) and (left := everything(order).counts):
        key = chance.choice(sorted(left))
        count = chance.randint(1, left[key])
        asked = Asked("cold", exact.business_day_id, drawer=day.drawer(till))
        try:
            day.record(till, refund(order, Wanted({key: count}), asked, 1, day.new_id))
        except OrderRefused:
            # Given away: there is nothing to give back.
            assert worth_minor(order, Wanted({key: count})) == 0
            break
    else:
        parts = [part for one in order.refunds for part in one.parts]
        assert sum(part.amount_minor for part in parts) == at_once
        assert sum(part.tax_minor for part in parts) == order.sale.tax_minor
    assert order.refunded_minor <= at_once


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_a_tills_own_x_report_says_what_the_master_says_of_it(tmp_path_factory, seed):
    def work(opened, chance):
        # One till alone: of what another till was paid for it cannot know.
        day = Day(opened.shop, chance, tills=("till1",)).run(60)
        assert opened.bring(day, chance) == []
        master = opened.takings("till1")
        own = till_takings(day.tills[0].ledger, opened.shop, "till1")
        agrees(own, recomputed(told(day), "till1"))
        assert msgspec.structs.replace(own, drawers=(), **later(master)) == msgspec.structs.replace(master, drawers=())

    in_a_new_shop(work)(tmp_path_factory, seed)


def later(master):
    """What only the master's report tells."""
    return {"approved_later_minor": master.approved_later_minor, "declined_later_minor": master.declined_later_minor}


def test_z_is_made_once_numbered_on_and_what_comes_late_stands_on_the_next_day(opened):
    chance = random.Random(5)
    day = Day(opened.shop, chance).run(120).close_drawers()
    late = day.tills[1].entries[40:]
    del day.tills[1].entries[40:]
    assert opened.bring(day, chance) == []
    before = opened.takings()
    answers = []
    for name in ("first", "again"):
        wish = DayClosed(business_day=opened.shop.business_day_id, drawers=tuple(one.session for one in before.drawers))
        entry = Entry(
            seq=9_000 + len(answers), id=day.new_id(), fact=wish, staff=day.staff[0].id, at=day.at + timedelta(hours=1)
        )
        answers.append((name, opened.links["till1"].store("till1", [entry]).days[0].closed))
    first, again = (closed for _, closed in answers)
    assert first.number == again.number == 1
    assert first.report == again.report
    report = msgspec.json.decode(first.report, type=Takings)
    agrees(report, recomputed(told(day)))
    assert report.grand_minor == report.goods_minor - report.refunded_goods_minor
    # The other till was cut off meanwhile.
    assert opened.links["till2"].store("till2", late).refused == ()
    assert opened.takings(date=find(opened, 1)).orders == report.orders, "a closed day's figures never change"
    rest = [("till2", msgspec.json.encode(entry.fact).decode()) for entry in late]
    following = opened.takings()
    assert following.z_number is None
    assert following.grand_before_minor == report.grand_minor
    sums = recomputed([*told(day), *rest])[0]
    both = {
        "orders": report.orders + following.orders,
        "items": report.items + following.items,
        "sales": report.sales_minor + following.sales_minor,
        "discounts": report.discounts_minor + following.discounts_minor,
        "refunded": report.refunded_minor + following.refunded_minor,
        "rounding": report.rounding_minor + following.rounding_minor,
    }
    assert both == {name: sums[name] for name in both}, "nothing is in no report, and nothing in two"
    assert following.orders
    assert following.grand_minor == report.grand_minor + following.goods_minor - following.refunded_goods_minor


def find(opened, number):
    engine = open_engine(opened.station.master_url)
    try:
        with reading(engine) as conn:
            return find_day(books_of(conn), z_number=number).business_date
    finally:
        engine.dispose()


def test_the_replica_tells_the_same_figures(opened, mariadb):
    chance = random.Random(11)
    day = Day(opened.shop, chance).run(150).close_drawers()
    assert opened.bring(day, chance) == []
    cloud = mariadb_url(mariadb, "figures")
    with pumping(opened.station.master_url, cloud) as pump:
        while pump.copy() is not None:
            pass
        while pump.pump().taken:
            pass
    engine = open_engine(cloud)
    try:
        with reading(engine) as conn:
            books = books_of(conn, replica=True)
            for till in ("", "till1", "till2"):
                found = load_takings(books, find_day(books), till)
                agrees(found, recomputed(told(day), till))
                assert found == opened.takings(till)
    finally:
        engine.dispose()


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    made = OpenShop(tmp_path_factory.mktemp("figures"))
    made.close()
    return made.shop
