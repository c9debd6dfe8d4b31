"""From panels and mice to touches: protocol B, single touch, pointers, wheels, turned panels."""

import sys
from pathlib import Path

import pytest
from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from station.domain.hands import Touch, Wheel, decode_hand, encode_hand
from station.input.events import Contact, Event, Held, Lost
from station.input.touch import Fit, Mouse, Panel, Span

sys.path.insert(0, str(Path(__file__).parent))

from strokes import read_trace

MANY = {
    e.ABS_X: Span(0, 4095),
    e.ABS_Y: Span(0, 4095),
    e.ABS_MT_SLOT: Span(0, 9),
    e.ABS_MT_POSITION_X: Span(0, 1000),
    e.ABS_MT_POSITION_Y: Span(0, 500),
    e.ABS_MT_TRACKING_ID: Span(0, 65535),
}
ONE = {e.ABS_X: Span(100, 1100), e.ABS_Y: Span(0, 1000)}
TOUCH_TRACES = sorted(Path(__file__).parent.glob("traces/touch/*.txt"))


def frame(*changes):
    """(type, code, value) each, and the end of the frame."""
    return [*(Event(1.0, *change) for change in changes), Event(1.0, e.EV_SYN, e.SYN_REPORT, 0)]


def ab(code, value):
    return (e.EV_ABS, code, value)


def finger(slot, tracking, x=None, y=None):
    changes = [ab(e.ABS_MT_SLOT, slot), ab(e.ABS_MT_TRACKING_ID, tracking)]
    changes += [] if x is None else [ab(e.ABS_MT_POSITION_X, x)]
    return [*changes, *([] if y is None else [ab(e.ABS_MT_POSITION_Y, y)])]


def felt(decoder, *frames):
    return [hand for events in frames for event in events for hand in decoder.feed(event)]


def brief(hands):
    return [
        f"wheel {hand.steps} {hand.x:.3f} {hand.y:.3f}"
        if isinstance(hand, Wheel)
        else f"{hand.phase} {hand.pointer} {hand.x:.3f} {hand.y:.3f}"
        for hand in hands
    ]


PANELS = {"many": lambda: Panel(MANY), "one": lambda: Panel(ONE), "mouse": Mouse}


@pytest.mark.parametrize("trace", TOUCH_TRACES, ids=lambda path: path.stem)
def test_a_trace_comes_out_as_touches(trace):
    events, told = read_trace(trace)
    assert brief(felt(PANELS[trace.stem.partition("-")[0]](), events)) == told


def test_two_fingers_are_told_apart():
    hands = felt(
        Panel(MANY),
        frame(*finger(0, 7, 100, 100)),
        frame(*finger(1, 8, 900, 400)),
        frame(ab(e.ABS_MT_SLOT, 0), ab(e.ABS_MT_POSITION_X, 200)),
        frame(*finger(0, -1)),
        frame(*finger(1, -1)),
    )
    assert brief(hands) == [
        "down 0 0.100 0.200",
        "down 1 0.900 0.800",
        "move 0 0.200 0.200",
        "up 0 0.200 0.200",
        "up 1 0.900 0.800",
    ]


def test_a_finger_that_lands_where_the_last_one_was_is_there_though_nothing_says_where():
    hands = felt(Panel(MANY), frame(*finger(0, 7, 100, 100)), frame(*finger(0, -1)), frame(*finger(0, 8)))
    assert brief(hands) == ["down 0 0.100 0.200", "up 0 0.100 0.200", "down 0 0.100 0.200"]


def test_another_finger_in_the_same_slot_lifts_the_first():
    hands = felt(Panel(MANY), frame(*finger(0, 7, 100, 100)), frame(*finger(0, 8, 500, 250)))
    assert brief(hands) == ["down 0 0.100 0.200", "up 0 0.100 0.200", "down 0 0.500 0.500"]


def test_a_finger_that_lay_there_before_counts_after_it_was_lifted():
    panel = Panel(MANY, Held(contacts={0: Contact(3, 100, 100), 1: Contact(-1, 0, 0)}, slot=0))
    assert felt(panel, frame(ab(e.ABS_MT_POSITION_X, 300)), frame(*finger(0, -1))) == []
    assert brief(felt(panel, frame(*finger(0, 4)))) == ["down 0 0.300 0.200"]


def test_after_a_loss_fingers_are_where_the_panel_says():
    panel = Panel(MANY)
    felt(panel, frame(*finger(0, 7, 100, 100)), frame(*finger(1, 8, 200, 100)))
    held = Held(contacts={0: Contact(-1, 100, 100), 1: Contact(8, 400, 100), 2: Contact(9, 0, 0)}, slot=2)
    assert brief(panel.feed(Lost(2.0, held))) == ["up 0 0.100 0.200", "move 1 0.400 0.200", "down 2 0.000 0.000"]
    assert brief(felt(panel, frame(ab(e.ABS_MT_POSITION_X, 1000)))) == ["move 2 1.000 0.000"]


@pytest.mark.parametrize("panel", [Panel(MANY), Panel(ONE), Mouse()])
def test_a_finger_on_an_unplugged_panel_is_cancelled_once(panel):
    felt(panel, frame(*finger(0, 7, 100, 100), (e.EV_KEY, e.BTN_TOUCH, 1), (e.EV_KEY, e.BTN_LEFT, 1)))
    assert [hand.phase for hand in panel.gone(3.0)] == ["cancel"]
    assert panel.gone(3.0) == []


