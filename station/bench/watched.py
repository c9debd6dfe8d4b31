"""The real input program or the real screen for a bench: `python -m station.bench.watched input|renderer [--pipes F] [--marks F]`.

`--pipes`: its devices are the pipes of this folder (`station.input.piped`). `--marks`: a stopwatch stands around some of its parts, and
what it found is written to this file at the end: `[[part, from, until], …]`, CLOCK_MONOTONIC in nanoseconds. A stopwatch takes
about a microsecond each time, so what is measured as a whole is measured without.
"""

import argparse
import functools
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

Mark = tuple[str, int, int]
SENT: Final = "sent"
RECEIVED: Final = "received"
LOOKED_UP: Final = "looked up"
APPENDED: Final = "appended"
SCENE: Final = "scene"
SHOWN: Final = "shown"


class Stopwatch:
    """Notes when each of the watched parts began and ended."""

    def __init__(self) -> None:
        self.marks: list[Mark] = []

    def watch(self, owner: Any, name: str, part: str) -> None:
        """From now on every call of `owner`'s function `name` is noted as `part`."""
        setattr(owner, name, self._timed(getattr(owner, name), part))

    def _timed(self, work: Callable[..., Any], part: str) -> Callable[..., Any]:
        @functools.wraps(work)
        def timed(*args: Any, **kwargs: Any) -> Any:
            began_ns = time.monotonic_ns()
            try:
                return work(*args, **kwargs)
            finally:
                self.marks.append((part, began_ns, time.monotonic_ns()))

        return timed


def run_input(pipes: Path | None, watch: Stopwatch | None) -> None:
    from station.input import __main__ as program  # noqa: PLC0415 - one program's libraries are not the other's
    from station.input.outbox import Outbox  # noqa: PLC0415
    from station.input.piped import Pipes, open_piped  # noqa: PLC0415

    if watch is not None:
        watch.watch(Outbox, "send", SENT)
    program.main(None if pipes is None else program.Program(functools.partial(Pipes, pipes), open_piped))


def run_renderer(watch: Stopwatch | None) -> None:
    from station.local.journal import Journal  # noqa: PLC0415
    from station.renderers import __main__ as program  # noqa: PLC0415
    from station.renderers import runner  # noqa: PLC0415
    from station.renderers.hands import HandsSocket  # noqa: PLC0415
    from station.renderers.screen import Screen  # noqa: PLC0415

    if watch is not None:
        watch.watch(HandsSocket, "read", RECEIVED)
        watch.watch(runner, "scanned", LOOKED_UP)
        watch.watch(Journal, "append_all", APPENDED)
        watch.watch(runner.Runner, "_make_scene", SCENE)
        watch.watch(Screen, "show", SHOWN)
    program.main()


def read_marks(path: Path) -> list[Mark]:
    return [(str(part), int(began_ns), int(ended_ns)) for part, began_ns, ended_ns in json.loads(path.read_text())]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=("input", "renderer"))
    parser.add_argument("--pipes", type=Path)
    parser.add_argument("--marks", type=Path)
    asked = parser.parse_args()
    watch = None if asked.marks is None else Stopwatch()
    try:
        if asked.program == "input":
            run_input(asked.pipes, watch)
        else:
            run_renderer(watch)
    finally:
        if watch is not None:
            asked.marks.write_text(json.dumps(watch.marks))


if __name__ == "__main__":
    main()
