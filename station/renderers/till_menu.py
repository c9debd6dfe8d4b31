"""The left of the till: categories as tabs, items as tiles that keep their places, and what is searched for."""

from collections import Counter
from collections.abc import Sequence

from station.domain.clashes import clash, words
from station.domain.draft import DraftLine, defaults, sold_in
from station.domain.menu import Category, MenuItem
from station.domain.pricing import unit_minor
from station.renderers import theme as look
from station.renderers.scene import Box, Colour, Drawn, Hit, Icon, Label, Panel, Rect, Weight, drawn, panel
from station.renderers.theme import tile_colour
from station.renderers.till_layout import areas, money, trouble_rect
from station.renderers.till_state import Till, own_trouble, shown_items, sold_out
from station.renderers.widgets.button import button
from station.renderers.widgets.item_tile import item_tile, name_size
from station.renderers.widgets.keyboard import keyboard, keyboard_height
from station.renderers.widgets.listing import pager
from station.renderers.widgets.tile import fitting, grid
from station.renderers.world import World

LETTERS_Z = 5
FEW = 20
"""From so many on it is said how many are left."""


def menu_panels(till: Till, world: World) -> tuple[Panel, ...]:
    """Tabs (or the search), tiles, and the letters while somebody searches by touch."""
    rect = areas(world).menu
    keys: tuple[Panel, ...] = ()
    if till.finding:
        low = keyboard_height(world)
        # Ten letters under each other's fingers need more than the left of a small screen.
        wide = rect.w if rect.w >= 10 * max(64, world.theme.px(76)) else world.size[0] - 2 * rect.x
        place = Rect(rect.x, rect.bottom - low, wide, low)
        keys = (panel("letters", place, keyboard(place.at_origin(), world), ground=look.GROUND, z=LETTERS_Z),)
        rect = Rect(rect.x, rect.y, rect.w, rect.h - low - world.theme.px(10))
    return (_tabs(till, world), _tiles(till, rect, world), *keys)


def pages(till: Till, world: World) -> int:
    """How many pages of tiles there are now."""
    rect = areas(world).menu
    if till.finding:
        rect = Rect(rect.x, rect.y, rect.w, rect.h - keyboard_height(world))
    return _paged(shown_items(till, world), rect, world)[1]


def _tabs(till: Till, world: World) -> Panel:
    rect = areas(world).tabs
    bar = rect.at_origin()
    if till.find or till.finding:
        return panel("tabs", rect, _search(till, bar, world), ground=look.GROUND)
    theme = world.theme
    made = Drawn()
    categories = world.shop.menu.categories
    cells = bar.split_columns(max(1, len(categories)), theme.px(4)) if categories else ()
    # Down to where the tiles begin, so that the tab that is on stands on a line of its own colour.
    shelf = Rect(0, bar.h, bar.w, areas(world).menu.y - rect.bottom - theme.px(6))
    for cell, category in zip(cells, categories, strict=True):
        on = category.id == till.category
        made += _tab(cell, category, world, on=on)
        if on:
            made += drawn((Box(shelf, tile_colour(category.colour)),))
    whole = Rect(rect.x, rect.y, rect.w, rect.h + shelf.h)
    return panel("tabs", whole, made, ground=look.GROUND)


def _tab(cell: Rect, category: Category, world: World, *, on: bool) -> Drawn:
    """The one that is on has its whole colour, higher than the others and open to the tiles below."""
    theme = world.theme
    action = f"category:{category.id}"
    colour = tile_colour(category.colour)
    body = cell if on else Rect(cell.x, cell.y + theme.px(8), cell.w, cell.h - theme.px(8))
    ground = colour if on else look.PRESSED if world.pressed == action else look.RAISED
    foot = Rect(body.x, body.bottom - theme.radius, body.w, theme.radius)
    mark = Rect(body.x, body.bottom - theme.px(6), body.w, theme.px(6))
    ops = (
        Box(body, ground, theme.radius),
        Box(foot, ground),
        *(() if on else (Box(mark, colour),)),
        *_in_lines(body, category.name, look.TEXT if on else look.MUTED, world, weight="bold" if on else "medium"),
    )
    return drawn(ops, (Hit(cell, action, category.name),))


def _in_lines(cell: Rect, text: str, ink: Colour, world: World, *, weight: Weight) -> list[Label]:
    """A name in one line, or its two halves under each other where it is too long for one."""
    theme = world.theme
    inner = cell.inset(theme.px(6), 0)
    fits = world.ruler.width(text, theme.label, weight) <= inner.w
    words = text.split()
    if fits or len(words) < 2:
        return [Label(inner, text, theme.label, ink, weight, "centre")]
    half = (len(words) + 1) // 2
    step = theme.line(theme.label)
    top = cell.y + (cell.h - 2 * step) // 2
    return [
        Label(Rect(inner.x, top + n * step, inner.w, step), part, theme.label, ink, weight, "centre")
        for n, part in enumerate((" ".join(words[:half]), " ".join(words[half:])))
    ]


