"""Logins on SQL Server: each can do its work and nothing else, and a password stands in one place only.

The logins of a run have a name of their own, so that no real one of that server is touched.
"""

import json
import re
import stat
import sys
import time
import traceback
import uuid
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlglot
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlglot import exp
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MSSQL, MSSQL_URL, clear, drop_database, fresh_mssql, mariadb_url

from station import cli
from station.commands import master as commands
from station.data import grants
from station.data.compared import compare
from station.data.examine import examine
from station.data.followed import Master
from station.data.grants import Login, login_name, make_logins, make_roles, new_password, role_name, script
from station.data.queries.floor import sent_orders
from station.data.queries.profile import change_settings
from station.data.replicated import Ends, pumping
from station.data.rights import ROLES, Right, rights_of
from station.data.seed import seed_demo
from station.data.session import open_engine, outside_transactions, reading, writing
from station.data.tables import ledger, menu, orders, payments, staff
from station.domain.facts import LineTicked, SoldOut, StaffSeen, TokenDispatched, TokenMoved
from station.errors import ConfigError, DataError

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
FORBIDDEN = "forbids this to this login|permission denied"
STATIONS = {"till": "till1", "prep": "grill1", "expediter": "pass1", "manager": "till1"}

on_server = pytest.mark.parametrize("once_granted", [MSSQL], indirect=True)


class Granted:
    """A shop on the server with a login for each role."""

    def __init__(self, url, patch):
        self.url, self.passwords = url, {}
        run = uuid.uuid4().hex[:8]
        self.names = {role: f"station_test_{run}_{role}" for role in ROLES}
        patch.setattr(grants, "login_name", self.names.get)
        self.engine = open_engine(url)
        clear(self.engine)
        with writing(self.engine) as conn:
            seed_demo(conn, NOW)
        with reading(self.engine) as conn:
            self.lists_permissions = bool(conn.scalar(text("SELECT COUNT(*) FROM sys.database_permissions")))
        self.made = self.make()
        if not self.lists_permissions:
            self._let_triggers_write()

    def make(self, roles=ROLES, *, renew=False):
        made = make_logins(self.url, roles, renew=renew)
        self.passwords.update({one.role: one.password for one in made if one.password is not None})
        return made

    def url_of(self, role):
        return self.url.set(username=self.names[role], password=self.passwords[role])

    @contextmanager
    def link(self, role):
        link = Master(self.url_of(role), role)
        try:
            yield link
        finally:
            link.close()

    @contextmanager
    def logged_in(self, role):
        engine = open_engine(self.url_of(role))
        try:
            yield engine
        finally:
            engine.dispose()

    def by_hand(self, statement):
        with outside_transactions(self.engine) as conn:
            conn.exec_driver_sql(statement)

    def close(self):
        self.engine.dispose()
        if self.url != make_url(MSSQL_URL):
            drop_database(self.url)
        away = open_engine(self.url.set(database="master"))
        for role in self.passwords:
            _patiently(away, f"DROP LOGIN {self.names[role]}")
        away.dispose()

    def _let_triggers_write(self):
        """SQL Server lets a trigger do what its table's owner may; a server with other rules is told to."""
        for role in ROLES:
            self.by_hand(f"GRANT INSERT ON replica_changes TO {role_name(role)}")


def _patiently(engine, statement):
    """A server hears a moment later that somebody has hung up."""
    for rest_s in (0.1, 0.5, 2.0):
        with suppress(DataError), outside_transactions(engine) as conn:
            conn.exec_driver_sql(statement)
            return
        time.sleep(rest_s)
    raise AssertionError(f"in vain: {statement}")


@pytest.fixture(scope="module")
def once_granted(request):
    with pytest.MonkeyPatch.context() as patch:
        made = Granted(fresh_mssql(), patch)
    yield made
    made.close()


@pytest.fixture
def granted(once_granted, monkeypatch):
    monkeypatch.setattr(grants, "login_name", once_granted.names.get)
    return once_granted


@pytest.fixture
def engine(granted):
    return granted.engine


@on_server
def test_each_role_gets_a_login_with_a_password_of_its_own(granted):
    assert [one.role for one in granted.made] == list(ROLES)
    assert [one.rights for one in granted.made] == [len(rights_of(role)) for role in ROLES]
    assert len({one.password for one in granted.made}) == len(ROLES)
    assert not any(one.password in repr(granted.made) for one in granted.made)


@on_server
def test_a_till_does_its_work_with_its_own_login(granted, day, tmp_path):
    sent = day.entry(1, day.sale(("Classic burger", 1), ("Hazelnut brownie", 2), name="till"), "Amina", "till")
    with granted.link("till") as link:
        reported = day.entry(2, day.report(sent, "inbox", hop=1, source="", verb="send"), name="till")
        assert link.store("till1", [sent, reported]).new == 2
        everyday(link, "till", day, tmp_path)
    with granted.logged_in("till") as engine, reading(engine) as conn:
        assert sent.fact.order in {one.order for one in sent_orders(conn)}


