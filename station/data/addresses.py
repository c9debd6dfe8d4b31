"""Where a station's master and replica are, as the configuration says it, with their passwords: nobody prints these."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from station.config import Settings
from station.errors import ConfigError

Address = URL


def address(text: str) -> Address:
    """Raises ConfigError when the text is no database's address."""
    try:
        return make_url(text)
    except ArgumentError as error:
        shown = text.rsplit("@", maxsplit=1)[-1]
        raise ConfigError(
            f"{shown!r} is no database address: write e.g. mssql+pyodbc://NAME@HOST:1433/station, or sqlite:///FILE"
        ) from error


def wants_password(where: Address) -> bool:
    """Whether it names a user and no password."""
    return where.username is not None and where.password is None


def is_embedded(where: Address) -> bool:
    """Whether it is a file of this machine."""
    return where.get_backend_name() == "sqlite"


def master_of(settings: Settings) -> Address:
    master = settings.master
    if isinstance(master, str):
        return make_url(master)
    return URL.create(
        "mssql+pyodbc",
        master.user,
        settings.master_password or None,
        master.host,
        master.port,
        master.database,
        query={"driver": master.driver, "tls": master.tls, "ca": master.ca},
    )


def pumped_master_of(settings: Settings) -> Address:
    """The master as the pump reads it: on SQL Server under a login of its own, with rights that no station has."""
    where = master_of(settings)
    if isinstance(settings.master, str) or settings.replica is None:
        return where
    return where.set(username=settings.replica.master_user, password=settings.pump_password or "")


def replica_of(settings: Settings) -> Address:
    """Raises ConfigError when the station is told of none."""
    replica = settings.replica
    if replica is None:
        raise ConfigError(
            f"{settings.home / 'station.json'} names no replica; add"
            ' "replica": {"host": "…", "user": "…", "database": "…"}, and replica_password to secrets.json'
        )
    return URL.create(
        "mysql+pymysql",
        replica.user,
        settings.replica_password or None,
        replica.host,
        replica.port,
        replica.database,
        query={"tls": replica.tls, "ca": replica.ca},
    )