def test_a_single_touch_panel_is_calibrated_by_its_own_ends():
    hands = felt(
        Panel(ONE),
        frame(ab(e.ABS_X, 350), ab(e.ABS_Y, 500), (e.EV_KEY, e.BTN_TOUCH, 1)),
        frame(ab(e.ABS_X, 2000)),
        frame((e.EV_KEY, e.BTN_TOUCH, 0)),
    )
    assert brief(hands) == ["down 0 0.250 0.500", "move 0 1.000 0.500", "up 0 1.000 0.500"]


def test_an_absolute_pointer_touches_with_its_first_button_and_turns_its_wheel():
    hands = felt(
        Panel(ONE),
        frame(ab(e.ABS_X, 600), ab(e.ABS_Y, 500)),
        frame((e.EV_REL, e.REL_WHEEL, -1)),
        frame((e.EV_KEY, e.BTN_LEFT, 1)),
        frame((e.EV_KEY, e.BTN_LEFT, 0)),
        frame((e.EV_KEY, e.BTN_RIGHT, 1)),
    )
    assert brief(hands) == ["wheel -1 0.500 0.500", "down 0 0.500 0.500", "up 0 0.500 0.500"]


@pytest.mark.parametrize(
    ("fit", "place"),
    [
        (Fit(), (0.25, 0.1)),
        (Fit(rotate=90), (0.1, 0.75)),
        (Fit(rotate=180), (0.75, 0.9)),
        (Fit(rotate=270), (0.9, 0.25)),
        (Fit(swap=True), (0.1, 0.25)),
        (Fit(invert_x=True), (0.75, 0.1)),
        (Fit(invert_y=True), (0.25, 0.9)),
        (Fit(swap=True, invert_x=True), (0.9, 0.25)),
        (Fit(rotate=90, invert_y=True), (0.9, 0.75)),
    ],
)
def test_a_turned_panel_tells_places_on_the_picture(fit, place):
    assert fit.place(0.25, 0.1) == pytest.approx(place)


def test_the_corner_at_the_top_left_of_a_picture_turned_clockwise_is_the_panels_top_right():
    assert Fit(rotate=90).place(1.0, 0.0) == (0.0, 0.0)
    assert Fit(rotate=270).place(0.0, 1.0) == (0.0, 0.0)


@given(st.sampled_from([0, 90, 180, 270]), st.floats(0, 1), st.floats(0, 1))
def test_turning_back_comes_back(rotate, x, y):
    back = Fit(rotate=(360 - rotate) % 360)
    assert back.place(*Fit(rotate=rotate).place(x, y)) == pytest.approx((x, y))


def test_a_mouse_begins_in_the_middle_and_stays_on_the_screen():
    mouse = Mouse()
    hands = felt(
        mouse,
        frame((e.EV_REL, e.REL_X, 160), (e.EV_REL, e.REL_Y, -100)),
        frame((e.EV_KEY, e.BTN_LEFT, 1)),
        frame((e.EV_REL, e.REL_X, 100_000)),
        frame((e.EV_KEY, e.BTN_LEFT, 0)),
        frame((e.EV_REL, e.REL_WHEEL, 2), (e.EV_REL, e.REL_WHEEL_HI_RES, 240)),
    )
    assert brief(hands) == ["down 0 0.600 0.400", "move 0 1.000 0.400", "up 0 1.000 0.400", "wheel 2 1.000 0.400"]


def test_a_button_that_was_released_in_a_loss_is_up():
    mouse = Mouse()
    felt(mouse, frame((e.EV_KEY, e.BTN_LEFT, 1)))
    assert brief(mouse.feed(Lost(2.0, Held()))) == ["up 0 0.500 0.500"]


CODES = [e.ABS_X, e.ABS_Y, e.ABS_MT_SLOT, e.ABS_MT_TRACKING_ID, e.ABS_MT_POSITION_X, e.ABS_MT_POSITION_Y, e.BTN_TOUCH]
ANY = st.builds(
    Event,
    st.floats(0, 10),
    st.sampled_from([e.EV_SYN, e.EV_KEY, e.EV_REL, e.EV_ABS]),
    st.sampled_from([0, 1, 8, e.BTN_LEFT, *CODES]),
    st.integers(-(2**31), 2**31 - 1) | st.integers(-1, 5),
)
STANDS = st.builds(
    Held,
    st.frozensets(st.sampled_from([e.BTN_TOUCH, e.BTN_LEFT])),
    st.dictionaries(st.sampled_from([e.ABS_X, e.ABS_Y]), st.integers(-9, 9999)),
    st.integers(-1, 99),
    st.dictionaries(st.integers(0, 12), st.builds(Contact, st.integers(-1, 3), st.integers(), st.integers())),
)


@given(st.sampled_from([MANY, ONE, None]), STANDS, st.lists(ANY | st.builds(Lost, st.just(1.0), STANDS), max_size=150))
def test_whatever_a_device_says_fingers_go_down_before_they_move_and_are_lifted_once(spans, held, items):
    decoder = Mouse() if spans is None else Panel(spans, held, fit=Fit(rotate=90))
    down = set()
    for hand in [*(hand for item in items for hand in decoder.feed(item)), *decoder.gone(9.0)]:
        assert decode_hand(encode_hand(hand)) == hand
        if isinstance(hand, Touch):
            assert (hand.phase == "down") == (hand.pointer not in down)
            (down.add if hand.phase in {"down", "move"} else down.discard)(hand.pointer)
    assert not down
