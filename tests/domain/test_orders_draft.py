"""What may be done to an order while it is being taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from station.domain import draft as drafts
from station.domain.draft import Draft
from station.domain.menu import MenuItem, MenuModifier, ModifierGroup
from station.errors import OrderRefused


def ulid() -> str:
    return str(ULID()).lower()


def choice(name: str, *, default: bool = False) -> MenuModifier:
    return MenuModifier(name.lower(), name, "added", 10, default)


def dish(*groups: ModifierGroup, sold_out: bool = False, left: int | None = None) -> MenuItem:
    return MenuItem(
        ulid(), "c", "Burger", "Burger", 900, "red", "grill", ulid(), 1, 1900, 700, sold_out, left, groups, {}, ()
    )


BUN = ModifierGroup("bun", "Bun", 1, 1, (choice("White", default=True), choice("Rye")))
COOKED = ModifierGroup("cooked", "Cooked", 1, 1, (choice("Rare"), choice("Medium"), choice("Well")))
EXTRAS = ModifierGroup("extras", "Extras", 0, 2, (choice("Cheese"), choice("Bacon"), choice("Egg")))


def test_an_item_begins_with_its_defaults_and_says_what_is_still_open() -> None:
    burger = dish(BUN, COOKED, EXTRAS)
    assert drafts.defaults(burger) == ("white",)
    assert [group.name for group in drafts.open_groups(burger, drafts.defaults(burger))] == ["Cooked"]


def test_where_one_must_be_chosen_a_tap_replaces_and_never_empties() -> None:
    burger = dish(BUN, COOKED)
    chosen = drafts.toggled(burger, ("white",), "rye")
    assert chosen == ("rye",)
    assert drafts.toggled(burger, chosen, "rye") == ("rye",)


def test_where_one_may_be_chosen_a_second_tap_takes_it_away() -> None:
    sauce = dish(ModifierGroup("sauce", "Sauce", 0, 1, (choice("Hot"), choice("Mild"))))
    assert drafts.toggled(sauce, ("hot",), "hot") == ()
    assert drafts.toggled(sauce, ("hot",), "mild") == ("mild",)


def test_a_full_group_refuses_one_more_and_says_so() -> None:
    with pytest.raises(OrderRefused, match="Extras: at most 2"):
        drafts.toggled(dish(EXTRAS), ("cheese", "bacon"), "egg")


@given(st.lists(st.sampled_from(["white", "rye", "rare", "medium", "well", "cheese", "bacon", "egg"]), max_size=30))
def test_no_row_of_taps_ever_breaks_a_maximum(taps: list[str]) -> None:
    burger = dish(BUN, COOKED, EXTRAS)
    chosen = drafts.defaults(burger)
    for tap in taps:
        try:
            chosen = drafts.toggled(burger, chosen, tap)
        except OrderRefused:
            continue
        for group in burger.groups:
            assert sum(one.id in chosen for one in group.modifiers) <= group.maximum
        assert "Bun" not in [group.name for group in drafts.open_groups(burger, chosen)]
        assert list(chosen) == [one.id for one in drafts.modifiers_of(burger, chosen)]


def test_the_same_item_with_the_same_choices_is_counted_on_one_line() -> None:
    burger = dish(EXTRAS)
    draft = drafts.add(drafts.add(Draft(), burger, ulid()), burger, ulid())
    assert [(line.count, line.chosen) for line in draft.lines] == [(2, ())]
    draft = drafts.add(draft, burger, ulid(), ("egg",))
    assert [line.count for line in draft.lines] == [2, 1]


def test_a_line_with_a_note_is_never_merged_with_one_without() -> None:
    burger = dish()
    first = ulid()
    draft = drafts.note_changed(drafts.add(Draft(), burger, first), first, "well done")
    assert len(drafts.add(draft, burger, ulid()).lines) == 2


def test_a_sold_out_item_is_refused() -> None:
    with pytest.raises(OrderRefused, match="sold out"):
        drafts.add(Draft(), dish(sold_out=True), ulid())


def test_no_more_than_what_is_left_can_be_sold_over_all_lines() -> None:
    burger = dish(EXTRAS, left=3)
    line = ulid()
    draft = drafts.count_changed(drafts.add(Draft(), burger, line), line, 2)
    draft = drafts.add(draft, burger, ulid(), ("egg",))
    for refused in (
        lambda: drafts.add(draft, burger, ulid()),
        lambda: drafts.count_changed(draft, line, 3),
        lambda: drafts.repeated(draft, line, ulid()),
    ):
        with pytest.raises(OrderRefused, match="only 3 of Burger left"):
            refused()
    assert drafts.count_changed(draft, line, 1).count == 2


def test_counting_down_to_none_removes_the_line() -> None:
    line = ulid()
    assert drafts.count_changed(drafts.add(Draft(), dish(), line), line, 0).lines == ()


def test_repeating_gives_a_line_of_its_own_with_the_same_choices_and_note() -> None:
    burger, line, new = dish(EXTRAS), ulid(), ulid()
    draft = drafts.add(drafts.add(Draft(), burger, line, ("egg",), "soft"), dish(), ulid())
    draft = drafts.count_changed(draft, line, 4)
    after = drafts.repeated(draft, line, new)
    assert [one.id for one in after.lines][:2] == [line, new]
    assert (after.lines[1].count, after.lines[1].chosen, after.lines[1].note) == (1, ("egg",), "soft")


def test_a_line_that_is_gone_cannot_be_changed() -> None:
    with pytest.raises(OrderRefused, match="no longer on the order"):
        drafts.count_changed(Draft(), ulid(), 2)


def test_an_order_has_at_most_as_many_lines_as_a_token() -> None:
    draft = Draft()
    for _ in range(drafts.MAX_LINES):
        draft = drafts.add(draft, dish(), ulid())
    with pytest.raises(OrderRefused, match="at most 200 lines"):
        drafts.add(draft, dish(), ulid())


def test_a_guests_allergy_is_noted_and_taken_back_with_the_same_tap() -> None:
    draft = drafts.allergy_toggled(drafts.allergy_toggled(Draft(), "milk"), "nuts")
    assert draft.customer.allergies == ("milk", "nuts")
    assert drafts.allergy_toggled(draft, "milk").customer.allergies == ("nuts",)


@given(st.text(max_size=600), st.text(max_size=200), st.text(max_size=200))
def test_whatever_is_typed_fits_into_a_token(note: str, name: str, marker: str) -> None:
    line = ulid()
    draft = drafts.note_changed(drafts.add(Draft(), dish(), line), line, note)
    draft = drafts.customer_named(draft, name, marker)
    assert max(map(len, (draft.lines[0].note, draft.customer.name, draft.customer.marker))) <= 400
