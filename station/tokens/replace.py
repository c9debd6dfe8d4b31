"""A token is replaced by others: a split, a revision, a transfer, a dispatch. One rename decides it.

1. `transit/<nonce>~<source path, + for />/` is made, and each child in it, whole, under its final name with its
   destination before it. Any error: a new nonce, and this one is never committed. Then the step *staged*.
2. Commit: the parent is moved from the source named in the folder into the folder. With the parent in it the folder is
   committed, without it it isn't.
3. Roll forward, by the actor at once and by anyone who saw it committed for a while: each child to its destination,
   until a listing shows only the parent; then the parent to `parents/<day>/…<nonce>.sss`; then the folder goes.

The folder is never renamed: the server resolves a late commit by the folder's handle, and it would succeed there.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from station.domain.floor import PARENTS, Spot, Transit, check_place, parse_child, parse_transit
from station.domain.token import Body, encode, name_of
from station.errors import ShareAway, ShareFull, TokenError
from station.tokens.hand import Hand
from station.tokens.progress import Step
from station.tokens.share import Entry, Gone, Moved, NoFolder

Children = Sequence[tuple[str, Body]]

_STAGINGS: Final = 5


@dataclass(frozen=True, slots=True)
class TransitListing:
    """What stands in a transit folder: the parent or not, children by their file names, and what is neither."""

    parent: bool
    children: tuple[tuple[str, Spot], ...]
    strange: tuple[str, ...]


def replace(hand: Hand, op: str, source: Spot, children: Children) -> tuple[Spot, ...] | None:
    """Where the children came to stand, in their order; None when somebody else was first, and nothing was changed."""
    step = hand.progress.load(op)
    spots = child_spots(source, children)
    if step is None or step.state == "new":
        step = _stage(hand, op, source, spots, [body for _, body in children])
    if step.state == "staged":
        step = hand.resume(op, step)
        transit = parse_transit(step.target.rpartition("/")[2])
        won = _commit(hand, transit, spots)
        step = hand.record(op, Step("done" if won else "lost", step.nonce, step.source, step.target))
    return spots if step.state == "done" else None


def child_spots(source: Spot, children: Children) -> tuple[Spot, ...]:
    """Where the children will stand. Raises TokenError when they can't be the children of this token."""
    parent = source.name
    spots = tuple(Spot(check_place(place), name_of(body, parent.hop + 1)) for place, body in children)
    if any((spot.name.order, spot.name.number) != (parent.order, parent.number) for spot in spots):
        raise TokenError(f"a part of another order cannot replace {parent}; its order and number must stay")
    if len(spots) == 1:
        name = spots[0].name
        if (name.part, name.revision) != (parent.part, parent.revision + 1):
            raise TokenError(
                f"one token that replaces {parent} must be p{parent.part} r{parent.revision + 1},"
                f" not p{name.part} r{name.revision}"
            )
    elif not spots or [spot.name.part for spot in spots] != [f"{parent.part}-{n}" for n in range(1, len(spots) + 1)]:
        parts = ", ".join(f"p{spot.name.part}" for spot in spots) or "none"
        raise TokenError(f"the parts of {parent} must be p{parent.part}-1, p{parent.part}-2 and so on, not {parts}")
    return spots


def look(transit: Transit, listing: Iterable[Entry]) -> TransitListing:
    """Pure: a transit folder's listing, taken apart."""
    parent_name = str(transit.source.name.moved())
    parent, children, strange = False, [], []
    for entry in listing:
        if entry.name == parent_name:
            parent = True
            continue
        try:
            children.append((f"{transit.folder}/{entry.name}", parse_child(entry.name)))
        except TokenError:
            strange.append(f"{transit.folder}/{entry.name}")
    return TransitListing(parent, tuple(children), tuple(strange))


def roll_forward(hand: Hand, transit: Transit, children: Iterable[tuple[str, Spot]]) -> None:
    """Finishes a committed folder. Only to be called when the parent was seen in it; others may do the same at once."""
    waiting = list(children)
    while True:
        for path, spot in waiting:
            hand.move_into(path, spot.path)
        try:
            found = look(transit, hand.share.list(transit.folder))
        except NoFolder:
            return
        for path in found.strange:
            hand.quarantine(path, "it is no child of a split or revision, but stood in the folder of one")
        if not found.parent:
            # Somebody else has seen only the parent here and retired it: nothing is left to do but the folder.
            break
        if not found.children and not found.strange:
            hand.move_into(transit.parent, transit.retired(hand.today()))
            break
        waiting = list(found.children)
    hand.share.remove_folder(transit.folder)


def resolve(hand: Hand, transit: Transit) -> bool:
    """Whether it was committed, after the source is known to be gone for good; finishes it, or clears it away.

    Looks in the folder first and in `parents/` after, since the parent goes from there to here and never back.
    """
    try:
        found = look(transit, hand.share.list(transit.folder))
    except NoFolder:
        found = TransitListing(parent=False, children=(), strange=())
    if found.parent:
        roll_forward(hand, transit, found.children)
        return True
    committed = is_retired(hand, transit)
    for path, spot in found.children:
        if committed:
            hand.move_into(path, spot.path)
        else:
            hand.share.delete(path)
    for path in found.strange:
        hand.quarantine(path, "it is no child of a split or revision, but stood in the folder of one")
    hand.share.remove_folder(transit.folder)
    return committed


def is_retired(hand: Hand, transit: Transit) -> bool:
    """Whether the parent rests in `parents/` under this nonce, on whichever day."""
    days = []
    for entry in hand.share.list(PARENTS):
        with suppress(ValueError):
            days.append(date.fromisoformat(entry.name))
    for day in sorted(days, reverse=True):
        with suppress(Gone):
            hand.share.read(transit.retired(day), limit=1)
            return True
    return False


def _stage(hand: Hand, op: str, source: Spot, spots: Sequence[Spot], bodies: Sequence[Body]) -> Step:
    for _ in range(_STAGINGS):
        transit = Transit(hand.nonce(), source)
        # Whoever was asleep for a minute was taken for dead, and its folder cleared away: it begins with another.
        with suppress(NoFolder):
            _create_children(hand, transit, spots, bodies)
            return hand.record(op, Step("staged", transit.nonce, source.path, transit.folder))
    raise ShareAway(f"The folders in which {source.path} was to be changed vanish; it is tried again")


def _create_children(hand: Hand, transit: Transit, spots: Sequence[Spot], bodies: Sequence[Body]) -> None:
    whole = [(transit.child(spot), encode(body, hand.key)) for spot, body in zip(spots, bodies, strict=True)]
    try:
        hand.share.make_folder(transit.folder)
        for path, data in whole:
            hand.share.create(path, data)
    except ShareFull:
        # This nonce is never committed, so what stands there may go at once: it would keep the disk full.
        for path, _ in whole:
            hand.share.delete(path)
        hand.share.remove_folder(transit.folder)
        raise


def _commit(hand: Hand, transit: Transit, spots: Sequence[Spot]) -> bool:
    if hand.move(transit.source.path, transit.parent) is Moved.MOVED:
        roll_forward(hand, transit, [(transit.child(spot), spot) for spot in spots])
        return True
    # The source is gone, or the folder is: an earlier message of ours may have done it, and others may have finished.
    return resolve(hand, transit)
