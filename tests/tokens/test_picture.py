"""How one more look at the floor changes what a station believes, when listings lie as they do."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from station.domain.floor import Spot
from station.domain.token import TokenName
from station.tokens.picture import APART_S, Picture, Steps, follow, only, placed, steps_to, without


def name(order: int = 1, part: str = "1", hop: int = 0, revision: int = 0) -> TokenName:
    return TokenName(f"01jd9q3v7k8m2n4pqrst0{order:05d}", f"t1-{order:03d}", part, revision, hop, 2)


def picture(*spots: Spot) -> Picture:
    return Picture({spot.name.key: spot for spot in spots})


HERE = Spot("stations/grill1", name(hop=2))
seconds = itertools.count(1)


def look(before: Picture, listing, now_s: float | None = None) -> tuple[Picture, Steps]:  # type: ignore[no-untyped-def]
    """One look, long after the one before unless the time is given; the mirror held what the picture had."""
    after = follow(before, listing, float(next(seconds)) if now_s is None else now_s)
    return after, steps_to(after, before.spots.values())


def test_a_new_token_is_fetched() -> None:
    after, steps = look(Picture(), {"stations/grill1": [HERE.name]})
    assert steps.fetch == (HERE,)
    assert after.spots == {HERE.name.key: HERE}


def test_a_move_is_no_new_fetch_and_a_revision_is() -> None:
    _, moved = look(picture(HERE), {"stations/grill1": [], "pass": [name(hop=3)]})
    assert moved.move == ((HERE, Spot("pass", name(hop=3))),)
    assert moved.fetch == moved.drop == ()
    _, revised = look(picture(HERE), {"stations/grill1": [name(hop=3, revision=1)]})
    assert revised.fetch == (Spot("stations/grill1", name(hop=3, revision=1)),)
    assert revised.drop == (HERE,)


def test_a_token_is_gone_only_after_two_listings_agree() -> None:
    once, steps = look(picture(HERE), {"stations/grill1": []})
    assert steps.drop == ()
    assert once.absent
    assert once.spots
    twice, steps = look(once, {"stations/grill1": []})
    assert steps.drop == (HERE,)
    assert not twice.spots


def test_a_token_seen_again_was_never_gone() -> None:
    once, _ = look(picture(HERE), {"stations/grill1": []})
    back, _ = look(once, {"stations/grill1": [HERE.name]})
    assert back.absent == {}
    again, _ = look(back, {"stations/grill1": []})
    assert again.spots


def test_a_folder_that_cannot_be_read_keeps_what_it_had() -> None:
    held = picture(HERE)
    for _ in range(5):
        held, steps = look(held, {"stations/grill1": None})
        assert steps.drop == ()
    assert held.spots


def test_a_full_folder_found_empty_at_once_is_confirmed_once_more() -> None:
    held = picture(*(Spot("stations/grill1", name(order)) for order in range(1, 6)))
    drops = []
    for _ in range(3):
        held, steps = look(held, {"stations/grill1": []})
        drops.append(len(steps.drop))
    assert drops == [0, 0, 5]


def test_an_older_sighting_does_not_take_back_a_newer_one() -> None:
    newer = Spot("pass", name(hop=3))
    after, steps = look(picture(newer), {"stations/grill1": [name(hop=2)]})
    assert after.spots[newer.name.key] == newer
    assert steps.fetch == steps.move == ()


def test_parts_take_the_place_of_their_parent_at_once() -> None:
    listing = {"inbox": [], "stations/grill1": [name(part="1-1", hop=1)], "stations/fry1": [name(part="1-2", hop=1)]}
    after, steps = look(picture(Spot("inbox", name())), listing)
    assert {part for _, part in after.spots} == {"1-1", "1-2"}
    assert steps.drop == (Spot("inbox", name()),)


def test_an_own_operation_is_in_the_picture_before_any_listing() -> None:
    there = Spot("pass", name(hop=3))
    assert placed(picture(HERE), HERE, [there]).spots == {HERE.name.key: there}


def test_an_own_operation_takes_earlier_sightings_of_its_token_with_it() -> None:
    revised = Spot("stations/grill1", name(hop=3, revision=1))
    assert placed(picture(HERE), revised, []).spots == {}


def test_two_listings_of_the_same_moment_are_no_confirmation() -> None:
    once, _ = look(picture(HERE), {"stations/grill1": []}, 7.0)
    twice, steps = look(once, {"stations/grill1": []}, 7.0 + APART_S / 2)
    assert twice.spots
    assert not steps.drop
    thrice, _ = look(twice, {"stations/grill1": []}, 7.0 + 2 * APART_S)
    assert not thrice.spots


def test_a_folder_that_was_not_looked_at_confirms_nothing_and_forgets_nothing() -> None:
    once, _ = look(picture(HERE), {"stations/grill1": []}, 7.0)
    elsewhere, _ = look(once, {"pass": []}, 8.0)
    assert elsewhere.spots
    twice, _ = look(elsewhere, {"stations/grill1": []}, 9.0)
    assert not twice.spots


def test_what_the_mirror_lacks_is_fetched_whatever_came_between() -> None:
    after, steps = look(picture(HERE), {"stations/grill1": [HERE.name]})
    assert steps == Steps()
    assert steps_to(after, []).fetch == (HERE,)


def test_what_could_not_be_had_leaves_what_it_was_to_replace() -> None:
    part = Spot("stations/grill1", name(part="1-1", hop=3, revision=1))
    parted = without(picture(part), part, [HERE])
    assert parted.spots == {HERE.name.key: HERE}
    revised = Spot("stations/grill1", name(hop=3, revision=1))
    assert without(picture(revised), revised, [HERE]).spots == {HERE.name.key: HERE}
    assert without(picture(revised), revised, []).spots == {}


def test_a_place_that_is_not_shown_any_more_leaves_the_picture() -> None:
    there = Spot("stations/fry1", name(order=2))
    assert only(picture(HERE, there), {"stations/grill1", "pass"}).spots == {HERE.name.key: HERE}


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
    for seen in looks:
        listing: dict[str, list[TokenName]] = {"inbox": [], "stations/a": [], "pass": []}
        for place, order, hop in seen:
            listing[place].append(name(order, hop=hop))
        held = follow(held, listing, float(next(seconds)))
        steps = steps_to(held, mirror)
        for old, new in steps.move:
            mirror.remove(old)
            mirror.add(new)
        mirror |= set(steps.fetch)
        mirror -= set(steps.drop)
        assert mirror == set(held.spots.values())
