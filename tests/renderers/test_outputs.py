"""Outputs without a window: which mode, which rectangles, turned displays, bytes in the right places."""

import pygame
import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import StationError
from station.renderers.output.drm import Mode
from station.renderers.output.fbdev import FrameBuffer
from station.renderers.output.kms import Kms, chosen
from station.renderers.output.raw import BYTES, Turned, copy_rows, within
from station.renderers.scene import Rect

SIZE = (40, 24)
RECTS = st.lists(
    st.builds(Rect, st.integers(-5, 45), st.integers(-5, 30), st.integers(0, 50), st.integers(0, 30)), max_size=6
)


def mode(width, height, hertz=60, preferred=False):
    return Mode(width, height, hertz, preferred, b"")


def test_the_mode_is_the_one_that_is_wanted_else_the_displays_own():
    modes = [mode(1024, 768), mode(1920, 1080, 30), mode(1920, 1080, 60, preferred=True), mode(1920, 1080, 144)]
    assert chosen(modes, None).hertz == 60
    assert chosen(modes, (1920, 1080)).hertz == 60, "not more often than a screen like this needs"
    assert chosen(modes, (1024, 768)) == modes[0]
    assert chosen(modes, (800, 600)) == modes[2], "a mode that it does not have is not forced"
    assert chosen(modes[:1], None) == modes[0]


@given(RECTS)
def test_what_is_copied_is_on_the_screen_and_has_all_of_it(rects):
    kept = within(rects, SIZE)
    covered = {(x, y) for one in kept for x in range(one.x, one.x + one.w) for y in range(one.y, one.y + one.h)}
    wanted = {
        (x, y)
        for one in rects
        for x in range(max(0, one.x), min(SIZE[0], one.x + one.w))
        for y in range(max(0, one.y), min(SIZE[1], one.y + one.h))
    }
    assert wanted <= covered
    assert all(0 <= x < SIZE[0] and 0 <= y < SIZE[1] for x, y in covered)


@given(RECTS, st.integers(0, 24))
def test_rows_go_where_the_displays_memory_has_them(rects, more):
    surface = Turned(SIZE, 0).drawn
    for x in range(SIZE[0]):
        for y in range(SIZE[1]):
            surface.set_at((x, y), (x * 5, y * 9, 77))
    stride = (SIZE[0] + more) * BYTES
    memory = bytearray(stride * SIZE[1])
    kept = within(rects, SIZE)
    copy_rows(surface, kept, memoryview(memory), stride)
    for x in range(SIZE[0]):
        for y in range(SIZE[1]):
            inside = any(one.x <= x < one.x + one.w and one.y <= y < one.y + one.h for one in kept)
            blue, green, red, _ = memory[y * stride + x * BYTES : y * stride + (x + 1) * BYTES]
            assert (red, green, blue) == ((x * 5, y * 9, 77) if inside else (0, 0, 0))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_display_shows_what_is_drawn_upright_for_whoever_turns_their_head(turn):
    turned = Turned(SIZE, turn)
    wide, high = turned.drawn.get_size()
    assert (wide, high) == (SIZE if turn in {0, 180} else SIZE[::-1])
    for x in range(wide):
        for y in range(high):
            turned.drawn.set_at((x, y), (x * 5, y * 5, 9))
    whole = turned.bring([Rect(0, 0, wide, high)])
    assert whole == [Rect(0, 0, *SIZE)]
    upright = pygame.transform.rotate(turned.shown, turn)
    assert pygame.image.tobytes(upright, "RGB") == pygame.image.tobytes(turned.drawn, "RGB")
    turned.drawn.fill((200, 1, 2), pygame.Rect(3, 4, 5, 6))
    turned.bring([Rect(3, 4, 5, 6)])
    upright = pygame.transform.rotate(turned.shown, turn)
    assert pygame.image.tobytes(upright, "RGB") == pygame.image.tobytes(turned.drawn, "RGB")


def test_without_a_display_it_says_what_to_look_at(tmp_path, monkeypatch):
    monkeypatch.setattr("station.renderers.output.kms.cards", list)
    with pytest.raises(StationError, match="no display is connected: look at its cable"):
        Kms(None)
    with pytest.raises(StationError, match="cannot be opened: No such file"):
        FrameBuffer(device=tmp_path / "fb0")
