"""Every state of the prep display and the expediter, as the draw operations that make it."""

import math
from datetime import UTC, datetime
from itertools import combinations

import pygame
import pytest

from station.bench import kitchen
from station.domain.urgency import PERIOD_S
from station.renderers import theme as look
from station.renderers.expediter_view import NARROWEST
from station.renderers.paint import STEPS, Painter
from station.renderers.prep import PrepRole
from station.renderers.scene import Box, Label, Rect
from station.renderers.theme import contrast

NOW = datetime(2026, 11, 23, 12, 34, 20, tzinfo=UTC)
# These lie behind others on purpose: whatever is not a button of its own there.
_BEHIND = ("stay", "close", "column:", "approval:cancel")


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
        # What must be read beats too, in no colour of urgency.
        assert (beat if beat not in {None, "new"} else "calm") == levels[key.split(":")[1]]


def test_a_long_card_continues_in_the_next_column(scenes):
    for name, scene in scenes:
        if name == "prep-2-columns":
            continue
        for panel in scene.panels:
            if panel.key.startswith("card:") and any(
                isinstance(o, Label) and o.text == "continues at the right" for o in panel.ops
            ):
                number = panel.key.rsplit(":", 1)[0]
                pieces = [other for other in scene.panels if other.key.startswith(f"{number}:")]
                assert any(other.rect.x > panel.rect.x for other in pieces), name


def test_a_card_whose_end_is_not_on_the_screen_says_how_many_lines_are_missing(scenes):
    scene = dict(scenes)["prep-long"]
    told = [
        (panel, op.text)
        for panel in scene.panels
        for op in panel.ops
        if isinstance(op, Label) and op.text.endswith("not shown yet")
    ]
    ((panel, text),) = told
    lines = sum(found.action.startswith("tick:") for found in panel.hits)
    pieces = [other for other in scene.panels if other.key.rsplit(":", 1)[0] == panel.key.rsplit(":", 1)[0]]
    shown = sum(hit.action.startswith("tick:") for piece in pieces for hit in piece.hits)
    assert lines
    assert text == f"+{14 - shown} lines not shown yet"


def test_colour_is_never_the_only_sign(scenes):
    """Each wish has an icon of its own, a done line a tick, a cancelled one a cross."""
    ops = [op for name in ("prep", "prep-changed") for panel in dict(scenes)[name].panels for op in panel.ops]
    shapes = {op.shape for op in ops if hasattr(op, "shape")}
    assert {"plus", "minus", "change", "tick", "cross", "warning"} <= shapes


def test_only_what_was_cancelled_is_struck_through(scenes):
    """ "No ice" struck through would read as ice."""
    shown = [panel for name in ("prep", "prep-changed") for panel in dict(scenes)[name].panels]
    labels = [op for panel in shown if panel.key.startswith("card:") for op in panel.ops if isinstance(op, Label)]
    removed = [op for op in labels if op.colour == look.REMOVED]
    assert removed
    assert not any(op.strike for op in removed)
    assert {op.text for op in labels if op.strike} == {"Onion rings"}
    assert "cancelled, was 2" in {op.text for op in labels}


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_a_photograph_at_any_moment_of_the_pulse_shows_red_before_orange_before_calm(fonts, size):
    seen = [_shown_levels(fonts, size, step / STEPS) for step in range(STEPS + 1)]
    for light, colour in seen:
        # Words give every card the same light; what a level adds to it is what the eye goes by.
        assert light["red"] - light["calm"] > 1.1 * (light["orange"] - light["calm"])
        assert light["orange"] - light["calm"] > 0.1 * light["calm"]
        assert colour["red"] > 1.3 * colour["orange"]
        assert colour["orange"] > 2 * colour["calm"]
    # Even two photographs of different moments rank red and orange by their colour.
    assert min(colour["red"] for _, colour in seen) > max(colour["orange"] for _, colour in seen)


def test_red_beats_wider_than_orange_and_calm_does_not_beat(fonts):
    (trough, _), (peak, _) = (_shown_levels(fonts, (1920, 1080), share) for share in (0.0, 1.0))
    swing = {level: peak[level] - trough[level] for level in peak}
    assert swing["red"] > 1.15 * swing["orange"] > 0.02
    assert swing["calm"] == 0


