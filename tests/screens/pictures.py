"""`make pictures`: every state of the kitchen's screens on contact sheets in docs/screens/states, one for each screen and size."""

import os
import sys
from collections import Counter
from pathlib import Path

os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
sys.path.insert(0, str(Path(__file__).parent))

import conftest as states
import pygame

from station.renderers.fonts import Fonts
from station.renderers.paint import Painter

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screens" / "states"
SIZES = ((1920, 1080), (1024, 768), (3840, 2160))
SCREENS = {"prep": states._prep, "expediter": states._expediter, "getting-in": states._getting_in}
ACROSS, WIDE, GAP, CAPTION = 5, 480, 10, 22
COLOURS = 256


def main():
    pygame.init()
    pygame.display.set_mode((1, 1))
    FOLDER.mkdir(parents=True, exist_ok=True)
    fonts = Fonts()
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
    found = Counter(pixels[at : at + 3] for at in range(0, len(pixels), 3))
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
