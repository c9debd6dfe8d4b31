"""What of an order another station takes: so many of each line, or half of what is still to be made. Pure.

At least one item stays where it is, and what is done stays with it. What is taken can always be made by one station.
"""

from collections.abc import Iterable, Mapping, Sequence

from station.domain.token import Line

Off = Mapping[str, int]
"""How many of each line go, by the line's id."""


def left_of(line: Line) -> int:
    """How many of it are still to be made."""
    return max(0, line.count - line.done)


def left_in(lines: Iterable[Line]) -> int:
    return sum(left_of(line) for line in lines)


def with_more(lines: Sequence[Line], off: Off, line_id: str, change: int) -> dict[str, int]:
    """So many more (or less) of a line; as many as there are, and never all that is left of the order."""
    left = {line.id: left_of(line) for line in lines}
    others = sum(count for key, count in off.items() if key != line_id)
    most = min(left.get(line_id, 0), sum(left.values()) - 1 - others)
    wanted = max(0, min(most, off.get(line_id, 0) + change))
    return {key: count for key, count in {**off, line_id: wanted}.items() if count}


def half(lines: Sequence[Line], able: Sequence[frozenset[str]]) -> dict[str, int]:
    """Half of what is to be made, rounded down, spread over the lines; nothing when no station can take any of it.

    `able`: the prep groups of each station that could take it, the one to be preferred first. All that is taken can be made
    by the first of them that can make any; it may be less than half when that station can make no more.
    """
    total = left_in(lines)
    groups = next((each for each in able if any(left_of(line) and line.group in each for line in lines)), frozenset())
    takeable = [line for line in lines if line.group in groups and left_of(line)]
    target = min(total // 2, left_in(takeable))
    off = {line.id: left_of(line) // 2 for line in takeable}
    # Odd ones: every second line gives one more, then the others, then whoever still has some.
    for most, lines_asked in ((1, takeable[::2]), (1, takeable[1::2]), (target, takeable)):
        for line in lines_asked:
            off[line.id] += max(0, min(most, target - sum(off.values()), left_of(line) - off[line.id]))
    return {key: count for key, count in off.items() if count}


def groups_of(lines: Iterable[Line], off: Off) -> tuple[str, ...]:
    """The prep groups that are needed for what goes."""
    return tuple(sorted({line.group for line in lines if off.get(line.id)}))
