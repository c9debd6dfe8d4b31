"""Orders that an expediter takes: by phone, at the counter, or as a test, on the till's own screen and without a payment.

What was begun stays while somebody looks at the floor, and belongs to whoever is logged in.
"""

from dataclasses import replace

from station.domain.facts import Fact
from station.renderers.expediter_actions import ExpediterState, closed
from station.renderers.role import Desk, Event, Keyed, Tap
from station.renderers.scene import Scene
from station.renderers.till import TillRole
from station.renderers.till_state import Till
from station.renderers.world import World

Result = tuple[ExpediterState, tuple[Fact, ...]]
_TILL = TillRole()


def opened(state: ExpediterState, world: World) -> ExpediterState:
    """The order that was begun, or a new one."""
    if world.person is None:
        return replace(closed(state), asking=True)
    return replace(closed(state), taking=True, order=state.order or _TILL.begin(world))


def handle(state: ExpediterState, event: Event, world: World, desk: Desk) -> Result:
    """While the order is on the screen, it is a till's."""
    till = _mine(state, world)
    if event == Tap("floor") or (isinstance(event, Keyed) and _leaves(till, event)):
        return replace(state, taking=False, order=till if till.draft.begun else None), ()
    till, facts = _TILL.handle(till, event, world, desk)
    return replace(state, order=till), facts


def notice(state: ExpediterState, world: World, desk: Desk) -> ExpediterState:
    return replace(state, order=_TILL.notice(_mine(state, world), world, desk))


def scene(state: ExpediterState, world: World) -> Scene:
    return _TILL.scene(_mine(state, world), world)


def _mine(state: ExpediterState, world: World) -> Till:
    """Whoever is logged in goes on with it: at an expediter nobody has orders of their own."""
    till = state.order or Till()
    return replace(till, later=True, owner="" if world.person is None else world.person.id)


def _leaves(till: Till, event: Keyed) -> bool:
    """F10; and Escape, when there is nothing else that it could end."""
    key = event.press.key.lower()
    busy = till.sheet is not None or till.finding or bool(till.focus or till.message)
    return key == "f10" or (key == "escape" and not busy)
