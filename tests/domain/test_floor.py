"""The floor's geometry: names of places and of what is on its way, and what several listings mean together."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.floor import Spot, Transit, check_place, live, load, parse_child, parse_transit
from station.domain.token import TokenName
from station.errors import TokenError

NONCE = "01jd9q3v7k8m2n4pqrst0wxyz9"


def name(order: int = 1, part: str = "1", hop: int = 0, revision: int = 0, items: int = 2) -> TokenName:
    return TokenName(f"01jd9q3v7k8m2n4pqrst0{order:05d}", f"t1-{order:03d}", part, revision, hop, items)


@pytest.mark.parametrize("place", ["inbox", "hold", "pass", "stations/grill1", "done/2026-11-23", "void/2026-11-23"])
def test_where_tokens_live_is_a_place(place: str) -> None:
    assert check_place(place) == place


@pytest.mark.parametrize(
    "place",
    [
        "",
        "tmp",
        "stations",
        "stations/",
        "stations/../inbox",
        "stations/GRILL1",
        "done/today",
        "transit/x",
        "/inbox",
        "inbox\n",
    ],
)
def test_anything_else_is_none(place: str) -> None:
    with pytest.raises(TokenError, match="no place"):
        check_place(place)


def test_a_transit_folder_tells_what_it_replaces() -> None:
    transit = Transit(NONCE, Spot("stations/grill1", name(hop=4)))
    assert parse_transit(transit.folder.removeprefix("transit/")) == transit
    assert transit.parent.endswith(f"/{name(hop=5)}")
    assert transit.retired(date(2026, 11, 23)).endswith(f".h6.n2.{NONCE}.sss")
    child = Spot("stations/fry1", name(part="1-2", hop=5))
    assert parse_child(transit.child(child).rpartition("/")[2]) == child


@pytest.mark.parametrize(
    "text", ["x", "~inbox+x.sss", f"{NONCE}~etc+passwd", f"{NONCE}~..+{name()}", f"bad~inbox+{name()}"]
)
def test_a_stranger_in_transit_is_told_apart(text: str) -> None:
    with pytest.raises(TokenError):
        parse_transit(text)


def test_a_token_seen_twice_is_where_it_hopped_last() -> None:
    here, there = Spot("stations/grill1", name(hop=2)), Spot("pass", name(hop=3))
    assert live([there, here]) == {here.name.key: there}


def test_a_part_that_was_split_is_gone_once_its_parts_are_seen() -> None:
    spots = [
        Spot("inbox", name(hop=1)),
        Spot("stations/a", name(part="1-1", hop=2)),
        Spot("stations/b", name(part="1-2-1", hop=5)),
        Spot("stations/b", name(part="1-2", hop=2)),
    ]
    assert sorted(part for _, part in live(spots)) == ["1-1", "1-2-1"]


@given(st.permutations([("inbox", 0), ("stations/a", 1), ("pass", 2), ("stations/a", 3)]))
def test_the_order_of_listings_does_not_matter(seen: list[tuple[str, int]]) -> None:
    spots = [Spot(place, name(hop=hop)) for place, hop in seen]
    assert live(spots)[name().key] == Spot("stations/a", name(hop=3))


def test_load_is_known_from_names_alone() -> None:
    assert load({"stations/grill1": [name(1, items=3), name(2, items=4)], "stations/fry1": [], "pass": [name(3)]}) == {
        "grill1": 7,
        "fry1": 0,
    }
