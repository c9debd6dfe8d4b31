"""The one reader of files and environment: a station's home folder -> frozen Settings.

`STATION_HOME` (default `/data/station`) holds

    station.json     what this station is: code, role, where the share and the master are, its display
    secrets.json     mode 0600: the shop's token key (64 hexadecimal digits), the passwords of share, master and replica
    data/            journal.db, mirror/, snapshot.db; training.on while this station is in training, whose journal and mirror
                     are in training/
    run/             sockets and status files, made anew at each start

A mistake in either file is one sentence that names the file, the field and the mend.
"""

import difflib
import grp
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec

from station.domain.menu import Role
from station.domain.token import Code
from station.errors import ConfigError

DEFAULT_HOME = Path("/data/station")


class SmbShare(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="smb"):
    """The floor on an SMB share; `folder` is below the share's root ("" is the root itself)."""

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 445
    share: str = "floor"
    folder: str = ""
    user: str = "station"
    encrypt: bool = True


class FolderShare(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="directory"
):
    """The floor in a folder of this machine."""

    path: str


class SqlServer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="mssql"):
    """The master on SQL Server; its password stands in secrets.json.

    `tls`: encrypt (by whatever certificate the server has, as SQL Server makes one for itself), verify (one that `ca`, a file,
    or this machine's authorities vouch for), insecure (in plain text).
    """

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 1433
    database: Annotated[str, msgspec.Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,62}$")] = "station"
    user: str
    driver: str = "FreeTDS"
    tls: Literal["encrypt", "verify", "insecure"] = "encrypt"
    ca: str = ""


