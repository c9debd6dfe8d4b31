"""People, cards and PINs in the master: what is made, what is kept, and what is in the audit."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from station.data.personnel import Personnel
from station.data.pin_hashes import hash_pin, right_pin
from station.data.queries.audit import broken_at
from station.data.queries.screens import load_shop
from station.data.session import reading
from station.data.tables import ledger, shop
from station.domain.pins import EasyPin
from station.domain.scans import Identified, Refused, identify, rotating_code
from station.errors import DataError

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)


@pytest.fixture
def engine(masters, tmp_path):
    made = masters.seeded("sqlite", tmp_path / "master.db", NOW)
    yield made
    made.dispose()


@pytest.fixture
def office(engine, tmp_path):
    return Personnel(f"sqlite:///{tmp_path}/master.db", station="manager1", shop_key=KEY, now=lambda: NOW, by="marc")


def shop_of(engine):
    with reading(engine) as conn:
        return load_shop(conn, "till1", NOW)


def who(code, engine):
    return identify(code, shop_of(engine).wallets, NOW, used={}, shop_key=KEY)


def test_an_issued_card_lets_its_person_in_and_a_revoked_one_does_not(office, engine):
    card = office.issue("amina", "static")
    person = next(one.id for one in shop_of(engine).staff if one.name == "Amina")
    found = who(card.code, engine)
    assert isinstance(found, Identified)
    assert found.staff == person
    assert office.revoke(card.number) == "Amina"
    assert who(card.code, engine).why == "revoked"
    assert office.revoke(card.number) == "Amina"


def test_a_rotating_card_shows_codes_that_this_shop_takes(office, engine):
    card = office.issue("kofi", "rotating")
    assert isinstance(who(rotating_code(card.number, card.key, NOW), engine), Identified)
    assert isinstance(who(rotating_code(card.number, b"x" * 20, NOW), engine), Refused)


def test_no_card_and_no_pin_can_be_made_from_what_the_master_holds(office, engine, tmp_path):
    card, phone = office.issue("amina", "static"), office.issue("kofi", "rotating")
    office.set_pin("amina", "2580")
    held = b"".join(path.read_bytes() for path in tmp_path.glob("master.db*"))
    for secret in (card.code, card.code[2:-1], phone.key.hex()):
        assert secret.encode() not in held
        assert secret.lower().encode() not in held
    (kept,) = shop_of(engine).pins.values()
    pin = kept.argon2id
    assert pin.startswith("$argon2id$")
    # Without the shop's key not even the right PIN matches.
    assert not right_pin("2580", pin, b"another shop's key")
    assert right_pin("2580", pin, KEY)


def test_a_pin_is_checked_whether_there_is_one_or_not():
    kept = hash_pin("2580", KEY)
    assert right_pin("2580", kept, KEY)
    assert not right_pin("2581", kept, KEY)
    assert not right_pin("2580", None, KEY)
    assert not right_pin("nobody has this", None, KEY)
    assert not right_pin("2580", "rubbish", KEY)


def test_an_easy_pin_is_refused_and_the_old_one_stays(office, engine):
    office.set_pin("amina", "2580")
    before = dict(shop_of(engine).pins)
    for pin in ("1234", "1111", "amina", ""):
        with pytest.raises(EasyPin):
            office.set_pin("amina", pin)
    assert shop_of(engine).pins == before


def test_people_are_added_with_roles_that_exist(office, engine):
    office.add("bo", "Bo", "Bo Vos", ["cook", "cashier"])
    assert "order.take" in next(one for one in shop_of(engine).staff if one.name == "Bo").permissions
    office.set_roles("bo", ["cook"])
    assert "order.take" not in next(one for one in shop_of(engine).staff if one.name == "Bo").permissions
    with pytest.raises(DataError, match="no role 'king'"):
        office.add("al", "Al", "Al", ["king"])
    with pytest.raises(DataError, match="already"):
        office.add("bo", "Bo", "Bo", ["cook"])
    with pytest.raises(DataError, match="nobody has the code 'zed'"):
        office.issue("zed", "static")


def test_every_change_stands_in_the_audit_with_who_did_it_and_no_secret(office, engine):
    card = office.issue("amina", "static")
    office.set_pin("amina", "2580")
    office.revoke(card.number)
    with reading(engine) as conn:
        rows = conn.execute(select(ledger.audit_events).order_by(ledger.audit_events.c.seq)).all()
        station = conn.scalar(select(shop.stations.c.id).where(shop.stations.c.code == "manager1"))
        assert broken_at(conn, station) is None
    assert [row.kind for row in rows] == ["staff.card_issued", "staff.pin_set", "staff.card_revoked"]
    assert all(row.staff_id is not None for row in rows)
    assert all("2580" not in row.body and card.code not in row.body for row in rows)
