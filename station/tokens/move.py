"""A token goes from one place to another, unchanged: one rename, one more hop, one winner.

new     the move may have been sent
done    it is at the target, or was
lost    somebody else moved it
"""

from station.domain.floor import HELD, HOLD, INBOX, PASS, STATIONS, Spot, check_place
from station.domain.token import TokenName, parse_name
from station.errors import TokenError
from station.tokens.hand import Hand
from station.tokens.progress import Step
from station.tokens.publish import spot_at
from station.tokens.share import Moved, NoFolder


def move(hand: Hand, op: str, source: Spot, to: str) -> Spot | None:
    """Where it stands now, or None when somebody else was first."""
    step = hand.progress.load(op)
    sent_before = step is not None
    if step is None:
        target = Spot(check_place(to), source.name.moved())
        step = hand.record(op, Step("new", "", source.path, target.path))
    if step.state == "new":
        step = hand.resume(op, step)
        moved = hand.move_into(step.source, step.target)
        won = moved is Moved.MOVED or (sent_before and _was_ours(hand, spot_at(step.target)))
        step = hand.record(op, Step("done" if won else "lost", "", step.source, step.target))
    return spot_at(step.target) if step.state == "done" else None


def _was_ours(hand: Hand, target: Spot) -> bool:
    """Whether an earlier message of ours made the move, as far as the floor can tell.

    It did when the token is at the target. It didn't when the token made this hop to another place. When it went on
    from there, nobody can be shown to have taken it elsewhere, and what the person wanted has come about.
    """
    if target.name in _names(hand, target.place):
        return True
    places = [INBOX, HOLD, PASS]
    places += [f"{top}/{entry.name}" for top in (STATIONS, HELD) for entry in hand.share.list(top) if entry.is_folder]
    return not any(
        name.key == target.name.key and name.hop <= target.name.hop
        for place in places
        if place != target.place
        for name in _names(hand, place)
    )


def _names(hand: Hand, place: str) -> list[TokenName]:
    names = []
    try:
        listing = hand.share.list(place)
    except NoFolder:
        return []
    for entry in listing:
        try:
            names.append(parse_name(entry.name))
        except TokenError:
            continue
    return names
