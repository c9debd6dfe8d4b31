"""Whether both ends are equal: what is planted is found and mended, what is on its way is no difference, shops stay apart."""

import sqlite3
import threading
import time

import pytest
from sqlalchemy import delete, insert, update

from station.data import compared
from station.data.compared import compare, mend
from station.data.queries.replica import the_shop
from station.data.replica_tables import in_replica
from station.data.replicated import Ends
from station.data.session import reading
from station.data.tables import ledger, menu, orders, recipes, shop
from station.errors import DataError

ORDERS, ITEMS, PAIRS = orders.orders, menu.menu_items, recipes.ingredient_allergens
THERE, PAIRS_THERE = in_replica(ORDERS), in_replica(PAIRS)


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch):
    monkeypatch.setattr(compared, "RANGE", 10)


@pytest.fixture
def ends(filled):
    made = Ends(filled.master, filled.replica)
    yield made
    made.close()


def _found(ends, again=lambda: None):
    return {one.table: one for one in compare(ends, again) if one.differing}


def _mend(both, ends, found):
    for one in found.values():
        mend(ends, one)
    # An order that the master does not know would stop a pump that nobody told to go on.
    both.fill(whatever_it_holds=True)


def _plant(both, table, where, **changed):
    """A copy of one of the replica's rows, with another key."""
    row = both.there(table, where)[0]._mapping
    both.on_replica(insert(in_replica(table)).values({**row, **changed}))


def test_what_differs_is_found_in_every_range_and_mended(filled, ends):
    keys = sorted(filled.add_orders(45))
    filled.fill()
    gone, other = {keys[0], keys[22], keys[44]}, {keys[1], keys[19], keys[20], keys[43]}
    extra = {"0" * 26, keys[19][:-3] + "zzz", "z" * 26}
    filled.on_replica(delete(THERE).where(THERE.c.id.in_(gone)))
    filled.on_replica(update(THERE).where(THERE.c.id.in_(other)).values(total_minor=THERE.c.total_minor + 1))
    for key in extra:
        _plant(filled, ORDERS, THERE.c.id == keys[5], id=key)
    found = _found(ends)
    assert found.keys() == {"orders"}
    one = found["orders"]
    assert (one.rows, one.ranges, one.differing) == (45, 5, 10)
    assert (set(one.missing), set(one.changed), set(one.extra)) == (gone, other, extra)
    _mend(filled, ends, found)
    assert filled.equal()


def test_what_differs_is_found_where_the_key_is_a_pair(filled, ends):
    rows = filled.there(PAIRS)
    assert len(rows) > 35
    gone, other = (rows[0], rows[17], rows[-1]), (rows[1], rows[18], rows[-2])
    for row in gone:
        filled.on_replica(delete(PAIRS_THERE).where(*_is(row)))
    for row in other:
        filled.on_replica(update(PAIRS_THERE).where(*_is(row)).values(answer="unknown, really"))
    # In the middle of an ingredient whose rows two ranges share, and beyond the last one's.
    extra = [(rows[9].ingredient_id, "a"), (rows[9].ingredient_id, "zz"), (rows[-1].ingredient_id, "zz")]
    for ingredient, code in extra:
        _plant(filled, PAIRS, PAIRS_THERE.c.answer.is_not(None), ingredient_id=ingredient, allergen_code=code)
    found = _found(ends)
    one = found["ingredient_allergens"]
    assert set(one.missing) == {_key(row) for row in gone}
    assert set(one.changed) == {_key(row) for row in other}
    assert set(one.extra) == {"|".join(pair) for pair in extra}
    _mend(filled, ends, found)
    assert filled.equal()


def _is(row):
    return PAIRS_THERE.c.ingredient_id == row.ingredient_id, PAIRS_THERE.c.allergen_code == row.allergen_code


def _key(row):
    return f"{row.ingredient_id}|{row.allergen_code}"


def test_a_row_in_a_table_that_is_empty_on_the_master_is_taken_away(filled, ends):
    values = {"id": "0" * 26, "deployment_id": "0" * 26, "station_id": "0" * 26, "what": "booted", "version": "1"}
    row = {**values, "shop_id": filled.shop.id, "why": "", "at": filled.there(ITEMS)[0].created_at}
    filled.on_replica(insert(in_replica(ledger.deployment_events)).values(row))
    found = _found(ends)
    assert found["deployment_events"].extra == ("0" * 26,)
    _mend(filled, ends, found)
    assert filled.equal()


def test_a_table_that_lost_every_row_gets_them_back(filled, ends):
    filled.on_replica(delete(in_replica(ITEMS)))
    found = _found(ends)
    assert len(found["menu_items"].missing) == len(filled.here(ITEMS))
    _mend(filled, ends, found)
    assert filled.equal()


def test_a_difference_in_the_least_of_a_row_is_found(filled, ends):
    """At a text's end, or between nothing at all and an empty text."""
    table, other = in_replica(ITEMS), set()
    first, *rows = filled.there(ITEMS)
    for row, end in zip(rows, (" ", "\n", ".", "\u0301"), strict=False):
        filled.on_replica(update(table).where(table.c.id == row.id).values(description=row.description + end))
        other.add(row.id)
    assert first.barcode is None
    filled.on_replica(update(table).where(table.c.id == first.id).values(barcode=""))
    assert set(_found(ends)["menu_items"].changed) == other | {first.id}


