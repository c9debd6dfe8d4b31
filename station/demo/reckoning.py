"""What the demo ended with: counted from the journals and the floor, not from what anybody hoped."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from station.demo.books import Books
from station.domain.facts import Entry, FloorReported, OrderSent
from station.domain.figures import percentile
from station.domain.floor import DONE, VOID
from station.domain.token import TokenName, parse_name
from station.errors import TokenError
from station.local.journal import Journal
from station.tokens.floor import FloorCheck


@dataclass(frozen=True, slots=True)
class Latency:
    """From the tap that sent an order to its card on a prep display, in milliseconds."""

    p50: float | None
    p99: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Summary:
    """`missing` and `duplicates` count orders and parts; 0 is the only good figure. `faults` counts them by kind.

    `orders_in_master` is to equal `orders_placed`. `replica_differs` counts rows of the master that the replica has not, or
    has otherwise; of `rows_in_master` all were compared.
    """

    orders_placed: int
    tokens_published: int
    parts: int
    handed_over: int
    in_progress: int
    missing: int
    duplicates: int
    quarantined: int
    orders_in_master: int
    rows_in_master: int
    replica_differs: int
    send_to_card_ms: Latency
    faults_injected: int
    faults: Mapping[str, int]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def reckon(
    homes: Mapping[str, Path],
    floor: Path,
    check: FloorCheck,
    books: Books,
    latencies_ms: list[float],
    faults: Mapping[str, int],
) -> Summary:
    """`homes` of all stations, stopped; `floor` is the share's own directory, quiescent."""
    entries = [entry for code, home in homes.items() for entry in _entries(home, code)]
    sent = {entry.fact.order for entry in entries if isinstance(entry.fact, OrderSent)}
    published = {
        entry.fact.order
        for entry in entries
        if isinstance(entry.fact, FloorReported) and entry.fact.verb == "send" and entry.fact.outcome == "done"
    }
    live = _live(floor)
    alive = {name.order for names in live.values() for name in names}
    finished = {
        order
        for order in alive
        if all(place.startswith((DONE, VOID)) for place, names in live.items() for name in names if name.order == order)
    }
    nowhere = sent - alive
    return Summary(
        orders_placed=len(sent),
        tokens_published=len(published),
        parts=sum(len(names) for names in live.values()),
        handed_over=len(finished),
        in_progress=len(alive - finished),
        missing=len(nowhere) + len(check.missing),
        duplicates=len(check.double),
        quarantined=len(check.quarantined),
        orders_in_master=books.orders,
        rows_in_master=books.rows,
        replica_differs=books.differing,
        send_to_card_ms=Latency(
            round(percentile(latencies_ms, 50), 1) if latencies_ms else None,
            round(percentile(latencies_ms, 99), 1) if latencies_ms else None,
            len(latencies_ms),
        ),
        faults_injected=sum(faults.values()),
        faults=dict(faults),
    )


def sent_orders(home: Path, code: str) -> list[str]:
    """The orders that this till sent, in order."""
    return [entry.fact.order for entry in _entries(home, code) if isinstance(entry.fact, OrderSent)]


def _entries(home: Path, code: str) -> list[Entry]:
    path = home / "data" / "journal.db"
    if not path.exists():
        return []
    journal = Journal(path, code)
    found: list[Entry] = []
    while more := journal.since(found[-1].seq if found else 0):
        found += more
    journal.close()
    return found


def _live(floor: Path) -> dict[str, list[TokenName]]:
    live: dict[str, list[TokenName]] = {}
    folders = [floor / "inbox", floor / "hold", floor / "pass"]
    folders += [path for top in ("stations", DONE, VOID) for path in sorted((floor / top).glob("*"))]
    for folder in folders:
        for path in sorted(folder.glob("*")):
            try:
                live.setdefault(str(folder.relative_to(floor)), []).append(parse_name(path.name))
            except TokenError:
                continue
    return live
