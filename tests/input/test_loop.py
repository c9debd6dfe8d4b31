"""The loop's sense of time: silence is the scanner's, never this machine's."""

import logging
import time

import pytest

from station.domain.hands import Scan, ScanBroken, decode_hand
from station.input.loop import Loop
from station.input.outbox import Outbox
from station.input.piped import Pipes, open_piped
from station.input.roster import EVERYTHING, Roster
from station.input.scanner import SILENCE_S
from station.input.virtual import ENTER, PipeScanner, typed


class Machine:
    """A loop over the pipes of two scanners, on a clock that a test can let run ahead."""

    def __init__(self, folder):
        self.one, self.other = (PipeScanner(folder, name) for name in ("one", "other"))
        self.hands = []
        self.ahead_s = 0.0
        self.meanwhile = []
        log = logging.getLogger("input")
        roster = Roster(Pipes(folder), open_piped, folder / "devices.json", EVERYTHING, log)
        outbox = Outbox(folder / "hands.sock", log)
        outbox._sent = lambda data: self.hands.append(decode_hand(data)) or "sent"
        self.loop = Loop(roster, log, self.clock, outbox=outbox)
        self.loop.turn()

    def clock(self):
        if self.meanwhile and (what := self.meanwhile.pop(0)) is not None:
            what()
        return time.monotonic() + self.ahead_s


@pytest.fixture
def machine(tmp_path):
    made = Machine(tmp_path)
    yield made
    made.loop.close()
    made.one.close()
    made.other.close()


def send(scanner, changes):
    for change in changes:
        scanner.send(change)


def test_keys_that_came_while_this_machine_stood_still_are_read_before_silence_is_counted(machine):
    send(machine.one, typed("SW"))
    machine.loop.turn()
    assert machine.hands == []

    def stalled():
        """Between the select, which told of the other scanner only, and the look at the clock."""
        send(machine.one, (*typed("01"), *ENTER))
        machine.ahead_s += 3 * SILENCE_S

    send(machine.other, typed("7"))
    machine.meanwhile = [None, stalled]
    machine.loop.turn()
    machine.loop.turn()
    assert "SW01" in [hand.code for hand in machine.hands if isinstance(hand, Scan)]


def test_a_code_without_an_end_is_cut_when_its_time_has_come(machine):
    send(machine.one, typed("SW"))
    while not machine.hands:
        machine.loop.turn()
    assert [hand.why for hand in machine.hands if isinstance(hand, ScanBroken)] == ["silent"]
