"""Money in integer minor units of an ISO 4217 currency: the tax inside a total, cash rounding, totals by rate, text.

No floats. Half a unit is always rounded away from zero, so that a refund takes back exactly what the sale had.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

BP: Final = 10_000
"""Basis points in one whole."""

# ISO 4217's exceptions from two decimals, of currencies that shops take.
_DECIMALS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
_SIGNS: Final = {"EUR": "€", "GBP": "£", "USD": "$", "JPY": "¥", "KRW": "₩"}
_NO_BREAK = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Taxed:
    """A line's inclusive total and the tax in it, as they were rounded when it was sold."""

    total_minor: int
    tax_bp: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class RateTotal:
    """What was sold at one rate: `net_minor` + `tax_minor` = `gross_minor`."""

    tax_bp: int
    gross_minor: int
    net_minor: int
    tax_minor: int


def tax_contained(total_minor: int, rate_bp: int) -> int:
    """The tax in an inclusive total, half up: 12 % in 11.20 are 1.20."""
    if rate_bp < 0:
        raise ValueError(f"a tax rate of {rate_bp} basis points is below zero")
    return _half_up(total_minor * rate_bp, BP + rate_bp)


def share_minor(total_minor: int, rate_bp: int) -> int:
    """So many basis points of a total, half up: a discount in percent."""
    return _half_up(total_minor * rate_bp, BP)


def round_cash(amount_minor: int, step_minor: int) -> int:
    """The amount as cash can pay it: the nearest multiple of the step, half up. A step of 1 changes nothing."""
    if step_minor < 1:
        raise ValueError(f"cash cannot be rounded to {step_minor} minor units")
    return _half_up(amount_minor, step_minor) * step_minor


def cash_rounding(remainder_minor: int, step_minor: int) -> int:
    """What rounding adds to the cash remainder (negative: takes from it); it stands on a line of its own."""
    return round_cash(remainder_minor, step_minor) - remainder_minor


def by_rate(lines: Iterable[Taxed]) -> tuple[RateTotal, ...]:
    """Sums of what was rounded line by line, lowest rate first; never rounded anew."""
    gross: dict[int, int] = {}
    tax: dict[int, int] = {}
    for line in lines:
        gross[line.tax_bp] = gross.get(line.tax_bp, 0) + line.total_minor
        tax[line.tax_bp] = tax.get(line.tax_bp, 0) + line.tax_minor
    return tuple(RateTotal(rate, gross[rate], gross[rate] - tax[rate], tax[rate]) for rate in sorted(gross))


def decimals(currency: str) -> int:
    return _DECIMALS.get(currency, 2)


def format_minor(amount_minor: int, currency: str, *, sign: bool = True) -> str:
    """`12.34 €`, `1 234.50 €`, `1 500 ¥`: thousands, amount and sign are parted by spaces where no line breaks.

    Without `sign` the bare number, for columns whose head names the currency.
    """
    places = decimals(currency)
    whole, rest = divmod(abs(amount_minor), 10**places)
    number = f"{whole:,}".replace(",", _NO_BREAK) + (f".{rest:0{places}d}" if places else "")
    minus = _MINUS if amount_minor < 0 else ""
    return f"{minus}{number}{_NO_BREAK}{_SIGNS.get(currency, currency)}" if sign else f"{minus}{number}"


def format_rate(rate_bp: int) -> str:
    """`12 %`, `5.5 %`, `13.75 %`."""
    whole, rest = divmod(rate_bp, 100)
    places = f".{rest:02d}".rstrip("0") if rest else ""
    return f"{whole}{places}{_NO_BREAK}%"


def _half_up(dividend: int, divisor: int) -> int:
    """The quotient rounded to the nearest integer, half away from zero."""
    quotient = (2 * abs(dividend) + divisor) // (2 * divisor)
    return -quotient if dividend < 0 else quotient
