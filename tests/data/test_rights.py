"""What each role's login may do: little enough, and just what its programs send."""

import random
import sys
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import sqlglot
from sqlalchemy import Engine, delete, event, select, update
from sqlalchemy.dialects import mssql
from sqlglot import exp

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import mariadb_url

from station.data.compared import compare, mend
from station.data.followed import Master
from station.data.locks import lease
from station.data.queries.floor import sent_orders
from station.data.queries.profile import change_settings
from station.data.replica_tables import in_replica
from station.data.replicated import Ends, pumping
from station.data.rights import ROLES, VERSION_TABLE, rights_of
from station.data.session import check_schema, name_of, open_engine, reading, writing
from station.data.tables import METADATA, menu, orders, shop
from station.domain.bills import billed
from station.domain.facts import (
    DayClosed,
    DrawerCounted,
    DrawerMoved,
    LineTicked,
    OrderChanged,
    OrderPaid,
    OrderRefunded,
    Paused,
    PlanChanged,
    SoldDiscount,
    SoldOut,
    SplitOff,
    StaffSeen,
    TenderSettled,
    TenderTaken,
    TokenAcknowledged,
    TokenDispatched,
    TokenMoved,
    TokenRushed,
    TokenSplit,
    TokenTransferred,
)
from tests.data.conftest import NOW
from tests.figures.days import Day as Trade

MONEY = ("payments", "refunds", "drawer_sessions", "drawer_movements")
SOLD = ("orders", "order_lines", "order_line_modifiers", "payments")
CHANGES = ("INSERT", "UPDATE", "DELETE")
HEARD = ("till", "prep", "expediter", "replica")
# check_schema asks servers for it; a SQLite file has its version in its header.
UNHEARD = {(role, "SELECT", VERSION_TABLE) for role in HEARD}
FOREIGN = {"sys", "INFORMATION_SCHEMA"}
ONLY_SQLITES = {"sqlite_master"}

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def granted(verb, table):
    """The roles that have this right, be it on some columns only."""
    return {role for role in ROLES for one in rights_of(role) if (one.verb, one.table) == (verb, table)}


@pytest.mark.parametrize("table", [*MONEY, "staff_pins"])
def test_a_prep_display_has_no_right_of_any_kind_on_money_and_pins(table):
    assert [one for one in rights_of("prep") if one.table == table] == []


@pytest.mark.parametrize("table", SOLD)
def test_only_tills_and_expediters_add_what_was_sold_and_nobody_changes_it(table):
    assert granted("INSERT", table) == {"till", "expediter"}
    assert granted("UPDATE", table) == granted("DELETE", table) == set()


def test_nobody_alters_or_removes_what_was_audited():
    for table in ("audit_events", "login_events", "token_moves"):
        assert granted("UPDATE", table) == granted("DELETE", table) == set()


def test_only_the_pump_takes_from_the_queue_and_it_changes_nothing_else():
    assert granted("DELETE", "replica_changes") == {"replica"}
    assert {one.table for one in rights_of("replica") if one.verb in CHANGES} == {"replica_changes"}


def test_the_manager_reads_everything_and_changes_what_people_edit():
    edited = {name for name, table in METADATA.tables.items() if "updated_at" in table.c}
    facts = {"orders", "order_tokens", "token_moves", "audit_events", "login_events", *MONEY}
    assert not facts & edited
    assert {one.table for one in rights_of("manager") if one.verb == "SELECT"} == {*METADATA.tables, VERSION_TABLE}
    # Beside them stand the facts of its own link: who logged in, what was 86'd.
    assert granted("DELETE", "menu_items") == set()
    changed = {one.table for one in rights_of("manager") if one.verb in CHANGES and not one.columns}
    assert changed - edited == {"order_tokens", "token_moves", "audit_events", "login_events"}


