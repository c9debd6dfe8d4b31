"""Orders to send through a kitchen, made by hand."""

from datetime import timedelta

from station.data.ids import derived_ulid, part_ulid
from station.domain.routing import Load
from station.domain.token import Body, Line
from station.simulate.rush import BEGAN, Order, Rush

GRILL = frozenset({"grill"})


def order(number, placed_s, *lines, **changes):
    """`lines`: (group, seconds of each item) or (group, seconds, weight)."""
    placed_at = BEGAN + timedelta(seconds=placed_s)
    of = derived_ulid(placed_at, "test", str(number))
    made = tuple(
        Line(
            id=part_ulid(of, str(position)),
            item=part_ulid(of, "item", str(position)),
            name=f"Item {position}",
            count=len(line[1]),
            group=line[0],
            weight=line[2] if len(line) > 2 else 1,
        )
        for position, line in enumerate(lines)
    )
    body = Body(
        order=of,
        number=f"s-{number}",
        mode="eat_in",
        placed_at=placed_at,
        placed_by="Mia",
        placed_on="till1",
        lines=made,
        **changes,
    )
    work_s = {made_line.id: tuple(line[1]) for made_line, line in zip(made, lines, strict=True)}
    return Order(body, float(placed_s), work_s)


def rush(*orders):
    return Rush(tuple(orders), (0.0, max(1.0, *(each.placed_s for each in orders))))


def grills(count):
    return tuple(Load(f"grill{n}", GRILL) for n in range(1, count + 1))
