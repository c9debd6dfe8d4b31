"""Where things stand on a till: categories and tiles at the left, the order at the right, tools over it, a bar below."""

from dataclasses import dataclass, replace

from station.domain.money import format_minor
from station.renderers.scene import Rect
from station.renderers.world import World


@dataclass(frozen=True, slots=True)
class Areas:
    tabs: Rect
    tools: Rect
    menu: Rect
    order: Rect
    status: Rect


def areas(world: World) -> Areas:
    """The order takes 600 of 1920 pixels, and on a small screen as much as six touch targets need."""
    width, height = world.size
    theme = world.theme
    side = max(theme.px(600), 420)
    gap = theme.px(14)
    top = max(64 + 2 * theme.px(7), 64 + gap, theme.px(100))
    middle = Rect(0, top, width - side, height - top - theme.status)
    return Areas(
        tabs=Rect(gap, gap // 2, middle.w - 2 * gap, top - gap),
        tools=Rect(middle.w, 0, side, top),
        menu=Rect(gap, top + gap // 2, middle.w - 2 * gap, middle.h - gap),
        order=Rect(middle.w, top, side, middle.h),
        status=Rect(0, height - theme.status, width, theme.status),
    )


def left_world(world: World) -> World:
    """The world as if the screen ended where the order begins, for strips that must not cover it."""
    return replace(world, size=(areas(world).order.x, world.size[1]))


def trouble_rect(world: World) -> Rect:
    """Where the till says what is wrong with an order of its own; the tiles stand closer meanwhile."""
    theme = world.theme
    menu = areas(world).menu
    height = theme.touch + theme.px(16)
    return Rect(menu.x, menu.bottom - height, menu.w, height)


def money(minor: int, world: World, *, sign: bool = True) -> str:
    return format_minor(minor, world.shop.menu.currency, sign=sign)
