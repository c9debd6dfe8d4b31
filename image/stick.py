"""A stick (or disk) labelled STATION, as a manager would make it: what the station is, its secrets, and the menu it begins with."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from station.bench.scratch import KEY, ScratchStation
from station.data.personnel import Personnel
from station.data.queries.profile import change_settings
from station.data.session import open_engine, writing
from station.data.snapshot import build_snapshot
from station.domain.menu import Role


def stick(
    folder: Path,
    code: str,
    role: Role,
    *,
    share_port: int = 4450,
    user: str = "tester",
    password: str = "secret",  # noqa: S107 -- of a server on this machine's loopback
    **more: Any,
) -> tuple[Path, str]:
    """What a manager puts on a stick labelled STATION, and the code of somebody's card. `more`: fields of station.json."""
    station = ScratchStation(folder / "stick", code, role)
    station.make_snapshot()
    people = Personnel(station.master_url, station=code, shop_key=KEY, now=_now)
    card = people.issue("amina", "static")
    engine = open_engine(station.master_url)
    # QEMU's keyboard stands for a scanner.
    with writing(engine) as conn:
        change_settings(conn, code, {"scanners": "0627:0001"})
    build_snapshot(engine, station.home / "data" / "snapshot.db")
    engine.dispose()
    found = {
        "code": code,
        "role": role,
        "share": {"kind": "smb", "host": "10.0.2.2", "port": share_port, "share": "floor", "user": user},
        "master": {"kind": "mssql", "host": "10.0.2.2", "port": 14339, "user": "station"},
        "display": {"output": "auto"},
        **more,
    }
    content = folder / "content"
    content.mkdir()
    (content / "station.json").write_text(json.dumps(found))
    secrets = {"token_key": KEY.hex(), "share_password": password, "master_password": "secret"}
    (content / "secrets.json").write_text(json.dumps(secrets))
    shutil.copy(station.home / "data" / "snapshot.db", content / "snapshot.db")
    (content / "scanners.json").write_text('{"scanners": ["0627:0001"]}')
    path = folder / f"{code}.stick"
    disk(path, "STATION", content, 33)
    return path, card.code


def _now() -> datetime:
    return datetime.now(UTC)


def disk(path: Path, label: str, content: Path, megabytes: int) -> None:
    """A disk of one FAT partition without a table, with all that is in a folder."""
    with path.open("wb") as file:
        file.truncate(megabytes << 20)
    subprocess.run(["/usr/sbin/mkfs.vfat", "-F", "32", "-n", label, path], check=True, capture_output=True)
    for one in content.iterdir():
        subprocess.run(["mcopy", "-i", path, one, "::"], check=True)
