"""The sheet of an open recipe: how it is made, and what it carries; longer ones have pages.

A tap on a component that has a recipe of its own walks into it, Back walks out. The two tabs are always there, so an
allergen is one touch away.
"""

from station.domain.floor import station_place
from station.renderers import recipe_content as content
from station.renderers import theme as look
from station.renderers.recipe_view import RecipeView
from station.renderers.scene import Drawn, Label, Panel, Rect
from station.renderers.widgets import recipe_rows as rows
from station.renderers.widgets.button import button
from station.renderers.widgets.card_lines import Block
from station.renderers.widgets.listing import pager
from station.renderers.widgets.pages import Place, page_drawn, paged, pages_of, stacked
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.tabs import tabs
from station.renderers.world import World

COLUMNS = 2


def recipe_sheet(view: RecipeView, world: World) -> tuple[Panel, ...]:
    """The veil and the sheet."""
    rect, area = _room(world)
    blocks, places = _laid_out(view, world)
    page = min(view.page, pages_of(places) - 1)
    columns = area.split_columns(COLUMNS, world.theme.gap * 3)
    number = view.card.body.number.upper()
    return sheet(
        world,
        "sheet:recipe",
        f"{content.title_of(view)} · {number}",
        rect,
        _head(view, content_rect(world, rect), world),
        page_drawn(blocks, places, page, columns),
        _foot(view, content_rect(world, rect), page, pages_of(places), world),
    )


def pages(view: RecipeView, world: World) -> int:
    """How many pages the open tab has here."""
    return pages_of(_laid_out(view, world)[1])


def _room(world: World) -> tuple[Rect, Rect]:
    """The sheet, and in it what is between its tabs and its foot."""
    theme = world.theme
    rect = sheet_rect(world, 0.92, 0.94)
    inner = content_rect(world, rect)
    top, foot = theme.touch + theme.gap, theme.touch + theme.px(8)
    return rect, Rect(inner.x, inner.y + top, inner.w, inner.h - top - foot)


def _laid_out(view: RecipeView, world: World) -> tuple[list[Block], tuple[Place, ...]]:
    _, area = _room(world)
    width = area.split_columns(COLUMNS, world.theme.gap * 3)[0].w
    if view.tab == "allergens":
        blocks = [rows.allergen_row(row, width, world) for row in content.allergens_of(view, world)]
        return blocks, paged([block.height for block in blocks], COLUMNS, area.h)
    what, how = _what(view, width, world), _how(view, width, world)
    # What goes in stands in the first column and how in the second; where it is more than that, one follows the other.
    parted = sum(block.height for block in what) <= area.h
    blocks = [*what, *how]
    return blocks, paged([block.height for block in blocks], COLUMNS, area.h, {len(what)} if parted else ())


