"""What a served rush is measured by.

p50_s, p90_s   seconds from `placed_at` to the last part on the pass: half of the orders, nine of ten, took no longer
imbalance      by how much the fullest station holds more active items than the mean of all, as a share of that mean (0: all
               hold the same; 1: twice the mean); averaged over the time of the peak in which there is an item or more a station
busy           of the cooks' time at the peak, the share in which they cooked
most_items     the longest queue: the most active items that ever stood at one station
most_orders    the most cards that ever stood at one station

A station's items count as heavy as its weight makes them, as they do for the dispatcher.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from station.domain.figures import percentile
from station.simulate.kitchen import Served
from station.simulate.rush import Rush


@dataclass(frozen=True, slots=True)
class Figures:
    p50_s: float
    p90_s: float
    imbalance: float
    busy: float
    most_items: float
    most_orders: float


def figures(rush: Rush, served: Served) -> Figures:
    waits_s = [served.passed_s[order.id] - order.placed_s for order in rush.orders]
    return Figures(
        p50_s=percentile(waits_s, 50),
        p90_s=percentile(waits_s, 90),
        imbalance=_imbalance(served, *rush.peak_s),
        busy=_busy(served, *rush.peak_s),
        most_items=max(each.items for each in served.standing),
        most_orders=max(each.cards for each in served.standing),
    )


def mean_figures(several: Sequence[Figures]) -> Figures:
    """The mean of each figure over several rushes."""
    return Figures(**{name: sum(getattr(one, name) for one in several) / len(several) for name in Figures.__slots__})


def items_over_time(served: Served, until_s: float, bins: int) -> dict[str, list[float]]:
    """By station, the mean of its active items in each of so many equal stretches of time from 0 to `until_s`."""
    width_s = until_s / bins
    found = {station.code: [0.0] * bins for station in served.stations}
    for code, began_s, ended_s, items in _stretches(served):
        row, at_s, end_s = found[code], began_s, min(ended_s, until_s)
        while at_s < end_s:
            index = min(bins - 1, int(at_s / width_s))
            edge_s = end_s if index == bins - 1 else min(end_s, max((index + 1) * width_s, at_s + 1e-9))
            row[index] += items * (edge_s - at_s) / width_s
            at_s = edge_s
    return found


def _stretches(served: Served) -> Iterator[tuple[str, float, float, int]]:
    """(station, from, until, active items) for all of the time in which it has any."""
    since: dict[str, tuple[float, int]] = {}
    for each in served.standing:
        began_s, items = since.get(each.station, (each.at_s, 0))
        if items:
            yield each.station, began_s, each.at_s, items
        since[each.station] = (each.at_s, each.items)


def _imbalance(served: Served, from_s: float, until_s: float) -> float:
    heavy = {station.code: 100 / station.weight_percent for station in served.stations}
    held = dict.fromkeys(heavy, 0.0)
    count, since_s, whole, busy_s = len(held), 0.0, 0.0, 0.0
    for each in served.standing:
        total, passed_s = sum(held.values()), min(each.at_s, until_s) - max(since_s, from_s)
        if total >= count and passed_s > 0:
            whole += (max(held.values()) * count / total - 1) * passed_s
            busy_s += passed_s
        since_s = each.at_s
        held[each.station] = each.items * heavy[each.station]
    return whole / busy_s if busy_s else 0.0


def _busy(served: Served, from_s: float, until_s: float) -> float:
    cooked_s = sum(max(0.0, min(made.ended_s, until_s) - max(made.began_s, from_s)) for made in served.made)
    return cooked_s / (len(served.stations) * served.hands * (until_s - from_s))
