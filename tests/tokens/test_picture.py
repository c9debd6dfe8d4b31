"""How one more look at the floor changes what a station believes, when listings lie as they do."""

from hypothesis import given
from hypothesis import strategies as st

from station.domain.floor import Spot
from station.domain.token import TokenName
from station.tokens.picture import Picture, follow, placed


def name(order: int = 1, part: str = "1", hop: int = 0, revision: int = 0) -> TokenName:
    return TokenName(f"01jd9q3v7k8m2n4pqrst0{order:05d}", f"t1-{order:03d}", part, revision, hop, 2)


def picture(*spots: Spot) -> Picture:
    return Picture({spot.name.key: spot for spot in spots})


HERE = Spot("stations/grill1", name(hop=2))


def test_a_new_token_is_fetched() -> None:
    after, steps = follow(Picture(), {"stations/grill1": [HERE.name]})
    assert steps.fetch == (HERE,)
    assert after.spots == {HERE.name.key: HERE}


def test_a_move_is_no_new_fetch_and_a_revision_is() -> None:
    _, moved = follow(picture(HERE), {"stations/grill1": [], "pass": [name(hop=3)]})
    assert moved.move == ((HERE, Spot("pass", name(hop=3))),)
    assert moved.fetch == moved.drop == ()
    _, revised = follow(picture(HERE), {"stations/grill1": [name(hop=3, revision=1)]})
    assert revised.fetch == (Spot("stations/grill1", name(hop=3, revision=1)),)
    assert revised.drop == (HERE,)


def test_a_token_is_gone_only_after_two_listings_agree() -> None:
    once, steps = follow(picture(HERE), {"stations/grill1": []})
    assert steps.drop == ()
    assert steps.look_again
    assert once.spots
    twice, steps = follow(once, {"stations/grill1": []})
    assert steps.drop == (HERE,)
    assert not twice.spots


def test_a_token_seen_again_was_never_gone() -> None:
    once, _ = follow(picture(HERE), {"stations/grill1": []})
    back, _ = follow(once, {"stations/grill1": [HERE.name]})
    assert back.absent == {}
    again, _ = follow(back, {"stations/grill1": []})
    assert again.spots


def test_a_folder_that_cannot_be_read_keeps_what_it_had() -> None:
    held = picture(HERE)
    for _ in range(5):
        held, steps = follow(held, {"stations/grill1": None})
        assert steps.drop == ()
    assert held.spots


def test_a_full_folder_found_empty_at_once_is_confirmed_once_more() -> None:
    held = picture(*(Spot("stations/grill1", name(order)) for order in range(1, 6)))
    drops = []
    for _ in range(3):
        held, steps = follow(held, {"stations/grill1": []})
        drops.append(len(steps.drop))
    assert drops == [0, 0, 5]


def test_an_older_sighting_does_not_take_back_a_newer_one() -> None:
    newer = Spot("pass", name(hop=3))
    after, steps = follow(picture(newer), {"stations/grill1": [name(hop=2)]})
    assert after.spots[newer.name.key] == newer
    assert steps.fetch == steps.move == ()


def test_parts_take_the_place_of_their_parent_at_once() -> None:
    listing = {"inbox": [], "stations/grill1": [name(part="1-1", hop=1)], "stations/fry1": [name(part="1-2", hop=1)]}
    after, steps = follow(picture(Spot("inbox", name())), listing)
    assert {part for _, part in after.spots} == {"1-1", "1-2"}
    assert steps.drop == (Spot("inbox", name()),)


def test_an_own_operation_is_in_the_picture_before_any_listing() -> None:
    there = Spot("pass", name(hop=3))
    assert placed(picture(HERE), HERE, [there]).spots == {HERE.name.key: there}


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["inbox", "stations/a", "pass"]), st.integers(1, 4), st.integers(0, 6)),
            max_size=6,
        ),
        max_size=6,
    )
)
def test_the_steps_make_the_mirror_equal_to_the_picture(looks: list[list[tuple[str, int, int]]]) -> None:
    held = Picture()
    mirror: set[Spot] = set()
    for look in looks:
        listing: dict[str, list[TokenName]] = {"inbox": [], "stations/a": [], "pass": []}
        for place, order, hop in look:
            listing[place].append(name(order, hop=hop))
        held, steps = follow(held, listing)
        for old, new in steps.move:
            mirror.remove(old)
            mirror.add(new)
        mirror |= set(steps.fetch)
        mirror -= set(steps.drop)
        assert mirror == set(held.spots.values())
