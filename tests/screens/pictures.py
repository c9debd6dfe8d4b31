"""`make pictures`: every state of the kitchen's screens on contact sheets in docs/screens/states, one for each screen and size."""

import os
import sys
import tempfile
from collections import Counter as Count
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
sys.path.insert(0, str(Path(__file__).parent))

sys.path.insert(0, str(Path(__file__).parents[2]))

import conftest as states
import pygame
from PIL import Image

import tests.screens.test_till_screens as tills
from station.bench.scratch import ScratchStation
from station.data.snapshot import Snapshots
from station.domain.printed import set_rows
from station.domain.receipt import receipt
from station.domain.slips import kitchen_ticket, report_slip
from station.domain.till_takings import till_takings
from station.local.journal import Journal
from station.printing.escpos_out import encoded
from station.printing.preview import preview
from station.renderers.fonts import Fonts
from station.renderers.paint import Painter
from tests.printing.conftest import Counter

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens" / "states"
SIZES = ((1920, 1080), (1024, 768), (3840, 2160))


def till(fonts, size):
    """Every state of a till, of the demo shop."""
    with tempfile.TemporaryDirectory() as folder:
        station = ScratchStation(Path(folder), "till1", "till")
        station.make_snapshot()
        shop = Snapshots(Path(folder) / "data" / "snapshot.db", "till1").load()
    world = tills.make_world(shop, fonts, size)
    for name in tills.STATES:
        state, around = tills.state_of(name, world)
        yield name, tills.ROLE.scene(state, around)


def printed(path):
    """A receipt, a kitchen's ticket and an X report, byte for byte as a printer gets them."""
    with tempfile.TemporaryDirectory() as folder:
        ScratchStation(Path(folder), "till1", "till").make_snapshot()
        shop = Snapshots(Path(folder) / "data" / "snapshot.db", "till1").load()
        journal = Journal(Path(folder) / "journal.db", "till1")
        counter = Counter(shop, journal).floated()
        counter.add("Classic burger", "Chips", "Falafel bowl", "Cola")
        counter.tap("more", "discount:", "give:percent").digits("10").tap("discount:typed", "why:Staff")
        counter.tap("mode:take_away", "pay", "tender:cash:5000", "next")
        (order,) = counter.ledger.orders.values()
        papers = (
            receipt(order, shop),
            kitchen_ticket(order.sale.token, shop),
            report_slip(till_takings(counter.ledger, shop, "till1"), shop),
        )
        journal.close()
    strips = [preview(encoded(set_rows(paper, 42), 42)).picture for paper in papers]
    whole = Image.new("L", (sum(one.width for one in strips), max(one.height for one in strips)), 160)
    x = 0
    for one in strips:
        whole.paste(one, (x, 0))
        x += one.width
    whole.resize((whole.width * 3 // 5, whole.height * 3 // 5)).quantize(16).save(path, optimize=True)


SCREENS = {"till": till, "prep": states._prep, "expediter": states._expediter, "getting-in": states._getting_in}
ACROSS, WIDE, GAP, CAPTION = 5, 480, 10, 22
COLOURS = 256


def main():
    pygame.init()
    pygame.display.set_mode((1, 1))
    FOLDER.mkdir(parents=True, exist_ok=True)
    fonts = Fonts()
    printed(FOLDER.parent / "receipt.png")
    for name, state in (("till", "discounted"), ("till-paying", "paying"), ("till-closing", "closing")):
        for size in ((1920, 1080), (1024, 768)):
            scene = dict(till(fonts, size))[state]
            surface = pygame.Surface(size)
            Painter(surface, fonts).paint(scene, 0.6)
            small = (
                pygame.transform.smoothscale(surface, (size[0] * 5 // 8, size[1] * 5 // 8))
                if size[0] > 1024
                else surface
            )
            save(small, FOLDER.parent / (f"{name}.png" if size[0] > 1024 else f"{name}-1024.png"))
    for screen, scenes in SCREENS.items():
        for size in SIZES:
            path = FOLDER / f"{screen}-{size[0]}.png"
            save(sheet(list(scenes(fonts, size)), size, fonts), path)
            sys.stdout.write(f"{path.stat().st_size // 1024:5} KiB  {path.name}\n")


def sheet(scenes, size, fonts):
    """Each state, small, with its name under it."""
    high = WIDE * size[1] // size[0]
    rows = -(-len(scenes) // ACROSS)
    whole = pygame.Surface(((WIDE + GAP) * ACROSS + GAP, (high + CAPTION + GAP) * rows + GAP))
    whole.fill((60, 66, 74))
    for index, (name, scene) in enumerate(scenes):
        surface = pygame.Surface(size)
        Painter(surface, fonts).paint(scene, 0.6)
        x, y = GAP + index % ACROSS * (WIDE + GAP), GAP + index // ACROSS * (high + CAPTION + GAP)
        whole.blit(pygame.transform.smoothscale(surface, (WIDE, high)), (x, y))
        whole.blit(fonts.render(name, 16, "medium", (243, 246, 249)), (x, y + high + 1))
    return whole


def save(surface, path):
    """With the colours that it uses most: a fifth of the bytes."""
    pixels = pygame.image.tobytes(surface, "RGB")
    found = Count(pixels[at : at + 3] for at in range(0, len(pixels), 3))
    palette = [tuple(colour) for colour, _ in found.most_common(COLOURS)]
    nearest = {colour: min(range(len(palette)), key=lambda n: distance(palette[n], colour)) for colour in found}
    indexes = bytes(nearest[pixels[at : at + 3]] for at in range(0, len(pixels), 3))
    small = pygame.image.frombuffer(indexes, surface.get_size(), "P")
    small.set_palette(palette + [(0, 0, 0)] * (COLOURS - len(palette)))
    pygame.image.save(small, path)


def distance(one, other):
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))


if __name__ == "__main__":
    main()
