"""The shop's books when the doors have closed: every fact in the master, every row of it in the replica."""

from dataclasses import dataclass
from pathlib import Path

from station.data.compared import compare
from station.data.followed import Master
from station.data.queries.floor import sent_orders
from station.data.replicated import Ends, pumping
from station.data.session import reading
from station.demo.shop import STATIONS, DemoShop
from station.link.follow import READER, Follower
from station.local.clock import boot_s
from station.local.journal import Journal


@dataclass(frozen=True, slots=True)
class Books:
    """`orders`: in the master. `rows`: of the master, each compared with the replica's; `differing` of them, 0 is good."""

    orders: int
    rows: int
    differing: int


def close_the_books(shop: DemoShop) -> Books:
    """The stations have ended; what they had not brought yet is brought as their own programs would. Raises DataError."""
    for code in STATIONS:
        _bring_the_rest(shop.home(code), code, shop.master_url)
    replica = shop.replica
    with pumping(shop.master_url, replica) as pump:
        while pump.copy() is not None:
            pass
        while pump.pump().entries:
            pass
    ends = Ends(shop.master_url, replica)
    try:
        found = list(compare(ends, lambda: None))
        with reading(ends.master) as conn:
            orders = len(sent_orders(conn))
    finally:
        ends.close()
    return Books(orders, sum(one.rows for one in found), sum(one.differing for one in found))


def _bring_the_rest(home: Path, code: str, master_url: str) -> None:
    journal = Journal(home / "data" / "journal.db", code)
    master = Master(master_url)
    follower = Follower(
        code,
        journal,
        master,
        snapshot=home / "data" / "snapshot.db",
        status=home / "run" / "link.json",
        monotonic=boot_s,
    )
    ends = boot_s() + 60
    while journal.cursor(READER) < journal.last() and boot_s() < ends:
        follower.step()
    master.close()
    journal.close()
