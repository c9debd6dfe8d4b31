"""The link program of one station: `python -m station.link`, under its supervisor."""

import threading

from station.config import load_settings
from station.daemon import Stop, become, run, setup_logging
from station.data.addresses import master_of
from station.data.followed import Master
from station.link.follow import Follower
from station.local.bell import Listener, bell_of
from station.local.clock import boot_s
from station.local.journal import Journal


def main() -> None:
    become("link")
    wake = threading.Event()
    stop = Stop(also=wake.set)
    stop.listen()
    follower: list[Follower] = []

    def step() -> float:
        """Whatever is missing at the start (configuration, disk) is waited for like everything else."""
        if not follower:
            follower.append(_wired(wake))
        wake.wait(follower[0].step())
        wake.clear()
        return 0.0

    setup_logging("link")
    run("link", step, stop)


def _wired(wake: threading.Event) -> Follower:
    settings = load_settings()
    log = setup_logging("link", settings.log_level)
    settings.run_dir.mkdir(parents=True, exist_ok=True)
    journal = Journal(settings.real_journal_path, settings.code)
    follower = Follower(
        settings.code,
        journal,
        Master(master_of(settings), settings.role),
        snapshot=settings.snapshot_path,
        status=settings.link_status,
        monotonic=boot_s,
    )
    Listener(bell_of(settings.real_journal_path), wake.set)
    log.info("station=%s following=%s", settings.code, settings.real_journal_path)
    return follower


if __name__ == "__main__":
    main()