class Replica(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The cloud's MySQL; its password stands in secrets.json.

    `tls`: verify (a certificate that `ca`, a file, or this machine's authorities vouch for) or insecure (in plain text).
    `chain`: this database holds other shops too. `master_user`: the login with which the pump reads a master on SQL Server; its
    password is `pump_password` in secrets.json.
    """

    host: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 3306
    database: Annotated[str, msgspec.Meta(pattern="^[A-Za-z][A-Za-z0-9_]{0,62}$")] = "station"
    user: str
    tls: Literal["verify", "insecure"] = "verify"
    ca: str = ""
    chain: bool = False
    master_user: str = "station_replica"


class Display(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`headless`: draw without a display (None: when there is none).

    `output`: window (a desktop), kms (the graphics card itself), fbdev (the kernel's frame buffer), auto (the first of these two that
    works). `forced`: `width` and `height` are the mode to set, where the display has it; without it a display decides itself.
    `turn`: how far the display is turned, in degrees clockwise.
    """

    width: Annotated[int, msgspec.Meta(ge=640, le=7680)] = 1920
    height: Annotated[int, msgspec.Meta(ge=480, le=4320)] = 1080
    output: Literal["window", "kms", "fbdev", "auto"] = "window"
    forced: bool = False
    turn: Literal[0, 90, 180, 270] = 0
    fullscreen: bool = True
    headless: bool | None = None


class _StationFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code: Code
    role: Role
    share: SmbShare | FolderShare
    master: Annotated[str, msgspec.Meta(pattern="^sqlite:///.")] | SqlServer
    replica: Replica | None = None
    display: Display = Display()
    observe: bool = False
    log_level: Literal["debug", "info", "warning"] = "info"


class _SecretsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    token_key: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    share_password: str = ""
    master_password: str = ""
    replica_password: str = ""
    pump_password: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What this station is and where its things are. Secrets never appear in its repr.

    `training`: nothing that is done here counts: journal, mirror and floor are others.
    """

    home: Path
    code: str
    role: Role
    share: SmbShare | FolderShare
    master: str | SqlServer
    replica: Replica | None
    display: Display
    headless: bool
    observe: bool
    log_level: str
    token_key: bytes = field(repr=False)
    share_password: str = field(repr=False)
    master_password: str = field(repr=False, default="")
    replica_password: str = field(repr=False, default="")
    pump_password: str = field(repr=False, default="")
    training: bool = False

    @property
    def data_dir(self) -> Path:
        return self.home / "data"

    @property
    def journal_path(self) -> Path:
        return self._records / "journal.db"

    @property
    def real_journal_path(self) -> Path:
        """Of what counts, in training too."""
        return self.data_dir / "journal.db"

    @property
    def mirror_path(self) -> Path:
        return self._records / "mirror"

    @property
    def training_changed(self) -> bool:
        """Whether it was switched since these settings were read: the program ends, and begins anew."""
        return _training_marker(self.home).exists() != self.training

    @property
    def _records(self) -> Path:
        return self.data_dir / "training" if self.training else self.data_dir

    @property
    def snapshot_path(self) -> Path:
        return self.home / "data" / "snapshot.db"

    @property
    def run_dir(self) -> Path:
        return self.home / "run"

    @property
    def tokens_status(self) -> Path:
        return self.run_dir / "tokens.json"

    @property
    def link_status(self) -> Path:
        return self.run_dir / "link.json"

    @property
    def printer_status(self) -> Path:
        return self.run_dir / "printer.json"

    @property
    def replica_status(self) -> Path:
        return self.run_dir / "replica.json"


def home_of(environment: Mapping[str, str] | None = None) -> Path:
    """The station's home folder."""
    return Path((os.environ if environment is None else environment).get("STATION_HOME", str(DEFAULT_HOME)))


def load_settings(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Reads and checks both files. Raises ConfigError with one sentence."""
    environment = os.environ if environment is None else environment
    home = home_of(environment) if home is None else home
    station = _read(home / "station.json", _StationFile)
    secrets_path = home / "secrets.json"
    secrets = _read(secrets_path, _SecretsFile)
    if _seen_by_others(secrets_path):
        raise ConfigError(f"{secrets_path} can be read by others; make it private: chmod 600 {secrets_path}")
    display = display_of(station.display, environment)
    seen = bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))
    return Settings(
        home=home,
        code=station.code,
        role=station.role,
        share=station.share,
        master=station.master,
        replica=station.replica,
        display=display,
        headless=display.output == "window" and not seen if display.headless is None else display.headless,
        observe=station.observe,
        log_level=station.log_level,
        token_key=bytes.fromhex(secrets.token_key),
        share_password=secrets.share_password,
        master_password=secrets.master_password,
        replica_password=secrets.replica_password,
        pump_password=secrets.pump_password,
        training=_training_marker(home).exists(),
    )


def _seen_by_others(path: Path) -> bool:
    """Whether anybody but its owner may read it; on a station's own machine its programs' group may."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    return bool(mode & 0o077) and not (mode & 0o037 == 0 and found.st_gid == _group())


def _group() -> int:
    try:
        return grp.getgrnam("station").gr_gid
    except KeyError:
        return -1


def display_of(display: Display, environment: Mapping[str, str] | None = None) -> Display:
    """With what this machine has instead of a desktop: STATION_OUTPUT, where the configuration says nothing else."""
    wanted = (os.environ if environment is None else environment).get("STATION_OUTPUT", "")
    if display.output != "window" or wanted not in {"kms", "fbdev", "auto"}:
        return display
    return msgspec.convert({**msgspec.to_builtins(display), "output": wanted}, Display)


def switch_training(home: Path, *, on: bool) -> None:
    """Every program of the station sees it within a second or so. Raises ConfigError when the disk refuses."""
    marker = _training_marker(home)
    try:
        if on:
            marker.parent.mkdir(parents=True, exist_ok=True)
            marker.touch()
        else:
            marker.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{marker} could not be changed: {error.strerror}; check this station's disk") from error


def _training_marker(home: Path) -> Path:
    return home / "data" / "training.on"


_File = TypeVar("_File", _StationFile, _SecretsFile)


def _read(path: Path, form: type[_File]) -> _File:
    try:
        text = path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing: this station does not know what it is; provision it") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; check its owner and mode") from error
    try:
        return msgspec.json.decode(text, type=form)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: {_explained(str(error), form)}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}{_line_of(text, str(error))} is no valid JSON: {error}") from error


def _explained(message: str, form: type[_File]) -> str:
    """The library's sentence, with the field's path in words and the nearest known name for a misspelt one."""
    text = re.sub(r" - at `\$\.?([^`]*)`", lambda found: f" (field {found[1]})" if found[1] else "", message)
    unknown = re.search(r"unknown field `([^`]+)`", message)
    if unknown is None:
        return text
    forms = (form, SmbShare, FolderShare, SqlServer, Replica, Display)
    known = [entry.encode_name for each in forms for entry in msgspec.structs.fields(each)]
    near = difflib.get_close_matches(unknown[1], known, n=1)
    return f"{text}; did you mean {near[0]!r}?" if near else f"{text}; remove it"


def _line_of(text: bytes, message: str) -> str:
    place = re.search(r"byte (\d+)", message)
    if place is None:
        return ""
    line = text[: int(place[1])].count(b"\n") + 1
    return f", line {line},"
