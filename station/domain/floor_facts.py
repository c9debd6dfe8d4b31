"""What was done with tokens on the floor, as whoever did it meant it.

A fact about a token names its identity and the place where the person saw it. It says what they meant ("two of this
line are done"), not what the file shall contain, so it still holds when the token was revised meanwhile.
"""

from typing import Annotated, Literal

import msgspec

from station.domain.fact_base import FactBase
from station.domain.token import Body, Code, Count, Instant, Part, Text, Ulid

Verb = Literal["bump", "undo", "recall", "hand_over", "hold", "fire", "void", "rescue", "resume", "end"]


class OrderHeld(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="order.held"):
    """What somebody was ringing up waits for them, at no till. `replaces`: the held order that this one was before."""

    order: Ulid
    token: Body
    replaces: Ulid | None = None


class TokenMoved(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.moved"):
    """Bump, undo, recall, hand over, hold, fire, void: the token goes from one place to another, unchanged.

    `made`: of what is voided, whether it was made or begun, and is waste (None: nobody said).
    """

    order: Ulid
    part: Part
    place: Text
    to: Text
    verb: Verb
    why: Text = ""
    made: bool | None = None


class LineTicked(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.ticked"):
    """`done` is how many of the line are ticked now: saying it twice changes nothing."""

    order: Ulid
    part: Part
    place: Text
    line: Ulid
    done: Count


class TokenTransferred(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.transferred"):
    """Moved to another station by hand: the token says to whom it is given now, and why."""

    order: Ulid
    part: Part
    place: Text
    station: Code
    why: Text = ""


class TokenHeld(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.held"):
    """Kept from the kitchen: until a person fires it, or until a time."""

    order: Ulid
    part: Part
    place: Text
    until: Instant | None = None
    why: Text = ""


class SplitOff(msgspec.Struct, frozen=True, kw_only=True):
    """Some items of a line, for one of the parts."""

    line: Ulid
    count: Annotated[int, msgspec.Meta(ge=1, le=999)]


class TokenSplit(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.split"):
    """What is named goes to `to` as one part; what is left stays where it was as the other.

    `course`: what goes is held until what stays is made.
    """

    order: Ulid
    part: Part
    place: Text
    off: tuple[SplitOff, ...]
    to: Text
    why: Text = ""
    course: bool = False


class TokenDispatched(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.dispatched"):
    """The choice of a station for what waited in the inbox: one entry for each prep group's part.

    `stations` maps a station's code to the ids of the lines it shall make.
    """

    order: Ulid
    part: Part
    place: Text
    stations: dict[str, tuple[Ulid, ...]]
    why: dict[str, str]


class TokenAcknowledged(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.acknowledged"):
    """A person saw what must be seen: `what` is "allergy", "allergy_pass" or "change"."""

    order: Ulid
    part: Part
    place: Text
    what: Literal["allergy", "allergy_pass", "change"]


class TokenRushed(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="token.rushed"):
    order: Ulid
    part: Part
    place: Text
    rush: bool


class VoidAcknowledged(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="void.acknowledged"):
    """The kitchen has seen that what stood at this station was voided. `made`: it was made or begun, and is waste now.

    Nothing on the floor changes by it; `place` is where the void token stands.
    """

    order: Ulid
    part: Part
    place: Text
    made: bool


class Paused(msgspec.Struct, frozen=True, kw_only=True, tag="paused"):
    """The station takes no more, and keeps what it has; or takes orders again."""

    station: Code
    paused: bool


class Weighed(msgspec.Struct, frozen=True, kw_only=True, tag="weight"):
    """How much of its share a station takes; None: as the shop says."""

    station: Code
    weight_percent: Annotated[int, msgspec.Meta(ge=10, le=400)] | None


class Pinned(msgspec.Struct, frozen=True, kw_only=True, tag="pin"):
    """All of a prep group goes to one station; None: to whichever has least."""

    group: Code
    station: Code | None


class Automatic(msgspec.Struct, frozen=True, kw_only=True, tag="mode"):
    """What is in the inbox is dispatched by itself, or waits for a person."""

    automatic: bool


PlanChange = Paused | Weighed | Pinned | Automatic


class PlanChanged(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="plan.changed"):
    """The expediter decided something about dispatch (`domain/plan.py`)."""

    change: PlanChange


class FloorReported(FactBase, frozen=True, kw_only=True, omit_defaults=True, tag="floor.reported"):
    """What became of a fact on the floor, told by the tokens program: the rows of `token_moves` come from it.

    `outcome`: done, or lost (somebody else was first; `why` says what is known of it).
    """

    fact: Ulid
    order: Ulid
    part: Part
    revision: int
    hop: int
    source: Text
    to: Text
    verb: Text
    outcome: Literal["done", "lost"]
    why: Text = ""
