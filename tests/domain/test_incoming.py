"""Orders from outside: what a bridge's file must be, and that this shop's own rules decide."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.incoming import LEAD, Rejected, accepted, bridge_key, fires_at, known_as, read, signature
from station.domain.menu import Menu
from tests.renderers.test_till import GONE, LAST, LATTE, MILK, SATAY, SHOP, SIZE, SOUP, ulid

KEY = b"k" * 32
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def text(**changes: object) -> bytes:
    order = {
        "bridge": "web",
        "id": "A-1",
        "mode": "take_away",
        "lines": [{"item": SOUP.id, "count": 2}],
        "total_minor": 1300,
        "currency": "EUR",
        "payment": {"kind": "online", "reference": "pi_1"},
    }
    return json.dumps({key: value for key, value in {**order, **changes}.items() if value is not None}).encode()


def taken(data: bytes, shop=SHOP, now: datetime = NOW):  # type: ignore[no-untyped-def]
    return accepted(read(data, signature(data, bridge_key(KEY, "web")), KEY), shop, now, ulid)


def reasons(data: bytes, shop=SHOP) -> str:  # type: ignore[no-untyped-def]
    with pytest.raises(Rejected) as refused:
        taken(data, shop)
    return "\n".join(refused.value.reasons)


def test_an_order_is_what_a_till_would_have_rung_up() -> None:
    milk, size = MILK.modifiers[1].id, SIZE.modifiers[1].id
    lines = [{"item": SOUP.id, "count": 2}, {"item": LATTE.id, "modifiers": [size, milk], "note": "hot"}]
    found = taken(text(lines=lines, total_minor=1300 + 460, customer={"name": "Eva", "marker": "7"}, note="ring twice"))
    assert [(line.count, line.item.name, line.note) for line in found.draft.lines] == [
        (2, "Soup", ""),
        (1, "Latte", "hot"),
    ]
    assert found.draft.lines[1].chosen == (milk, size), "in the menu's order"
    (tender,) = found.tenders
    assert (tender.kind, tender.amount_minor, tender.reference) == ("card", 1760, "web pi_1")
    assert found.draft.customer.name == "Eva"


def test_one_that_is_paid_at_the_till_has_no_payment() -> None:
    assert taken(text(payment={"kind": "at_till"})).tenders == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"item": SOUP.id, "count": 0}]}, "lines[0].count"),
        ({"lines": [{"item": "soup"}]}, "lines[0].item"),
        ({"lines": [{"item": ulid()}]}, "$.lines[0]: no item"),
        ({"lines": [{"item": GONE.id}]}, "Goulash is sold out"),
        ({"lines": [{"item": LAST.id, "count": 2}]}, "only 1 of Pie left"),
        ({"lines": [{"item": LATTE.id}]}, "Milk must be chosen"),
        ({"lines": [{"item": LATTE.id, "modifiers": [one.id for one in MILK.modifiers]}]}, "Milk: at most 1"),
        ({"lines": [{"item": SOUP.id, "modifiers": [MILK.modifiers[0].id]}]}, "Soup does not come with"),
        ({"lines": [{"item": SOUP.id, "colour": "red"}]}, "colour"),
        ({"total_minor": 1299}, "told 12.99"),
        ({"total_minor": 1300.5}, "total_minor"),
        ({"total_minor": "1300"}, "total_minor"),
        ({"currency": "SEK"}, "takes EUR"),
        ({"mode": "delivery"}, "mode"),
        ({"bridge": None}, "bridge"),
        ({"payment": {"kind": "cash"}}, "payment"),
        ({"payment": {"kind": "online"}}, "reference"),
        ({"due_at": "2026-11-23T12:00:00"}, "due_at"),
        ({"due_at": "2026-11-22T12:00:00Z"}, "past"),
        ({"due_at": "2026-12-22T12:00:00Z"}, "a week away"),
        ({"customer": {"allergies": ["chalk"]}}, "'chalk' is none of the allergens"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_not_an_order_of_this_shop_is_rejected_with_its_field(changes: dict[str, object], why: str) -> None:
    assert why in reasons(text(**changes))


def test_all_reasons_are_told_at_once() -> None:
    found = reasons(text(lines=[{"item": GONE.id}, {"item": LATTE.id}], currency="SEK"))
    assert all(word in found for word in ("$.lines[0]", "$.lines[1]", "$.currency"))


def test_a_clash_with_the_guests_allergies_is_for_people_to_settle() -> None:
    found = reasons(text(lines=[{"item": SATAY.id}], total_minor=1240, customer={"allergies": ["peanuts"]}))
    assert "Satay: Contains Peanuts" in found
    assert taken(text(customer={"allergies": ["peanuts"]})).draft.customer.allergies == ("peanuts",)


def test_a_closed_shop_takes_nothing_and_neither_does_an_empty_menu() -> None:
    assert "closed" in reasons(text(), replace(SHOP, day_open=False))
    assert "no item" in reasons(text(), replace(SHOP, menu=Menu("EUR", 1, (), (), {})))


def test_only_the_bridge_itself_signs_for_it() -> None:
    data = text()
    for wrong in (
        signature(data, bridge_key(KEY, "other")),
        signature(data, KEY),
        signature(data + b" ", bridge_key(KEY, "web")),
        "",
        "é",
    ):
        with pytest.raises(Rejected, match="signature"):
            read(data, wrong, KEY)
    with pytest.raises(Rejected, match="signature"):
        read(data, signature(data, bridge_key(b"another shop", "web")), KEY)
    assert read(data, signature(data, bridge_key(KEY, "web")).upper() + "\n", KEY).id == "A-1"


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_junk_is_rejected_and_breaks_nothing(data: bytes) -> None:
    with pytest.raises(Rejected):
        read(data, "0" * 64, KEY)


def test_too_much_is_not_even_read() -> None:
    with pytest.raises(Rejected, match="65536"):
        read(b" " * 70_000, "", KEY)


@pytest.mark.parametrize(("minutes", "waits"), [(None, False), (10, False), (16, True), (120, True)])
def test_an_order_for_later_goes_to_the_kitchen_in_time(minutes: int | None, waits: bool) -> None:
    due = None if minutes is None else NOW + timedelta(minutes=minutes)
    data = text(due_at=None if due is None else due.isoformat())
    order = read(data, signature(data, bridge_key(KEY, "web")), KEY)
    assert fires_at(order, NOW) == (due - LEAD if waits and due else None)


def test_two_bridges_may_use_the_same_ids() -> None:
    assert known_as("web", "1") != known_as("app", "1")
    assert known_as("web", "11") != known_as("web1", "1")
