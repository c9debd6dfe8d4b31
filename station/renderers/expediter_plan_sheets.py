"""The sheets of the dispatch plan: all stations, one station's groups, and what evening the loads out would move."""

from station.domain.menu import StationInfo
from station.domain.plan import Plan
from station.renderers import floor_view as floor
from station.renderers import theme as look
from station.renderers.expediter_actions import ExpediterState
from station.renderers.expediter_plan import proposal, stations, weight_of
from station.renderers.scene import Box, Drawn, Label, Op, Panel, Rect, Shape, drawn
from station.renderers.widgets.button import button
from station.renderers.widgets.listing import Row, fits, listing, pager, rows_height
from station.renderers.widgets.sheet import content_rect, sheet, sheet_rect
from station.renderers.widgets.tabs import tabs
from station.renderers.widgets.text import counted, station_name
from station.renderers.world import World


def plan_sheets(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    if state.overlay == "balance":
        return _balance(state, world)
    if state.overlay == "pins":
        return _pins(state, world)
    return _preview(state, world) if state.overlay == "rebalance" else ()


def picked_station(state: ExpediterState, world: World) -> StationInfo | None:
    """The station that the keyboard stands on."""
    found = stations(world)
    return found[min(state.choice, len(found) - 1)] if found else None


def _balance(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    theme, plan, found = world.theme, world.plan, stations(world)
    gap = theme.px(10)
    high = max(theme.touch, theme.px(92))
    wide = sheet_rect(world, 0.86, 0.92).w - theme.pad * 4
    across = 2 if len(found) > 5 and wide >= 2 * theme.px(760) else 1
    tiers = -(-len(found) // across)
    rect = sheet_rect(world, 0.86 if across == 2 else 0.6, 0.92, (tiers + 1) * (high + gap) + gap)
    area = content_rect(world, rect)
    made = _mode(area.top(high), plan, world)
    room = area.below(high + gap)
    shown = max(1, (room.h + gap) // (high + gap))
    pages = -(-tiers // shown)
    if pages > 1:
        shown = max(1, shown - 1)
        pages = -(-tiers // shown)
    first = min(state.choice // (shown * across), pages - 1) * shown * across
    rows = found[first : first + shown * across]
    for index, station in enumerate(rows):
        cell = room.split_columns(across, theme.pad * 2)[index // shown]
        row = Rect(cell.x, cell.y + index % shown * (high + gap), cell.w, high)
        made += _station(row, station, plan, world, chosen=state.choice == first + index)
    if pages > 1:
        low = Rect(room.x, room.y + shown * (high + gap), room.w, high)
        made += _pages(low, first, shown * across, len(found), world)
    return sheet(world, "sheet:balance", "Who gets the orders?", rect, made)


def _mode(row: Rect, plan: Plan, world: World) -> Drawn:
    theme = world.theme
    half = row.w // 2 - theme.px(6)
    made = tabs(
        row.left(half),
        (("mode:automatic", "Automatic"), ("mode:manual", "By hand")),
        "mode:automatic" if plan.automatic else "mode:manual",
        world,
        keys=("A", "M"),
    )
    count = len(proposal(world))
    text = f"Even out: {counted(count, 'order')} would move" if count else "The loads are even"
    return made + button(
        row.after(row.w - half), text, "rebalance", theme, enabled=bool(count), key="B", pressed=world.pressed
    )


def _pages(row: Rect, first: int, step: int, count: int, world: World) -> Drawn:
    following = first + step if first + step < count else 0
    text = f"Stations {first + 1} to {min(first + step, count)} of {count}: more"
    return button(row, text, f"stations:{following}", world.theme, key="PgDn", pressed=world.pressed)


def _station(row: Rect, station: StationInfo, plan: Plan, world: World, *, chosen: bool) -> Drawn:
    """Its name and load; less, how much it takes, more; its groups; pause."""
    theme, code = world.theme, station.code
    gap, side = theme.px(8), theme.touch
    locked = world.locked("token.transfer")
    paused, weight = plan.paused(code), weight_of(station, plan)
    pause_w = max(side, theme.px(170))
    tools_w = 3 * side + theme.px(104) + pause_w + 5 * gap
    ops: list[Op] = [
        Box(row, look.RAISED, theme.radius, look.ACCENT if chosen else None, theme.px(4)),
        *_name(row.left(row.w - tools_w), station, plan, world),
    ]
    x = row.right - tools_w
    y = row.y + (row.h - side) // 2
    ops.append(
        Label(
            Rect(x + side, y, theme.px(104), side), f"{weight} %", theme.body, look.TEXT, "bold", "centre", tabular=True
        )
    )
    made = drawn(ops)
    name = station_name(code)
    tools: tuple[tuple[int, str, Shape, str], ...] = (
        (x, f"weigh:-{code}", "minus", f"{name} takes less"),
        (x + side + theme.px(104), f"weigh:+{code}", "plus", f"{name} takes more"),
        (x + 2 * side + theme.px(104) + gap, f"balance:{code}", "link", f"Groups of {name}"),
    )
    for place, action, icon, text in tools:
        made += button(
            Rect(place, y, side, side),
            "",
            action,
            theme,
            icon=icon,
            label=text,
            locked=locked and action.startswith("weigh"),
            pressed=world.pressed,
        )
    return made + button(
        Rect(row.right - pause_w - gap, y, pause_w, side),
        "Resume" if paused else "Pause",
        f"pause:{code}",
        theme,
        icon="play" if paused else "pause",
        kind="primary" if paused else "plain",
        locked=locked,
        label=f"{name} takes orders again" if paused else f"{name} takes no more orders",
        pressed=world.pressed,
    )


def _name(room: Rect, station: StationInfo, plan: Plan, world: World) -> list[Op]:
    theme = world.theme
    inner = room.inset(theme.px(16), theme.px(6))
    line = theme.line(theme.body)
    items = floor.load(world, station.code)
    pinned = [group for group, code in plan.pins.items() if code == station.code]
    told = [floor.load_text(items)]
    if world.silent(station.code):
        told.append("does not answer")
    if plan.paused(station.code):
        told.append("paused")
    if pinned:
        told.append(f"all {', '.join(pinned)}")
    top = inner.y + (inner.h - line - theme.line(theme.label)) // 2
    return [
        Label(Rect(inner.x, top, inner.w, line), station_name(station.code), theme.body, look.TEXT, "bold"),
        Label(
            Rect(inner.x, top + line, inner.w, theme.line(theme.label)),
            " · ".join(told),
            theme.label,
            look.MUTED,
            "medium",
        ),
    ]


def _pins(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    """The groups that a station can make: all of a group to it, or to whichever has least."""
    station = next((one for one in stations(world) if one.code == state.station), None)
    if station is None:
        return ()
    theme, plan = world.theme, world.plan
    groups = sorted(station.groups)
    gap, high = theme.px(10), max(theme.touch, theme.px(92))
    rect = sheet_rect(world, 0.5, 0.8, len(groups) * (high + gap))
    area = content_rect(world, rect)
    made = Drawn()
    for index, group in enumerate(groups):
        row = Rect(area.x, area.y + index * (high + gap), area.w, high)
        mine = plan.pins.get(group) == station.code
        elsewhere = plan.pins.get(group, "") if not mine else ""
        text = (
            f"All {group} comes here"
            if mine
            else f"All {group} goes to {station_name(elsewhere)}"
            if elsewhere
            else group
        )
        made += button(
            row,
            f"{text[:1].upper()}{text[1:]}",
            f"pin:{group}:{station.code}",
            theme,
            kind="chosen" if mine else "plain",
            icon="tick" if mine else None,
            locked=world.locked("token.transfer"),
            key=str(index + 1) if index < 9 else "",
            label=f"{group}: {'to whichever has least' if mine else f'all to {station_name(station.code)}'}",
            pressed=world.pressed,
        )
    return sheet(world, "sheet:pins", f"What shall all go to {station_name(station.code)}?", rect, made)


def _preview(state: ExpediterState, world: World) -> tuple[Panel, ...]:
    theme = world.theme
    rows = [
        Row(
            "",
            f"{shift.number.upper()}   {station_name(shift.source)} to {station_name(shift.target)}",
            shift.why,
            amount=counted(shift.items, "item"),
        )
        for shift in state.shifts
    ]
    low = max(theme.touch, theme.px(96))
    rect = sheet_rect(world, 0.6, 0.9, rows_height(len(rows), world, notes=True) + low + theme.pad)
    area = content_rect(world, rect)
    room = area.top(area.h - low - theme.pad)
    many = fits(room, world, notes=True)
    pages = -(-len(rows) // many)
    if pages > 1:
        many = max(1, fits(room.top(room.h - low), world, notes=True))
        pages = -(-len(rows) // many)
    page = min(state.choice, pages - 1)
    made = listing(room, rows[page * many : (page + 1) * many], world, notes=True)
    if pages > 1:
        made += pager(Rect(room.x, room.bottom - low, room.w, theme.touch), page, pages, world, "stations")
    foot = Rect(area.x, area.bottom - low, area.w, low)
    leave, go = foot.split_columns(2, theme.pad)
    made += button(leave, "Leave all where they are", "close", theme, pressed=world.pressed, size=theme.body)
    made += button(
        go,
        f"Move {counted(len(rows), 'order')}",
        "rebalance_now",
        theme,
        kind="primary",
        locked=world.locked("token.transfer"),
        key="Enter",
        pressed=world.pressed,
        size=theme.body,
    )
    return sheet(world, "sheet:rebalance", "This would move", rect, made)


def plan_words(code: str, plan: Plan, otherwise: int) -> str:
    """For a station's column: that it is paused, how much it takes; nothing when all is as usual."""
    weight = plan.weight_percent(code, otherwise)
    words = ["paused"] if plan.paused(code) else []
    if weight != 100:
        words.append(f"{weight} %")
    words += [f"all {group}" for group, to in plan.pins.items() if to == code]
    return " · ".join(words)
