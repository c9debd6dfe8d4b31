"""`station bench floor`: the floor's operations beside the raw ones, on one share, in turns.

Over SMB each is measured against smbprotocol's own compounds with the same flushes; on a local directory against the
standard library's Maildir (add, claim, done), made as durable by fsync. Ours and theirs take turns, so a machine that
slows down slows both.
"""

import mailbox
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ulid import ULID

from station.bench.raw_smb import RawShare
from station.bench.results import Result, compared, report
from station.bench.scratch import disk
from station.demo.samba import PrivateSamba
from station.domain.changes import children
from station.domain.facts import SplitOff, TokenSplit
from station.domain.floor import INBOX, PASS, Spot, day_place, station_place
from station.domain.token import Body, Line, encode, name_of
from station.local.clock import boot_s
from station.local.journal import Journal
from station.tokens.directory import DirectoryShare
from station.tokens.execution import JournalProgress
from station.tokens.floor import Floor
from station.tokens.share import Share
from station.tokens.smb import open_share

KEY = b"b" * 32
TODAY = date(2026, 11, 23)
LISTINGS = (10, 100, 1_000, 10_000)
_SHOWN = (INBOX, PASS, station_place("grill1"))


def run(rounds: int = 200) -> dict[str, Any]:
    """`rounds` of each operation. Needs a disk (not a tmpfs) below the temporary folder for honest flushes."""
    with tempfile.TemporaryDirectory(prefix="station-bench-", dir=disk()) as folder:
        root = Path(folder)
        return report("floor", [*_over_smb(root / "smb", rounds), *_on_a_directory(root / "local", rounds)])


