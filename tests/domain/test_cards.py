"""What a screen shows before the floor has answered: the mirror with this station's own pending facts on it."""

from datetime import UTC, datetime

from station.domain.cards import Card, expected
from station.domain.facts import Entry, Fact, LineTicked, OrderSent, TokenAcknowledged, TokenMoved, TokenTransferred
from station.domain.floor import Spot
from station.domain.token import Body, Line, name_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ORDER = "01jd9q3v7k8m2n4pqrst0wxyz0"
LINE = "01jd9q3v7k8m2n4pqrst0wxyz1"
BODY = Body(
    order=ORDER,
    number="t1-042",
    mode="eat_in",
    placed_at=NOW,
    placed_by="Mia",
    placed_on="till1",
    lines=(Line(id=LINE, item=LINE, name="Classic burger", count=2, was=1, group="grill"),),
)
CARDS = {BODY.key: Card(Spot("stations/grill1", name_of(BODY, 2)), BODY)}


def entries(*facts: Fact) -> list[Entry]:
    return [
        Entry(seq=n, id=f"01jd9q3v7k8m2n4pqrst0{n:05d}", fact=fact, staff=None, at=NOW) for n, fact in enumerate(facts)
    ]


def bump(place: str = "stations/grill1") -> TokenMoved:
    return TokenMoved(order=ORDER, part="1", place=place, to="pass", verb="bump")


def test_a_bumped_card_is_on_the_pass_at_once() -> None:
    card = expected(CARDS, entries(bump()))[BODY.key]
    assert (card.spot.place, card.spot.name.hop, card.pending) == ("pass", 3, True)


def test_facts_done_in_a_row_build_on_each_other() -> None:
    tick = LineTicked(order=ORDER, part="1", place="stations/grill1", line=LINE, done=2)
    undo = TokenMoved(order=ORDER, part="1", place="pass", to="stations/grill1", verb="undo")
    card = expected(CARDS, entries(tick, bump(), undo))[BODY.key]
    assert card.spot.place == "stations/grill1"
    assert card.body.lines[0].done == 2


def test_a_fact_about_a_place_where_the_token_no_longer_is_changes_nothing() -> None:
    assert expected(CARDS, entries(bump("stations/fry1"))) == CARDS


def test_ticking_more_than_there_is_ticks_what_there_is() -> None:
    tick = LineTicked(order=ORDER, part="1", place="stations/grill1", line=LINE, done=9)
    assert expected(CARDS, entries(tick))[BODY.key].body.lines[0].done == 2


def test_a_change_that_was_seen_flashes_no_more() -> None:
    seen = TokenAcknowledged(order=ORDER, part="1", place="stations/grill1", what="change")
    assert expected(CARDS, entries(seen))[BODY.key].body.lines[0].was is None


def test_a_transfer_shows_the_card_at_the_other_station() -> None:
    fact = TokenTransferred(order=ORDER, part="1", place="stations/grill1", station="grill2")
    assert expected(CARDS, entries(fact))[BODY.key].spot.place == "stations/grill2"


def test_an_order_that_was_just_sent_waits_in_the_inbox() -> None:
    sent = OrderSent(
        order=ORDER,
        number="T1-042",
        business_day=ORDER,
        mode="eat_in",
        lines=(),
        tenders=(),
        total_minor=0,
        tax_minor=0,
        currency="EUR",
        token=BODY,
    )
    assert expected({}, entries(sent))[BODY.key].spot.place == "inbox"
    assert expected(CARDS, entries(sent)) == CARDS
