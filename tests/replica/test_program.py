"""What the pump refuses, and the real program: `python -m station.replica` under a station's home."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update

from station.data.ids import derived_ulid
from station.data.locks import Taken
from station.data.replica_tables import in_replica
from station.data.replicated import Ends, pumping, turn_following
from station.data.session import open_engine
from station.data.snapshot import build_snapshot
from station.data.tables import SCHEMA_VERSION, menu, orders, shop
from station.demo.mariadb import PrivateMariaDB
from station.errors import DataError
from station.local.status import ReplicaStatus, read_status
from station.replica.follow import Follower
from station.replica.plan import ELSEWHERE_S

ITEMS, ORDERS, PROFILES = menu.menu_items, orders.orders, shop.station_profiles


def _refusal(both, **more):
    with pytest.raises(DataError) as raised, both.pumping(**more):
        pass
    assert "\n" not in str(raised.value)
    assert str(both.replica.password) not in str(raised.value)
    return str(raised.value)


def test_a_replica_that_holds_another_shop_is_refused_unless_it_is_a_chains(filled):
    row = filled.there(shop.shops)[0]._mapping
    other = {**row, "shop_id": "z" * 26, "id": "z" * 26, "name": "De Pan Zuid"}
    filled.on_replica(insert(in_replica(shop.shops)).values(other))
    assert "holds the shop 'De Pan Zuid', not 'De Pan'" in _refusal(filled)
    assert "say in station.json that it is a chain's" in _refusal(filled, whatever_it_holds=True)
    filled.fill(chain=True)


def test_a_replica_that_followed_another_master_is_refused_until_it_is_rebuilt(filled):
    key = filled.add_orders(1)[0]
    filled.fill()
    row = filled.there(ORDERS)[0]._mapping
    unknown = derived_ulid(row["placed_at"].replace(year=2027), "unknown")
    filled.on_replica(insert(in_replica(ORDERS)).values({**row, "id": unknown}))
    assert f"holds an order ({unknown}) that this master does not know: it follows another master" in _refusal(filled)
    filled.fill(whatever_it_holds=True)
    assert filled.differing()["orders"].extra == (unknown,)
    assert [one.id for one in filled.here(ORDERS)] == [key]


def test_a_replica_of_a_newer_program_is_refused_and_one_of_an_older_is_brought_up_to_date(filled):
    def version(number):
        filled.on_replica(text("UPDATE alembic_version SET version_num = :number").bindparams(number=f"{number:04d}"))

    version(SCHEMA_VERSION + 1)
    assert f"has schema version {SCHEMA_VERSION + 1}, this program needs {SCHEMA_VERSION}" in _refusal(filled)
    ends = Ends(filled.master, filled.replica)
    assert "update this station" in ends.standing().problem
    version(1)
    assert "has schema version 1; `station replica run` brings it up to date" in ends.standing().problem
    filled.fill()
    assert ends.standing().problem == ""
    ends.close()
    assert filled.equal()


@pytest.mark.parametrize(("change", "mend"), [(1, "update this station"), (-1, "station master upgrade")])
@pytest.mark.parametrize("both", ["sqlite"], indirect=True)
def test_a_master_of_another_version_is_refused(both, change, mend):
    with sqlite3.connect(both.master.removeprefix("sqlite:///")) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + change}")
    assert mend in _refusal(both)


def test_a_master_whose_changes_nobody_follows_is_refused(both):
    turn_following(both.master, on=False)
    assert "are not followed; turn that on with: station replica on" in _refusal(both)
    turn_following(both.master, on=True)
    both.fill()
    assert both.equal()


def test_a_master_without_a_shop_is_refused(masters, tmp_path, replica_url):
    masters.empty("sqlite", tmp_path / "empty.db").dispose()
    with pytest.raises(DataError, match="holds no shop, but a replica follows one"):
        Ends(f"sqlite:///{tmp_path}/empty.db", replica_url())


@pytest.fixture
def sqlite(make_both):
    return make_both("sqlite")


def test_a_certificate_that_nobody_vouches_for_is_refused(sqlite, tmp_path, mariadb):
    other = PrivateMariaDB(tmp_path / "other")
    other.stop()
    assert "found no encrypted way to talk" in _refusal(sqlite, replica=sqlite.replica.set(query={"ca": str(other.ca)}))
    # This machine's own authorities do not know it either.
    assert "certificate verify failed" in _refusal(sqlite, replica=sqlite.replica.set(query={}))
    # The same address by a name that its certificate does not hold.
    assert "is not valid for '127.1'" in _refusal(sqlite, replica=sqlite.replica.set(host="127.1"))
    missing = sqlite.replica.set(query={"ca": str(tmp_path / "missing.pem")})
    assert "cannot be read" in _refusal(sqlite, replica=missing)


def test_a_server_without_tls_is_used_only_when_told_so(make_both, replica_url, tmp_path):
    server = PrivateMariaDB(tmp_path, tls=False)
    try:
        server.create_database("plain")
        address = replica_url(port=server.port, database="plain")
        both = make_both("sqlite", replica=address.set(query={"tls": "insecure"}))
        assert "SSL is required but the server doesn't support it" in _refusal(both, replica=address)
        both.fill()
        assert both.equal()
        assert "wrong" in _refusal(both, replica=both.replica.set(password="not this one"))
    finally:
        server.stop()


def test_insecure_is_plain_text_and_nothing_else_is(sqlite, mariadb):
    for query, cipher in (({"tls": "insecure"}, False), ({"ca": str(mariadb.ca)}, True)):
        engine = open_engine(sqlite.replica.set(query=query))
        with engine.connect() as conn:
            assert bool(conn.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).one()[1]) is cipher
        engine.dispose()
    with pytest.raises(DataError, match="no database address"):
        open_engine(sqlite.replica.set(query={"tls": "no"}))


def test_a_second_pump_stands_by_and_takes_over(filled, tmp_path):
    clock = [0.0]
    status = tmp_path / "replica.json"
    second = Follower(lambda: pumping(filled.master, filled.replica), status=status, monotonic=lambda: clock[0])
    with filled.pumping():
        with pytest.raises(Taken, match="another program is the pump of"), pumping(filled.master, filled.replica):
            pass
        assert second.step() == ELSEWHERE_S
        assert read_status(status, ReplicaStatus).state == "standby"
    clock[0] += ELSEWHERE_S
    filled.rename_item("Cola", "Kola")
    for _ in range(2):
        second.step()
    assert read_status(status, ReplicaStatus).state == "ok"
    assert filled.waiting() == 0
    second.close()
    filled.fill()


class Station:
    """A station's home with the real program."""

    def __init__(self, home, both, proxy, **changes):
        self.home, self.both = home, both
        (home / "data").mkdir(parents=True)
        replica = {
            "host": "127.0.0.1",
            "port": proxy.port,
            "user": both.replica.username,
            "ca": both.replica.query["ca"],
        }
        config = {
            "code": "pass1",
            "role": "expediter",
            "share": {"kind": "directory", "path": str(home / "floor")},
            "master": both.master,
            "replica": {**replica, "database": both.replica.database},
        }
        password = changes.pop("password", both.replica.password)
        self.write("station.json", {**config, **changes})
        self.write("secrets.json", {"token_key": "ab" * 32, "replica_password": password})
        self.snapshot()
        self.log = (home / "log").open("w+b")
        environment = {**os.environ, "STATION_HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "station.replica"], env=environment, stdout=self.log, stderr=self.log
        )

    def write(self, name, value):
        (self.home / name).touch(mode=0o600)
        (self.home / name).write_text(json.dumps(value))

    def snapshot(self):
        build_snapshot(self.both.engine, self.home / "data" / "snapshot.db")

    def status(self):
        return read_status(self.home / "run" / "replica.json", ReplicaStatus)

    def wait(self, state, limit_s=30.0):
        """Gives the states that were seen until then."""
        end, seen = time.monotonic() + limit_s, []
        while not seen or seen[-1] != state:
            assert time.monotonic() < end, (seen, self.said())
            now = self.status().state
            if not seen or seen[-1] != now:
                seen.append(now)
            time.sleep(0.002)
        return seen

    def said(self):
        return (self.home / "log").read_text()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=20) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