def _search(till: Till, bar: Rect, world: World) -> Drawn:
    theme = world.theme
    side = max(theme.touch, theme.px(140))
    box = bar.left(bar.w - side - theme.px(10))
    found = len(shown_items(till, world)) if till.find else 0
    text = till.find or "Type a name"
    told = f"{found} found" if till.find else ""
    inner = box.inset(theme.pad, 0)
    return drawn(
        (
            Box(box, look.RAISED, theme.radius, look.ACCENT, theme.px(3)),
            Label(inner, text, theme.title, look.TEXT if till.find else look.MUTED, "semibold"),
            Label(inner, told, theme.label, look.MUTED, "medium", "right"),
        ),
        (),
    ) + button(
        Rect(bar.right - side, bar.y, side, bar.h),
        "Done",
        "find:done",
        theme,
        key="Esc",
        pressed=world.pressed,
    )


def _paged(items: Sequence[MenuItem], rect: Rect, world: World) -> tuple[int, int, int]:
    """Tiles on a page, pages, columns.

    As few rows as the largest category needs, so that tiles are as large as the screen allows; but the same in every
    category, and whatever is on the order: hands learn where an item is.
    """
    theme = world.theme
    gap = theme.px(14)
    columns, rows = fitting(rect, theme.px(260), theme.px(190), gap)
    if len(items) > columns * rows:
        _, rows = fitting(Rect(rect.x, rect.y, rect.w, rect.h - theme.touch - gap), theme.px(260), theme.px(190), gap)
    else:
        sizes = Counter(item.category_id for item in world.shop.menu.items)
        rows = min(rows, -(-max(len(items), *sizes.values(), 1) // columns))
    page = columns * rows
    return page, max(1, -(-len(items) // page)), columns


def _tiles(till: Till, rect: Rect, world: World) -> Panel:
    theme = world.theme
    items = shown_items(till, world)
    room, count, columns = _paged(items, rect, world)
    page = min(till.page, count - 1)
    area = rect.at_origin()
    gap = theme.px(14)
    if own_trouble(till, world) is not None and not till.finding:
        area = area.top(area.h - trouble_rect(world).h - gap)
    made = Drawn()
    if count > 1:
        low = Rect(0, area.h - theme.touch, area.w, theme.touch)
        made += pager(low, page, count, world, "items")
        area = Rect(0, 0, area.w, area.h - theme.touch - gap)
    rows = room // columns
    width = (area.w - gap * (columns - 1)) // columns
    height = min(width * 17 // 20, (area.h - gap * (rows - 1)) // rows)
    cells = grid(Rect(0, 0, area.w, height * rows + gap * (rows - 1)), columns, rows, gap)
    shown = items[page * room : (page + 1) * room]
    size = name_size([item.name for item in world.shop.menu.items], cells[0], world)
    for index, (item, cell) in enumerate(zip(shown, cells, strict=False)):
        made += _tile(item, cell, str(index + 1) if index < 9 else "", size, till, world)
    if not shown:
        made += _nothing(till, area, world)
    return panel("tiles", rect, made, ground=look.GROUND)


def _tile(item: MenuItem, cell: Rect, key: str, size: int, till: Till, world: World) -> Drawn:
    left = None if item.left is None else max(0, item.left - sold_in(till.draft, item.id))
    gone = sold_out(item, world) or left == 0
    told = clash(DraftLine("", item, chosen=defaults(item)), till.draft.customer.allergies) if not gone else None
    note = "Sold out" if gone else "" if left is None or left > FEW else f"{left} left"
    return item_tile(
        cell,
        item.name,
        money(unit_minor(item, ()), world, sign=False),
        f"item:{item.id}",
        world,
        size=size,
        colour=item.colour,
        note=note if told is None else words(told, world.shop.menu.allergen_names),
        alarm=told is not None,
        picture=item.picture,
        enabled=not gone,
        key=key,
        show_key=till.keys,
        hold=f"86:{item.id}",
    )


def _nothing(till: Till, area: Rect, world: World) -> Drawn:
    theme = world.theme
    text = "Nothing on the menu has that name" if till.find else "There is nothing on the menu yet"
    side = theme.px(64)
    top = Rect(area.x, area.y + theme.px(90), area.w, side)
    return drawn(
        (
            Icon(top, "list", look.OFF),
            Label(
                Rect(area.x, top.bottom + theme.pad, area.w, theme.line(theme.body)),
                text,
                theme.body,
                look.MUTED,
                "medium",
                "centre",
            ),
        )
    )
