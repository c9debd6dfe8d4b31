"""What goes wrong in a shop, met by the real programs: each gets one clear line, and nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ulid import ULID

from station.demo.samba import PrivateSamba
from station.domain.facts import OrderSent
from station.domain.token import Body, Line, encode, name_of
from station.local.journal import Journal
from station.local.status import TokensStatus, read_status
from station.tokens.smb_address import SmbAddress

KEY = b"k" * 32


def new_id() -> str:
    return str(ULID()).lower()


def make_home(home: Path, address: SmbAddress, **changes: object) -> Path:
    for name in ("data", "run", "logs"):
        (home / name).mkdir(parents=True)
    share = {
        "kind": "smb",
        "host": address.host,
        "port": address.port,
        "share": address.share,
        "folder": address.folder,
        "user": address.user,
        "encrypt": address.encrypt,
    }
    station = {"code": "till1", "role": "till", "share": share, "master": f"sqlite:///{home}/master.db", **changes}
    (home / "station.json").write_text(json.dumps(station))
    secrets = home / "secrets.json"
    secrets.touch(mode=0o600)
    secrets.write_text(json.dumps({"token_key": KEY.hex(), "share_password": address.password}))
    return home


@contextmanager
def tokens_program(home: Path, *before: str) -> Iterator[None]:
    command = [*before, sys.executable, "-m", "station.tokens"]
    environment = {**os.environ, "STATION_HOME": str(home), "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with (home / "logs" / "tokens.log").open("wb") as log:
        # A group of its own: the clock's wrapper would leave the program behind.
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def told(home: Path, wanted: Callable[[TokensStatus], bool]) -> TokensStatus:
    """The program's status as soon as it is what the test waits for; after 30 s whatever it is."""
    deadline = time.monotonic() + 30
    while True:
        status = read_status(home / "run" / "tokens.json", TokensStatus)
        if wanted(status) or time.monotonic() > deadline:
            return status
        time.sleep(0.1)


def doctor(home: Path, *before: str) -> tuple[int, dict[str, tuple[str, str]]]:
    done = subprocess.run(
        [
            *before,
            sys.executable,
            "-c",
            "from station.cli import main; main()",
            "doctor",
            "--json",
            "--home",
            str(home),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1"},
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, {each["what"]: (each["verdict"], each["text"]) for each in json.loads(done.stdout)}


def an_order() -> OrderSent:
    line = Line(id=new_id(), item=new_id(), name="Burger", count=1, group="grill", note="x" * 300)
    body = Body(
        order=new_id(),
        number="t1-001",
        mode="eat_in",
        placed_at=datetime.now(UTC),
        placed_by="Mia",
        placed_on="till1",
        lines=(line,),
    )
    return OrderSent(
        order=body.order,
        number="T1-001",
        business_day=new_id(),
        mode="eat_in",
        lines=(),
        tenders=(),
        total_minor=0,
        tax_minor=0,
        currency="EUR",
        token=body,
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password": "wrong"}, "password"),
        ({"user": "nobody-here"}, "password"),
        ({"share": "flour"}, "flour"),
        ({"folder": "not/there"}, "not"),
    ],
)
def test_a_share_that_says_no_is_one_clear_line_and_the_order_waits(
    samba: PrivateSamba, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    home = make_home(tmp_path / "till1", replace(samba.address, **change))
    journal = Journal(home / "data" / "journal.db", "till1")
    sent = journal.append(an_order(), None, datetime.now(UTC))
    with tokens_program(home):
        status = told(home, lambda status: status.share == "refused")
    assert status.share == "refused"
    assert sentence in status.message
    assert "\n" not in status.message
    assert status.queue == 1
    assert [entry.id for entry in journal.pending()] == [sent.id]
    code, findings = doctor(home)
    assert code == 1
    assert findings["share"] == ("wrong", status.message)
    for text in (status.message, (home / "logs" / "tokens.log").read_text()):
        assert samba.address.password not in text
        assert "Traceback" not in text


def test_a_server_that_is_off_is_said_calmly_and_the_order_goes_out_when_it_is_back(tmp_path: Path) -> None:
    samba = PrivateSamba(tmp_path / "samba")
    samba.stop()
    home = make_home(tmp_path / "till1", samba.address)
    journal = Journal(home / "data" / "journal.db", "till1")
    journal.append(an_order(), None, datetime.now(UTC))
    try:
        with tokens_program(home):
            status = told(home, lambda status: status.share == "away")
            assert status.share == "away"
            assert status.since is not None
            samba.start()
            assert told(home, lambda status: status.share == "ok" and status.queue == 0).queue == 0
        assert len(list((samba.root / "inbox").iterdir())) == 1
    finally:
        samba.stop()


def test_a_read_only_share_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    samba = PrivateSamba(tmp_path / "samba")
    samba.stop()
    samba = PrivateSamba(tmp_path / "samba", options={"read only": "yes"})
    home = make_home(tmp_path / "till1", samba.address)
    journal = Journal(home / "data" / "journal.db", "till1")
    journal.append(an_order(), None, datetime.now(UTC))
    try:
        with tokens_program(home):
            status = told(home, lambda status: status.share == "refused")
        assert status.share == "refused"
        assert "read" in status.message or "write" in status.message or "right" in status.message
        assert len(journal.pending()) == 1
        assert doctor(home)[1]["share"][0] == "wrong"
    finally:
        samba.stop()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "small"
    root.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(root)], check=True)
    yield root
    subprocess.run(["umount", "-l", str(root)], check=True)