def _over_smb(root: Path, rounds: int) -> list[Result]:
    samba = PrivateSamba(root)
    try:
        raw = RawShare(samba.address)
        share = open_share(samba.address)
        floor = _floor(share, root)
        results = _operations(floor, share, raw, rounds)
        share.close()
        results += _growing(samba, raw, root, rounds // 2)
        raw.close()
    finally:
        samba.stop()
    return results


def _operations(floor: Floor, share: Share, raw: RawShare, rounds: int) -> list[Result]:
    place = station_place("grill1")
    floor.move(_id(), floor.publish(_id(), _body()), place)
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        body = _body()
        data = encode(body, KEY)
        spot = _timed(times, "publish", floor.publish, _id(), body)
        name = str(name_of(body))
        _timed(times, "raw create", raw.create, f"tmp/{name}.raw", data)
        _timed(times, "raw rename", raw.rename, f"tmp/{name}.raw", f"hold/{name}.raw")
        _timed(times, "raw unflushed", raw.rename, f"hold/{name}.raw", f"tmp/{name}.r", flush=False)
        share.create(f"tmp/{name}.ours", data)
        _timed(times, "the share's move", share.move, f"tmp/{name}.ours", f"hold/{name}.ours")
        there = _timed(times, "move", floor.move, _id(), spot, place)
        assert there is not None
        fact = TokenSplit(
            order=body.order, part="1", place=place, off=(SplitOff(line=body.lines[0].id, count=1),), to=PASS
        )
        parts = children(body, fact, by="bench", at=datetime.now(UTC))
        _timed(times, "split", floor.replace, _id(), there, parts)
    publish_raw = [a + b for a, b in zip(times["raw create"], times["raw rename"], strict=True)]
    # A split in two: a folder, two children, the commit, two moves, the parent's rest. So many raw messages, no more.
    split_raw = [2 * a + 4 * b for a, b in zip(times["raw create"], times["raw rename"], strict=True)]
    return [
        compared("smb: publish", times["publish"], "raw create+write+flush+rename", publish_raw, at_most=1.3),
        compared("smb: move", times["the share's move"], "raw rename+flush", times["raw rename"], at_most=1.3),
        compared("smb: move, its step kept first", times["move"], "raw rename+flush", times["raw rename"], at_most=1.3),
        compared("smb: move, against one that may be lost", times["move"], "raw rename", times["raw unflushed"]),
        compared("smb: split in two", times["split"], "2 raw creates + 4 raw renames", split_raw),
    ]


def _growing(samba: PrivateSamba, raw: RawShare, root: Path, rounds: int) -> list[Result]:
    """A station's round of listings and a hand-over, on floors with ever more finished tokens, in turns."""
    floors = {count: _grown(samba, root, count) for count in LISTINGS}
    os.sync()
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        for count, floor in floors.items():
            _timed(times, f"round {count}", floor.scan, _SHOWN)
            _timed(times, f"raw {count}", _list_all, raw, [f"with{count}/{place}" for place in _SHOWN])
            spot = floor.publish(_id(), _body(), PASS)
            _timed(times, f"hand over {count}", floor.move, _id(), spot, day_place("done", TODAY))
    few, many = LISTINGS[0], LISTINGS[-1]
    return [
        *(
            compared(
                f"smb: a station's listings, {count:,} finished tokens",
                times[f"round {count}"],
                "raw listing of the same",
                times[f"raw {count}"],
            )
            for count in LISTINGS
        ),
        compared(
            f"smb: a station's listings, {many:,} finished",
            times[f"round {many}"],
            f"with {few} finished",
            times[f"round {few}"],
            at_most=1.1,
        ),
        compared(
            f"smb: hand over, {many:,} finished",
            times[f"hand over {many}"],
            f"with {few} finished",
            times[f"hand over {few}"],
            at_most=1.1,
        ),
    ]


def _grown(samba: PrivateSamba, root: Path, finished: int) -> Floor:
    """A floor of its own on the share, with eight tokens in each place that a station shows."""
    name = f"with{finished}"
    done = samba.root / name / "done" / TODAY.isoformat()
    done.mkdir(parents=True)
    for _ in range(finished):
        (done / f"{name_of(_body(), 9)}").write_bytes(b"x")
    (root / name).mkdir()
    floor = _floor(open_share(replace(samba.address, folder=name)), root / name)
    for place in _SHOWN:
        for _ in range(8):
            floor.publish(_id(), _body(), place)
    return floor


def _on_a_directory(root: Path, rounds: int) -> list[Result]:
    (root / "floor").mkdir(parents=True)
    floor = _floor(DirectoryShare(root / "floor"), root)
    maildir = mailbox.Maildir(root / "maildir", create=True)
    times: dict[str, list[float]] = {}
    for _ in range(rounds):
        body = _body()
        data = encode(body, KEY)
        spot = _timed(times, "add", floor.publish, _id(), body)
        key = _timed(times, "maildir add", maildir.add, data)
        there = _timed(times, "claim", floor.move, _id(), spot, station_place("grill1"))
        _timed(times, "maildir claim", _maildir_claim, maildir, key, root / "maildir")
        assert isinstance(there, Spot)
        _timed(times, "done", floor.move, _id(), there, day_place("done", TODAY))
        _timed(times, "maildir done", _maildir_done, maildir, key, root / "maildir")
    return [
        compared(f"directory: {what}", times[what], f"Maildir {what}, synced", times[f"maildir {what}"])
        for what in ("add", "claim", "done")
    ]


def _maildir_claim(maildir: mailbox.Maildir, key: str, root: Path) -> None:
    """new/ -> cur/, as a mail program claims a message; both folders synced, as our moves are."""
    message = maildir.get_message(key)
    message.set_subdir("cur")
    message.add_flag("S")
    maildir[key] = message
    _sync(root / "new", root / "cur")


def _maildir_done(maildir: mailbox.Maildir, key: str, root: Path) -> None:
    message = maildir.get_message(key)
    message.add_flag("T")
    maildir[key] = message
    _sync(root / "cur", root / "tmp")


def _sync(*folders: Path) -> None:
    for folder in folders:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _list_all(raw: RawShare, places: Sequence[str]) -> None:
    for place in places:
        raw.names(place)


def _timed(times: dict[str, list[float]], what: str, call: Callable[..., Any], *values: Any, **named: Any) -> Any:
    started = time.perf_counter()
    found = call(*values, **named)
    times.setdefault(what, []).append((time.perf_counter() - started) * 1e3)
    return found


def _floor(share: Share, root: Path) -> Floor:
    """A floor whose progress is kept where a station keeps it."""
    floor = Floor(
        share,
        KEY,
        JournalProgress(Journal(root / "journal.db", "bench")),
        nonce=_id,
        today=lambda: TODAY,
        monotonic=boot_s,
        sleep=time.sleep,
    )
    floor.prepare()
    share.make_folder(station_place("grill1"))
    return floor


def _body() -> Body:
    lines = tuple(
        Line(id=_id(), item=_id(), name=f"Classic burger {n}", count=2, group="grill", note="no onion")
        for n in range(3)
    )
    return Body(
        order=_id(),
        number="t1-042",
        mode="eat_in",
        placed_at=datetime.now(UTC),
        placed_by="Mia",
        placed_on="till1",
        lines=lines,
    )


def _id() -> str:
    return str(ULID()).lower()