def _head(view: RecipeView, area: Rect, world: World) -> Drawn:
    """Back, the tabs, and for how much the quantities are."""
    theme = world.theme
    bar = area.top(theme.touch)
    made = Drawn()
    if not view.of_dish:
        side = theme.px(190)
        made += button(bar.left(side), "Back", "recipe_up", theme, icon="left", key="Backspace", pressed=world.pressed)
        bar = bar.after(side + theme.gap)
    opened = view.opened
    switch = not view.of_dish and opened is not None and opened.wanted is not None
    wide = bar.w // 2 - theme.gap if switch else min(bar.w, theme.px(620))
    choices = (("recipe_tab:make", "How it is made"), ("recipe_tab:allergens", "Allergens"))
    made += tabs(bar.left(wide), choices, f"recipe_tab:{view.tab}", world, ("A", "A"))
    if switch and opened is not None:
        on = "batch:on" if opened.batch else "batch:off"
        right = bar.after(bar.w - bar.w // 2)
        made += tabs(right, (("batch:on", "One batch"), ("batch:off", "For this order")), on, world, ("B", "B"))
    return made


def _foot(view: RecipeView, area: Rect, page: int, count: int, world: World) -> Drawn:
    """Ticking one of several while reading, and the pages."""
    theme = world.theme
    bar = Rect(area.x, area.bottom - theme.touch, area.w, theme.touch)
    made = Drawn()
    line = view.line
    card = world.cards.get(view.card.key)
    here = card is not None and card.spot.place == station_place(world.station)
    if here and view.of_dish and line.count > 1:
        side, width = theme.touch + theme.px(24), theme.px(230)
        name = f"{view.card.key[0]}:{view.card.key[1]}:{line.id}"
        made += button(
            bar.left(side),
            "",
            f"one_less:{name}",
            theme,
            icon="minus",
            label="One less is made",
            key="-",
            enabled=line.done > 0,
            pressed=world.pressed,
        )
        text = f"{line.done} of {line.count} made"
        made += Drawn((Label(bar.after(side).left(width), text, theme.label, look.TEXT, "bold", "centre"),))
        made += button(
            Rect(bar.x + side + width, bar.y, side, bar.h),
            "",
            f"one:{name}",
            theme,
            icon="plus",
            label="One more is made",
            key="+",
            enabled=line.done < line.count,
            pressed=world.pressed,
        )
    if count > 1:
        wide = min(bar.w // 2, theme.px(520))
        made += pager(bar.after(bar.w - wide), page, count, world)
    return made


def _what(view: RecipeView, width: int, world: World) -> list[Block]:
    """What the order changes, quantities, the picture."""
    made = _changes(view, width, world) if view.of_dish else []
    made += _quantities(view, width, world)
    opened = view.opened
    if opened is not None and opened.recipe.picture is not None:
        made.append(rows.picture_block(opened.recipe.picture, width, world))
    return made


def _how(view: RecipeView, width: int, world: World) -> list[Block]:
    """Steps, and what it carries in short."""
    made = _steps(view, width, world)
    if diet := content.diet_text(view):
        made += rows.text_block(diet, width, world, ink=look.MUTED, shape="plate")
    return made


def _changes(view: RecipeView, width: int, world: World) -> list[Block]:
    """What the guest cannot eat, and what this order has otherwise."""
    made: list[Block] = []
    if lines := content.allergy_lines(view, world):
        made.append(rows.allergen_box(lines, width, world, filled=True))
    changes = [rows.change_row(row, width, world) for row in content.changes_of(view)]
    if view.line.note:
        changes += rows.text_block(view.line.note, width, world, ink=look.CHANGED, shape="note")
    if changes:
        title = rows.heading("This order", "", width, world)
        made += [stacked(title, changes[0]), *changes[1:]]
    return made


def _quantities(view: RecipeView, width: int, world: World) -> list[Block]:
    opened = view.opened
    if opened is None:
        why = "This station's menu has no recipe of it; the allergens are those of the sale"
        return list(rows.text_block(why, width, world, ink=look.MUTED, shape="help"))
    parts = content.parts_of(view)
    keys = {recipe_id: number for number, recipe_id in enumerate(content.walkable(view), start=1)}
    lead = rows.amounts_width(parts, width, world)
    made = [rows.part_row(row, keys.get(row.recipe_id or "", 0), lead, width, world) for row in parts]
    head, note = content.made_text(opened, of_dish=view.of_dish)
    title = rows.heading(head, note, width, world)
    return [stacked(title, made[0]), *made[1:]] if made else [title]


def _steps(view: RecipeView, width: int, world: World) -> list[Block]:
    made = [rows.allergen_box(content.summary_of(view, world), width, world, filled=False)]
    opened = view.opened
    if opened is None:
        return made
    steps = [rows.step_row(number, text, width, world) for number, text in enumerate(opened.recipe.steps, start=1)]
    if steps:
        steps[0] = stacked(rows.heading("Steps", "", width, world), steps[0])
    notes = rows.text_block(opened.recipe.note, width, world, ink=look.CHANGED, shape="note")
    return [*steps, *notes, *made]