def _shown_levels(fonts, size, share):
    """Mean light (WCAG's relative luminance) and mean colourfulness of one order's card, calm, orange and red."""
    light, colour = {}, {}
    moment = math.acos(1 - 2 * share) / (2 * math.pi) * PERIOD_S
    for level, age_s in (("calm", 60), ("orange", 200), ("red", 400)):
        shop = kitchen.shop(NOW)
        body = kitchen.body(32, NOW, age_s=age_s, lines=3)
        world = kitchen.world(shop, dict([kitchen.placed(body, "stations/grill1")]), NOW, fonts, size=size)
        scene = PrepRole().scene(PrepRole().begin(world), world)
        assert [card.level for card in scene.shown] == [level]
        surface = pygame.Surface(size)
        Painter(surface, fonts).paint(scene, moment)
        rect = next(panel.rect for panel in scene.panels if panel.key.startswith("card:"))
        pixels = [
            surface.get_at((x, y))[:3] for x in range(rect.x, rect.right, 2) for y in range(rect.y, rect.bottom, 2)
        ]
        light[level] = sum(contrast(pixel, (0, 0, 0)) * 0.05 - 0.05 for pixel in pixels) / len(pixels)
        colour[level] = sum(max(pixel) - min(pixel) for pixel in pixels) / len(pixels)
    return light, colour


def test_why_a_token_stands_where_it_stands_can_be_read_whole(scenes, fonts):
    for name, scene in scenes:
        for panel in scene.panels:
            for op in panel.ops if panel.key.startswith("tile:") else ():
                if isinstance(op, Label):
                    assert fonts.width(op.text, op.size, op.weight, tabular=op.tabular) <= op.rect.w + 1, (name, op)
    reasons = {"fewest items: 4 < 7 < 9", "fewest items:", "4 < 7 < 9", "4 < 7 < 9 < 12", "1 < 2"}
    for name in ("expediter", "expediter-wide", "expediter-wide-picked"):
        texts = {op.text for panel in dict(scenes)[name].panels for op in panel.ops if isinstance(op, Label)}
        assert len(texts & reasons) >= 1, name


def test_many_stations_stand_in_two_rows_rather_than_in_columns_too_narrow_to_read(scenes):
    scene = dict(scenes)["expediter-wide"]
    theme = look.theme_for(*scene.size)
    columns = [
        panel.rect for panel in scene.panels if panel.key.startswith(("column:grill", "column:fry", "column:wok"))
    ]
    assert len(columns) == 8
    assert len({rect.y for rect in columns}) == 2
    assert min(rect.w for rect in columns) >= theme.px(NARROWEST)


def test_the_columns_reach_down_to_the_bar_while_nothing_is_picked(scenes):
    found = dict(scenes)
    for name in ("expediter", "expediter-wide", "expediter-silent", "expediter-stuck"):
        panels = {panel.key: panel.rect for panel in found[name].panels}
        assert "detail" not in panels
        assert panels["status"].y - panels["pass"].bottom <= 2 * look.theme_for(*found[name].size).gap
    picked = {panel.key: panel.rect for panel in found["expediter-picked"].panels}
    assert picked["pass"].bottom <= picked["detail"].y


def test_what_nobody_can_make_is_red_as_a_whole_and_says_so(scenes):
    scene = dict(scenes)["expediter-stuck"]
    red = [panel for panel in scene.panels if panel.key.startswith("tile:") and panel.ops[0].fill == look.ALERT]
    assert len(red) == 2
    for tile in red:
        words = " ".join(op.text for op in tile.ops if isinstance(op, Label))
        assert "nobody makes sushi" in words
        assert {op.colour for op in tile.ops if isinstance(op, Label)} == {look.TEXT}


def test_the_bar_tells_of_the_share_in_a_calm_colour_and_in_whole_parts_of_its_line(scenes, fonts):
    (bar,) = [panel for panel in dict(scenes)["prep-share-away"].panels if panel.key == "status"]
    (told,) = [op for op in bar.ops if isinstance(op, Label) and op.text.startswith("Share away since")]
    assert told.colour == look.TEXT
    assert "3 waiting to be sent" in told.text
    assert fonts.width(told.text, told.size, told.weight) <= told.rect.w
    assert told.text.rpartition(" · ")[2] in {"3 waiting to be sent", "this station goes on"}


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


@pytest.mark.parametrize(("size", "least_px"), [((1920, 1080), 40), ((1024, 768), 28), ((3840, 2160), 80)])
def test_the_number_on_a_card_can_be_read_from_three_metres(size, least_px):
    # On a 22 inch screen of 1920 px a pixel is 0.25 mm; capitals of 10 mm are 11 minutes of arc at 3 m.
    assert look.theme_for(*size).display * 0.727 >= least_px


def test_every_size_of_a_screen_of_3840_is_twice_that_of_one_of_1920():
    small, large = look.theme_for(1920, 1080), look.theme_for(3840, 2160)
    for name in ("display", "title", "body", "label", "small", "gap", "pad", "touch", "toolbar", "status", "edge_red"):
        assert getattr(large, name) == 2 * getattr(small, name), name


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
