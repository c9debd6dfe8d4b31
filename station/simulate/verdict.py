"""What a comparison says, in plain sentences: whether counting items beats counting orders, or cannot be told from chance.

What decides was fixed before anything was measured: the time in which nine of ten orders are on the pass.
"""

from dataclasses import dataclass

from station.simulate.compare import Difference, Outcome, difference

CONFIDENCE = "95 % confidence"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How much sooner nine of ten, and half of the orders, are on the pass when items are counted; and both in words."""

    nine_of_ten: Difference
    half: Difference
    headline: str
    detail: str
    about_half: str

    @property
    def sentence(self) -> str:
        return f"{self.headline}: {self.detail}."


def judge(items: Outcome, orders: Outcome) -> Verdict:
    """Counting items against counting orders, over the same rushes."""
    nine = difference([each.p90_s for each in orders.by_seed], [each.p90_s for each in items.by_seed])
    half = difference([each.p50_s for each in orders.by_seed], [each.p50_s for each in items.by_seed])
    headline, detail = _words(nine, items.mean.p90_s, orders.mean.p90_s)
    return Verdict(nine, half, headline, detail, _about_half(half, items.mean.p50_s, orders.mean.p50_s))


def _words(apart: Difference, items_s: float, orders_s: float) -> tuple[str, str]:
    rushes = f"{apart.pairs} rushes"
    if apart.pairs < 2:
        return (
            "One rush cannot tell counting items and counting orders apart",
            f"nine of ten orders are on the pass within {items_s:.0f} s or {orders_s:.0f} s; take more seeds",
        )
    if apart.low_s == apart.high_s == 0:
        return (
            "Counting items or counting orders makes no difference here",
            f"in each of {rushes} nine of ten orders are on the pass equally soon, within {items_s:.0f} s on average",
        )
    share = f"{abs(apart.mean_s) / orders_s * 100:.0f} %"
    times = f"nine of ten orders are on the pass within {items_s:.0f} s instead of {orders_s:.0f} s"
    span = f"({CONFIDENCE}: {_span(apart)}, {rushes})"
    if apart.low_s > 0:
        return f"Counting items beats counting orders by {apart.mean_s:.0f} s", f"{times}, {share} sooner {span}"
    if apart.high_s < 0:
        return (
            f"Counting items is {-apart.mean_s:.0f} s worse than counting orders here",
            f"{times}, {share} later {span}",
        )
    noise = f"which is within the noise of {rushes} ({CONFIDENCE}: {_span(apart)})"
    return (
        "Counting items and counting orders cannot be told apart here",
        f"nine of ten orders are on the pass within {items_s:.0f} s or {orders_s:.0f} s, {noise}",
    )


def _about_half(apart: Difference, items_s: float, orders_s: float) -> str:
    times = f"within {items_s:.0f} s or {orders_s:.0f} s"
    if apart.pairs >= 2 and apart.low_s > 0:
        return f"Half of the orders are on the pass {apart.mean_s:.0f} s sooner, too ({times})."
    if apart.pairs >= 2 and apart.high_s < 0:
        return f"Half of the orders are on the pass {-apart.mean_s:.0f} s later for it ({times})."
    return f"For the quicker half of the orders no difference can be told from chance ({times})."


def _span(apart: Difference) -> str:
    """In words: from 56 to 139 s sooner, from 11 s later to 5 s sooner."""
    low, high = apart.low_s, apart.high_s
    if low >= 0:
        return f"{low:.0f} to {high:.0f} s sooner"
    if high <= 0:
        return f"{-high:.0f} to {-low:.0f} s later"
    return f"{-low:.0f} s later to {high:.0f} s sooner"
