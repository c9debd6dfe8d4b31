"""Cards as files, on a real master: private from their first moment, all or none, and no secret as text."""

import errno
import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from masters import Masters
from printed import codes, texts, title, unpacked
from sqlalchemy import select

from station.data.personnel import Personnel
from station.data.queries.screens import load_shop
from station.data.session import reading
from station.data.tables import ledger
from station.domain.scans import Identified, identify
from station.errors import DatabaseAway, DataError, StationError
from station.paper.inter import Inter
from station.wallet import files
from station.wallet.files import issue_cards, write_cards

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def masters(tmp_path_factory):
    return Masters(tmp_path_factory.mktemp("masters"), lambda: None)


@pytest.fixture
def engine(masters, tmp_path):
    made = masters.seeded("sqlite", tmp_path / "master.db", NOW)
    yield made
    made.dispose()


@pytest.fixture
def office(engine, tmp_path):
    return Personnel(f"sqlite:///{tmp_path}/master.db", station="manager1", shop_key=KEY, now=lambda: NOW, by="marc")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "new" / "cards"


def who(code, engine):
    with reading(engine) as conn:
        shop = load_shop(conn, "till1", NOW)
    found = identify(code, shop.wallets, NOW, used={}, shop_key=KEY)
    assert isinstance(found, Identified)
    return next(one.name for one in shop.staff if one.id == found.staff)


def valid_cards(office):
    return [number for one in office.everybody() for number, _ in one.cards]


def audited(engine):
    with reading(engine) as conn:
        return list(conn.scalars(select(ledger.audit_events.c.kind).order_by(ledger.audit_events.c.seq)))


def test_each_card_is_three_files_that_let_its_owner_in_and_a_sheet_holds_all(office, engine, out):
    issued = issue_cards(office, ["amina", "kofi", "amina"], "static", out, sheet=True)
    assert [card.name for card in issued.cards] == ["Amina", "Kofi"]
    for card in issued.cards:
        assert [path.suffix for path in issued.of(card)] == [".pdf", ".png", ".svg"]
        for path in issued.of(card)[:2]:
            assert codes(path) == [card.code]
        assert title(issued.of(card)[0]) == {"Title": f"Staff card {card.number}"}
        assert who(card.code, engine) == card.name
    assert issued.sheet == out / "cards.pdf"
    assert codes(issued.sheet) == [card.code for card in issued.cards]
    assert sorted(out.iterdir()) == sorted(issued.files)


def test_files_and_a_new_folder_are_their_owners_alone(office, out):
    before = os.umask(0)
    try:
        static = issue_cards(office, ["amina"], "static", out, sheet=True)
        rotating = issue_cards(office, ["kofi"], "rotating", out, google_issuer="123456")
    finally:
        os.umask(before)
    made = [*static.files, *rotating.files]
    assert len(made) == 6
    assert {stat.S_IMODE(path.stat().st_mode) for path in made} == {0o600}
    assert stat.S_IMODE(out.stat().st_mode) == 0o700


def test_files_are_made_private_and_never_over_another_one(office, out, monkeypatch):
    opened = []

    def watched(path, flags, mode=0o777):
        if flags & os.O_CREAT:
            opened.append((flags & (os.O_EXCL | os.O_NOFOLLOW), mode))
        return real(path, flags, mode)

    real = os.open
    monkeypatch.setattr(files.os, "open", watched)
    issue_cards(office, ["amina"], "static", out)
    assert opened == [(os.O_EXCL | os.O_NOFOLLOW, 0o600)] * 3


def test_no_secret_is_text_in_any_file_of_a_static_card(office, out):
    issued = issue_cards(office, ["amina", "kofi"], "static", out, sheet=True)
    for path in issued.files:
        held = path.read_bytes()
        held = (unpacked(held) if path.suffix == ".pdf" else held).upper()
        said = " ".join(texts(path)).upper() if path.suffix == ".pdf" else ""
        for card in issued.cards:
            for secret in (card.code, card.code[2:-1], card.code.encode().hex().upper(), card.code[:10]):
                assert secret.encode() not in held
                assert secret not in said
    assert all(card.code not in repr(card) for card in issued.cards)


