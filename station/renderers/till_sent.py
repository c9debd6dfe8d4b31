"""After an order was sent: its number and the change, large, until the next order begins."""

from station.domain.facts import OrderSent
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Icon, Label, Op, Rect, drawn
from station.renderers.till_layout import money
from station.renderers.world import World


def sent_card(area: Rect, sent: OrderSent, world: World) -> Drawn:
    """Stands where the order's lines stood; the next tap on an item puts them in its place."""
    theme = world.theme
    big = round(theme.display * 1.5)
    title, body, huge = theme.line(theme.label), theme.line(theme.body), theme.line(big)
    change = sum(tender.change_minor for tender in sent.tenders)
    in_cash = any(tender.kind == "cash" for tender in sent.tenders)
    height = 2 * title + huge + body + (title + huge if in_cash else 0)
    card = Rect(area.x, area.y, area.w, min(area.h, height + 2 * theme.px(16)))
    y = card.y + theme.px(16)
    ops: list[Op] = [Box(card, look.RAISED, theme.radius)]

    def line(text: str, size: int, colour: tuple[int, int, int], *, bold: bool = False) -> None:
        nonlocal y
        step = theme.line(size)
        ops.append(
            Label(
                Rect(card.x + theme.pad, y, card.w - 2 * theme.pad, step),
                text,
                size,
                colour,
                "bold" if bold else "medium",
                "centre",
                tabular=True,
            )
        )
        y += step

    line("Order", theme.label, look.MUTED)
    line(sent.number.upper(), big, look.TEXT, bold=True)
    if in_cash:
        line("Change", theme.label, look.MUTED)
        line(money(change, world), big, look.GOOD if change else look.MUTED, bold=True)
    line(_paid(sent, world), theme.label, look.MUTED)
    where, colour = _where(sent, world)
    side = theme.px(30)
    width = world.ruler.width(where, theme.body, "semibold") + side + theme.px(12)
    x = card.x + max(theme.pad, (card.w - width) // 2)
    ops.append(Icon(Rect(x, y + (body - side) // 2, side, side), "tick", colour))
    ops.append(
        Label(
            Rect(x + side + theme.px(12), y, card.right - theme.pad - x - side - theme.px(12), body),
            where,
            theme.body,
            colour,
            "semibold",
        )
    )
    return drawn(ops)


def _paid(sent: OrderSent, world: World) -> str:
    ways = []
    for tender in sent.tenders:
        if tender.kind == "cash":
            ways.append(f"{money(tender.given_minor, world)} in cash")
        else:
            ways.append(f"{money(tender.amount_minor, world)} by {tender.kind}")
    return " and ".join(ways) if ways else "never paid" if sent.token.training else "to be paid at a till"


def _where(sent: OrderSent, world: World) -> tuple[str, tuple[int, int, int]]:
    """Where the order is now, as far as this station knows."""
    card = world.cards.get((sent.order, sent.token.part))
    if card is not None and card.pending and world.tokens.share != "ok":
        return "Kept here, goes out with the share", look.TEXT
    if sent.token.placed_on != world.station:
        return "Paid", look.GOOD
    return "Sent to the kitchen", look.GOOD
