"""The harming proxy between a real client and a real server: each harm is what its name says, and happens once."""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest

from station.demo.mariadb import PrivateMariaDB

sys.path.insert(0, str(Path(__file__).parent))

from proxy import Proxy

LOST = (pymysql.err.OperationalError, pymysql.err.InterfaceError)


@pytest.fixture
def proxy(mariadb: PrivateMariaDB) -> Iterator[Proxy]:
    before = threading.active_count()
    with Proxy(mariadb.port) as made:
        yield made
    assert threading.active_count() == before


@pytest.fixture(scope="module")
def database(mariadb: PrivateMariaDB) -> str:
    mariadb.create_database("proxied")
    return "proxied"


@pytest.fixture
def connect(mariadb: PrivateMariaDB, database: str) -> Iterator[Callable[..., pymysql.Connection]]:
    opened: list[pymysql.Connection] = []

    def make(port: int, **more) -> pymysql.Connection:
        connection = pymysql.connect(
            host="127.0.0.1",
            port=port,
            user=mariadb.user,
            password=mariadb.password,
            database=database,
            autocommit=True,
            ssl_ca=str(mariadb.ca),
            ssl_verify_identity=True,
            **more,
        )
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        if connection.open:
            connection.close()


@pytest.fixture
def rows(mariadb: PrivateMariaDB, connect) -> Callable[[], int]:
    """How many rows the table has, asked of the server itself."""
    direct = connect(mariadb.port)
    direct.query("CREATE OR REPLACE TABLE t (n INT PRIMARY KEY)")

    def count() -> int:
        with direct.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM t")
            return cursor.fetchone()[0]

    return count


def soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 5
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


def test_untouched_it_passes_and_counts(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    proxy.reset()
    for n in range(5):
        connection.query(f"INSERT INTO t VALUES ({n})")
    assert proxy.requests == rows() == 5
    with connection.cursor() as cursor:
        cursor.execute("SELECT LENGTH(%s), REPEAT('x', 3000000)", ("y" * 3_000_000,))
        length, much = cursor.fetchone()
    assert length == len(much) == 3_000_000


def test_cut_before_means_that_it_did_not_happen(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    proxy.cut_before(2)
    connection.query("INSERT INTO t VALUES (1)")
    assert proxy.planned
    with pytest.raises(LOST):
        connection.query("INSERT INTO t VALUES (2)")
    assert not proxy.planned
    time.sleep(0.1)
    assert rows() == 1
    connect(proxy.port).query("INSERT INTO t VALUES (3)")
    assert rows() == 2


def test_cut_after_means_that_it_happened_though_the_client_was_not_told(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    proxy.cut_after(2)
    connection.query("INSERT INTO t VALUES (1)")
    with pytest.raises(LOST):
        connection.query("INSERT INTO t VALUES (2)")
    assert soon(lambda: rows() == 2)
    connect(proxy.port).query("INSERT INTO t VALUES (3)")
    assert rows() == 3


def test_cut_after_does_not_wait_for_a_slow_answer(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    proxy.cut_after(1)
    began = time.monotonic()
    with pytest.raises(LOST):
        connection.query("INSERT INTO t SELECT 1 + SLEEP(1)")
    assert time.monotonic() - began > 0.25
    assert rows() == 0
    assert soon(lambda: rows() == 1)


def test_a_cut_is_a_reset(proxy: Proxy) -> None:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        assert client.recv(4096)
        proxy.cut_before(1)
        client.sendall(b"anything")
        with pytest.raises(ConnectionResetError):
            client.recv(4096)


def test_a_stall_makes_a_client_give_up_and_what_it_sent_arrives_late(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port, read_timeout=1)
    proxy.stall()
    with pytest.raises(LOST, match="timed out"):
        connection.query("INSERT INTO t VALUES (1)")
    with pytest.raises(LOST):
        connect(proxy.port, read_timeout=1)
    assert rows() == 0
    proxy.resume()
    assert soon(lambda: rows() == 1)
    connect(proxy.port, read_timeout=1).query("INSERT INTO t VALUES (2)")
    assert rows() == 2


def test_a_stall_that_ends_in_time_harms_nobody(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port, read_timeout=5)
    proxy.stall()
    timer = threading.Timer(0.2, proxy.resume)
    timer.start()
    connection.query("INSERT INTO t VALUES (1)")
    timer.join()
    assert rows() == 1


def test_refused_connections_end_at_once_and_so_do_those_that_stood(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    proxy.refuse()
    with pytest.raises(LOST):
        connection.query("INSERT INTO t VALUES (1)")
    with pytest.raises(LOST):
        connect(proxy.port)
    proxy.resume()
    connect(proxy.port).query("INSERT INTO t VALUES (2)")
    assert rows() == 1


def test_a_delay_is_paid_both_ways(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    proxy.delay_s = 0.1
    began = time.monotonic()
    connection.query("INSERT INTO t VALUES (1)")
    assert time.monotonic() - began >= 0.2


def test_a_cut_frees_a_connection_whose_client_does_not_read(proxy: Proxy, connect, rows) -> None:
    connection = connect(proxy.port)
    connection._execute_command(0x03, "SELECT REPEAT('x', 12000000)")
    time.sleep(0.2)
    proxy.refuse()
    assert proxy._connections == set()


def test_a_server_that_went_away_is_a_cut_and_one_that_came_back_is_found(
    proxy: Proxy, connect, rows, mariadb: PrivateMariaDB
) -> None:
    connection = connect(proxy.port)
    mariadb.kill()
    try:
        with pytest.raises(LOST):
            connection.query("INSERT INTO t VALUES (1)")
        with pytest.raises(LOST):
            connect(proxy.port)
    finally:
        mariadb.start()
    connect(proxy.port).query("INSERT INTO t VALUES (1)")


def test_many_clients_are_cut_one_at_a_time(proxy: Proxy, connect, rows) -> None:
    connections = [connect(proxy.port) for _ in range(8)]
    proxy.reset()
    proxy.cut_before(20)
    failed = []

    def work(number: int) -> None:
        for n in range(10):
            try:
                connections[number].query(f"INSERT INTO t VALUES ({number * 10 + n})")
            except LOST:
                failed.append(n)
                return

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(failed) == 1
    assert rows() == 70 + failed[0]
    assert proxy.requests == 71 + failed[0]
