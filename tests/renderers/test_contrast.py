"""The colours can be read, and the pulse cannot harm anybody."""

from itertools import pairwise

from station.domain.urgency import PERIOD_S, pulse
from station.renderers import theme as look
from station.renderers.theme import TILE_COLOURS, contrast, theme_for, tile_colour


def test_text_on_cards_and_bars_has_a_contrast_of_at_least_seven():
    inks = (look.TEXT, look.MUTED, look.DONE, look.GOOD, look.ADDED, look.REMOVED, look.CHANGED, look.WARN, look.BAD)
    for ink in inks:
        for ground in (look.CARD, look.CARD_ORANGE, look.CARD_RED, look.PLATE, look.BAR, look.GROUND):
            assert contrast(ink, ground) >= 7, (ink, ground)
    for ink in (look.TEXT, look.ACCENT, look.ALLERGY_SEEN):
        for ground in (look.CARD, look.CARD_ORANGE, look.CARD_RED, look.PLATE):
            assert contrast(ink, ground) >= 7, (ink, ground)
    assert contrast(look.TEXT, look.HEADER) >= 7


def test_text_on_coloured_fields_has_a_contrast_of_at_least_seven():
    assert contrast(look.ON_ALLERGY, look.ALLERGY) >= 7
    assert contrast(look.ON_ACCENT, look.ACCENT) >= 7
    assert contrast(look.TEXT, look.ALERT) >= 7
    assert contrast(look.TEXT, look.RAISED) >= 7
    assert contrast(look.MUTED, look.RAISED) >= 7


def test_black_and_white_have_the_contrast_that_the_standard_gives_them():
    assert round(contrast((0, 0, 0), (255, 255, 255)), 6) == 21


def test_every_tile_colour_carries_white_text():
    for name in (*TILE_COLOURS, "#ffee00", "#00ff88", "#123456", "no colour at all"):
        assert contrast(look.TEXT, tile_colour(name)) >= 6, name


def test_the_pulse_flashes_less_than_three_times_a_second():
    bright = [pulse(n / 1000) > 0.5 for n in range(10_000)]
    flashes = sum(now and not before for before, now in pairwise(bright))
    assert flashes / 10 <= 3
    assert flashes >= 8
    assert pulse(0) == 0
    assert round(pulse(PERIOD_S / 2), 9) == 1


def test_red_beats_wider_than_orange_and_has_a_thicker_edge():
    orange = contrast(look.ORANGE_LIT, look.ORANGE_DIM)
    # How much of a card beats counts too: the screens' tests measure both together, in pixels.
    assert min(contrast(look.RED_LIT, look.RED_DIM), orange) > 1.9
    for size in ((1920, 1080), (1024, 768)):
        theme = theme_for(*size)
        assert theme.edge_red > 2 * theme.edge_orange > theme.edge
        assert theme.touch >= 64
    assert theme_for(1920, 1080).toolbar == 120
