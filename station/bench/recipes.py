"""What opening a recipe costs: from the cook's touch to the frame that shows it, with the demo shop's real snapshot.

A prep display reads all recipes together with the shop, whenever a new snapshot has come; that reading is told beside. Measured
without the 0.6 s that make a touch a long one.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
import pygame

from station.bench import kitchen
from station.bench.desk import BenchDesk
from station.bench.results import Reference, Result
from station.bench.scratch import ScratchStation
from station.daemon import keep_for_good
from station.data.snapshot import Snapshots
from station.domain.cards import Card
from station.domain.figures import percentile
from station.domain.menu import Shop
from station.domain.token import Line
from station.errors import StationError
from station.renderers.fonts import Fonts
from station.renderers.paint import Painter
from station.renderers.prep import PrepRole
from station.renderers.prep_state import PrepState
from station.renderers.role import Held
from station.renderers.sources import ShopFile

BUDGET_MS: Final = 100.0


def opening(sizes: Sequence[tuple[int, int]]) -> list[Result]:
    """Every dish of the menu, on each of these sizes of a screen."""
    with tempfile.TemporaryDirectory(prefix="station-bench-") as folder:
        station = ScratchStation(Path(folder), "grill1", "prep")
        station.make_snapshot()
        path = Path(folder) / "data" / "snapshot.db"
        found = []
        for size in sizes:
            source = ShopFile(path, station.code, recipes=True)
            source.poll()
            if source.shop is None:
                raise StationError(f"the bench's snapshot cannot be read: {source.problem}")
            fonts = Fonts()
            # As the program does.
            keep_for_good()
            times = [_opened(source.shop, source, n, size, fonts) for n in range(len(source.shop.menu.items))]
            found.append(_result(size, times))
        return [*found, _reading(path, station.code)]


def _reading(path: Path, code: str) -> Result:
    """How long the reading of all recipes holds the screen up, once for each new snapshot."""
    times_ms = []
    for _ in range(10):
        snapshots = Snapshots(path, code)
        started = time.perf_counter()
        snapshots.read_recipes()
        times_ms.append((time.perf_counter() - started) * 1e3)
    p50 = percentile(times_ms, 50)
    return Result("reading all recipes of a new snapshot", len(times_ms), round(p50, 3), round(max(times_ms), 3))


def _opened(shop: Shop, source: ShopFile, number: int, size: tuple[int, int], fonts: Fonts) -> float:
    """Milliseconds from the event to the frame."""
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    item = shop.menu.items[number % len(shop.menu.items)]
    line = Line(id=kitchen.ident(1, now), item=item.id, name=item.name, count=3, group=item.prep_group)
    body = msgspec.structs.replace(kitchen.body(number, now, age_s=60.0, lines=1), lines=(line,))
    key, card = kitchen.placed(body, "stations/grill1")
    world = kitchen.world(shop, {key: card}, now, fonts, size=size)
    role, desk = PrepRole(), BenchDesk(source.recipe)
    painter = Painter(pygame.Surface(size), fonts)
    state = role.begin(world)
    painter.paint(role.scene(state, world), 0.0)
    started = time.perf_counter()
    state, _ = role.handle(state, Held(f"recipe:{key[0]}:{key[1]}:{line.id}"), world, desk)
    painter.paint(role.scene(role.notice(state, world, desk), world), 0.0)
    took_ms = (time.perf_counter() - started) * 1e3
    _check(state, card)
    return took_ms


def _check(state: PrepState, card: Card) -> None:
    if state.recipe is None or not state.recipe.trail:
        raise StationError(f"the bench opened no recipe for {card.body.lines[0].name}: mend the bench")


def _result(size: tuple[int, int], times_ms: list[float]) -> Result:
    p50, p99 = percentile(times_ms, 50), percentile(times_ms, 99)
    return Result(
        f"a recipe opened at {size[0]}x{size[1]}",
        len(times_ms),
        round(p50, 3),
        round(p99, 3),
        Reference("what a person takes for at once", BUDGET_MS),
        round(p50 / BUDGET_MS, 3),
        f"p99 ≤ {BUDGET_MS:.0f} ms",
        p99 <= BUDGET_MS,
    )
