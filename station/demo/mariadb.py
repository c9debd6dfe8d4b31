"""A MariaDB server of one's own: on loopback, in a private folder, with one user, and nothing running when it stops.

Needs Debian's `mariadb-server-core` and `mariadb-client-core`, and `openssl` for TLS. Below its folder it keeps

    mariadb/data/        the databases, made once and kept from start to start
    mariadb/tls/         a private authority and the server's certificate, made once as well
    mariadb/server.log   what the server says

A commit is on the disk when it is answered, as in a shop. Used by the demo, the benchmarks and the tests.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from station.errors import StationError

USER: Final = "tester"
PASSWORD: Final = "floor-and-till"  # noqa: S105 - of a server on loopback that lives as long as its demo or test
_START_S: Final = 20.0
_STOP_S: Final = 20.0
_LONGEST_SOCKET: Final = 107
_DATABASE: Final = re.compile(r"[a-z0-9_]{1,40}")
_PACKAGES: Final = {"mariadbd": "mariadb-server-core", "mariadb": "mariadb-client-core", "openssl": "openssl"}


class PrivateMariaDB:
    """Starts at once and answers when it returns. With `tls` it also speaks TLS, as 127.0.0.1 and as localhost.

    The folder is kept when it stops. Raises StationError when a package is missing or the server does not start.
    """

    def __init__(self, folder: Path, port: int = 0, *, tls: bool = True) -> None:
        self._own = folder.resolve() / "mariadb"
        self._tls = tls
        self.port = port or _free_port()
        self.user = USER
        self.password = PASSWORD
        self._process: subprocess.Popen[bytes] | None = None
        self._socket = self._own / "sock"
        self._server = _program("mariadbd")
        self._client = _program("mariadb")
        (self._own / "tmp").mkdir(parents=True, exist_ok=True)
        if tls and not self.ca.exists():
            _certify(self.ca.parent)
        if not self._data.exists():
            self._install()
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    @property
    def ca(self) -> Path:
        """The certificate of the authority that signed the server's; there only with `tls`."""
        return self._own / "tls" / "ca.pem"

    def create_database(self, name: str) -> None:
        """An empty database in utf8mb4. Raises StationError when there is one already, or the name is none for it."""
        if not _DATABASE.fullmatch(name):
            raise StationError(f"{name!r} cannot be a database's name: use up to 40 of a-z, 0-9 and _")
        done = self._say(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        if done.returncode:
            raise StationError(f"The database {name} could not be made: {_sentence(done.stderr)}")

    def start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.kill()  # or what is left of one that died
        self._socket = _place_for_a_socket(self._own)
        files = [f"--socket={self._socket}", f"--pid-file={self._own / 'pid'}", f"--log-error={self._log}"]
        network = ["--bind-address=127.0.0.1", f"--port={self.port}"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._mariadbd(self._data), *files, *network, *self._tls_options(), *_SERVER],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Ends it in good order; connections are cut."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As if somebody had pulled its plug."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def _data(self) -> Path:
        return self._own / "data"

    @property
    def _log(self) -> Path:
        return self._own / "server.log"

    def _mariadbd(self, data: Path) -> list[str]:
        # As root it refuses to run unless told so by name; as anybody else it may not be told.
        root = ["--user=root"] if os.geteuid() == 0 else []
        return [self._server, "--no-defaults", *root, f"--datadir={data}", f"--tmpdir={self._own / 'tmp'}", *_MODEST]

    def _tls_options(self) -> list[str]:
        if not self._tls:
            return ["--skip-ssl"]
        tls = self.ca.parent
        return [f"--ssl-ca={self.ca}", f"--ssl-cert={tls / 'server.pem'}", f"--ssl-key={tls / 'server.key'}"]

    def _install(self) -> None:
        """What mariadb-install-db does, without help texts, and without its setting of owners below /usr/lib."""
        new = self._own / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        done = subprocess.run(
            [*self._mariadbd(new), *_BOOTSTRAP],
            input="\n".join([_BEFORE, *map(_system_sql, _SYSTEM), _AFTER]).encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise StationError(f"MariaDB's first tables could not be made in {new}: {_sentence(done.stderr)}")
        new.rename(self._data)

    def _say(self, sql: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [self._client, "--no-defaults", f"--socket={self._socket}", f"--user={USER}", f"--execute={sql}"],
            env={**os.environ, "MYSQL_PWD": PASSWORD},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def _wait_until_it_answers(self) -> None:
        """The socket is this server's own, and it opens after the port: so no other's answer is taken for this one's."""
        deadline = time.monotonic() + _START_S
        while self._say("DO 1").returncode:
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise StationError(f"mariadbd did not start: {_last_error(self._log)} ({self._log} tells more)")
            time.sleep(0.02)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if self._socket.parent != self._own:
            shutil.rmtree(self._socket.parent, ignore_errors=True)


def is_installed() -> bool:
    return all(map(_where, _PACKAGES))


def _where(program: str) -> str | None:
    # Debian's server lies in a folder that is on root's PATH only.
    return shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def _program(name: str) -> str:
    """Where it is. Raises StationError with the package to install."""
    found = _where(name)
    if found is None:
        raise StationError(f"The program {name} is missing; run: apt-get install {_PACKAGES[name]}")
    return found


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _place_for_a_socket(folder: Path) -> Path:
    """In the folder, or in a short one of its own: a socket's path has no room for more."""
    near = folder / "sock"
    return near if len(os.fsencode(near)) < _LONGEST_SOCKET else Path(tempfile.mkdtemp(prefix="mariadb-")) / "sock"


def _system_sql(name: str) -> str:
    """The tables that a server needs for itself, from its package; the files lost the name MySQL in MariaDB 11."""
    share = Path(_program("mariadbd")).parents[1] / "share" / "mysql"
    for path in (share / f"mariadb_{name}.sql", share / f"mysql_{name}.sql"):
        with suppress(FileNotFoundError):
            return path.read_text()
    raise StationError(f"{share} has no {name}.sql; run: apt-get install --reinstall mariadb-server-core")


def _certify(folder: Path) -> None:
    """A private authority and what it signs: this server's certificate. Whole or not there at all."""
    new = folder.with_name("tls.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700)
    (new / "openssl.cnf").write_text(_CERTIFICATES)
    for name, signed in (("ca", ()), ("server", ("-CA", "ca.pem", "-CAkey", "ca.key"))):
        _sign(new, name, signed)
    new.rename(folder)


def _sign(folder: Path, name: str, signed: Sequence[str]) -> None:
    files = ("-keyout", f"{name}.key", "-out", f"{name}.pem")
    done = subprocess.run(
        [_program("openssl"), *_REQUEST, "-subj", f"/CN=Private MariaDB {name}", "-extensions", name, *files, *signed],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise StationError(f"openssl made no certificate in {folder}: {_sentence(done.stderr)}")


def _sentence(said: bytes) -> str:
    """The line that tells what is wrong, of all that a program had to say."""
    lines = said.decode(errors="replace").split("\n")
    return next((line for line in lines if "error" in line.lower()), "it did not say why")


def _last_error(log: Path) -> str:
    """The very last is always "Aborting"."""
    errors = [line.partition("[ERROR] ")[2] for line in log.read_text(errors="replace").splitlines()]
    return next((text for text in reversed(errors) if text not in {"", "Aborting"}), "it did not say why")


# The log's size is part of the data: both the first tables and every start must name the same.
_MODEST: Final = (
    "--innodb-buffer-pool-size=128M",
    "--innodb-log-file-size=48M",
    "--aria-pagecache-buffer-size=8M",
    "--key-buffer-size=1M",
)
# What MySQL 8 has by default.
_STRICT: Final = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)
_SERVER: Final = (
    "--innodb-flush-log-at-trx-commit=1",
    "--character-set-server=utf8mb4",
    f"--sql-mode={_STRICT}",
    "--skip-name-resolve",
    "--skip-log-bin",
)
# Nothing is lost if the machine dies during these, so nothing is forced to the disk: a fifth of a second for one.
_BOOTSTRAP: Final = (
    "--bootstrap",
    "--silent-startup",
    "--log-warnings=0",
    "--enforce-storage-engine=",
    "--sync-frm=0",
    "--debug-no-sync",
)
_SYSTEM: Final = ("system_tables", "performance_tables", "system_tables_data")
# MariaDB's own root is let in by socket alone: without this line it would have no password on the port.
_BEFORE: Final = """\
CREATE DATABASE mysql;
USE mysql;
SET @auth_root_socket = 'root';
"""
_AFTER: Final = f"""
FLUSH PRIVILEGES;
CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';
GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'%' WITH GRANT OPTION;
"""
_REQUEST: Final = (
    *("req", "-x509", "-config", "openssl.cnf", "-days", "3650"),
    *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
)
_CERTIFICATES: Final = """\
[req]
distinguished_name = name
prompt = no
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""
