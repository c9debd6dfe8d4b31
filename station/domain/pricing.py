"""What a draft costs: unit prices with their modifiers, line totals, the tax contained in each line, the order's total.

Pure. Tax is taken from inclusive line totals and rounded half up per line, at the rate of the order's mode (eat in or
take away); the order's tax is the sum of its lines' tax, so that what a receipt prints adds up.
"""

from dataclasses import dataclass

from station.domain.draft import Draft, DraftLine, Mode
from station.domain.menu import MenuItem
from station.domain.money import RateTotal, Taxed, by_rate, tax_contained


@dataclass(frozen=True, slots=True)
class PricedLine:
    line: DraftLine
    unit_minor: int
    total_minor: int
    tax_bp: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Priced:
    lines: tuple[PricedLine, ...]
    total_minor: int
    tax_minor: int

    def line(self, line_id: str) -> PricedLine | None:
        return next((priced for priced in self.lines if priced.line.id == line_id), None)

    @property
    def by_rate(self) -> tuple[RateTotal, ...]:
        """The totals at each rate that occurs, lowest first."""
        return by_rate(Taxed(one.total_minor, one.tax_bp, one.tax_minor) for one in self.lines)


def price(draft: Draft) -> Priced:
    lines = tuple(_priced(line, draft.mode) for line in draft.lines)
    return Priced(lines, sum(one.total_minor for one in lines), sum(one.tax_minor for one in lines))


def unit_minor(item: MenuItem, chosen: tuple[str, ...]) -> int:
    """One of the item with these choices; choices that cost less than nothing never make it less than free."""
    extras = sum(one.price_minor for group in item.groups for one in group.modifiers if one.id in chosen)
    return max(0, item.price_minor + extras)


def rate_bp(item: MenuItem, mode: Mode) -> int:
    return item.tax_eat_in_bp if mode == "eat_in" else item.tax_take_away_bp


def _priced(line: DraftLine, mode: Mode) -> PricedLine:
    unit = unit_minor(line.item, line.chosen)
    rate = rate_bp(line.item, mode)
    total = unit * line.count
    return PricedLine(line, unit, total, rate, tax_contained(total, rate))
