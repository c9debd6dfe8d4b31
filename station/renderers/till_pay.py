"""Paying: what is due, cash in one tap, another sum on the keys, or a card that the terminal has approved.

It stands where the order stands. Its lowest part, where Pay was and where Next order will be, takes no taps: a double
tap on either can never pay, nor pay twice.
"""

from station.domain.pricing import price
from station.domain.tenders import Due, due, quick_cash
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Panel, Rect, drawn, panel
from station.renderers.till_bills import bill_of
from station.renderers.till_layout import areas, money
from station.renderers.till_state import Paying, Till
from station.renderers.widgets.button import button
from station.renderers.widgets.keypad import keypad
from station.renderers.widgets.sheet import SHEET_Z
from station.renderers.widgets.tile import grid
from station.renderers.world import World


def open_due(till: Till, world: World) -> Due:
    return due(_total(till, world), (), world.shop.menu.cash_rounding_minor)


def _total(till: Till, world: World) -> int:
    bill = bill_of(till, world)
    return price(till.draft).total_minor if bill is None else bill.total_minor


def pay_panels(till: Till, paying: Paying, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    rect = areas(world).order
    whole = Rect(0, 0, *world.size)
    veil = panel(
        "pay:veil",
        whole,
        drawn((Box(whole, (0, 0, 0), alpha=168),), (Hit(whole, "stay", "Payment"),)),
        z=SHEET_Z,
        modal=True,
    )
    body = rect.at_origin().inset(theme.px(14), theme.px(12))
    # As high as Pay and Next order, and a little more.
    foot = theme.px(104) + theme.px(12)
    head, top = _head(body, till, theme.display if paying.typing else round(theme.display * 1.5), world)
    room = Rect(body.x, top, body.w, body.bottom - foot - top)
    choices = _keys(room, till, paying, world) if paying.typing else _choices(room, till, world)
    ground = drawn((Box(rect.at_origin(), look.CARD), Box(Rect(0, 0, theme.edge, rect.h), look.ACCENT)))
    taker = Hit(rect.at_origin(), "stay", "Payment")
    return veil, panel("pay", rect, drawn(ground.ops, (taker,)), head, choices, ground=look.CARD, z=SHEET_Z, modal=True)


def _head(body: Rect, till: Till, big: int, world: World) -> tuple[Drawn, int]:
    theme = world.theme
    row = body.top(theme.touch)
    step = theme.line(big)
    bill = bill_of(till, world)
    number = bill.number.upper() if bill else till.reserved.number.upper() if till.reserved else ""
    total = _total(till, world)
    ops: list[Op] = [
        Label(row.inset(theme.px(4), 0), number, theme.title, look.MUTED, "semibold"),
        Label(
            Rect(body.x, row.bottom + theme.px(6), body.w, step),
            money(total, world),
            big,
            look.TEXT,
            "bold",
            "centre",
            tabular=True,
        ),
    ]
    bottom = row.bottom + theme.px(6) + step
    rounding = open_due(till, world).rounding_minor
    if rounding:
        low = Rect(body.x, bottom, body.w, theme.line(theme.label))
        text = f"in cash {money(total + rounding, world)}"
        ops.append(Label(low, text, theme.label, look.MUTED, "medium", "centre", tabular=True))
        bottom = low.bottom
    # Not over eat in and take away: a second tap would tax the order anew.
    back = button(
        row.after(body.w * 3 // 5),
        "Later" if bill else "Order",
        "close",
        theme,
        icon="left",
        key="Esc",
        label="Not now" if bill else "Back to the order",
        pressed=world.pressed,
    )
    return drawn(ops) + back, bottom + theme.px(12)


def _choices(room: Rect, till: Till, world: World) -> Drawn:
    theme = world.theme
    in_cash = open_due(till, world).cash_minor
    gap = theme.px(10)
    height = min(max(theme.touch, theme.px(108)), (room.h - 4 * gap) // 5)
    rows = Rect(room.x, room.y, room.w, 5 * height + 4 * gap).split_rows(5, gap)
    made = button(
        rows[0],
        f"Cash exact  {money(in_cash, world, sign=False)}",
        "tender:cash:exact",
        theme,
        kind="primary",
        key="Enter",
        label="Cash, exactly the sum",
        pressed=world.pressed,
        size=theme.title,
    )
    offered = quick_cash(in_cash, world.shop.menu.currency)
    for cell, minor in zip(grid(Rect(room.x, rows[1].y, room.w, 2 * height + gap), 2, 2, gap), offered, strict=False):
        made += button(
            cell,
            money(minor, world, sign=False),
            f"tender:cash:{minor}",
            theme,
            label=f"Cash {money(minor, world)}",
            pressed=world.pressed,
            size=theme.title,
        )
    made += button(rows[3], "Another sum in cash", "cash:typing", theme, key="Space", pressed=world.pressed)
    return made + _card(rows[4], world)


def _card(rect: Rect, world: World) -> Drawn:
    """What it says is what the cashier says by tapping it."""
    theme = world.theme
    made = button(
        rect, "", "tender:card", theme, key="C", label="Card, approved on the terminal", pressed=world.pressed
    )
    high, low = theme.line(theme.title), theme.line(theme.small)
    top = rect.y + max(0, (rect.h - high - low) // 2)
    return made + drawn(
        (
            Label(Rect(rect.x, top, rect.w, high), "Card", theme.title, look.TEXT, "semibold", "centre"),
            Label(
                Rect(rect.x, top + high - theme.px(4), rect.w, low),
                "once the terminal says approved",
                theme.small,
                look.MUTED,
                "medium",
                "centre",
            ),
        )
    )


def _keys(room: Rect, till: Till, paying: Paying, world: World) -> Drawn:
    theme = world.theme
    in_cash = open_due(till, world).cash_minor
    given = int(paying.given or "0")
    gap = theme.px(10)
    line = theme.line(theme.title)
    take = max(theme.touch, theme.px(96))
    shown = Rect(room.x, room.y, room.w, line)
    pad = Rect(room.x, shown.bottom + gap, room.w, min(room.h - line - take - 2 * gap, 4 * theme.px(104)))
    ops = (
        Label(shown, "Given", theme.body, look.MUTED, "medium"),
        Label(shown, money(given, world), theme.title, look.TEXT, "bold", "right", tabular=True),
    )
    enough = given >= in_cash
    text = f"Change {money(given - in_cash, world)}" if enough else f"{money(in_cash - given, world)} missing"
    return (
        drawn(ops)
        + keypad(pad, "digit", world)
        + button(
            Rect(room.x, pad.bottom + gap, room.w, take),
            text,
            f"tender:cash:{given}",
            theme,
            kind="primary",
            enabled=enough,
            key="Enter",
            label=f"Cash {money(given, world)}, {text}",
            pressed=world.pressed,
            size=theme.title,
        )
    )
