"""`station master …` as a manager types it: a shop's database from its making to its backup, and no password to be seen."""

import json
import os
import queue
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[1] / "data"))
from masters import MSSQL, MSSQL_URL, reachable
from sqlalchemy.engine import make_url
from tds_stub import TdsStub, hears, password_in, without_tls

from station import cli
from station.commands import addresses
from station.data import followed, migrate
from station.data.ids import derived_ulid
from station.data.session import APPLICATION_ID, open_engine, writing
from station.data.tables import SCHEMA_VERSION
from station.domain.facts import Entry, SoldOut, StaffSeen
from station.errors import ConfigError
from station.local.journal import Journal

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
STATION = Path(sys.executable).with_name("station")
SECRET = "geheim-und-lang-1"


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """No station's home, no master of this machine, an empty folder to work in."""
    monkeypatch.setenv("STATION_HOME", str(tmp_path / "nowhere"))
    monkeypatch.delenv("STATION_MASTER_URL", raising=False)
    monkeypatch.delenv("STATION_MASTER_PASSWORD", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/shop/master.db"


def station(*words, **environment):
    """The program itself."""
    return subprocess.run(
        [STATION, "master", *words], env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def typed(*words):
    """The same, quickly: within this process."""
    return CliRunner().invoke(cli.app, ["master", *words])


def said(text):
    return re.sub(r"\s+", " ", text)


def test_a_shops_database_from_its_making_to_its_backup(url, tmp_path):
    done = station("init", "--url", url)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"The master is ready: {tmp_path}/shop/master.db, 49 tables." in done.stdout
    seeded = station("seed", "--url", url, "--json")
    assert json.loads(seeded.stdout)["menu_items"] >= 40
    checked = station("check", "--url", url, "--json")
    assert checked.returncode == 0
    assert {one["verdict"] for one in json.loads(checked.stdout)} == {"ok"}
    assert station("upgrade", "--url", url).stdout == "Nothing to do: the schema is this program's already.\n"
    dry = station("upgrade", "--url", url, "--dry-run")
    assert dry.stdout == "-- nothing to do: the schema is this program's already\n"
    backed = station("backup", "--url", url, "--json")
    made = json.loads(backed.stdout)
    path = tmp_path / made["where"]
    assert (made["kind"], made["on"], made["size_bytes"]) == ("sqlite", "", path.stat().st_size)
    assert (path.parent, stat.S_IMODE(path.stat().st_mode)) == (tmp_path / "backups", 0o600)
    assert station("refused", "--url", url).stdout == "Nothing was refused.\n"
    again = station("check", "--url", f"sqlite:///{path}", "--json")
    assert (again.returncode, again.stdout) == (0, checked.stdout.replace(f"{tmp_path}/shop/master.db", str(path)))


def test_without_an_address_it_is_the_embedded_master_in_this_folder(tmp_path):
    assert typed("init").exit_code == 0
    assert typed("seed").exit_code == 0
    assert (tmp_path / "master.db").exists()
    assert "De Pan" in said(typed("check").output)


def test_a_stations_home_says_where_its_master_is(url, tmp_path):
    home = tmp_path / "till1"
    home.mkdir()
    share = {"kind": "directory", "path": str(tmp_path)}
    (home / "station.json").write_text(json.dumps({"code": "till1", "role": "till", "share": share, "master": url}))
    (home / "secrets.json").touch(mode=0o600)
    (home / "secrets.json").write_text(json.dumps({"token_key": "ab" * 32}))
    assert typed("init", "--home", str(home)).exit_code == 0
    assert (tmp_path / "shop" / "master.db").exists()
    assert not (tmp_path / "master.db").exists()


@pytest.fixture
def older(url, tmp_path):
    """A master as the first revision made it, with its address."""
    (tmp_path / "shop").mkdir()
    engine = open_engine(url, create=True)
    with writing(engine) as conn:
        config = migrate._config()
        config.attributes.update(connection=conn, transactional=True)
        command.upgrade(config, "0001")
        conn.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        conn.exec_driver_sql("PRAGMA user_version = 1")
    engine.dispose()
    return url


def test_an_older_master_is_upgraded_after_a_question_and_a_dry_run_shows_how(older, tmp_path):
    path = tmp_path / "shop" / "master.db"
    before = path.read_bytes()
    dry = typed("upgrade", "--url", older, "--dry-run")
    assert "CREATE" in dry.output
    assert path.read_bytes() == before
    refused = CliRunner().invoke(cli.app, ["master", "upgrade", "--url", older], input="n\n")
    assert refused.exit_code == 1
    assert "A backup first is a good idea" in refused.output
    assert path.read_bytes() == before
    assert "schema version 1" in typed("check", "--url", older).output
    done = typed("upgrade", "--url", older, "--yes")
    assert f"The schema went from version 1 to {SCHEMA_VERSION}; " in done.output
    assert typed("check", "--url", older).exit_code == 0


def test_a_missing_master_is_named_by_each_command_and_none_is_made(url, tmp_path):
    for words in (["seed"], ["upgrade", "--yes"], ["backup"], ["refused"]):
        done = station(*words, "--url", url)
        assert done.returncode == 1
        assert done.stderr == (
            f"station: the database {tmp_path}/shop/master.db is missing; make it with: station master init\n"
        )
    assert not (tmp_path / "shop").exists()


@pytest.mark.parametrize("words", [["check"], ["init"], ["backup"], ["refused"], ["grant", "till"], ["upgrade"]])
def test_a_password_in_an_address_is_refused_and_not_printed(words):
    done = typed(*words, "--url", f"mssql+pyodbc://sa:{SECRET}@127.0.0.1:1/station")
    assert isinstance(done.exception, ConfigError)
    assert "leave it out and set STATION_MASTER_PASSWORD" in str(done.exception)
    assert SECRET not in done.output + str(done.exception)


def test_the_program_does_not_print_it_either():
    done = station("check", "--url", f"mssql+pyodbc://sa:{SECRET}@127.0.0.1:1/station")
    assert done.returncode == 1
    assert SECRET not in done.stdout + done.stderr
    assert done.stderr.count("\n") == 1


def test_the_password_comes_from_the_environment_and_stands_on_no_command_line():
    logins = queue.Queue()
    with TdsStub(without_tls, hears(logins)) as stub:
        words = ["check", "--url", f"mssql+pyodbc://station_till@127.0.0.1:{stub.port}/station?Encrypt=no"]
        program = subprocess.Popen(
            [STATION, "master", *words],
            env={**os.environ, "STATION_MASTER_PASSWORD": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            login = logins.get(timeout=30)
            # It is in the middle of its work: this is what `ps` would show.
            shown = Path(f"/proc/{program.pid}/cmdline").read_bytes().decode().split("\0")
            assert password_in(login) == SECRET
            assert shown[-2:] == [words[-1], ""]
            assert not [one for one in shown if SECRET in one]
        finally:
            program.kill()
            output, _ = program.communicate()
    assert SECRET not in output


def test_a_password_is_asked_for_at_a_terminal_only(monkeypatch):
    where = "mssql+pyodbc://station_till@hub:1433/station"
    assert addresses.master_address(where).password is None
    asked = []
    monkeypatch.setattr(addresses.sys, "stdin", type("Terminal", (), {"isatty": staticmethod(lambda: True)}))
    monkeypatch.setattr(
        addresses.typer, "prompt", lambda text, *, hide_input: asked.append((text, hide_input)) or SECRET
    )
    assert addresses.master_address(where).password == SECRET
    monkeypatch.setenv("STATION_MASTER_PASSWORD", "another")
    assert addresses.master_address(where).password == "another"
    assert addresses.master_address("sqlite:///master.db").password is None
    assert asked == [("Password of station_till on hub", True)]


def test_an_address_in_the_environment_may_hold_its_password(monkeypatch):
    monkeypatch.setenv("STATION_MASTER_URL", f"mssql+pyodbc://station_till:{SECRET}@hub/station")
    assert addresses.master_address(None).password == SECRET
    monkeypatch.setenv("STATION_MASTER_URL", "mssql+pyodbc://station_till@hub/station")
    monkeypatch.setenv("STATION_MASTER_PASSWORD", SECRET)
    assert addresses.master_address(None).password == SECRET


@pytest.mark.parametrize("kind", [MSSQL])
def test_a_server_is_checked_with_the_password_of_the_environment(kind):
    where = reachable(make_url(MSSQL_URL))
    address = where._replace(password=None).render_as_string()
    done = station("check", "--json", "--url", address, STATION_MASTER_PASSWORD=where.password)
    found = {one["what"]: one["verdict"] for one in json.loads(done.stdout)}
    assert (found["network"], found["server"]) == ("ok", "ok")
    wrong = station("check", "--json", "--url", address, STATION_MASTER_PASSWORD=SECRET)
    assert (wrong.returncode, json.loads(wrong.stdout)[-1]["what"]) == (1, "login")
    assert SECRET not in wrong.stdout + wrong.stderr


def poisoned(url, count):
    """Facts about what nobody knows, brought by the till."""
    engine = open_engine(url)
    for number in range(count):
        fact = SoldOut(item=derived_ulid(NOW, "no", str(number)), sold_out=True)
        entry = Entry(seq=number + 1, id=derived_ulid(NOW, str(number)), fact=fact, staff=None, at=NOW)
        assert followed.store(engine, "till1", [entry]).refused
    engine.dispose()


def test_what_was_refused_is_listed_with_its_reason(url):
    typed("init", "--url", url)
    typed("seed", "--url", url)
    poisoned(url, 3)
    text = said(typed("refused", "--url", url).output)
    assert "Refused by the master" in text
    assert "till1 menu.sold_out no menu item" in text
    assert text.count("menu.sold_out") == 3
    rows = json.loads(typed("refused", "--url", url, "--json", "--limit", "2").output)
    assert len(rows) == 2
    assert set(rows[0]) == {"id", "station", "kind", "at", "why", "kept"}
    item = rows[0]["kept"]["fact"]["item"]
    assert (rows[0]["station"], rows[0]["kind"], rows[0]["why"]) == ("till1", "menu.sold_out", f"no menu item {item}")


def test_resend_brings_what_the_restored_master_lacks(url, tmp_path):
    home = tmp_path / "till1"
    (home / "data").mkdir(parents=True)
    share = {"kind": "directory", "path": str(tmp_path)}
    (home / "station.json").write_text(json.dumps({"code": "till1", "role": "till", "share": share, "master": url}))
    (home / "secrets.json").touch(mode=0o600)
    (home / "secrets.json").write_text(json.dumps({"token_key": "ab" * 32}))
    journal = Journal(home / "data" / "journal.db", "till1")
    for _ in range(3):
        journal.append(StaffSeen(what="refused"), None, NOW)
    journal.advance("link", 3)
    assert journal.cursor("link") == 3
    assert "TILL1 brings its 3 facts again" in typed("resend", "--home", str(home)).output
    assert journal.cursor("link") == 0
    journal.close()
