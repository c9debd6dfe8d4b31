"""Where a token goes from the inbox.

Pure: takes what the floor looks like, returns choices and their reasons. Load is counted in items, not orders: one order
of eight outweighs three of two. Of the stations that are there and can cook every item, the one with the fewest active
items wins; then fewest tokens, then the longest idle, then the code. What this round gave counts as load already. An
order that no single station can cook whole is split by prep group.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Protocol

from station.domain.cards import Card
from station.domain.facts import TokenDispatched
from station.domain.floor import Spot, station_of
from station.domain.token import Given, Key, Line
from station.errors import StationError

Chooser = Callable[[frozenset[str], Sequence["Load"]], "Choice"]
_NEVER = datetime.min.replace(tzinfo=UTC)


class NoStation(StationError):
    """Nobody who is there can cook it; the token stays in the inbox and is shown in red."""


@dataclass(frozen=True, slots=True)
class Load:
    """A station as the dispatcher sees it. `last_given` is when it was last given something (None: never seen).

    `weight_percent`: 50 counts its items double, so it gets half of the work.
    """

    code: str
    groups: frozenset[str]
    items: int = 0
    tokens: int = 0
    last_given: datetime | None = None
    present: bool = True
    weight_percent: int = 100
    paused: bool = False

    @property
    def takes(self) -> bool:
        """A station that stopped answering keeps its cards on its own screen; sending it more would hide them."""
        return self.present and not self.paused

    @property
    def burden(self) -> float:
        """Active items, as heavy as this station finds them."""
        return self.items * 100 / max(1, self.weight_percent)


@dataclass(frozen=True, slots=True)
class Choice:
    station: str
    why: str


@dataclass(frozen=True, slots=True)
class Round:
    """What one look at the inbox decided: moves to make, and tokens that nobody can take, with the reason."""

    dispatched: tuple[TokenDispatched, ...] = ()
    stuck: dict[Key, str] = field(default_factory=dict)


class Pick(Protocol):
    """One of the stations that are there and can cook all of it (at least one), and why this one."""

    def __call__(self, present: Sequence[Load], /) -> Choice: ...


def fewest_items(present: Sequence[Load], /) -> Choice:
    """The shop's rule: the fewest active items; ties go to fewer tokens, then the longest idle, then the code."""
    ranked = sorted(
        present, key=lambda station: (station.burden, station.tokens, station.last_given or _NEVER, station.code)
    )
    return Choice(ranked[0].code, _reason(ranked))


def choose(
    groups: frozenset[str],
    stations: Sequence[Load],
    pick: Pick = fewest_items,
    pins: Mapping[str, str] = MappingProxyType({}),
) -> Choice:
    """One of the eligible stations, as `pick` chooses; the one that these groups are pinned to, while it takes orders.

    Raises NoStation when none that can cook all of these groups takes any, or when they are pinned to several.
    """
    able = [station for station in stations if groups <= station.groups]
    taking = [station for station in able if station.takes]
    pinned = {group: pins[group] for group in sorted(groups) if _holds(group, pins, stations)}
    if pinned:
        codes = set(pinned.values())
        if len(codes) > 1 or codes.isdisjoint(station.code for station in taking):
            raise NoStation(f"{', '.join(pinned)} are made at different stations")
        group, code = next(iter(pinned.items()))
        return Choice(code, f"pinned: {group} goes to {code.upper()}")
    if not taking:
        raise NoStation(_nobody(groups, able))
    return pick(taking)


def _holds(group: str, pins: Mapping[str, str], stations: Sequence[Load]) -> bool:
    """Whether the station that the group is pinned to can cook it and takes orders now."""
    return any(station.code == pins.get(group) and station.takes and group in station.groups for station in stations)


