"""What a role is to the runner: pure functions from what people did to a new state, new facts and a new screen.

A role (`till.py`, `prep.py`, `expediter.py`, `login.py`) is a frozen state and an object with these functions:

    begin(world) -> state                              when the program starts
    notice(state, world, desk) -> state                before each screen: the world has changed, or time has passed
                                                       (drop what is gone, end a message, remember new cards)
    handle(state, event, world, desk) -> (state, facts)   somebody did something
    scene(state, world) -> Scene                       what the screen shows now; `scene.until` is when it changes by itself
    asks_for_person(state, world) -> bool              show the log-in now, not this role (a till: whenever nobody is
                                                       logged in; a prep display: when somebody wants to log in or act)

The runner appends the facts to the journal, in order, **before** the new state counts: when the journal refuses, the old
state stays and the screen says so. After that the very next frame shows the state, with the facts applied to the cards.
Log-in and log-out are facts too: a `StaffSeen` with `what="login"` makes that person the world's `person`, "logout" makes it
None; the runner does this for every role. Facts are recorded under the person who was logged in before the event, a
login under the one who logs in.

The log-in is a role too: `login.LoginRole(optional)` shows the names and answers a tap with a `StaffSeen` login. While it is
shown, events go to it; a tap on its "login:cancel" (only there when `optional`) or Escape then goes to the role below as
`Tap("login:cancel")`, which stops asking. A role offers log-out itself, by a `StaffSeen` logout.

Events come from `gestures.py`: a tap gives the hit's `action` ("bump:01j…:1"), so a role never sees pixels, and a
simulated person who taps the same rectangle does the same. Keys come as they are: `Keyed(Press(key="t"))`.
Roles are pure: no clock (the world has `now`), no chance and no disk (the desk gives ids, numbers and recipes).
"""

from dataclasses import dataclass
from typing import Protocol, TypeVar

from station.domain.cards import Card
from station.domain.facts import Fact
from station.domain.hands import Press
from station.domain.menu import Recipe
from station.domain.sold import SoldOrder
from station.domain.speed import Passed
from station.renderers.scene import Scene
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class Tap:
    """A finger went down and up on one hit. `enabled` is the hit's: a role says why a disabled one may not."""

    action: str
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Held:
    """A finger stayed on a hit that has a `hold` action; this is that action."""

    action: str


@dataclass(frozen=True, slots=True)
class Dragged:
    """A hit that may be dragged was let go on another one."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Wheeled:
    """The wheel turned over a hit (or over none: an empty action); positive steps are towards the top."""

    action: str
    steps: int


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key went down."""

    press: Press


@dataclass(frozen=True, slots=True)
class Scanned:
    """The code of an order's receipt was scanned. Cards never come to a role."""

    order: str


Event = Tap | Held | Dragged | Wheeled | Keyed | Scanned


class Desk(Protocol):
    """What a role may ask for that is neither known nor pure."""

    def new_id(self) -> str:
        """A fresh ULID, lower case."""
        ...

    def finished(self) -> tuple[Card, ...]:
        """What left the floor today by this station's hand, the latest first."""
        ...

    def passed(self) -> tuple[Passed, ...]:
        """What came to the pass today, as this station has seen it."""
        ...

    def next_number(self, name: str) -> int:
        """1, 2, 3… for each name, durable and never twice. Raises JournalError."""
        ...

    def right_pin(self, person: str, pin: str) -> bool:
        """Whether this is the person's PIN; takes as long either way."""
        ...

    def pin_wait_s(self, person: str) -> float:
        """How long it is until another PIN counts, for this person or at this station."""
        ...

    def sold(self, order: str) -> SoldOrder | None:
        """An order that was sold here, however long ago; None when it was not."""
        ...

    def recipe(self, recipe_id: str) -> Recipe | None:
        """A recipe as the snapshot has it, its picture as a path on this station; None when there is no such one."""
        ...


State = TypeVar("State")


class Handover(Protocol[State]):
    """What a station does when another person comes to it, or the one who was there goes."""

    def leave(self, state: State, world: World, desk: Desk) -> tuple[Fact, ...]:
        """Recorded before the log-in or log-out, under whoever leaves. The world's person is still that one."""
        ...

    def cleared(self, state: State) -> State:
        """The state without what was left, once it is recorded: nothing of it is there for whoever comes, were it the same person."""
        ...

    def arrive(self, state: State, world: World) -> tuple[Fact, ...]:
        """To be recorded: asked again whenever anything has changed while somebody is here."""
        ...


class Role(Protocol[State]):
    """One of the screens."""

    def begin(self, world: World) -> State: ...

    def notice(self, state: State, world: World, desk: Desk) -> State: ...

    def handle(self, state: State, event: Event, world: World, desk: Desk) -> tuple[State, tuple[Fact, ...]]: ...

    def scene(self, state: State, world: World) -> Scene: ...

    def asks_for_person(self, state: State, world: World) -> bool: ...
