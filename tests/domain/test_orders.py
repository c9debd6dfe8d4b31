"""An order from the first tap to the fact that sells it."""

import itertools
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ulid import ULID

from station.domain import draft as drafts
from station.domain import tenders
from station.domain.allergens import Answer, Carrier, Choice
from station.domain.clashes import clashes, unconfirmed, words
from station.domain.draft import Draft, Mode
from station.domain.facts import OrderSent, Tender
from station.domain.menu import Category, Menu, MenuItem, MenuModifier, ModifierGroup, Person
from station.domain.orders import Sale, counter_name, number_prefix, order_number, place
from station.domain.pricing import price
from station.domain.token import decode, encode, name_of
from station.errors import OrderRefused

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ANNA = Person(str(ULID()).lower(), "Anna Keller", "cashier", frozenset({"order.take"}))
NO_CHANGE = Choice()


def ulid() -> str:
    return str(ULID()).lower()


def modifier(name: str, price_minor: int = 0, *, default: bool = False, choice: Choice = NO_CHANGE) -> MenuModifier:
    return MenuModifier(ulid(), name, "added", price_minor, default, choice)


def group(name: str, minimum: int, maximum: int, *modifiers: MenuModifier) -> ModifierGroup:
    return ModifierGroup(ulid(), name, minimum, maximum, modifiers)


def item(
    name: str = "Soup",
    price_minor: int = 650,
    *groups: ModifierGroup,
    eat_in_bp: int = 1900,
    take_away_bp: int = 700,
    sold_out: bool = False,
    left: int | None = None,
    carriers: tuple[Carrier, ...] = (Carrier("water", "Water", {}),),
) -> MenuItem:
    return MenuItem(
        id=ulid(),
        category_id="soups",
        name=name,
        short_name=name,
        price_minor=price_minor,
        colour="green",
        prep_group="kitchen",
        recipe_id=ulid(),
        weight=1,
        tax_eat_in_bp=eat_in_bp,
        tax_take_away_bp=take_away_bp,
        sold_out=sold_out,
        left=left,
        groups=groups,
        allergens={},
        dietary=(),
        carriers=carriers,
    )


def menu(*items: MenuItem, cash_rounding_minor: int = 1) -> Menu:
    return Menu("EUR", cash_rounding_minor, (Category("soups", "Soups", "green"),), items, {})


def sale(number: str = "t1-042") -> Sale:
    return Sale(ulid(), number, "till1", ANNA, ulid(), NOON)


def paid_in_cash(draft: Draft, cash_rounding_minor: int = 1) -> tuple[Tender, ...]:
    open_due = tenders.due(price(draft).total_minor, (), cash_rounding_minor)
    return (tenders.cash(open_due, open_due.cash_minor, ulid()),)


def sent(draft: Draft, *, cash_rounding_minor: int = 1) -> OrderSent:
    return place(
        draft,
        paid_in_cash(draft, cash_rounding_minor),
        menu(cash_rounding_minor=cash_rounding_minor),
        sale(),
        clashes(draft),
        ulid,
    )


MODES: st.SearchStrategy[Mode] = st.sampled_from(["eat_in", "take_away"])


@st.composite
def some_drafts(draw: Callable[..., object]) -> Draft:
    """Orders of one to six lines, some with extras, at any price and rate."""
    made = Draft(mode=draw(MODES))  # type: ignore[arg-type]
    lines = draw(
        st.lists(
            st.tuples(
                st.integers(0, 20_000), st.integers(1, 30), st.integers(0, 2_500), st.integers(0, 2_500), st.booleans()
            ),
            min_size=1,
            max_size=6,
        )
    )
    for number, (price_minor, count, eat_in_bp, take_away_bp, extra) in enumerate(lines):  # type: ignore[arg-type]
        one = modifier("Extra", 35)
        dish = item(
            f"Dish {number}",
            price_minor,
            group("Extras", 0, 2, one),
            eat_in_bp=eat_in_bp,
            take_away_bp=take_away_bp,
        )
        line_id = ulid()
        made = drafts.add(made, dish, line_id, (one.id,) if extra else ())
        made = drafts.count_changed(made, line_id, count)
    return made


