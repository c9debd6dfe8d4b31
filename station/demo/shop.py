"""A whole shop in one folder: its master, its floor on a private Samba, and a home for each station.

<out>/cards/                everybody's wallet card: print cards.pdf, or scan it from the screen
<out>/floor/                the share's own directory: `ls` it
<out>/central/              the embedded master, Samba's private folders, and the replica's MariaDB
<out>/stations/<code>/      station.json, secrets.json, data/, run/, logs/ of one station
"""

import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from station.data.addresses import Address, address
from station.data.master import init_master, seed_master
from station.data.personnel import Personnel
from station.demo.mariadb import PrivateMariaDB
from station.demo.samba import PrivateSamba
from station.domain.menu import Role
from station.errors import ConfigError
from station.wallet.files import issue_cards

STATIONS: Mapping[str, Role] = {
    "till1": "till",
    "till2": "till",
    "grill1": "prep",
    "grill2": "prep",
    "fry1": "prep",
    "pass1": "expediter",
}
AT_WORK: Final[Mapping[str, str]] = {
    "till1": "amina",
    "till2": "joris",
    "grill1": "tomasz",
    "grill2": "kofi",
    "fry1": "elif",
    "pass1": "sofie",
}
"""Who stands where."""
_OURS = ("cards", "floor", "central", "stations")
LONGEST_HOMES = 55
PUMP: Final = "pass1"
"""The station whose profile asks it to fill the replica."""
REPLICA: Final = "station"


@dataclass(frozen=True, slots=True)
class Size:
    """A display's pixels."""

    width: int = 1920
    height: int = 1080


@dataclass(frozen=True, slots=True)
class DemoShop:
    """Where everything is. `homes` is `<out>/stations`, or a short way to it; `key` signs the tokens.

    `cards`: by station the text of the wallet card of whoever works there.
    """

    out: Path
    homes: Path
    samba: PrivateSamba
    mariadb: PrivateMariaDB
    master_url: str
    key: bytes
    cards: Mapping[str, str]

    @property
    def floor(self) -> Path:
        return self.out / "floor"

    @property
    def replica(self) -> Address:
        server = self.mariadb
        where = address(f"mysql+pymysql://{server.user}@127.0.0.1:{server.port}/{REPLICA}")
        return where.set(password=server.password).update_query_dict({"ca": str(server.ca)})

    def home(self, code: str) -> Path:
        return self.homes / code

    def close(self) -> None:
        """Stops the Samba and the MariaDB; what is in the folder stays."""
        self.samba.stop()
        self.mariadb.stop()
        if self.homes.is_symlink():
            shutil.rmtree(self.homes.parent)


def open_shop(
    out: Path, *, headless: bool, stations: Mapping[str, Role] = STATIONS, size: Size | None = None
) -> DemoShop:
    """A fresh shop in `out`, its Samba running. What an earlier demo left there is replaced, nothing else.

    Raises ConfigError when the folder holds things that no demo made.
    """
    out = out.resolve()
    _clear(out)
    for name in _OURS:
        (out / name).mkdir(parents=True)
    (out / "central").chmod(0o700)
    master_url = f"sqlite:///{out / 'central' / 'master.db'}"
    init_master(master_url)
    seed_master(master_url)
    homes = _short(out / "stations")
    private = homes.parent / "samba" if homes.is_symlink() else out / "central" / "samba"
    samba = PrivateSamba(private, root=out / "floor")
    mariadb = PrivateMariaDB(private.parent if homes.is_symlink() else out / "central")
    mariadb.create_database(REPLICA)
    key = secrets.token_bytes(32)
    shop = DemoShop(out, homes, samba, mariadb, master_url, key, _cards(master_url, key, out / "cards"))
    for code, role in stations.items():
        _make_home(shop, code, role, size or Size(), headless=headless)
    return shop


def _cards(master_url: str, key: bytes, folder: Path) -> dict[str, str]:
    """A card for everybody, as a shop would issue them on its first day."""
    office = Personnel(master_url, station="till1", shop_key=key, now=lambda: datetime.now(UTC))
    codes = [one.code for one in office.everybody()]
    issued = issue_cards(office, codes, "static", folder, sheet=True)
    made = {code: card.code for code, card in zip(codes, issued.cards, strict=True)}
    return {station: made[code] for station, code in AT_WORK.items()}


def _short(stations: Path) -> Path:
    """A path to the folder that leaves room for the names of sockets below it: a socket's path has 107 bytes at most.

    Samba's own sockets stand beside the way then, and go with it.
    """
    if len(os.fsencode(stations)) <= LONGEST_HOMES:
        return stations
    alias = Path(tempfile.mkdtemp(prefix="shop-")) / "stations"
    alias.symlink_to(stations, target_is_directory=True)
    return alias


def _clear(out: Path) -> None:
    strangers = sorted(path.name for path in out.iterdir() if path.name not in _LEFT) if out.exists() else []
    if strangers:
        raise ConfigError(
            f"{out} holds things that no demo left there ({', '.join(strangers[:3])}); give DEMO_OUT an empty folder"
        )
    if out.exists():
        shutil.rmtree(out)


_LEFT = {*_OURS, "summary.json", "till.png", "prep.png", "prep-2.png", "expediter.png", "contact-sheet.png", "demo.log"}


def _make_home(shop: DemoShop, code: str, role: Role, size: Size, *, headless: bool) -> None:
    home = shop.home(code)
    for name in ("data", "run", "logs"):
        (home / name).mkdir(parents=True)
    home.chmod(0o700)
    share = shop.samba.address
    station: dict[str, object] = {
        "code": code,
        "role": role,
        "share": {
            "kind": "smb",
            "host": share.host,
            "port": share.port,
            "share": share.share,
            "user": share.user,
            "encrypt": True,
        },
        "master": shop.master_url,
        "display": {"width": size.width, "height": size.height, "fullscreen": False, "headless": headless},
        "observe": True,
    }
    known = {"token_key": shop.key.hex(), "share_password": share.password}
    if code == PUMP:
        server = shop.mariadb
        station["replica"] = {
            "host": "127.0.0.1",
            "port": server.port,
            "database": REPLICA,
            "user": server.user,
            "ca": str(server.ca),
        }
        known["replica_password"] = server.password
    (home / "station.json").write_text(json.dumps(station, indent=2) + "\n")
    private = home / "secrets.json"
    private.touch(mode=0o600)
    private.write_text(json.dumps(known) + "\n")
