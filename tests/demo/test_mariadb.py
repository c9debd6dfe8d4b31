"""The private MariaDB, asked by a real client: what it promises to tests is true."""

from contextlib import closing
from pathlib import Path

import pymysql
import pytest
from ulid import ULID

from station.demo.mariadb import PrivateMariaDB
from station.errors import StationError


def connect(server: PrivateMariaDB, ca: Path, **more) -> pymysql.Connection:
    return pymysql.connect(
        host="127.0.0.1",
        port=server.port,
        user=server.user,
        password=server.password,
        ssl_ca=str(ca),
        ssl_verify_cert=True,
        ssl_verify_identity=True,
        **more,
    )


def ask(connection: pymysql.Connection, sql: str) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() or ()


@pytest.fixture
def database(mariadb: PrivateMariaDB) -> str:
    name = f"test_{ULID()}".lower()
    mariadb.create_database(name)
    return name


def test_it_answers_over_tls_that_its_authority_vouches_for(mariadb: PrivateMariaDB) -> None:
    with closing(connect(mariadb, mariadb.ca)) as connection:
        assert ask(connection, "SHOW STATUS LIKE 'Ssl_version'") == ("Ssl_version", "TLSv1.3")


def test_another_authority_is_refused(mariadb: PrivateMariaDB, tmp_path: Path) -> None:
    other = PrivateMariaDB(tmp_path)
    other.stop()
    with pytest.raises(pymysql.err.OperationalError, match="certificate verify failed"):
        connect(mariadb, other.ca)


def test_a_database_is_empty_and_takes_any_letter(mariadb: PrivateMariaDB, database: str) -> None:
    with closing(connect(mariadb, mariadb.ca, database=database)) as connection:
        assert ask(connection, "SHOW TABLES") == ()
        assert ask(connection, "SELECT @@character_set_database") == ("utf8mb4",)
        ask(connection, "CREATE TABLE t (name VARCHAR(5) NOT NULL)")
        ask(connection, "INSERT INTO t VALUES ('Crêpe'), ('🌶🌶')")
        assert ask(connection, "SELECT MAX(CHAR_LENGTH(name)), COUNT(*) FROM t WHERE name IN ('Crêpe', '🌶🌶')") == (5, 2)


def test_what_does_not_fit_is_refused_as_by_mysql_8(mariadb: PrivateMariaDB, database: str) -> None:
    with closing(connect(mariadb, mariadb.ca, database=database)) as connection:
        ask(connection, "CREATE TABLE t (name VARCHAR(3) NOT NULL)")
        with pytest.raises(pymysql.err.DataError, match="too long"):
            ask(connection, "INSERT INTO t VALUES ('Burger')")


def test_what_is_committed_survives_a_kill_and_what_is_not_does_not(mariadb: PrivateMariaDB, database: str) -> None:
    connection = connect(mariadb, mariadb.ca, database=database)
    ask(connection, "CREATE TABLE t (n INT PRIMARY KEY)")
    ask(connection, "INSERT INTO t VALUES (1)")
    connection.commit()
    ask(connection, "INSERT INTO t VALUES (2)")
    before = mariadb.pid
    mariadb.kill()
    with pytest.raises(pymysql.err.OperationalError):
        ask(connection, "SELECT 1")
    mariadb.start()
    assert mariadb.pid != before
    with closing(connect(mariadb, mariadb.ca, database=database)) as again:
        assert ask(again, "SELECT COUNT(*), MAX(n) FROM t") == (1, 1)


def test_a_folder_too_deep_for_a_socket_does_as_well_and_nothing_runs_when_it_stops(tmp_path: Path) -> None:
    server = PrivateMariaDB(tmp_path / "a folder with spaces" / ("and a name that is long " * 5).strip(), tls=False)
    pid, near = server.pid, server._socket.parent
    server.restart()
    with closing(
        pymysql.connect(host="127.0.0.1", port=server.port, user=server.user, password=server.password)
    ) as connection:
        assert ask(connection, "SELECT CURRENT_USER()") == ("tester@%",)
    server.stop()
    assert server.pid == 0
    assert not Path(f"/proc/{pid}").exists()
    assert not near.exists()
    assert not server._socket.exists()


def test_names_that_could_be_more_than_a_name_are_refused(mariadb: PrivateMariaDB, database: str) -> None:
    for name in ("", "Shop", "a`b", "a b", "a" * 41, "shop\n"):
        with pytest.raises(StationError, match="cannot be a database's name"):
            mariadb.create_database(name)
    with pytest.raises(StationError, match="database exists"):
        mariadb.create_database(database)


def test_a_port_that_is_taken_is_one_clear_sentence(mariadb: PrivateMariaDB, tmp_path: Path) -> None:
    with pytest.raises(StationError, match=r"^mariadbd did not start: .*port.*server\.log tells more\)$"):
        PrivateMariaDB(tmp_path, mariadb.port, tls=False)


def test_a_missing_program_names_its_package(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StationError, match="apt-get install mariadb-client-core"):
        PrivateMariaDB(tmp_path)
    assert list(tmp_path.iterdir()) == []
