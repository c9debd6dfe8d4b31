"""A station's configuration: a mistake is one sentence that names the file, the field and the mend."""

import json
from pathlib import Path
from typing import Any

import pytest

from station.config import SmbShare, load_settings
from station.data.addresses import master_of, pumped_master_of, replica_of
from station.errors import ConfigError

STATION: dict[str, Any] = {
    "code": "grill1",
    "role": "prep",
    "share": {"kind": "smb", "host": "127.0.0.1", "port": 4455},
    "master": "sqlite:////srv/master.db",
}
SECRETS = {"token_key": "ab" * 32, "share_password": "pw"}


def home(tmp_path: Path, station: Any = STATION, secrets: Any = SECRETS, mode: int = 0o600) -> Path:
    (tmp_path / "station.json").write_text(station if isinstance(station, str) else json.dumps(station))
    private = tmp_path / "secrets.json"
    private.write_text(json.dumps(secrets))
    private.chmod(mode)
    return tmp_path


def test_a_station_knows_what_it_is(tmp_path: Path) -> None:
    settings = load_settings(home(tmp_path), {})
    assert (settings.code, settings.role, settings.headless) == ("grill1", "prep", True)
    assert isinstance(settings.share, SmbShare)
    assert settings.share.port == 4455
    assert not load_settings(tmp_path, {"DISPLAY": ":0"}).headless


def test_secrets_are_in_no_repr(tmp_path: Path) -> None:
    text = repr(load_settings(home(tmp_path), {}))
    assert "pw" not in text.split()
    assert "share_password" not in text
    assert "token_key" not in text


@pytest.mark.parametrize(
    ("station", "sentence"),
    [
        ({**STATION, "rol": "prep"}, "did you mean 'role'"),
        ({**STATION, "role": "pizza"}, r"Invalid enum value 'pizza' \(field role\)"),
        ({**STATION, "share": {**STATION["share"], "port": "445"}}, r"field share\.port"),
        ({**STATION, "share": {**STATION["share"], "hots": "pc"}}, "did you mean 'host'"),
        ({**STATION, "code": "Grill 1"}, "field code"),
        ({key: value for key, value in STATION.items() if key != "master"}, "missing required field `master`"),
        ('{\n"code": "grill1",\n"role" "prep"}', "line 3, is no valid JSON"),
        ("", "is no valid JSON"),
    ],
)
def test_a_mistake_is_named_with_its_mend(tmp_path: Path, station: Any, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as raised:
        load_settings(home(tmp_path, station), {})
    assert str(tmp_path / "station.json") in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_station_without_configuration_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not know what it is"):
        load_settings(tmp_path, {})


def test_a_master_and_a_replica_are_named_with_their_logins_and_no_password_shows(tmp_path: Path) -> None:
    master = {"kind": "mssql", "host": "192.0.2.10", "user": "station_prep", "tls": "verify", "ca": "/data/ca.pem"}
    replica = {"host": "db.example.net", "user": "shop12"}
    passwords = {"master_password": "aa1", "replica_password": "bb2", "pump_password": "cc3"}
    settings = load_settings(
        home(tmp_path, {**STATION, "master": master, "replica": replica}, {**SECRETS, **passwords})
    )
    addresses = (master_of(settings), pumped_master_of(settings), replica_of(settings))
    assert [(one.username, one.password) for one in addresses] == [
        ("station_prep", "aa1"),
        ("station_replica", "cc3"),
        ("shop12", "bb2"),
    ]
    shown = repr(settings) + "".join(map(str, addresses))
    assert not any(password in shown for password in passwords.values())


def test_an_embedded_master_needs_no_login_and_a_server_is_not_named_by_text(tmp_path: Path) -> None:
    settings = load_settings(home(tmp_path))
    assert pumped_master_of(settings) == master_of(settings)
    with pytest.raises(ConfigError, match="names no replica"):
        replica_of(settings)
    with pytest.raises(ConfigError, match="field master"):
        load_settings(home(tmp_path, {**STATION, "master": "mssql+pyodbc://sa:geheim@192.0.2.10/station"}))


def test_secrets_that_others_can_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="chmod 600"):
        load_settings(home(tmp_path, mode=0o644), {})


def test_a_short_key_is_refused_without_being_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="token_key") as raised:
        load_settings(home(tmp_path, secrets={"token_key": "abc123"}), {})
    assert "abc123" not in str(raised.value)
