"""Stations that bring what they sold at the same moment, of the same items, in opposite orders: nobody is turned away."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, update

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MSSQL

from station.data import followed
from station.data.queries.audit import broken_at
from station.data.session import in_transaction, reading, writing
from station.data.tables import ledger, menu, orders, payments, shop
from station.domain.facts import SoldOut

CODES = ("till1", "till2", "fry1", "grill1")
ITEMS = ("Pulled pork bun", "Hazelnut brownie", "Cola", "Chips")
BATCHES = 25
PLENTY = 10_000


@pytest.mark.parametrize("engine", ["mariadb", MSSQL], indirect=True)
def test_what_four_stations_sell_in_opposite_orders_is_all_there_once(engine, day):
    item = menu.menu_items.c
    with writing(engine) as conn:
        conn.execute(update(menu.menu_items).where(item.name.in_(ITEMS)).values(remaining=PLENTY))
    begun, escaped, start = [], [], threading.Barrier(len(CODES))
    event.listen(engine, "begin", begun.append)
    brought = {code: batches(day, code, backwards=at % 2 == 1) for at, code in enumerate(CODES)}

    def bring(code):
        start.wait()
        try:
            for entries in brought[code]:
                assert followed.store(engine, code, entries) == followed.Stored(len(entries), ())
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not get lost with its thread
            escaped.append(error)

    threads = [threading.Thread(target=bring, args=(code,)) for code in CODES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"\n{len(begun) - len(CODES) * BATCHES} of {len(CODES) * BATCHES} were tried again")  # noqa: T201 - for people
    assert escaped == []

    facts = [entry.fact for each in brought.values() for entries in each for entry in entries]
    sales = [fact for fact in facts if not isinstance(fact, SoldOut)]
    with reading(engine) as conn:
        for column, ids in (
            (orders.orders.c.id, [sale.order for sale in sales]),
            (orders.order_lines.c.id, [line.id for sale in sales for line in sale.lines]),
            (payments.payments.c.id, [tender.id for sale in sales for tender in sale.tenders]),
            (ledger.audit_events.c.id, [entry.id for each in brought.values() for some in each for entry in some]),
        ):
            assert sorted(conn.scalars(select(column))) == sorted(ids)
        assert conn.scalar(select(func.count()).select_from(orders.order_tokens)) == len(sales)
        left = conn.scalars(select(item.remaining).where(item.name.in_(ITEMS))).all()
        assert left == [PLENTY - len(sales)] * len(ITEMS)
        stations = dict(conn.execute(select(shop.stations.c.code, shop.stations.c.id)).all())
        assert [broken_at(conn, stations[code]) for code in CODES] == [None] * len(CODES)


@pytest.mark.parametrize("engine", ["mariadb", MSSQL], indirect=True)
def test_whoever_is_taken_back_for_a_deadlock_is_served_all_the_same(engine, day):
    """Two count down the same two items, each first the one that the other wants next: in every round one is taken back."""
    item, rounds = menu.menu_items.c, 10
    keys = [day.item(name).id for name in ITEMS[:2]]
    with writing(engine) as conn:
        conn.execute(update(menu.menu_items).where(item.id.in_(keys)).values(remaining=PLENTY))
    tries, meet = [], threading.Barrier(2, timeout=30)

    def count_down(conn, key):
        conn.execute(update(menu.menu_items).where(item.id == key).values(remaining=item.remaining - 1))

    def take_both(first, second):
        for number in range(rounds):

            def work(conn, number=number):
                count_down(conn, first)
                tries.append((first, number))
                if tries.count((first, number)) == 1:
                    meet.wait()
                count_down(conn, second)

            in_transaction(engine, work)
            meet.wait()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(take_both, keys, reversed(keys)))
    assert len(tries) >= 3 * rounds
    with reading(engine) as conn:
        left = conn.scalars(select(item.remaining).where(item.id.in_(keys))).all()
    assert left == [PLENTY - 2 * rounds] * 2


def batches(day, code, *, backwards):
    """Each two sales of every item, and one item sold out or back."""
    found = []
    for number in range(BATCHES):
        names = ITEMS[::-1] if backwards else ITEMS
        sales = [day.sale(*((name, 1) for name in names), name=f"{code} {number} {which}") for which in "ab"]
        toggled = SoldOut(item=day.item(names[number % len(names)]).id, sold_out=number % 2 == 0)
        facts = enumerate([*sales, toggled], start=3 * number + 1)
        found.append([day.entry(seq, fact, "Amina", code) for seq, fact in facts])
    return found