@given(some_drafts())
def test_totals_add_up_from_units_to_the_order(draft: Draft) -> None:
    priced = price(draft)
    assert [one.total_minor for one in priced.lines] == [one.unit_minor * one.line.count for one in priced.lines]
    assert priced.total_minor == sum(one.total_minor for one in priced.lines)
    assert priced.tax_minor == sum(one.tax_minor for one in priced.lines)
    assert sum(rate.gross_minor for rate in priced.by_rate) == priced.total_minor
    assert sum(rate.tax_minor for rate in priced.by_rate) == priced.tax_minor


@given(some_drafts())
def test_the_tax_of_a_line_is_the_contained_tax_rounded_half_up(draft: Draft) -> None:
    for one in price(draft).lines:
        # tax is the integer t with t - 1/2 <= exact < t + 1/2, and exact = total x rate / (1 + rate).
        doubled = 2 * one.total_minor * one.tax_bp
        whole = 10_000 + one.tax_bp
        assert (2 * one.tax_minor - 1) * whole <= doubled < (2 * one.tax_minor + 1) * whole


@given(some_drafts(), MODES)
def test_switching_the_mode_rates_every_line_anew_and_keeps_the_total(draft: Draft, mode: Mode) -> None:
    switched = price(drafts.mode_changed(draft, mode))
    rates = [line.item.tax_eat_in_bp if mode == "eat_in" else line.item.tax_take_away_bp for line in draft.lines]
    assert [one.tax_bp for one in switched.lines] == rates
    assert switched.total_minor == price(draft).total_minor


@given(some_drafts(), st.sampled_from([1, 5, 10]))
def test_what_is_sold_is_what_is_cooked(draft: Draft, rounding: int) -> None:
    fact = sent(draft, cash_rounding_minor=rounding)
    assert [(one.id, one.item, one.count, one.name) for one in fact.token.lines] == [
        (one.id, one.item, one.count, one.name) for one in fact.lines
    ]
    assert [[m.name for m in one.modifiers] for one in fact.token.lines] == [
        [m.name for m in one.modifiers] for one in fact.lines
    ]
    assert fact.token.items == draft.count
    assert sum(one.amount_minor for one in fact.tenders) == fact.total_minor + fact.rounding_minor
    assert abs(fact.rounding_minor) * 2 <= rounding
    decoded = decode(encode(fact.token, b"key"), b"key", name_of(fact.token))
    assert decoded == fact.token


@given(some_drafts(), st.integers(-500, 500).filter(bool))
def test_an_order_closes_only_when_its_tenders_equal_its_total(draft: Draft, off_by: int) -> None:
    total = price(draft).total_minor
    wrong = Tender(id=ulid(), kind="card", amount_minor=total + off_by, given_minor=total + off_by)
    with pytest.raises(OrderRefused, match="not the order's total"):
        place(draft, (wrong,), menu(), sale(), (), ulid)
    right = tenders.card(tenders.due(total, (), 5), ulid())
    assert place(draft, (right,), menu(cash_rounding_minor=5), sale(), (), ulid).rounding_minor == 0


@given(st.integers(0, 100_000), st.sampled_from([1, 5, 10]), st.integers(0, 50_000))
def test_change_is_what_was_given_beyond_the_rounded_cash(total: int, rounding: int, more: int) -> None:
    open_due = tenders.due(total, (), rounding)
    paid = tenders.cash(open_due, open_due.cash_minor + more, ulid())
    assert paid.change_minor == more
    assert paid.amount_minor % rounding == 0
    tenders.check_closes(total, (paid,), rounding)


@given(st.integers(1, 100_000), st.integers(0, 100_000))
def test_only_the_cash_remainder_after_a_card_is_rounded(total: int, by_card: int) -> None:
    first = Tender(id=ulid(), kind="card", amount_minor=min(by_card, total), given_minor=min(by_card, total))
    open_due = tenders.due(total, (first,), 10)
    paid = (first, tenders.cash(open_due, open_due.cash_minor, ulid()))
    tenders.check_closes(total, paid, 10)
    assert tenders.rounding_of(total, paid) == open_due.rounding_minor
    assert (first.amount_minor + paid[1].amount_minor) == total + open_due.rounding_minor


