"""`station replica …` as a user types it, between a real master and a real MariaDB."""

import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.engine import URL

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import MASTER_KINDS
from replica.conftest import make_both, masters, replica_url  # noqa: F401 - fixtures

from station import cli
from station.data.ids import derived_ulid
from station.data.replica_tables import in_replica
from station.data.tables import menu, orders, shop
from station.local.status import ReplicaStatus, write_status

ITEMS, ORDERS = menu.menu_items, orders.orders
THERE = in_replica(ITEMS)


class User:
    """Types commands about one master and one replica; `said` and `complained` is what came of the last."""

    def __init__(self, both, monkeypatch, capsys):
        self.both, self._monkeypatch, self._capsys = both, monkeypatch, capsys
        self.said = self.complained = ""
        master = both.master
        if isinstance(master, URL):
            monkeypatch.setenv("STATION_MASTER_PASSWORD", master.password)
            master = master._replace(password=None).render_as_string()
        self.master = ["--url", str(master)]
        self.ends = [*self.master, "--replica-url", both.typed]
        monkeypatch.setenv("STATION_REPLICA_PASSWORD", both.replica.password)
        monkeypatch.setenv("STATION_HOME", "/nowhere")
        # Nothing is under way here that a command would have to wait for.
        monkeypatch.setattr("station.commands.replica.time", SimpleNamespace(sleep=lambda _: None))

    def types(self, command, *words, ends=None):
        """Gives the exit status."""
        argv = ["station", "replica", command, *(self.ends if ends is None else ends), *words]
        self._monkeypatch.setattr(sys, "argv", argv)
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, self.complained = self._capsys.readouterr()
        self.said = out if "--json" in words else re.sub(r"\s+", " ", out)
        assert self.both.replica.password not in out + self.complained
        return ended.value.code or 0


@pytest.fixture
def both(make_both, request):  # noqa: F811 - the fixture above
    return make_both(getattr(request, "param", "sqlite"))


@pytest.fixture
def user(both, monkeypatch, capsys):
    return User(both, monkeypatch, capsys)


@pytest.fixture
def filled(both):
    both.fill()
    return both


of_each_kind = pytest.mark.parametrize("both", MASTER_KINDS, indirect=True)


@of_each_kind
def test_run_fills_the_replica_and_then_brings_what_changed(user, both):
    assert user.types("run", "--once") == 0
    assert "The replica has all that the master has." in user.said
    assert both.equal()
    both.setting("now", "1")
    both.rename_item("Cola", "Kola")
    both.write(delete(shop.station_settings).where(shop.station_settings.c.name == "now"))
    assert user.types("run", "--once") == 0
    assert "3 changes: 1 rows written, 1 taken away" in user.said
    assert both.equal()


@of_each_kind
def test_status_tells_both_sides_for_people_and_for_programs(user, both):
    assert user.types("status") == 0
    assert "has no tables yet; `station replica run` brings it up to date" in user.said
    user.types("run", "--once")
    both.rename_item("Cola", "Kola")
    both.add_orders(3)
    assert user.types("status") == 0
    assert "Replica of De Pan" in user.said
    assert "orders 3 0 3" in user.said
    assert "4 changes wait in the queue." in user.said
    assert user.types("status", "--json") == 0
    told = json.loads(user.said)
    assert told.keys() == {"shop", "queue", "first_copy_done", "problem", "pump", "tables"}
    assert (told["queue"], told["first_copy_done"], told["problem"], told["pump"]) == (4, True, "", "")
    assert {"table": "orders", "master": 3, "replica": 0} in told["tables"]
    assert len(told["tables"]) == 48


def test_status_without_the_replica_still_tells_what_waits(user, filled):
    filled.rename_item("Cola", "Kola")
    gone = filled.replica.set(port=1)._replace(password=None).render_as_string()
    ends = [*user.master, "--replica-url", gone]
    assert user.types("status", ends=ends) == 0
    assert "cannot be reached" in user.said
    assert "1 changes wait in the queue." in user.said
    assert user.types("status", "--json", ends=ends) == 0
    told = json.loads(user.said)
    assert ("cannot be reached" in told["problem"], told["queue"], told["tables"]) == (True, 1, [])


@of_each_kind
def test_verify_proves_that_both_are_equal_or_mends_what_is_not(user, filled):
    assert user.types("verify") == 0
    rows = int(re.search(r"Equal: (\d+) rows in 48 tables", user.said)[1])
    assert rows > 1500
    filled.on_replica(delete(THERE).where(THERE.c.name == "Cola"))
    filled.on_replica(update(THERE).where(THERE.c.name == "Chips").values(sold_out=True))
    assert user.types("verify") == 1
    assert "menu_items 1 0 1" in user.said
    assert "All of it was mended" in user.said
    assert user.types("verify", "--json") == 0
    assert json.loads(user.said) == {"equal": True, "rows": rows, "mended": False, "differing": []}
    assert filled.equal()