def test_a_full_disk_publishes_nothing_half_and_all_of_it_later(tmp_path: Path, small_disk: Path) -> None:
    samba = PrivateSamba(tmp_path / "samba", root=small_disk)
    home = make_home(tmp_path / "till1", samba.address)
    journal = Journal(home / "data" / "journal.db", "till1")
    try:
        with tokens_program(home):
            assert told(home, lambda status: status.share == "ok").share == "ok"
            stuffing = small_disk / "stuffing"
            with suppress(OSError), stuffing.open("wb", buffering=0) as file:
                while True:
                    file.write(b"x" * 4096)
            journal.append(an_order(), None, datetime.now(UTC))
            status = told(home, lambda status: "space" in status.message or "room" in status.message)
            assert "space" in status.message or "room" in status.message
            assert status.queue == 1
            assert list((small_disk / "inbox").iterdir()) == []
            stuffing.unlink()
            assert told(home, lambda status: status.queue == 0 and not status.message).queue == 0
        (token,) = (small_disk / "inbox").iterdir()
        assert token.stat().st_size > 300
    finally:
        samba.stop()


def test_a_station_whose_own_disk_is_full_says_so_lives_on_and_takes_up_everything_after(
    samba: PrivateSamba, tmp_path: Path, small_disk: Path
) -> None:
    home = make_home(tmp_path / "till1", replace(samba.address, folder="own-disk"))
    (samba.root / "own-disk").mkdir()
    (home / "data").rmdir()
    (home / "data").symlink_to(small_disk)
    with tokens_program(home):
        assert told(home, lambda status: status.share == "ok").share == "ok"
        stuffing = small_disk / "stuffing"
        with suppress(OSError), stuffing.open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 1024)
        sent = an_order().token
        (samba.root / "own-disk" / "inbox" / str(name_of(sent))).write_bytes(encode(sent, KEY))
        status = told(home, lambda status: bool(status.troubles))
        assert "No space left" in status.troubles[0].text
        assert status.share == "ok"
        stuffing.unlink()
        Journal(small_disk / "journal.db", "till1").append(an_order(), None, datetime.now(UTC))
        status = told(home, lambda status: not status.troubles and not status.queue)
        assert (status.troubles, status.queue) == ((), 0)
        assert [path.name for path in (small_disk / "mirror" / "inbox").glob(f"{sent.order}*")] == [str(name_of(sent))]
    log = (home / "logs" / "tokens.log").read_text()
    assert "Traceback" not in log
    assert log.count("disk=refuses") < 4


def test_a_clock_that_is_an_hour_off_is_told_and_cards_go_by_the_shops_clock(
    samba: PrivateSamba, tmp_path: Path
) -> None:
    home = make_home(tmp_path / "till1", samba.address)
    with tokens_program(home, "faketime", "-f", "+3600s"):
        status = told(home, lambda status: status.shop_time is not None)
    assert status.shop_time is not None
    assert abs((status.shop_time - datetime.now(UTC)).total_seconds()) < 60
    assert 3500 < status.drift_s < 3700
    _, findings = doctor(home, "faketime", "-f", "+3600s")
    verdict, text = findings["share"]
    assert verdict == "warning"
    assert "ahead of the shop's" in text


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"rool": "till"}, "did you mean 'role'"), ({"role": "pizza"}, "Invalid enum value 'pizza'")],
)
def test_a_configuration_with_a_mistake_is_named_by_the_doctor(
    samba: PrivateSamba, tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    home = make_home(tmp_path / "till1", samba.address, **change)
    code, findings = doctor(home)
    assert code == 1
    assert sentence in findings["configuration"][1]
    with tokens_program(home):
        status = told(home, lambda status: status.share == "refused")
    assert sentence in status.message
