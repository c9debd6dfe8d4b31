"""The smaller sheets of the till: allergies, clashes to tell, letters to write, an item to 86, and the keys."""

from station.domain.allergens import ALLERGENS
from station.domain.clashes import Clash, clashes, words
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Icon, Label, Op, Panel, Rect, drawn
from station.renderers.till_forms import Ending, Field, Telling, Writing
from station.renderers.till_state import Till, sold_out
from station.renderers.widgets.button import button
from station.renderers.widgets.keyboard import keyboard, keyboard_height
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.text import paragraph, wrapped
from station.renderers.widgets.tile import grid
from station.renderers.world import World

HELP = (
    ("a to z", "Find an item by its name"),
    ("1 to 9", "The item with this number"),
    ("Arrows, Enter", "Go anywhere and press it"),
    ("Tab  PgUp  PgDn", "The next category, other pages of it"),
    ("Home  End", "Earlier and later lines of the order"),
    ("+  −  Del", "One more, one less, remove the line"),
    ("F2", "Eat in or take away"),
    ("F3  F4", "The guest, the guest's allergies"),
    ("F5  F6  F7", "Change the line, its note, repeat it"),
    ("F8", "Clear the order, or bring it back"),
    ("F9", "Pay; then Enter, C for card, or digits"),
    ("F10", "Log out"),
    ("F11", "Seen: what the till says about an order"),
    ("F12", "The item in focus is sold out, or back"),
)


def allergies_sheet(till: Till, world: World) -> tuple[Panel, ...]:
    """The 14 in the order of Annex II, by the shop's names for them."""
    theme = world.theme
    rect = sheet_rect(world, 0.66, 0.8)
    room = content_rect(world, rect)
    low = max(theme.touch, theme.px(96))
    area = Rect(room.x, room.y, room.w, room.h - low - theme.pad)
    made = Drawn()
    names = world.shop.menu.allergen_names
    for cell, allergen in zip(grid(area, 3, 5, theme.px(12)), ALLERGENS, strict=False):
        on = allergen.code in till.draft.customer.allergies
        action = f"allergy:{allergen.code}"
        name = names.get(allergen.code, allergen.name)
        fill = look.ALLERGY if on else look.PRESSED if world.pressed == action else look.RAISED
        inner = cell.inset(theme.px(14), theme.px(6))
        lines = wrapped(name, inner.w - (theme.px(36) if on else 0), theme.body, "semibold", world.ruler, 2)
        step = theme.line(theme.body)
        top = inner.y + (inner.h - step * len(lines)) // 2
        made += drawn(
            (
                Box(cell, fill, theme.radius, look.ON_ALLERGY if on else None, theme.px(2)),
                *(
                    Label(Rect(inner.x, top + n * step, inner.w, step), line, theme.body, look.TEXT, "semibold")
                    for n, line in enumerate(lines)
                ),
                *((_tick(inner, world),) if on else ()),
            ),
            (Hit(cell, action, f"{name}{', chosen' if on else ''}"),),
        )
    made += button(
        Rect(room.x, room.bottom - low, room.w, low),
        "Done",
        "allergies:done",
        theme,
        kind="primary",
        key="Enter",
        pressed=world.pressed,
        size=theme.title,
    )
    return sheet(world, "allergies", "What can the guest not eat?", rect, made)


