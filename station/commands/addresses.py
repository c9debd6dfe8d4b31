"""Which master and which replica a command is about: an address that was typed, else the station's own.

A password never stands on a command line, where everybody can read it in the list of processes: it comes from the
environment, from secrets.json, or is asked for.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from station.config import Settings, home_of, load_settings
from station.data.addresses import Address, address, master_of, pumped_master_of, replica_of, wants_password
from station.errors import ConfigError

EMBEDDED = "sqlite:///master.db"

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="Where the master is, e.g. mssql+pyodbc://NAME@HOST:1433/station, or sqlite:///FILE. Without it: the one of"
        " the station in $STATION_HOME, else the embedded one, a file in this folder. No password in it: set"
        " STATION_MASTER_PASSWORD, or be asked.",
    ),
]
ReplicaUrl = Annotated[
    str | None,
    typer.Option(
        "--replica-url",
        help="Where the replica is: mysql+pymysql://NAME@HOST:3306/station?ca=FILE. Without it: the one of the station in"
        " $STATION_HOME. No password in it: set STATION_REPLICA_PASSWORD, or be asked.",
    ),
]


@dataclass(frozen=True, slots=True)
class Replicas:
    """Both ends. `chain`: the replica holds other shops too."""

    master: Address
    replica: Address
    chain: bool


def master_address(typed: str | None, home: Path | None = None) -> Address:
    """Raises ConfigError for an address with a password in it, or none at all."""
    if typed is not None:
        return _with_password(typed, "STATION_MASTER_PASSWORD")
    if "STATION_MASTER_URL" in os.environ:
        return _with_password(os.environ["STATION_MASTER_URL"], "STATION_MASTER_PASSWORD", trusted=True)
    where = home or home_of()
    if (where / "station.json").exists():
        return master_of(load_settings(where))
    return address(EMBEDDED)


def both_addresses(master: str | None, replica: str | None, home: Path | None = None) -> Replicas:
    """Raises ConfigError as `master_address` does, and when no replica is named anywhere."""
    settings = None
    where = home or home_of()
    if (where / "station.json").exists():
        settings = load_settings(where)
    chain = settings is not None and settings.replica is not None and settings.replica.chain
    if replica is not None:
        there = _with_password(replica, "STATION_REPLICA_PASSWORD")
        return Replicas(_pumped(master, home, settings), there, chain or "chain" in there.query)
    if settings is None:
        raise ConfigError(
            f"no replica is named: give --replica-url, or a station's home with one ({where} has no station.json)"
        )
    return Replicas(_pumped(master, home, settings), replica_of(settings), chain)


def _pumped(master: str | None, home: Path | None, settings: Settings | None) -> Address:
    """A master that was typed; else the station's, as its pump reads it."""
    if master is not None or "STATION_MASTER_URL" in os.environ or settings is None:
        return master_address(master, home)
    return pumped_master_of(settings)


def _with_password(typed: str, variable: str, *, trusted: bool = False) -> Address:
    where = address(typed)
    if where.password is not None and not trusted:
        raise ConfigError(
            f"the address holds a password, which everybody on this machine can read in `ps`: leave it out and set {variable}"
        )
    if not wants_password(where):
        return where
    password = os.environ.get(variable)
    if password is None and sys.stdin.isatty():
        password = typer.prompt(f"Password of {where.username} on {where.host}", hide_input=True)
    return where.set(password=password) if password else where
