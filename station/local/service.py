"""What came to the pass today, one JSON line each, on the disk of the station that watches the whole floor.

The tokens program adds to it, a screen reads it. It is worked out from the floor and only for people to look at: a line that a power cut
tore is passed over, and nothing is flushed for it.
"""

from pathlib import Path
from typing import Final

import msgspec

from station.domain.speed import Passed
from station.domain.token import Key

_LINE: Final = msgspec.json.Decoder(Passed)
_MOST: Final = 20_000


def service_file(data_dir: Path, day: str) -> Path:
    return data_dir / f"service-{day}.jsonl"


def passed_on(data_dir: Path, day: str) -> tuple[Passed, ...]:
    """All of a business day, in the order in which they came, each token once."""
    found: dict[Key, Passed] = {}
    try:
        lines = service_file(data_dir, day).read_bytes().splitlines()[-_MOST:]
    except OSError:
        return ()
    for line in lines:
        try:
            one = _LINE.decode(line)
        except msgspec.MsgspecError:
            continue
        found.setdefault((one.order, one.part), one)
    return tuple(found.values())


def add_passed(data_dir: Path, day: str, passed: Passed) -> None:
    """Raises OSError when the disk refuses."""
    path = service_file(data_dir, day)
    if not path.exists():
        for old in data_dir.glob("service-*.jsonl"):
            old.unlink(missing_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(passed) + b"\n")
