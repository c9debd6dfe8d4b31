"""The pass on the expediter: the parts of an order together, what is still missing, and handing all of it over."""

from collections.abc import Sequence

from station.domain import urgency
from station.domain.cards import Card
from station.domain.floor import PASS
from station.renderers import expediter_actions as act
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.expediter_find import keeps
from station.renderers.expediter_tile import EDGES, GROUNDS, level_of, name_of, shown_of
from station.renderers.expediter_view import more_button
from station.renderers.scene import Beat, Box, Drawn, Hit, Icon, Label, Op, Panel, Rect, Shown, panel
from station.renderers.widgets.button import button
from station.renderers.widgets.card import allergy_text
from station.renderers.widgets.text import counted, number_parts, wrapped
from station.renderers.world import World


def passed_orders(state: ExpediterState, world: World) -> tuple[str, ...]:
    """The orders on the pass: those that are whole first, the oldest of them on top; then those that wait for a part.

    Of them, those that are looked for.
    """
    keep = keeps(state, world)
    orders = dict.fromkeys(card.key[0] for card in floor.at(world, PASS) if keep(card))
    return tuple(sorted(orders, key=lambda order: bool(act.missing_of(floor.parts_of(world, order)))))


def passing(state: ExpediterState, rect: Rect, world: World) -> tuple[list[Panel], list[Shown]]:
    """The pass: an order's parts together, what is missing, and the button that hands all of it over."""
    theme = world.theme
    orders = passed_orders(state, world)
    head = theme.px(92)
    ops = (
        Box(rect.at_origin(), look.BAR, theme.radius),
        Box(rect.at_origin().top(head), look.HEADER, theme.radius),
        Box(Rect(0, head - theme.radius, rect.w, theme.radius), look.HEADER),
        Icon(Rect(theme.px(14), 0, theme.px(34), head), "plate", look.TEXT),
        Label(Rect(theme.px(64), 0, rect.w // 2, head), "Pass", theme.label, look.TEXT, "bold"),
        Label(
            Rect(0, 0, rect.w - theme.px(14), head),
            counted(len(orders), "order"),
            theme.label,
            look.TEXT,
            "medium",
            "right",
        ),
    )
    drawn = Drawn(ops, (Hit(rect.at_origin(), "column:pass", "Pass"),))
    foot = 0
    if state.last:
        foot = theme.line(theme.small) + theme.px(8)
        drawn += Drawn((_last(state.last, Rect(0, rect.h - foot, rect.w, foot).inset(theme.px(14), 0), world),))
        rect = rect.top(rect.h - foot)
    panels: list[Panel] = []
    shown: list[Shown] = []
    first = _pass_start(state, orders)
    y, margin = head + theme.px(8), theme.px(8)
    for index, order in enumerate(orders[first:]):
        parts = floor.parts_of(world, order)
        made, high = _group(state, parts, rect.w - 2 * margin, first + index + 1, world)
        whole = first == 0 and index == len(orders) - 1
        if y + high > rect.h - margin - (0 if whole else theme.touch):
            break
        place = Rect(rect.x + margin, rect.y + y, rect.w - 2 * margin, high)
        panels.append(panel(f"order:{order}", place, made, ground=look.BAR, beat=_beat(parts, world)))
        shown += [shown_of(card, world) for card in parts if card.spot.place == PASS]
        y += high + margin
    if len(panels) < len(orders):
        drawn += more_button("pass", rect, len(orders), first, len(panels), world)
    return [panel("pass", rect.top(rect.h + foot), drawn, ground=look.GROUND), *panels], shown


def _last(numbers: Sequence[str], rect: Rect, world: World) -> Label:
    """What was handed over last, as many as there is room for."""
    theme = world.theme
    for count in range(len(numbers), 0, -1):
        text = f"Last: {', '.join(numbers[:count])}"
        if world.ruler.width(text, theme.small, "medium") <= rect.w:
            break
    return Label(rect, text, theme.small, look.MUTED, "medium")


def _pass_start(state: ExpediterState, orders: Sequence[str]) -> int:
    """Which order the pass begins with: the picked one where it might not be seen, else the chosen page."""
    start = dict(state.starts).get("pass", 0)
    if state.picked is not None and state.picked[0] in orders:
        index = orders.index(state.picked[0])
        return index if index < start or index > start + 2 else min(start, len(orders) - 1)
    return start if start < len(orders) else 0


def _beat(parts: Sequence[Card], world: World) -> Beat | None:
    level = max((level_of(card, world) for card in parts), key=urgency.LEVELS.index)
    return None if level == "calm" else level


def _group(
    state: ExpediterState, parts: tuple[Card, ...], width: int, position: int, world: World
) -> tuple[Drawn, int]:
    """One order on the pass; `position` counts from 1 and is the key that hands it over."""
    theme, order = world.theme, parts[0].key[0]
    missing = act.missing_of(parts)
    ready = tuple(card for card in parts if card.spot.place == PASS)
    level = max((level_of(card, world) for card in parts), key=urgency.LEVELS.index)
    edge, lit = EDGES[level]
    thick = theme.px(16) if level == "red" else theme.px(10)
    x = theme.px(6) + thick + theme.px(10)
    high = theme.touch + theme.px(12)
    till, called = number_parts(ready[0].body.number)
    number_w = world.ruler.width(called, theme.title, "bold")
    button_w = min(theme.px(200), width // 2)
    step = theme.line(theme.label)
    told = f"Missing: {', '.join(missing)}" if missing else ""
    lines = wrapped(told, width - x - theme.px(10), theme.label, "medium", world.ruler, 4)
    band = theme.touch + theme.px(8) if act.unread(ready) else 0
    chosen = state.picked in {card.key for card in parts}
    # Seldom wanted: it would make the pass longer for every order that waits for a part.
    apart = chosen and bool(missing) and not band
    band += theme.touch + theme.px(8) if apart else 0
    height = high + (step * len(lines) + theme.px(10) if lines else 0) + band
    body: list[Op] = [
        Box(
            Rect(0, 0, width, height),
            GROUNDS[level],
            theme.px(10),
            look.ACCENT if chosen else look.CARD_EDGE,
            theme.px(4) if chosen else theme.edge,
        ),
        Box(Rect(theme.px(6), theme.px(6), thick, height - theme.px(12)), edge, theme.px(4), lit=lit),
        Label(Rect(x, 0, number_w + 2, high), called, theme.title, look.TEXT, "bold", elide=False),
    ]
    words = f"{len(ready)} of {len(parts)}" if len(parts) > 1 else till
    room = width - x - number_w - button_w - theme.px(32)
    if len(parts) > 1 and world.ruler.width(words, theme.label, "medium") > room:
        words = f"{len(ready)}/{len(parts)}"
    body.append(Label(Rect(x + number_w + theme.px(10), 0, room, high), words, theme.label, look.MUTED, "medium"))
    for n, text in enumerate(lines):
        place = Rect(x, high + n * step, width - x - theme.px(10), step)
        body.append(Label(place, text, theme.label, look.CHANGED, "medium"))
    key = str(position) if position < 10 else ""
    side = theme.px(40)
    if key and room - world.ruler.width(words, theme.label, "medium") > side + theme.px(16):
        chip = Rect(width - button_w - theme.px(16) - side, (high - side) // 2, side, side)
        body += [
            Box(chip, look.PLATE, theme.px(10)),
            Label(chip, key, theme.label, look.TEXT, "bold", "centre"),
        ]
    hits = (
        Hit(Rect(0, 0, width - button_w - theme.px(12), high), f"pick:{name_of(ready[0])}", f"{called} on the pass"),
    )
    drawn = Drawn(tuple(body), hits)
    drawn += button(
        Rect(width - button_w - theme.px(8), theme.px(6), button_w, theme.touch),
        "Hand over",
        f"hand_over:{order}",
        theme,
        kind="primary",
        enabled=not missing and not act.unread(ready),
        locked=world.locked("token.bump"),
        pressed=world.pressed,
        label=f"Hand over {ready[0].body.number.upper()}",
        key=key,
    )
    if apart:
        drawn += button(
            Rect(x, height - theme.touch - theme.px(8), width - x - theme.px(8), theme.touch),
            f"Hand over {'this' if len(ready) == 1 else f'these {len(ready)}'} without the rest",
            f"hand_part:{order}",
            theme,
            locked=world.locked("token.void"),
            pressed=world.pressed,
            label=f"Hand over what is there of {ready[0].body.number.upper()}",
            key="P",
        )
    elif band:
        drawn += _band(order, ready[0], Rect(x, height - band, width - x - theme.px(8), theme.touch), world)
    return drawn, height


def _band(order: str, card: Card, rect: Rect, world: World) -> Drawn:
    theme = world.theme
    side = theme.px(30)
    text = f"Allergy: {allergy_text(card, world.shop.menu.allergen_names)}"
    x = rect.x + side + theme.px(24)
    step = theme.line(theme.label)
    lines = wrapped(text, rect.right - x - theme.px(8), theme.label, "bold", world.ruler, 2)
    top = rect.y + (rect.h - step * len(lines)) // 2
    ops: list[Op] = [
        Box(rect, look.ALLERGY, theme.px(10)),
        Icon(Rect(rect.x + theme.px(12), rect.y + (rect.h - side) // 2, side, side), "warning", look.ON_ALLERGY),
    ]
    for n, line in enumerate(lines):
        place = Rect(x, top + n * step, rect.right - x - theme.px(8), step)
        ops.append(Label(place, line, theme.label, look.ON_ALLERGY, "bold"))
    return Drawn(tuple(ops), (Hit(rect, f"seen:{order}", f"{text}. Tap when read"),))
