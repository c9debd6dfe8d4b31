"""What a draft costs: unit prices with their modifiers, line totals, what is taken off, the tax in what is left, deposits, the total.

Pure. Tax is taken from inclusive line totals and rounded half up per line, at the rate of the order's mode (eat in or
take away); a discount takes off so much tax that what is left of the line is taxed as if it had always cost that. The order's tax is the
sum of its lines' tax, so that what a receipt prints adds up. Deposits are neither taxed nor discounted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from station.domain.draft import Draft, DraftLine, Mode, Reduction
from station.domain.menu import MenuItem
from station.domain.money import RateTotal, Taxed, by_rate, share_minor, tax_contained


@dataclass(frozen=True, slots=True)
class PricedLine:
    """`total_minor`, `tax_minor`: before discounts; `off_minor`, `off_tax_minor`: what those take off. `deposit_minor`: for each."""

    line: DraftLine
    unit_minor: int
    total_minor: int
    tax_bp: int
    tax_minor: int
    off_minor: int = 0
    off_tax_minor: int = 0
    deposit_minor: int = 0

    @property
    def due_minor(self) -> int:
        """What the guest pays for it, without its deposits."""
        return self.total_minor - self.off_minor


@dataclass(frozen=True, slots=True)
class Share:
    """What one discount takes off one line."""

    reduction: Reduction
    line_id: str
    amount_minor: int
    tax_bp: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class Priced:
    """`total_minor`: what is to be paid. `deposits_minor`: for packaging that is taken along; `back_minor`: for what came back."""

    lines: tuple[PricedLine, ...]
    shares: tuple[Share, ...] = ()
    back_minor: int = 0

    @property
    def goods_minor(self) -> int:
        return sum(one.due_minor for one in self.lines)

    @property
    def deposits_minor(self) -> int:
        return sum(one.deposit_minor * one.line.count for one in self.lines)

    @property
    def total_minor(self) -> int:
        return self.goods_minor + self.deposits_minor - self.back_minor

    @property
    def tax_minor(self) -> int:
        return sum(one.tax_minor - one.off_tax_minor for one in self.lines)

    @property
    def off_minor(self) -> int:
        return sum(share.amount_minor for share in self.shares)

    def line(self, line_id: str) -> PricedLine | None:
        return next((priced for priced in self.lines if priced.line.id == line_id), None)

    def off(self, reduction_id: str) -> int:
        """What one discount takes off in all."""
        return sum(share.amount_minor for share in self.shares if share.reduction.id == reduction_id)

    @property
    def by_rate(self) -> tuple[RateTotal, ...]:
        """The totals at each rate that occurs, lowest first."""
        return by_rate(Taxed(one.due_minor, one.tax_bp, one.tax_minor - one.off_tax_minor) for one in self.lines)


def price(draft: Draft) -> Priced:
    lines = tuple(_priced(line, draft.mode) for line in draft.lines)
    shares = taken_off([(one.line.id, one.total_minor, one.tax_bp) for one in lines], draft.reductions)
    back = sum(minor * count for minor, count in draft.deposits_back)
    return Priced(tuple(_reduced(line, shares) for line in lines), shares, back)


def unit_minor(item: MenuItem, chosen: tuple[str, ...]) -> int:
    """One of the item with these choices; choices that cost less than nothing never make it less than free."""
    return max(0, item.price_minor + sum(charges(item, chosen).values()))


def charges(item: MenuItem, chosen: Sequence[str]) -> dict[str, int]:
    """What each chosen modifier costs here: the dearest of a group that has some free cost nothing."""
    found: dict[str, int] = {}
    for group in item.groups:
        mine = sorted((one for one in group.modifiers if one.id in chosen), key=lambda one: -one.price_minor)
        for place, one in enumerate(mine):
            found[one.id] = 0 if place < group.free and one.price_minor > 0 else one.price_minor
    return found


def rate_bp(item: MenuItem, mode: Mode) -> int:
    return item.tax_eat_in_bp if mode == "eat_in" else item.tax_take_away_bp


def taken_off(lines: Sequence[tuple[str, int, int]], reductions: Sequence[Reduction]) -> tuple[Share, ...]:
    """What each discount takes off each line: (id, total in minor units, rate in basis points) of each.

    Those on lines first, then those on the order, each of what is left then. What is taken off the order falls on its lines in
    proportion, to the unit, so that each rate's tax is right.
    """
    left = {key: total for key, total, _ in lines}
    rates = {key: rate for key, _, rate in lines}
    found: list[Share] = []
    for one in sorted(reductions, key=lambda one: one.line_id is None):
        targets = {key: minor for key, minor in left.items() if one.line_id in {None, key} and minor > 0}
        for key, minor in _spread(_amount(one, sum(targets.values())), targets).items():
            if minor > 0:
                before, after = left[key], left[key] - minor
                tax = tax_contained(before, rates[key]) - tax_contained(after, rates[key])
                found.append(Share(one, key, minor, rates[key], tax))
                left[key] = after
    return tuple(found)


def _amount(reduction: Reduction, of_minor: int) -> int:
    discount = reduction.discount
    wanted = share_minor(of_minor, discount.value) if discount.kind == "percent" else discount.value
    return max(0, min(wanted, of_minor))


def _spread(amount_minor: int, over: Mapping[str, int]) -> dict[str, int]:
    """The amount in the proportion of these, each rounded down, and the units that are left to the largest remainders."""
    whole = sum(over.values())
    if not whole:
        return {}
    shares = {key: amount_minor * minor // whole for key, minor in over.items()}
    rests = sorted(over, key=lambda key: -(amount_minor * over[key] % whole))
    for key in rests[: amount_minor - sum(shares.values())]:
        shares[key] += 1
    return shares


def _priced(line: DraftLine, mode: Mode) -> PricedLine:
    unit = unit_minor(line.item, line.chosen)
    rate = rate_bp(line.item, mode)
    total = unit * line.count
    deposit = line.item.deposit_minor if mode == "take_away" else 0
    return PricedLine(line, unit, total, rate, tax_contained(total, rate), deposit_minor=deposit)


def _reduced(priced: PricedLine, shares: Sequence[Share]) -> PricedLine:
    mine = [share for share in shares if share.line_id == priced.line.id]
    off, tax = sum(share.amount_minor for share in mine), sum(share.tax_minor for share in mine)
    return replace(priced, off_minor=off, off_tax_minor=tax)
