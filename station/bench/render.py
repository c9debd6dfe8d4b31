"""What a screen costs: a frame of 24 cards of which 12 pulse, at 1920x1080 in software, a screen that is idle, a recipe.

Frames are drawn by the painter alone, against one raw copy of a whole frame to the same surface. CPU shares are those of
the real renderer program, as the kernel counts them, with nothing else of a station running.
"""

import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import pygame

from station.bench import kitchen
from station.bench.floors import floors
from station.bench.recipes import opening
from station.bench.results import Reference, Result, report
from station.bench.scratch import ScratchStation
from station.data.master import init_master, seed_master
from station.data.queries.profile import change_settings
from station.data.session import open_engine, writing
from station.data.snapshot import build_snapshot
from station.domain.cards import Card
from station.domain.figures import percentile
from station.domain.menu import Profile
from station.errors import StationError
from station.renderers.fonts import Fonts
from station.renderers.output.window import Window
from station.renderers.paint import Painter
from station.renderers.prep import PrepRole
from station.renderers.scene import Scene

SIZE: Final = (1920, 1080)
SMALL: Final = (1024, 768)
LARGE: Final = (3840, 2160)
COLUMNS: Final = 6
TEXT_SCALE: Final = 0.75
FPS: Final = 30
CARDS: Final = 24
PULSING: Final = 12


def run(seconds: float = 10.0) -> dict[str, Any]:
    """`seconds` is how long each of the three is watched."""
    results = [
        *_frames(seconds),
        *floors(seconds / 2, SIZE),
        _busy(seconds),
        *_idle(seconds),
        *opening((SMALL, SIZE, LARGE)),
    ]
    return report("render", results)


def busy_ages() -> list[float]:
    """Twelve calm ones, six orange, six red; none of them changes its level while it is watched."""
    return [*(900.0 + n for n in range(6)), *(200.0 + n for n in range(6)), *(20.0 - n for n in range(12))]


def busy_scene(now: datetime, fonts: Fonts) -> Scene:
    """Raises StationError when it isn't the scene that the budget is about."""
    profile = Profile("bench", "prep", columns=COLUMNS, text_scale=TEXT_SCALE)
    cards = {card.key: card for card in short_cards(now, busy_ages())}
    world = kitchen.world(kitchen.shop(now, profile=profile), cards, now, fonts, size=SIZE)
    role = PrepRole()
    scene = role.scene(role.begin(world), world)
    beating = sum(panel.beat is not None for panel in scene.panels)
    if (len(scene.shown), beating) != (CARDS, PULSING):
        raise StationError(f"the bench's screen shows {len(scene.shown)} cards, {beating} beating: mend the bench")
    return scene


def short_cards(now: datetime, ages_s: Sequence[float]) -> list[Card]:
    """Short orders, so that 24 fit."""
    made = kitchen.cards(now, ages_s, lines=1).values()
    short = [
        msgspec.structs.replace(
            card.body,
            note="",
            lines=tuple(msgspec.structs.replace(line, name="Cheeseburger") for line in card.body.lines),
        )
        for card in made
    ]
    return [kitchen.placed(body, "stations/grill1")[1] for body in short]


def _frames(seconds: float) -> list[Result]:
    """A frame in which everything that beats has its next brightness, against a raw copy of the whole frame."""
    window = Window(SIZE, "bench", headless=True, fullscreen=False)
    fonts = Fonts()
    painter = Painter(window.surface, fonts)
    scene = busy_scene(datetime(2026, 11, 23, 12, 0, tzinfo=UTC), fonts)
    started = time.perf_counter()
    window.present(painter.paint(scene, 0.0))
    whole_ms = (time.perf_counter() - started) * 1e3
    # It differs from what is drawn only where cards beat, and there the next frame covers it.
    picture = window.surface.copy()
    ours, raw = [], []
    for frame in range(int(seconds * FPS)):
        moment = frame / FPS
        started = time.perf_counter()
        damage = painter.paint(scene, moment)
        if damage:
            window.present(damage)
            # The first period draws the steps of brightness, which are kept from then on.
            if frame >= 2 * FPS:
                ours.append((time.perf_counter() - started) * 1e3)
        started = time.perf_counter()
        window.surface.blit(picture, (0, 0))
        pygame.display.update()
        raw.append((time.perf_counter() - started) * 1e3)
    window.close()
    p50, other = percentile(ours, 50), percentile(raw, 50)
    reference = Reference("raw copy of the whole frame", round(other, 3))
    return [
        Result(
            "a frame of 24 cards, 12 pulsing",
            len(ours),
            round(p50, 3),
            round(percentile(ours, 99), 3),
            reference,
            round(p50 / other, 2),
            "p99 ≤ 16.7 ms: 60 fps can be held",
            percentile(ours, 99) <= 1000 / 60,
        ),
        Result("the first frame, everything drawn", 1, round(whole_ms, 3), None, reference, round(whole_ms / other, 2)),
    ]