@given(st.integers(1, 60_000), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_quick_cash_offers_growing_sums_that_pay_it(cash_minor: int, currency: str) -> None:
    offered = tenders.quick_cash(cash_minor, currency)
    assert list(offered) == sorted(set(offered))
    assert all(amount > cash_minor for amount in offered)


def test_quick_cash_for_18_40_are_the_next_whole_sum_and_the_next_notes() -> None:
    assert tenders.quick_cash(1_840, "EUR") == (1_900, 2_000, 5_000, 10_000)


def test_too_little_cash_is_refused() -> None:
    with pytest.raises(OrderRefused, match="less than what is due"):
        tenders.cash(tenders.due(1_840, (), 5), 1_800, ulid())


def test_a_card_that_nobody_knows_the_outcome_of_holds_nothing_up_and_a_declined_one_pays_nothing() -> None:
    unknown = Tender(id=ulid(), kind="card", amount_minor=500, given_minor=500, state="unknown")
    assert tenders.due(500, (unknown,), 1).exact_minor == 0
    tenders.check_closes(500, (unknown,), 1)
    assert tenders.open_cards((unknown,)) == (unknown,)
    declined = msgspec.structs.replace(unknown, state="declined")
    assert tenders.due(500, (declined,), 1).exact_minor == 500
    with pytest.raises(OrderRefused):
        tenders.check_closes(500, (declined,), 1)


def test_the_same_payment_twice_does_not_pay_twice() -> None:
    half = Tender(id=ulid(), kind="card", amount_minor=250, given_minor=250)
    with pytest.raises(OrderRefused, match="twice"):
        tenders.check_closes(500, (half, half), 1)


def test_change_from_a_card_is_refused() -> None:
    odd = Tender(id=ulid(), kind="card", amount_minor=500, given_minor=600, change_minor=100)
    with pytest.raises(OrderRefused, match="cash only"):
        tenders.check_closes(500, (odd,), 1)


def test_an_empty_order_is_refused() -> None:
    with pytest.raises(OrderRefused, match="nothing on the order"):
        place(Draft(), (), menu(), sale(), (), ulid)


def test_a_line_with_an_open_choice_is_refused_and_named() -> None:
    coffee = item("Flat white", 380, group("Milk", 1, 1, modifier("Whole"), modifier("Oat", 40)))
    draft = drafts.add(Draft(), coffee, ulid())
    with pytest.raises(OrderRefused, match="Flat white: Milk must still be chosen"):
        place(draft, paid_in_cash(draft), menu(), sale(), (), ulid)


def test_a_modifier_costs_what_the_menu_says_and_stands_in_the_sale_and_the_token() -> None:
    oat = modifier("Oat", 40)
    coffee = item("Flat white", 380, group("Milk", 1, 1, modifier("Whole"), oat))
    fact = sent(drafts.add(Draft(), coffee, ulid(), (oat.id,)))
    assert fact.lines[0].unit_minor == 420
    assert [(one.modifier, one.price_minor) for one in fact.lines[0].modifiers] == [(oat.id, 40)]
    assert [one.name for one in fact.token.lines[0].modifiers] == ["Oat"]


def test_the_token_says_who_where_when_and_for_whom() -> None:
    draft = drafts.customer_named(drafts.add(Draft(), item(), ulid(), note=" no salt "), " Mia ", "7")
    fact = sent(drafts.mode_changed(draft, "take_away"))
    token = fact.token
    assert (token.placed_by, token.placed_on, token.placed_at) == ("Anna Keller", "till1", NOON)
    assert (token.customer.name, token.customer.marker, token.mode) == ("Mia", "7", "take_away")
    assert token.lines[0].note == "no salt"
    assert str(name_of(token)) == f"{fact.order}.t1-042.p1.r0.h0.n1.sss"


NUTS = Carrier("walnuts", "Walnuts", {"nuts": Answer.CONTAINS, "walnuts": Answer.CONTAINS}, separable=True)
BREAD = Carrier("bread", "Bread", {"gluten": Answer.CONTAINS, "sesame": Answer.MAY_CONTAIN})
SAUCE = Carrier("sauce", "House sauce", {"peanuts": Answer.UNKNOWN})


@pytest.mark.parametrize("code", ["nuts", "walnuts", "gluten", "sesame", "peanuts"])
def test_contains_may_contain_and_unknown_all_clash(code: str) -> None:
    draft = drafts.add(Draft(), item(carriers=(NUTS, BREAD, SAUCE)), ulid())
    assert len(clashes(drafts.allergy_toggled(draft, code))) == 1
    assert clashes(drafts.allergy_toggled(draft, "fish")) == ()


def test_a_clash_is_said_in_words_and_unknown_is_said_as_unknown() -> None:
    draft = drafts.add(Draft(), item(carriers=(NUTS, BREAD, SAUCE)), ulid())
    for code in ("nuts", "gluten", "sesame", "peanuts", "fish"):
        draft = drafts.allergy_toggled(draft, code)
    (clash,) = clashes(draft)
    names = {"nuts": "Nuts", "gluten": "Gluten", "sesame": "Sesame", "peanuts": "Peanuts"}
    assert words(clash, names) == (
        "Contains Gluten (Bread), Nuts (Walnuts); may contain Sesame (Bread);"
        " unknown whether it contains Peanuts (House sauce)"
    )


def test_leaving_out_what_was_put_on_last_ends_the_clash() -> None:
    without = modifier("No walnuts", choice=Choice(removes=frozenset({"walnuts"})))
    salad = item("Salad", 900, group("Changes", 0, 3, without), carriers=(NUTS,))
    line = ulid()
    draft = drafts.allergy_toggled(drafts.add(Draft(), salad, line), "nuts")
    assert [one.line_id for one in clashes(draft)] == [line]
    assert clashes(drafts.chosen_changed(draft, line, (without.id,))) == ()


def test_a_clash_must_be_confirmed_before_it_is_sold_and_the_sale_says_what_was_told() -> None:
    draft = drafts.allergy_toggled(drafts.add(Draft(), item("Salad", carriers=(NUTS,)), ulid()), "nuts")
    with pytest.raises(OrderRefused, match="Salad clashes"):
        place(draft, paid_in_cash(draft), menu(), sale(), (), ulid)
    fact = place(draft, paid_in_cash(draft), menu(), sale(), clashes(draft), ulid)
    assert [(one.line, one.answers) for one in fact.confirmed] == [(draft.lines[0].id, {"nuts": "contains"})]
    assert fact.token.customer.allergies == ("nuts",)
    assert fact.token.lines[0].allergens["walnuts"] is Answer.CONTAINS


def test_a_confirmation_does_not_outlive_a_change_of_the_dish() -> None:
    extra = modifier("House sauce", choice=Choice(adds=(SAUCE,)))
    line = ulid()
    draft = drafts.add(Draft(), item("Salad", 900, group("Extras", 0, 2, extra), carriers=(NUTS,)), line)
    draft = drafts.allergy_toggled(draft, "nuts")
    confirmed = clashes(draft)
    assert unconfirmed(draft, confirmed) == ()
    assert unconfirmed(drafts.chosen_changed(draft, line, (extra.id,)), confirmed) != ()
    assert unconfirmed(drafts.allergy_toggled(draft, "peanuts"), confirmed) == ()


@pytest.mark.parametrize(
    ("code", "prefix"), [("till1", "t1"), ("till2", "t2"), ("counter12", "c12"), ("bar", "b"), ("TILL3", "t3")]
)
def test_a_tills_numbers_begin_with_its_letter_and_digits(code: str, prefix: str) -> None:
    assert number_prefix(code) == prefix


@given(st.from_regex(r"[a-z][a-z0-9]{0,11}", fullmatch=True), st.integers(1, 999_999))
def test_every_order_number_fits_into_a_token(code: str, count: int) -> None:
    draft = drafts.add(Draft(), item(), ulid())
    number = order_number(code, count)
    fact = place(draft, paid_in_cash(draft), menu(), sale(number), (), ulid)
    assert decode(encode(fact.token, b"key"), b"key").number == number


def test_order_numbers_are_counted_for_each_business_day() -> None:
    assert order_number("till1", 42) == "t1-042"
    assert counter_name("2026-11-23") != counter_name("2026-11-24")


def test_every_id_of_an_order_is_its_own() -> None:
    oat, shot = modifier("Oat"), modifier("Shot")
    coffee = item("Latte", 380, group("Milk", 0, 2, oat, shot))
    made = itertools.count()
    draft = drafts.add(Draft(), coffee, ulid(), (oat.id, shot.id))
    draft = drafts.repeated(draft, draft.lines[0].id, ulid())

    def new_id() -> str:
        next(made)
        return ulid()

    fact = place(draft, paid_in_cash(draft), menu(), sale(), (), new_id)
    ids = [one.id for line in fact.lines for one in line.modifiers] + [line.id for line in fact.lines]
    assert len(set(ids)) == len(ids) == 6
    assert next(made) == 4
