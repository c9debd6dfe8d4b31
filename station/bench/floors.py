"""What the two kitchen screens cost with few orders and with very many: made anew after a change, and a frame in which they pulse."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pygame

from station.bench import kitchen
from station.bench.results import Reference, Result
from station.daemon import keep_for_good
from station.domain.cards import Card
from station.domain.figures import percentile
from station.domain.menu import Person, Profile
from station.domain.token import Key
from station.renderers.expediter import ExpediterRole
from station.renderers.fonts import Fonts
from station.renderers.output.window import Window
from station.renderers.paint import Painter
from station.renderers.prep import PrepRole
from station.renderers.world import World

FEW: Final = 24
MANY: Final = 200
FPS: Final = 30
NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PERIOD_FRAMES: Final = 36
"""One pulse and a little more: by then every step of brightness has been drawn once."""


def floors(seconds: float, size: tuple[int, int]) -> list[Result]:
    """`seconds`: how long each of the four is watched, half of it anew and half pulsing."""
    results: list[Result] = []
    # As the program does.
    keep_for_good()
    for orders in (FEW, MANY):
        results += _watched("prep display", PrepRole(), _prep, orders, seconds, size)
        results += _watched("expediter, 16 stations", ExpediterRole(), _expediter, orders, seconds, size)
    return results


def _prep(orders: int, fonts: Fonts, size: tuple[int, int]) -> World:
    profile = Profile("bench", "prep", columns=6, text_scale=0.75)
    cards = kitchen.cards(NOW, [15.0 + 7 * (number % 50) for number in range(orders)], lines=2)
    return kitchen.world(kitchen.shop(NOW, profile=profile), cards, NOW, fonts, size=size)


def _expediter(orders: int, fonts: Fonts, size: tuple[int, int]) -> World:
    shop, cards = kitchen.crowd(NOW, orders)
    person = Person(kitchen.ident(1, NOW), "Sofie", "lead", kitchen.COOK_PERMISSIONS)
    return kitchen.world(shop, cards, NOW, fonts, station="exp1", size=size, person=person)


def _watched(
    name: str,
    role: Any,
    world_of: Callable[[int, Fonts, tuple[int, int]], World],
    orders: int,
    seconds: float,
    size: tuple[int, int],
) -> list[Result]:
    window, fonts = Window(size, "bench", headless=True, fullscreen=False), Fonts()
    painter, world = Painter(window.surface, fonts), world_of(orders, fonts, size)
    state = role.begin(world)
    scene = role.scene(state, world)
    window.present(painter.paint(scene, 0.0))
    anew = []
    for change in range(max(10, int(seconds * 10))):
        world = replace(world, cards=_changed(world.cards, change), now=world.now + timedelta(milliseconds=100))
        started = time.perf_counter()
        scene = role.scene(state, world)
        damage = painter.paint(scene, 0.0)
        window.present(damage)
        anew.append((time.perf_counter() - started) * 1e3)
    pulsing, raw = [], []
    picture = window.surface.copy()
    for frame in range(PERIOD_FRAMES * 2 + int(seconds * FPS / 2)):
        started = time.perf_counter()
        if damage := painter.paint(scene, frame / FPS):
            window.present(damage)
        if frame >= PERIOD_FRAMES * 2:
            pulsing.append((time.perf_counter() - started) * 1e3)
        started = time.perf_counter()
        window.surface.blit(picture, (0, 0))
        pygame.display.update()
        raw.append((time.perf_counter() - started) * 1e3)
    window.close()
    other = percentile(raw, 50)
    reference = Reference("raw copy of the whole frame", round(other, 3))
    return [
        _result(
            f"{name}, {orders} orders: a change on the screen",
            anew,
            reference,
            33.0,
            "p99 ≤ 33 ms: the next frame but one",
        ),
        _result(
            f"{name}, {orders} orders: a frame that pulses",
            pulsing,
            reference,
            1000 / 60,
            "p99 ≤ 16.7 ms: 60 fps can be held",
        ),
    ]


def _changed(cards: Any, change: int) -> dict[Key, Card]:
    """One card more or less pending: the smallest change that a floor makes."""
    after = dict(cards)
    key = sorted(after)[change % len(after)]
    after[key] = replace(after[key], pending=not after[key].pending)
    return after


def _result(name: str, measured: list[float], reference: Reference, most_ms: float, budget: str) -> Result:
    p50, p99 = percentile(measured, 50), percentile(measured, 99)
    ratio = round(p50 / (reference.p50_ms or 1.0), 2)
    return Result(name, len(measured), round(p50, 3), round(p99, 3), reference, ratio, budget, p99 <= most_ms)