@pytest.fixture
def start(tmp_path, sqlite, proxy):
    begun = []

    def make(**changes):
        begun.append(Station(tmp_path / "pass1", sqlite, proxy, **changes))
        return begun[-1]

    yield make
    for one in begun:
        one.kill()


def test_the_program_copies_follows_survives_and_ends(start, sqlite, proxy):
    sqlite.add_orders(12_000)
    station = start()
    assert station.wait("ok") == ["starting", "copying", "ok"]
    command = Path(f"/proc/{station.process.pid}/cmdline").read_text()
    sqlite.rename_item("Cola", "Kola")
    _wait(lambda: sqlite.there(ITEMS, in_replica(ITEMS).c.name == "Kola"))
    proxy.refuse()
    sqlite.rename_item("Kola", "Cola")
    station.wait("away")
    away = station.status()
    assert away.since is not None
    assert (away.message.count("\n"), "replica_" in away.message) == (0, True)
    proxy.resume()
    station.wait("ok")
    _wait(lambda: not sqlite.waiting())
    station.end()
    for said in (station.said(), command):
        assert sqlite.replica.password not in said
    assert "Traceback" not in station.said()
    assert sqlite.equal()


def test_a_wrong_password_is_a_sentence_and_no_secret(start, sqlite):
    station = start(password="not-this-one")
    station.wait("away")
    assert station.status().message.endswith("refused the login: the user or the password is wrong")
    station.end()
    assert "not-this-one" not in station.said()
    assert station.said().count("replica=away") == 1


def test_a_station_that_is_not_asked_to_leaves_the_replica_alone(start, sqlite):
    sqlite.write(update(PROFILES).values(replica_pump=False))
    station = start()
    station.wait("off")
    assert station.status().message == "this station's profile does not ask for a pump"
    station.end()
    ends = Ends(sqlite.master, sqlite.replica)
    assert "has no tables yet" in ends.standing().problem
    ends.close()


def test_a_station_without_a_replica_says_what_to_add(start):
    station = start(replica=None)
    station.wait("off")
    assert 'names no replica; add "replica": {' in station.status().message


def _wait(come_true, limit_s=30.0):
    end = time.monotonic() + limit_s
    while not come_true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
