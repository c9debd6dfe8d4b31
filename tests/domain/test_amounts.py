"""Quantities as a cook reads them."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.domain.amounts import COUNTED, amount_text

UNITS = ("g", "ml", *COUNTED)
QUANTITIES = st.decimals("0.001", "99999", places=3)
FRACTIONS = {"¼": "0.25", "⅓": "0.3333", "½": "0.5", "⅔": "0.6667", "¾": "0.75"}
THOUSANDS = {"kg": ("g", 1000), "l": ("ml", 1000)}


@pytest.mark.parametrize(
    ("quantity", "unit", "text"),
    [
        ("1250", "g", "1.25 kg"),
        ("1000", "g", "1 kg"),
        ("999.6", "g", "1 kg"),
        ("999.4", "g", "999 g"),
        ("400", "g", "400 g"),
        ("10.4", "g", "10 g"),
        ("9.96", "g", "10 g"),
        ("2.5", "g", "2.5 g"),
        ("3", "g", "3 g"),
        ("0.25", "g", "0.25 g"),
        ("0.041", "g", "0.041 g"),
        ("0", "g", "0 g"),
        ("1500", "ml", "1.5 l"),
        ("60", "ml", "60 ml"),
        ("1", "piece", "1 piece"),
        ("3", "slice", "3 slices"),
        ("1.5", "piece", "1½ pieces"),
        ("0.5", "piece", "½ piece"),
        ("0.333", "portion", "⅓ portion"),
        ("2.96", "piece", "3 pieces"),
        ("0.996", "piece", "1 piece"),
        ("0.48", "piece", "½ piece"),
        ("1.15", "piece", "1.2 pieces"),
        ("0.06", "piece", "0.06 piece"),
        ("10.4", "piece", "10 pieces"),
        ("12", "portion", "12 portions"),
    ],
)
def test_a_quantity_is_said_as_people_say_it(quantity, unit, text):
    assert amount_text(Decimal(quantity), unit) == text


@given(QUANTITIES, st.sampled_from(UNITS))
def test_what_is_shown_is_within_a_twentieth_of_what_was_meant(quantity, unit):
    number, said = amount_text(quantity, unit).split(" ")
    in_unit, factor = THOUSANDS.get(said, (said, 1))
    assert in_unit.removesuffix("s") == unit
    shown = sum(Decimal(FRACTIONS.get(part, part)) for part in re.findall(r"[0-9.]+|[¼⅓½⅔¾]", number)) * factor
    assert abs(shown - quantity) <= quantity / 20


@given(QUANTITIES, st.sampled_from(UNITS))
def test_what_is_not_nothing_is_never_shown_as_nothing_nor_with_needless_zeros(quantity, unit):
    number = amount_text(quantity, unit).split(" ")[0]
    assert number.strip("0.")
    assert not re.search(r"\.[0-9]*0$|E", number)


@given(QUANTITIES, QUANTITIES, st.sampled_from(("g", "ml")))
def test_nobody_has_to_weigh_thousands_of_grams(first, second, unit):
    for quantity in (first, second):
        number, said = amount_text(quantity, unit).split(" ")
        assert said in THOUSANDS or Decimal(number) < 1000
