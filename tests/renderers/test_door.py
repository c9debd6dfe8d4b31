"""Who gets in by a scan, and what the screen says to whom it does not let in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from station.domain.access import Access, remembered
from station.domain.facts import Entry, StaffSeen
from station.domain.menu import Menu, Person, Profile, Shop, StationInfo
from station.domain.pins import FREE_TRIES, wait_s
from station.domain.scans import Wallet, Wallets, hash_of_code, rotating_code, rotating_key, static_code, step_of
from station.renderers.door import scanned

NOW = datetime(2026, 11, 25, 12, 0, 5, tzinfo=UTC)
KEY = b"k" * 32
AMINA, KOFI = "01jd9q3v7k8m2n4pqrstvwxyz0", "01jd9q3v7k8m2n4pqrstvwxyz1"
CARD, PHONE = "01jd9q3v7k8m2n4pqrstvwxyz2", "01jd9q3v7k8m2n4pqrstvwxyz3"
CODE = static_code(b"a" * 16)


def shop(**changes) -> Shop:
    cards = [
        Wallet(CARD, AMINA, "00000001", "static", hash_of_code(CODE)),
        Wallet(PHONE, KOFI, "00000002", "rotating", "x"),
    ]
    made = Shop(
        id="shop",
        name="De Pan",
        version="1",
        business_day="2026-11-25",
        business_day_id="day",
        menu=Menu("EUR", 1, (), (), {}),
        staff=(Person(AMINA, "Amina", "Cashier", frozenset()), Person(KOFI, "Kofi", "Cook", frozenset())),
        stations=(StationInfo("till1", "Till 1", "till", frozenset()),),
        profile=Profile("till", "till"),
        wallets=Wallets({one.sha256: one for one in cards}, {one.number: one for one in cards}),
    )
    return replace(made, **changes)


def phone(at: datetime) -> str:
    return rotating_code("00000002", rotating_key(KEY, "00000002"), at)


def scan(code: str, *, present=None, access=None, at=NOW, of=None):
    return scanned(code, of or shop(), access or Access(), present=present, now=at, shop_key=KEY)


def entry(fact: StaffSeen, at: datetime = NOW, seq: int = 1) -> Entry:
    return Entry(seq=seq, id=AMINA, fact=fact, staff=None, at=at)


def test_a_card_logs_its_person_in():
    answer = scan(CODE)
    assert answer.facts == (StaffSeen(staff=AMINA, what="login", how="wallet", card=CARD),)
    assert answer.note == "Amina is logged in"


def test_another_persons_card_switches_and_the_same_one_again_logs_out():
    assert scan(CODE, present=KOFI).facts[0].what == "login"
    assert scan(CODE, present=AMINA).facts[0].what == "logout"


@pytest.mark.parametrize(
    "code", ["'; DROP TABLE staff; --", "5449000000996", "\x1b[2J", static_code(b"b" * 16), "SW123"]
)
def test_anything_else_logs_nobody_in_and_its_text_is_kept_nowhere(code):
    answer = scan(code, present=KOFI)
    (fact,) = answer.facts
    assert (fact.what, fact.staff, fact.card) == ("refused", None, None)
    assert code not in repr(answer)


def test_a_blocked_card_says_so_and_names_the_card_in_the_facts():
    cards = shop().wallets
    blocked = replace(cards.by_number["00000001"], revoked=True)
    answer = scan(CODE, of=shop(wallets=Wallets({blocked.sha256: blocked}, {})))
    assert "blocked" in answer.note
    assert (answer.facts[0].what, answer.facts[0].card, answer.facts[0].why) == ("refused", CARD, "revoked")


def test_somebody_who_left_is_unknown_even_with_a_card():
    assert scan(CODE, of=shop(staff=())).facts[0].what == "refused"


def test_a_phones_code_passes_once_even_after_a_restart():
    first = scan(phone(NOW))
    assert (first.facts[0].what, first.facts[0].step) == ("login", step_of(NOW))
    # What the journal kept is all that is known after a restart.
    access = remembered([entry(first.facts[0])])
    again = scan(phone(NOW), access=access)
    assert (again.facts[0].what, again.facts[0].why) == ("refused", "used")
    assert scan(phone(NOW), access=access, at=NOW + timedelta(seconds=60)).facts[0].why == "expired"
    later = NOW + timedelta(seconds=30)
    assert scan(phone(later), access=access, at=later).facts[0].what == "login"


def test_wrong_pins_are_counted_from_the_facts_for_the_person_and_for_the_station():
    wrong = [entry(StaffSeen(staff=AMINA, what="refused", how="pin"), NOW, seq) for seq in range(FREE_TRIES)]
    access = remembered(wrong)
    assert wait_s(access.tries_of(AMINA), NOW) == 30
    assert wait_s(access.tries_of(""), NOW) == 30
    assert wait_s(access.tries_of(KOFI), NOW) == 0
    right = remembered([entry(StaffSeen(staff=AMINA, what="login", how="pin"))], access)
    assert (right.tries_of(AMINA).wrong, right.tries_of("").wrong) == (0, 0)


def test_a_log_in_by_card_forgives_no_wrong_pin():
    wrong = [entry(StaffSeen(staff=AMINA, what="refused", how="pin"), NOW, seq) for seq in range(FREE_TRIES)]
    access = remembered([*wrong, entry(StaffSeen(staff=AMINA, what="login", how="wallet", card=CARD))])
    assert wait_s(access.tries_of(AMINA), NOW) == 30