def test_what_waits_in_the_queue_is_no_difference(filled, ends):
    key, other = filled.add_orders(2)
    filled.fill()
    filled.add_orders(3, name="more")
    filled.rename_item("Cola", "Kola")
    filled.write(update(ORDERS).where(ORDERS.c.id == key).values(note="late"))
    filled.write(delete(ORDERS).where(ORDERS.c.id == other))
    assert _found(ends) == {}
    # That it waits must not hide what is wrong beside it.
    filled.on_replica(delete(in_replica(ITEMS)).where(in_replica(ITEMS).c.name == "Chips"))
    assert {name: one.differing for name, one in _found(ends).items()} == {"menu_items": 1}


def test_a_row_that_changes_while_it_is_looked_at_is_no_difference(filled, ends):
    """Each look at the replica sees what was pumped since the look at the master."""
    table = in_replica(ITEMS)
    filled.on_replica(update(table).where(table.c.name == "Cola").values(remaining=0))
    looked = compared.hashes_of_keys
    count = iter(range(100))

    def later(*given):
        filled.write(update(ITEMS).where(ITEMS.c.name == "Cola").values(remaining=next(count)))
        filled.fill()
        return looked(*given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compared, "hashes_of_keys", later)
        assert _found(ends) == {}


def test_under_load_nothing_false_is_reported(filled, ends):
    """One thread writes, one pumps, and both go on for as long as everything is compared twice."""
    done = threading.Event()
    failures = []

    def until_done(work):
        try:
            while not done.is_set():
                work()
        except DataError as error:
            failures.append(error)

    number = iter(range(1_000_000))

    def write():
        count = next(number)
        filled.write(update(ITEMS).values(remaining=count))
        filled.add_orders(3, name=f"load {count}")
        time.sleep(0.01)

    with filled.pumping() as pump:
        threads = [threading.Thread(target=until_done, args=(work,)) for work in (write, pump.pump)]
        for thread in threads:
            thread.start()
        try:
            found = [_found(ends, lambda: time.sleep(0.05)) for _ in range(2)]
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert next(number) > 5
        filled.drain(pump)
    assert (found, failures) == ([{}, {}], [])
    assert filled.equal()


@pytest.fixture
def chain(make_both):
    """Two shops that differ in their shop's id alone, so that every other key is there twice; one database."""
    first = make_both("sqlite")
    second = make_both("sqlite", replica=first.replica)
    path = second.master.removeprefix("sqlite:///")
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        name = "z" * 26
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            if any(column[1] == "shop_id" for column in db.execute(f"PRAGMA table_info({table})")):
                db.execute(f"UPDATE {table} SET shop_id = ?", (name,))
        db.execute("UPDATE shops SET id = ?, name = 'De Pan Zuid'", (name,))
    with reading(second.engine) as conn:
        second.shop = the_shop(conn)
    first.fill(chain=True)
    second.fill(chain=True)
    return first, second


def test_two_shops_in_one_replica_are_each_equal_to_their_master(chain):
    for both in chain:
        assert both.equal()
    first, second = chain
    assert first.shop.id != second.shop.id
    assert [row.id for row in first.there(ITEMS)] == [row.id for row in second.there(ITEMS)]


def test_what_one_shop_changes_deletes_and_copies_anew_is_its_own(chain):
    first, second = chain
    for both in chain:
        both.setting("first", both.shop.name)
        both.add_orders(3, name=both.shop.name)
        both.fill(chain=True)
    first.write(delete(shop.station_settings))
    first.rename_item("Cola", "Kola")
    first.fill(chain=True)
    with first.pumping(chain=True) as pump:
        pump.begin_anew()
        assert second.fill(chain=True) == (0, 0, 0)
        assert second.equal()
        first.copy_all(pump)
        first.drain(pump)
    assert first.there(shop.station_settings) == []
    assert [row.value for row in second.there(shop.station_settings) if row.name == "first"] == [second.shop.name]
    assert [row.name for row in second.there(ITEMS, in_replica(ITEMS).c.name.in_(["Cola", "Kola"]))] == ["Cola"]
    for both in chain:
        assert both.equal()


def test_what_is_wrong_in_one_shop_is_found_there_alone(chain):
    first, second = chain
    item = in_replica(ITEMS)
    first.on_replica(delete(item).where(item.c.shop_id == second.shop.id, item.c.name == "Cola"))
    assert first.differing() == {}
    assert {name: one.differing for name, one in second.differing().items()} == {"menu_items": 1}


def test_a_shop_that_is_not_told_of_the_chain_stays_out(chain):
    first, _ = chain
    for more in ({}, {"whatever_it_holds": True}):
        with pytest.raises(DataError, match="holds the shop 'De Pan Zuid', not 'De Pan'"), first.pumping(**more):
            pass
