"""The expediter's sheets: transfer, split, void, recall, help."""

from station.domain.cards import Card
from station.renderers import expediter_actions as act
from station.renderers import floor_view as floor
from station.renderers.expediter_actions import REASONS, ExpediterState
from station.renderers.expediter_recall import recall_sheet
from station.renderers.prep_sheets import help_sheet, transfer_rows, transfer_title
from station.renderers.scene import Drawn, Panel, Rect
from station.renderers.split_sheet import split_sheet
from station.renderers.widgets.button import button
from station.renderers.widgets.listing import Row, listing, rows_height
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.tabs import tabs
from station.renderers.widgets.text import station_name
from station.renderers.widgets.tile import grid
from station.renderers.world import World

KEYS = (
    ("← →", "the column before, the next one"),
    ("↑ ↓", "the order above, below"),
    ("1 to 9", "hand over the first, second … on the pass"),
    ("P", "hand over what is there of the picked order, without the rest"),
    ("Enter", "hand over the picked order"),
    ("Space", "confirm the allergies of the picked order"),
    ("T", "transfer"),
    ("S", "split"),
    ("R", "recall"),
    ("H", "hold until fired or until a time, or fire what is held"),
    ("U", "rush, or not"),
    ("V", "void, with a reason"),
    ("X", "rescue what a silent station has"),
    ("/", "find: digits of a number, late, rush, a group; Enter picks the first"),
    ("Z", "fold the station of the picked order, or show it whole"),
    ("B", "who gets the orders: automatic or by hand, pause, shares, evening out"),
    ("G", "speed of service, as a picture"),
    ("N", "take an order: by phone, at the counter, or a test; F10 back"),
    ("F2", "log in or out"),
    ("Esc", "close; let the order go"),
)


def sheets(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    """The panels of the sheet that is open; none when none is."""
    card = act.picked(state, world)
    if state.overlay == "help":
        return help_sheet(world, KEYS)
    if state.overlay == "recall":
        return recall_sheet(state, world)
    return () if card is None else _about(state, card, world)


def _about(state: ExpediterState, card: Card, world: World) -> tuple[Panel, ...]:
    """The sheets that need a picked token."""
    if state.overlay == "transfer":
        rows = transfer_rows(world, card, state.choice)
        return _list(transfer_title(card, rows), rows, world)
    if state.overlay == "split_to":
        return _list(f"Split {_called(card)}: where to?", _split_rows(state, card, world), world)
    if state.overlay == "split":
        return split_sheet(card, dict(state.off), state.choice, world, "split_page")
    return _void(state, card, world) if state.overlay == "void" else ()


def _called(card: Card) -> str:
    return card.body.number.upper()


def _list(title: str, rows: list[Row], world: World) -> tuple[Panel, ...]:
    noted = any(row.note for row in rows)
    rect = sheet_rect(world, 0.5, 0.86, rows_height(max(2, len(rows)), world, notes=noted))
    return sheet(world, "sheet:list", title, rect, listing(content_rect(world, rect), rows, world))


def _split_rows(state: ExpediterState, card: Card, world: World) -> list[Row]:
    return [
        Row(
            f"split_to:{code}",
            station_name(code),
            why,
            lead=str(index + 1),
            amount=floor.load_text(items),
            enabled=not why,
            chosen=index == state.choice and not why,
            key=str(index + 1),
        )
        for index, (code, items, why) in enumerate(act.split_targets(state, card, world))
    ] + [
        Row("split_to:course", "Course 2", "goes to the kitchen by itself when the rest is made", lead="C", key="C"),
        Row("split_to:hold", "Hold", "until you fire it", lead="H", key="H"),
    ]


def _void(state: ExpediterState, card: Card, world: World) -> tuple[Panel, ...]:
    """A reason, then a confirmation that names the order."""
    theme = world.theme
    gap = theme.px(10)
    rect = sheet_rect(world, 0.5, 0.86, (theme.touch + gap) * 5 + gap)
    area = content_rect(world, rect)
    cells = grid(area.top((theme.touch + gap) * 3 - gap), 2, 3, gap)
    drawn = Drawn()
    for index, (cell, reason) in enumerate(zip(cells, REASONS, strict=True)):
        drawn += button(
            cell,
            reason,
            f"reason:{index}",
            theme,
            kind="chosen" if state.reason == reason else "plain",
            key=str(index + 1),
            pressed=world.pressed,
        )
    made = act.was_made(state, card)
    row = Rect(area.x, area.y + (theme.touch + gap) * 3, area.w, theme.touch)
    choices = (("made:yes", "Made or begun: waste"), ("made:no", "Not started"))
    drawn += tabs(row, choices, "made:yes" if made else "made:no", world, keys=("W", "N"))
    sure = Rect(area.x, area.bottom - theme.touch, area.w, theme.touch)
    drawn += button(
        sure,
        f"Void {_called(card)}: {state.reason}" if state.reason else "Choose a reason",
        "void_now",
        theme,
        kind="danger",
        enabled=bool(state.reason),
        locked=world.locked("token.void"),
        key="Enter",
        pressed=world.pressed,
    )
    return sheet(world, "sheet:void", f"Void {_called(card)}?", rect, drawn)
