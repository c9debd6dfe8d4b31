"""Whether the floor keeps its promise: every part exactly once, or all its parts exactly once."""

from dataclasses import dataclass

from station.domain.token import Key, decode
from station.errors import TokenError
from station.tokens.share import Gone, Share
from station.tokens.survey import Survey, survey, suspect


@dataclass(frozen=True, slots=True)
class FloorCheck:
    """`orders`, `parts`: seen alive. `transits`: folders on their way, which is no fault. The rest are sentences."""

    orders: int
    parts: int
    transits: tuple[str, ...]
    missing: tuple[str, ...]
    double: tuple[str, ...]
    quarantined: tuple[str, ...]
    invalid: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Quarantine holds what was refused; that is for people to look at, and breaks no promise."""
        return not (self.missing or self.double or self.invalid)


def check(share: Share, key: bytes, *, deep: bool) -> FloorCheck:
    """Looks twice when anything is suspicious, since tokens move while it looks. `deep` reads every live token.

    Raises ShareError when a folder can't be read: then nothing is known.
    """
    found = survey(share)
    suspicions = suspect(found)
    for _ in range(2):
        if not (suspicions.missing or suspicions.double):
            break
        found = survey(share)
        suspicions = suspicions.confirmed(suspect(found))
    missing, invalid = set(suspicions.missing), set(found.invalid)
    if deep:
        unread, named = _read_all(share, key, found)
        invalid |= unread
        # A part that moved while the folders were listed may have been in none of them.
        if any(part not in found.published for part in named):
            published = found.published | survey(share).published
            missing |= {
                f"order {order} part {part} was never seen, but another part names it"
                for order, part in named - published
            }
    spots = {*found.live, *found.moving}
    return FloorCheck(
        orders=len({spot.name.order for spot in spots}),
        parts=len({spot.name.key for spot in spots}),
        transits=found.transits,
        missing=tuple(sorted(missing)),
        double=tuple(sorted(suspicions.double)),
        quarantined=found.quarantined,
        invalid=tuple(sorted(invalid)),
    )


def _read_all(share: Share, key: bytes, found: Survey) -> tuple[set[str], set[Key]]:
    """Tokens that are not valid, as sentences; and the parts that the others name as their order's."""
    unread: set[str] = set()
    named: set[Key] = set()
    for spot in found.live:
        try:
            body = decode(share.read(spot.path), key, spot.name)
        except Gone:
            continue
        except TokenError as error:
            unread.add(f"{spot.path}: {error}")
            continue
        named |= {(spot.name.order, other.part) for other in body.elsewhere}
    return unread, named
