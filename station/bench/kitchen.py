"""A kitchen as busy as asked for: a small shop and orders with everything that a card can carry.

For benchmarks and tests of screens. Nothing here is by chance: the same arguments give the same kitchen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from ulid import ULID

from station.bench.cookbook import DISHES, cookbook, item_id
from station.domain.cards import Card
from station.domain.floor import Spot, station_place
from station.domain.menu import Person, Profile, Role, Shop, StationInfo
from station.domain.ordered import ordered
from station.domain.plan import NO_PLAN
from station.domain.token import Body, Customer, Elsewhere, Given, Key, Line, Modifier, name_of
from station.local.status import LinkStatus, TokensStatus
from station.renderers.scene import Ruler
from station.renderers.theme import theme_for
from station.renderers.world import World

COOK_PERMISSIONS = frozenset({"token.bump", "token.transfer", "token.split", "token.recall", "token.void"})
_WISHES: tuple[tuple[tuple[str, Literal["added", "removed", "changed"]], ...], ...] = (
    (),
    (("Extra bacon", "added"), ("Onion", "removed")),
    (),
    (("Well done", "changed"),),
    (("Gluten-free bun", "changed"), ("Pickles", "removed"), ("Cheddar", "added")),
)


def ident(number: int, moment: datetime) -> str:
    """A ULID of this moment, the same for the same number."""
    milliseconds = int(moment.timestamp() * 1000)
    return str(ULID.from_bytes(milliseconds.to_bytes(6, "big") + number.to_bytes(10, "big"))).lower()


def shop(now: datetime, role: Role = "prep", *, columns: int = 4, profile: Profile | None = None) -> Shop:
    people = tuple(
        Person(ident(900 + n, now), name, "cook", COOK_PERMISSIONS)
        for n, name in enumerate(("Ada Byrne", "Ben Okafor", "Carla Mendes", "Dev Patel"))
    )
    stations = (
        StationInfo("grill1", "Grill by the window", "prep", frozenset({"grill"})),
        StationInfo("grill2", "Grill at the back", "prep", frozenset({"grill"})),
        StationInfo("fry1", "Fryers", "prep", frozenset({"fry", "cold"})),
        StationInfo("till1", "Front till", "till", frozenset()),
        StationInfo("exp1", "Pass", "expediter", frozenset()),
    )
    day = ident(800, now)
    return Shop(
        id=ident(801, now),
        name="Bench kitchen",
        version="1",
        business_day=f"{now:%Y-%m-%d}",
        business_day_id=day,
        menu=cookbook().menu,
        staff=people,
        stations=stations,
        profile=profile or Profile("bench", role, columns=columns),
    )


def body(
    number: int,
    now: datetime,
    *,
    age_s: float,
    station: str = "grill1",
    lines: int | None = None,
    allergies: tuple[str, ...] = (),
    part: str = "1",
    elsewhere: tuple[Elsewhere, ...] = (),
) -> Body:
    """Order `number`; how many lines it has, of what, and with which wishes follows from the number."""
    placed = now - timedelta(seconds=age_s)
    count = 1 + number % 3 if lines is None else lines
    return Body(
        order=ident(number, placed),
        number=f"t{1 + number % 2}-{number:03d}",
        part=part,
        mode="take_away" if number % 3 == 0 else "eat_in",
        placed_at=placed,
        placed_by="Front till",
        placed_on="till1",
        note="Birthday: please bring all together" if number % 11 == 5 else "",
        customer=Customer(
            name="" if number % 4 else "Anna",
            marker=f"Table {1 + number % 14}" if number % 3 else "",
            allergies=allergies,
        ),
        lines=tuple(_line(number, n, placed) for n in range(count)),
        given=Given(station=station, by="dispatch", why="fewest items: 4 < 7 < 9", at=placed),
        elsewhere=elsewhere,
    )


def cards(
    now: datetime, ages_s: Sequence[float], *, station: str = "grill1", lines: int | None = None
) -> dict[Key, Card]:
    """An order for each age, at one station."""
    made = [body(n + 1, now, age_s=age, station=station, lines=lines) for n, age in enumerate(ages_s)]
    return dict(placed(each, station_place(station)) for each in made)


def world(
    kitchen: Shop,
    held: Mapping[Key, Card],
    now: datetime,
    ruler: Ruler,
    *,
    station: str = "grill1",
    size: tuple[int, int] = (1920, 1080),
    person: Person | None = None,
    tokens: TokensStatus | None = None,
    link: LinkStatus | None = None,
) -> World:
    """What a screen of this kitchen knows; by default the share and the master are there and every station answers."""
    present = {each.code: 1.0 for each in kitchen.stations}
    return World(
        shop=kitchen,
        station=station,
        cards=held,
        recent=(),
        tokens=tokens or TokensStatus(share="ok", presence=present),
        link=link or LinkStatus(master="ok"),
        person=person,
        plan=NO_PLAN if tokens is None else tokens.plan,
        now=now,
        size=size,
        theme=theme_for(*size, kitchen.profile.text_scale),
        ruler=ruler,
    )


def crowd(now: datetime, orders: int, stations: int = 16) -> tuple[Shop, dict[Key, Card]]:
    """A floor as an expediter watches it: so many orders in the inbox, on hold, at the stations and on the pass, of every age."""
    small = shop(now, "expediter")
    more = [StationInfo(f"grill{n}", f"Grill {n}", "prep", frozenset({"grill"})) for n in range(3, stations)]
    made = replace(small, stations=(*small.stations[:2], *more, *small.stations[2:]))
    codes = [one.code for one in made.stations if one.groups]
    places = ["inbox", "pass", "hold", *(station_place(code) for code in codes)]
    held: dict[Key, Card] = {}
    for number in range(orders):
        code = codes[number % len(codes)]
        token = body(number + 1, now, age_s=15.0 + 7 * (number % 50), station=code)
        key, card = placed(token, places[number % len(places)])
        held[key] = card
    return made, held


def placed(token: Body, place: str) -> tuple[Key, Card]:
    return token.key, Card(Spot(place, name_of(token, hop=1)), token)


def worked_on(token: Body, line: int, *, done: int) -> Body:
    """The same with so many of a line ticked."""
    lines = list(token.lines)
    lines[line] = msgspec.structs.replace(lines[line], done=done)
    return msgspec.structs.replace(token, lines=tuple(lines))


def with_columns(each: Shop, columns: int) -> Shop:
    return replace(each, profile=replace(each.profile, columns=columns))


def _line(number: int, index: int, placed_at: datetime) -> Line:
    seed = number * 5 + index * 3
    name, group = DISHES[seed % len(DISHES)]
    wishes = _WISHES[seed % len(_WISHES)]
    modifiers = tuple(
        Modifier(id=ident(30_000 + number * 1000 + index * 10 + n, placed_at), name=wish, effect=effect)
        for n, (wish, effect) in enumerate(wishes)
    )
    line = Line(
        id=ident(10_000 + number * 100 + index, placed_at),
        item=item_id(seed % len(DISHES)),
        name=name,
        count=1 + (seed % 7 == 0) + (seed % 4 == 0),
        group=group,
        modifiers=modifiers,
    )
    return declared(line)


def declared(line: Line) -> Line:
    """The line with the allergens of its dish as it was ordered, as the till freezes them."""
    item = cookbook().menu.item(line.item)
    if item is None:
        return line
    known = [one.known for one in ordered(line, item) if one.known is not None]
    return msgspec.structs.replace(line, allergens=item.answers(known))