@pytest.mark.parametrize("role", ROLES)
def test_every_right_names_tables_and_columns_that_exist_and_stands_there_once(role):
    rights = rights_of(role)
    assert len(set(rights)) == len(rights)
    for one in rights:
        if one.table != VERSION_TABLE:
            assert set(one.columns) <= set(METADATA.tables[one.table].columns.keys())
        assert one.verb == "UPDATE" or not one.columns


@on_sqlite
@pytest.mark.parametrize("role", ["till", "prep", "expediter", "manager"])
def test_a_stations_link_sends_nothing_that_its_login_may_not_and_no_right_is_idle(role, engine, day, tmp_path):
    sale = day.entry(1, day.sale(("Classic burger", 1), ("Hazelnut brownie", 2)), "Amina", "before")
    with linked(tmp_path, "till") as before:
        before.store("till1", [sale])
    with heard(engine) as wants, linked(tmp_path, role) as link:
        WORK[role](link, day, sale.fact)
        everyday(link, role, day, tmp_path / "snapshot.db")
        if role in {"till", "expediter"}:
            with reading(engine) as conn:
                assert sent_orders(conn)
        if role == "till":
            wish = day.entry(60, DayClosed(business_day=day.shop.business_day_id), "Amina", "close")
            assert link.store("till1", [wish]).days[0].closed.number == 1
        if role == "manager":
            with writing(engine) as conn:
                change_settings(conn, "grill1", {"text_scale": "1.25"})
        check_schema(engine)
    forbidden(role, wants)
    if role in HEARD:
        idle(role, wants)


@on_sqlite
def test_the_pump_sends_nothing_that_its_login_may_not_and_no_right_is_idle(engine, day, tmp_path, mariadb):
    cloud = mariadb_url(mariadb, "rights")
    address = f"sqlite:///{tmp_path}/master.db"
    sale = day.entry(1, day.sale(("Classic burger", 1)), "Amina")
    with linked(tmp_path, "till") as link:
        link.store("till1", [sale])
    with heard(engine) as wants:
        with pumping(address, cloud) as pump:
            while pump.copy() is not None:
                assert pump.rows_left() >= 0
            with writing(engine) as conn:
                conn.execute(delete(menu.menu_item_modifier_groups), execution_options={"unheard": True})
            assert pump.pump().taken
            assert pump.waiting() == 0
        there = open_engine(cloud)
        with writing(there) as conn:
            conn.execute(delete(in_replica(orders.orders)))
        there.dispose()
        ends = Ends(address, cloud)
        try:
            wrong = [found for found in compare(ends, lambda: None) if found.differing]
            assert [found.missing for found in wrong] == [(sale.fact.order,)]
            mend(ends, wrong[0])
            assert ends.standing().queue == 1
        finally:
            ends.close()
        with pumping(address, cloud) as pump:
            assert pump.pump().written == 1
        # In place of an application lock, where a server has none.
        with lease(engine, "pump") as hold:
            hold.renew()
    forbidden("replica", wants)
    idle("replica", wants)


@contextmanager
def linked(folder, role):
    link = Master(f"sqlite:///{folder}/master.db", role)
    yield link
    link.close()


def of_till(link, day, _order):
    burger = day.sale(("Classic burger", 1), ("Hazelnut brownie", 2), name="two")
    sent = day.entry(2, burger, "Amina")
    assert link.store("till1", [sent, day.entry(3, day.report(sent, "inbox", hop=1, source="", verb="send"))]).new == 2
    moved = day.entry(4, TokenMoved(order=burger.order, part="1", place="inbox", to="void", verb="void"), "Amina")
    assert link.store("till1", [moved, day.entry(5, day.report(moved, "void", hop=2))]).new == 2
    # Everything that a till does with money, and then the Z report.
    trade = Trade(day.shop, random.Random(3), tills=("till1",), start=NOW).run(80).close_drawers()
    kinds = {type(fact) for fact in trade.facts}
    assert kinds >= {OrderPaid, OrderChanged, OrderRefunded, TenderTaken, TenderSettled, DrawerMoved, DrawerCounted}
    assert link.store("till1", trade.tills[0].entries).refused == ()


