"""`station master check`: the first cause is named in plain words, and nobody waits long for it."""

import json
import socket
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MSSQL, drop_database
from tds_stub import TdsStub, falls_silent, refuses, talks_rubbish, with_tls, without_tls

from station import cli
from station.data import engines, examine
from station.data.replicated import turn_following
from station.data.server import make_database
from station.data.session import writing
from station.data.tables import SCHEMA_VERSION

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PLAIN = "?Encrypt=no"

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
on_server = pytest.mark.parametrize("engine", [MSSQL], indirect=True)


def found(url, **more):
    return {one.what: one for one in examine.examine(make_url(url), **more)}


def wrong(url):
    """The last finding, which is the one that ends the examination."""
    *before, last = examine.examine(make_url(url))
    assert [one.verdict for one in before] == ["ok"] * len(before)
    assert last.verdict == "wrong"
    return last


@pytest.fixture
def shop(engine, tmp_path):
    """The seeded master's address, as SQLite has it."""
    return f"sqlite:///{tmp_path}/master.db"


def at(port, more=""):
    return f"mssql+pyodbc://station_till:geheim@127.0.0.1:{port}/station{more}"


def test_a_driver_that_is_not_there_is_named_beside_those_that_are():
    last = wrong("mssql+pyodbc://x@127.0.0.1/station?driver=ODBC+Driver+99+for+SQL+Server")
    assert last.what == "driver"
    assert last.text.startswith("'ODBC Driver 99 for SQL Server' is not installed here (there is: ")
    assert "apt-get install tdsodbc" in last.text


def test_a_machine_that_nobody_knows_is_named():
    last = wrong("mssql+pyodbc://x@no-such-machine.invalid/station")
    assert (last.what, last.text) == (
        "network",
        "no machine is called 'no-such-machine.invalid': mend the address, or write its number",
    )


def test_a_closed_port_is_told_from_a_machine_that_does_not_answer(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    last = wrong(at(port))
    assert last.what == "network"
    assert last.text.startswith(f"nobody listens at 127.0.0.1:{port} (Connection refused): is SQL Server running")

    def no_answer(*_, **__):
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", no_answer)
    assert wrong(at(port)).text.startswith(f"127.0.0.1:{port} does not answer: is the central PC on")


def test_a_port_that_accepts_and_says_nothing_is_given_up_soon():
    began = time.monotonic()
    with TdsStub(falls_silent) as stub:
        last = wrong(at(stub.port))
    assert engines.CONNECT_S - 1 < time.monotonic() - began < 15
    assert last.what == "login"
    assert "did not answer in time, or the connection broke" in last.text


@pytest.mark.parametrize(
    ("steps", "more"),
    [
        ([falls_silent], PLAIN),
        ([with_tls, falls_silent], ""),
        ([with_tls, falls_silent], "?tls=verify"),
        ([without_tls, falls_silent], PLAIN),
    ],
)
def test_one_that_falls_silent_later_is_given_up_as_soon(steps, more, monkeypatch):
    monkeypatch.setattr(engines, "CONNECT_S", 1)
    began = time.monotonic()
    with TdsStub(*steps) as stub:
        last = wrong(at(stub.port, more))
    assert time.monotonic() - began < 8
    assert "did not answer in time, or the connection broke" in last.text


@pytest.mark.parametrize(
    "steps", [[without_tls, refuses((18456, "It got one."))], [with_tls, talks_rubbish], [talks_rubbish], []]
)
def test_a_server_that_cannot_encrypt_is_named_and_gets_no_password(steps):
    with TdsStub(*steps) as stub:
        last = wrong(at(stub.port))
    assert last.what == "encryption"
    assert last.text.startswith("somebody answers there, but no encrypted connection came about: it offers no TLS")


def test_rubbish_in_plain_text_is_not_called_a_lack_of_encryption():
    with TdsStub(talks_rubbish) as stub:
        assert "no connection in plain text came about" in wrong(at(stub.port, PLAIN)).text


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        ([(18456, "Login failed for user 'station_till'.")], "refused the login: the name or the password is wrong"),
        (
            [(18452, "The login is from an untrusted domain.")],
            "it takes Windows accounts only; allow SQL Server logins",
        ),
        ([(18470, "Reason: The account is disabled.")], "the account is disabled"),
        ([(18487, "Reason: The password of the account has expired.")], "its password has expired"),
        (
            [(4060, 'Cannot open database "station" requested by the login.'), (18456, "Login failed.")],
            "127.0.0.1:PORT does not exist there, or this login may not open it; make it with: station master init",
        ),
        # In whatever language it speaks: only the number counts.
        ([(18456, "Échec de la connexion de l'utilisateur.")], "refused the login: the name or the password is wrong"),
    ],
)
def test_what_a_server_says_to_a_login_is_said_in_plain_words(errors, sentence):
    with TdsStub(without_tls, refuses(*errors)) as stub:
        last = wrong(at(stub.port, PLAIN))
    assert last.what == "login"
    assert sentence.replace("PORT", str(stub.port)) in last.text
    assert "geheim" not in last.text


@on_sqlite
def test_a_healthy_master_is_fine_in_every_respect(shop):
    findings = found(shop)
    assert {one.verdict for one in findings.values()} == {"ok"}
    assert list(findings) == ["server", "schema", "shop", "file", "replica queue"]
    assert findings["schema"].text == f"49 tables in version {SCHEMA_VERSION}"
    assert findings["shop"].text == "De Pan; the business day 2026-11-23 is open"
    assert findings["replica queue"].text.endswith("changes wait for the replica")