def test_verify_without_repair_only_tells(user, filled):
    cola = filled.there(ITEMS, THERE.c.name == "Cola")[0].id
    filled.on_replica(delete(THERE).where(THERE.c.id == cola))
    for _ in range(2):
        assert user.types("verify", "--no-repair", "--json") == 1
        told = json.loads(user.said)
        assert (told["equal"], told["mended"]) == (False, False)
        assert told["differing"] == [{"table": "menu_items", "missing": [cola], "extra": [], "changed": []}]
    assert user.types("verify", "--no-repair") == 1
    assert "Nothing was changed." in user.said


def test_verify_beside_a_running_pump_leaves_the_mending_to_it(user, filled):
    filled.on_replica(delete(THERE).where(THERE.c.name == "Cola"))
    with filled.pumping() as pump:
        assert user.types("verify") == 1
        assert "All of it was put into the queue; the running pump mends it." in user.said
        assert pump.pump().written == 1
    assert filled.equal()


def test_verify_needs_a_first_copy(user, both):
    assert user.types("verify") == 1
    assert user.complained == "station: the first copy is not complete: run `station replica run` first\n"


def test_a_second_pump_says_who_it_waits_for(user, filled):
    with filled.pumping():
        for command in (["run", "--once"], ["rebuild"]):
            assert user.types(*command) == 1
            assert "another program is the pump of the database" in user.complained


@of_each_kind
def test_rebuild_makes_the_replica_equal_to_this_master(user, filled):
    filled.add_orders(3)
    filled.fill()
    row = filled.there(ORDERS)[0]._mapping
    for name in ("one", "two"):
        strange = derived_ulid(row["placed_at"].replace(year=2028), name)
        filled.on_replica(insert(in_replica(ORDERS)).values({**row, "id": strange}))
    filled.on_replica(update(THERE).values(name="of another master"))
    for command in (["run", "--once"], ["verify"]):
        assert user.types(*command) == 1
        assert "`station replica rebuild` then makes the replica equal to this master" in user.complained
    assert user.types("rebuild") == 0
    assert "equal to this master; 2 rows that only it had were taken away." in user.said
    assert filled.equal()


def test_rebuild_does_not_touch_another_shop(user, filled):
    row = filled.there(shop.shops)[0]._mapping
    other = {**row, "shop_id": "z" * 26, "id": "z" * 26, "name": "De Pan Zuid"}
    filled.on_replica(insert(in_replica(shop.shops)).values(other))
    assert user.types("rebuild") == 1
    assert "holds the shop 'De Pan Zuid', not 'De Pan'" in user.complained


@of_each_kind
def test_off_and_on(user, filled):
    filled.rename_item("Cola", "Kola")
    assert user.types("off", ends=user.master) == 0
    assert (filled.waiting(), "the queue is empty" in user.said) == (0, True)
    filled.rename_item("Chips", "Crisps")
    assert filled.waiting() == 0
    assert user.types("run", "--once") == 1
    assert "turn that on with: station replica on" in user.complained
    assert user.types("on", ends=user.master) == 0
    assert "a replica needs a new first copy: station replica rebuild" in user.said
    assert user.types("on", ends=user.master) == 0
    assert "It is on." in user.said
    assert user.types("rebuild") == 0
    assert filled.equal()


def test_a_password_stands_in_no_command(user, filled, monkeypatch):
    typed = filled.replica.render_as_string(hide_password=False)
    assert user.types("run", "--once", ends=[*user.master, "--replica-url", typed]) == 1
    assert "leave it out and set STATION_REPLICA_PASSWORD" in user.complained
    monkeypatch.setenv("STATION_REPLICA_PASSWORD", "wrong")
    assert user.types("run", "--once") == 1
    assert user.complained.endswith("refused the login: the user or the password is wrong\n")
    monkeypatch.delenv("STATION_REPLICA_PASSWORD")
    assert user.types("run", "--once") == 1
    assert "refused the login" in user.complained


def test_with_no_replica_named_it_says_how(user):
    for command in (["run", "--once"], ["status"], ["verify"], ["rebuild"]):
        assert user.types(*command, ends=user.master) == 1
        assert "no replica is named: give --replica-url" in user.complained


def test_a_station_knows_its_replica(user, both, tmp_path, monkeypatch):
    monkeypatch.delenv("STATION_REPLICA_PASSWORD")
    address = both.replica
    replica = {"host": "127.0.0.1", "port": address.port, "user": address.username, "ca": address.query["ca"]}
    config = {"code": "pass1", "role": "expediter", "share": {"kind": "directory", "path": "/floor"}}
    config |= {"master": both.master, "replica": {**replica, "database": address.database}}
    (tmp_path / "station.json").write_text(json.dumps(config))
    (tmp_path / "secrets.json").touch(mode=0o600)
    (tmp_path / "secrets.json").write_text(json.dumps({"token_key": "ab" * 32, "replica_password": address.password}))
    home = ["--home", str(tmp_path)]
    assert user.types("run", "--once", ends=home) == 0
    (tmp_path / "run").mkdir()
    write_status(tmp_path / "run" / "replica.json", ReplicaStatus(state="copying", copied=3, to_copy=9))
    assert user.types("status", ends=home) == 0
    assert "The pump of this station: copying, 3 of 9 rows copied" in user.said
    assert user.types("verify", ends=home) == 0
    assert both.equal()
