"""`station bench replica`: the pump beside the driver's own upserts of the same rows, the first copy, and the triggers.

All of it between an embedded master and a private MariaDB over verified TLS, in one run; ours and theirs take turns.
"""

import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from station.bench.day import FACTS_AN_ORDER, facts_of_a_day
from station.bench.results import Reference, Result, compared, report
from station.bench.scratch import disk
from station.data.addresses import Address, address
from station.data.followed import Master
from station.data.master import init_master, seed_master
from station.data.measured import RawReplica, fill_with_lines, ready_rows, touch
from station.data.replicated import BATCH, Pump, pumping, turn_following
from station.data.snapshot import Snapshots
from station.data.tables import orders
from station.demo.mariadb import PrivateMariaDB
from station.domain.facts import Entry
from station.domain.figures import percentile

AT_LEAST = 0.7
_SHOWN = 1_000


def run(lines: int = 1_000_000, rounds: int = 7, rows: int = 20_000) -> dict[str, Any]:
    """`lines` order lines are copied for the first time; `rows` of them are changed and pumped, `rounds` times."""
    with tempfile.TemporaryDirectory(prefix="station-bench-", dir=disk()) as folder:
        root = Path(folder)
        server = PrivateMariaDB(root / "mariadb")
        try:
            url = f"sqlite:///{root}/master.db"
            init_master(url)
            seed_master(url)
            fill_with_lines(url, lines)
            replica, raw = _database(server, "replica"), _database(server, "raw")
            # The raw one gets its tables from the pump too, and nothing else.
            with pumping(url, raw):
                pass
            with pumping(url, replica) as pump:
                results = [*_copied(pump, url, raw, lines), *_pumped(pump, url, replica, rounds, min(rows, lines))]
        finally:
            server.stop()
        return report("replica", [*results, *_triggers(root, 200)])


def _database(server: PrivateMariaDB, name: str) -> Address:
    server.create_database(name)
    plain = address(f"mysql+pymysql://{server.user}@127.0.0.1:{server.port}/{name}?ca={server.ca}")
    return plain.set(password=server.password)


def _copied(pump: Pump, url: str, raw_address: Address, lines: int) -> list[Result]:
    """The whole first copy; beside it the raw upsert of a tenth of the same lines."""
    began, total = time.perf_counter(), 0
    while (step := pump.copy()) is not None:
        total += step.rows
    took_ms = (time.perf_counter() - began) * 1e3
    shop = pump.shop_id
    raw = RawReplica(raw_address, shop)
    ready = ready_rows(url, orders.order_lines, max(lines // 10, 1), shop)
    raw_ms = [raw.upsert(orders.order_lines, ready[at : at + 5_000]) for at in range(0, len(ready), 5_000)]
    raw.close()
    ours, theirs = took_ms / total * _SHOWN, sum(raw_ms) / len(ready) * _SHOWN
    return [
        Result(
            f"first copy of {lines:,} order lines ({total:,} rows in all) in {took_ms / 1e3:.1f} s: ms per 1,000 rows",
            total,
            round(ours, 2),
            reference=Reference("raw executemany upserts", round(theirs, 2)),
            ratio=round(theirs / ours, 2),
        )
    ]


def _pumped(pump: Pump, url: str, replica: Address, rounds: int, rows: int) -> list[Result]:
    """Each round changes the same rows twice: once for the pump, once for the raw upsert into the same tables."""
    ours, theirs = [], []
    raw = RawReplica(replica, pump.shop_id)
    _drain(pump)
    for _ in range(rounds):
        touch(url, orders.order_lines, rows)
        start = time.perf_counter()
        written = _drain(pump)
        ours.append((time.perf_counter() - start) * 1e3 / written * _SHOWN)
        touch(url, orders.order_lines, rows)
        ready = ready_rows(url, orders.order_lines, rows, pump.shop_id)
        spent = sum(raw.upsert(orders.order_lines, ready[at : at + BATCH]) for at in range(0, len(ready), BATCH))
        theirs.append(spent / len(ready) * _SHOWN)
        _drain(pump)
    raw.close()
    p50, raw_p50 = percentile(ours, 50), percentile(theirs, 50)
    ratio = raw_p50 / p50
    return [
        Result(
            f"pump: ms per 1,000 changed rows ({_SHOWN / p50 * 1e3:,.0f} rows a second; raw {_SHOWN / raw_p50 * 1e3:,.0f})",
            rounds,
            round(p50, 2),
            round(percentile(ours, 99), 2),
            Reference("raw executemany upserts of the same rows", round(raw_p50, 2)),
            round(ratio, 2),
            f"≥ {AT_LEAST} × its rows a second",
            ratio >= AT_LEAST,
        )
    ]


def _drain(pump: Pump) -> int:
    """How many rows were written for it."""
    written = 0
    while (step := pump.pump()).entries:
        written += step.written
    return written


def _triggers(root: Path, orders_each: int) -> list[Result]:
    """One order a transaction, with and without the triggers, in turns."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    masters = {}
    for name in times:
        url = f"sqlite:///{root}/{name}.db"
        init_master(url)
        seed_master(url)
        turn_following(url, on=name == "with")
        masters[name] = Master(url)
    masters["with"].snapshot(root / "shop.db")
    shop = Snapshots(root / "shop.db", "till1").load()
    began = datetime.now(UTC) - timedelta(days=1)
    facts = list(facts_of_a_day(shop, orders_each * FACTS_AN_ORDER, began))
    for number in range(orders_each):
        fact, person, at = facts[number * FACTS_AN_ORDER]
        entry = Entry(seq=number + 1, id=fact.order, fact=fact, staff=person, at=at)  # type: ignore[union-attr]
        for name, master in masters.items():
            start = time.perf_counter()
            master.store("till1", [entry])
            times[name].append((time.perf_counter() - start) * 1e3)
    for master in masters.values():
        master.close()
    return [compared("an order with the triggers on", times["with"], "with them off", times["without"])]
