"""Money: what tax, cash rounding and sums must keep, whatever the amounts."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.money import (
    Taxed,
    by_rate,
    cash_rounding,
    decimals,
    format_minor,
    format_rate,
    round_cash,
    share_minor,
    tax_contained,
)

amounts = st.integers(-(10**12), 10**12)
rates = st.integers(0, 10_000)
steps = st.sampled_from([1, 5, 10])
NB = "\N{NO-BREAK SPACE}"


@given(st.integers(0, 10**12), rates)
def test_the_tax_in_a_total_is_within_half_a_unit_and_a_half_goes_up(total, rate):
    exact = Fraction(total * rate, 10_000 + rate)
    assert tax_contained(total, rate) - exact <= Fraction(1, 2)
    assert exact - tax_contained(total, rate) < Fraction(1, 2)


@given(amounts, rates)
def test_a_refund_takes_back_exactly_the_tax_of_the_sale(total, rate):
    assert tax_contained(-total, rate) == -tax_contained(total, rate)


@given(st.integers(0, 10**9), rates)
def test_tax_is_never_more_than_the_total_nor_less_than_nothing(total, rate):
    assert 0 <= tax_contained(total, rate) <= total


@pytest.mark.parametrize(
    ("total", "rate", "tax"),
    [(1120, 1200, 120), (106, 600, 6), (0, 2100, 0), (1, 1200, 0), (5, 1200, 1), (3, 10_000, 2), (990, 0, 0)],
)
def test_taxes_worked_out_by_hand(total, rate, tax):
    assert tax_contained(total, rate) == tax


def test_a_rate_below_zero_is_refused():
    with pytest.raises(ValueError, match="below zero"):
        tax_contained(100, -1)


@given(amounts, steps)
def test_cash_is_a_multiple_of_the_step_and_no_further_than_half_a_step(amount, step):
    assert round_cash(amount, step) % step == 0
    assert 2 * abs(cash_rounding(amount, step)) <= step
    assert amount + cash_rounding(amount, step) == round_cash(amount, step)


@given(amounts, steps)
def test_rounding_what_is_round_changes_nothing(amount, step):
    assert cash_rounding(round_cash(amount, step), step) == 0


@pytest.mark.parametrize(("amount", "step", "rounding"), [(1012, 5, -2), (1013, 5, 2), (1005, 10, 5), (1004, 1, 0)])
def test_roundings_worked_out_by_hand(amount, step, rounding):
    assert cash_rounding(amount, step) == rounding


@pytest.mark.parametrize("step", [0, -5])
def test_a_step_that_is_none_is_refused(step):
    with pytest.raises(ValueError, match="cannot be rounded"):
        round_cash(100, step)


@given(st.lists(st.builds(lambda total, rate: Taxed(total, rate, tax_contained(total, rate)), amounts, rates)))
def test_sums_by_rate_add_up_to_the_lines_and_are_not_rounded_anew(lines):
    totals = by_rate(lines)
    assert [one.tax_bp for one in totals] == sorted({line.tax_bp for line in lines})
    assert sum(one.gross_minor for one in totals) == sum(line.total_minor for line in lines)
    assert sum(one.tax_minor for one in totals) == sum(line.tax_minor for line in lines)
    assert all(one.net_minor + one.tax_minor == one.gross_minor for one in totals)


def test_a_discount_in_percent_is_half_up():
    assert (share_minor(1095, 1000), share_minor(1094, 1000), share_minor(-1095, 1000)) == (110, 109, -110)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1234, "EUR", f"12.34{NB}€"),
        (-5, "EUR", f"−0.05{NB}€"),
        (123_456_789, "EUR", f"1{NB}234{NB}567.89{NB}€"),
        (1500, "JPY", f"1{NB}500{NB}¥"),
        (1234, "KWD", f"1.234{NB}KWD"),
        (0, "CHF", f"0.00{NB}CHF"),
    ],
)
def test_amounts_read_as_on_a_price_list(amount, currency, text):
    assert format_minor(amount, currency) == text
    assert format_minor(amount, currency, sign=False) == text.rpartition(NB)[0]


@given(amounts, st.sampled_from(["EUR", "JPY", "KWD", "USD"]))
def test_no_digit_is_lost_in_text(amount, currency):
    text = format_minor(amount, currency, sign=False).replace(NB, "").replace("−", "-").replace(".", "")
    assert int(text) == amount
    assert decimals(currency) in {0, 2, 3}


@pytest.mark.parametrize(("rate", "text"), [(1200, "12"), (550, "5.5"), (1375, "13.75"), (0, "0"), (5, "0.05")])
def test_rates_read_without_needless_zeros(rate, text):
    assert format_rate(rate) == f"{text}{NB}%"