@on_sqlite
@pytest.mark.parametrize(
    ("version", "mend"), [(SCHEMA_VERSION + 1, "update this station"), (SCHEMA_VERSION - 1, "station master upgrade")]
)
def test_another_schema_version_is_named_with_what_to_do(engine, shop, version, mend):
    with writing(engine) as conn:
        conn.exec_driver_sql(f"PRAGMA user_version = {version}")
    last = wrong(shop)
    assert f"schema version {version}, this program needs {SCHEMA_VERSION}" in last.text
    assert mend in last.text


@on_sqlite
@pytest.mark.parametrize("place", ["head", "end", "everything", "torn"])
def test_a_damaged_file_is_wrong_wherever_the_damage_is(shop, place, tmp_path):
    path = tmp_path / "master.db"
    raw = bytearray(path.read_bytes())
    match place:
        case "torn":
            del raw[len(raw) // 2 :]
        case "head":
            raw[100:4096] = b"\xa5" * 3996
        case "end":
            raw[-8192:] = b"\xa5" * 8192
        case _:
            raw[4096:] = b"\xa5" * (len(raw) - 4096)
    path.write_bytes(raw)
    bad = [one for one in found(shop).values() if one.verdict == "wrong"]
    assert len(bad) == 1
    assert "damaged" in bad[0].text
    assert "\n" not in bad[0].text


def test_what_is_missing_or_empty_is_told_apart(tmp_path):
    path = tmp_path / "master.db"
    assert wrong(f"sqlite:///{path}").text.endswith("is missing; make it with: station master init")
    path.touch()
    assert "none of a shop's" in wrong(f"sqlite:///{path}").text


@pytest.mark.parametrize("empty_engine", ["sqlite"], indirect=True)
def test_a_master_without_a_shop_is_a_warning(empty_engine, tmp_path):
    one = found(f"sqlite:///{tmp_path}/master.db")["shop"]
    assert (one.verdict, one.text) == ("warning", "it holds 0 shops; `station master seed` fills in a demo shop")


@on_sqlite
def test_a_queue_that_nobody_empties_is_a_warning(shop, monkeypatch):
    monkeypatch.setattr(examine, "LONG_QUEUE", 10)
    one = found(shop)["replica queue"]
    assert one.verdict == "warning"
    assert "changes wait for a replica; start its pump, or turn it off with: station replica off" in one.text


@on_sqlite
def test_triggers_that_are_off_are_fine_and_some_that_are_missing_are_not(engine, shop):
    with writing(engine) as conn:
        conn.exec_driver_sql("DROP TRIGGER tr_replica_orders_insert")
    one = found(shop)["replica queue"]
    assert (one.verdict, one.text) == (
        "warning",
        "1 triggers are missing, or this login may not see them; station replica on makes them",
    )
    turn_following(shop, on=False)
    assert found(shop)["replica queue"].text == "off: this shop has no replica"


@on_server
def test_a_server_is_examined_to_the_end_and_nothing_is_wrong(engine, masters):
    findings = found(masters.url("mssql"))
    assert {one.verdict for one in findings.values()} <= {"ok", "warning"}
    assert {"driver", "network", "server", "schema", "collation", "row versions", "replica queue", "clock"} <= set(
        findings
    )
    for what in ("driver", "network", "server", "schema", "shop", "replica queue"):
        assert findings[what].verdict == "ok"
    assert findings["schema"].text == f"49 tables in version {SCHEMA_VERSION}"


@on_server
@pytest.mark.parametrize(("off_s", "way"), [(30, "ahead of"), (-30, "behind")])
def test_a_clock_that_differs_from_the_servers_is_a_warning(engine, masters, off_s, way):
    one = found(masters.url("mssql"), now=lambda: datetime.now(UTC) + timedelta(seconds=off_s))["clock"]
    assert one.verdict == "warning"
    assert f"s {way} the central PC" in one.text


@on_server
def test_a_wrong_password_and_a_missing_database_are_named(engine, masters):
    url = masters.url("mssql")
    assert wrong(url.set(password="wrong")).what == "login"
    nowhere = wrong(url.set(database="station_test_nowhere"))
    assert nowhere.what in {"login", "database"}
    assert "station_test_nowhere" in nowhere.text


@on_server
def test_an_empty_database_is_told_how_to_be_filled(engine, masters):
    url = masters.url("mssql").set(database=f"station_test_empty_{time.time_ns() % 10**8}")
    assert make_database(url)
    try:
        last = wrong(url)
        assert (last.what, last.text) == (
            "schema",
            f"the database {url.database} on {url.host}:{url.port} is empty; make its tables with: station master init",
        )
    finally:
        drop_database(url)


@on_sqlite
def test_the_command_prints_an_object_each_and_its_status_tells(shop, tmp_path):
    good = CliRunner().invoke(cli.app, ["master", "check", "--json", "--url", shop])
    findings = json.loads(good.output)
    assert good.exit_code == 0
    assert all(set(one) == {"what", "verdict", "text"} for one in findings)
    assert {one["verdict"] for one in findings} == {"ok"}
    bad = CliRunner().invoke(cli.app, ["master", "check", "--json", "--url", f"sqlite:///{tmp_path}/none.db"])
    assert bad.exit_code == 1
    assert [one["verdict"] for one in json.loads(bad.output)] == ["wrong"]


@on_sqlite
def test_a_warning_alone_is_no_failure_and_each_finding_is_a_line(shop, monkeypatch):
    monkeypatch.setattr(examine, "LONG_QUEUE", 10)
    done = CliRunner().invoke(cli.app, ["master", "check", "--url", shop])
    assert done.exit_code == 0
    assert [line[0] for line in done.output.splitlines()] == ["✓", "✓", "✓", "✓", "!"]
