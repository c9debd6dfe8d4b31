"""SYN_DROPPED and the half frame after it become one loss."""

from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from station.input.events import Event, Frames, Held, Lost

HELD = Held(frozenset({e.KEY_LEFTSHIFT}))


def event(kind, code, value=0):
    return Event(1.0, kind, code, value)


A, END, DROPPED = event(e.EV_KEY, e.KEY_A, 1), event(e.EV_SYN, e.SYN_REPORT), event(e.EV_SYN, e.SYN_DROPPED)


def test_the_rest_of_the_torn_frame_is_ignored_and_the_device_asked():
    frames = Frames(lambda: HELD)
    assert list(frames.whole([A, END, DROPPED, A, A])) == [A, END]
    assert list(frames.whole([A, END, A, END])) == [Lost(1.0, HELD), A, END]


@given(st.lists(st.sampled_from([A, END, DROPPED])), st.integers(0, 40))
def test_however_it_is_read_it_comes_out_the_same(events, cut):
    at_once, parted = Frames(lambda: HELD), Frames(lambda: HELD)
    assert list(at_once.whole(events)) == [*parted.whole(events[:cut]), *parted.whole(events[cut:])]
