"""Which station, and which floor, a command is about."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from ulid import ULID

from station.config import Settings, home_of, load_settings
from station.errors import StationError
from station.local.clock import ShopClock, boot_s
from station.tokens.__main__ import share_of
from station.tokens.directory import DirectoryShare
from station.tokens.floor import Floor
from station.tokens.progress import Step
from station.tokens.share import Share

Home = Annotated[
    Path | None,
    typer.Option("--home", help="The station's folder (station.json, secrets.json). Default: $STATION_HOME."),
]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="Look at a floor in this folder of this machine, instead of the station's share."),
]


class _Forgetful:
    """Progress of one command: it is watched to its end by the person who typed it."""

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {}

    def load(self, op: str) -> Step | None:
        return self._steps.get(op)

    def save(self, op: str, step: Step) -> None:
        self._steps[op] = step


def settings_of(home: Path | None) -> Settings:
    return load_settings(home or home_of())


@contextmanager
def open_floor(home: Path | None, folder: Path | None) -> Iterator[tuple[Floor, Settings, Share]]:
    """The station's floor, connected; closed again afterwards."""
    settings = settings_of(home)
    share: Share = DirectoryShare(folder) if folder is not None else share_of(settings)
    if folder is not None and not folder.is_dir():
        raise StationError(f"{folder} is no folder; --folder wants the floor's own folder (inbox/, stations/, …)")
    clock = ShopClock()
    share.reconnect()
    try:
        yield (
            Floor(
                share,
                settings.token_key,
                _Forgetful(),
                nonce=lambda: str(ULID()).lower(),
                today=lambda: clock.now().date(),
                monotonic=boot_s,
                sleep=time.sleep,
            ),
            settings,
            share,
        )
    finally:
        share.close()
