"""The expediter: the whole floor at a glance; what is wrong, what is whole, and the tools to put it right."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from station.domain import urgency
from station.domain.floor import HOLD, PASS
from station.renderers import expediter_actions as act
from station.renderers import expediter_find as find
from station.renderers import expediter_hold as holds
from station.renderers import expediter_order as orders
from station.renderers import expediter_pass as passes
from station.renderers import expediter_recall as recalls
from station.renderers import expediter_speed as speeds
from station.renderers import expediter_view as view
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState, Result
from station.renderers.expediter_detail import detail
from station.renderers.expediter_keys import keyed
from station.renderers.expediter_plan_sheets import plan_sheets
from station.renderers.expediter_sheets import sheets
from station.renderers.expediter_taps import dropped, tapped
from station.renderers.role import Desk, Dragged, Event, Keyed, Scanned, Tap
from station.renderers.scene import Panel, Scene
from station.renderers.widgets.bars import Tool, status_bar, toolbar
from station.renderers.widgets.sheet import message
from station.renderers.widgets.text import counted
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class ExpediterRole:
    """See `role.py` for what the functions promise."""

    def begin(self, world: World) -> ExpediterState:
        del world
        return ExpediterState()

    def notice(self, state: ExpediterState, world: World, desk: Desk) -> ExpediterState:
        if state.taking and world.person is not None:
            return orders.notice(state, world, desk)
        # With nobody there the floor is what must be seen; what was begun waits.
        state = replace(state, taking=False)
        changed = recalls.remembered(speeds.refreshed(state, world, desk), desk)
        card = act.picked(state, world)
        if state.picked is not None and (card is None or floor.finished(card)):
            # A sheet about a token that is gone would act on nothing.
            kept = {"", "help", "recall", "balance", "pins", "rebalance", "speed"}
            changed = act.closed(changed) if state.overlay not in kept else changed
            changed = replace(changed, picked=None)
        if state.message_until is not None and state.message_until <= world.now:
            changed = replace(changed, message="", message_until=None)
        return replace(changed, asking=False) if state.asking and world.person is not None else changed

    def handle(self, state: ExpediterState, event: Event, world: World, desk: Desk) -> Result:
        if state.taking and world.person is not None:
            return orders.handle(state, event, world, desk)
        if isinstance(event, Tap):
            return self._with_disk(tapped(state, event.action, world), world, desk)
        if isinstance(event, Dragged):
            return dropped(state, event, world)
        if isinstance(event, Scanned):
            return find.scanned(state, event.order, world), ()
        if isinstance(event, Keyed):
            return self._with_disk(keyed(state, event.press, world, self.scene), world, desk)
        return state, ()

    def _with_disk(self, done: Result, world: World, desk: Desk) -> Result:
        """To recall, this station's disk must be asked what was handed over."""
        state = replace(done[0], wants="")
        if done[0].wants == "recall":
            return recalls.recall(state, world, desk)
        return (speeds.opened(state, world, desk), ()) if done[0].wants == "speed" else done

    def asks_for_person(self, state: ExpediterState, world: World) -> bool:
        return state.asking and world.person is None

    def scene(self, state: ExpediterState, world: World) -> Scene:
        if state.taking and world.person is not None:
            return orders.scene(state, world)
        place = view.layout(state, world, detailed=act.picked(state, world) is not None)
        columns, shown = view.columns(state, place, world)
        passing, passed = passes.passing(state, place.passing, world)
        live = [card for card in world.cards.values() if not floor.finished(card)]
        count = len({card.key[0] for card in live})
        items = sum(card.body.items for card in live if card.spot.place != PASS)
        panels: list[Panel] = [
            _tools(state, world),
            *find.strip(state, world),
            *view.fault_panel(world, place.fault),
            *columns,
            *passing,
            *detail(state, place.detail, world),
            status_bar(world, f"{counted(count, 'order')} · {counted(items, 'item')}"),
            *sheets(state, world),
            *plan_sheets(state, world),
            *holds.hold_sheet(state, world),
            *speeds.speed_sheet(state, world),
        ]
        said = state.message
        if said:
            panels.append(message(world, said, look.ACCENT))
        told = said or view.fault_text(world)
        return Scene(world.size, look.GROUND, tuple(panels), (*shown, *passed), told, _until(state, world))


def _tools(state: ExpediterState, world: World) -> Panel:
    card = act.picked(state, world)
    live = card is not None and not floor.finished(card)
    on_pass = live and card is not None and card.spot.place == PASS
    held = live and card is not None and card.spot.place == HOLD
    rushed = live and card is not None and card.body.rush
    moves = world.locked("token.transfer")
    tools = (
        Tool(
            "Log out" if world.person else "Log in",
            "login",
            "person",
            "F2",
            kind="plain" if world.person else "primary",
        ),
        Tool("Transfer", "transfer", "right", "T", enabled=live and not on_pass, locked=moves),
        Tool("Split", "split", "split", "S", enabled=live and not on_pass, locked=world.locked("token.split")),
        Tool(
            "Recall",
            "recall",
            "undo",
            "R",
            locked=world.locked("token.recall"),
        ),
        Tool(
            "Fire" if held else "Hold",
            "hold",
            "play" if held else "pause",
            "H",
            enabled=live and not on_pass,
            locked=moves,
        ),
        Tool("Rush off" if rushed else "Rush", "rush", "bolt", "U", enabled=live, locked=moves),
        Tool("Void", "void", "trash", "V", enabled=live, locked=world.locked("token.void")),
        Tool(
            "Balance" if world.plan.automatic else "By hand",
            "balance",
            "sum",
            "B",
            kind="plain" if world.plan.automatic else "chosen",
        ),
        Tool(find.tool_text(state), "find", "list", "/", kind="chosen" if find.narrowed(state) else "plain"),
        Tool("Speed", "speed", "clock", "G"),
        Tool("Go on" if state.order else "New order", "order", "plus", "N", locked=world.locked("order.take")),
        Tool("Help", "help", "help", "F1", end=True),
    )
    return toolbar(world, tools)


def _until(state: ExpediterState, world: World) -> datetime:
    profile = world.shop.profile
    moments = [world.now.replace(second=0, microsecond=0) + timedelta(minutes=1)]
    for card in world.cards.values():
        change = urgency.next_change(card.body.wanted_at, world.now, profile.orange_s, profile.red_s)
        if change is not None:
            moments.append(change)
    if state.message_until is not None:
        moments.append(state.message_until)
    if state.overlay == "speed":
        moments.append(world.now + speeds.FRESH)
    return min(moments)
