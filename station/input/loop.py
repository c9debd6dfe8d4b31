"""The input program's one loop: devices, udev, commands and the screen's socket in one select.

Devices are read before anything else is done, and nothing is looked for while a code is being typed, since the kernel keeps only
15 keys for a scanner that types on. With nothing plugged in the loop wakes every 10 s, to look at the list and for devices that
could not be had.
"""

import logging
import select
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, Literal, Protocol

from station.domain.hands import Scan
from station.errors import StationError
from station.input.control import MOST_ASKERS, Answer, Asker, Control, Question
from station.input.devices import TYPING, Kind
from station.input.events import Item
from station.input.learn import Learner
from station.input.outbox import Outbox
from station.input.roster import Roster
from station.input.taken import Taken
from station.input.touch import Fit
from station.local.status import InputStatus, write_status

LOOK_S: Final = 10.0
SIGNAL_S: Final = 0.08
_AFTER_S: Final = 0.001
"""When silence is due it is over: a moment later."""

Takes = Literal["all", "scanners", "none"]


class _Readable(Protocol):
    def fileno(self) -> int: ...


@dataclass(slots=True)
class _Lesson:
    """A scanner is being looked for: what is typed meanwhile is learnt from, and goes nowhere else."""

    learner: Learner
    ends_s: float
    answer: Callable[[Answer], None]
    took: frozenset[Kind]


