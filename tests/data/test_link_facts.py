"""What becomes of stations' facts in the master: each at most once, none lost, whoever brings them first."""

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text, update

from station.data import followed
from station.data.queries.audit import FIRST, Event, broken_at, chain_hash
from station.data.session import reading, writing
from station.data.tables import METADATA, ledger, menu, orders, payments, shop, staff
from station.domain.bills import billed
from station.domain.facts import (
    AllergyConfirmed,
    LineTicked,
    OrderHeld,
    OrderPaid,
    SoldOut,
    SplitOff,
    StaffSeen,
    Tender,
    TokenDispatched,
    TokenMoved,
    TokenSplit,
    VoidAcknowledged,
)
from station.domain.token import Held, HeldLine
from station.errors import DataError


@pytest.fixture
def store(engine):
    def bring(*entries, station="till1"):
        return followed.store(engine, station, entries)

    return bring


@pytest.fixture
def rows(engine):
    def read(table, *order):
        with reading(engine) as conn:
            return conn.execute(select(table).order_by(*order)).mappings().all()

    return read


@pytest.fixture
def places(engine):
    def read():
        table = orders.order_tokens.c
        with reading(engine) as conn:
            return dict(conn.execute(select(table.part, table.place)).all())

    return read


def _dump(engine):
    """Every row of every table, but for when a row was last touched."""
    with reading(engine) as conn:
        return {table.name: sorted(map(repr, conn.execute(select(table)).all())) for table in METADATA.tables.values()}


def test_a_sale_becomes_its_rows(store, rows, day):
    cash = Tender(id=day.id("c"), kind="cash", amount_minor=1480, given_minor=2000, change_minor=520)
    fact = day.sale(("Classic burger", 1), ("Chips", 1), tenders=(cash,))
    confirmed = AllergyConfirmed(line=fact.lines[0].id, answers={"milk": "contains"})
    fact = msgspec.structs.replace(fact, confirmed=(confirmed,))
    assert store(day.entry(1, fact, "Amina")).new == 1
    (order,) = rows(orders.orders)
    assert (order["number"], order["total_minor"], order["business_day_id"]) == ("t1-042", 1480, fact.business_day)
    assert (order["customer_name"], order["customer_allergies"], order["note"]) == ("Ægir", "milk,nuts", "stand 7")
    burger, chips = rows(orders.order_lines, orders.order_lines.c.position)
    assert (burger["name"], burger["unit_minor"], burger["tax_bp"], chips["prep_group"]) == (
        "Classic burger",
        1090,
        1200,
        "fry",
    )
    assert json.loads(burger["allergens"])["milk"] == "contains"
    assert [one["name"] for one in rows(orders.order_line_modifiers, orders.order_line_modifiers.c.name)] == [
        "In lettuce",
        "Large",
    ]
    (payment,) = rows(payments.payments)
    assert (payment["id"], payment["given_minor"], payment["change_minor"]) == (cash.id, 2000, 520)
    (token,) = rows(orders.order_tokens)
    assert (token["order_id"], token["part"], token["place"]) == (fact.order, "1", "")
    (audit,) = rows(ledger.audit_events)
    assert json.loads(audit["body"])["confirmed"][0]["answers"] == {"milk": "contains"}


def test_an_order_that_is_held_is_no_sale_and_stands_in_the_audit_only(store, rows, day):
    token = day.sale(("Cola", 1)).token
    held = Held(staff=day.shop.staff[0].id, lines={line.id: HeldLine(price_minor=310) for line in token.lines})
    kept = day.entry(1, OrderHeld(order=token.order, token=msgspec.structs.replace(token, held=held)), "Amina")
    about = {"order": token.order, "part": "1"}
    resumed = TokenMoved(**about, place="held/waiting", to="held/till1", verb="resume")
    entries = [
        kept,
        day.entry(2, day.report(kept, "held/waiting", hop=0, source="", verb="keep")),
        taken := day.entry(3, resumed, "Amina"),
        day.entry(4, day.report(taken, "held/till1", hop=1, source="held/waiting", verb="resume")),
    ]
    assert store(*entries).refused == ()
    for table in (orders.orders, orders.order_lines, orders.order_tokens, orders.token_moves):
        assert rows(table) == []
    assert len(rows(ledger.audit_events)) == len(entries)


