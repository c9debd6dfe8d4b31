"""The printing program of one station: `python -m station.printing`, under its supervisor."""

import threading
from datetime import datetime

from station.config import Settings, load_settings
from station.daemon import Stop, become, run, setup_logging
from station.data.snapshot import Snapshots
from station.local.bell import Listener, bell_of
from station.local.clock import ShopClock
from station.local.journal import Journal
from station.local.status import TokensStatus, read_status
from station.printing.queue import Queue

LOOK_S = 2.0
"""How often it looks whether the station is in training."""


def main() -> None:
    become("printing")
    wake = threading.Event()
    stop = Stop(also=wake.set)
    stop.listen()
    queues: list[tuple[Queue, Settings]] = []

    def step() -> float:
        if not queues:
            queues.append(_wired(wake))
        queue, settings = queues[0]
        if settings.training_changed:
            stop.set()
            return 0.0
        wake.clear()
        wake.wait(min(queue.step(), LOOK_S))
        return 0.0

    setup_logging("printing")
    run("printing", step, stop)


def _wired(wake: threading.Event) -> tuple[Queue, Settings]:
    settings = load_settings()
    log = setup_logging("printing", settings.log_level)
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    journal = Journal(settings.journal_path, settings.code)
    snapshots = Snapshots(settings.snapshot_path, settings.code)
    clock = ShopClock()

    def now() -> datetime:
        tokens = read_status(settings.tokens_status, TokensStatus)
        if tokens.shop_time is not None:
            clock.correct(tokens.shop_time, tokens.monotonic_s)
        return clock.now()

    queue = Queue(
        journal,
        snapshots.shop,
        station=settings.code,
        data_dir=settings.home / "data",
        status=settings.printer_status,
        now=now,
        training=settings.training,
    )
    Listener(bell_of(settings.journal_path), wake.set)
    log.info("station=%s following=%s", settings.code, settings.journal_path)
    return queue, settings


if __name__ == "__main__":
    main()
