"""The painter draws what the scene says, and no more of it than has changed."""

import pygame
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from station.domain.urgency import PERIOD_S
from station.errors import StationError
from station.renderers import fonts as typefaces
from station.renderers.fonts import Fonts
from station.renderers.paint import STEPS, Painter
from station.renderers.scene import Box, Icon, Label, Panel, Rect, Scene

SIZE = (400, 300)
GROUND = (10, 10, 10)
FONTS = Fonts()


def panel(key, x, y, colour=(40, 40, 60), *, z=0, beat=None, ground=GROUND, text="042"):
    lit = (250, 160, 30) if beat else None
    ops = (
        Box(Rect(0, 0, 80, 60), colour, 8, (90, 60, 10), 4, border_lit=(255, 170, 40) if beat else None),
        Box(Rect(4, 4, 72, 16), (90, 50, 10), lit=lit),
        Label(Rect(10, 22, 60, 30), text, 20, (255, 255, 255), "bold"),
        Icon(Rect(56, 24, 16, 16), "tick", (0, 255, 0)),
    )
    return Panel(key, Rect(x, y, 80, 60), ops, ground=ground, z=z, beat=beat)


def painted(*scenes, t_s=0.0):
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    damage = [painter.paint(scene, t_s) for scene in scenes]
    return surface, damage


def pixels(surface):
    return pygame.image.tobytes(surface, "RGB")


def scene(*panels):
    return Scene(SIZE, GROUND, panels)


def test_nothing_is_drawn_when_nothing_has_changed():
    still = scene(panel("a", 10, 10), panel("b", 200, 10))
    _, damage = painted(still, still, scene(*still.panels))
    assert damage[0] == [Rect(0, 0, *SIZE)]
    assert damage[1:] == [[], []]


def test_only_the_panel_that_changed_is_drawn():
    a, b = panel("a", 10, 10), panel("b", 200, 10)
    _, damage = painted(scene(a, b), scene(a, panel("b", 200, 10, text="043")))
    assert damage[1] == [Rect(200, 10, 80, 60)]


def test_a_panel_that_goes_leaves_the_ground_behind():
    surface, damage = painted(scene(panel("a", 10, 10)), scene())
    assert damage[1] == [Rect(10, 10, 80, 60)]
    assert surface.get_at((40, 40))[:3] == GROUND


def test_a_calm_screen_touches_nothing_as_time_goes_by():
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    calm = scene(panel("a", 10, 10))
    painter.paint(calm, 0.0)
    assert [painter.paint(calm, n / 30) for n in range(60)] == [[]] * 60


def test_what_beats_is_drawn_only_where_it_beats():
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    beating = scene(panel("a", 10, 10), panel("b", 200, 10, beat="orange"))
    painter.paint(beating, 0.0)
    before = pixels(surface)
    damage = painter.paint(beating, PERIOD_S / 4)
    assert damage
    assert all(Rect(200, 10, 80, 60).contains(rect.x, rect.y) for rect in damage)
    assert not any(rect.contains(240, 40) for rect in damage)
    assert pixels(surface) != before
    painter.paint(beating, PERIOD_S)
    assert pixels(surface) == before


def test_a_pulse_has_as_many_steps_as_it_has_frames_and_no_more_drawing():
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    beating = scene(panel("b", 200, 10, beat="red"))
    painter.paint(beating, 0.0)
    drawn = sum(bool(painter.paint(beating, n / 1000)) for n in range(1, int(PERIOD_S * 1000) + 1))
    assert drawn == 2 * STEPS


def test_a_beating_card_under_a_sheet_still_beats_and_the_sheet_stays_on_top():
    veil = Panel("veil", Rect(0, 0, *SIZE), (Box(Rect(0, 0, *SIZE), (0, 0, 0), alpha=160),), z=5)
    covered = scene(panel("b", 200, 10, beat="red"), veil)
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    painter.paint(covered, 0.0)
    dim = surface.get_at((240, 20))
    painter.paint(covered, PERIOD_S / 2)
    lit = surface.get_at((240, 20))
    assert lit.r > dim.r
    assert lit.r < 160


def test_a_higher_panel_covers_a_lower_one_whatever_order_they_were_given_in():
    low, high = panel("low", 10, 10), panel("high", 30, 20, (0, 90, 0), z=1)
    assert pixels(painted(scene(low, high))[0]) == pixels(painted(scene(high, low))[0])
    assert painted(scene(high, low))[0].get_at((60, 70))[:3] == (0, 90, 0)


PANELS = st.lists(
    st.builds(
        panel,
        st.sampled_from("abcdef"),
        st.integers(-40, 380),
        st.integers(-30, 280),
        st.sampled_from([(40, 40, 60), (90, 0, 0)]),
        z=st.integers(0, 2),
        beat=st.sampled_from([None, None, "orange", "red"]),
        ground=st.sampled_from([GROUND, None]),
        text=st.sampled_from(["042", "Fries", "a text that is far too long"]),
    ),
    max_size=6,
    unique_by=lambda made: made.key,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(PANELS, st.floats(0, 5)), min_size=2, max_size=5))
def test_drawing_only_what_changed_gives_the_same_picture_as_drawing_all_of_it(steps):
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    for panels, t_s in steps:
        painter.paint(scene(*panels), t_s)
        painter.paint(scene(*panels), t_s + 0.2)
        fresh = pygame.Surface(SIZE)
        Painter(fresh, FONTS).paint(scene(*panels), t_s + 0.2)
        assert pixels(surface) == pixels(fresh)


@settings(max_examples=80, deadline=None)
@given(PANELS, PANELS)
def test_nothing_outside_the_damage_is_touched(first, second):
    surface = pygame.Surface(SIZE)
    painter = Painter(surface, FONTS)
    painter.paint(scene(*first), 0.0)
    before = surface.copy()
    for rect in painter.paint(scene(*second), 0.0):
        before.blit(surface, rect[:2], rect)
    assert pixels(before) == pixels(surface)


def test_figures_that_stand_in_columns_are_equally_wide():
    widths = {FONTS.width(text, 30, "bold", tabular=True) for text in ("111", "888", "042")}
    assert len(widths) == 1
    assert FONTS.width("111", 30, "bold") < FONTS.width("888", 30, "bold")


def test_a_text_that_is_too_long_ends_in_an_ellipsis_that_fits():
    text = FONTS.fitted("Double bacon cheeseburger", 24, "semibold", 150)
    assert text.endswith("…")
    assert FONTS.width(text, 24, "semibold") <= 150
    assert FONTS.fitted("Fries", 24, "semibold", 150) == "Fries"


def test_a_missing_typeface_is_one_clear_sentence_and_words_can_still_be_shown(monkeypatch, tmp_path):
    monkeypatch.setattr(typefaces, "FOLDERS", (tmp_path,))
    with pytest.raises(StationError, match="install the package fonts-inter"):
        Fonts()
    assert Fonts(plain=True).width("still here", 20) > 0
