"""From fingers to meaning."""

from station.domain.hands import Press, Touch, Wheel
from station.renderers.gestures import feel, held, held_at, pressed
from station.renderers.role import Dragged, Held, Keyed, Tap, Wheeled
from station.renderers.scene import Hit, Panel, Rect, Scene

SCENE = Scene(
    (100, 100),
    (0, 0, 0),
    (
        Panel(
            "low",
            Rect(10, 10, 80, 40),
            (),
            (
                Hit(Rect(0, 0, 30, 40), "a", "A", hold="hold:a"),
                Hit(Rect(40, 0, 40, 40), "b", "B", enabled=False, drag=True),
            ),
        ),
        Panel("high", Rect(0, 60, 100, 40), (), (Hit(Rect(0, 0, 100, 40), "c", "C"),), z=1),
    ),
)


def touch(phase, x, y, pointer=0):
    return Touch(phase=phase, x=x / 100, y=y / 100, pointer=pointer)


def done(*hands, scene=SCENE):
    finger, events = None, []
    for n, hand in enumerate(hands):
        finger, event = feel(finger, hand, scene, n / 10)
        events += [event] if event is not None else []
    return events


def test_a_finger_put_down_and_lifted_on_the_same_thing_is_a_tap():
    assert done(touch("down", 15, 15), touch("move", 20, 20), touch("up", 25, 25)) == [Tap("a")]


def test_a_tap_on_what_may_not_be_done_now_says_so():
    assert done(touch("down", 60, 20), touch("up", 60, 20)) == [Tap("b", enabled=False)]


def test_a_finger_that_left_its_button_means_nothing():
    assert done(touch("down", 15, 15), touch("up", 60, 20)) == []
    assert done(touch("down", 15, 15), touch("up", 5, 5)) == []


def test_what_may_be_dragged_and_is_let_go_elsewhere_is_dragged_there():
    assert done(touch("down", 60, 20), touch("move", 20, 70), touch("up", 20, 80)) == [Dragged("b", "c")]


def test_a_second_finger_is_ignored():
    assert done(touch("down", 15, 15), touch("down", 60, 20, 1), touch("up", 60, 20, 1), touch("up", 15, 15)) == [
        Tap("a")
    ]


def test_a_long_touch_counts_once_and_is_no_tap_afterwards():
    finger, _ = feel(None, touch("down", 15, 15), SCENE, 5.0)
    assert held_at(finger) == 5.6
    assert held(finger, 5.5)[1] is None
    finger, event = held(finger, 5.6)
    assert event == Held("hold:a")
    assert held(finger, 6.0)[1] is None
    assert pressed(finger) == ""
    assert feel(finger, touch("up", 15, 15), SCENE, 6.1) == (None, None)


def test_the_button_under_the_finger_is_pressed_until_it_is_lifted():
    finger, _ = feel(None, touch("down", 15, 15), SCENE, 0)
    assert pressed(finger) == "a"
    finger, _ = feel(finger, touch("up", 15, 15), SCENE, 0)
    assert pressed(finger) == ""


def test_a_finger_whose_panel_was_unplugged_meant_nothing():
    assert done(touch("down", 15, 15), touch("cancel", 15, 15)) == []


def test_the_wheel_and_keys_come_as_they_are():
    assert done(Wheel(steps=-2, x=0.2, y=0.2), Press(key="t")) == [Wheeled("a", -2), Keyed(Press(key="t"))]


def test_a_panel_that_takes_all_taps_hides_what_lies_under_it():
    veil = Panel("veil", Rect(0, 0, 100, 100), (), (Hit(Rect(0, 0, 100, 100), "close", "Close"),), z=5, modal=True)
    scene = Scene(SCENE.size, SCENE.ground, (*SCENE.panels, veil))
    assert done(touch("down", 15, 15), touch("up", 15, 15), scene=scene) == [Tap("close")]
    assert [found.hit.action for found in scene.found()] == ["close"]


def test_the_last_pixel_of_the_screen_can_be_touched():
    assert done(touch("down", 100, 100), touch("up", 100, 100)) == [Tap("c")]
