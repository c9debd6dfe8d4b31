"""The PIN pad of the log-in: digits that nobody sees, twelve large keys, and what went wrong in words.

A wrong PIN is a fact, a right one is the log-in. Cancelling leaves nobody logged in and forgets what was typed.
"""

from dataclasses import replace

from station.domain.facts import Fact, StaffSeen
from station.domain.pins import LONGEST, SHORTEST
from station.renderers import theme as look
from station.renderers.login_state import Login
from station.renderers.role import Desk, Keyed, Tap
from station.renderers.scene import Box, Drawn, Op, Panel, Rect, drawn, panel
from station.renderers.widgets.button import button
from station.renderers.widgets.keypad import keypad
from station.renderers.world import World

Result = tuple[Login, tuple[Fact, ...]]

ACTION = "pin"


def handle(state: Login, event: Tap | Keyed, world: World, desk: Desk) -> Result:
    """While the pad is open, everything that is pressed is meant for it."""
    what = _meant(event)
    if what == "cancel":
        return Login(page=state.page), ()
    if what == "back":
        return replace(state, digits=state.digits[:-1], problem=""), ()
    if what == "ok":
        return _try(state, world, desk)
    if what.isdigit():
        return replace(state, digits=(state.digits + what)[:LONGEST], problem=""), ()
    return state, ()


def pad(state: Login, area: Rect, world: World) -> Panel:
    """The pad in the place of the names, under the line that says whose PIN it is."""
    theme = world.theme
    room = area.below(theme.line(theme.title) + theme.px(8))
    return panel("pin", room, keys(state, room.at_origin(), world, ok="Log in"))


def keys(state: Login, room: Rect, world: World, *, ok: str) -> Drawn:
    """Dots, keys, and the way out and on, in the middle of the room. `ok`: what being right leads to."""
    theme = world.theme
    gap = theme.px(16)
    wide, dots = min(theme.px(560), room.w - 2 * gap), theme.px(72)
    area = Rect(room.x + (room.w - wide) // 2, room.y, wide, room.h)
    foot = Rect(area.x, area.bottom - theme.touch, wide, theme.touch)
    middle = Rect(area.x, area.y + dots + gap, wide, foot.y - area.y - dots - 2 * gap)
    out, on = foot.split_columns(2, gap)
    made = _dots(area.top(dots), len(state.digits), world) + keypad(middle, ACTION, world)
    made += button(out, "Cancel", f"{ACTION}:cancel", theme, key="Esc", pressed=world.pressed)
    ready = len(state.digits) >= SHORTEST
    return made + button(
        on, ok, f"{ACTION}:ok", theme, kind="primary", key="Enter", enabled=ready, pressed=world.pressed
    )


def _try(state: Login, world: World, desk: Desk) -> Result:
    typed = replace(state, digits="")
    if len(state.digits) < SHORTEST:
        return replace(typed, problem=f"A PIN has {SHORTEST} to {LONGEST} digits"), ()
    waits_s = desk.pin_wait_s(state.person)
    if waits_s > 0:
        # Told, so that an attack shows, but not counted: a wait that grew while one waits would never end.
        early = StaffSeen(staff=state.person, what="refused", how="pin", why="wait")
        return replace(typed, problem=f"Too many wrong PINs: wait {_spoken(waits_s)}, or scan a card"), (early,)
    if not desk.right_pin(state.person, state.digits):
        wrong = StaffSeen(staff=state.person, what="refused", how="pin", why="wrong")
        return replace(typed, problem="Wrong PIN"), (wrong,)
    if all(person.id != state.person for person in world.shop.staff):
        return Login(problem="This person does not work here any more"), ()
    return Login(), (StaffSeen(staff=state.person, what="login", how="pin"),)


def _meant(event: Tap | Keyed) -> str:
    if isinstance(event, Tap):
        name, _, rest = event.action.partition(":")
        return rest if name == ACTION and event.enabled else ""
    key = event.press.key
    return {"enter": "ok", "escape": "cancel", "backspace": "back"}.get(key, key if len(key) == 1 else "")


def _dots(area: Rect, count: int, world: World) -> Drawn:
    """How many digits there are, and not which."""
    theme = world.theme
    side, gap = theme.px(26), theme.px(22)
    wide = LONGEST * side + (LONGEST - 1) * gap
    x, y = area.x + (area.w - wide) // 2, area.y + (area.h - side) // 2
    ops: list[Op] = []
    for place in range(LONGEST):
        spot = Rect(x + place * (side + gap), y, side, side)
        filled = place < count
        ops.append(Box(spot, look.ACCENT if filled else look.RAISED, side // 2, look.CARD_EDGE, theme.px(2)))
    return drawn(tuple(ops))


def _spoken(seconds: float) -> str:
    whole = int(seconds) + 1
    return f"{whole} s" if whole < 120 else f"{-(-whole // 60)} minutes"
