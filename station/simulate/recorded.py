"""A rush that really was: the orders of one business day, from a master or from a floor's finished tokens.

Only what was ordered and when is taken; how long each item kept a cook is recorded nowhere, and is drawn.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from station.data.addresses import Address
from station.data.queries.sold import cooking_stations, sold_orders
from station.data.session import open_engine, reading
from station.domain.floor import DONE
from station.domain.routing import Load
from station.domain.token import Body, Line, decode, parse_name
from station.errors import StationError, TokenError


@dataclass(frozen=True, slots=True)
class Recorded:
    """Orders as they were sold, the shop's stations as far as known, and where all of it is from.

    `unread`: files that are no valid tokens of this shop, and were left out.
    """

    source: str
    bodies: tuple[Body, ...]
    stations: tuple[Load, ...]
    unread: int = 0


def from_master(where: Address, day: date | None = None) -> Recorded:
    """The orders of that business day, or of the last one. Raises DataError."""
    engine = open_engine(where)
    try:
        with reading(engine) as conn:
            found, bodies = sold_orders(conn, day)
            stations = cooking_stations(conn)
    finally:
        engine.dispose()
    loads = tuple(Load(code, groups, weight_percent=weight) for code, (groups, weight) in stations.items())
    return Recorded(f"from the master, {found}", tuple(bodies), loads)


def from_floor(folder: Path, key: bytes, day: date | None = None) -> Recorded:
    """The tokens in this folder, or in `done/<day>` (without a day: the last one) of this floor.

    A station counts as able to cook what it was given. Raises StationError when no token can be read.
    """
    where = _tokens_in(folder, day)
    parts: list[Body] = []
    refused: list[str] = []
    paths = sorted(where.glob("*.sss"))
    for path in paths:
        try:
            parts.append(decode(path.read_bytes(), key, parse_name(path.name)))
        except (TokenError, OSError) as error:
            refused.append(f"{path.name}: {error}")
    if not parts:
        raise StationError(
            f"{where} holds no token that can be read"
            + (f": {refused[0]}; is it this shop's key (--home)?" if refused else "")
        )
    kept = [part for part in parts if not part.training]
    return Recorded(f"from {where.parent.name}/{where.name}", tuple(orders_of(kept)), _stations(kept), len(refused))


def orders_of(parts: Iterable[Body]) -> list[Body]:
    """The orders that these parts belong to, each whole and as it was before anybody cooked it."""
    by_order: dict[str, list[Body]] = {}
    for part in parts:
        by_order.setdefault(part.order, []).append(part)
    orders = []
    for some in by_order.values():
        lines: dict[str, Line] = {}
        for line in (line for part in sorted(some, key=lambda part: part.part) for line in part.lines if line.count):
            count = line.count + (lines[line.id].count if line.id in lines else 0)
            lines[line.id] = msgspec.structs.replace(line, count=count, done=0, was=None)
        if lines:
            orders.append(_as_sold(some[0], tuple(lines.values())))
    return orders


def _as_sold(body: Body, lines: tuple[Line, ...]) -> Body:
    return msgspec.structs.replace(
        body, part="1", revision=0, given=None, elsewhere=(), changes=(), acknowledged=(), lines=lines
    )


def _stations(parts: Iterable[Body]) -> tuple[Load, ...]:
    groups: dict[str, set[str]] = {}
    for part in parts:
        if part.given is not None:
            groups.setdefault(part.given.station, set()).update(part.groups)
    return tuple(Load(code, frozenset(able)) for code, able in sorted(groups.items()))


def _tokens_in(folder: Path, day: date | None) -> Path:
    if not folder.is_dir():
        raise StationError(
            f"{folder} is no folder: give a floor, a folder of its tokens, a station's home, or a master"
        )
    done = folder / DONE
    if not done.is_dir():
        if day is not None:
            raise StationError(f"--day chooses among a floor's days, and {folder} is no floor: it has no {DONE}/")
        return folder
    if day is not None:
        return done / day.isoformat()
    days = sorted(each for each in done.iterdir() if each.is_dir())
    if not days:
        raise StationError(f"{done} is empty: nothing was handed over on this floor yet")
    return days[-1]
