"""Which scanners the shop's profile names, for the input program: it reads nothing else of the snapshot, which holds PINs' hashes.

    {"scanners": ["05e0:1200", "0c2e:0b61:s18203"]}      vendor and product as USB tells them, and a serial where one device is meant

The link writes it with each snapshot. A station that was never told any goes by what devices say of themselves.
"""

import contextlib
import os
from pathlib import Path
from typing import Annotated, Final

import msgspec

from station.errors import JournalError

PATTERN: Final = r"[0-9a-f]{4}:[0-9a-f]{4}(?::[!-~]{1,60})?"
_Named = Annotated[str, msgspec.Meta(pattern=f"^{PATTERN}$")]


class _File(msgspec.Struct, frozen=True, kw_only=True):
    scanners: tuple[_Named, ...] = ()


def scanners_file(data_dir: Path) -> Path:
    return data_dir / "scanners.json"


def read_scanners(path: Path) -> frozenset[str]:
    """Empty when there is no list, or none that can be read: the next snapshot brings it again."""
    try:
        return frozenset(msgspec.json.decode(path.read_bytes(), type=_File).scanners)
    except (OSError, msgspec.MsgspecError):
        return frozenset()


def write_scanners(path: Path, scanners: frozenset[str]) -> None:
    """Replaced whole, and only when it says something new. Raises JournalError when the disk refuses."""
    data = msgspec.json.encode(_File(scanners=tuple(sorted(scanners))))
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return
    beside = path.with_suffix(".tmp")
    try:
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise JournalError(f"{path} could not be written: {error}; check this station's disk") from error
