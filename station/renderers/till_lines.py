"""The lines of the order: count, name and price; choices, note and what clashes under them; buttons on the chosen one."""

from collections.abc import Sequence

from station.domain.clashes import Clash, clashes, words
from station.domain.draft import DraftLine
from station.domain.pricing import Priced, PricedLine, charges
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Rect, Shape, drawn
from station.renderers.till_layout import money
from station.renderers.till_state import Till
from station.renderers.widgets.button import button, tool
from station.renderers.widgets.text import wrapped
from station.renderers.world import World


def lines_drawn(area: Rect, till: Till, priced: Priced, world: World) -> Drawn:
    theme = world.theme
    first, last = window(priced.lines, area, till, world)
    made = Drawn()
    y = area.y
    found = {clash.line_id: clash for clash in clashes(till.draft)}
    for one in priced.lines[first:last]:
        drawn_line, height = _line(Rect(area.x, y, area.w, 0), one, found.get(one.line.id), till, world)
        made += drawn_line
        y += height + theme.px(6)
    return made


def window(lines: Sequence[PricedLine], area: Rect, till: Till, world: World) -> tuple[int, int]:
    """Which lines are shown: from where somebody turned to, else so that the selected one, or the newest, is there."""
    theme = world.theme
    found = {clash.line_id: clash for clash in clashes(till.draft)}
    heights = [_line(Rect(0, 0, area.w, 0), one, found.get(one.line.id), till, world)[1] + theme.px(6) for one in lines]
    if sum(heights) <= area.h + theme.px(6):
        return 0, len(lines)
    room = area.h + theme.px(6)
    if till.lines_top is not None:
        first = max(0, min(till.lines_top, len(lines) - 1))
        last = first
    else:
        wanted = next((index for index, one in enumerate(lines) if one.line.id == till.selected), len(lines) - 1)
        first, last = wanted, wanted
        while first > 0 and sum(heights[first - 1 : wanted + 1]) <= room:
            first -= 1
    while last < len(lines) and sum(heights[first : last + 1]) <= room:
        last += 1
    return first, max(last, first + 1)


def scroller(row: Rect, first: int, last: int, count: int, world: World) -> Drawn:
    """To earlier and later lines, and which ones are shown, where there is no room for all."""
    theme = world.theme
    side, gap = theme.touch, theme.px(8)
    told = row.after(2 * (side + gap))
    high, low = theme.line(theme.label), theme.line(theme.small)
    top = row.y + (row.h - high - low) // 2
    made = drawn(
        (
            Label(Rect(told.x, top, told.w, high), f"{first + 1}–{last}", theme.label, look.TEXT, "semibold"),
            Label(Rect(told.x, top + high, told.w, low), f"of {count}", theme.small, look.MUTED, "medium"),
        )
    )
    step = max(1, last - first - 1)
    made += button(
        row.left(side),
        "",
        f"lines:{max(0, first - step)}",
        theme,
        icon="up",
        enabled=first > 0,
        label="Earlier lines",
        key="Home",
        pressed=world.pressed,
    )
    return made + button(
        row.after(side + gap).left(side),
        "",
        f"lines:{min(count - 1, first + step)}",
        theme,
        icon="down",
        enabled=last < count,
        label="Later lines",
        key="End",
        pressed=world.pressed,
    )


