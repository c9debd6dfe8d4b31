"""Rules of PINs: which ones are too easy, and how long one must wait after wrong ones.

Pure. A PIN is 4 to 8 digits. After five wrong ones in a row the sixth must wait 30 s, the next twice as long, up to an hour; each right
one begins anew. So 10,000 guesses at one person take more than a year, at each station and, since the master counts them
together, at all of them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from station.errors import OrderRefused

FREE_TRIES: Final = 5
FIRST_WAIT_S: Final = 30
LONGEST_WAIT_S: Final = 3_600
SHORTEST: Final = 4
LONGEST: Final = 8
_DIGITS: Final = re.compile(rf"[0-9]{{{SHORTEST},{LONGEST}}}")


class EasyPin(OrderRefused):
    """The first that somebody would try."""


@dataclass(frozen=True, slots=True)
class KeptPin:
    """What a station knows of somebody's PIN. `blocked_until`: wrong ones at all stations together make it wait."""

    argon2id: str = field(repr=False)
    blocked_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong PINs in a row, and when the last one was."""

    wrong: int = 0
    last: datetime | None = None

    def after_wrong(self, at: datetime) -> "Tries":
        return Tries(self.wrong + 1, at)


def wait_s(tries: Tries, now: datetime) -> float:
    """Seconds until another try counts; 0: now. A clock that went back only makes it longer."""
    if tries.wrong < FREE_TRIES or tries.last is None:
        return 0.0
    pause = _pause_s(tries.wrong - FREE_TRIES)
    return max(0.0, (tries.last + timedelta(seconds=pause) - now).total_seconds())


def blocked_until(wrong: int, last: datetime) -> datetime | None:
    """Until when nobody may try again after so many wrong ones in a row; None: at once."""
    return last + timedelta(seconds=_pause_s(wrong - FREE_TRIES)) if wrong >= FREE_TRIES else None


def seconds_for(guesses: int) -> float:
    """How long so many wrong guesses in a row take at least."""
    return sum(map(_pause_s, range(max(0, guesses - FREE_TRIES))))


def refuse_easy(pin: str, *, born: date | None = None, known: Sequence[str] = ()) -> None:
    """Raises EasyPin with what is wrong with it. `known`: numbers of this person that others can see."""
    if not _DIGITS.fullmatch(pin):
        raise EasyPin(f"A PIN has {SHORTEST} to {LONGEST} digits")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if steps in ({0}, {1}, {9}):
        raise EasyPin("All the same or in a row: that is the first that somebody would try")
    half = pin[: len(pin) // 2]
    if len(pin) % 2 == 0 and pin == half * 2 and len(set(half)) <= 2:
        raise EasyPin("A pair twice: that is among the first that somebody would try")
    if re.fullmatch(r"(19|20)\d\d", pin) or (born is not None and born.strftime("%d%m") in pin):
        raise EasyPin("A year or a birthday: others know it")
    if any(pin in number or number in pin for number in known if len(number) >= SHORTEST):
        raise EasyPin("That number stands on the card or the list of staff")


def _pause_s(doublings: int) -> int:
    return min(FIRST_WAIT_S << min(doublings, 20), LONGEST_WAIT_S)