def of_prep(link, day, order):
    grill = "stations/grill1"
    ticked = LineTicked(order=order.order, part="1", place=grill, line=order.lines[0].id, done=1)
    moved = TokenMoved(order=order.order, part="1", place=grill, to="pass", verb="bump")
    ticked, moved = day.entry(2, ticked, "Kofi", "grill"), day.entry(3, moved, "Kofi", "grill")
    assert link.store("grill1", [ticked, moved]).new == 2
    # Nobody has told the master of this one yet: its till is slower.
    unknown = day.entry(4, day.sale(("Chips", 1), name="slow"), name="slow")
    reports = [
        day.report(ticked, grill, hop=1, revision=1),
        day.report(moved, "pass", hop=2, revision=1),
        day.report(unknown, "pass", hop=1),
    ]
    brought = [day.entry(5 + place, report, name="grill") for place, report in enumerate(reports)]
    assert link.store("grill1", brought).new == 3


def of_expediter(link, day, order):
    burger, brownie = (line.id for line in order.lines)
    token = {"order": order.order, "part": "1"}
    facts = [
        TokenDispatched(**token, place="inbox", stations={"grill1": (burger,), "fry1": (brownie,)}, why={}),
        TokenSplit(**token, place="inbox", off=(SplitOff(line=burger, count=1),), to="stations/grill1"),
        TokenTransferred(**token, place="stations/fry1", station="grill1"),
        TokenAcknowledged(**token, place="pass", what="allergy_pass"),
        TokenRushed(**token, place="pass", rush=True),
    ]
    meant = [day.entry(2 + place, fact, "Kofi", "pass") for place, fact in enumerate(facts)]
    assert link.store("pass1", meant).new == 5
    told = [day.report(one, "pass", hop=hop, verb="give") for hop, one in enumerate(meant, start=1)]
    assert link.store("pass1", [day.entry(20 + place, one, name="pass") for place, one in enumerate(told)]).new == 5
    phoned = msgspec.structs.replace(day.sale(("Classic burger", 1), ("Hazelnut brownie", 2), name="phone"), tenders=())
    off = SoldDiscount(
        id=day.id("off"),
        given=day.id("given"),
        line=phoned.lines[0].id,
        name="Half",
        amount_minor=100,
        tax_bp=1200,
        tax_minor=11,
    )
    phoned = msgspec.structs.replace(phoned, discounts=(off,), total_minor=phoned.total_minor - 100)
    sent = day.entry(40, billed(phoned, day.id("bill"), day.shop.staff[0].id), "Amina", "pass")
    paused = day.entry(41, PlanChanged(change=Paused(station="grill1", paused=True)), "Amina", "pass")
    online = day.entry(42, day.sale(("Cola", 1), name="online"), None, "pass")
    assert link.store("pass1", [sent, paused, online]).new == 3


def of_manager(link, day, order):
    rushed = TokenRushed(order=order.order, part="1", place="inbox", rush=True)
    assert link.store("till1", [day.entry(2, rushed, "Amina")]).new == 1


WORK = {"till": of_till, "prep": of_prep, "expediter": of_expediter, "manager": of_manager}


def everyday(link, role, day, snapshot):
    """What every link does: who came, what is sold out, what nobody knows, and the catalogue."""
    station = {"prep": "grill1", "expediter": "pass1"}.get(role, "till1")
    cola, amina = day.item("Cola").id, day.shop.staff[0].id
    assert link.snapshot(snapshot)
    facts = [
        StaffSeen(staff=amina, what="login", how="wallet", card=day.id("card"), step=7),
        SoldOut(item=cola, sold_out=True),
        SoldOut(item=day.id("stranger"), sold_out=True),
        # The database itself refuses this one.
        StaffSeen(staff=day.id("nobody"), what="login"),
        StaffSeen(staff=amina, what="refused", how="pin", why="wrong"),
        StaffSeen(staff=amina, what="approved", how="wallet", card=day.id("card"), step=8, permission="token.void"),
    ]
    stored = link.store(station, [day.entry(30 + place, one, name=role) for place, one in enumerate(facts)])
    assert (stored.new, len(stored.refused)) == (6, 2)
    assert link.snapshot(snapshot, upon=True) == link.version()


