"""`station bench link`: how quickly facts become rows, what a look at the catalogue costs, and how long an 86 takes.

The raw operation beside the facts is an executemany of the same rows into the same tables of another master, in batches of
the same size: no check of what is there already, no audit chain, no place of a token.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from station.bench.day import facts_of_a_day
from station.bench.results import Reference, Result, compared, report
from station.bench.scratch import disk
from station.data.addresses import Address
from station.data.followed import Master
from station.data.master import init_master, seed_master
from station.data.measured import raw_fact_rows
from station.data.snapshot import Snapshots
from station.domain.facts import SoldOut
from station.domain.figures import percentile
from station.domain.menu import Shop
from station.link.follow import BATCH, Follower
from station.local.clock import boot_s
from station.local.journal import Journal

SOLD_OUT_BUDGET_MS = 3_000
_CODE = "till1"


def run_on(where: Address, facts: int = 10_000) -> dict[str, Any]:
    """The same facts and looks on a master that is there, of a shop to try things with: its books keep the facts."""
    with tempfile.TemporaryDirectory(prefix="station-bench-", dir=disk()) as folder:
        root = Path(folder)
        return report("link", [*_drained(root, where, facts, None), *_looks(root, where, None)])


def run(facts: int = 10_000, rounds: int = 20) -> dict[str, Any]:
    """Drains `facts` facts into an embedded master; 86es an item `rounds` times over two real link programs."""
    with tempfile.TemporaryDirectory(prefix="station-bench-", dir=disk()) as folder:
        root = Path(folder)
        url = f"sqlite:///{root}/master.db"
        init_master(url)
        seed_master(url)
        beside = f"sqlite:///{root}/raw.db"
        master = root / "master.db"
        results = [*_drained(root, url, facts, beside), *_looks(root, url, master), *_sold_out(root, url, rounds)]
        return report("link", results)


def _drained(root: Path, url: str | Address, facts: int, raw_url: str | None) -> list[Result]:
    """`raw_url`: where the raw rows go; without it nothing stands beside ours."""
    journal = Journal(root / "till1" / "journal.db", _CODE)
    master = Master(url)
    snapshot = root / "till1" / "snapshot.db"
    master.snapshot(snapshot)
    shop = Snapshots(snapshot, _CODE).load()
    _fill(journal, shop, facts)
    follower = Follower(
        _CODE, journal, master, snapshot=snapshot, status=root / "till1" / "link.json", monotonic=boot_s
    )
    times = []
    began = time.perf_counter()
    while journal.cursor("link") < journal.last():
        start = time.perf_counter()
        follower.step()
        times.append((time.perf_counter() - start) * 1e3)
    took_s = time.perf_counter() - began
    raw_ms = raw_fact_rows(str(url), raw_url, BATCH) if raw_url is not None else []
    journal.close()
    master.close()
    raw_p50 = percentile(raw_ms, 50) if raw_ms else None
    p50 = percentile(times, 50)
    return [
        Result(
            f"facts to rows, a batch of {BATCH}",
            len(times),
            round(p50, 3),
            round(percentile(times, 99), 3),
            Reference("raw executemany of the same rows", round(raw_p50, 3)) if raw_p50 else None,
            round(p50 / raw_p50, 2) if raw_p50 else None,
        ),
        Result(f"facts a second: {facts / took_s:,.0f}; {facts:,} drained in", 1, round(took_s * 1e3, 1)),
    ]


def _fill(journal: Journal, shop: Shop, facts: int) -> None:
    """The journal of a long day, without waiting for the disk at each fact."""
    began = datetime.now(UTC) - timedelta(seconds=facts)
    with sqlite3.connect(journal.path) as quick:
        quick.execute("PRAGMA synchronous = OFF")
    for fact, person, at in facts_of_a_day(shop, facts, began):
        journal.append(fact, person, at)


def _looks(root: Path, url: str | Address, file: Path | None) -> list[Result]:
    """`file`: of an embedded master, for a raw query of the same driver; else a look stands beside a snapshot."""
    master = Master(url)
    snapshot = root / "looks.db"
    version = master.version()
    times: dict[str, list[float]] = {}
    for _ in range(30):
        _timed(times, "poll", master.version)
        _timed(times, "whole", lambda: master.snapshot(snapshot))
        _timed(times, "upon", lambda: master.snapshot(snapshot, upon=True))
        if file is not None:
            _timed(times, "raw", lambda: _raw_look(file))
    assert master.version() == version
    master.close()
    if file is None:
        return [
            compared("did the catalogue change? (33 tables)", times["poll"], "a whole snapshot", times["whole"]),
            compared("a snapshot upon the last one", times["upon"], "a whole one", times["whole"]),
        ]
    return [
        compared("did the catalogue change? (33 tables)", times["poll"], "raw query of one table", times["raw"]),
        compared("a whole snapshot", times["whole"], "raw query of one table", times["raw"]),
        compared("a snapshot upon the last one", times["upon"], "a whole one", times["whole"]),
    ]


def _raw_look(file: Path) -> None:
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as raw:
        raw.execute("SELECT count(*), sum(revision), max(updated_at) FROM menu_items").fetchall()


def _sold_out(root: Path, url: str, rounds: int) -> list[Result]:
    """From the fact in one station's journal to the other station's snapshot."""
    times = []
    with _linked(root, "till1", url) as one, _linked(root, "grill1", url) as other:
        snapshots = Snapshots(other / "data" / "snapshot.db", "grill1")
        _until(lambda: snapshots.shop() is not None)
        shop = snapshots.load()
        item = shop.menu.items[0].id
        journal = Journal(one / "data" / "journal.db", "till1")
        for number in range(rounds):
            gone = number % 2 == 0
            # At another moment between two looks each time.
            time.sleep(0.1 + 0.1 * (number % 7))
            start = time.perf_counter()
            journal.append(SoldOut(item=item, sold_out=gone), None, datetime.now(UTC))
            _until(lambda gone=gone: snapshots.changed() and _is(snapshots, item, gone))  # type: ignore[misc]
            times.append((time.perf_counter() - start) * 1e3)
        journal.close()
    p99 = percentile(times, 99)
    return [
        Result(
            "86 on one till to the other station's snapshot",
            rounds,
            round(percentile(times, 50), 1),
            round(p99, 1),
            budget=f"all ≤ {SOLD_OUT_BUDGET_MS / 1000:.0f} s",
            ok=max(times) <= SOLD_OUT_BUDGET_MS,
        )
    ]


def _is(snapshots: Snapshots, item: str, gone: bool) -> bool:  # noqa: FBT001 - what is compared
    shop = snapshots.shop()
    found = None if shop is None else shop.menu.item(item)
    return found is not None and found.sold_out is gone


@contextmanager
def _linked(root: Path, code: str, url: str) -> Iterator[Path]:
    """A home with a real link program."""
    home = root / "homes" / code
    for name in ("data", "run"):
        (home / name).mkdir(parents=True)
    config = {"code": code, "role": "till", "share": {"kind": "directory", "path": str(root)}, "master": url}
    (home / "station.json").write_text(json.dumps(config))
    secrets = home / "secrets.json"
    secrets.touch(mode=0o600)
    secrets.write_text(json.dumps({"token_key": "ab" * 32}))
    with (home / "link.log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "station.link"],
            env={**os.environ, "STATION_HOME": str(home)},
            stdout=log,
            stderr=log,
        )
    try:
        yield home
    finally:
        program.terminate()
        program.wait()


def _until(true: Callable[[], bool], limit_s: float = 30.0) -> None:
    end = time.monotonic() + limit_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError("a link program did not do its work; its log is in the bench's folder")
        time.sleep(0.005)


def _timed(times: dict[str, list[float]], name: str, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    times.setdefault(name, []).append((time.perf_counter() - start) * 1e3)