@on_server
def test_a_prep_display_does_its_work_with_its_own_login(granted, day, tmp_path):
    order = day.sale(("Chips", 1), name="prep")
    ticked = LineTicked(order=order.order, part="1", place="stations/grill1", line=order.lines[0].id, done=1)
    moved = TokenMoved(order=order.order, part="1", place="stations/grill1", to="pass", verb="bump")
    meant = [day.entry(1, ticked, "Kofi", "prep"), day.entry(2, moved, "Kofi", "prep")]
    reports = [day.report(meant[0], "stations/grill1", hop=1), day.report(meant[1], "pass", hop=2)]
    with granted.link("prep") as link:
        assert link.store("grill1", meant).new == 2
        for place, report in enumerate(reports):
            assert link.store("grill1", [day.entry(3 + place, report, name="prep")]).new == 1
        everyday(link, "prep", day, tmp_path)


@on_server
def test_an_expediter_does_its_work_with_its_own_login(granted, day, tmp_path):
    order = day.sale(("Chips", 1), ("Classic burger", 1), name="expediter")
    chips, burger = (line.id for line in order.lines)
    stations = {"fry1": (chips,), "grill1": (burger,)}
    given = day.entry(
        1, TokenDispatched(order=order.order, part="1", place="inbox", stations=stations, why={}), name="pass"
    )
    with granted.link("expediter") as link:
        assert link.store("pass1", [given]).new == 1
        assert link.store("pass1", [day.entry(2, day.report(given, "stations/fry1", hop=2), name="pass")]).new == 1
        everyday(link, "expediter", day, tmp_path)
    with granted.logged_in("expediter") as engine, reading(engine) as conn:
        sent_orders(conn)


@on_server
def test_a_manager_edits_with_its_own_login(granted, day, tmp_path):
    with granted.link("manager") as link:
        everyday(link, "manager", day, tmp_path)
    with granted.logged_in("manager") as engine, writing(engine) as conn:
        change_settings(conn, "grill1", {"text_scale": "1.25"})
        conn.execute(update(menu.menu_items).where(menu.menu_items.c.name == "Cola").values(description="cold"))


@on_server
def test_the_pump_fills_a_replica_with_its_own_login(granted, mariadb):
    cloud = mariadb_url(mariadb, f"granted_{uuid.uuid4().hex[:8]}")
    with pumping(granted.url_of("replica"), cloud) as pump:
        while pump.copy() is not None:
            assert pump.rows_left() >= 0
        with writing(granted.engine) as conn:
            conn.execute(update(menu.menu_items).values(position=7))
        while pump.pump().entries:
            assert pump.waiting() >= 0
    ends = Ends(granted.url_of("replica"), cloud)
    try:
        assert [one for one in compare(ends, lambda: None) if one.differing] == []
    finally:
        ends.close()


@on_server
@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("prep", select(payments.payments.c.id)),
        ("prep", select(staff.staff_pins.c.argon2id)),
        ("prep", select(orders.orders.c.id)),
        ("prep", insert(orders.orders).values(id="x" * 26)),
        ("till", delete(orders.orders)),
        ("till", update(orders.orders).values(total_minor=0)),
        ("till", select(payments.payments.c.id)),
        ("till", update(menu.menu_items).values(name="Free beer")),
        ("till", delete(ledger.replica_changes)),
        ("expediter", insert(payments.payments).values(id="x" * 26)),
        ("expediter", update(menu.menu_items).values(remaining=99)),
        ("manager", insert(payments.payments).values(id="x" * 26)),
        ("manager", delete(menu.menu_items)),
        ("replica", update(menu.menu_items).values(name="Free beer")),
        *((role, update(ledger.audit_events).values(body="{}")) for role in ROLES),
        *((role, delete(ledger.audit_events)) for role in ROLES),
    ],
)
def test_what_a_role_may_not_is_refused(granted, role, statement):
    with granted.logged_in(role) as engine:
        with pytest.raises(DataError, match=FORBIDDEN), writing(engine) as conn:
            conn.execute(statement)
        with reading(engine) as conn:
            conn.scalar(text("SELECT version_num FROM alembic_version"))


@on_server
@pytest.mark.parametrize("role", STATIONS)
def test_a_stations_own_check_finds_nothing_wrong(granted, role):
    assert [one for one in examine(granted.url_of(role)) if one.verdict == "wrong"] == []


