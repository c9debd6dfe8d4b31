"""Paying: what is due, cash in one tap, another sum on the keys, a card on the terminal, a voucher, a tip, a part of it.

It stands where the order stands. Its lowest part, where Pay was and where Next order will be, takes no taps: a double
tap on either can never pay, nor pay twice. After a part was paid nothing can be tapped where its button was.
"""

from station.domain.facts import Tender
from station.domain.tenders import quick_cash
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Label, Op, Panel, Rect, drawn, panel
from station.renderers.till_bills import bill_of
from station.renderers.till_forms import Paying, Typed
from station.renderers.till_layout import areas, money
from station.renderers.till_payment import all_due, open_due, purchase
from station.renderers.till_state import Till
from station.renderers.widgets.button import Kind, button
from station.renderers.widgets.keypad import keypad
from station.renderers.widgets.listing import Row, listing
from station.renderers.widgets.sheet import SHEET_Z
from station.renderers.world import World

_TYPED: dict[Typed, str] = {
    "cash": "Given",
    "voucher": "Worth",
    "tip": "Tip",
    "part": "This one pays",
    "reference": "Reference",
}


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
    head, top = _head(body, till, paying, world)
    room = Rect(body.x, top, body.w, body.bottom - foot - top)
    low = Rect(body.x, body.bottom - theme.px(104), body.w, theme.px(104))
    choices = _inside(room, low, till, paying, world)
    ground = drawn((Box(rect.at_origin(), look.CARD), Box(Rect(0, 0, theme.edge, rect.h), look.ACCENT)))
    taker = Hit(rect.at_origin(), "stay", "Payment")
    return veil, panel("pay", rect, drawn(ground.ops, (taker,)), head, choices, ground=look.CARD, z=SHEET_Z, modal=True)


def _inside(room: Rect, low: Rect, till: Till, paying: Paying, world: World) -> Drawn:
    if paying.between is not None:
        return _between(room, low, paying.between, till, world)
    if paying.listing:
        return _listing(room, paying, world)
    if paying.terminal is not None and paying.typing != "reference":
        return _terminal(room, paying, paying.terminal, world)
    if paying.typing:
        return _keys(room, till, paying, world)
    return _choices(room, till, paying, world)


def _head(body: Rect, till: Till, paying: Paying, world: World) -> tuple[Drawn, int]:
    theme = world.theme
    big = theme.display if paying.typing else round(theme.display * 1.5)
    row = body.top(theme.touch)
    step = theme.line(big)
    bought = purchase(till, world)
    number = bought.number.upper() if bought is not None else ""
    now = open_due(till, world)
    name = Label(row.inset(theme.px(4), 0), number, theme.title, look.MUTED, "semibold")
    if paying.between is not None:
        return drawn((name,)), row.bottom + theme.px(24)
    ops: list[Op] = [
        name,
        Label(
            Rect(body.x, row.bottom + theme.px(6), body.w, step),
            money(now.exact_minor, world),
            big,
            look.TEXT,
            "bold",
            "centre",
            tabular=True,
        ),
    ]
    bottom = row.bottom + theme.px(6) + step
    if text := _under(till, paying, world):
        low = Rect(body.x, bottom, body.w, theme.line(theme.label))
        ops.append(Label(low, text, theme.label, look.MUTED, "medium", "centre", tabular=True))
        bottom = low.bottom
    # Not over eat in and take away: a second tap would tax the order anew.
    back = _back(row, till, paying, world)
    return drawn(ops) + back, bottom + theme.px(12)


def _under(till: Till, paying: Paying, world: World) -> str:
    """What of the sum needs a word: whose part it is, how much of how much, what cash comes to."""
    now, whole = open_due(till, world), all_due(till, world)
    told = []
    if paying.parts:
        told.append(f"{paying.parts[0].share}, of {money(whole.exact_minor, world, sign=False)}")
    elif paying.begun and (bought := purchase(till, world)) is not None:
        told.append(f"left of {money(bought.total_minor, world)}")
    if paying.tip_minor:
        told.append(f"and {money(paying.tip_minor, world)} tip")
    if now.rounding_minor:
        told.append(f"in cash {money(now.cash_minor, world)}")
    return " · ".join(told)


