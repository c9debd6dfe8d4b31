"""The modifiers sheet: what belongs to an item, group by group; what must be chosen says so until it is."""

from collections.abc import Sequence
from dataclasses import replace

from station.domain.clashes import clash, words
from station.domain.draft import DraftLine, open_groups
from station.domain.menu import MenuModifier, ModifierGroup
from station.domain.pricing import unit_minor
from station.renderers import theme as look
from station.renderers.scene import Box, Drawn, Hit, Icon, Label, Op, Panel, Rect, drawn
from station.renderers.till_forms import Choosing
from station.renderers.till_layout import areas, money
from station.renderers.till_state import Till
from station.renderers.widgets.button import button
from station.renderers.widgets.listing import pager
from station.renderers.widgets.sheet import content_rect, sheet
from station.renderers.widgets.text import wrapped
from station.renderers.widgets.tile import fitting
from station.renderers.world import World

Band = tuple[ModifierGroup, ...]


def modifiers_sheet(till: Till, choosing: Choosing, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    left = areas(world).order.x
    rect = Rect(theme.gap, theme.gap, left - 2 * theme.gap, areas(world).status.y - 2 * theme.gap)
    room = content_rect(world, rect)
    foot = Rect(room.x, room.bottom - max(theme.touch, theme.px(96)), room.w, max(theme.touch, theme.px(96)))
    warning = _warning(Rect(room.x, 0, room.w, 0), till, choosing, world)
    above = _height(warning)
    body = Rect(room.x, room.y, room.w, foot.y - room.y - theme.px(14) - above)
    pages = _pages(choosing, body, world)
    page = min(choosing.page, len(pages) - 1)
    made = Drawn()
    y = body.y
    for band in pages[page]:
        block, height = _band(band, choosing, Rect(body.x, y, body.w, 0), world)
        made += block
        y += height + theme.px(18)
    made += warning.moved(0, body.bottom + theme.px(4))
    if len(pages) > 1:
        row = Rect(body.x, body.bottom - theme.touch, body.w, theme.touch)
        made += pager(row, page, len(pages), world, "modifiers:page")
    veil, panel = sheet(
        world, "modifiers", choosing.item.name, rect, made, _foot(foot, choosing, world), close="modifiers:cancel"
    )
    # What was chosen must not be lost to a finger that lands beside the sheet.
    stay = Hit(veil.rect, "stay", choosing.item.name)
    return replace(veil, hits=(stay,)), panel


def page_of(group: ModifierGroup, till: Till, choosing: Choosing, world: World) -> int:
    """The page on which a group stands."""
    theme = world.theme
    left = areas(world).order.x
    rect = Rect(theme.gap, theme.gap, left - 2 * theme.gap, areas(world).status.y - 2 * theme.gap)
    room = content_rect(world, rect)
    above = _height(_warning(Rect(room.x, 0, room.w, 0), till, choosing, world))
    body = Rect(room.x, room.y, room.w, room.h - max(theme.touch, theme.px(96)) - theme.px(14) - above)
    pages = _pages(choosing, body, world)
    return next((index for index, page in enumerate(pages) if any(group in band for band in page)), 0)


def _pages(choosing: Choosing, body: Rect, world: World) -> tuple[tuple[Band, ...], ...]:
    theme = world.theme
    gap = theme.px(18)
    bands = _bands(choosing.item.groups, _columns(body.w, world))
    heights = [_band(band, choosing, Rect(0, 0, body.w, 0), world)[1] + gap for band in bands]
    if sum(heights) - gap <= body.h:
        return (bands,)
    pages: list[list[Band]] = [[]]
    used = 0
    for band, height in zip(bands, heights, strict=True):
        if pages[-1] and used + height - gap > body.h - theme.touch - gap:
            pages.append([])
            used = 0
        pages[-1].append(band)
        used += height
    return tuple(tuple(page) for page in pages)


def _columns(width: int, world: World) -> int:
    return fitting(Rect(0, 0, width, 1), world.theme.px(186), 1, world.theme.px(12))[0]


def _bands(groups: Sequence[ModifierGroup], columns: int) -> tuple[Band, ...]:
    """Groups that fit beside each other in one row of tiles stand in one band, in the order of the menu."""
    bands: list[list[ModifierGroup]] = []
    used = columns
    for group in groups:
        if used + len(group.modifiers) > columns:
            bands.append([])
            used = 0
        bands[-1].append(group)
        used += len(group.modifiers)
    return tuple(tuple(band) for band in bands)


def _band(band: Band, choosing: Choosing, at: Rect, world: World) -> tuple[Drawn, int]:
    """The groups of a band beside each other, and its height."""
    theme = world.theme
    gap = theme.px(12)
    columns = _columns(at.w, world)
    head_height, height = theme.line(theme.body), max(theme.touch, theme.px(84))
    rows = max(1, -(-max(len(group.modifiers) for group in band) // columns))
    area = Rect(at.x, at.y + head_height + theme.px(8), at.w, rows * height + (rows - 1) * gap)
    cells = [cell for row in area.split_rows(rows, gap) for cell in row.split_columns(columns, gap)]
    made = Drawn()
    first = 0
    for group in band:
        mine = cells[first : first + len(group.modifiers)]
        first += len(group.modifiers)
        chosen = [one for one in group.modifiers if one.id in choosing.chosen]
        wide = max((cell.right for cell in mine), default=at.right) - mine[0].x if mine else at.w
        made += drawn(
            _group_head(group, Rect(mine[0].x if mine else at.x, at.y, wide, head_height), len(chosen), world)
        )
        for modifier, cell in zip(group.modifiers, mine, strict=True):
            made += _modifier(modifier, group, cell, modifier in chosen, world)
    return made, area.bottom - at.y


def _group_head(group: ModifierGroup, head: Rect, count: int, world: World) -> list[Op]:
    theme = world.theme
    width = world.ruler.width(group.name, theme.body, "bold") + theme.px(16)
    ops: list[Op] = [Label(head, group.name, theme.body, look.TEXT, "bold")]
    rest = head.after(width)
    if count < group.minimum:
        text = f"Choose {_rule(group)}"
        chip = Rect(rest.x, rest.y, world.ruler.width(text, theme.label, "bold") + theme.px(24), rest.h)
        ops.append(Box(chip, look.ACCENT, theme.px(8)))
        ops.append(Label(chip, text, theme.label, look.ON_ACCENT, "bold", "centre"))
    elif group.minimum:
        ops.append(Icon(Rect(rest.x, rest.y, theme.px(30), rest.h), "tick", look.GOOD))
    else:
        ops.append(Label(rest, f"if wanted, {_rule(group)}", theme.label, look.MUTED))
    return ops


def _rule(group: ModifierGroup) -> str:
    return _numbers(group) + (f", {group.free} free" if group.free else "")


def _numbers(group: ModifierGroup) -> str:
    if group.minimum == group.maximum:
        return str(group.minimum)
    if group.minimum:
        return f"{group.minimum} to {group.maximum}"
    return "one" if group.maximum == 1 else f"up to {group.maximum}"


def _modifier(modifier: MenuModifier, group: ModifierGroup, cell: Rect, on: bool, world: World) -> Drawn:  # noqa: FBT001 -- drawn on or off
    theme = world.theme
    action = f"modifier:{group.id}:{modifier.id}"
    fill = look.ACCENT if on else look.PRESSED if world.pressed == action else look.RAISED
    ink = look.ON_ACCENT if on else look.TEXT
    inner = cell.inset(theme.px(12), theme.px(3))
    price = _price(modifier, world)
    # Closer lines than elsewhere: a long name and its price must fit into one touch target.
    step, low = round(theme.label * 1.15), round(theme.small * 1.2)
    lines = wrapped(modifier.name, inner.w, theme.label, "semibold", world.ruler, 2)
    top = inner.y + (inner.h - step * len(lines) - (low if price else 0)) // 2
    ops: list[Op] = [Box(cell, fill, theme.radius)]
    ops += [
        Label(Rect(inner.x, top + n * step, inner.w, step), line, theme.label, ink, "semibold")
        for n, line in enumerate(lines)
    ]
    if price:
        place = Rect(inner.x, top + step * len(lines), inner.w, low)
        ops.append(Label(place, price, theme.small, ink if on else look.MUTED, "medium", tabular=True))
    label = ", ".join(part for part in (modifier.name, price, "chosen" if on else "") if part)
    return drawn(ops, (Hit(cell, action, label),))


def _price(modifier: MenuModifier, world: World) -> str:
    sign = "+" if modifier.price_minor > 0 else ""
    return f"{sign}{money(modifier.price_minor, world, sign=False)}" if modifier.price_minor else ""


def _warning(at: Rect, till: Till, choosing: Choosing, world: World) -> Drawn:
    """What the dish as it is chosen now is declared to hold, of what the guest cannot eat."""
    found = clash(DraftLine("", choosing.item, chosen=choosing.chosen), till.draft.customer.allergies)
    if found is None:
        return Drawn()
    theme = world.theme
    names = world.shop.menu.allergen_names
    step = theme.line(theme.label)
    lines = wrapped(words(found, names), at.w - theme.px(24), theme.label, "semibold", world.ruler, 2)
    box = Rect(at.x, at.y, at.w, step * len(lines) + theme.px(12))
    return drawn(
        (
            Box(box, look.ALLERGY, theme.px(8)),
            *(
                Label(
                    Rect(box.x + theme.px(12), box.y + theme.px(6) + n * step, box.w - theme.px(24), step),
                    line,
                    theme.label,
                    look.ON_ALLERGY,
                    "semibold",
                )
                for n, line in enumerate(lines)
            ),
        )
    )


def _height(made: Drawn) -> int:
    return max((op.rect.bottom for op in made.ops), default=0)


def _foot(foot: Rect, choosing: Choosing, world: World) -> Drawn:
    theme = world.theme
    missing = open_groups(choosing.item, choosing.chosen)
    unit = money(unit_minor(choosing.item, choosing.chosen), world)
    text = f"Choose {missing[0].name}" if missing else "Done" if choosing.line_id else "Add to the order"
    half = foot.w // 3
    return drawn(
        (Label(foot.left(half), unit, theme.display, look.TEXT, "bold", tabular=True),),
    ) + button(
        foot.after(half),
        text,
        "modifiers:done",
        theme,
        kind="primary",
        enabled=not missing,
        key="Enter",
        label=text,
        pressed=world.pressed,
        size=theme.title,
    )
