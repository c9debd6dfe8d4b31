"""A token comes to the floor: written whole where nobody looks, then moved to its place.

    no step   a new nonce, `tmp/<name>.<nonce>` created and written
    staged    only the move; the file not being there means that it was published
    done

Nothing is ever created again after *staged*, so a replay can't make a second token.
"""

from station.domain.floor import TMP, Spot, check_place
from station.domain.token import Body, encode, name_of, parse_name
from station.errors import ShareError
from station.tokens.hand import Hand
from station.tokens.progress import Step
from station.tokens.share import Moved


def publish(hand: Hand, op: str, body: Body, place: str) -> Spot:
    """Where the token came to stand. Raises TokenError when the body can't be a token; nothing is done then."""
    step = hand.progress.load(op)
    if step is None or step.state == "new":
        step = _stage(hand, op, body, Spot(check_place(place), name_of(body)))
    if step.state == "staged":
        step = hand.resume(op, step)
        if hand.move_into(step.source, step.target) is Moved.NO_FOLDER:
            raise ShareError(f"The floor has no folder {TMP}/ any more; restore the share, {step.target} waits for it")
        hand.record(op, Step("done", step.nonce, step.source, step.target))
    return spot_at(step.target)


def spot_at(path: str) -> Spot:
    """The spot of a path. Raises TokenError when it is none."""
    place, _, name = path.rpartition("/")
    return Spot(check_place(place), parse_name(name))


def _stage(hand: Hand, op: str, body: Body, spot: Spot) -> Step:
    nonce = hand.nonce()
    staged = f"{TMP}/{spot.name}.{nonce}"
    hand.share.create(staged, encode(body, hand.key))
    return hand.record(op, Step("staged", nonce, staged, spot.path))
