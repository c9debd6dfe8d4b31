"""Where a station's master and replica are, as the configuration says it, with their passwords: nobody prints these."""

from sqlalchemy.engine import URL, make_url

from station.config import Settings
from station.errors import ConfigError


def master_of(settings: Settings) -> URL:
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


def replica_of(settings: Settings) -> URL:
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
