"""The picked order below the expediter's columns: where it is and why, and what is in it."""

from station.domain.cards import Card
from station.domain.floor import HOLD
from station.renderers import expediter_actions as act
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.expediter_hold import held_words
from station.renderers.scene import Box, Drawn, Label, Op, Panel, Rect, panel
from station.renderers.widgets.card import allergy_text, place_name
from station.renderers.widgets.text import number_parts
from station.renderers.world import World

_SIGN = {"added": "+ ", "removed": "− ", "changed": "~ "}


def detail(state: ExpediterState, rect: Rect, world: World) -> tuple[Panel, ...]:
    """The picked order: where it is and why, and what is in it. Nothing when none is picked."""
    theme = world.theme
    card = act.picked(state, world)
    if card is None:
        return ()
    frame = Box(rect.at_origin(), look.CARD, theme.radius, look.CARD_EDGE, theme.edge)
    left = Rect(theme.pad, theme.px(12), min(rect.w * 2 // 5, theme.px(720)), rect.h - theme.px(24))
    right = Rect(left.right + theme.pad, left.y, rect.w - left.right - theme.pad * 2, left.h)
    ops: list[Op] = [frame, *_about(card, left, world), *_lines(card, right, world)]
    return (panel("detail", rect, Drawn(tuple(ops)), ground=look.GROUND),)


def _about(card: Card, rect: Rect, world: World) -> list[Op]:
    theme, body = world.theme, card.body
    till, called = number_parts(body.number)
    size = theme.display
    high = round(size * 1.2)
    width = world.ruler.width(called, size, "bold")
    step = theme.line(theme.label)
    served = "Take away" if body.mode == "take_away" else "Eat in"
    head = [till, served, f"part {body.part}" if body.part != "1" else "", body.customer.marker, body.customer.name]
    where = place_name(card.spot.place)
    where = where[:1].upper() + where[1:]
    given = body.given
    why = "" if given is None or not given.why else f"{given.why} ({given.by})" if given.by else given.why
    why = held_words(card) if card.spot.place == HOLD else why
    ops: list[Op] = [
        Label(Rect(rect.x, rect.y, width + 2, high), called, size, look.TEXT, "bold", elide=False),
        Label(
            Rect(rect.x + width + theme.pad, rect.y, rect.w - width - theme.pad, high),
            " · ".join(word for word in head if word),
            theme.label,
            look.TEXT,
            "semibold",
        ),
        Label(
            Rect(rect.x, rect.y + high, rect.w, step),
            f"{where}{': ' if why else ''}{why}",
            theme.label,
            look.MUTED,
            "medium",
        ),
    ]
    if body.customer.allergies:
        text = f"Allergy: {allergy_text(card, world.shop.menu.allergen_names)}"
        ops.append(
            Label(Rect(rect.x, rect.y + high + step, rect.w, step), text, theme.label, look.ALLERGY_SEEN, "bold")
        )
    return ops


def _lines(card: Card, rect: Rect, world: World) -> list[Op]:
    """The lines in as many columns as they need; wishes stand behind their dish."""
    theme = world.theme
    step = theme.line(theme.label)
    per = max(1, rect.h // step)
    texts = [
        (
            f"{line.count} {line.name}"
            + ("  done" if line.count and line.done >= line.count else "")
            + "".join(f"  {_SIGN[modifier.effect]}{modifier.name}" for modifier in line.modifiers),
            line,
        )
        for line in card.body.lines
    ]
    wide = 1 if len(texts) <= per else 2
    cells = rect.split_columns(wide, theme.gap)
    ops: list[Op] = []
    for index, (text, line) in enumerate(texts[: per * wide]):
        cell = cells[index // per]
        place = Rect(cell.x, cell.y + index % per * step, cell.w, step)
        ink = look.DONE if line.done >= line.count else look.TEXT
        ops.append(Label(place, text, theme.label, ink, "medium", strike=not line.count))
    if len(texts) > per * wide:
        last = Rect(cells[-1].x, rect.bottom - step, cells[-1].w, step)
        ops[-1] = Label(last, f"and {len(texts) - per * wide + 1} more", theme.label, look.MUTED, "medium")
    return ops