@contextmanager
def heard(engine):
    """All that is sent to this master: (verb, table, changed columns)."""
    found = set()

    def listen(conn, statement, _many, _parameters, options):
        if name_of(conn.engine) == name_of(engine) and "unheard" not in options:
            found.update(wanted_by(statement))

    event.listen(Engine, "before_execute", listen)
    try:
        yield found
    finally:
        event.remove(Engine, "before_execute", listen)


def wanted_by(statement):
    """The rights that SQL Server would ask for, in this statement as it would get it."""
    if isinstance(statement, str):
        assert statement.split()[0] in {"PRAGMA", "BEGIN"}, statement
        return
    compiled = statement.compile(dialect=mssql.dialect(), compile_kwargs={"render_postcompile": True})
    tree = sqlglot.parse_one(str(compiled), dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    # What SQLite takes and sqlglot parses, and no SQL Server: truth as a value.
    assert not [one for one in tree.find_all(exp.Is) if not isinstance(one.expression, exp.Null)], str(compiled)
    assert not [
        one
        for query in tree.find_all(exp.Select)
        for one in query.expressions
        if isinstance(one.unalias(), exp.Predicate | exp.Connector | exp.Not)
    ], str(compiled)
    verbs = {exp.Insert: "INSERT", exp.Update: "UPDATE", exp.Delete: "DELETE"}
    verb = verbs.get(type(tree))
    assert verb or isinstance(tree, exp.Query), str(compiled)
    target = tree.find(exp.Table) if verb else None
    if verb:
        changed = tuple(sorted(one.this.name for one in tree.expressions)) if verb == "UPDATE" else ()
        yield verb, target.name, changed
    if verb in {"UPDATE", "DELETE"}:
        # It reads the columns that its WHERE names.
        yield "SELECT", target.name, ()
    named = {cte.alias for cte in tree.find_all(exp.CTE)} | ONLY_SQLITES
    for table in tree.find_all(exp.Table):
        if table is not target and table.name not in named and table.db not in FOREIGN:
            yield "SELECT", table.name, ()


def forbidden(role, wants):
    assert wants
    allowed = {}
    for one in rights_of(role):
        columns = one.columns or (METADATA.tables[one.table].columns.keys() if one.table in METADATA.tables else ())
        allowed.setdefault((one.verb, one.table), set()).update(columns)
    not_allowed = {
        (verb, table, columns)
        for verb, table, columns in wants
        if (verb, table) not in allowed or not set(columns) <= allowed[verb, table]
    }
    assert not_allowed == set()


def idle(role, wants):
    used = {
        one
        for one in rights_of(role)
        for verb, table, columns in wants
        if (one.verb, one.table) == (verb, table) and (not one.columns or set(one.columns) <= set(columns))
    }
    known = {one for one in rights_of(role) if (role, one.verb, one.table) in UNHEARD}
    assert set(rights_of(role)) - used == known


def test_what_a_statement_wants_is_found_in_it():
    item, day = menu.menu_items.c, shop.business_days.c
    assert set(wanted_by(update(menu.menu_items).where(item.id == "x").values(remaining=0))) == {
        ("UPDATE", "menu_items", ("remaining", "revision", "updated_at")),
        ("SELECT", "menu_items", ()),
    }
    assert set(wanted_by(delete(orders.orders).where(orders.orders.c.business_day_id.in_(select(day.id))))) == {
        ("DELETE", "orders", ()),
        ("SELECT", "orders", ()),
        ("SELECT", "business_days", ()),
    }