def _back(row: Rect, till: Till, paying: Paying, world: World) -> Drawn:
    theme = world.theme
    if paying.between is not None or (paying.terminal is not None and not paying.typing):
        return Drawn()
    inner = bool(paying.typing or paying.listing or paying.parts)
    bill = bill_of(till, world) is not None
    return button(
        row.after(row.w * 3 // 5),
        "Back" if inner else "Later" if bill else "Order",
        "pay:back" if inner else "close",
        world.theme,
        icon="left",
        key="Esc",
        label="Back" if inner else "Not now" if bill else "Back to the order",
        pressed=world.pressed,
        size=theme.label,
    )


def _choices(room: Rect, till: Till, paying: Paying, world: World) -> Drawn:
    theme = world.theme
    now = open_due(till, world)
    gap = theme.px(10)
    height = min(max(theme.touch, theme.px(108)), (room.h - 4 * gap) // 5)
    rows = Rect(room.x, room.y, room.w, 5 * height + 4 * gap).split_rows(5, gap)
    if not now.exact_minor and not now.cash_minor:
        text = "Nothing to pay: send it"
        return button(rows[0], text, "tender:none", theme, kind="primary", key="Enter", pressed=world.pressed)
    in_cash = now.cash_minor + paying.tip_minor
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
    for cell, minor in zip(rows[1].split_columns(4, gap), offered, strict=False):
        text = money(minor, world, sign=False)
        size = theme.title if world.ruler.width(text, theme.title, "semibold") <= cell.w - theme.px(24) else theme.body
        action, label = f"tender:cash:{minor}", f"Cash {money(minor, world)}"
        made += button(cell, text, action, theme, label=label, pressed=world.pressed, size=size)
    made += _card(rows[2], world)
    made += _small(rows[3], _second(paying, world), world)
    return made + _small(rows[4], _third(till), world)


def _second(paying: Paying, world: World) -> list[tuple[str, str, str]]:
    """Another sum; and, once something is paid, what."""
    found = [("Another sum", "pay:type:cash", "Space")]
    if paying.tenders:
        sum_minor = sum(one.amount_minor for one in paying.tenders if one.state != "declined")
        found.append((f"Paid {money(sum_minor, world, sign=False)}", "pay:list", ""))
    return found


def _third(till: Till) -> list[tuple[str, str, str]]:
    found = [("Voucher", "pay:type:voucher", "V"), ("Tip", "pay:type:tip", "T"), ("Split", "split", "S")]
    return [*found, ("Change", "bill_change", "B"), ("Off", "discount:", "O")] if till.billing else found


def _small(row: Rect, cells: list[tuple[str, str, str]], world: World) -> Drawn:
    theme = world.theme
    made = Drawn()
    for cell, (text, action, key) in zip(row.split_columns(len(cells), theme.px(10)), cells, strict=True):
        made += button(cell, text, action, theme, key=key, pressed=world.pressed)
    return made


def _card(rect: Rect, world: World) -> Drawn:
    """On to the terminal: the till says how much, and then asks what it showed."""
    return button(
        rect,
        "Card",
        "tender:card",
        world.theme,
        key="C",
        label="Card, on the terminal",
        pressed=world.pressed,
        size=world.theme.title,
    )


def _terminal(room: Rect, paying: Paying, card: Tender, world: World) -> Drawn:
    """Nothing that says how it ended stands where Card was: a second tap there says nothing."""
    theme = world.theme
    gap = theme.px(10)
    height = min(max(theme.touch, theme.px(108)), (room.h - 4 * gap) // 5)
    rows = Rect(room.x, room.y, room.w, 5 * height + 4 * gap).split_rows(5, gap)
    charged = money(card.amount_minor + card.tip_minor, world, sign=False)
    made = button(
        rows[0],
        f"Approved  {charged}",
        "terminal:approved",
        theme,
        kind="primary",
        key="Enter",
        label=f"The terminal says approved, {charged}",
        pressed=world.pressed,
        size=theme.title,
    )
    made += button(rows[1], "Declined", "terminal:declined", theme, key="D", pressed=world.pressed, size=theme.title)
    told = drawn((Label(rows[2], "What does the terminal show?", theme.body, look.MUTED, "medium", "centre"),))
    made += told
    made += _small(
        rows[3],
        [("Nobody knows", "terminal:unknown", "U"), ("Not put in", "terminal:not", "Esc")],
        world,
    )
    text = f"Reference {paying.reference}" if paying.reference else "Reference"
    return made + button(rows[4], text, "pay:type:reference", theme, key="R", pressed=world.pressed)


def _between(room: Rect, low: Rect, paid: Tender, till: Till, world: World) -> Drawn:
    """The change of the one who has just paid, before the next one does."""
    theme = world.theme
    big = round(theme.display * 1.5)
    y = room.y
    ops: list[Op] = []
    way = {"cash": "in cash", "card": "by card", "voucher": "by voucher"}[paid.kind]
    known = "" if paid.state == "approved" else ", nobody knows yet"
    lines = [(f"{money(paid.amount_minor, world)} paid {way}{known}", theme.body, look.TEXT)]
    if paid.share:
        lines.append((paid.share, theme.label, look.MUTED))
    if paid.kind == "cash":
        lines += [("Change", theme.label, look.MUTED), (money(paid.change_minor, world), big, look.GOOD)]
    for text, size, colour in lines:
        step = theme.line(size)
        ops.append(Label(Rect(room.x, y, room.w, step), text, size, colour, "semibold", "centre", tabular=True))
        y += step
    left = money(open_due(till, world).exact_minor, world)
    return drawn(ops) + button(
        low,
        f"Next pays  {left}",
        "pay:next",
        theme,
        kind="primary",
        key="Enter",
        pressed=world.pressed,
        size=theme.title,
    )


def _listing(room: Rect, paying: Paying, world: World) -> Drawn:
    """What was paid so far; a tap gives it back."""
    rows = [
        Row(
            f"tender:drop:{one.id}" if one.state != "declined" else "",
            {"cash": "Cash", "card": "Card", "voucher": "Voucher"}[one.kind],
            {"approved": "tap to give it back", "unknown": "nobody knows yet", "declined": "declined"}[one.state],
            amount=money(one.amount_minor, world),
            key=str(index),
        )
        for index, one in enumerate(paying.tenders, 1)
    ]
    return listing(room, rows, world)


def _keys(room: Rect, till: Till, paying: Paying, world: World) -> Drawn:
    theme = world.theme
    given = int(paying.given or "0")
    gap = theme.px(10)
    line = theme.line(theme.title)
    take = max(theme.touch, theme.px(96))
    shown = Rect(room.x, room.y, room.w, line)
    pad = Rect(room.x, shown.bottom + gap, room.w, min(room.h - line - take - 2 * gap, 4 * theme.px(104)))
    value = paying.given if paying.typing == "reference" else money(given, world)
    ops = (
        Label(shown, _TYPED[paying.typing], theme.body, look.MUTED, "medium"),
        Label(shown, value, theme.title, look.TEXT, "bold", "right", tabular=True),
    )
    foot = Rect(room.x, pad.bottom + gap, room.w, take)
    made = drawn(ops) + keypad(pad, "digit", world)
    cells = _takes(till, paying, given, world)
    for cell, (text, action, kind, enabled) in zip(foot.split_columns(len(cells), gap), cells, strict=True):
        made += button(
            cell,
            text,
            action,
            theme,
            kind=kind,
            enabled=enabled,
            key="Enter" if kind == "primary" else "K",
            label=f"{_TYPED[paying.typing]} {value}, {text}",
            pressed=world.pressed,
            size=theme.title if len(cells) == 1 else theme.label,
        )
    return made


def _takes(till: Till, paying: Paying, given: int, world: World) -> list[tuple[str, str, Kind, bool]]:
    """What the typed digits may become, each with what it says."""
    now = open_due(till, world)
    if paying.typing == "cash":
        in_cash = now.cash_minor + paying.tip_minor
        if given < in_cash:
            return [(f"{money(in_cash - given, world)} missing", f"tender:cash:{given}", "primary", False)]
        change = given - in_cash
        found: list[tuple[str, str, Kind, bool]] = [
            (f"Change {money(change, world)}", f"tender:cash:{given}", "primary", True)
        ]
        if change and not paying.tip_minor:
            found.append((f"Keep as tip {money(change, world, sign=False)}", f"tender:cash:tip:{given}", "plain", True))
        return found
    if paying.typing == "voucher":
        worth = min(given, now.exact_minor)
        return [(f"Voucher pays {money(worth, world)}", f"tender:voucher:{given}", "primary", given > 0)]
    if paying.typing == "tip":
        return [(f"Tip {money(given, world)}", f"pay:tip:{given}", "primary", True)]
    if paying.typing == "part":
        return [(f"Pays {money(given, world)}", f"pay:part:{given}", "primary", given > 0)]
    return [("Done", f"pay:reference:{paying.given}", "primary", bool(paying.given))]
