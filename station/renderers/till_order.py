"""The right of the till: eat in or take away, the guest, the lines with their prices, the total, and Pay."""

from station.domain.money import format_rate
from station.domain.pricing import Priced, price
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Icon, Label, Op, Panel, Rect, drawn, panel
from station.renderers.till_layout import areas, money
from station.renderers.till_lines import allergy_band, lines_drawn, scroller, window
from station.renderers.till_sent import sent_card
from station.renderers.till_state import Till
from station.renderers.widgets.button import button
from station.renderers.widgets.tabs import tabs
from station.renderers.world import World


def order_panels(till: Till, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    rect = areas(world).order
    priced = price(till.draft)
    head, middle, foot = _parts(till, world)
    shown = bool(till.draft.lines or till.draft.deposits_back)
    lines = lines_drawn(middle, till, priced, world) if shown else _empty(middle, till, world)
    ground = Drawn((Box(rect.at_origin(), look.CARD), Box(Rect(0, 0, theme.edge, rect.h), look.CARD_EDGE)))
    return (panel("order", rect, ground, head, lines, _foot(foot, till, priced, world), ground=look.CARD),)


def lines_shown(till: Till, world: World) -> tuple[int, int]:
    """The first line on the screen and the one after the last."""
    return window(price(till.draft).lines, _parts(till, world)[1], till, world)


def _parts(till: Till, world: World) -> tuple[Drawn, Rect, Rect]:
    """The head as drawn, and where the lines and the total with Pay under it go."""
    theme = world.theme
    body = areas(world).order.at_origin().inset(theme.px(14), theme.px(12))
    gap = theme.px(12)
    head = _head(body, till, world)
    top = _bottom(head, body) + gap
    foot_height = _total_height(world) + theme.px(104) + gap
    foot = Rect(body.x, body.bottom - foot_height, body.w, foot_height)
    return head, Rect(body.x, top, body.w, foot.y - top - gap), foot


def _total_height(world: World) -> int:
    return max(world.theme.touch, world.theme.line(world.theme.display))


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
    if till.adding is not None:
        line = Rect(body.x, top, body.w, theme.line(theme.body))
        text = f"Comes to {till.adding.number.upper()}"
        made += drawn((Label(line.inset(theme.px(4), 0), text, theme.body, look.ACCENT, "bold"),))
        top = line.bottom + theme.px(4)
    who = " · ".join(part for part in (customer.name, customer.marker and f"No. {customer.marker}") if part)
    if who:
        line = Rect(body.x, top, body.w, theme.line(theme.body))
        made += drawn((Label(line.inset(theme.px(4), 0), who, theme.body, look.TEXT, "semibold"),))
        top = line.bottom + theme.px(4)
    if customer.allergies:
        names = world.shop.menu.allergen_names
        told = "Allergic to " + ", ".join(names.get(code, code) for code in customer.allergies)
        made += allergy_band(Rect(body.x, top, body.w, 0), told, world)[0]
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
    step = _total_height(world)
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
    low = Rect(foot.x, foot.bottom - theme.px(104), foot.w, theme.px(104))
    first, last = lines_shown(till, world)
    if last - first < len(priced.lines):
        made = drawn(ops) + scroller(row.left(row.w - width - theme.px(8)), first, last, len(priced.lines), world)
        return made + _pay(low, total, till, world)
    rates = [f"{format_rate(one.tax_bp)} tax {money(one.tax_minor, world, sign=False)}" for one in priced.by_rate]
    small = theme.line(theme.small)
    count = till.draft.count
    off = [f"{money(priced.off_minor, world, sign=False)} off"] if priced.off_minor else []
    deposit = priced.deposits_minor - priced.back_minor
    off += [f"{money(deposit, world, sign=False)} deposits"] if deposit else []
    texts = [f"{count} item{'' if count == 1 else 's'}", *off, *rates][:3]
    top = row.y + (step - small * len(texts)) // 2
    for n, text in enumerate(texts):
        place = Rect(foot.x + theme.px(4), top + n * small, row.w - width - theme.px(12), small)
        ops.append(Label(place, text, theme.small, look.MUTED, "medium", tabular=True))
    return drawn(ops) + _pay(low, total, till, world)


def _pay(low: Rect, total: str, till: Till, world: World) -> Drawn:
    """Pay, and beside it the buttons that clear the order, and all else that is done with the whole of it."""
    theme = world.theme
    side = max(theme.touch, theme.px(92))
    gap = theme.px(10)
    adding = till.adding is not None
    made = button(
        low.left(side),
        "",
        "leave" if adding else "clear",
        theme,
        icon="cross" if adding else "trash",
        enabled=till.draft.begun or adding,
        key="F8" if till.draft.begun or adding else "",
        label="Add nothing to it" if adding else "Clear the order",
        pressed=world.pressed,
    )
    made += button(
        low.after(side + gap).left(side),
        "",
        "more",
        theme,
        icon="list",
        key="Alt",
        label="Hold, discount, note, diets, deposits",
        pressed=world.pressed,
    )
    return made + _next(low.after(2 * (side + gap)), total, till, world)


def _next(rect: Rect, total: str, till: Till, world: World) -> Drawn:
    """Pay, or Next order where Pay was: a second tap of an impatient finger on a way to pay lands beside both."""
    theme = world.theme
    if shows_sent(till):
        return button(
            rect, "Next order", "next", theme, kind="primary", key="Enter", pressed=world.pressed, size=theme.title
        )
    ready = bool(till.draft.lines) or bool(till.draft.deposits_back)
    to_bill = till.adding is not None and bool(till.changing)
    word = "Send the test" if till.test else "Send" if till.later or to_bill else "Pay"
    text = f"{word} {total}" if ready and not till.test else word
    fits = world.ruler.width(text, theme.title, "semibold") <= rect.w - theme.px(24)
    return button(
        rect,
        text,
        "pay",
        theme,
        kind="primary",
        enabled=ready,
        locked=world.locked("order.take"),
        key="F9",
        pressed=world.pressed,
        size=theme.title if fits else theme.body,
    )


def shows_sent(till: Till) -> bool:
    """Whether the order before this one is still shown, for nothing of the next has begun."""
    return till.last is not None and till.cleared is None and not till.draft.lines and not till.draft.deposits_back


def _bottom(made: Drawn, body: Rect) -> int:
    return max((op.rect.bottom for op in made.ops), default=body.y)
