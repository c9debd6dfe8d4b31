"""What each tap on the expediter comes to, and where a token goes that is dragged. Pure."""

from collections.abc import Callable
from dataclasses import replace

from station.domain.floor import station_of
from station.renderers import expediter_actions as act
from station.renderers import expediter_find as find
from station.renderers import expediter_hold as holds
from station.renderers import expediter_order as orders
from station.renderers import expediter_plan as plans
from station.renderers import expediter_recall as recalls
from station.renderers.expediter_actions import REASONS, ExpediterState, Result
from station.renderers.role import Dragged
from station.renderers.split_sheet import lines_a_page
from station.renderers.world import World


def tapped(state: ExpediterState, action: str, world: World) -> Result:
    verb, _, rest = action.partition(":")
    if verb in plans.DOERS:
        return plans.DOERS[verb](state, rest, world)
    if verb == "column" and rest in {station.code for station in plans.stations(world)} and state.overlay == "":
        return replace(plans.opened(state), choice=_index_of(rest, world)), ()
    doers: dict[str, Callable[[], Result]] = {
        "pick": lambda: (act.pick(state, rest), ()),
        "page": lambda: (act.turn_page(state, rest.rpartition(":")[0], int(rest.rpartition(":")[2])), ()),
        "transfer": lambda: (act.open_tool(state, "transfer", world), ()),
        "to": lambda: act.transfer(state, picked_name(state), rest, world),
        "split": lambda: (act.open_tool(state, "split", world), ()),
        "more": lambda: (act.take_off(state, rest, 1, world), ()),
        "less": lambda: (act.take_off(state, rest, -1, world), ()),
        "all": lambda: (act.take_all(state, rest, world), ()),
        "half": lambda: (act.take_half(state, world), ()),
        "split_page": lambda: (_split_page(state, int(rest), world), ()),
        "split_on": lambda: (act.split_on(state, world), ()),
        "split_to": lambda: act.split(state, rest, world),
        "recall": lambda: (replace(state, wants="recall"), ()),
        "recall_handed": lambda: recalls.recall_handed(state, rest, world),
        "recall_seek": lambda: (recalls.sought(state, rest), ()),
        "recall_page": lambda: (replace(state, choice=_first_of_page(rest)), ()),
        "hold": lambda: holds.hold_or_fire(state, world),
        "held": lambda: holds.hold(state, rest, world),
        "speed": lambda: (replace(state, wants="speed"), ()),
        "made": lambda: (replace(state, made=rest == "yes"), ()),
        "part": lambda: act.hand_part(state, "" if state.picked is None else state.picked[0], world),
        "hand_part": lambda: act.hand_part(state, rest, world),
        "rush": lambda: act.rush(state, world),
        "void": lambda: (act.open_tool(state, "void", world), ()),
        "reason": lambda: (replace(state, reason=REASONS[int(rest)]), ()),
        "void_now": lambda: act.void(state, world),
        "hand_over": lambda: act.hand_over(state, rest, world),
        "seen": lambda: act.seen(state, rest, world),
        "rescue": lambda: act.rescue(state, rest, world),
        "find": lambda: (find.opened(state), ()),
        "only": lambda: (find.chosen(state, rest), ()),
        "seek": lambda: (find.taken_back(state) if rest == "back" else find.typed(state, rest), ()),
        "fold": lambda: (find.folded(state, rest, world), ()),
        "order": lambda: (orders.opened(state, world), ()),
        "help": lambda: (replace(act.closed(state), overlay="" if state.overlay == "help" else "help"), ()),
        "login": lambda: (replace(state, asking=False), ()) if rest == "cancel" else act.log_in_or_out(state, world),
        "close": lambda: (act.closed(state), ()),
        "message": lambda: (replace(state, message="", message_until=None), ()),
    }
    return doers.get(verb, lambda: (state, ()))()


def dropped(state: ExpediterState, event: Dragged, world: World) -> Result:
    """Onto a station's column, or onto a tile that stands in one."""
    verb, _, rest = event.target.partition(":")
    code = rest if verb in {"column", "fold"} and rest not in {"inbox", "hold", "pass"} else None
    if verb == "pick":
        order, _, part = rest.partition(":")
        under = world.cards.get((order, part))
        code = None if under is None else station_of(under.spot.place)
    if code is None:
        return state, ()
    return act.transfer(state, event.source.removeprefix("pick:"), code, world)


def _first_of_page(name: str) -> int:
    """`name`: how many there are on a page, and which page."""
    many, _, page = name.partition(":")
    return int(many) * int(page)


def _index_of(code: str, world: World) -> int:
    return [station.code for station in plans.stations(world)].index(code)


def _split_page(state: ExpediterState, page: int, world: World) -> ExpediterState:
    card = act.picked(state, world)
    return act.closed(state) if card is None else replace(state, choice=page * lines_a_page(card, world))


def picked_name(state: ExpediterState) -> str:
    return "" if state.picked is None else f"{state.picked[0]}:{state.picked[1]}"