def _busy(seconds: float) -> Result:
    """The real program with 24 cards, 12 pulsing."""
    with tempfile.TemporaryDirectory(prefix="station-bench-") as folder:
        station = _station(Path(folder))
        station.put(short_cards(datetime.now(UTC), busy_ages()))
        with station.running() as program:
            seen = _settled(station)
            beating = sum(card["level"] != "calm" for card in seen["cards"])
            if (len(seen["cards"]), beating) != (CARDS, PULSING):
                raise StationError(f"the program shows {len(seen['cards'])} cards, {beating} beating: mend the bench")
            share, _ = _watched(program.pid, seconds)
            frames = int(station.ask(ask="describe")["frame"]) - int(seen["frame"])
    return Result(
        f"the program with 24 cards, 12 pulsing ({frames / seconds:.0f} frames a second differ): CPU a frame at 30 fps",
        frames,
        round(share * 1000 / FPS, 3),
        None,
        Reference("one core", None),
        round(share, 4),
        "≤ 0.25 of one core at 30 fps",
        share <= 0.25,
    )


def _idle(seconds: float) -> list[Result]:
    """The real program with ten calm cards, nobody touching it."""
    with tempfile.TemporaryDirectory(prefix="station-bench-") as folder:
        station = _station(Path(folder))
        station.put(short_cards(datetime.now(UTC), [float(n) for n in range(10)]))
        with station.running() as program:
            _settled(station)
            share, wakes = _watched(program.pid, seconds)
    return [
        Result(
            "an idle screen with 10 calm cards: CPU",
            1,
            reference=Reference("one core", None),
            ratio=round(share, 4),
            budget="≤ 0.02 of one core",
            ok=share <= 0.02,
        ),
        Result(
            f"an idle screen with 10 calm cards: {wakes:.1f} wake-ups a second",
            round(wakes * seconds),
            reference=Reference("4 a second", None),
            ratio=round(wakes / 4, 2),
            budget="≤ 4 a second",
            ok=wakes <= 4,
        ),
    ]


def _station(home: Path) -> ScratchStation:
    """A grill of the demo shop, with as many columns as 24 cards need."""
    station = ScratchStation(home, "grill1", "prep", SIZE)
    init_master(station.master_url)
    seed_master(station.master_url)
    fetch_for_24(station)
    station.tell()
    return station


def fetch_for_24(station: ScratchStation) -> None:
    """Sets what 24 cards need on this station's screen, and makes its snapshot."""
    engine = open_engine(station.master_url)
    with writing(engine) as conn:
        change_settings(conn, station.code, {"columns": str(COLUMNS), "text_scale": str(TEXT_SCALE)})
    build_snapshot(engine, station.home / "data" / "snapshot.db")
    engine.dispose()


def _settled(station: ScratchStation) -> dict[str, Any]:
    """Once the first flashes are over and every step of brightness was drawn."""
    station.wait_until_seen()
    time.sleep(5.0)
    return station.ask(ask="describe")


def _watched(pid: int, seconds: float) -> tuple[float, float]:
    """Share of one core, and times a second that any of its threads woke."""
    cpu, wakes, began = _cpu_s(pid), _wakes(pid), time.monotonic()
    time.sleep(seconds)
    passed = time.monotonic() - began
    return (_cpu_s(pid) - cpu) / passed, (_wakes(pid) - wakes) / passed


def _cpu_s(pid: int) -> float:
    """User and system time; the scheduler's own count is in nanoseconds, /proc/<pid>/stat in hundredths."""
    return sum(int((task / "schedstat").read_text().split()[0]) / 1e9 for task in Path(f"/proc/{pid}/task").iterdir())


def _wakes(pid: int) -> int:
    return sum(
        int(line.split()[1])
        for task in Path(f"/proc/{pid}/task").iterdir()
        for line in (task / "status").read_text().splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )
