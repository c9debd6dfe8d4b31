"""What every program of a station shares: its log, its end, and the loop that outlives errors.

A program is a `step` called again and again; it says how many seconds it may rest. An error is one log line, then a
growing pause; only this module catches what nobody foresaw.
"""

import gc
import logging
import os
import pwd
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from station.errors import StationError

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


class Stop:
    """Set by SIGTERM and SIGINT; a loop that rests wakes at once."""

    def __init__(self, also: Callable[[], None] = lambda: None) -> None:
        """`also` is called when it is set, from the signal: to wake whatever the program rests on."""
        self._event = threading.Event()
        self._also = also

    def listen(self) -> None:
        """Takes the signals. Call it after libraries that take them too (SDL does)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.set())

    def __bool__(self) -> bool:
        return self._event.is_set()

    def set(self) -> None:
        self._event.set()
        self._also()

    def rest(self, seconds: float) -> None:
        """Returns after this long, or as soon as the end was asked for."""
        self._event.wait(max(0.0, seconds))


class _KeyValue(logging.Formatter):
    """One line a fact: time, level, program, then what happened."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage().replace("\n", " | ")
        if record.exc_info:
            text += " | " + self.formatException(record.exc_info).replace("\n", " | ")
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return f"{moment} level={record.levelname.lower()} program={record.name} {text}"


def become(program: str) -> None:
    """The program's own user, on a machine that has one for it: root only starts programs. Call it before anything is opened."""
    if os.geteuid() != 0:
        return
    try:
        user = pwd.getpwnam(f"station-{program}")
    except KeyError:
        return
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    # What one program of a station writes the others of its group read.
    os.umask(0o007)


def setup_logging(program: str, level: str = "info") -> logging.Logger:
    """The program's log on standard output, where the supervisor caps and keeps it."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_KeyValue())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for loud in ("smbprotocol", "spnego", "sqlalchemy"):
        logging.getLogger(loud).setLevel(logging.ERROR)
    # A connection that broke while it was given back: the program says so itself, in a sentence, when it needs the next one.
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)
    return logging.getLogger(program)


def keep_for_good() -> None:
    """What there is now stays as long as the program: the collector passes over it, and so holds no frame up for it (10 ms, and more)."""
    gc.collect()
    gc.freeze()


def run(program: str, step: Callable[[], float], stop: Stop | None = None) -> None:
    """Calls `step` until the end is asked for, resting as many seconds as it returned.

    A StationError is told once until it changes; anything else is logged with its trace. Both are tried again after
    a pause that grows from 0.2 to 5 s.
    """
    log = logging.getLogger(program)
    if stop is None:
        stop = Stop()
        stop.listen()
    pause_s, told = FIRST_PAUSE_S, ""
    while not stop:
        try:
            rest_s = step()
        except StationError as error:
            if str(error) != told:
                log.warning("%s", error)
            told = str(error)
        except Exception:
            log.exception("unforeseen error; trying again in %.1f s", pause_s)
        else:
            pause_s, told = FIRST_PAUSE_S, ""
            stop.rest(rest_s)
            continue
        stop.rest(pause_s)
        pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