@pytest.mark.parametrize("order", ["sold first", "paid first", "at once"])
def test_an_order_that_is_paid_later_has_its_rows_once_and_its_payment(store, rows, day, order):
    """Whoever took it and whoever was paid for it are two stations, and either may reach the master first."""
    sold = msgspec.structs.replace(day.sale(("Cola", 2)), tenders=())
    sent = billed(sold, day.id("bill"), day.shop.staff[0].id)
    cash = Tender(id=day.id("cash"), kind="cash", amount_minor=620, given_minor=1000, change_minor=380)
    paid = OrderPaid(order=sold.order, bill=day.id("bill"), tenders=(cash,), rounding_minor=3, sale=sold)
    left = day.item("Cola").left
    taken, given = day.entry(1, sent, "Amina", "pass"), day.entry(1, paid, "Kofi", "till")
    for batch in {"sold first": [[taken], [given]], "paid first": [[given], [taken]], "at once": [[given, taken]]}[
        order
    ]:
        for _ in range(2):
            assert store(*batch).refused == ()
    (row,) = rows(orders.orders)
    assert (row["id"], row["total_minor"], row["rounding_minor"]) == (sold.order, sold.total_minor, 0)
    assert len(rows(orders.order_lines)) == 1
    (payment,) = rows(payments.payments)
    assert (payment["id"], payment["order_id"], payment["change_minor"]) == (cash.id, sold.order, 380)
    (item,) = [row for row in rows(menu.menu_items) if row["id"] == day.item("Cola").id]
    assert item["remaining"] == (None if left is None else left - 2)
    assert [row["kind"] for row in rows(ledger.audit_events, ledger.audit_events.c.kind)] == [
        "order.paid",
        "order.sent",
    ]


def test_every_fact_twice_alone_or_together_changes_nothing_more(engine, store, day):
    sent = day.entry(1, day.sale(("Cola", 2), ("Hazelnut brownie", 1)), "Amina")
    moved = day.entry(2, TokenMoved(order=sent.fact.order, part="1", place="inbox", to="pass", verb="bump"), "Kofi")
    entries = [
        sent,
        moved,
        day.entry(3, day.report(sent, "inbox", hop=1, source="", verb="send")),
        day.entry(4, day.report(moved, "pass", hop=2)),
        day.entry(5, StaffSeen(staff=day.shop.staff[0].id, what="login")),
        day.entry(6, SoldOut(item=day.item("Cola").id, sold_out=True), "Kofi"),
    ]
    assert store(*entries).new == 6
    once = _dump(engine)
    assert store(*entries).new == 0
    for entry in reversed(entries):
        assert store(entry).new == 0
    assert _dump(engine) == once


def test_a_fact_that_is_brought_again_late_does_not_undo_what_came_after(store, engine, day):
    cola = day.item("Cola").id
    gone = day.entry(1, SoldOut(item=cola, sold_out=True), "Kofi")
    back = day.entry(2, SoldOut(item=cola, sold_out=False), "Kofi")
    store(gone)
    store(back)
    store(gone)
    with reading(engine) as conn:
        assert conn.scalar(select(menu.menu_items.c.sold_out).where(menu.menu_items.c.id == cola)) is False


def test_what_is_counted_counts_down_and_never_below_none(store, engine, day):
    store(day.entry(1, day.sale(("Hazelnut brownie", 20), name="a")))
    store(day.entry(2, day.sale(("Hazelnut brownie", 20), name="b")))
    store(day.entry(3, day.sale(("Cola", 5), name="c")))
    with reading(engine) as conn:
        left = dict(conn.execute(select(menu.menu_items.c.name, menu.menu_items.c.remaining)).all())
    assert (left["Hazelnut brownie"], left["Cola"]) == (0, None)


def test_training_sells_nothing_away(store, engine, day):
    store(day.entry(1, day.sale(("Hazelnut brownie", 20), training=True)))
    with reading(engine) as conn:
        item = menu.menu_items.c
        assert conn.scalar(select(item.remaining).where(item.name == "Hazelnut brownie")) == 24
        assert conn.scalar(select(orders.orders.c.training)) is True


def test_a_move_tells_from_where_to_where_by_whom_at_which_station_and_why(store, rows, day):
    sent = day.entry(1, day.sale(("Chips", 1)))
    store(sent)
    moved = day.entry(
        7, TokenMoved(order=sent.fact.order, part="1", place="stations/fry1", to="pass", verb="bump"), "Kofi", "fry1"
    )
    store(moved, station="fry1")
    report = msgspec.structs.replace(day.report(moved, "pass", hop=3, source="stations/fry1"), why="ready")
    store(day.entry(8, report, name="fry1"), station="fry1")
    (move,) = rows(orders.token_moves)
    stations = {row["id"]: row["code"] for row in rows(shop.stations)}
    people = {row["id"]: row["name"] for row in rows(staff.staff)}
    assert (move["source"], move["destination"], move["verb"], move["why"]) == (
        "stations/fry1",
        "pass",
        "bump",
        "ready",
    )
    assert (stations[move["station_id"]], people[move["staff_id"]], move["fact_id"]) == ("fry1", "Kofi", moved.id)


