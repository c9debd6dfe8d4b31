"""SYN_DROPPED, and what was read with it, become one loss."""

from evdev import ecodes as e
from hypothesis import given
from hypothesis import strategies as st

from station.input.events import Event, Frames, Held, Lost

HELD = Held(frozenset({e.KEY_LEFTSHIFT}))


def event(kind, code, value=0):
    return Event(1.0, kind, code, value)


A, B = event(e.EV_KEY, e.KEY_A, 1), event(e.EV_KEY, e.KEY_B, 1)
END, DROPPED = event(e.EV_SYN, e.SYN_REPORT), event(e.EV_SYN, e.SYN_DROPPED)


def test_what_was_read_with_a_loss_is_ignored_and_the_device_asked():
    frames = Frames(lambda: HELD)
    assert frames.whole([A, END, DROPPED, A, END, B, END]) == [A, END, Lost(1.0, HELD)]
    assert frames.whole([B, END]) == [B, END]


def test_a_frame_that_is_torn_is_waited_for():
    frames = Frames(lambda: HELD)
    assert frames.whole([A, END, DROPPED, A]) == [A, END]
    assert frames.whole([A]) == []
    assert frames.whole([A, END]) == [Lost(1.0, HELD)]
    assert frames.whole([]) == []


@given(st.lists(st.lists(st.sampled_from([A, B, END, DROPPED]))))
def test_nothing_between_a_loss_and_its_answer_comes_through(reads):
    frames, dropping = Frames(lambda: HELD), False
    for events in reads:
        items = frames.whole(events)
        if dropping:
            assert [item for item in items if not isinstance(item, Lost)] == []
        dropping = (dropping or DROPPED in events) and not any(isinstance(item, Lost) for item in items)
        assert DROPPED not in items
