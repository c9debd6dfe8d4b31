"""The right of the till: eat in or take away, the guest, the lines with their prices, the total, and Pay."""

from collections.abc import Sequence

from station.domain.clashes import Clash, clashes, words
from station.domain.draft import DraftLine
from station.domain.money import format_rate
from station.domain.pricing import Priced, PricedLine, price
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Icon, Label, Op, Panel, Rect, drawn, panel
from station.renderers.till_layout import areas, money
from station.renderers.till_sent import sent_card
from station.renderers.till_state import Till
from station.renderers.widgets.button import button, tool
from station.renderers.widgets.tabs import tabs
from station.renderers.widgets.text import wrapped
from station.renderers.world import World


def order_panels(till: Till, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    rect = areas(world).order
    body = rect.at_origin().inset(theme.px(14), theme.px(12))
    gap = theme.px(12)
    priced = price(till.draft)
    head = _head(body, till, world)
    top = _bottom(head, body) + gap
    foot_height = theme.line(theme.display) + theme.px(104) + gap
    foot = Rect(body.x, body.bottom - foot_height, body.w, foot_height)
    middle = Rect(body.x, top, body.w, foot.y - top - gap)
    lines = _lines(middle, till, priced, world) if till.draft.lines else _empty(middle, till, world)
    ground = Drawn((Box(rect.at_origin(), look.CARD), Box(Rect(0, 0, theme.edge, rect.h), look.CARD_EDGE)))
    return (panel("order", rect, ground, head, lines, _foot(foot, till, priced, world), ground=look.CARD),)


def lines_shown(till: Till, world: World) -> tuple[int, int]:
    """The first line on the screen and the one after the last."""
    theme = world.theme
    rect = areas(world).order
    body = rect.at_origin().inset(theme.px(14), theme.px(12))
    head = _head(body, till, world)
    foot_height = theme.line(theme.display) + theme.px(104) + theme.px(12)
    height = body.bottom - foot_height - _bottom(head, body) - 2 * theme.px(12)
    return _window(price(till.draft).lines, Rect(0, 0, body.w, height), till, world)


def _head(body: Rect, till: Till, world: World) -> Drawn:
    theme = world.theme
    row = body.top(theme.touch)
    half = row.w * 13 // 25
    mode = till.draft.mode
    other = "take_away" if mode == "eat_in" else "eat_in"
    made = tabs(
        row.left(half),
        (("mode:eat_in", "Eat in"), ("mode:take_away", "Take away")),
        f"mode:{mode}",
        world,
        keys=["F2" if other == one else "" for one in ("eat_in", "take_away")],
    )
    customer = till.draft.customer
    rest = row.after(half + theme.px(8))
    for cell, (text, action, key, on) in zip(
        rest.split_columns(2, theme.px(8)),
        (
            ("Guest", "guest", "F3", bool(customer.name or customer.marker)),
            ("Allergies", "allergies", "F4", bool(customer.allergies)),
        ),
        strict=True,
    ):
        made += button(cell, text, action, theme, kind="chosen" if on else "plain", key=key, pressed=world.pressed)
    top = row.bottom + theme.px(8)
    who = " · ".join(part for part in (customer.name, customer.marker and f"No. {customer.marker}") if part)
    if who:
        line = Rect(body.x, top, body.w, theme.line(theme.body))
        made += drawn((Label(line.inset(theme.px(4), 0), who, theme.body, look.TEXT, "semibold"),))
        top = line.bottom + theme.px(4)
    if customer.allergies:
        names = world.shop.menu.allergen_names
        told = "Allergic to " + ", ".join(names.get(code, code) for code in customer.allergies)
        made += _band(Rect(body.x, top, body.w, 0), told, world)[0]
    return made


def _band(at: Rect, text: str, world: World, *, seen: bool = False) -> tuple[Drawn, int]:
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


def _lines(area: Rect, till: Till, priced: Priced, world: World) -> Drawn:
    theme = world.theme
    first, last = _window(priced.lines, area, till, world)
    made = Drawn()
    y = area.y
    found = {clash.line_id: clash for clash in clashes(till.draft)}
    for one in priced.lines[first:last]:
        drawn_line, height = _line(Rect(area.x, y, area.w, 0), one, found.get(one.line.id), till, world)
        made += drawn_line
        y += height + theme.px(6)
    if last - first < len(priced.lines):
        row = Rect(area.x, area.bottom - theme.touch, area.w, theme.touch)
        made += _scroller(row, first, last, len(priced.lines), world)
    return made


def _window(lines: Sequence[PricedLine], area: Rect, till: Till, world: World) -> tuple[int, int]:
    """Which lines are shown: from where somebody turned to, else so that the selected one, or the newest, is there."""
    theme = world.theme
    found = {clash.line_id: clash for clash in clashes(till.draft)}
    heights = [_line(Rect(0, 0, area.w, 0), one, found.get(one.line.id), till, world)[1] + theme.px(6) for one in lines]
    if sum(heights) <= area.h + theme.px(6):
        return 0, len(lines)
    room = area.h - theme.touch
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


def _scroller(row: Rect, first: int, last: int, count: int, world: World) -> Drawn:
    theme = world.theme
    side = max(theme.touch, theme.px(120))
    made = drawn(
        (Label(row, f"{first + 1} to {last} of {count}", theme.label, look.MUTED, "medium", "centre", tabular=True),)
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
        row.after(row.w - side),
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
    y = _details(under, line, ops, world)
    made = drawn(ops)
    if clash is not None:
        band, height = _band(
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
    return drawn((box,), (Hit(rect, action, f"{line.count} × {line.item.name}"),))


def _details(under: Rect, line: DraftLine, ops: list[Op], world: World) -> int:
    """Choices with what they cost, what is still open, and the note; returns where they end."""
    theme = world.theme
    y = under.y
    step = theme.line(theme.label)
    texts: list[tuple[str, tuple[int, int, int]]] = []
    if line.modifiers:
        texts.append((", ".join(_choice_words(one.name, one.price_minor, world) for one in line.modifiers), look.MUTED))
    if line.open_groups:
        texts.append((f"Choose {', '.join(group.name for group in line.open_groups)}", look.WARN))
    if line.note:
        texts.append((f"“{line.note}”", look.CHANGED))
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
    tools = (
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
            icon,  # type: ignore[arg-type]
            theme,
            enabled=enabled,
            key=key,
            pressed=world.pressed,
        )
    return made


def _empty(area: Rect, till: Till, world: World) -> Drawn:
    """Nothing on the order: the order before it, so that its number and change can still be read."""
    theme = world.theme
    if till.last is not None and shows_sent(till):
        return sent_card(area, till.last, world)
    line = theme.line(theme.body)
    top = area.y + max(0, area.h // 3 - line)
    made = drawn(
        (
            Icon(Rect(area.x, top - theme.px(84), area.w, theme.px(64)), "plate", look.OFF),
            Label(
                Rect(area.x, top, area.w, line), "Tap what the guest wants", theme.body, look.MUTED, "medium", "centre"
            ),
        )
    )
    if till.cleared is not None:
        place = Rect(area.x + area.w // 6, top + line + theme.pad, area.w * 2 // 3, theme.touch)
        made += button(place, "Bring the order back", "restore", theme, icon="undo", key="F8", pressed=world.pressed)
    return made


def _foot(foot: Rect, till: Till, priced: Priced, world: World) -> Drawn:
    theme = world.theme
    total = money(priced.total_minor, world)
    step = theme.line(theme.display)
    rule = Box(Rect(foot.x, foot.y - theme.px(4), foot.w, theme.edge), look.LINE)
    if shows_sent(till):
        low = Rect(foot.x, foot.bottom - theme.px(104), foot.w, theme.px(104))
        return _next(low, total, till, world)
    row = foot.top(step)
    width = world.ruler.width(total, theme.display, "bold", tabular=True) + 4
    ops: list[Op] = [
        rule,
        Label(row.after(row.w - width), total, theme.display, look.TEXT, "bold", "right", tabular=True),
    ]
    rates = [f"{format_rate(one.tax_bp)} tax {money(one.tax_minor, world, sign=False)}" for one in priced.by_rate]
    small = theme.line(theme.small)
    count = till.draft.count
    texts = [f"{count} item{'' if count == 1 else 's'}", *rates][:3]
    top = row.y + (step - small * len(texts)) // 2
    for n, text in enumerate(texts):
        place = Rect(foot.x + theme.px(4), top + n * small, row.w - width - theme.px(12), small)
        ops.append(Label(place, text, theme.small, look.MUTED, "medium", tabular=True))
    low = Rect(foot.x, foot.bottom - theme.px(104), foot.w, theme.px(104))
    side = max(theme.touch, theme.px(112))
    made = drawn(ops)
    made += button(
        low.left(side),
        "",
        "clear",
        theme,
        icon="trash",
        enabled=till.draft.begun,
        key="F8" if till.draft.begun else "",
        label="Clear the order",
        pressed=world.pressed,
    )
    return made + _next(low.after(side + theme.px(10)), total, till, world)


def _next(rect: Rect, total: str, till: Till, world: World) -> Drawn:
    """Pay, or Next order where Pay was: a second tap of an impatient finger on a way to pay lands beside both."""
    theme = world.theme
    if shows_sent(till):
        return button(
            rect, "Next order", "next", theme, kind="primary", key="Enter", pressed=world.pressed, size=theme.title
        )
    ready = bool(till.draft.lines)
    return button(
        rect,
        f"Pay {total}" if ready else "Pay",
        "pay",
        theme,
        kind="primary",
        enabled=ready,
        key="F9",
        pressed=world.pressed,
        size=theme.title,
    )


def shows_sent(till: Till) -> bool:
    """Whether the order before this one is still shown, for nothing of the next has begun."""
    return till.last is not None and till.cleared is None and not till.draft.lines


def _bottom(made: Drawn, body: Rect) -> int:
    return max((op.rect.bottom for op in made.ops), default=body.y)
