"""Every state of the prep display and the expediter, as the draw operations that make it."""

from itertools import combinations

import pygame
import pytest

from station.renderers import theme as look
from station.renderers.paint import Painter
from station.renderers.scene import Box, Label, Rect
from station.renderers.theme import contrast

# These lie behind others on purpose: whatever is not a button of its own there.
_BEHIND = ("stay", "close", "column:")


def test_whatever_can_be_touched_is_at_least_64_px_each_way(scenes):
    for name, scene in scenes:
        for found in scene.found():
            assert min(found.rect.w, found.rect.h) >= 64, (name, found)


def test_no_two_things_that_can_be_touched_overlap(scenes):
    for name, scene in scenes:
        fronts = [found for found in scene.found() if not _behind(found.hit.action)]
        for one, other in combinations(fronts, 2):
            if one.hit.action == "message:seen" or other.hit.action == "message:seen":
                continue
            assert not one.rect.meets(other.rect), (name, one, other)


def test_nothing_that_can_be_touched_lies_outside_the_screen(scenes):
    for name, scene in scenes:
        screen = Rect(0, 0, *scene.size)
        for found in scene.found():
            assert found.rect.x >= 0, (name, found)
            assert found.rect.y >= 0, (name, found)
            assert found.rect.right <= screen.right, (name, found)
            assert found.rect.bottom <= screen.bottom, (name, found)


def test_every_hit_says_to_a_person_what_it_is(scenes):
    for name, scene in scenes:
        assert all(found.hit.label for found in scene.found()), name


def test_every_text_stands_within_its_panel_and_numbers_are_never_cut(scenes, fonts):
    for name, scene in scenes:
        for panel in scene.panels:
            for op in panel.ops:
                if not isinstance(op, Label):
                    continue
                width = fonts.width(op.text, op.size, op.weight, tabular=op.tabular)
                if not op.elide or op.text.isdigit():
                    assert width <= op.rect.w + 2, (name, panel.key, op)
                assert op.rect.x >= 0, (name, panel.key, op)
                assert op.rect.right <= panel.rect.w + 1, (name, panel.key, op)
                assert op.rect.y >= -1, (name, panel.key, op)
                assert op.rect.bottom <= panel.rect.h + 1, (name, panel.key, op)


def test_what_a_cook_must_read_is_never_cut(scenes, fonts):
    for name, scene in scenes:
        for panel in scene.panels:
            if not panel.key.startswith("card:"):
                continue
            for op in panel.ops:
                # The customer's name may be cut on a narrow card; dishes, wishes, allergies and notes may not.
                if isinstance(op, Label) and not op.text.startswith(("Eat in", "Take away")):
                    assert fonts.width(op.text, op.size, op.weight, tabular=op.tabular) <= op.rect.w + 1, (name, op)


def test_text_has_a_contrast_of_at_least_seven_to_what_it_stands_on(scenes):
    for name, scene in scenes:
        for panel in scene.panels:
            for index, op in enumerate(panel.ops):
                if isinstance(op, Label) and op.colour != look.OFF:
                    ground = _ground(panel, index, op.rect)
                    # Bold type on buttons of the menu's own colours needs less; nothing here stands on one.
                    assert contrast(op.colour, ground) >= 7, (name, panel.key, op, ground)


def test_no_text_stands_on_a_field_that_pulses(scenes):
    for name, scene in scenes:
        for panel in scene.panels:
            for index, op in enumerate(panel.ops):
                if isinstance(op, Label):
                    under = _under(panel, index, op.rect)
                    assert under is None or under.lit is None, (name, panel.key, op)


def test_urgent_cards_beat_and_say_which_level(scenes):
    found = dict(scenes)
    beats = {panel.key: panel.beat for panel in found["prep"].panels if panel.key.startswith("card:")}
    levels = {card.order: card.level for card in found["prep"].shown}
    assert {"red", "orange", None} <= set(beats.values())
    for key, beat in beats.items():
        assert (beat or "calm") == levels[key.split(":")[1]]


def test_a_long_card_continues_in_the_next_column(scenes):
    for name, scene in scenes:
        if name == "prep-2-columns":
            continue
        for panel in scene.panels:
            if panel.key.startswith("card:") and any(isinstance(o, Label) and o.text == "continues" for o in panel.ops):
                number = panel.key.rsplit(":", 1)[0]
                pieces = [other for other in scene.panels if other.key.startswith(f"{number}:")]
                assert len(pieces) > 1 or panel.rect.x == max(other.rect.x for other in scene.panels)


def test_colour_is_never_the_only_sign(scenes):
    """A removed wish is struck through, a done line too, and each wish has an icon of its own."""
    scene = dict(scenes)["prep"]
    ops = [op for panel in scene.panels for op in panel.ops]
    removed = [op for op in ops if isinstance(op, Label) and op.colour == look.REMOVED]
    assert removed
    assert all(op.strike for op in removed)
    assert {"plus", "minus", "change", "tick", "warning"} <= {op.shape for op in ops if hasattr(op, "shape")}


def test_cards_stand_in_columns_that_do_not_overlap(scenes):
    for name, scene in scenes:
        cards = [panel for panel in scene.panels if panel.key.startswith(("card:", "tile:", "order:"))]
        for one, other in combinations(cards, 2):
            assert not one.rect.meets(other.rect), (name, one.key, other.key)


def test_every_state_is_painted_and_looks_like_itself(scenes, fonts, tmp_path):
    pictures = set()
    for name, scene in scenes:
        surface = pygame.Surface(scene.size)
        Painter(surface, fonts).paint(scene, 0.6)
        path = tmp_path / f"{name}.png"
        pygame.image.save(surface, path)
        pictures.add(pygame.image.tobytes(surface, "RGB"))
        assert path.stat().st_size > 5_000, name
    assert len(pictures) == len(scenes)


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_the_number_on_a_card_can_be_read_from_three_metres(size):
    # On a 22 inch screen of 1920 px a pixel is 0.25 mm; capitals of 10 mm are 11 minutes of arc at 3 m.
    assert look.theme_for(*size).display * 0.727 >= (40 if size[0] == 1920 else 28)


def _behind(action):
    return action.startswith(_BEHIND)


def _under(panel, index, rect):
    """The last filled box below an operation that covers the middle of it."""
    x, y = rect.x + rect.w // 2, rect.y + rect.h // 2
    boxes = [
        op
        for op in panel.ops[:index]
        if isinstance(op, Box) and op.fill is not None and op.alpha == 255 and op.rect.contains(x, y)
    ]
    return boxes[-1] if boxes else None


def _ground(panel, index, rect):
    under = _under(panel, index, rect)
    if under is not None:
        return under.fill
    return panel.ground or look.CARD