def dispatch(
    waiting: Iterable[Card],
    stations: Sequence[Load],
    now: datetime,
    pick: Pick = fewest_items,
    pins: Mapping[str, str] = MappingProxyType({}),
) -> Round:
    """One round over the inbox, oldest first. Another `pick` is for comparing: a shop's programs leave it as it is."""
    loads = {station.code: station for station in stations}
    dispatched: list[TokenDispatched] = []
    stuck: dict[Key, str] = {}
    for card in sorted(waiting, key=lambda card: (not card.body.rush, card.spot.name)):
        try:
            parts = _parts(card, loads, now, partial(choose, pick=pick, pins=pins))
        except NoStation as error:
            stuck[card.key] = str(error)
            continue
        dispatched.append(
            TokenDispatched(
                order=card.body.order,
                part=card.body.part,
                place=card.spot.place,
                stations={code: tuple(line.id for line in lines) for code, (lines, _) in parts.items()},
                why={code: why for code, (_, why) in parts.items()},
            )
        )
    return Round(tuple(dispatched), stuck)


def loads_of(
    stations: Iterable[Load], spots: Iterable[Spot], given: Iterable[Given], present: Iterable[str]
) -> tuple[Load, ...]:
    """The stations with what stands in their folders, what they were last given as far as is known, who is there."""
    there = set(present)
    by_code = {station.code: replace(station, present=station.code in there) for station in stations}
    for last in given:
        if (known := by_code.get(last.station)) is not None:
            by_code[known.code] = replace(known, last_given=max(known.last_given or _NEVER, last.at))
    for spot in spots:
        code = station_of(spot.place)
        if code is not None and (known := by_code.get(code)) is not None:
            by_code[code] = replace(known, items=known.items + spot.name.items, tokens=known.tokens + 1)
    return tuple(by_code.values())


def _parts(card: Card, loads: dict[str, Load], now: datetime, chosen: Chooser) -> dict[str, tuple[list[Line], str]]:
    """The lines for each chosen station, and why. Adds what was given to `loads` only when all have a station."""
    lines = card.body.lines
    after = dict(loads)
    parts: dict[str, tuple[list[Line], str]] = {}
    try:
        shares = [(chosen(frozenset(card.body.groups), list(after.values())), list(lines))]
    except NoStation:
        if len(card.body.groups) == 1:
            raise
        shares = []
        for group in card.body.groups:
            mine = [line for line in lines if line.group == group]
            choice = chosen(frozenset({group}), list(after.values()))
            after[choice.station] = _given(after[choice.station], mine, now)
            shares.append((choice, mine))
    for choice, mine in shares:
        held, why = parts.get(choice.station, ([], choice.why))
        parts[choice.station] = ([*held, *mine], why)
    for code, (mine, _) in parts.items():
        loads[code] = _given(loads[code], mine, now)
    return parts


def _given(load: Load, lines: Sequence[Line], now: datetime) -> Load:
    return replace(load, items=load.items + sum(line.active for line in lines), tokens=load.tokens + 1, last_given=now)


def _reason(present: Sequence[Load]) -> str:
    if len(present) == 1:
        return "the only station there for it"
    first, second = present[0], present[1]
    if first.burden != second.burden:
        return "fewest items: " + " < ".join(_weighed(station) for station in present[:4])
    if first.tokens != second.tokens:
        return f"same items ({first.items}), fewest orders: {first.tokens} < {second.tokens}"
    if (first.last_given or _NEVER) != (second.last_given or _NEVER):
        return f"same load ({first.items}), longest idle"
    return f"same load ({first.items}), first by name"


def _weighed(station: Load) -> str:
    """Its items; with the share that it takes, where that is not all: "4 at 50 %"."""
    return f"{station.items}" + (f" at {station.weight_percent} %" if station.weight_percent != 100 else "")


def _nobody(groups: frozenset[str], able: Sequence[Load]) -> str:
    what = ", ".join(sorted(groups))
    if not able:
        return f"no station cooks {what}"
    silent = [station.code.upper() for station in able if not station.present]
    resting = [station.code.upper() for station in able if station.present]
    told = [f"{', '.join(silent)} stopped answering"] if silent else []
    told += [f"{', '.join(resting)} {'is' if len(resting) == 1 else 'are'} paused"] if resting else []
    return f"nobody who cooks {what} takes orders: {'; '.join(told)}"