@on_server
def test_a_second_run_changes_no_password_and_renew_does(granted):
    again = granted.make()
    assert [one.password for one in again] == [None] * len(ROLES)
    with granted.link("prep") as link:
        before, old = link.version(), granted.url_of("prep")
    (new,) = granted.make(["prep"], renew=True)
    assert new.password not in {None, old.password}
    refused = Master(old, "prep")
    with pytest.raises(DataError) as caught:
        refused.version()
    assert old.password not in str(caught.value)
    for role in ("prep", "till"):
        with granted.link(role) as link:
            assert link.version()
    with granted.link("prep") as link:
        assert link.version() == before


@on_server
@pytest.mark.parametrize(
    ("role", "right", "statement"),
    [
        ("prep", Right("SELECT", "payments"), select(payments.payments.c.id)),
        ("till", Right("DELETE", "orders"), delete(orders.orders).where(orders.orders.c.id == "")),
        # It keeps some columns of this table.
        (
            "till",
            Right("UPDATE", "menu_items"),
            update(menu.menu_items).where(menu.menu_items.c.id == "").values(name=""),
        ),
    ],
)
def test_a_right_that_was_granted_by_hand_is_taken_back(granted, day, role, right, statement, monkeypatch):
    granted.by_hand(f"GRANT {right.verb} ON {right.table} TO {role_name(role)}")
    with granted.logged_in(role) as engine, writing(engine) as conn:
        conn.execute(statement)
    if not granted.lists_permissions:
        monkeypatch.setattr(grants, "_granted", lambda _, name: {right} if name == role_name(role) else set())
    make_roles(granted.engine, [role])
    with granted.logged_in(role) as engine:
        with pytest.raises(DataError, match=FORBIDDEN), writing(engine) as conn:
            conn.execute(statement)
        with writing(engine) as conn:
            conn.execute(
                update(menu.menu_items).where(menu.menu_items.c.id == day.item("Cola").id).values(sold_out=False)
            )


def everyday(link, role, day, folder):
    """Whoever came, what is sold out, a fact about nobody, and the catalogue."""
    cola, amina = day.item("Cola").id, day.shop.staff[0].id
    assert link.snapshot(folder / "snapshot.db")
    facts = [
        StaffSeen(staff=amina, what="login"),
        SoldOut(item=cola, sold_out=True),
        SoldOut(item=day.id("stranger"), sold_out=True),
        StaffSeen(staff=day.id("nobody"), what="login"),
        StaffSeen(staff=amina, what="refused", how="pin", why="wrong"),
        StaffSeen(staff=amina, what="approved", how="wallet", permission="token.void"),
    ]
    entries = [day.entry(30 + place, one, name=role) for place, one in enumerate(facts)]
    stored = link.store(STATIONS[role], entries)
    assert (stored.new, len(stored.refused)) == (6, 2)
    assert link.store(STATIONS[role], entries).new == 0
    assert link.snapshot(folder / "snapshot.db", upon=True) == link.version()


def test_the_logins_are_called_as_the_manual_says():
    assert [login_name(role) for role in ROLES] == [
        "station_till",
        "station_prep",
        "station_expediter",
        "station_manager",
        "station_replica",
    ]


@pytest.mark.parametrize("role", ROLES)
def test_the_script_has_every_right_once_and_a_variable_for_the_password(role):
    lines = list(script([role]))
    name = login_name(role)
    granting = [line for line in lines if line.startswith("GRANT ")]
    told = {_right_in(line, role) for line in granting if "VIEW DEFINITION" not in line}
    assert told == set(rights_of(role))
    assert len(granting) == len(told) + (role in {"replica", "manager"})
    assert [line for line in lines if line not in granting] == [
        f"-- {role}",
        f"CREATE ROLE {role_name(role)}",
        f"CREATE LOGIN {name} WITH PASSWORD = '$({name}_password)'",
        f"CREATE USER {name} FOR LOGIN {name}",
        f"ALTER ROLE {role_name(role)} ADD MEMBER {name}",
    ]


def _right_in(line, role):
    tree = sqlglot.parse_one(line, dialect="tsql", error_level=sqlglot.ErrorLevel.RAISE)
    assert isinstance(tree, exp.Grant), line
    found = re.fullmatch(rf"GRANT (\w+) ON (\w+)(?: \((.+)\))? TO {role_name(role)}", line)
    return Right(found[1], found[2], tuple(found[3].split(", ")) if found[3] else ())


def test_the_script_is_written_whole_and_nothing_is_run(tmp_path):
    done = run(
        "grant", "till", "prep", "--script", str(tmp_path / "grants.sql"), "--url", "mssql+pyodbc://x@127.0.0.1:9/s"
    )
    assert done.exit_code == 0, done.output
    parts = (tmp_path / "grants.sql").read_text().split("\nGO\n")
    assert parts[0] == f"-- till\nCREATE ROLE {role_name('till')}"
    assert [part.removeprefix("-- prep\n") for part in parts[:-1]] == [
        *(f"-- till\n{line}" if not place else line for place, line in enumerate(list(script(["till"]))[1:])),
        *list(script(["prep"]))[1:],
    ]
    assert parts[-1] == ""


