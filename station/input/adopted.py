"""What this station was told about its devices: `<home>/data/devices.json`, its own, kept through updates and reflashing.

    {"devices": [{"serial": …, "path": …, "kind": "scanner", "name": …, "rotate": 90, "swap": true, …}]}

Replaced whole: temporary file, sync, rename, sync of the folder.
"""

import os
from pathlib import Path

import msgspec

from station.data.durable import sync
from station.errors import ConfigError, JournalError
from station.input.devices import Adopted, Kind
from station.input.touch import Fit, Rotation


class _Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    serial: str
    path: str
    kind: Kind
    name: str = ""
    rotate: Rotation = 0
    swap: bool = False
    invert_x: bool = False
    invert_y: bool = False


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    devices: tuple[_Entry, ...] = ()


def read_adopted(path: Path) -> tuple[Adopted, ...]:
    """The list; empty when there is none yet. Raises ConfigError when it cannot be read."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; check its owner and mode") from error
    try:
        entries = msgspec.json.decode(data, type=_File).devices
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path} is no list of devices: {error}; mend it, or remove it and adopt anew") from error
    return tuple(
        Adopted(one.serial, one.path, one.kind, one.name, Fit(one.rotate, one.swap, one.invert_x, one.invert_y))
        for one in entries
    )


def write_adopted(path: Path, adopted: tuple[Adopted, ...]) -> None:
    """On the disk when this returns. Raises JournalError when the disk refuses; then the list is as it was."""
    entries = tuple(
        _Entry(
            serial=one.serial,
            path=one.path,
            kind=one.kind,
            name=one.name,
            rotate=one.fit.rotate,
            swap=one.fit.swap,
            invert_x=one.fit.invert_x,
            invert_y=one.fit.invert_y,
        )
        for one in adopted
    )
    beside = path.with_suffix(".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(_File(devices=entries))) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync(path.parent)
    except OSError as error:
        raise JournalError(f"{path} could not be written: {error}; check this station's disk") from error


def with_device(adopted: tuple[Adopted, ...], entry: Adopted) -> tuple[Adopted, ...]:
    """The list with this entry instead of whatever it said of the same device."""
    return (*without_device(adopted, entry.id), entry)


def without_device(adopted: tuple[Adopted, ...], device: str) -> tuple[Adopted, ...]:
    return tuple(one for one in adopted if one.id != device)
