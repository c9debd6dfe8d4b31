"""Hands on their way to the screen: never waiting, never late, never lost but when the screen is down."""

import logging
import socket

import pytest

from station.domain.hands import Press, Scan, Touch, decode_hand
from station.input.outbox import LATE_S, Outbox


@pytest.fixture
def path(tmp_path):
    return tmp_path / "hands.sock"


@pytest.fixture
def outbox(path, caplog):
    caplog.set_level("INFO")
    made = Outbox(path, logging.getLogger("input"))
    yield made
    made.close()


def screen(path):
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(str(path))
    made.setblocking(False)
    return made


def shown(made):
    hands = []
    while True:
        try:
            hands.append(decode_hand(made.recv(4096)))
        except BlockingIOError:
            return hands


SCAN = Scan(code="SW01SECRET", scanner="1a2b3c4d")


def test_a_hand_arrives_and_that_is_told(path, outbox):
    with screen(path) as made:
        arrived = []
        outbox.send(SCAN, 0.0, lambda: arrived.append(1))
        assert shown(made) == [SCAN]
        assert arrived == [1]


def test_a_screen_that_is_down_loses_hands_and_is_told_once(path, outbox, caplog):
    arrived = []
    for _ in range(5):
        outbox.send(SCAN, 0.0, lambda: arrived.append(1))
    assert arrived == []
    assert outbox.fileno() == -1
    assert caplog.text.count("screen=away") == 1
    with screen(path) as made:
        outbox.send(Press(key="a"), 1.0)
        assert shown(made) == [Press(key="a")]
    assert "screen=there" in caplog.text
    assert "SECRET" not in caplog.text


def test_a_screen_that_was_started_anew_gets_the_next_hand(path, outbox):
    with screen(path) as made:
        outbox.send(Press(key="a"), 0.0)
        assert shown(made) == [Press(key="a")]
    with screen(path) as made:
        outbox.send(Press(key="b"), 1.0)
        assert shown(made) == [Press(key="b")]


def fill(outbox, count):
    for number in range(count):
        outbox.send(Press(key=f"k{number}"), 0.0)


def test_a_busy_screen_gets_everything_in_order_when_it_reads_again(path, outbox):
    with screen(path) as made:
        fill(outbox, 100)
        assert outbox.fileno() >= 0
        got = []
        while outbox.fileno() >= 0:
            got += shown(made)
            outbox.flush(0.5)
        got += shown(made)
        assert [press.key for press in got] == [f"k{number}" for number in range(100)]


def test_what_waited_too_long_is_dropped_and_a_lifted_finger_is_cancelled(path, outbox):
    with screen(path) as made:
        fill(outbox, 60)
        outbox.send(Touch(phase="down", x=0.1, y=0.1), 0.1)
        outbox.send(Touch(phase="up", x=0.1, y=0.1), 0.2)
        early = shown(made)
        outbox.flush(LATE_S + 1.0)
        late = shown(made)
        assert all(isinstance(hand, Press) for hand in early)
        assert late == [Touch(phase="cancel", x=0.1, y=0.1)]


def test_of_many_movements_a_busy_screen_gets_the_last(path, outbox):
    with screen(path) as made:
        fill(outbox, 60)
        for step in range(50):
            outbox.send(Touch(phase="move", x=step / 100, y=0.5), 0.0)
        got = []
        while outbox.fileno() >= 0:
            got += shown(made)
            outbox.flush(0.1)
        got += shown(made)
        assert [hand for hand in got if isinstance(hand, Touch)] == [Touch(phase="move", x=0.49, y=0.5)]


def test_what_waits_is_bounded(path, outbox):
    with screen(path):
        fill(outbox, 5_000)
        assert len(outbox._queue) < 1_000