def test_a_lost_move_is_history_but_moves_nothing(store, rows, places, day):
    sent = day.entry(1, day.sale(("Chips", 1)))
    moved = day.entry(2, TokenMoved(order=sent.fact.order, part="1", place="inbox", to="pass", verb="bump"))
    store(sent, day.entry(3, day.report(sent, "inbox", hop=1)))
    store(moved, day.entry(4, day.report(moved, "", hop=1, outcome="lost")))
    assert [move["outcome"] for move in rows(orders.token_moves, orders.token_moves.c.at)] == ["done", "lost"]
    assert places() == {"1": "inbox"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_highest_hop_wins_in_whatever_order_stations_bring_it(store, places, day, order):
    sent = day.entry(1, day.sale(("Chips", 1)), "Amina")
    bump = TokenMoved(order=sent.fact.order, part="1", place="stations/fry1", to="pass", verb="bump")
    bumped = day.entry(1, bump, "Kofi", "fry1")
    given = day.entry(
        1,
        TokenDispatched(
            order=sent.fact.order, part="1", place="inbox", stations={"fry1": (sent.fact.lines[0].id,)}, why={}
        ),
        None,
        "pass1",
    )
    batches = [
        ("till1", [sent, day.entry(2, day.report(sent, "inbox", hop=1, source="", verb="send"))]),
        ("pass1", [given, day.entry(2, day.report(given, "stations/fry1", hop=3, revision=1), name="pass1")]),
        ("fry1", [bumped, day.entry(2, day.report(bumped, "pass", hop=4, revision=1), name="fry1")]),
    ]
    for index in order:
        station, entries = batches[index]
        store(*entries, station=station)
    assert places() == {"1": "pass"}


def test_a_dispatch_to_two_stations_makes_two_parts_of_the_parent(store, places, day):
    sent = day.entry(1, day.sale(("Chips", 1), ("Classic burger", 1)))
    chips, burger = (line.id for line in sent.fact.lines)
    given = day.entry(
        2,
        TokenDispatched(
            order=sent.fact.order, part="1", place="inbox", stations={"fry1": (chips,), "grill2": (burger,)}, why={}
        ),
    )
    store(sent, given)
    # The report comes later, when only the audit still knows what was asked.
    store(day.entry(3, day.report(given, "stations/fry1", hop=2, revision=1, verb="dispatched")))
    assert places() == {"1": "parents", "1-1": "stations/fry1", "1-2": "stations/grill2"}


def test_a_split_by_hand_leaves_one_part_and_sends_the_other(store, places, day):
    sent = day.entry(1, day.sale(("Chips", 3)))
    split = TokenSplit(
        order=sent.fact.order,
        part="1",
        place="stations/fry1",
        off=(SplitOff(line=sent.fact.lines[0].id, count=1),),
        to="hold",
    )
    asked = day.entry(2, split, "Kofi")
    store(sent, asked, day.entry(3, day.report(asked, "stations/fry1", hop=4, revision=1, verb="split")))
    assert places() == {"1": "parents", "1-1": "stations/fry1", "1-2": "hold"}


def test_a_fact_that_the_master_refuses_is_kept_whole_and_holds_nothing_up(store, rows, day):
    sale = day.sale(("Cola", 1))
    stranger = msgspec.structs.replace(sale.lines[0], item=day.id("no such item"))
    bad = day.entry(1, msgspec.structs.replace(sale, lines=(stranger,)), "Amina")
    good = day.entry(2, day.sale(("Cola", 1), name="two"), "Amina")
    stored = store(bad, good)
    assert stored.new == 2
    assert [bad.id in sentence for sentence in stored.refused] == [True]
    assert [row["id"] for row in rows(orders.orders)] == [good.fact.order]
    assert len(rows(payments.payments)) == 1
    kept = next(row for row in rows(ledger.audit_events) if row["id"] == bad.id)
    assert kept["kind"] == "refused.order.sent"
    assert json.loads(kept["body"])["fact"]["lines"][0]["item"] == stranger.item
    assert store(bad, good).new == 0


@pytest.mark.parametrize("what", ["person", "item"])
def test_a_fact_about_somebody_or_something_unknown_is_refused_and_kept(store, rows, day, what):
    if what == "person":
        entry = day.entry(
            1, LineTicked(order=day.id("o"), part="1", place="inbox", line=day.id("l"), done=1), day.id("x")
        )
    else:
        entry = day.entry(1, SoldOut(item=day.id("x"), sold_out=True), "Kofi")
    (sentence,) = store(entry).refused
    assert f"no {'staff' if what == 'person' else 'menu item'} {day.id('x')}" in sentence
    assert rows(ledger.audit_events)[0]["kind"].startswith("refused.")


def test_logins_and_refusals_are_kept_without_anything_that_was_scanned(store, rows, day):
    store(
        day.entry(1, StaffSeen(staff=day.shop.staff[0].id, what="login", how="wallet")),
        day.entry(2, StaffSeen(what="refused", how="wallet")),
    )
    events = rows(staff.login_events, staff.login_events.c.at)
    assert [(row["what"], row["staff_id"]) for row in events] == [("login", day.shop.staff[0].id), ("refused", None)]


def test_a_station_that_the_master_does_not_know_brings_nothing(store, day):
    with pytest.raises(DataError, match="knows no station 'till9'"):
        store(day.entry(1, StaffSeen(what="refused")), station="till9")


def test_the_audit_is_a_chain_for_each_station_and_shows_what_was_altered(store, engine, day):
    for seq in range(1, 4):
        store(day.entry(seq, SoldOut(item=day.item("Cola").id, sold_out=bool(seq % 2)), "Kofi"))
    store(day.entry(9, SoldOut(item=day.item("Cola").id, sold_out=True), "Kofi", "fry1"), station="fry1")
    with reading(engine) as conn:
        stations = dict(conn.execute(select(shop.stations.c.code, shop.stations.c.id)).all())
        assert [broken_at(conn, stations[code]) for code in ("till1", "fry1", "till2")] == [None, None, None]
    with writing(engine) as conn:
        conn.execute(update(ledger.audit_events).where(ledger.audit_events.c.seq == 2).values(body="{}"))
    with reading(engine) as conn:
        assert broken_at(conn, stations["till1"]) == 2
        assert broken_at(conn, stations["fry1"]) is None
    with writing(engine) as conn:
        conn.execute(text("DELETE FROM audit_events WHERE seq = 1"))
    with reading(engine) as conn:
        assert broken_at(conn, stations["fry1"]) is None
        assert broken_at(conn, stations["till1"]) == 1


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds the zone itself
def test_the_audits_hash_is_the_same_for_a_time_as_the_database_gives_it_back(moment):
    event = Event("id", "kind", None, None, "{}", moment)
    kept = replace(event, at=moment.replace(microsecond=moment.microsecond // 1000 * 1000))
    assert chain_hash(FIRST, kept) == chain_hash(FIRST, event)


def test_more_facts_than_fit_one_query_are_looked_up_all_the_same(store, engine, day):
    entries = [day.entry(seq, StaffSeen(what="refused")) for seq in range(1, 1203)]
    assert store(*entries).new == 1202
    assert store(*entries).new == 0
    with reading(engine) as conn:
        assert conn.scalar(select(func.count()).select_from(staff.login_events)) == 1202


def test_stations_that_bring_facts_at_the_same_moment_wait_for_each_other_and_lose_none(engine, day):
    """Each has its own chain in the audit, and all of them count down the same item."""
    codes = ("till1", "till2", "fry1", "grill1")

    def bring(code):
        for seq in range(1, 11):
            sale = day.sale(("Pulled pork bun", 1), name=f"{code} {seq}")
            followed.store(engine, code, [day.entry(seq, sale, "Amina", code)])

    with ThreadPoolExecutor(len(codes)) as pool:
        list(pool.map(bring, codes))
    with reading(engine) as conn:
        item = menu.menu_items.c
        assert conn.scalar(select(func.count()).select_from(orders.orders)) == 40
        assert conn.scalar(select(item.remaining).where(item.name == "Pulled pork bun")) == 0
        stations = dict(conn.execute(select(shop.stations.c.code, shop.stations.c.id)).all())
        assert [broken_at(conn, stations[code]) for code in codes] == [None] * 4


def test_what_the_kitchen_says_of_a_voided_order_is_kept_in_the_audit(store, rows, day):
    fact = VoidAcknowledged(order=day.id("order"), part="1", place="void/2026-11-23", made=True)
    entry = day.entry(1, fact, "Amina")
    assert store(entry, station="grill1").refused == ()
    (event,) = rows(ledger.audit_events)
    assert (event["kind"], event["subject_id"], event["staff_id"]) == ("void.acknowledged", fact.order, entry.staff)
    assert json.loads(event["body"])["made"] is True
    assert rows(orders.token_moves) == []
