"""The expediter's say in dispatch: by itself or by hand, who rests, who takes less, who makes what; and evening the loads out.

What is decided is a fact, and stands on the share for every station that dispatches (`domain/plan.py`). It shows at once.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from station.domain.facts import (
    Automatic,
    Fact,
    Paused,
    Pinned,
    PlanChange,
    PlanChanged,
    TokenTransferred,
    Weighed,
)
from station.domain.floor import station_of
from station.domain.menu import StationInfo
from station.domain.plan import Plan
from station.domain.rebalance import Shift, rebalanced
from station.domain.routing import Load
from station.renderers import floor_view as floor
from station.renderers.expediter_actions import ExpediterState, closed, said
from station.renderers.widgets.text import counted, station_name
from station.renderers.world import World

Result = tuple[ExpediterState, tuple[Fact, ...]]
WEIGHTS: Final = (25, 50, 75, 100, 150, 200)


def stations(world: World) -> tuple[StationInfo, ...]:
    return tuple(station for station in floor.kitchens(world) if station.groups)


def weight_of(station: StationInfo, plan: Plan) -> int:
    return plan.weight_percent(station.code, station.weight_percent)


def loads(world: World) -> tuple[Load, ...]:
    """The stations as dispatch sees them, with what each will have once all is done that was done here."""
    plan = world.plan
    return tuple(
        Load(
            station.code,
            station.groups,
            items=floor.load(world, station.code) or 0,
            tokens=sum(1 for card in world.cards.values() if station_of(card.spot.place) == station.code),
            present=not world.silent(station.code),
            paused=plan.paused(station.code),
            weight_percent=weight_of(station, plan),
        )
        for station in stations(world)
    )


def proposal(world: World) -> tuple[Shift, ...]:
    return rebalanced(world.cards.values(), loads(world), world.plan.pins)


def opened(state: ExpediterState, code: str = "") -> ExpediterState:
    """The sheet of all stations, or of one."""
    if state.overlay == "balance" and not code:
        return closed(state)
    return replace(closed(state), overlay="pins" if code else "balance", station=code)


def mode(state: ExpediterState, which: str, world: World) -> Result:
    return _decide(state, Automatic(automatic=which == "automatic"), "choose how orders are dispatched", world)


def pause(state: ExpediterState, code: str, world: World) -> Result:
    paused = not world.plan.paused(code)
    return _decide(state, Paused(station=code, paused=paused), f"pause {station_name(code)}", world)


def weigh(state: ExpediterState, code: str, step: int, world: World) -> Result:
    """The next weight up or down; as the shop says it is no decision any more."""
    station = next((one for one in stations(world) if one.code == code), None)
    if station is None:
        return state, ()
    now = weight_of(station, world.plan)
    steps = [weight for weight in WEIGHTS if (weight > now if step > 0 else weight < now)]
    if not steps:
        return said(state, f"{station_name(code)} takes {now} % already", world), ()
    wanted = steps[0] if step > 0 else steps[-1]
    change = Weighed(station=code, weight_percent=None if wanted == station.weight_percent else wanted)
    return _decide(state, change, f"change what {station_name(code)} takes", world)


def pin(state: ExpediterState, name: str, world: World) -> Result:
    """`name`: group and station. The same again lets it go."""
    group, _, code = name.partition(":")
    to = None if world.plan.pins.get(group) == code else code
    return _decide(state, Pinned(group=group, station=to), f"pin {group} to {station_name(code)}", world)


def preview(state: ExpediterState, world: World) -> ExpediterState:
    """What would move, shown before anything does."""
    shifts = proposal(world)
    if not shifts:
        return said(state, "The loads are even already, as far as orders that nobody has begun can make them", world)
    return replace(closed(state), overlay="rebalance", shifts=shifts)


def rebalance(state: ExpediterState, world: World) -> Result:
    """What was shown; an order that has moved on or was begun meanwhile stays as it is."""
    if world.person is None:
        return replace(closed(state), asking=True), ()
    world.require("token.transfer", "even the loads out")
    still = {shift.key for shift in state.shifts} & {shift.key for shift in _possible(state, world)}
    facts = tuple(
        TokenTransferred(
            order=shift.key[0],
            part=shift.key[1],
            place=world.cards[shift.key].spot.place,
            station=shift.target,
            why=world.by(f"rebalanced ({shift.why})"),
        )
        for shift in state.shifts
        if shift.key in still
    )
    left = len(state.shifts) - len(facts)
    told = f"{counted(len(facts), 'order')} moved" + (f"; {left} had moved on or been begun" if left else "")
    return said(closed(state), told, world), facts


def _possible(state: ExpediterState, world: World) -> list[Shift]:
    """Those of the shown moves whose order still stands where it stood, not begun, and whose station still takes orders."""
    from_here = {(shift.key, shift.source, shift.target): shift for shift in state.shifts}
    takers = {load.code for load in loads(world) if load.takes}
    return [
        shift
        for (key, source, target), shift in from_here.items()
        if (card := world.cards.get(key)) is not None
        and station_of(card.spot.place) == source
        and not any(line.done for line in card.body.lines)
        and target in takers
    ]


def _decide(state: ExpediterState, change: PlanChange, what: str, world: World) -> Result:
    if world.person is None:
        return replace(closed(state), asking=True), ()
    world.require("token.transfer", what)
    return state, (PlanChanged(change=change),)


Doer = Callable[[ExpediterState, str, World], Result]
DOERS: Final[dict[str, Doer]] = {
    "balance": lambda state, rest, _: (opened(state, rest), ()),
    "mode": mode,
    "pause": pause,
    "weigh": lambda state, rest, world: weigh(state, rest[1:], 1 if rest[:1] == "+" else -1, world),
    "pin": pin,
    "rebalance": lambda state, _, world: (preview(state, world), ()),
    "rebalance_now": lambda state, _, world: rebalance(state, world),
    "stations": lambda state, rest, _: (replace(state, choice=int(rest)), ()),
}
"""What each action of these sheets does."""
