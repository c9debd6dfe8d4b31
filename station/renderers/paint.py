"""Draws a scene, and of it only what changed since the scene before.

A panel is drawn once into a surface of its own and kept until its content changes; the screen is put together from
these. What beats is kept in steps of brightness: a beating card costs a few small copies a frame, whatever is on it.
`paint` returns the rectangles that it touched; with nothing changed and nothing beating it touches none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import pygame

from station.domain.urgency import pulse
from station.renderers import pictures, shapes
from station.renderers.fonts import Fonts
from station.renderers.scene import Box, Colour, Icon, Label, Op, Panel, Picture, Rect, Scene
from station.renderers.theme import mix

STEPS: Final = 18
"""A pulse of 1.2 s at 30 frames a second has 36 frames, and its second half is its first one backwards."""


@dataclass(slots=True)
class _Made:
    """A panel as it is kept: its surface, and for what beats the strips in each step drawn so far."""

    panel: Panel
    surface: pygame.Surface
    regions: tuple[Rect, ...] = ()
    strips: dict[tuple[int, int], pygame.Surface] = field(default_factory=dict)
    covered: tuple[bool, ...] = ()


class Painter:
    """Draws into one surface, of the scene's size."""

    def __init__(self, surface: pygame.Surface, fonts: Fonts) -> None:
        self._surface, self._fonts = surface, fonts
        self._scene: Scene | None = None
        self._layers: list[_Made] = []
        self._step = -1

    def paint(self, scene: Scene, t_s: float) -> list[Rect]:
        """Brings the surface to this scene at this monotonic time; the rectangles that differ from before."""
        step = round(pulse(t_s) * STEPS)
        beaten, self._step = self._step, step
        damage: list[Rect] = []
        if scene is not self._scene:
            damage = self._change(scene)
            for rect in damage:
                self._compose(rect)
        return damage + self._beat() if step != beaten else damage

    def forget(self) -> None:
        """Everything is drawn anew at the next call: the surface was lost."""
        self._scene, self._layers = None, []

    def _change(self, scene: Scene) -> list[Rect]:
        whole = Rect(0, 0, *scene.size)
        before = {made.panel.key: made for made in self._layers}
        fresh = self._scene is None or self._scene.size != scene.size or self._scene.ground != scene.ground
        layers: list[_Made] = []
        damage: list[Rect] = []
        for panel in scene.layers():
            old = before.pop(panel.key, None)
            made = self._made(panel, old)
            layers.append(made)
            if old is None:
                damage.append(panel.rect)
            elif made is not old or old.panel.rect != panel.rect or old.panel.z != panel.z:
                damage += [old.panel.rect, panel.rect]
            made.panel = panel
        damage += [made.panel.rect for made in before.values()]
        self._scene, self._layers = scene, layers
        self._see_cover()
        return [whole] if fresh else _merged(damage, whole)

    def _made(self, panel: Panel, old: _Made | None) -> _Made:
        if old is not None and _same(old.panel, panel):
            return old
        veil = _veil(panel)
        if veil is not None:
            return _Made(panel, veil)
        surface = _blank(panel.rect, panel.ground)
        self._draw(surface, panel.ops, 0, 0, 0.0)
        return _Made(panel, surface, _regions(panel) if panel.beat else ())

    def _see_cover(self) -> None:
        """Notes which beating strips lie under another panel and so must be put together anew at each step."""
        for index, made in enumerate(self._layers):
            above = [other.panel.rect for other in self._layers[index + 1 :]]
            made.covered = tuple(
                made.panel.ground is None or any(rect.meets(_placed(region, made.panel.rect)) for rect in above)
                for region in made.regions
            )

    def _beat(self) -> list[Rect]:
        damage = []
        for made in self._layers:
            for index, region in enumerate(made.regions):
                rect = _placed(region, made.panel.rect)
                if made.covered[index]:
                    self._compose(rect)
                else:
                    self._surface.blit(self._strip(made, index), rect[:2])
                damage.append(rect)
        return damage

    def _compose(self, rect: Rect) -> None:
        scene = self._scene
        if scene is None:
            return
        self._surface.set_clip(rect)
        self._surface.fill(scene.ground, rect)
        for made in self._layers:
            if not made.panel.rect.meets(rect):
                continue
            self._surface.blit(made.surface, made.panel.rect[:2])
            for index, region in enumerate(made.regions):
                placed = _placed(region, made.panel.rect)
                if placed.meets(rect):
                    self._surface.blit(self._strip(made, index), placed[:2])
        self._surface.set_clip(None)

    def _strip(self, made: _Made, index: int) -> pygame.Surface:
        key = (index, self._step)
        found = made.strips.get(key)
        if found is None:
            region = made.regions[index]
            found = _blank(region, made.panel.ground)
            self._draw(found, made.panel.ops, -region.x, -region.y, self._step / STEPS)
            made.strips[key] = found
        return found

    def _draw(self, surface: pygame.Surface, ops: Iterable[Op], dx: int, dy: int, share: float) -> None:
        bounds = Rect(0, 0, *surface.get_size())
        for op in ops:
            rect = op.rect.moved(dx, dy)
            if not rect.meets(bounds):
                continue
            if isinstance(op, Box):
                fill = _lit(op.fill, op.lit, share)
                border = _lit(op.border, op.border_lit, share)
                shapes.box(surface, rect, fill, op.radius, border, op.border_px, op.alpha)
            elif isinstance(op, Label):
                self._label(surface, op, rect, _lit(op.colour, op.lit, share) or op.colour)
            elif isinstance(op, Picture):
                _picture(surface, op, rect)
            else:
                _icon(surface, op, rect, _lit(op.colour, op.lit, share) or op.colour)

    def _label(self, surface: pygame.Surface, label: Label, rect: Rect, colour: Colour) -> None:
        text = label.text
        if label.elide:
            text = self._fonts.fitted(text, label.size, label.weight, rect.w, tabular=label.tabular)
        if not text:
            return
        image = self._fonts.render(text, label.size, label.weight, colour, tabular=label.tabular)
        spare = rect.w - image.get_width()
        x = rect.x + {"left": 0, "centre": spare // 2, "right": spare}[label.align]
        y = rect.y + round(rect.h / 2 - self._fonts.middle(label.size, label.weight))
        surface.blit(image, (x, y))
        if label.strike:
            thick = max(2, label.size // 12)
            surface.fill(colour, (x, rect.y + (rect.h - thick) // 2, image.get_width(), thick))


def _icon(surface: pygame.Surface, op: Icon, rect: Rect, colour: Colour) -> None:
    size = min(rect.w, rect.h)
    if size > 0:
        image = shapes.icon(op.shape, size, colour)
        surface.blit(image, (rect.x + (rect.w - size) // 2, rect.y + (rect.h - size) // 2))


def _picture(surface: pygame.Surface, op: Picture, rect: Rect) -> None:
    image = pictures.fitted(op.path, rect.w, rect.h)
    if image is not None:
        surface.blit(image, (rect.x + (rect.w - image.get_width()) // 2, rect.y + (rect.h - image.get_height()) // 2))


def _blank(rect: Rect, ground: Colour | None) -> pygame.Surface:
    size = (max(1, rect.w), max(1, rect.h))
    if ground is None:
        surface = pygame.Surface(size, pygame.SRCALPHA)
        surface.fill((0, 0, 0, 0))
        return surface
    # Made like the screen itself, so that putting it there is a plain copy.
    surface = pygame.Surface(size)
    surface.fill(ground)
    return surface


def _veil(panel: Panel) -> pygame.Surface | None:
    """A panel that only dims what lies below, as one colour with one transparency: a third of the time of a pixel's own."""
    op = panel.ops[0] if len(panel.ops) == 1 and panel.ground is None else None
    if not isinstance(op, Box) or op.fill is None or op.radius or op.border is not None or op.alpha == 255:
        return None
    if op.rect != panel.rect.at_origin():
        return None
    surface = _blank(panel.rect, op.fill)
    surface.set_alpha(op.alpha)
    return surface


def _lit(colour: Colour | None, lit: Colour | None, share: float) -> Colour | None:
    return colour if colour is None or lit is None else mix(colour, lit, share)


def _same(old: Panel, new: Panel) -> bool:
    """Whether the two look alike, wherever they are."""
    return (
        old.rect.w == new.rect.w
        and old.rect.h == new.rect.h
        and old.ground == new.ground
        and old.beat == new.beat
        and old.ops == new.ops
    )


def _placed(region: Rect, panel: Rect) -> Rect:
    return region.moved(panel.x, panel.y)


def _regions(panel: Panel) -> tuple[Rect, ...]:
    """Where a panel beats: its lit fields, and the frames (not the insides) of boxes with a lit border."""
    found: list[Rect] = []
    for op in panel.ops:
        if op.lit is not None:
            found.append(op.rect)
        if isinstance(op, Box) and op.border_lit is not None:
            rect, thick, high = op.rect, op.border_px, max(op.border_px, op.radius)
            found += [
                rect.top(high),
                Rect(rect.x, rect.bottom - high, rect.w, high),
                Rect(rect.x, rect.y + high, thick, max(0, rect.h - 2 * high)),
                Rect(rect.right - thick, rect.y + high, thick, max(0, rect.h - 2 * high)),
            ]
    return _without_inner(rect for rect in found if rect.w > 0 and rect.h > 0)


def _without_inner(rects: Iterable[Rect]) -> tuple[Rect, ...]:
    """The rectangles that do not lie within another one."""
    kept: list[Rect] = []
    for rect in sorted(rects, key=lambda rect: -rect.w * rect.h):
        if not any(_union(rect, other) == other for other in kept):
            kept.append(rect)
    return tuple(kept)


def _merged(rects: Sequence[Rect], whole: Rect) -> list[Rect]:
    """The same area in rectangles that do not meet, cut to the screen."""
    waiting = [cut for rect in dict.fromkeys(rects) if (cut := _cut(rect, whole)) is not None]
    done: list[Rect] = []
    while waiting:
        rect = waiting.pop()
        meeting = next((other for other in done if other.meets(rect)), None)
        if meeting is None:
            done.append(rect)
        else:
            done.remove(meeting)
            waiting.append(_union(rect, meeting))
    return done


def _union(first: Rect, second: Rect) -> Rect:
    x, y = min(first.x, second.x), min(first.y, second.y)
    return Rect(x, y, max(first.right, second.right) - x, max(first.bottom, second.bottom) - y)


def _cut(rect: Rect, whole: Rect) -> Rect | None:
    x, y = max(rect.x, whole.x), max(rect.y, whole.y)
    right, bottom = min(rect.right, whole.right), min(rect.bottom, whole.bottom)
    return Rect(x, y, right - x, bottom - y) if right > x and bottom > y else None