def test_a_new_password_is_long_and_of_every_class_and_needs_no_care_anywhere():
    made = [new_password() for _ in range(200)]
    assert len(set(made)) == 200
    for one in made:
        assert re.fullmatch(r"[A-Za-z0-9_-]{32}", one)
        assert all(re.search(kind, one) for kind in ("[0-9]", "[a-z]", "[A-Z]"))


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_an_embedded_master_has_no_logins_and_says_so(empty_engine, tmp_path):
    with pytest.raises(DataError, match="is an embedded master: whoever may open the file may do everything"):
        make_logins(f"sqlite:///{tmp_path}/master.db", ROLES, renew=False)


def test_a_role_that_does_not_exist_is_answered_with_those_that_do():
    error = run("grant", "nobody").exception
    assert isinstance(error, ConfigError)
    assert str(error) == "there is no role 'nobody'; the roles are till, prep, expediter, manager, replica"


@pytest.fixture
def made(monkeypatch):
    """What the command is told that it made."""
    logins = []
    monkeypatch.setattr(commands, "make_logins", lambda _url, _roles, *, renew: logins)
    return logins


def run(*words):
    return CliRunner().invoke(cli.app, ["master", *words])


def kept(made, path, *logins):
    made[:] = logins
    return run("grant", "--logins", str(path), "--url", "sqlite:///x.db")


def test_new_passwords_are_in_a_file_for_its_owner_only_and_nowhere_else(made, tmp_path):
    path = tmp_path / "logins.json"
    done = kept(made, path, Login("till", "station_till", "Geheim-1", 50), Login("prep", "station_prep", None, 43))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"till": {"user": "station_till", "master_password": "Geheim-1"}}
    assert "Geheim" not in done.output
    assert "as it was" in done.output
    assert [one.name for one in tmp_path.iterdir()] == ["logins.json"]


def test_what_the_file_held_of_other_roles_stays_and_its_rights_are_mended(made, tmp_path):
    path = tmp_path / "logins.json"
    path.write_text(json.dumps({"prep": {"user": "station_prep", "master_password": "Alt"}}))
    path.chmod(0o644)
    kept(made, path, Login("till", "station_till", "Geheim-1", 50))
    assert set(json.loads(path.read_text())) == {"till", "prep"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept(made, path, Login("prep", "station_prep", "Neu-2", 43))
    assert json.loads(path.read_text())["prep"]["master_password"] == "Neu-2"


def test_a_run_without_new_passwords_leaves_no_file(made, tmp_path):
    assert kept(made, tmp_path / "logins.json", Login("till", "station_till", None, 50)).exit_code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content"), [("logins.json", "no json"), ("logins.json", "[1]"), ("none/l.json", None)]
)
def test_a_place_that_cannot_take_the_passwords_is_refused_before_any_is_made(name, content, monkeypatch, tmp_path):
    def never(*_, **__):
        pytest.fail("passwords were made that nobody can keep")

    monkeypatch.setattr(commands, "make_logins", never)
    if content is not None:
        (tmp_path / name).write_text(content)
    error = run("grant", "--logins", str(tmp_path / name), "--url", "sqlite:///x.db").exception
    assert isinstance(error, DataError)
    assert "--logins" in str(error)
    if content is not None:
        assert (tmp_path / name).read_text() == content


def test_a_login_that_the_server_refuses_shows_its_password_nowhere(monkeypatch):
    said = ("42000", "[42000] [FreeTDS][SQL Server]Password validation failed. (15118) (SQLExecDirectW)")

    class Refusing:
        dialect = open_engine("mssql+pyodbc://sa@127.0.0.1/station").dialect

        def execute(self, statement):
            raise DBAPIError(str(statement), {}, RuntimeError(*said))

    @contextmanager
    def refusing(_engine):
        yield Refusing()

    monkeypatch.setattr(grants, "new_password", lambda: "Geheim-1")
    monkeypatch.setattr(grants, "_principals", lambda *_: set())
    monkeypatch.setattr(grants, "reading", refusing)
    monkeypatch.setattr(grants, "outside_transactions", refusing)
    engine = open_engine("mssql+pyodbc://sa@127.0.0.1/station")
    with pytest.raises(DataError, match="Password validation failed") as caught:
        grants._make_logins(engine, ["till"], renew=False)
    told = "".join(traceback.format_exception(caught.value))
    assert "Geheim" not in told
    assert "WITH PASSWORD" not in told
    assert (caught.value.__context__, caught.value.__cause__) == (None, None)