class Loop:
    """Without `outbox`, `control` or `status` it does the rest of its work: a command looks for devices with it too.

    `wake` becomes readable when the program shall end.
    """

    def __init__(
        self,
        roster: Roster,
        log: logging.Logger,
        clock: Callable[[], float],
        *,
        takes: Takes = "all",
        outbox: Outbox | None = None,
        control: Control | None = None,
        status: Path | None = None,
        wake: int | None = None,
    ) -> None:
        self._roster, self._log, self._clock, self._takes = roster, log, clock, takes
        self._outbox, self._control, self._status, self._wake = outbox, control, status, wake
        self._askers: list[Asker] = []
        self._lesson: _Lesson | None = None
        self._signals: dict[Taken, float] = {}
        self._looked_s: float | None = None
        self._written = -1
        self._unwritten = ""

    def turn(self) -> float:
        """One round; rests until something comes. For `daemon.run`: it need not rest any more."""
        busy = [self._outbox] if self._outbox is not None and self._outbox.fileno() >= 0 else []
        asked_s = self._clock()
        ready, _, _ = select.select(self._readable(), busy, [], self._rest_s(asked_s))
        now_s = self._clock()
        for taken in self._roster.taken:
            if taken in ready:
                self._learn(taken, self._roster.read(taken, now_s), now_s)
        # Keys until then were read just now; what came since, while this machine may have stood still, was not.
        self._roster.quiet(asked_s)
        self._send(now_s)
        if self._roster.plugs in ready or (self._look_due_s() <= now_s and not self._in_code()):
            self._looked_s = now_s
            self._roster.refresh(now_s)
        self._answer(ready, now_s)
        self._end_what_is_due(now_s)
        # Devices that were unplugged just now may have left a code or a finger behind.
        self._send(now_s)
        self._write_status()
        return 0.0

    def learn(self, seconds: float, answer: Callable[[Answer], None]) -> None:
        """Adopts the device that types a whole code quickly; `answer` is told how it goes."""
        if self._lesson is not None:
            answer(Answer(error="somebody is teaching this station a scanner already; wait for them"))
            return
        if self._roster.plugs is None:
            answer(Answer(error="this program takes no devices here (STATION_INPUT)"))
            return
        now_s, took = self._clock(), self._roster.takes
        self._lesson = _Lesson(Learner(), now_s + seconds, answer, took)
        self._roster.take(took | TYPING, now_s)
        self._log.info("learning=begun seconds=%.0f", seconds)
        answer(Answer(waiting=f"scan any code now (within {seconds:.0f} s)"))

    def done(self, question: Question) -> Answer:
        """Does what is asked at once: list, set, forget. Raises StationError when it cannot be done."""
        now_s = self._clock()
        self._roster.refresh(now_s)
        if question.ask == "list":
            return Answer(status=self._status_now())
        device = self._roster.find(question.device)
        if question.ask == "forget":
            self._roster.forget(device, now_s)
            return Answer(done=f"{device.name} ({device.id}) is taken for what it says itself from now on")
        if question.kind is None:
            raise StationError("say as what: scanner, keyboard, bumpbar, touch, mouse or ignored")
        fit = Fit(question.rotate, question.swap, question.invert_x, question.invert_y)
        self._roster.adopt(device, question.kind, now_s, fit)
        return Answer(done=f"{device.name} ({device.id}) is {question.kind} on this station from now on")

    def close(self) -> None:
        self._roster.close(self._clock())
        self._send(self._clock())
        for asker in self._askers:
            asker.close()
        if self._control is not None:
            self._control.close()
        if self._outbox is not None:
            self._outbox.close()

    def _readable(self) -> list[_Readable | int]:
        files: list[_Readable | int] = [*self._roster.taken, *self._askers]
        files += [] if self._wake is None else [self._wake]
        if self._roster.plugs is not None and not self._in_code():
            files.append(self._roster.plugs)
        if self._control is not None and len(self._askers) < MOST_ASKERS:
            files.append(self._control)
        return files

    def _in_code(self) -> bool:
        return any(taken.in_code for taken in self._roster.taken)

    def _look_due_s(self) -> float:
        return float("-inf") if self._looked_s is None else self._looked_s + LOOK_S

    def _rest_s(self, now_s: float) -> float:
        """How long nothing can change by itself."""
        ends = [*self._signals.values()] if self._in_code() else [self._look_due_s(), *self._signals.values()]
        ends += [taken.due_s + _AFTER_S for taken in self._roster.taken if taken.due_s is not None]
        if self._lesson is not None:
            ends.append(self._lesson.ends_s)
        return max(0.0, min(ends) - now_s)

    def _send(self, now_s: float) -> None:
        """What people did goes to the screen; what is typed in a lesson goes nowhere."""
        for hand, taken in self._roster.felt():
            if self._outbox is None or (self._lesson is not None and taken.verdict.kind in TYPING):
                continue
            # A code that the screen did not get must not sound as if it had.
            self._outbox.send(hand, now_s, partial(self._signal, taken) if isinstance(hand, Scan) else None)
        if self._outbox is not None:
            self._outbox.flush(now_s)

    def _signal(self, taken: Taken) -> None:
        if taken.opened.signal(on=True):
            self._signals[taken] = self._clock() + SIGNAL_S

    def _learn(self, taken: Taken, items: list[Item], now_s: float) -> None:
        lesson = self._lesson
        if lesson is None or taken.verdict.kind not in TYPING:
            return
        typists = [lesson.learner.feed(taken.description.id, item) for item in items]
        if "scanner" in typists:
            device = self._roster.find(taken.opened.node.file.rpartition("/")[2])
            try:
                self._roster.adopt(device, "scanner", now_s)
            except StationError as error:
                self._end_lesson(Answer(error=str(error)), now_s)
            else:
                self._end_lesson(Answer(done=f"{device.name} ({device.id}) is a scanner here from now on"), now_s)
        elif "person" in typists:
            name = taken.description.name
            lesson.answer(Answer(waiting=f"{name}: that was typed by hand, or by a slow scanner (station scanner set)"))

    def _end_lesson(self, answer: Answer, now_s: float) -> None:
        if self._lesson is not None:
            # What was typed for the lesson must not reach the screen after it.
            self._send(now_s)
            self._roster.take(self._lesson.took, now_s)
            self._lesson.answer(answer)
            self._lesson = None
            self._log.info("learning=ended")

    def _answer(self, ready: list[_Readable | int], now_s: float) -> None:
        for asker in self._askers[:]:
            if asker in ready:
                self._hear(asker, now_s)
        if self._control is not None and self._control in ready:
            self._askers += self._control.accepted()

    def _hear(self, asker: Asker, now_s: float) -> None:
        try:
            question = asker.question()
            if question is None:
                self._forget(asker, now_s)
            elif question.ask == "learn":
                self.learn(question.seconds, asker.answer)
            else:
                asker.answer(self.done(question))
        except StationError as error:
            asker.answer(Answer(error=str(error)))

    def _forget(self, asker: Asker, now_s: float) -> None:
        """Whoever asked has gone; so has the reason for their lesson."""
        self._askers.remove(asker)
        asker.close()
        if self._lesson is not None and self._lesson.answer == asker.answer:
            self._end_lesson(Answer(error="nobody waits any more"), now_s)

    def _end_what_is_due(self, now_s: float) -> None:
        if self._lesson is not None and self._lesson.ends_s <= now_s:
            found_none = "no device typed a code quickly; is the scanner plugged in, and does it end codes with Enter?"
            self._end_lesson(Answer(error=found_none), now_s)
        for taken, ends_s in list(self._signals.items()):
            if ends_s <= now_s:
                del self._signals[taken]
                taken.opened.signal(on=False)

    def _status_now(self) -> InputStatus:
        return InputStatus(state="ok", takes=self._takes, devices=self._roster.devices(), message=self._roster.problem)

    def _write_status(self) -> None:
        """A disk that refuses the status must not stop anybody's hands."""
        version = self._roster.version
        if self._status is None or version == self._written:
            return
        try:
            write_status(self._status, self._status_now())
        except StationError as error:
            if str(error) != self._unwritten:
                self._log.warning("%s", error)
            self._unwritten = str(error)
        else:
            self._written = version