def telling_sheet(till: Till, telling: Telling, world: World) -> tuple[Panel, ...]:
    """Every line that clashes, each to be told to the guest; then the person at the till confirms it by name."""
    theme = world.theme
    found = clashes(till.draft)
    rect = sheet_rect(world, 0.66, 0.8)
    room = content_rect(world, rect)
    low = max(theme.touch, theme.px(96))
    gap = theme.px(10)
    area = Rect(room.x, room.y, room.w, room.h - low - theme.pad)
    fits = max(1, (area.h + gap) // (theme.px(124) + gap))
    # What was told moves down, so that with many lines the next one to tell is always on the sheet.
    ordered = sorted(found, key=lambda clash: clash in telling.told)
    height = min(theme.px(150), (area.h + gap) // max(1, min(fits, len(ordered))) - gap)
    made = Drawn()
    for index, clash in enumerate(ordered[:fits]):
        row = Rect(area.x, area.y + index * (height + gap), area.w, height)
        made += _clash_row(row, clash, clash in telling.told, world)
    left = sum(1 for clash in found if clash not in telling.told)
    who = world.person.name if world.person else ""
    text = f"{left} still to tell" if left else f"{who} confirms: pay"
    made += button(
        Rect(room.x, room.bottom - low, room.w, low),
        text,
        "clashes:done",
        theme,
        kind="primary",
        enabled=not left,
        key="Enter",
        pressed=world.pressed,
        size=theme.title,
    )
    return sheet(world, "telling", "Tell the guest before payment", rect, made)


def writing_sheet(till: Till, writing: Writing, world: World) -> tuple[Panel, ...]:
    """A line to write on, and letters for who has no keyboard."""
    theme = world.theme
    guest = writing.field != "note"
    fields: tuple[tuple[Field, str, str], ...] = (
        (("name", "Name", writing.name), ("marker", "Table or stand", writing.marker))
        if guest
        else (("note", "Note for the kitchen", writing.note),)
    )
    keys = keyboard_height(world)
    done = max(theme.touch, theme.px(84))
    box = max(theme.touch, theme.px(84))
    caption = theme.line(theme.label)
    height = theme.touch + 4 * theme.pad + caption + box + keys + done + 2 * theme.pad
    wide = min(world.size[0] - 2 * theme.gap, max(theme.px(1100), 720))
    rect = Rect((world.size[0] - wide) // 2, max(theme.px(8), (world.size[1] - height) // 2), wide, height)
    room = content_rect(world, rect)
    made = Drawn()
    for cell, (name, text, value) in zip(
        room.top(caption + box).split_columns(len(fields), theme.pad), fields, strict=True
    ):
        made += _field(cell, name, text, value, writing.field == name, world)
    place = Rect(room.x, room.y + caption + box + theme.pad, room.w, keys)
    made += keyboard(place, world)
    made += button(
        Rect(room.x, place.bottom + theme.pad, room.w, done),
        "Done",
        "text:done",
        theme,
        kind="primary",
        key="Enter",
        pressed=world.pressed,
        size=theme.title,
    )
    line = till.draft.line(writing.line_id)
    title = "Who is it for?" if guest else line.item.name if line else "Note"
    return sheet(world, "writing", title, rect, made)


def ending_sheet(ending: Ending, world: World) -> tuple[Panel, ...]:
    """86, or back again: said once, for all tills."""
    theme = world.theme
    item = world.shop.menu.item(ending.item_id)
    name = item.name if item else ""
    gone = item is not None and sold_out(item, world)
    high = theme.touch + theme.px(300)
    wide = min(world.size[0] - 2 * theme.gap, theme.px(860))
    rect = Rect((world.size[0] - wide) // 2, (world.size[1] - high) // 2, wide, high)
    room = content_rect(world, rect)
    text = "Nobody can sell it on any till now." if gone else "No till will sell it until somebody brings it back."
    made, _ = paragraph(room, text, theme.body, look.MUTED, theme, world.ruler)
    low = max(theme.touch, theme.px(96))
    keep, change = Rect(room.x, room.bottom - low, room.w, low).split_columns(2, theme.pad)
    made += button(keep, "Leave it", "86:leave", theme, pressed=world.pressed, size=theme.body)
    made += button(
        change,
        "Bring it back" if gone else "Sold out",
        f"86:{'back' if gone else 'out'}",
        theme,
        kind="primary",
        key="Enter",
        pressed=world.pressed,
        size=theme.body,
    )
    return sheet(world, "ending", name, rect, made)


def help_sheet(world: World) -> tuple[Panel, ...]:
    theme = world.theme
    rect = sheet_rect(world, 0.6, 0.86)
    room = content_rect(world, rect)
    step = min(theme.px(64), room.h // len(HELP))
    ops: list[Op] = []
    for index, (key, text) in enumerate(HELP):
        row = Rect(room.x, room.y + index * step, room.w, step)
        ops.append(Label(row.left(room.w * 3 // 10), key, theme.body, look.ACCENT, "semibold"))
        ops.append(Label(row.after(room.w * 3 // 10), text, theme.body, look.TEXT))
    return sheet(world, "help", "By keyboard", rect, drawn(ops))


def _tick(inner: Rect, world: World) -> Icon:
    side = world.theme.px(28)
    return Icon(Rect(inner.right - side, inner.y + (inner.h - side) // 2, side, side), "tick", look.ON_ALLERGY)


def _clash_row(row: Rect, clash: Clash, told: bool, world: World) -> Drawn:  # noqa: FBT001 -- told or not yet
    theme = world.theme
    names = world.shop.menu.allergen_names
    side = max(theme.touch, theme.px(250))
    inner = row.inset(theme.pad, theme.px(8))
    text = words(clash, names)
    lines = wrapped(text, inner.w - side - theme.pad, theme.label, "medium", world.ruler, 2)
    high, low = theme.line(theme.body), theme.line(theme.label)
    top = row.y + (row.h - high - low * len(lines)) // 2
    ink = look.ALLERGY_SEEN if told else look.ON_ALLERGY
    width = inner.w - side - theme.pad
    ops: list[Op] = [
        Box(row, look.CARD if told else look.ALLERGY, theme.radius, look.ALLERGY_SEEN if told else None, theme.px(2)),
        Label(Rect(inner.x, top, width, high), clash.name, theme.body, ink, "bold"),
        *(
            Label(Rect(inner.x, top + high + n * low, width, low), line, theme.label, ink, "medium")
            for n, line in enumerate(lines)
        ),
    ]
    touch = max(64, row.h - theme.px(28))
    place = Rect(row.right - side - theme.px(14), row.y + (row.h - touch) // 2, side, touch)
    return drawn(ops) + button(
        place,
        "Guest knows" if told else "Told the guest",
        f"clash:{clash.line_id}",
        theme,
        kind="quiet" if told else "plain",
        icon="tick" if told else None,
        label=f"Told the guest: {clash.name}: {text}",
        pressed=world.pressed,
    )


def _field(cell: Rect, name: str, text: str, value: str, on: bool, world: World) -> Drawn:  # noqa: FBT001 -- in focus or not
    theme = world.theme
    caption = theme.line(theme.label)
    box = cell.below(caption)
    inner = box.inset(theme.px(16), 0)
    # What does not fit is cut at its beginning, so that one sees what one types.
    shown = value + ("|" if on else "")
    while shown and world.ruler.width(shown, theme.title, "medium") > inner.w:
        shown = shown[1:]
    return drawn(
        (
            Label(cell.top(caption), text, theme.label, look.MUTED, "medium"),
            Box(box, look.PLATE, theme.radius, look.ACCENT if on else look.LINE, theme.px(3)),
            Label(inner, shown, theme.title, look.TEXT, "medium", elide=False),
        ),
        (Hit(box, f"field:{name}", f"{text}: {value or 'empty'}"),),
    )
