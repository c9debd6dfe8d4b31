"""A reason is asked for: a few that every shop has, to tap, or one in somebody's own words."""

from dataclasses import replace
from typing import Final

from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Label, Panel, Rect, drawn
from station.renderers.till_choices import Choice, tiles_sheet
from station.renderers.till_forms import Sheet, Why
from station.renderers.till_state import Till
from station.renderers.widgets.button import button
from station.renderers.widgets.keyboard import keyboard, keyboard_height
from station.renderers.widgets.sheet import content_rect, sheet
from station.renderers.world import World

TAKEN_AWAY: Final = ("Guest changed their mind", "Wrong item", "Not good", "Took too long", "Never came")
GIVEN: Final = ("Regular guest", "Waited too long", "Not good", "Staff", "Price was shown so")
DRAWER: Final = ("Change", "Checked the drawer", "Wrong change given", "Guest's question")
PAID_OUT: Final = ("Groceries", "Deposits back", "Tips", "Repair", "Delivery")
PAID_IN: Final = ("Change brought", "From the safe", "Paid back")


def ask(till: Till, title: str, then: str, reasons: tuple[str, ...], back: Sheet | None) -> Till:
    """Asks; `then` comes with the reason after it."""
    return replace(till, sheet=Why(title, then, back, reasons), focus="")


def answered(till: Till) -> tuple[str, str, Till]:
    """What happens now, the reason, and the till as it was when it was asked."""
    if not isinstance(till.sheet, Why):
        return "", "", till
    why = till.sheet
    return why.then, why.text.strip(), replace(till, sheet=why.back)


def why_sheet(why: Why, world: World) -> tuple[Panel, ...]:
    if why.writing:
        return _written(why, world)
    choices = [Choice(reason, f"why:{reason}", key=str(index)) for index, reason in enumerate(why.reasons, 1)]
    choices.append(Choice("Something else", "why:write", key="0"))
    return tiles_sheet(world, "why", why.title, choices)


def _written(why: Why, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    keys = keyboard_height(world)
    done, box = max(theme.touch, theme.px(84)), max(theme.touch, theme.px(84))
    height = theme.touch + 6 * theme.pad + box + keys + done
    wide = min(world.size[0] - 2 * theme.gap, max(theme.px(1100), 720))
    rect = Rect((world.size[0] - wide) // 2, max(theme.px(8), (world.size[1] - height) // 2), wide, height)
    room = content_rect(world, rect)
    line = room.top(box)
    text = f"{why.text}|"
    while world.ruler.width(text, theme.title, "medium") > line.w - theme.px(32):
        text = text[1:]
    made: Drawn = drawn(
        (
            Box(line, look.PLATE, theme.radius, look.ACCENT, theme.px(3)),
            Label(line.inset(theme.px(16), 0), text, theme.title, look.TEXT, "medium", elide=False),
        )
    )
    place = Rect(room.x, line.bottom + theme.pad, room.w, keys)
    made += keyboard(place, world)
    made += button(
        Rect(room.x, place.bottom + theme.pad, room.w, done),
        "Done",
        "why:done",
        theme,
        kind="primary",
        enabled=bool(why.text.strip()),
        key="Enter",
        pressed=world.pressed,
        size=theme.title,
    )
    return sheet(world, "why", why.title, rect, made)
