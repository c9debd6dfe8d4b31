"""Whether what the clients' journals say is what the floor shows: every order, part, item and verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from client import KEY
from journal import Intent

from station.domain.token import Body, decode, parse_name
from station.tokens.share import Share
from station.tokens.survey import survey


@dataclass(frozen=True)
class Verdict:
    """All but the figures must be empty."""

    orders: int
    parts: int
    revisions: int
    splits: int
    moves: int
    lost: int
    claimed_twice: int
    missing: tuple[str, ...]
    double: tuple[str, ...]
    corrupt: tuple[str, ...]
    wrong: tuple[str, ...]
    unfinished: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not (self.missing or self.double or self.corrupt or self.wrong or self.unfinished)


def judge(share: Share, intents: Iterable[Intent]) -> Verdict:
    intents = list(intents)
    bodies, corrupt = _read(share)
    published = {
        body.order: body
        for intent in intents
        if intent.kind == "publish"
        for body in [decode(bytes.fromhex(intent.children[0][1]), KEY)]
    }
    lines = Counter((body.order, line.id) for body in bodies for line in body.lines)
    wanted = {(body.order, line.id) for body in published.values() for line in body.lines}
    counted = Counter(key for key in map(_key, bodies))
    marks = {change.what for body in bodies for change in body.changes}
    replacing = [intent for intent in intents if intent.kind == "replace"]
    moving = [intent for intent in intents if intent.kind == "move" and intent.state == "done"]
    claims = Counter(intent.source for intent in [*moving, *replacing] if intent.state == "done")
    return Verdict(
        orders=len(published),
        parts=len(bodies),
        revisions=sum(intent.state == "done" and len(intent.children) == 1 for intent in replacing),
        splits=sum(intent.state == "done" and len(intent.children) > 1 for intent in replacing),
        moves=len(moving),
        lost=sum(intent.state == "lost" for intent in intents),
        claimed_twice=sum(count > 1 for count in claims.values()),
        missing=tuple(f"order {order}: line {line}" for order, line in sorted(wanted - set(lines))),
        double=tuple(f"order {order}: line {line}" for (order, line), count in sorted(lines.items()) if count > 1)
        + tuple(f"order {order} part {part}" for (order, part), count in sorted(counted.items()) if count > 1)
        + tuple(f"order {order} was never sent" for order in sorted({body.order for body in bodies} - set(published))),
        corrupt=tuple(corrupt),
        wrong=tuple(
            f"{i.op} says done, but nothing shows it" for i in replacing if i.state == "done" and i.op not in marks
        )
        + tuple(f"{i.op} says lost, but it happened" for i in replacing if i.state == "lost" and i.op in marks),
        unfinished=tuple(intent.op for intent in intents if intent.state == "open"),
    )


def _key(body: Body) -> tuple[str, str]:
    return body.order, body.part


def _read(share: Share) -> tuple[list[Body], list[str]]:
    found = survey(share)
    bodies, corrupt = [], [*found.invalid, *found.quarantined]
    for spot in found.live:
        try:
            bodies.append(decode(share.read(spot.path), KEY, parse_name(str(spot.name))))
        except Exception as error:  # noqa: BLE001 - whatever it is, the token is not whole
            corrupt.append(f"{spot.path}: {error}")
    return bodies, corrupt