def test_a_rotating_card_is_a_key_and_a_pass_where_there_is_an_issuer(office, out):
    alone = issue_cards(office, ["kofi"], "rotating", out)
    assert [path.name for path in alone.files] == [f"card-{alone.cards[0].number}.key"]
    assert bytes.fromhex(alone.files[0].read_text()) == alone.cards[0].key
    both = issue_cards(office, ["kofi"], "rotating", out, google_issuer="123456")
    assert [path.name.partition(".")[2] for path in both.files] == ["key", "google.json"]
    assert both.cards[0].key != alone.cards[0].key


@pytest.mark.parametrize("wrong", ["person", "sheet", "folder", "typeface", "issuer"])
def test_nothing_is_issued_when_it_is_known_that_it_would_not_end_well(
    office, engine, out, wrong, monkeypatch, tmp_path
):
    who, kind, more = ["amina", "kofi"], "static", {"sheet": True}
    match wrong:
        case "person":
            who, said = ["amina", "zed"], "nobody has the code 'zed'"
        case "sheet":
            out.mkdir(parents=True)
            (out / "cards.pdf").symlink_to(tmp_path / "nowhere")
            said = r"cards\.pdf is there already"
        case "folder":
            out.parent.write_text("in the way")
            said = "cannot be a folder for cards: Not a directory; give another --out"
        case "typeface":
            monkeypatch.setattr(files, "Inter", lambda: Inter(tmp_path))
            said = "install the package fonts-inter"
        case "issuer":
            kind, more, said = "rotating", {"google_issuer": "acme"}, "no issuer ID"
    with pytest.raises(StationError, match=said):
        issue_cards(office, who, kind, out, **more)
    assert valid_cards(office) == []
    assert audited(engine) == []
    assert [path for path in tmp_path.rglob("card*.p*") if not path.is_symlink()] == []


def full_disk_after(count, monkeypatch):
    calls = []

    def fsync(handle):
        calls.append(handle)
        if len(calls) > count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", fsync)


@pytest.mark.parametrize("count", range(7))
def test_cards_that_found_no_place_are_blocked_and_leave_no_file(office, engine, out, monkeypatch, count):
    full_disk_after(count, monkeypatch)
    with pytest.raises(
        StationError, match=r"No space left on device\)\. The new cards are blocked again; nobody has them"
    ):
        issue_cards(office, ["amina", "kofi"], "static", out, sheet=True)
    assert list(out.iterdir()) == []
    assert valid_cards(office) == []
    assert audited(engine) == ["staff.card_issued"] * 2 + ["staff.card_revoked"] * 2


def test_cards_that_could_not_even_be_blocked_are_named(office, out, monkeypatch):
    full_disk_after(0, monkeypatch)
    revoke, asked = office.revoke, []

    def away_at_the_second(number):
        asked.append(number)
        if len(asked) == 2:
            raise DatabaseAway("the master is away")
        return revoke(number)

    monkeypatch.setattr(office, "revoke", away_at_the_second)
    with pytest.raises(StationError) as raised:
        issue_cards(office, ["amina", "kofi", "elif"], "static", out)
    left = valid_cards(office)
    assert len(left) == 2
    said = str(raised.value)
    assert "they could not be blocked (the master is away)" in said
    assert all(f"station staff revoke {number}" in said for number in left)


def test_a_file_that_is_there_is_not_touched(office, out):
    (card,) = issue_cards(office, ["amina"], "static", out).cards
    before = {path: path.read_bytes() for path in out.iterdir()}
    (out / f"card-{card.number}.pdf").rename(out / "printed.pdf")
    with pytest.raises(StationError, match=r"card-\d{8}\.png: File exists"):
        write_cards([card], out, Inter())
    after = {path: path.read_bytes() for path in out.iterdir()}
    assert sorted(after.values()) == sorted(before.values())
    assert not (out / f"card-{card.number}.pdf").exists()


def test_one_of_several_who_cannot_have_a_card_leaves_the_others_without_too(office):
    with pytest.raises(DataError, match="zed"):
        office.issue_all(["amina", "zed"], "static")
    assert valid_cards(office) == []
