"""The tokens program of one station: `python -m station.tokens`, under its supervisor."""

import threading
import time
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import msgspec
from ulid import ULID

from station.config import FolderShare, Settings, home_of, load_settings
from station.config import SmbShare as SmbSettings
from station.daemon import Stop, become, run, setup_logging
from station.data.snapshot import Snapshots
from station.errors import StationError
from station.local.bell import Listener, bell_of
from station.local.clock import ShopClock, boot_s
from station.local.journal import Journal
from station.local.mirror import MirrorWriter
from station.local.status import TokensStatus, write_status
from station.tokens.directory import DirectoryShare
from station.tokens.execution import JournalProgress
from station.tokens.floor import Floor
from station.tokens.holding import Holding
from station.tokens.share import Share
from station.tokens.smb import SmbAddress, SmbShare
from station.tokens.sync import Sync

TRAINING = "training"
"""The folder of the share in which the floor of training is."""


def share_of(settings: Settings) -> Share:
    """The share that the configuration names; nothing is connected yet."""
    where = settings.share if not settings.training else _training_share(settings.share)
    if isinstance(where, FolderShare):
        return DirectoryShare(Path(where.path))
    return SmbShare(
        SmbAddress(
            where.host, where.port, where.share, where.folder, where.user, settings.share_password, where.encrypt
        )
    )


def _training_share(share: SmbSettings | FolderShare) -> SmbSettings | FolderShare:
    """The same share, one folder further down."""
    if isinstance(share, FolderShare):
        return msgspec.structs.replace(share, path=f"{share.path}/{TRAINING}")
    return msgspec.structs.replace(share, folder=f"{share.folder}/{TRAINING}".strip("/"))


def _prepare_training(settings: Settings) -> None:
    """The floor of training has its root on the share. Raises ShareError while the share is away."""
    real = share_of(replace(settings, training=False))
    real.reconnect()
    try:
        if TRAINING not in {entry.name for entry in real.list("")}:
            real.make_folder(TRAINING)
    finally:
        real.close()


def main() -> None:
    become("tokens")
    wake = threading.Event()
    stop = Stop(also=wake.set)
    stop.listen()
    sync: list[Sync] = []
    trained: list[Settings] = []

    def step() -> float:
        """Whatever is missing at the start (configuration, disk) is waited for like everything else."""
        if not sync:
            try:
                made, settings = _wired(wake, stop)
                sync.append(made)
                trained.append(settings)
            except StationError as error:
                _tell(str(error))
                raise
        if trained[0].training_changed:
            stop.set()
            return 0.0
        rest_s = sync[0].step()
        wake.wait(rest_s)
        wake.clear()
        return 0.0

    setup_logging("tokens")
    run("tokens", step, stop)
    for each in sync:
        each.close()


def _tell(message: str) -> None:
    """The screen shows why this program cannot begin, as far as there is a place to tell it."""
    run_dir = home_of() / "run"
    with suppress(OSError, StationError):
        run_dir.mkdir(parents=True, exist_ok=True)
        write_status(run_dir / "tokens.json", TokensStatus(share="refused", message=message))


def _wired(wake: threading.Event, stop: Stop) -> tuple[Sync, Settings]:
    settings = load_settings()
    log = setup_logging("tokens", settings.log_level)
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    if settings.training:
        _prepare_training(settings)
    share, clock = share_of(settings), ShopClock()
    with ExitStack() as opened:
        # What is opened when something else is still missing is closed again: it will be tried for hours.
        journal = Journal(settings.journal_path, settings.code)
        opened.callback(journal.close)
        floor = Floor(
            share,
            settings.token_key,
            JournalProgress(journal),
            nonce=lambda: str(ULID()).lower(),
            today=lambda: clock.now().date(),
            monotonic=boot_s,
            sleep=time.sleep,
            stopping=lambda: bool(stop),
        )
        shops = Snapshots(settings.snapshot_path, settings.code)
        holding = Holding(MirrorWriter(settings.mirror_path), settings.token_key)
        sync = Sync(settings, journal, holding, floor, share, shops.shop, clock, wake)
        Listener(bell_of(settings.journal_path), wake.set)
        opened.pop_all()
    log.info("station=%s role=%s share=%s", settings.code, settings.role, settings.share)
    return sync, settings


if __name__ == "__main__":
    main()