def _line(at: Rect, priced: PricedLine, clash: Clash | None, till: Till, world: World) -> tuple[Drawn, int]:
    """One line at this place, and its height: count, name, price; then its choices, its note, what clashes."""
    theme = world.theme
    line = priced.line
    pad, count_w = theme.px(12), theme.px(62)
    price_text = money(priced.total_minor, world, sign=False)
    price_w = world.ruler.width(price_text, theme.body, "semibold", tabular=True) + 4
    step = theme.line(theme.body)
    y = at.y + theme.px(9)
    inner = Rect(at.x + pad, y, at.w - 2 * pad, step)
    text_w = inner.w - count_w - price_w - theme.px(8)
    ops: list[Op] = [
        Label(inner.left(count_w), f"{line.count}×", theme.body, look.MUTED, "bold", tabular=True),
        Label(inner.after(inner.w - price_w), price_text, theme.body, look.TEXT, "semibold", "right", tabular=True),
    ]
    for part in wrapped(line.item.name, text_w, theme.body, "semibold", world.ruler, 2):
        ops.append(Label(Rect(inner.x + count_w, y, text_w, step), part, theme.body, look.TEXT, "semibold"))
        y += step
    under = Rect(inner.x + count_w, y, inner.w - count_w, 0)
    y = _details(under, priced, ops, world)
    made = drawn(ops)
    if clash is not None:
        band, height = allergy_band(
            Rect(at.x + pad, y + theme.px(3), at.w - 2 * pad, 0),
            words(clash, world.shop.menu.allergen_names),
            world,
            seen=clash in till.confirmed,
        )
        made += band
        y += height + theme.px(3)
    used = y + theme.px(9) - at.y
    height = max(theme.touch, used)
    made = _ground(Rect(at.x, at.y, at.w, height), line, till, world) + made.moved(0, (height - used) // 2)
    if line.id == till.selected:
        low = Rect(at.x + theme.edge, at.y + height, at.w - 2 * theme.edge, theme.touch)
        made += _line_tools(low, line, world)
        height += theme.touch + theme.px(4)
    return made, height


def _ground(rect: Rect, line: DraftLine, till: Till, world: World) -> Drawn:
    theme = world.theme
    on = line.id == till.selected
    action = f"line:{line.id}"
    fill = look.PRESSED if world.pressed == action else look.HEADER if on else look.RAISED
    grown = Rect(rect.x, rect.y, rect.w, rect.h + theme.touch + theme.px(4)) if on else rect
    box = Box(grown, fill, theme.radius, look.ACCENT if on else None, theme.px(2))
    count = Hit(rect.left(theme.touch), f"count:{line.id}", f"How many {line.item.name}", key="*" if on else "")
    return drawn((box,), (Hit(rect.after(theme.touch), action, f"{line.count} × {line.item.name}"), count))


def _reductions(priced: PricedLine, world: World) -> list[str]:
    """What is taken off the line, and what its packaging costs."""
    found = []
    if priced.off_minor:
        found.append(f"{money(priced.off_minor, world, sign=False)} off: {money(priced.due_minor, world, sign=False)}")
    if priced.deposit_minor:
        found.append(f"deposit {money(priced.deposit_minor * priced.line.count, world, sign=False)}")
    return found


def _details(under: Rect, priced: PricedLine, ops: list[Op], world: World) -> int:
    """Choices with what they cost, what is still open, the note, discounts and deposits; returns where they end."""
    line = priced.line
    theme = world.theme
    y = under.y
    step = theme.line(theme.label)
    texts: list[tuple[str, tuple[int, int, int]]] = []
    if line.modifiers:
        costs = charges(line.item, line.chosen)
        texts.append((", ".join(_choice_words(one.name, costs[one.id], world) for one in line.modifiers), look.MUTED))
    if line.open_groups:
        texts.append((f"Choose {', '.join(group.name for group in line.open_groups)}", look.WARN))
    if line.note:
        texts.append((f"“{line.note}”", look.CHANGED))
    texts += [(text, look.GOOD) for text in _reductions(priced, world)]
    for text, colour in texts:
        for part in wrapped(text, under.w, theme.label, "regular", world.ruler, 3):
            ops.append(Label(Rect(under.x, y, under.w, step), part, theme.label, colour))
            y += step
    return y


def _choice_words(name: str, price_minor: int, world: World) -> str:
    return f"{name} {'+' if price_minor > 0 else ''}{money(price_minor, world, sign=False)}" if price_minor else name


def _line_tools(rect: Rect, line: DraftLine, world: World) -> Drawn:
    theme = world.theme
    made = Drawn()
    tools: tuple[tuple[str, str, Shape, str, bool], ...] = (
        ("One less", "line:less", "minus", "-", True),
        ("One more", "line:more", "plus", "+", True),
        ("Change", "line:change", "change", "F5", bool(line.item.groups)),
        ("Note", "line:note", "note", "F6", True),
        ("Repeat", "line:repeat", "list", "F7", True),
        ("Remove", "line:remove", "trash", "Del", True),
    )
    for cell, (text, action, icon, key, enabled) in zip(
        rect.split_columns(len(tools), theme.px(3)), tools, strict=True
    ):
        made += tool(
            cell,
            text.removeprefix("One ").capitalize(),
            action,
            icon,
            theme,
            enabled=enabled,
            key=key,
            pressed=world.pressed,
        )
    return made


def allergy_band(at: Rect, text: str, world: World, *, seen: bool = False) -> tuple[Drawn, int]:
    """Words about allergens on their own colour, in as many lines as they need; and its height."""
    theme = world.theme
    lines = wrapped(text, at.w - 2 * theme.px(12), theme.label, "semibold", world.ruler, 3)
    step = theme.line(theme.label)
    height = step * len(lines) + 2 * theme.px(5)
    ops: list[Op] = [
        Box(
            Rect(at.x, at.y, at.w, height),
            look.CARD if seen else look.ALLERGY,
            theme.px(8),
            look.ALLERGY_SEEN if seen else None,
            theme.edge,
        )
    ]
    ink = look.ALLERGY_SEEN if seen else look.ON_ALLERGY
    for n, line in enumerate(lines):
        place = Rect(at.x + theme.px(12), at.y + theme.px(5) + n * step, at.w - 2 * theme.px(12), step)
        ops.append(Label(place, line, theme.label, ink, "semibold"))
    return drawn(ops), height
