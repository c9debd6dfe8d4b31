"""`station doctor`: what is wrong with this station, in plain words, and what to do."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import typer

from station.commands.printing import AsJson, print_findings, print_json
from station.commands.where import Home, open_floor
from station.config import Settings, home_of, load_settings
from station.data.addresses import master_of
from station.data.queries.link import catalogue_version
from station.data.session import name_of, open_engine, reading
from station.data.snapshot import Snapshots
from station.domain.findings import Finding, Verdict
from station.errors import StationError
from station.local.journal import Journal
from station.local.status import LinkStatus, PrinterStatus, ReplicaStatus, TokensStatus, read_status

LOW_DISK_MB = 200
DRIFT_S = 2.0


def doctor(home: Home = None, as_json: AsJson = False) -> None:
    """Examine this station: configuration, disk, journal, share, master, fonts, display. Changes nothing.

    Exit status 1 when something is wrong.
    """
    findings = list(_examine(home or home_of()))
    if as_json:
        print_json([{"what": each.what, "verdict": each.verdict, "text": each.text} for each in findings])
    else:
        print_findings(findings)
    if any(each.verdict == "wrong" for each in findings):
        raise typer.Exit(1)


def _examine(home: Path) -> Iterator[Finding]:
    try:
        settings = load_settings(home)
    except StationError as error:
        yield Finding("configuration", "wrong", str(error))
        return
    yield Finding("configuration", "ok", f"{settings.code.upper()}, role {settings.role}; {home}")
    examinations: dict[str, Callable[[Settings], Finding]] = {
        "disk": _disk,
        "journal": _journal,
        "share": _share,
        "master": _master,
        "snapshot": _snapshot,
        "replica": _replica,
        "printer": _printer,
        "fonts": _fonts,
        "display": _display,
    }
    for what, examine in examinations.items():
        try:
            yield examine(settings)
        except StationError as error:
            yield Finding(what, "wrong", str(error))


def _disk(settings: Settings) -> Finding:
    data = settings.journal_path.parent
    if not data.is_dir() or not os.access(data, os.W_OK):
        return Finding("disk", "wrong", f"{data} is missing or cannot be written; the journal has no place")
    free_mb = shutil.disk_usage(data).free // 1_000_000
    verdict: Verdict = "ok" if free_mb > LOW_DISK_MB else "warning" if free_mb > 20 else "wrong"
    return Finding("disk", verdict, f"{free_mb} MB free in {data}")


def _journal(settings: Settings) -> Finding:
    if not settings.journal_path.exists():
        return Finding("journal", "ok", "no journal yet: nothing was done here")
    journal = Journal(settings.journal_path, settings.code)
    broken = journal.broken_at()
    if broken is not None:
        return Finding("journal", "wrong", f"fact {broken} was altered, or the one before it removed; keep the file")
    waiting, aside = len(journal.pending()), journal.set_aside()
    text = f"{journal.last()} facts, unbroken; {waiting} wait for the floor"
    if aside:
        return Finding("journal", "warning", f"{text}; {len(aside)} of a newer version wait for an update")
    return Finding("journal", "ok", text)


def _share(settings: Settings) -> Finding:
    started = time.perf_counter()
    with open_floor(settings.home, None) as (floor, _, share):
        connect_ms = (time.perf_counter() - started) * 1e3
        floor.prepare()
        started = time.perf_counter()
        # A file of its own, so that nobody takes the doctor for the station.
        moment = share.touch("tmp/.doctor", b"")
        answer_ms = (time.perf_counter() - started) * 1e3
        share.delete("tmp/.doctor")
    drift_s = (datetime.now(UTC) - moment).total_seconds()
    text = f"connected in {connect_ms:.0f} ms, a write took {answer_ms:.1f} ms"
    if abs(drift_s) > DRIFT_S:
        way = "ahead of" if drift_s > 0 else "behind"
        text += f"; this machine's clock is {abs(drift_s):.0f} s {way} the shop's (cards go by the shop's)"
        return Finding("share", "warning", text)
    seen = read_status(settings.tokens_status, TokensStatus)
    if seen.share in {"away", "refused"}:
        return Finding("share", "warning", f"{text}; but the tokens program says: {seen.message}")
    return Finding("share", "ok", text)


def _master(settings: Settings) -> Finding:
    engine = open_engine(master_of(settings))
    try:
        with reading(engine) as connection:
            version = catalogue_version(connection, role=settings.role)
    finally:
        engine.dispose()
    link = read_status(settings.link_status, LinkStatus)
    text = f"{name_of(engine)} answers; catalogue {version}"
    if link.refused:
        return Finding(
            "master",
            "warning",
            f"{text}; {link.refused} facts of this station were set aside, see: station master refused",
        )
    return Finding("master", "ok", text)


def _replica(settings: Settings) -> Finding:
    said = read_status(settings.replica_status, ReplicaStatus)
    if said.state in {"off", "standby"}:
        return Finding("replica", "ok", said.message)
    if said.state == "away":
        return Finding("replica", "warning", said.message)
    if said.state == "copying":
        return Finding(
            "replica", "ok", f"the first copy is at {said.copied} of {said.to_copy} rows, table {said.table}"
        )
    if said.state == "starting":
        return Finding("replica", "ok", "its program has not said anything yet")
    return Finding("replica", "ok", f"{said.queue} changes wait" if said.queue else "it has all that the master has")


def _snapshot(settings: Settings) -> Finding:
    if settings.snapshot_path.exists():
        shop = Snapshots(settings.snapshot_path, settings.code).load()
    else:
        return Finding("snapshot", "warning", "no snapshot yet: the link program makes one when the master answers")
    age_h = (time.time() - settings.snapshot_path.stat().st_mtime) / 3600
    known = settings.code in {station.code for station in shop.stations}
    text = f"{shop.name}: {len(shop.menu.items)} items, {len(shop.staff)} staff, {age_h:.1f} h old"
    if not known:
        return Finding(
            "snapshot", "wrong", f"{text}; it knows no station {settings.code}: add it on the manager's screen"
        )
    return Finding("snapshot", "ok", text)


def _printer(settings: Settings) -> Finding:
    said = read_status(settings.printer_status, PrinterStatus)
    if said.state == "stuck":
        return Finding("printer", "warning", f"{said.message} ({said.waiting} wait)")
    words = {"none": "none is set up", "starting": "its program has not said anything yet"}
    return Finding("printer", "ok", words.get(said.state, f"{said.printer} answers"))


def _fonts(settings: Settings) -> Finding:  # noqa: ARG001 - every examination is called alike
    from station.renderers.fonts import Fonts

    Fonts()
    return Finding("fonts", "ok", "Inter is installed")


def _display(settings: Settings) -> Finding:
    size = f"{settings.display.width}×{settings.display.height}"
    if settings.headless:
        return Finding("display", "warning", f"no display here: the screen is drawn at {size}, but nobody sees it")
    return Finding("display", "ok", f"{size} by {settings.display.output}")
